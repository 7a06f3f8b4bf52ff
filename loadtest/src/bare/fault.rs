//! Deliberate faults. They affect the last member of a pod, and cost the server nothing otherwise.

use std::thread;
use std::time::Duration;

use super::Bare;
use super::said::Said;
use crate::wire::websocket::TEXT;

/// A deliberate fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Fault {
    /// Omits one delivery of every thousandth message, and counts no vote and tap of one person.
    Drop,
    /// Sends one delivery of every thousandth message twice.
    Double,
    /// Sends every thousandth message to one member after the message that follows it.
    Swap,
    /// Like `Swap`, with exchanged seqs, so that each order ascends and the two differ.
    Diverge,
    /// Pauses all deliveries for a second after the thousandth message.
    Stall,
}

/// The interval of affected messages.
const EVERY: u64 = 1000;

impl Bare {
    /// Serves the affected member.
    pub(super) fn faulty(
        &mut self,
        fault: Fault,
        topic: usize,
        member: usize,
        said: Said,
        frame: &mut Vec<u8>,
        seq: u64,
    ) {
        let hit = self.said.is_multiple_of(EVERY);
        let held = self.topics[topic].held.take();
        let name = self.topics[topic].name.clone();
        match (fault, held) {
            (Fault::Drop, _) if hit => {}
            (Fault::Double, _) if hit => {
                self.send(member, TEXT, frame);
                self.send(member, TEXT, frame);
            }
            (Fault::Stall, _) if self.said == EVERY => {
                thread::sleep(Duration::from_secs(1));
                self.send(member, TEXT, frame);
            }
            (Fault::Swap, Some(before)) => {
                self.send(member, TEXT, frame);
                before.write(frame, &name, seq - 1);
                self.send(member, TEXT, frame);
            }
            (Fault::Diverge, Some(before)) => {
                said.write(frame, &name, seq - 1);
                self.send(member, TEXT, frame);
                before.write(frame, &name, seq);
                self.send(member, TEXT, frame);
            }
            (Fault::Swap | Fault::Diverge, None) if hit => self.topics[topic].held = Some(said),
            _ => self.send(member, TEXT, frame),
        }
    }
}
