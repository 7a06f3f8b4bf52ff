//! What an event's actor can be told and asked.

use std::sync::Arc;

use actix::Message;
use serde_json::Value;
use uuid::Uuid;

use crate::foundation::errors::Result;

/// There is something to read, as its marks say.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Wake;

/// The database has this line of history now.
#[derive(Clone, Message)]
#[rtype(result = "()")]
pub struct HistoryIs(pub Arc<str>);

/// The numbers that the join of this person is answered with. What the topic tells after that follows from them.
#[derive(Message)]
#[rtype(result = "Result<Numbers>")]
pub struct Counts {
    /// Who joins.
    pub user_id: Uuid,
}

/// How many there are.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbers {
    /// The tallies as they were told last, by their fields.
    pub tallies: Vec<(&'static str, Value)>,
    /// People on the topic, who joins included.
    pub present: u64,
}
