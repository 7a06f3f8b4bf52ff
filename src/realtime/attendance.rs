//! Messages that the actor of any kind of topic handles: about its sessions, about other nodes, and about the database.

use std::sync::Arc;

use actix::Message;
use uuid::Uuid;

use super::relay::RelayHandle;
use super::subscription::{Frame, SubscriptionId};
use crate::foundation::errors::Result;

/// Attaches a session that is about to join: its relay receives every frame from then on.
#[derive(Message)]
#[rtype(result = "Result<()>")]
pub struct Attach {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The session's person.
    pub user_id: Uuid,
    /// The session's relay.
    pub relay: RelayHandle,
}

/// Marks a session as present: its join has been answered.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Joined(pub SubscriptionId);

/// Detaches a session that has left or ended.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Detach(pub SubscriptionId);

/// Broadcasts a frame to every session on this node.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Broadcast(pub Arc<Frame>);

/// Another node's announcement of all its sessions on the topic.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Announced<T> {
    /// The node.
    pub from: Uuid,
    /// The version of the announcement; the highest one counts.
    pub version: u64,
    /// The content of the announcement.
    pub said: T,
}

/// Another node's request for an announcement.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Asked;

/// A node that is dead or has stopped.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct NodeGone(pub Uuid);

/// The bus works again: what was sent meanwhile was lost in both directions.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct SpeakUp;

/// The database has a new epoch: nothing that was read before is valid.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct EpochChanged;
