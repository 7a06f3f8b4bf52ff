//! The bus, which carries committed frames, presence and heartbeats between nodes.
//!
//! A bus may lose, delay, repeat and reorder packets. Only timing depends on it: receivers order by position and repair
//! from Postgres. Publishing therefore never blocks and never fails.
//!
//! Packets are bytes, decoded by the code that [`Receive`]s a kind of topic. A listener of a topic holds a
//! [`Listening`]. The bus subscribes for the first listener and unsubscribes after the last, so one that stops cannot
//! cut off another.

mod address;
mod envelope;
mod interests;
pub mod redis;
mod trouble;

use uuid::Uuid;

pub use self::interests::Listening;
use crate::wire::topic::Topic;

/// The bus as the engine uses it.
pub trait Bus: Send + Sync + 'static {
    /// Returns whether this is the only node that commits changes, so that what it knows of a topic is complete.
    fn is_alone(&self) -> bool;

    /// Returns the id by which other nodes know this one. It is new at every start.
    fn boot_id(&self) -> Uuid;

    /// Publishes a packet to the other nodes that listen to the topic. Neither blocks nor queues without bound.
    fn publish(&self, topic: &Topic, payload: &[u8]);

    /// Subscribes this node to a topic until the returned value is dropped.
    fn listen(&self, topic: &Topic) -> Listening;
}

/// A receiver of packets on topics of one kind.
pub trait Receive: Send + Sync + 'static {
    /// Handles a packet that the node `from` has published. Must not block: it runs on the thread that reads from the
    /// bus.
    fn received(&self, id: Uuid, from: Uuid, payload: &[u8]);
}

/// The bus of a single node, which publishes nothing.
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
