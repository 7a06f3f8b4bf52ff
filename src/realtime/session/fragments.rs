//! A text message in several frames (RFC 6455, section 5.4).

use actix_http::ws::Item;
use bytes::{Bytes, BytesMut};
use bytestring::ByteString;

use crate::realtime::outbox::Ending;

/// The received fragments of an unfinished message.
#[derive(Debug, Default)]
pub struct Fragments(Option<BytesMut>);

impl Fragments {
    /// Takes a fragment. Returns the whole message with the last one.
    ///
    /// # Errors
    /// The close reason, if the message is not a text, has more than `limit` bytes, is not UTF-8, or has no first
    /// frame.
    pub fn take(&mut self, item: Item, limit: usize) -> Result<Option<ByteString>, Ending> {
        match item {
            Item::FirstText(chunk) => {
                self.0 = Some(BytesMut::new());
                self.add(&chunk, limit)?;
                Ok(None)
            }
            Item::FirstBinary(_) => Err(Ending::Unsupported),
            Item::Continue(chunk) => self.add(&chunk, limit).map(|()| None),
            Item::Last(chunk) => {
                self.add(&chunk, limit)?;
                let whole = self.0.take().unwrap_or_default();
                ByteString::try_from(whole.freeze()).map(Some).map_err(|_| Ending::NotText)
            }
        }
    }

    /// Appends a fragment. actix limits each fragment; this limits their sum.
    fn add(&mut self, chunk: &Bytes, limit: usize) -> Result<(), Ending> {
        let whole = self.0.as_mut().ok_or(Ending::Protocol)?;
        if whole.len() + chunk.len() > limit {
            self.0 = None;
            return Err(Ending::TooLarge);
        }
        whole.extend_from_slice(chunk);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 8;

    fn first(text: &'static str) -> Item {
        Item::FirstText(Bytes::from_static(text.as_bytes()))
    }

    fn next(bytes: &'static [u8]) -> Item {
        Item::Continue(Bytes::from_static(bytes))
    }

    fn last(bytes: &'static [u8]) -> Item {
        Item::Last(Bytes::from_static(bytes))
    }

    #[test]
    fn a_message_is_whole_with_its_last_frame_even_where_a_letter_is_cut() {
        let mut fragments = Fragments::default();
        assert_eq!(fragments.take(first("a"), LIMIT), Ok(None));
        assert_eq!(fragments.take(next(b"\xc3"), LIMIT), Ok(None));
        assert_eq!(fragments.take(last(b"\xa9"), LIMIT), Ok(Some("aé".into())));
        assert_eq!(fragments.take(first(""), LIMIT), Ok(None));
        assert_eq!(fragments.take(last(b"b"), LIMIT), Ok(Some("b".into())), "nothing is left of the one before");
    }

    #[test]
    fn what_is_no_message_says_how_the_socket_ends() {
        let mut fragments = Fragments::default();
        assert_eq!(fragments.take(next(b"a"), LIMIT), Err(Ending::Protocol));
        assert_eq!(fragments.take(last(b"a"), LIMIT), Err(Ending::Protocol));
        assert_eq!(fragments.take(Item::FirstBinary(Bytes::new()), LIMIT), Err(Ending::Unsupported));
        assert_eq!(fragments.take(first("12345678"), LIMIT), Ok(None), "the limit itself");
        assert_eq!(fragments.take(last(b"9"), LIMIT), Err(Ending::TooLarge));
        assert_eq!(fragments.take(first("a"), LIMIT), Ok(None));
        assert_eq!(fragments.take(last(b"\xc3"), LIMIT), Err(Ending::NotText));
    }
}
