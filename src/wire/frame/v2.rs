//! Version 2: `[join_ref, ref, topic, event, payload]`, as in `Phoenix.Socket.V2.JSONSerializer` (Phoenix 1.8).

use std::borrow::Cow;

use bytestring::ByteString;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{FrameError, Incoming, Ref, Status, json, text};

#[derive(Deserialize)]
pub(super) struct Five<'a>(
    #[serde(borrow)] pub Option<&'a RawValue>,
    #[serde(borrow)] pub Option<&'a RawValue>,
    #[serde(borrow)] pub Cow<'a, str>,
    #[serde(borrow)] pub Cow<'a, str>,
    #[serde(borrow)] pub &'a RawValue,
);

pub(super) fn decode(text: &str) -> Result<Incoming<'_>, FrameError> {
    let five: Five<'_> = serde_json::from_str(text)
        .map_err(|_| FrameError("a frame must be a JSON array: [join_ref, ref, topic, event, payload]"))?;
    Ok(Incoming {
        join_ref: Ref::read(five.0)?,
        reference: Ref::read(five.1)?,
        topic: five.2,
        event: five.3,
        payload: five.4,
    })
}

pub(super) fn push(topic: &str, event: &str, payload: &impl Serialize) -> ByteString {
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

pub(super) fn reply(
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

pub(super) fn close(join_ref: Option<&Ref>, topic: &str) -> ByteString {
    over(join_ref, topic, br#","phx_close",{}]"#)
}

pub(super) fn error(join_ref: Option<&Ref>, topic: &str) -> ByteString {
    over(join_ref, topic, br#","phx_error",{}]"#)
}

fn over(join_ref: Option<&Ref>, topic: &str, rest: &[u8]) -> ByteString {
    let mut out = Vec::with_capacity(96);
    head(&mut out, join_ref, join_ref, topic);
    out.extend_from_slice(rest);
    text(out)
}

fn head(out: &mut Vec<u8>, join_ref: Option<&Ref>, reference: Option<&Ref>, topic: &str) {
    out.push(b'[');
    for each in [join_ref, reference] {
        out.extend_from_slice(Ref::json(each));
        out.push(b',');
    }
    json(out, topic);
}
