//! Phoenix frames, in the two protocol versions that clients use.
//!
//! As in the serializers of Phoenix 1.8, version 2 writes arrays and version 1 objects. A ref belongs to the client: it
//! is kept as the JSON that it came in and echoed byte for byte. A broadcast has no refs, so one encoding per version
//! serves every session ([`Encoded`]).

mod v1;
mod v2;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use bytestring::ByteString;
use serde::Serialize;
use serde_json::value::RawValue;

/// Maximum length of a ref, in bytes of its JSON.
const MAX_REF: usize = 64;

/// The protocol version of a session's frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `vsn=1.0.0`: objects.
    V1,
    /// `vsn=2.0.0`: arrays.
    V2,
}

impl Version {
    /// Returns the version that a handshake requests by `vsn`, or `None` if it is not supported. As in Phoenix, a
    /// missing `vsn` means 1.0.0, and patch versions are accepted: Phoenix requires `~> 1.0.0` and `~> 2.0.0`.
    pub fn negotiate(vsn: Option<&str>) -> Option<Version> {
        let mut parts = vsn.unwrap_or("1.0.0").splitn(3, '.');
        let (major, minor, patch) = (parts.next()?, parts.next()?, parts.next()?);
        let is_number = patch.bytes().all(|byte| byte.is_ascii_digit()) && (patch == "0" || !patch.starts_with('0'));
        match (major, minor) {
            _ if patch.is_empty() || !is_number => None,
            ("1", "0") => Some(Version::V1),
            ("2", "0") => Some(Version::V2),
            _ => None,
        }
    }

    /// Decodes a text frame.
    ///
    /// # Errors
    /// [`FrameError`] if the text is not JSON, or not a frame of this version.
    pub fn decode(self, text: &str) -> Result<Incoming<'_>, FrameError> {
        match self {
            Version::V1 => v1::decode(text),
            Version::V2 => v2::decode(text),
        }
    }

    /// Encodes a push without refs for one session. [`push`] encodes one for many.
    ///
    /// # Panics
    /// As [`push`].
    pub fn push(self, topic: &str, event: &str, payload: &impl Serialize) -> ByteString {
        match self {
            Version::V1 => v1::push(topic, event, payload),
            Version::V2 => v2::push(topic, event, payload),
        }
    }

    /// Encodes the `phx_reply` to a push.
    ///
    /// # Panics
    /// As [`push`].
    pub fn reply(
        self,
        join_ref: Option<&Ref>,
        reference: Option<&Ref>,
        topic: &str,
        status: Status,
        response: &impl Serialize,
    ) -> ByteString {
        match self {
            Version::V1 => v1::reply(reference, topic, status, response),
            Version::V2 => v2::reply(join_ref, reference, topic, status, response),
        }
    }

    /// Encodes the `phx_close` that ends a join of a topic for good.
    pub fn close(self, join_ref: Option<&Ref>, topic: &str) -> ByteString {
        match self {
            Version::V1 => v1::close(join_ref, topic),
            Version::V2 => v2::close(join_ref, topic),
        }
    }

    /// Encodes the `phx_error` that ends a join of a topic. Clients then join again by themselves.
    pub fn error(self, join_ref: Option<&Ref>, topic: &str) -> ByteString {
        match self {
            Version::V1 => v1::error(join_ref, topic),
            Version::V2 => v2::error(join_ref, topic),
        }
    }
}

/// A push without refs: encoded once for all sessions of version 2, and once for those of version 1, when the first of
/// them receives it.
#[derive(Debug, Default)]
pub struct Encoded {
    v2: ByteString,
    v1: OnceLock<ByteString>,
}

impl Encoded {
    /// Returns the encoding of version 2, which nodes also send each other.
    pub fn v2(&self) -> &ByteString {
        &self.v2
    }

    /// Returns the encoding for sessions of a version.
    pub fn in_version(&self, version: Version) -> ByteString {
        match version {
            Version::V2 => self.v2.clone(),
            Version::V1 => self.v1.get_or_init(|| v1::from_v2(&self.v2)).clone(),
        }
    }

    /// Returns the length in bytes in version 2. Version 1 takes about 30 bytes more.
    pub fn len(&self) -> usize {
        self.v2.len()
    }

    /// Returns whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.v2.is_empty()
    }
}

impl From<ByteString> for Encoded {
    /// Takes a text that is encoded in version 2.
    fn from(v2: ByteString) -> Self {
        Encoded { v2, v1: OnceLock::new() }
    }
}

/// Encodes a push without refs, for every session of a topic.
///
/// # Panics
/// If the payload has no JSON: a map whose keys are not strings, or a `Serialize` that fails by itself. Never for
/// payloads made of strings, numbers, arrays and structs.
pub fn push(topic: &str, event: &str, payload: &impl Serialize) -> Encoded {
    v2::push(topic, event, payload).into()
}

/// A client's `ref` or `join_ref`, as the JSON that it came in: a string or a number.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ref(Box<str>);

impl Ref {
    fn read(raw: Option<&RawValue>) -> Result<Option<Ref>, FrameError> {
        let Some(text) = raw.map(RawValue::get) else { return Ok(None) };
        match text.as_bytes().first() {
            Some(b'"' | b'0'..=b'9' | b'-') if text.len() <= MAX_REF => Ok(Some(Ref(text.into()))),
            _ => Err(FrameError("a ref must be null, a number or a string of at most 62 bytes")),
        }
    }

    fn json(this: Option<&Ref>) -> &[u8] {
        this.map_or("null", |r| &r.0).as_bytes()
    }
}

impl fmt::Debug for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A frame from a client.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// The join of the topic that the frame belongs to.
    pub join_ref: Option<Ref>,
    /// The ref that the reply must carry.
    pub reference: Option<Ref>,
    /// The topic's text.
    pub topic: Cow<'a, str>,
    /// The event's name.
    pub event: Cow<'a, str>,
    /// The payload, not yet parsed.
    pub payload: &'a RawValue,
}

/// The reason why a text is not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FrameError(&'static str);

/// The outcome in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// `"ok"`
    Ok,
    /// `"error"`
    Error,
}

fn json(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(out, value).expect("payloads have string keys, and writing to memory cannot fail");
}

fn text(out: Vec<u8>) -> ByteString {
    ByteString::try_from(out).expect("serde_json writes UTF-8, and refs are slices of a UTF-8 text")
}
