//! What a socket sends, before actix collects it.
//!
//! actix refuses a frame that is too large only once all of it has come, and keeps what has come until then: whoever
//! announced a terabyte would be given the memory for it, as fast as they can send. So the frames' lengths are read
//! here, and the first that is above the limit ends the session with 1009 and stops the reading.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::Stream;

use super::outbox::{Ending, Outbox};

/// The bytes of a socket, as long as no frame is too large.
pub struct Intake<S> {
    bytes: S,
    outbox: Rc<Outbox>,
    lengths: Lengths,
    over: bool,
}

impl<S> Intake<S> {
    /// Watches the bytes of the session with this outbox; a frame may have at most `limit` bytes.
    pub fn new(bytes: S, outbox: Rc<Outbox>, limit: usize) -> Self {
        Intake { bytes, outbox, lengths: Lengths::new(limit as u64), over: false }
    }
}

impl<S: Stream<Item = Result<Bytes, PayloadError>> + Unpin> Stream for Intake<S> {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            // The session is ending and takes no more; its end drops this.
            return Poll::Pending;
        }
        let next = Pin::new(&mut self.bytes).poll_next(cx);
        if let Poll::Ready(Some(Ok(chunk))) = &next
            && !self.lengths.fit(chunk)
        {
            self.over = true;
            self.outbox.end(Ending::TooLarge);
            return Poll::Pending;
        }
        next
    }
}

/// Follows the frames of a client by their headers (RFC 6455, section 5.2), however they are cut into chunks.
struct Lengths {
    limit: u64,
    /// The header as far as it has come: two bytes, up to eight of a longer length, four of a mask.
    header: [u8; 14],
    come: usize,
    /// What is to come of the payload.
    payload: u64,
}

impl Lengths {
    fn new(limit: u64) -> Self {
        Lengths { limit, header: [0; 14], come: 0, payload: 0 }
    }

    /// Whether all frames that begin in these next bytes are within the limit.
    fn fit(&mut self, mut bytes: &[u8]) -> bool {
        loop {
            let skipped = bytes.len().min(usize::try_from(self.payload).unwrap_or(usize::MAX));
            self.payload -= skipped as u64;
            bytes = &bytes[skipped..];
            let Some((first, rest)) = bytes.split_first() else { return true };
            self.header[self.come] = *first;
            self.come += 1;
            bytes = rest;
            if let Some(length) = self.announced() {
                if length > self.limit {
                    return false;
                }
                self.payload = length;
                self.come = 0;
            }
        }
    }

    /// The payload's length, once the header is complete.
    fn announced(&self) -> Option<u64> {
        let header = &self.header[..self.come];
        let [_, second, rest @ ..] = header else { return None };
        let mask = if second & 0x80 == 0 { 0 } else { 4 };
        let longer = match second & 0x7f {
            126 => 2,
            127 => 8,
            short => return (rest.len() == mask).then_some(u64::from(short)),
        };
        (rest.len() == longer + mask)
            .then(|| rest[..longer].iter().fold(0, |length, byte| length << 8 | u64::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(length: usize) -> Vec<u8> {
        let mut frame = vec![0x81];
        match length {
            0..126 => frame.push(0x80 | length as u8),
            126..65_536 => {
                frame.push(0xfe);
                frame.extend((length as u16).to_be_bytes());
            }
            _ => {
                frame.push(0xff);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        frame.extend([1, 2, 3, 4]);
        // What looks like a header of a large frame, were it read as one.
        frame.extend(std::iter::repeat_n(0xff, length));
        frame
    }

    #[test]
    fn a_frame_that_is_too_large_is_known_by_its_header() {
        let header = &frame(1001)[..8];
        assert!(!Lengths::new(1000).fit(header));
        assert!(Lengths::new(1001).fit(header));
        assert!(!Lengths::new(1000).fit(&[0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]));
        assert!(!Lengths::new(1000).fit(&[0x81, 0x7f, 0, 0, 1, 0, 0, 0, 0, 0]), "nor without a mask");
    }

    proptest! {
        #[test]
        fn frames_within_the_limit_pass_however_they_are_cut(
            lengths in proptest::collection::vec(0usize..70_000, 1..6),
            cuts in proptest::collection::vec(1usize..5_000, 1..20),
        ) {
            let bytes: Vec<u8> = lengths.iter().flat_map(|length| frame(*length)).collect();
            let mut following = Lengths::new(70_000);
            let mut rest = &bytes[..];
            for cut in cuts.iter().cycle() {
                let (chunk, after) = rest.split_at((*cut).min(rest.len()));
                prop_assert!(following.fit(chunk));
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!((following.payload, following.come), (0, 0), "the end of a frame is the beginning of one");
            prop_assert!(!following.fit(&frame(70_001)[..14]));
        }
    }
}
