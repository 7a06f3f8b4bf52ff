//! What carries committed frames, presence and beats between nodes.
//!
//! A bus may lose, delay, repeat and reorder: nothing but timing depends on it, because whoever receives from it
//! orders by position and repairs from Postgres. Publishing therefore never waits and never fails.
//!
//! What is published is bytes; what they mean is known to those who [`Receive`] the kind of topic. Who listens to a topic
//! holds a [`Listening`]; the bus subscribes for the first of them and unsubscribes after the last, so that one who stops
//! cannot silence another.

mod address;
mod envelope;
mod interests;
pub mod redis;
mod trouble;

use uuid::Uuid;

pub use self::interests::Listening;
use crate::wire::topic::Topic;

/// The bus as the engine sees it.
pub trait Bus: Send + Sync + 'static {
    /// Whether this node alone commits changes, so that what it knows of a topic is all there is.
    fn is_alone(&self) -> bool;

    /// Who this node is to the others: made anew at every start.
    fn boot_id(&self) -> Uuid;

    /// Tells the other nodes that listen to the topic. Neither blocks nor queues without bound.
    fn publish(&self, topic: &Topic, payload: &[u8]);

    /// From now on this node wants what is published on the topic, until the answer is dropped.
    fn listen(&self, topic: &Topic) -> Listening;
}

/// Who takes what comes on topics of one kind.
pub trait Receive: Send + Sync + 'static {
    /// This was published by the node `from`. Must not block: it runs on the thread that reads from the bus.
    fn received(&self, id: Uuid, from: Uuid, payload: &[u8]);
}

/// The bus of a single node: there is nobody to tell.
#[derive(Debug, Clone, Copy)]
pub struct LocalBus(Uuid);

impl Default for LocalBus {
    fn default() -> Self {
        LocalBus(Uuid::new_v4())
    }
}

impl Bus for LocalBus {
    fn is_alone(&self) -> bool {
        true
    }

    fn boot_id(&self) -> Uuid {
        self.0
    }

    fn publish(&self, _topic: &Topic, _payload: &[u8]) {}

    fn listen(&self, _topic: &Topic) -> Listening {
        Listening::to_nothing()
    }
}
