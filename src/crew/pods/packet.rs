//! Packets between nodes about pods, as bytes on the bus.
//!
//! The first byte gives the form, the second the kind; numbers are little-endian. A node drops packets whose form or
//! kind it does not know, or that are too short: a later release may send others, and the sweep finds what matters.

use bytes::{Buf, BufMut};
use bytestring::ByteString;
use uuid::Uuid;

use super::store::realtime::Mark;
use crate::crew::journal::change::Change;
use crate::crew::messages::Kind;
use crate::realtime::hub;

/// The form of these packets. Raise it when a known kind of packet changes its form.
const FORM: u8 = 1;

/// A packet between nodes.
#[derive(Debug, Clone)]
pub enum Packet {
    /// Committed changes in ascending order.
    Changes {
        /// The epoch in which they were committed, if the sender knew it.
        epoch: String,
        /// The changes.
        changes: Vec<Change>,
    },
    /// A position that the pod's log has reached.
    Head(i64),
    /// Read marks that have moved.
    Marks(Vec<Mark>),
    /// A change of the pod that is not a line of its log.
    PodChanged,
    /// The end of a pod that was deleted with its event.
    Gone,
    /// All sessions that the sending node has in the pod.
    Presence {
        /// A version that grows with each announcement of the node about any pod.
        version: u64,
        /// The person of each session, and the session's number on that node.
        entries: Vec<(Uuid, u64)>,
    },
    /// A request to all nodes that have sessions in the pod to announce them.
    Ask,
    /// A request to one node, on its own topic, to announce its sessions in this pod, even if it has none.
    AskAbout(Uuid),
    /// A person who has begun or stopped to type.
    Typing {
        /// The person.
        user_id: Uuid,
        /// Whether the person types.
        on: bool,
    },
    /// An unnumbered push for the pod's sessions, encoded in version 2.
    Event(ByteString),
}

