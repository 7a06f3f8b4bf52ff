//! What nodes tell each other of events' feeds, as bytes on the bus.
//!
//! Nothing that is durable travels here: a node that hears that something has changed reads it from Postgres. Whoever does
//! not know the first byte, or finds less than it says, drops it; the sweep finds what matters.

use bytes::{Buf, BufMut};
use bytestring::ByteString;
use uuid::Uuid;

use crate::realtime::hub;

/// The form of these packets. Raised when a known kind of packet changes its form.
const FORM: u8 = 1;

/// The tally that has a number of its own.
const MEMBERS: &str = "members:count";

/// One message between nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// The event's feed has a new head.
    Feed,
    /// A tally has moved: the one of this event's name.
    Tally(String),
    /// So many people have the topic open on the sending node.
    Present {
        /// Grows with everything that the node says of any event's presence.
        version: u64,
        /// How many.
        people: u64,
    },
    /// Whoever has people on the topic is to say so.
    Ask,
    /// On a node's own topic: it is to say how many people it has at this event, also if it has none.
    AskAbout(Uuid),
    /// A push without a number for the topic's sessions, encoded in version 2.
    Event(ByteString),
}

impl hub::Packet for Packet {
    fn encode(&self) -> Vec<u8> {
        let mut out = vec![FORM];
        match self {
            Packet::Feed => out.put_u8(1),
            // As nodes of the version before know it, which have but this one.
            Packet::Tally(event) if event == MEMBERS => out.put_u8(2),
            Packet::Tally(event) => {
                out.put_u8(7);
                put_text(&mut out, event);
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
    std::str::from_utf8(input.get(..length)?).ok()
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
        for packet in [Packet::Feed, present, Packet::Ask, about, event].into_iter().chain(tallies) {
            let bytes = packet.encode();
            assert_eq!(Packet::decode(&bytes), Some(packet));
            assert_eq!(Packet::decode(&bytes[..bytes.len() - 1]), None);
        }
        for foreign in [&b""[..], &[2, 1], &[1, 99], &[1, 3, 0], &[1, 6, 1, 0, 0, 0, 255]] {
            assert_eq!(Packet::decode(foreign), None);
        }
    }
}
