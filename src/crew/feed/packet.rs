//! Packets between nodes about events' feeds, as bytes on the bus.
//!
//! No durable data is sent here: a node that receives a mark reads the change from Postgres. A node drops packets whose
//! form or kind it does not know, or that are too short; the sweep finds what matters.

use bytes::{Buf, BufMut};
use bytestring::ByteString;
use uuid::Uuid;

use crate::realtime::hub;

/// The form of these packets. Raise it when a known kind of packet changes its form.
const FORM: u8 = 1;

/// The tally that has a packet number of its own.
const MEMBERS: &str = "members:count";

/// A packet between nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// The event's feed has a new head.
    Feed,
    /// A tally may have moved: the one with this event name.
    Tally(String),
    /// A keyed tally may have moved: the one with this event name, for these subjects.
    Subjects(String, Vec<Uuid>),
    /// The number of people on the topic on the sending node.
    Present {
        /// A version that grows with each announcement of the node about any event.
        version: u64,
        /// The number of people.
        people: u64,
    },
    /// A request to all nodes that have people on the topic to announce their number.
    Ask,
    /// A request to one node, on its own topic, to announce its number of people on this event, even if it has none.
    AskAbout(Uuid),
    /// An unnumbered push for the topic's sessions, encoded in version 2.
    Event(ByteString),
}

impl hub::Packet for Packet {
    fn encode(&self) -> Vec<u8> {
        let mut out = vec![FORM];
        match self {
            Packet::Feed => out.put_u8(1),
            // Nodes of the previous release know this number only.
            Packet::Tally(event) if event == MEMBERS => out.put_u8(2),
            Packet::Tally(event) => {
                out.put_u8(7);
                put_text(&mut out, event);
            }
            // Nodes of the previous release drop it.
            Packet::Subjects(event, subjects) => {
                out.put_u8(8);
                put_text(&mut out, event);
                out.put_u32_le(subjects.len() as u32);
                subjects.iter().for_each(|subject| out.put_slice(subject.as_bytes()));
            }
            Packet::Present { version, people } => {
                out.put_u8(3);
                out.put_u64_le(*version);
                out.put_u64_le(*people);
            }
            Packet::Ask => out.put_u8(4),
            Packet::AskAbout(event_id) => {
                out.put_u8(5);
                out.put_slice(event_id.as_bytes());
            }
            Packet::Event(text) => {
                out.put_u8(6);
                put_text(&mut out, text);
            }
        }
        out
    }

    fn decode(mut bytes: &[u8]) -> Option<Packet> {
        let input = &mut bytes;
        (input.try_get_u8().ok()? == FORM).then_some(())?;
        Some(match input.try_get_u8().ok()? {
            1 => Packet::Feed,
            2 => Packet::Tally(MEMBERS.to_owned()),
            3 => Packet::Present { version: input.try_get_u64_le().ok()?, people: input.try_get_u64_le().ok()? },
            4 => Packet::Ask,
            5 => Packet::AskAbout(Uuid::from_slice(input).ok()?),
            6 => Packet::Event(text(input)?.into()),
            7 => Packet::Tally(text(input)?.to_owned()),
            8 => Packet::Subjects(text(input)?.to_owned(), ids(input)?),
            _ => return None,
        })
    }

    fn ask() -> Self {
        Packet::Ask
    }

    fn ask_about(id: Uuid) -> Self {
        Packet::AskAbout(id)
    }

    fn event(text: ByteString) -> Self {
        Packet::Event(text)
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    // A frame is far below four gigabytes.
    out.put_u32_le(text.len() as u32);
    out.put_slice(text.as_bytes());
}

fn text<'a>(input: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::try_from(input.try_get_u32_le().ok()?).ok()?;
    let (text, rest) = input.split_at_checked(length)?;
    *input = rest;
    std::str::from_utf8(text).ok()
}

fn ids(input: &mut &[u8]) -> Option<Vec<Uuid>> {
    let length = usize::try_from(input.try_get_u32_le().ok()?).ok()?.checked_mul(16)?;
    input.get(..length)?.chunks_exact(16).map(|id| Uuid::from_slice(id).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realtime::hub::Packet as _;

    #[test]
    fn what_was_encoded_is_read_again_and_what_is_cut_or_foreign_is_not() {
        let (present, about) = (Packet::Present { version: 3, people: u64::MAX }, Packet::AskAbout(Uuid::from_u128(7)));
        let event = Packet::Event(r#"[null,null,"event:1","board",{}]"#.into());
        let tallies = [MEMBERS, "poll:tally"].map(|event| Packet::Tally(event.to_owned()));
        let polls = Packet::Subjects("poll:tally".to_owned(), vec![Uuid::from_u128(1), Uuid::from_u128(2)]);
        for packet in [Packet::Feed, polls, present, Packet::Ask, about, event].into_iter().chain(tallies) {
            let bytes = packet.encode();
            assert_eq!(Packet::decode(&bytes), Some(packet));
            assert_eq!(Packet::decode(&bytes[..bytes.len() - 1]), None);
        }
        for foreign in
            [&b""[..], &[2, 1], &[1, 99], &[1, 3, 0], &[1, 6, 1, 0, 0, 0, 255], &[1, 8, 0, 0, 0, 0, 255, 255, 255, 255]]
        {
            assert_eq!(Packet::decode(foreign), None);
        }
    }
}
