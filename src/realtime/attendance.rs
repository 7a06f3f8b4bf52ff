//! What the actor of any kind of topic is told: of its sessions, of other nodes, and of its database.

use std::sync::Arc;

use actix::Message;
use uuid::Uuid;

use super::relay::RelayHandle;
use super::subscription::{Frame, SubscriptionId};
use crate::foundation::errors::Result;

/// A session is about to join: from the answer on, its relay is told of everything.
#[derive(Message)]
#[rtype(result = "Result<()>")]
pub struct Attach {
    /// Its subscription.
    pub subscription: SubscriptionId,
    /// Whose it is.
    pub user_id: Uuid,
    /// Its relay.
    pub relay: RelayHandle,
}

/// The join has been answered: the session is present.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Joined(pub SubscriptionId);

/// A session has gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Detach(pub SubscriptionId);

/// This goes to every session here.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Broadcast(pub Arc<Frame>);

/// Another node says what sessions it has, all of them.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Announced<T> {
    /// The node.
    pub from: Uuid,
    /// Of several announcements the one with the highest number holds.
    pub version: u64,
    /// What it says.
    pub said: T,
}

/// Another node wants to know who is here.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Asked;

/// Another node is dead, or has stopped.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct NodeGone(pub Uuid);

/// The bus is heard again: what was said meanwhile is lost in both directions.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct SpeakUp;

/// The database has another line of history: nothing that was read of it holds any more.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct EpochChanged;
