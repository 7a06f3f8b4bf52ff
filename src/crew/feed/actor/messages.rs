//! Messages to an event's actor.

use std::sync::Arc;

use actix::Message;
use uuid::Uuid;

use crate::foundation::errors::Result;
use crate::realtime::declared::Added;
use crate::realtime::subscription::KnownRevision;

/// Makes the actor check its marks for what must be read.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Wake;

/// The database's current epoch.
#[derive(Clone, Message)]
#[rtype(result = "()")]
pub struct HistoryIs(pub Arc<str>);

/// A request for the numbers of a person's join reply. Later pushes of the topic continue from them.
#[derive(Message)]
#[rtype(result = "Result<Numbers>")]
pub struct Counts {
    /// The person who joins.
    pub user_id: Uuid,
    /// The revisions that the snapshot of the reply contains.
    pub known: Vec<KnownRevision>,
}

/// The numbers of a join reply.
#[derive(Debug, Clone)]
pub struct Numbers {
    /// The tallies as they were sent last, as fields of the reply.
    pub tallies: Vec<Added>,
    /// The number of people on the topic, including the person who joins.
    pub present: u64,
}
