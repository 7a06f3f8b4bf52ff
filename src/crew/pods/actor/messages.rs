//! Messages to a pod's actor.

use actix::Message;
use uuid::Uuid;

use crate::crew::journal::change::Change;
use crate::crew::pods::store::realtime::Mark;
use crate::realtime::subscription::SubscriptionId;

/// Delivers changes of this pod that a node has committed, in ascending order.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Committed(pub Vec<Change>);

/// Notifies the actor that the head was raised.
#[derive(Message)]
#[rtype(result = "()")]
pub struct HeardOf;

/// Makes the actor read the head, after an outcome that is unknown.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct Recheck;

/// Ends the pod, which was deleted with its event.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Gone;

/// Makes the actor read the pod, which has changed in something that is not a line of its log.
#[derive(Message)]
#[rtype(result = "()")]
pub struct PodChanged;

/// Delivers read marks.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Read(pub Vec<Mark>);

/// A typing event of a session of this node.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Typing {
    /// The session that sent it.
    pub subscription: SubscriptionId,
    /// Whether the person types.
    pub on: bool,
    /// Number of the person's messages that were on their way at that moment. They do not end the typing.
    pub under_way: u32,
}

/// A typing event of another node.
#[derive(Message)]
#[rtype(result = "()")]
pub struct RemoteTyping {
    /// The person.
    pub user_id: Uuid,
    /// Whether the person types.
    pub on: bool,
}
