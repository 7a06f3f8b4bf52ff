//! The envelope of each payload on the bus. It names the publishing node.
//!
//! ```text
//! 1 byte   the envelope's form, 1
//! 16 bytes the boot id of the node
//! the rest the payload
//! ```
//!
//! A node drops envelopes of an unknown form, so that nodes of two releases can share a bus.

use uuid::Uuid;

const FORM: u8 = 1;

const HEAD: usize = 17;

/// Puts a payload into an envelope.
pub fn seal(from: Uuid, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEAD + payload.len());
    out.push(FORM);
    out.extend_from_slice(from.as_bytes());
    out.extend_from_slice(payload);
    out
}

/// Opens an envelope. Returns the sender and the payload, or `None` if this is not an envelope of a known form.
pub fn open(bytes: &[u8]) -> Option<(Uuid, &[u8])> {
    let (head, payload) = bytes.split_at_checked(HEAD)?;
    let (form, from) = head.split_first()?;
    (*form == FORM).then_some(())?;
    Some((Uuid::from_slice(from).ok()?, payload))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_and_nothing_else_does() {
        let from = Uuid::from_u128(7);
        assert_eq!(open(&seal(from, b"abc")), Some((from, &b"abc"[..])));
        assert_eq!(open(&seal(from, b"")), Some((from, &b""[..])));
        assert_eq!(open(b"hello"), None);
        let mut later = seal(from, b"abc");
        later[0] = 2;
        assert_eq!(open(&later), None);
    }
}
