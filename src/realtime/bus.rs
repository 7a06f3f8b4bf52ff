//! What carries committed frames between nodes.
//!
//! A bus may lose, delay, repeat and reorder: nothing but timing depends on it, because whoever receives from it
//! orders by position and repairs from Postgres. Publishing therefore never waits and never fails.

use bytestring::ByteString;

use crate::wire::topic::Topic;

/// The bus as the engine sees it.
pub trait Bus: Send + Sync + 'static {
    /// Tells the other nodes of a committed change. Neither blocks nor queues without bound.
    fn publish(&self, topic: &Topic, position: i64, frame: &ByteString);

    /// From now on this node wants the topic's frames.
    fn subscribe(&self, topic: &Topic);

    /// This node has nobody left on the topic.
    fn unsubscribe(&self, topic: &Topic);

    /// Whether this node alone commits changes, so that what it knows of a topic is all there is.
    fn is_alone(&self) -> bool;
}

/// The bus of a single node: there is nobody to tell.
#[derive(Debug, Default, Clone, Copy)]
pub struct LocalBus;

impl Bus for LocalBus {
    fn publish(&self, _topic: &Topic, _position: i64, _frame: &ByteString) {}

    fn subscribe(&self, _topic: &Topic) {}

    fn unsubscribe(&self, _topic: &Topic) {}

    fn is_alone(&self) -> bool {
        true
    }
}
