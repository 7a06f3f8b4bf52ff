//! Phoenix V2 frames: `[join_ref, ref, topic, event, payload]`.
//!
//! As in `Phoenix.Socket.V2.JSONSerializer` (Phoenix 1.8). Refs are the client's: they are kept as the JSON they came
//! in and echoed to the letter. A broadcast has neither, so that one encoding serves every session.

use std::borrow::Cow;
use std::fmt;

use bytestring::ByteString;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The longest ref that is echoed, in bytes of its JSON.
const MAX_REF: usize = 64;

/// A client's `ref` or `join_ref`, as the JSON it came in: a string or a number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ref(Box<str>);

impl Ref {
    fn read(raw: Option<&RawValue>) -> Result<Option<Ref>, FrameError> {
        let Some(text) = raw.map(RawValue::get) else { return Ok(None) };
        match text.as_bytes().first() {
            Some(b'"' | b'0'..=b'9' | b'-') if text.len() <= MAX_REF => Ok(Some(Ref(text.into()))),
            _ => Err(FrameError("a ref is null, a number or a string of at most 62 bytes")),
        }
    }
}

impl fmt::Debug for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a client sent.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// Which join of the topic it belongs to.
    pub join_ref: Option<Ref>,
    /// What the reply must carry.
    pub reference: Option<Ref>,
    /// The topic's text.
    pub topic: Cow<'a, str>,
    /// The event's name.
    pub event: Cow<'a, str>,
    /// The payload, not yet read.
    pub payload: &'a RawValue,
}

/// Why a text is no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FrameError(&'static str);

#[derive(Deserialize)]
struct Five<'a>(
    #[serde(borrow)] Option<&'a RawValue>,
    #[serde(borrow)] Option<&'a RawValue>,
    #[serde(borrow)] Cow<'a, str>,
    #[serde(borrow)] Cow<'a, str>,
    #[serde(borrow)] &'a RawValue,
);

/// Reads a V2 text frame.
///
/// # Errors
/// When it is not JSON, or not an array of these five.
pub fn decode(text: &str) -> Result<Incoming<'_>, FrameError> {
    let five: Five<'_> = serde_json::from_str(text)
        .map_err(|_| FrameError("a frame is a JSON array: [join_ref, ref, topic, event, payload]"))?;
    Ok(Incoming {
        join_ref: Ref::read(five.0)?,
        reference: Ref::read(five.1)?,
        topic: five.2,
        event: five.3,
        payload: five.4,
    })
}

/// Encodes a push without refs: what goes to every session of a topic.
///
/// # Panics
/// Never for payloads made of strings, numbers, lists and structs: only a map whose keys are no strings, or a
/// `Serialize` that fails by itself, has no JSON.
pub fn push(topic: &str, event: &str, payload: &impl Serialize) -> ByteString {
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(b"[null,null,");
    json(&mut out, topic);
    out.push(b',');
    json(&mut out, event);
    out.push(b',');
    json(&mut out, payload);
    out.push(b']');
    text(out)
}

/// The outcome in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// `"ok"`
    Ok,
    /// `"error"`
    Error,
}

/// Encodes the `phx_reply` to a push.
pub fn reply(
    join_ref: Option<&Ref>,
    reference: Option<&Ref>,
    topic: &str,
    status: Status,
    response: &impl Serialize,
) -> ByteString {
    let mut out = Vec::with_capacity(256);
    head(&mut out, join_ref, reference, topic);
    out.extend_from_slice(match status {
        Status::Ok => br#","phx_reply",{"status":"ok","response":"#,
        Status::Error => br#","phx_reply",{"status":"error","response":"#,
    });
    json(&mut out, response);
    out.extend_from_slice(b"}]");
    text(out)
}

