//! A message, from a client's push to the frames of all members.

use std::io::Write;

use crate::wire::phoenix;

/// The time of every message: formatting the real one would cost more than sending it.
pub(super) const AT: &str = "2026-01-01T00:00:00.000000Z";

/// A message, ready to be written into a frame.
#[derive(Clone)]
pub(super) struct Said {
    /// The id.
    pub(super) id: String,
    user: String,
    text: String,
}

impl Said {
    /// Parses the payload of a client's push.
    pub(super) fn read(user: &str, payload: &[u8]) -> Option<Said> {
        let id = phoenix::text(payload, br#""id":""#)?;
        let from = memchr::memmem::find(payload, br#""text":""#)? + 7;
        let text = &payload[from..];
        // The text ends at the first quote that is not preceded by an odd number of backslashes.
        let mut end = 1;
        loop {
            end += memchr::memchr(b'"', text.get(end..)?)?;
            let slashes = text[..end].iter().rev().take_while(|byte| **byte == b'\\').count();
            if slashes % 2 == 0 {
                break;
            }
            end += 1;
        }
        let own = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Some(Said { id: own(id), user: user.to_owned(), text: own(&text[..=end]) })
    }

    /// Writes the frame with the same fields as Podium's, so that it has the same size.
    pub(super) fn write(&self, frame: &mut Vec<u8>, topic: &str, seq: u64) {
        frame.clear();
        let Said { id, user, text } = self;
        let _ = write!(
            frame,
            r#"[null,null,"{topic}","message:new",{{"id":"{id}","seq":{seq},"changed_seq":{seq},"user_id":"{user}","kind":"text","text":{text},"reply_to":null,"mentions":[],"attachments":[],"reactions":{{}},"edited_at":null,"deleted_at":null,"at":"{AT}"}}]"#
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_whole_whatever_quotes_it_has() {
        for text in [r#""a""#, r#""a\"b""#, r#""a\\""#, r#""\\\"""#, r#""\"id\":\"x\"""#] {
            let payload = format!(r#"{{"id":"7","text":{text}}}"#);
            assert_eq!(Said::read("u", payload.as_bytes()).unwrap().text, text);
        }
        assert!(Said::read("u", br#"{"id":"7","text":"a\""#).is_none());
    }
}