impl hub::Packet for Packet {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        out.put_u8(FORM);
        match self {
            Packet::Changes { epoch, changes } => return encode_changes(epoch, changes),
            Packet::Head(position) => {
                out.put_u8(2);
                out.put_i64_le(*position);
            }
            Packet::Marks(marks) => {
                out.put_u8(3);
                for mark in marks {
                    put_id(&mut out, mark.user_id);
                    out.put_i64_le(mark.seq);
                    out.put_i64_le(mark.head);
                    out.put_i32_le(mark.unread);
                }
            }
            Packet::PodChanged => out.put_u8(4),
            Packet::Gone => out.put_u8(5),
            Packet::Presence { version, entries } => {
                out.put_u8(6);
                out.put_u64_le(*version);
                for (user_id, session) in entries {
                    put_id(&mut out, *user_id);
                    out.put_u64_le(*session);
                }
            }
            Packet::Ask => out.put_u8(7),
            Packet::AskAbout(pod_id) => {
                out.put_u8(8);
                put_id(&mut out, *pod_id);
            }
            Packet::Typing { user_id, on } => {
                out.put_u8(9);
                put_id(&mut out, *user_id);
                out.put_u8(u8::from(*on));
            }
            Packet::Event(text) => {
                out.put_u8(12);
                put_text(&mut out, text);
            }
        }
        out
    }

    fn decode(mut bytes: &[u8]) -> Option<Packet> {
        let input = &mut bytes;
        (input.try_get_u8().ok()? == FORM).then_some(())?;
        Some(match input.try_get_u8().ok()? {
            1 => {
                let epoch = text(input)?.to_owned();
                let mut changes = Vec::new();
                while input.has_remaining() {
                    changes.push(change(input)?);
                }
                Packet::Changes { epoch, changes }
            }
            2 => Packet::Head(input.try_get_i64_le().ok()?),
            3 => {
                let mut marks = Vec::new();
                while input.has_remaining() {
                    marks.push(Mark {
                        user_id: id(input)?,
                        seq: input.try_get_i64_le().ok()?,
                        moved: true,
                        head: input.try_get_i64_le().ok()?,
                        unread: input.try_get_i32_le().ok()?,
                    });
                }
                Packet::Marks(marks)
            }
            4 => Packet::PodChanged,
            5 => Packet::Gone,
            6 => {
                let version = input.try_get_u64_le().ok()?;
                let mut entries = Vec::new();
                while input.has_remaining() {
                    entries.push((id(input)?, input.try_get_u64_le().ok()?));
                }
                Packet::Presence { version, entries }
            }
            7 => Packet::Ask,
            8 => Packet::AskAbout(id(input)?),
            9 => Packet::Typing { user_id: id(input)?, on: input.try_get_u8().ok()? != 0 },
            12 => Packet::Event(text(input)?.into()),
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

/// Encodes the packet of committed changes by reference.
pub fn encode_changes(epoch: &str, changes: &[Change]) -> Vec<u8> {
    let texts: usize = changes.iter().map(|change| change.frame.text.len() + 64).sum();
    let mut out = Vec::with_capacity(texts + 64);
    out.put_u8(FORM);
    out.put_u8(1);
    put_text(&mut out, epoch);
    for change in changes {
        out.put_i64_le(change.position);
        out.put_i64_le(change.origin());
        out.put_u8(number(change.kind));
        out.put_u8(u8::from(change.is_new));
        put_id(&mut out, change.user_id);
        put_text(&mut out, change.frame.text.v2());
    }
    out
}

fn change(input: &mut &[u8]) -> Option<Change> {
    let position = input.try_get_i64_le().ok()?;
    let origin = input.try_get_i64_le().ok()?;
    let kind = kind(input.try_get_u8().ok()?)?;
    let is_new = input.try_get_u8().ok()? != 0;
    let user_id = id(input)?;
    Some(Change::encoded(position, origin, kind, user_id, is_new, ByteString::from(text(input)?).into()))
}

const KINDS: [Kind; 7] =
    [Kind::Text, Kind::Joined, Kind::Left, Kind::Removed, Kind::Renamed, Kind::OwnerChanged, Kind::Closed];

fn number(kind: Kind) -> u8 {
    match kind {
        Kind::Text => 0,
        Kind::Joined => 1,
        Kind::Left => 2,
        Kind::Removed => 3,
        Kind::Renamed => 4,
        Kind::OwnerChanged => 5,
        Kind::Closed => 6,
    }
}

fn kind(number: u8) -> Option<Kind> {
    KINDS.get(usize::from(number)).copied()
}

fn put_id(out: &mut Vec<u8>, id: Uuid) {
    out.put_slice(id.as_bytes());
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    // A frame is far below four gigabytes.
    out.put_u32_le(text.len() as u32);
    out.put_slice(text.as_bytes());
}

fn id(input: &mut &[u8]) -> Option<Uuid> {
    let (id, rest) = input.split_at_checked(16)?;
    *input = rest;
    Uuid::from_slice(id).ok()
}

fn text<'a>(input: &mut &'a [u8]) -> Option<&'a str> {
    let length = input.try_get_u32_le().ok()?;
    let (text, rest) = input.split_at_checked(length as usize)?;
    *input = rest;
    std::str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realtime::hub::Packet as _;
    use crate::realtime::subscription::Reach;

    const ANNA: Uuid = Uuid::from_u128(1);

    fn all() -> Vec<Packet> {
        let of = |(number, kind): (i64, Kind)| {
            Change::encoded(
                number + 9,
                number,
                kind,
                ANNA,
                number % 2 == 0,
                ByteString::from(format!("ü {number}")).into(),
            )
        };
        let changes = (0..).zip(KINDS).map(of).collect();
        let mark = Mark { user_id: ANNA, seq: 7, moved: true, head: 9, unread: 2 };
        vec![
            Packet::Changes { epoch: "7-1".to_owned(), changes },
            Packet::Head(i64::MAX),
            Packet::Marks(vec![mark, mark]),
            Packet::PodChanged,
            Packet::Gone,
            Packet::Presence { version: 3, entries: vec![(ANNA, 1), (Uuid::nil(), u64::MAX)] },
            Packet::Presence { version: 4, entries: vec![] },
            Packet::Ask,
            Packet::AskAbout(ANNA),
            Packet::Typing { user_id: ANNA, on: true },
            Packet::Event(r#"[null,null,"pod:1","order:paid",{}]"#.into()),
        ]
    }

    #[test]
    fn what_was_encoded_is_read_again() {
        for packet in all() {
            let read = Packet::decode(&packet.encode()).unwrap();
            assert_eq!(format!("{read:?}"), format!("{packet:?}"));
        }
        let Some(Packet::Changes { changes, .. }) = Packet::decode(&all()[0].encode()) else { panic!("no changes") };
        assert!(matches!(changes[3].frame.reach, Reach::Log { position: 12, origin: 3, .. }));
    }

    #[test]
    fn what_is_cut_or_foreign_makes_no_sense_and_no_panic() {
        for packet in all() {
            let bytes = packet.encode();
            for end in 0..bytes.len() {
                // Some are valid packets of fewer entries.
                let _ = Packet::decode(&bytes[..end]);
            }
        }
        for foreign in [&b""[..], &[2, 1], &[1, 99], &[1, 1, 255, 255, 255, 255, 0]] {
            assert!(Packet::decode(foreign).is_none());
        }
    }
}
