//! Deliberate faults. They happen to the last member of a pod, and are not part of the server's way otherwise.

use std::thread;
use std::time::Duration;

use super::Bare;
use super::said::Said;
use crate::wire::websocket::TEXT;

/// What goes wrong, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Fault {
    /// One delivery of every thousandth message is left out.
    Drop,
    /// One delivery of every thousandth message comes twice.
    Double,
    /// One member gets every thousandth message after the one that follows it.
    Swap,
    /// The same, with exchanged seqs, so that each order ascends and the two differ.
    Diverge,
    /// After the thousandth message everything stands still for a second.
    Stall,
}

/// Which message of every so many is hit.
const EVERY: u64 = 1000;

impl Bare {
    /// Serves the member to whom things happen.
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