/// Encodes the `phx_close` that ends one join of a topic for good.
pub fn close(join_ref: Option<&Ref>, topic: &str) -> ByteString {
    let mut out = Vec::with_capacity(96);
    head(&mut out, join_ref, join_ref, topic);
    out.extend_from_slice(br#","phx_close",{}]"#);
    text(out)
}

fn head(out: &mut Vec<u8>, join_ref: Option<&Ref>, reference: Option<&Ref>, topic: &str) {
    out.push(b'[');
    for each in [join_ref, reference] {
        out.extend_from_slice(each.map_or("null", |r| &r.0).as_bytes());
        out.push(b',');
    }
    json(out, topic);
}

fn json(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(out, value).expect("payloads have string keys, and writing to memory cannot fail");
}

fn text(out: Vec<u8>) -> ByteString {
    ByteString::try_from(out).expect("serde_json writes UTF-8, and refs are slices of a UTF-8 text")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_push_of_the_javascript_client_is_read() {
        let text = r#"["1","4","pod:7","message:new",{"text":"hi"}]"#;
        let frame = decode(text).unwrap();
        assert_eq!(frame.join_ref, Some(Ref(r#""1""#.into())));
        assert_eq!(frame.reference, Some(Ref(r#""4""#.into())));
        assert_eq!((&*frame.topic, &*frame.event), ("pod:7", "message:new"));
        assert_eq!(frame.payload.get(), r#"{"text":"hi"}"#);
    }

    #[test]
    fn refs_may_be_null_or_numbers() {
        let frame = decode(r#"[null,12,"phoenix","heartbeat",{}]"#).unwrap();
        assert_eq!(frame.join_ref, None);
        assert_eq!(frame.reference, Some(Ref("12".into())));
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        let long = format!(r#"[null,"{}","t","e",{{}}]"#, "x".repeat(80));
        for text in [
            "",
            "[",
            "{}",
            "[]",
            "null",
            "[1,2,3,4]",
            r#"[null,null,"t","e"]"#,
            r#"[null,null,"t","e",{},1]"#,
            r#"[null,null,1,"e",{}]"#,
            r#"[null,null,"t",null,{}]"#,
            r#"[{},null,"t","e",{}]"#,
            r#"[null,[],"t","e",{}]"#,
            r#"[null,true,"t","e",{}]"#,
            r#"[null,null,"\ud800","e",{}]"#,
            &long,
        ] {
            assert!(decode(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_deep_payload_is_read_without_recursion() {
        let deep = format!(r#"[null,"1","t","e",{}{}]"#, "[".repeat(30_000), "]".repeat(30_000));
        assert_eq!(decode(&deep).unwrap().payload.get().len(), 60_000);
    }

    #[test]
    fn a_broadcast_has_no_refs() {
        assert_eq!(push("pod:7", "typing", &json!({"on": true})), r#"[null,null,"pod:7","typing",{"on":true}]"#);
    }

    #[test]
    fn a_reply_echoes_both_refs() {
        let frame = decode(r#"["1",4,"pod:7","message:new",{}]"#).unwrap();
        let (join_ref, reference) = (frame.join_ref.as_ref(), frame.reference.as_ref());
        assert_eq!(
            reply(join_ref, reference, "pod:7", Status::Ok, &json!({})),
            r#"["1",4,"pod:7","phx_reply",{"status":"ok","response":{}}]"#
        );
        assert_eq!(
            reply(None, reference, "x\"y", Status::Error, &json!({"code": "invalid"})),
            r#"[null,4,"x\"y","phx_reply",{"status":"error","response":{"code":"invalid"}}]"#
        );
    }

    #[test]
    fn a_close_carries_the_join_ref_twice() {
        let frame = decode(r#"["1","4","pod:7","phx_leave",{}]"#).unwrap();
        assert_eq!(close(frame.join_ref.as_ref(), "pod:7"), r#"["1","1","pod:7","phx_close",{}]"#);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_codec_panic(text in "\\PC*") {
            let _ = decode(&text);
        }

        #[test]
        fn frames_that_were_bent_do_not_panic(cut in 0usize..60, insert in "\\PC{0,4}") {
            let whole = r#"["1","4","pod:7","message:new",{"id":"x","text":"he\u00e9y"}]"#;
            let at = (0..=cut.min(whole.len())).rev().find(|i| whole.is_char_boundary(*i)).unwrap_or(0);
            let _ = decode(&format!("{}{insert}{}", &whole[..at], &whole[at..]));
            let _ = decode(&whole[..at]);
        }

        #[test]
        fn a_reply_is_a_frame_whatever_the_topic(topic in "\\PC*", reference in "\\PC{0,15}") {
            let reference = serde_json::to_string(&reference).unwrap();
            let sent = format!(r#"[null,{reference},"t","e",{{}}]"#);
            if let Ok(frame) = decode(&sent) {
                let text = reply(None, frame.reference.as_ref(), &topic, Status::Ok, &json!({}));
                let back = decode(&text).unwrap();
                prop_assert_eq!(&*back.topic, topic.as_str());
                prop_assert_eq!(back.reference, frame.reference);
            }
        }
    }
}
