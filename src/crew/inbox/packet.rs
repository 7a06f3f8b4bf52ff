//! The packets that nodes exchange on the topics of people, over the bus.
//!
//! A node drops a packet of an unknown form, or one that is cut; the sweep repairs what matters. The numbers of the
//! kinds continue those of the pods' packets, to which these once belonged.

use bytes::{Buf, BufMut};
use chrono::DateTime;
use uuid::Uuid;

use super::Flags;

/// The form of these packets. Raised when a known kind of packet changes its form.
const FORM: u8 = 1;

/// A packet between nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// The person has joined this pod, by the line at this position.
    Joined {
        /// The pod.
        pod_id: Uuid,
        /// The position in its log.
        position: i64,
    },
    /// The person has changed their flags of this pod.
    Marked {
        /// The pod.
        pod_id: Uuid,
        /// The flags.
        flags: Flags,
    },
    /// An event for the person's devices that is not stored.
    Event {
        /// Its name.
        event: String,
        /// Its payload, as JSON.
        payload: String,
    },
}

impl Packet {
    /// Encodes it.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![FORM];
        match self {
            Packet::Joined { pod_id, position } => {
                out.put_u8(10);
                out.put_slice(pod_id.as_bytes());
                out.put_i64_le(*position);
            }
            Packet::Marked { pod_id, flags } => {
                out.put_u8(11);
                out.put_slice(pod_id.as_bytes());
                out.put_u8(u8::from(flags.marked_unread));
                // Microseconds, as in Postgres.
                out.put_i64_le(flags.pinned_at.map_or(i64::MIN, |at| at.timestamp_micros()));
            }
            Packet::Event { event, payload } => {
                out.put_u8(12);
                // Names of events are short.
                out.put_u16_le(event.len() as u16);
                out.put_slice(event.as_bytes());
                out.put_slice(payload.as_bytes());
            }
        }
        out
    }

    /// Decodes a packet. `None` if the form or kind is unknown, or the bytes are cut.
    pub fn decode(mut bytes: &[u8]) -> Option<Packet> {
        let input = &mut bytes;
        (input.try_get_u8().ok()? == FORM).then_some(())?;
        Some(match input.try_get_u8().ok()? {
            10 => Packet::Joined { pod_id: id(input)?, position: input.try_get_i64_le().ok()? },
            11 => {
                let (pod_id, marked_unread) = (id(input)?, input.try_get_u8().ok()? != 0);
                let pinned_at = DateTime::from_timestamp_micros(input.try_get_i64_le().ok()?);
                Packet::Marked { pod_id, flags: Flags { pinned_at, marked_unread } }
            }
            12 => {
                let length = input.try_get_u16_le().ok()?;
                let (event, payload) = input.split_at_checked(length.into())?;
                let text = |bytes| std::str::from_utf8(bytes).ok().map(str::to_owned);
                Packet::Event { event: text(event)?, payload: text(payload)? }
            }
            _ => return None,
        })
    }
}

fn id(input: &mut &[u8]) -> Option<Uuid> {
    let (id, rest) = input.split_at_checked(16)?;
    *input = rest;
    Uuid::from_slice(id).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_is_read_again_and_what_is_cut_or_foreign_is_not() {
        let pod_id = Uuid::from_u128(7);
        let pinned_at = DateTime::from_timestamp_micros(1_700_000_000_000_001);
        for packet in [
            Packet::Joined { pod_id, position: 12 },
            Packet::Marked { pod_id, flags: Flags::default() },
            Packet::Marked { pod_id, flags: Flags { pinned_at, marked_unread: true } },
        ] {
            let bytes = packet.encode();
            assert_eq!(Packet::decode(&bytes), Some(packet));
            assert_eq!(Packet::decode(&bytes[..bytes.len() - 1]), None);
        }
        let event = Packet::Event { event: "order:paid".into(), payload: r#"{"ü":1}"#.into() };
        assert_eq!(Packet::decode(&event.encode()), Some(event));
        for foreign in [&b""[..], &[2, 10], &[1, 99], &[1, 12, 9, 0, 65], &[1, 12, 1, 0, 255]] {
            assert_eq!(Packet::decode(foreign), None);
        }
    }
}
