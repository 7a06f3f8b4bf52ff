//! A message, from a client's push to everybody's frame.

use std::io::Write;

use crate::wire::phoenix;

/// A time that is always the same: telling it would cost more than sending it.
pub(super) const AT: &str = "2026-01-01T00:00:00.000000Z";

/// A message, as it goes into a frame.
#[derive(Clone)]
pub(super) struct Said {
    /// Its id.
    pub(super) id: String,
    user: String,
    text: String,
}

impl Said {
    /// Reads what a client pushes.
    pub(super) fn read(user: &str, payload: &[u8]) -> Option<Said> {
        let id = phoenix::text(payload, br#""id":""#)?;
        let from = memchr::memmem::find(payload, br#""text":""#)? + 7;
        let text = &payload[from..];
        // The text ends at the first quote that no odd number of backslashes stands before.
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

    /// The frame, with the same fields as Podium's, so that as many bytes go over the wire.
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
