//! What a pod's actor can be told and asked.

use actix::Message;
use uuid::Uuid;

use crate::crew::pods::change::Change;
use crate::crew::pods::store::live::Mark;
use crate::realtime::presence::Entry;
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
#[derive(Message)]
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

/// The database has another line of history: nothing that was read holds any more.
#[derive(Message)]
#[rtype(result = "()")]
pub struct EpochChanged;

/// Another node tells of its sessions in the pod, all of them.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Announced {
    /// The node.
    pub from: Uuid,
    /// Of several tellings the highest holds.
    pub version: u64,
    /// Each session's person, and its number there.
    pub entries: Vec<Entry>,
}

/// A person types on another node, or has stopped.
#[derive(Message)]
#[rtype(result = "()")]
pub struct TypesRemotely {
    /// Who.
    pub user_id: Uuid,
    /// Whether they type.
    pub on: bool,
}
