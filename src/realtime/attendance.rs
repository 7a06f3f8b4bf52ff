//! What the actor of any kind of topic is told of those who attend it, here and on other nodes, and when it speaks of them.

use std::time::Duration;

use actix::Message;
use uuid::Uuid;

use super::relay::RelayHandle;
use super::subscription::SubscriptionId;
use crate::foundation::errors::Result;

/// How often a node speaks for its own sessions though nothing has changed.
pub const DIGEST: Duration = Duration::from_secs(10);

/// How long a node may say nothing before it is asked.
pub const SILENCE: Duration = Duration::from_secs(15);

/// Over how long the topics of a node are spread when all of them have something to say.
pub const SPREAD: Duration = Duration::from_millis(500);

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

/// A session that its topic's actor knows.
pub struct Attached {
    /// Whose it is.
    pub user_id: Uuid,
    /// Its relay.
    pub relay: RelayHandle,
    /// Whether its join has been answered.
    pub present: bool,
}

impl From<Attach> for Attached {
    fn from(attach: Attach) -> Self {
        Attached { user_id: attach.user_id, relay: attach.relay, present: false }
    }
}

/// The join has been answered: the session is present.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Joined(pub SubscriptionId);

/// A session has gone.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Detach(pub SubscriptionId);

/// Another node wants to know who is here.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Asked;

/// Another node is dead, or has stopped.
#[derive(Message)]
#[rtype(result = "()")]
pub struct NodeGone(pub Uuid);

/// The bus is heard again: what was said meanwhile is lost in both directions.
#[derive(Message)]
#[rtype(result = "()")]
pub struct SpeakUp;
