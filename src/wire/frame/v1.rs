//! Version 1: `{"topic", "event", "payload", "ref"}`, as in `Phoenix.Socket.V1.JSONSerializer` (Phoenix 1.8).
//!
//! Clients of this version (the npm package up to 1.2) send no `join_ref`, and no frame to them carries one.

use std::borrow::Cow;

use bytestring::ByteString;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::v2::Five;
use super::{FrameError, Incoming, Ref, Status, json, text};

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    topic: Cow<'a, str>,
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow)]
    payload: &'a RawValue,
    #[serde(borrow, default, rename = "ref")]
    reference: Option<&'a RawValue>,
    #[serde(borrow, default)]
    join_ref: Option<&'a RawValue>,
}

pub(super) fn decode(text: &str) -> Result<Incoming<'_>, FrameError> {
    let error = FrameError("a frame must be a JSON object with topic, event, payload and ref");
    // serde would read an array as the fields in their order.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(error);
    }
    let fields: Fields<'_> = serde_json::from_str(text).map_err(|_| error)?;
    let reference = Ref::read(fields.reference)?;
    let join_ref = match Ref::read(fields.join_ref)? {
        // As in Phoenix 1.2: the client recognizes the close of an earlier join by its `ref`.
        None if fields.event == "phx_join" => reference.clone(),
        given => given,
    };
    Ok(Incoming { join_ref, reference, topic: fields.topic, event: fields.event, payload: fields.payload })
}

pub(super) fn push(topic: &str, event: &str, payload: &impl Serialize) -> ByteString {
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(br#"{"event":"#);
    json(&mut out, event);
    out.extend_from_slice(br#","payload":"#);
    json(&mut out, payload);
    end(out, None, topic)
}

pub(super) fn reply(reference: Option<&Ref>, topic: &str, status: Status, response: &impl Serialize) -> ByteString {
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(match status {
        Status::Ok => br#"{"event":"phx_reply","payload":{"status":"ok","response":"#,
        Status::Error => br#"{"event":"phx_reply","payload":{"status":"error","response":"#,
    });
    json(&mut out, response);
    out.push(b'}');
    end(out, reference, topic)
}

pub(super) fn close(join_ref: Option<&Ref>, topic: &str) -> ByteString {
    end(br#"{"event":"phx_close","payload":{}"#.to_vec(), join_ref, topic)
}

pub(super) fn error(join_ref: Option<&Ref>, topic: &str) -> ByteString {
    end(br#"{"event":"phx_error","payload":{}"#.to_vec(), join_ref, topic)
}

/// Encodes a push of version 2 in version 1. Returns the text as it is if it is not a frame.
pub(super) fn from_v2(text: &ByteString) -> ByteString {
    match serde_json::from_str::<Five<'_>>(text) {
        Ok(Five(_, _, topic, event, payload)) => push(&topic, &event, &payload),
        Err(_) => text.clone(),
    }
}

/// Appends the last fields. They are in alphabetical order, as Phoenix writes them.
fn end(mut out: Vec<u8>, reference: Option<&Ref>, topic: &str) -> ByteString {
    out.extend_from_slice(br#","ref":"#);
    out.extend_from_slice(Ref::json(reference));
    out.extend_from_slice(br#","topic":"#);
    json(&mut out, topic);
    out.push(b'}');
    text(out)
}
