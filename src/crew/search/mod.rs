//! Finding messages: by words, in one's own pods, since one came there.
//!
//! No index helps: one of the words of messages would cost each message that is sent, and the journal's statement stays
//! as it is. So a search looks at the messages of the caller's pods, the newest first, a bounded number a page
//! ([`LOOKED_AT`]); its cursor says where the next page goes on, also when this one has found nothing.

pub mod mount;
mod routes;
pub mod service;
mod store;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::crew::messages::Message;
use crate::foundation::http::PagePosition;

/// The most messages that are looked at for a page, about.
pub const LOOKED_AT: i64 = 20_000;

/// How many of these are looked at in one turn. Words that are found soon cost one turn.
const TURN: i64 = 5_000;

/// The longest query, in characters.
pub const MAX_QUERY: usize = 200;

/// A message that was found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FoundMessage {
    /// The event of the pod.
    pub event_id: Uuid,
    /// The pod.
    pub pod_id: Uuid,
    /// The pod's name.
    pub pod_name: String,
    /// The message.
    pub message: Message,
}

/// The findings of a search up to a place.
#[derive(Debug, Default)]
pub struct Findings {
    /// The messages, the newest first.
    pub messages: Vec<FoundMessage>,
    /// The place from which on older messages have not been looked at; `None` if there are none.
    pub until: Option<PagePosition>,
}
