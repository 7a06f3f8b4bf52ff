//! What a pod's actor can be told and asked.

use actix::Message;
use uuid::Uuid;

use crate::crew::journal::change::Change;
use crate::crew::pods::store::realtime::Mark;
use crate::realtime::subscription::SubscriptionId;

/// Changes of this pod, committed somewhere, ascending.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Committed(pub Vec<Change>);

/// The head was raised.
#[derive(Message)]
#[rtype(result = "()")]
pub struct HeardOf;

/// Nobody knows whether something was committed: look.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct Recheck;

/// The pod is gone with its event.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Gone;

/// Something about the pod has changed that is no line of its log.
#[derive(Message)]
#[rtype(result = "()")]
pub struct PodChanged;

/// People have read further.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Read(pub Vec<Mark>);

/// Whether this actor rules out that the person takes a seat.
#[derive(Message)]
#[rtype(result = "bool")]
pub struct IsFull {
    /// Who wants one.
    pub user_id: Uuid,
}

/// A person types, or has stopped.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Typing {
    /// Who tells.
    pub subscription: SubscriptionId,
    /// Whether they type.
    pub on: bool,
    /// How many of the person's messages were under way when they said so: these do not end it.
    pub under_way: u32,
}

/// A person types on another node, or has stopped.
#[derive(Message)]
#[rtype(result = "()")]
pub struct RemoteTyping {
    /// Who.
    pub user_id: Uuid,
    /// Whether they type.
    pub on: bool,
}
