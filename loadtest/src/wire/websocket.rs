//! Websocket frames (RFC 6455), for clients and for the bare server.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// The opcode of a text, or of its first frame.
pub const TEXT: u8 = 1;
/// The opcode of a frame of bytes.
pub const BINARY: u8 = 2;
/// The opcode of the end.
pub const CLOSE: u8 = 8;
/// The opcode of a ping.
pub const PING: u8 = 9;
/// The opcode of a pong.
pub const PONG: u8 = 10;

/// The mask of a client's frames. It protects caches between browser and server from bytes that a page's script
/// chooses, which does not apply to a load tester: so it need not be random.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A frame in a buffer.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The opcode, such as [`TEXT`]; 0 continues the previous frame.
    pub opcode: u8,
    /// Whether it is the last frame of the message.
    pub last: bool,
    /// The payload, unmasked by [`unmask`] if it was masked.
    pub payload: &'a [u8],
    /// The mask, in frames of clients.
    pub mask: Option<[u8; 4]>,
}

/// Parses the first frame of `bytes`, and returns it with its length. `None` until it is complete.
pub fn read(bytes: &[u8]) -> Option<(Frame<'_>, usize)> {
    let (&first, &second) = (bytes.first()?, bytes.get(1)?);
    let (length, mut at) = match second & 0x7f {
        126 => (usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
        127 => (u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?) as usize, 10),
        short => (usize::from(short), 2),
    };
    let mask = match second & 0x80 {
        0 => None,
        _ => {
            let mask: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
            at += 4;
            Some(mask)
        }
    };
    let end = at.checked_add(length)?;
    let payload = bytes.get(at..end)?;
    Some((Frame { opcode: first & 0x0f, last: first & 0x80 != 0, payload, mask }, end))
}

/// Appends a client's frame, which is masked.
pub fn write_masked(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    head(out, opcode, payload.len(), 0x80);
    out.extend_from_slice(&MASK);
    let from = out.len();
    out.extend_from_slice(payload);
    unmask(&mut out[from..], MASK);
}

/// Appends a server's frame, which is not masked.
pub fn write_plain(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    head(out, opcode, payload.len(), 0);
    out.extend_from_slice(payload);
}

fn head(out: &mut Vec<u8>, opcode: u8, length: usize, masked: u8) {
    out.push(0x80 | opcode);
    match length {
        0..=125 => out.push(masked | length as u8),
        126..=0xffff => {
            out.push(masked | 126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            out.push(masked | 127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

/// Applies or removes a mask.
pub fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let wide = u64::from_ne_bytes([mask[0], mask[1], mask[2], mask[3], mask[0], mask[1], mask[2], mask[3]]);
    let mut eights = payload.chunks_exact_mut(8);
    for eight in &mut eights {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(eight);
        eight.copy_from_slice(&(u64::from_ne_bytes(bytes) ^ wide).to_ne_bytes());
    }
    for (at, byte) in eights.into_remainder().iter_mut().enumerate() {
        *byte ^= mask[at & 3];
    }
}

/// Returns the `Sec-WebSocket-Accept` for this `Sec-WebSocket-Key`.
pub fn accept(key: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(key);
    hash.update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    STANDARD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfc() {
        assert_eq!(accept(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        let mut out = Vec::new();
        write_masked(&mut out, TEXT, b"Hello");
        assert_eq!(out, [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);
        let (frame, length) = read(&out).unwrap();
        assert_eq!((frame.opcode, frame.last, frame.mask, length), (TEXT, true, Some(MASK), 11));
    }

    #[test]
    fn frames_of_all_lengths_are_found_when_whole() {
        for length in [0usize, 1, 125, 126, 65_535, 65_536] {
            let payload = vec![b'x'; length];
            let mut out = Vec::new();
            write_plain(&mut out, TEXT, &payload);
            for cut in [0, 1, 2, 3, out.len() - 1].into_iter().filter(|cut| *cut < out.len()) {
                assert_eq!(read(&out[..cut]), None);
            }
            let whole = out.len();
            out.extend_from_slice(b"rest");
            let (frame, end) = read(&out).unwrap();
            assert_eq!((frame.payload.len(), end), (length, whole));
        }
    }
}
