//! The frames of PROTOCOL as a crowd reads them: borrowed from the text, and only what it needs of each.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

/// `[join_ref, ref, topic, event, payload]`
#[derive(Deserialize)]
pub struct Frame<'a>(
    #[serde(borrow)] pub Option<&'a str>,
    #[serde(borrow)] pub Option<&'a str>,
    pub &'a str,
    pub &'a str,
    #[serde(borrow)] pub &'a RawValue,
);

/// The payload of a `phx_reply`.
#[derive(Deserialize)]
pub struct Reply<'a> {
    pub status: &'a str,
    #[serde(borrow)]
    pub response: &'a RawValue,
}

/// The response to a join, or a page of history.
#[derive(Deserialize)]
pub struct Page<'a> {
    pub head: Option<i64>,
    pub epoch: Option<String>,
    #[serde(default)]
    pub reset: bool,
    #[serde(borrow)]
    pub messages: Vec<&'a RawValue>,
    pub more: bool,
    pub next: Option<i64>,
}

/// The response to whatever else was pushed, or a refusal.
#[derive(Deserialize)]
pub struct Answer<'a> {
    pub id: Option<Uuid>,
    pub seq: Option<i64>,
    #[serde(borrow)]
    pub code: Option<Cow<'a, str>>,
    pub retry_after_ms: Option<u64>,
}

/// A message; its other fields are read by other types.
#[derive(Deserialize)]
pub struct Message<'a> {
    pub id: Uuid,
    pub seq: i64,
    pub changed_seq: i64,
    pub user_id: Uuid,
    pub kind: &'a str,
    #[serde(borrow)]
    pub text: Cow<'a, str>,
    #[serde(borrow)]
    pub deleted_at: Option<&'a str>,
}

/// Reads what the protocol promises to be there.
pub fn read<'a, T: Deserialize<'a>>(text: &'a str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("not what was promised ({error}): {text}"))
}
