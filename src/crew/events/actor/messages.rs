//! What an event's actor can be told and asked.

use actix::Message;
use uuid::Uuid;

use crate::foundation::errors::Result;

/// There is something to read, as its marks say.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Look;

/// The numbers that the join of this person is answered with. What the topic tells after that follows from them.
#[derive(Message)]
#[rtype(result = "Result<Numbers>")]
pub struct Counts {
    /// Who joins.
    pub user_id: Uuid,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Members of the event, as was told last.
    pub members: i64,
    /// People on the topic, who joins included.
    pub present: u64,
}
