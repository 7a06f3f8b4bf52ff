//! Limits the memory that one frame of a client can take.
//!
//! actix's parser gathers a whole frame before it checks its length (actix-http `ws/frame.rs`), so a header that
//! announces a terabyte, from a client that keeps sending, would fill the memory. This stream parses the frame headers
//! as they pass (RFC 6455, section 5.2) and ends the session at the first one that announces too much.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::Stream;

use super::outbox::{Ending, Outbox};

/// Maximum length of a header: two bytes, eight of length, four of mask.
const HEADER: usize = 14;

/// A client's bytes, as long as they are frames of a bounded length.
pub struct Inbound<S> {
    bytes: S,
    outbox: Rc<Outbox>,
    frames: Frames,
}

impl<S> Inbound<S> {
    /// Wraps `bytes`. A frame of more than `limit` bytes ends the session of `outbox`.
    pub fn new(bytes: S, outbox: Rc<Outbox>, limit: usize) -> Self {
        Inbound { bytes, outbox, frames: Frames::new(limit) }
    }
}

impl<S> Stream for Inbound<S>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            let chunk = match Pin::new(&mut this.bytes).poll_next(cx) {
                Poll::Ready(Some(Ok(chunk))) => chunk,
                other => return other,
            };
            // Bytes after the end are read and dropped, so that the close frame is not lost to a connection reset.
            if this.outbox.is_ending() {
                continue;
            }
            if this.frames.follow(&chunk) {
                return Poll::Ready(Some(Ok(chunk)));
            }
            this.outbox.end(Ending::TooLarge);
        }
    }
}

/// A position within a stream of frames.
struct Frames {
    limit: u64,
    header: [u8; HEADER],
    /// Number of header bytes that have arrived.
    have: usize,
    /// Number of payload bytes that are still to come.
    left: u64,
}

impl Frames {
    fn new(limit: usize) -> Self {
        Frames { limit: limit as u64, header: [0; HEADER], have: 0, left: 0 }
    }

    /// Advances over the next bytes. Returns false as soon as a header announces more than the limit.
    fn follow(&mut self, mut bytes: &[u8]) -> bool {
        while let Some((&first, rest)) = bytes.split_first() {
            if self.left > 0 {
                let skipped = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
                self.left -= skipped as u64;
                bytes = &bytes[skipped..];
                continue;
            }
            self.header[self.have] = first;
            self.have += 1;
            bytes = rest;
            if let Some(length) = self.length() {
                if length > self.limit {
                    return false;
                }
                self.left = length;
                self.have = 0;
            }
        }
        true
    }

    /// Returns the payload's length, once the header is complete.
    fn length(&self) -> Option<u64> {
        if self.have < 2 {
            return None;
        }
        let (extended, short) = match self.header[1] & 0x7f {
            126 => (2, 0),
            127 => (8, 0),
            short => (0, u64::from(short)),
        };
        let mask = if self.header[1] & 0x80 == 0 { 0 } else { 4 };
        if self.have < 2 + extended + mask {
            return None;
        }
        let announced = self.header[2..2 + extended].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        Some(if extended == 0 { short } else { announced })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns a masked frame with a payload of zeroes.
    fn frame(length: usize) -> Vec<u8> {
        let mut frame = vec![0x81];
        match length {
            0..126 => frame.push(0x80 | length as u8),
            126..65536 => {
                frame.push(0x80 | 126);
                frame.extend_from_slice(&(length as u16).to_be_bytes());
            }
            _ => {
                frame.push(0x80 | 127);
                frame.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        frame.extend_from_slice(&[1, 2, 3, 4]);
        frame.resize(frame.len() + length, 0);
        frame
    }

    #[test]
    fn a_header_alone_is_enough_to_refuse_a_terabyte() {
        let mut frames = Frames::new(65536);
        assert!(!frames.follow(&[0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4]));
    }

    proptest! {
        #[test]
        fn frames_are_followed_however_they_are_cut(
            lengths in prop::collection::vec(prop_oneof![0usize..300, 65_000usize..65_537], 1..6),
            cuts in prop::collection::vec(1usize..5_000, 1..40),
            too_long in any::<bool>(),
        ) {
            let mut bytes: Vec<u8> = lengths.iter().flat_map(|length| frame(*length)).collect();
            if too_long {
                bytes.extend(frame(65_537));
            }
            let mut frames = Frames::new(65_536);
            let mut rest = &bytes[..];
            let mut fine = true;
            for cut in cuts.iter().cycle() {
                if rest.is_empty() || !fine {
                    break;
                }
                let (chunk, after) = rest.split_at((*cut).min(rest.len()));
                fine = frames.follow(chunk);
                rest = after;
            }
            prop_assert_eq!(fine, !too_long);
        }
    }
}
