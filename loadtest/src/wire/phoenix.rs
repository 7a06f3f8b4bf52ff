//! Phoenix V2 frames, `[join_ref, ref, topic, event, payload]`, read by searching bytes: a delivery costs tens of
//! nanoseconds instead of a JSON tree.

use std::fmt::Arguments;
use std::io::{self, Write};
use std::sync::LazyLock;

use memchr::memmem::Finder;

/// The parts of a text from the server.
#[derive(Debug, PartialEq, Eq)]
pub struct Incoming<'a> {
    /// The ref of the answered push, without quotes; empty for null.
    pub reference: &'a [u8],
    /// The topic, without quotes.
    pub topic: &'a [u8],
    /// The event, without quotes.
    pub event: &'a [u8],
    /// The payload's JSON.
    pub payload: &'a [u8],
}

/// Parses a text. Returns `None` if it is not a V2 frame, or if its refs, topic or event contain escapes, which do not
/// occur.
pub fn read(text: &[u8]) -> Option<Incoming<'_>> {
    let rest = text.strip_prefix(b"[")?;
    let (_, rest) = part(rest)?;
    let (reference, rest) = part(rest)?;
    let (topic, rest) = part(rest)?;
    let (event, rest) = part(rest)?;
    Some(Incoming { reference, topic, event, payload: rest.strip_suffix(b"]")? })
}

/// Splits off a string, number or null with the comma after it.
fn part(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(text) = text.strip_prefix(b"\"") {
        let end = memchr::memchr(b'"', text)?;
        let (value, rest) = (&text[..end], text[end + 1..].strip_prefix(b",")?);
        return (!value.contains(&b'\\')).then_some((value, rest));
    }
    let end = memchr::memchr(b',', text)?;
    let value = &text[..end];
    Some((if value == b"null" { b"" } else { value }, &text[end + 1..]))
}

/// Returns the `response` of a reply, and whether the status was ok. `None` if it is not a reply's payload.
pub fn reply(payload: &[u8]) -> Option<(bool, &[u8])> {
    // The server's usual form is parsed fast; any other order of the fields the slow way.
    const OK: &[u8] = br#"{"status":"ok","response":"#;
    if let Some(rest) = payload.strip_prefix(OK) {
        return Some((true, rest.strip_suffix(b"}")?));
    }
    static STATUS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""status":""#));
    static RESPONSE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""response":"#));
    let status = STATUS.find(payload)? + 10;
    let response = RESPONSE.find(payload)? + 11;
    Some((payload[status..].starts_with(b"ok\""), &payload[response..]))
}

/// The parts of a message that a run needs.
#[derive(Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// The id.
    pub id: &'a [u8],
    /// The `seq`; absent if the server does not count.
    pub seq: Option<u64>,
    /// The `changed_seq`.
    pub changed: Option<u64>,
}

/// Finds a message's id and positions.
///
/// Inside a JSON string each quote is preceded by a backslash, so `"id":"` can only be a key.
pub fn message(payload: &[u8]) -> Option<Message<'_>> {
    static ID: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""id":""#));
    let at = if payload.starts_with(br#"{"id":""#) { 7 } else { ID.find(payload)? + 6 };
    let id = payload.get(at..at + 36)?;
    static CHANGED: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""changed_seq":"#));
    let changed = CHANGED.find(payload).map(|found| number(&payload[found + 14..]));
    Some(Message { id, seq: seq(payload), changed })
}

/// Returns the `seq` of a message or of the answer to one.
pub fn seq(payload: &[u8]) -> Option<u64> {
    static SEQ: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""seq":"#));
    SEQ.find(payload).map(|found| number(&payload[found + 6..]))
}

/// Returns the string value of a key, as it stands in JSON. The key is given with its quotes, colon and opening quote.
pub fn text<'a>(payload: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let from = memchr::memmem::find(payload, key)? + key.len();
    let rest = &payload[from..];
    Some(&rest[..memchr::memchr(b'"', rest)?])
}

/// Returns the digits at the start, as a number.
pub fn number(digits: &[u8]) -> u64 {
    let digits = digits.iter().skip_while(|byte| **byte == b' ').take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')))
}

/// The ref of a session's join, and its join_ref afterwards.
pub const JOIN: &str = "j";
/// The ref of heartbeats.
pub const HEARTBEAT: &str = "h";

/// Writes the join of a topic.
///
/// # Errors
/// None in memory.
pub fn join(out: &mut Vec<u8>, topic: &str, payload: Arguments<'_>) -> io::Result<()> {
    write!(out, r#"["{JOIN}","{JOIN}","{topic}","phx_join",{payload}]"#)
}

/// Writes a heartbeat.
pub fn heartbeat(out: &mut Vec<u8>) {
    let _ = write!(out, r#"[null,"{HEARTBEAT}","phoenix","heartbeat",{{}}]"#);
}

/// Writes a push. Its ref is a number, with a letter or none before it.
pub fn push(out: &mut Vec<u8>, (letter, number): (&str, u64), topic: &str, event: &str, payload: Arguments<'_>) {
    let _ = write!(out, r#"["{JOIN}","{letter}{number}","{topic}","{event}",{payload}]"#);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broadcast_is_taken_apart() {
        let text = br#"[null,null,"pod:7","message:new",{"id":"01234567-0123-4123-8123-0123456789ab","seq":12,"changed_seq":13,"user_id":"x","text":"\"id\":\"no\", \"seq\":99"}]"#;
        let incoming = read(text).unwrap();
        assert_eq!(
            (incoming.reference, incoming.topic, incoming.event),
            (&b""[..], &b"pod:7"[..], &b"message:new"[..])
        );
        let message = message(incoming.payload).unwrap();
        assert_eq!(message, Message { id: b"01234567-0123-4123-8123-0123456789ab", seq: Some(12), changed: Some(13) });
    }

    #[test]
    fn fields_may_come_in_any_order() {
        let payload = br#"{"text":"{\"id\":\"","user_id":"u","id":"01234567-0123-4123-8123-0123456789ab","seq": 4}"#;
        let message = message(payload).unwrap();
        assert_eq!(message, Message { id: b"01234567-0123-4123-8123-0123456789ab", seq: Some(4), changed: None });
        assert_eq!(text(payload, br#""user_id":""#), Some(&b"u"[..]));
    }

    #[test]
    fn a_reply_says_whether_it_is_one() {
        let text = br#"["j","17","pod:7","phx_reply",{"status":"ok","response":{"id":"a","seq":3}}]"#;
        let incoming = read(text).unwrap();
        assert_eq!(number(incoming.reference), 17);
        assert_eq!(reply(incoming.payload), Some((true, &br#"{"id":"a","seq":3}"#[..])));
        let (ok, response) = reply(br#"{"response":{"code":"overloaded"},"status":"error"}"#).unwrap();
        assert!(!ok && response.starts_with(br#"{"code":"overloaded""#));
        assert_eq!(read(b"[1,2]"), None);
        assert_eq!(read(br#"[4,17,"t","e",{}]"#).map(|frame| number(frame.reference)), Some(17));
    }
}
