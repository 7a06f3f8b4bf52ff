//! The hub of one kind of topic on this node: finds and starts the topics' actors, and sends to them and to the other
//! nodes.
//!
//! A feature with topics of its own owns a [`Hub`]. To send to a topic, other code finds its actor here, if it has one;
//! other nodes receive packets over the bus, on the topic itself. A single node is queried on a topic of its own
//! (`node_kind`), which it listens to as long as its hub lives.
//!
//! **Concurrency.** All methods may be called from any thread, and none blocks.
//!
//! **Bounds.** An actor's mailbox is bounded. Messages that may be lost are [offered](Hub::offer), and dropped if there
//! is no room. Messages that must arrive go to all actors at once, and so seldom that they need no limit
//! ([`Hub::tell_all`]).
//!
//! **Invariants.** The hub subscribes to a topic on the bus before the topic's actor reads anything, and an actor is
//! removed from the hub before it stops ([`Registration::withdraw`]). So nothing is lost between two actors of one
//! topic.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use actix::{Addr, ArbiterHandle, Handler, Message};
use bytestring::ByteString;
use futures_util::future::BoxFuture;
use serde::Serialize;
use uuid::Uuid;

use super::attendance::{Announced, Asked, Broadcast, Joined, NodeGone, SpeakUp};
use super::bus::{Bus, Listening, Receive};
use super::channel::Member;
use super::declared::Event;
use super::nodes::{NodeListener, Nodes};
use super::registry::{Generation, Live, Registry, Start};
use super::subscription::{Frame, Reach};
use super::threads::Threads;
use super::topic_actor::TopicActor;
use crate::wire::frame::Encoded;
use crate::wire::topic::Topic;

/// A packet between nodes about one kind of topic.
pub trait Packet: Sized + 'static {
    /// Encodes the packet for the bus.
    fn encode(&self) -> Vec<u8>;

    /// Decodes a packet from the bus. Returns `None` if it is not understood: a later release may send other packets.
    fn decode(bytes: &[u8]) -> Option<Self>;

    /// Returns a packet that asks all other nodes to announce their sessions on the topic.
    fn ask() -> Self;

    /// Returns a packet that asks one node, on that node's own topic, to announce its sessions on the topic `id`, even
    /// if it has none.
    fn ask_about(id: Uuid) -> Self;

    /// Returns a packet that carries an unnumbered push to the topic's sessions, encoded in version 2.
    fn event(text: ByteString) -> Self;
}

/// The live topics of one kind on this node: those that have an actor.
pub struct Hub<A: TopicActor> {
    kind: &'static str,
    node_kind: &'static str,
    registry: Registry<A, A::Shared>,
    bus: Arc<dyn Bus>,
    /// The other nodes, if there may be any.
    nodes: Option<Nodes>,
    threads: Threads,
    versions: AtomicU64,
    _listening: Listening,
}

impl<A: TopicActor> Hub<A> {
    /// Starts an empty hub whose actors will run on `threads`. Single nodes are queried on topics of the kind
    /// `node_kind`.
    pub fn start(
        kind: &'static str,
        node_kind: &'static str,
        bus: Arc<dyn Bus>,
        nodes: Option<Nodes>,
        threads: Threads,
    ) -> Arc<Self> {
        let hub = Arc::new(Hub {
            kind,
            node_kind,
            registry: Registry::new(kind, Arc::clone(&bus)),
            _listening: bus.listen(&Topic::of(node_kind, bus.boot_id())),
            bus,
            nodes,
            threads,
            versions: AtomicU64::new(1),
        });
        if let Some(nodes) = &hub.nodes {
            let listener: Arc<dyn NodeListener> = hub.clone();
            nodes.add_listener(Arc::downgrade(&listener));
        }
        hub
    }

    /// Returns the actor of a topic, if it has one on this node.
    pub fn find(&self, id: Uuid) -> Option<Live<A, A::Shared>> {
        self.registry.find(id)
    }

    /// Returns the actor of a topic. If it has none, `start` starts one on the thread with this number.
    pub fn find_or_start(
        &self,
        id: Uuid,
        number: usize,
        start: impl FnOnce(&ArbiterHandle, Start<A::Shared>) -> Addr<A>,
    ) -> Live<A, A::Shared> {
        self.registry.find_or_start(id, |given| start(&self.threads.handle(number), given))
    }

    /// Returns the number of live topics.
    pub fn count(&self) -> usize {
        self.registry.len()
    }

    /// Calls `each` with every live topic.
    pub fn for_each(&self, each: impl FnMut(Uuid, &Live<A, A::Shared>)) {
        self.registry.for_each(each);
    }

    /// Returns whether this is the only node, so that what it knows of a topic is complete.
    pub fn is_alone(&self) -> bool {
        self.bus.is_alone()
    }

    /// Returns the id by which other nodes know this one.
    pub fn boot_id(&self) -> Uuid {
        self.bus.boot_id()
    }

    /// Returns a version above all that were returned before, for the next announcement of any topic of this kind.
    pub fn version(&self) -> u64 {
        self.versions.fetch_add(1, Ordering::AcqRel)
    }

    /// Sends a packet to the other nodes that have sessions on the topic. Neither blocks nor fails; the packet may be
    /// lost.
    pub fn tell(&self, id: Uuid, packet: &A::Packet) {
        if !self.is_alone() {
            self.publish(id, &packet.encode());
        }
    }

    /// Sends an encoded packet to them.
    pub fn publish(&self, id: Uuid, packet: &[u8]) {
        self.bus.publish(&Topic::of(self.kind, id), packet);
    }

    /// Asks one node to announce its sessions on the topic, if the node was heard recently and so can be expected to
    /// answer.
    pub fn ask(&self, boot_id: Uuid, id: Uuid) {
        if self.is_heard(boot_id) {
            self.bus.publish(&Topic::of(self.node_kind, boot_id), &A::Packet::ask_about(id).encode());
        }
    }

    /// Returns whether a node was heard recently.
    pub fn is_heard(&self, boot_id: Uuid) -> bool {
        self.nodes.as_ref().is_some_and(|nodes| nodes.is_heard(boot_id))
    }

    /// Offers a message to a topic's actor. It is dropped if there is no actor, or no room in its mailbox.
    pub fn offer<M>(&self, id: Uuid, message: M)
    where
        A: Handler<M>,
        M: Message<Result: Send> + Send + 'static,
    {
        if let Some(live) = self.find(id) {
            let _ = live.address.try_send(message);
        }
    }

    /// Sends a message that must arrive to every actor, regardless of the limits of their mailboxes.
    pub fn tell_all<M>(&self, message: M)
    where
        A: Handler<M>,
        M: Message<Result: Send> + Clone + Send + 'static,
    {
        self.for_each(|_, live| live.address.do_send(message.clone()));
    }

    /// Notifies the topic's actor that a session's join has been answered.
    pub fn joined(&self, member: &Member<'_>) {
        if let Some(live) = self.find(member.id) {
            // Sent once a join, and so bounded by the number of sessions.
            live.address.do_send(Joined(member.subscription.id));
        }
    }

    /// Sends an unnumbered event to every session of the topic on all nodes, for a feature that adds events to a topic
    /// of another feature. `event` is declared for this kind of topic, by that feature.
    ///
    /// Nothing is stored: an absent client does not receive it, and what the bus or a full mailbox loses is lost. So
    /// the payload describes the current state rather than a change, and the feature adds the same state to the join
    /// reply. Call it after the state is committed.
    ///
    /// It is sent as a [state](Reach::State) that is valid at any position, and not as [passing](Reach::Passing): a
    /// session that is joining may have been read before the commit, and receives the event after its reply. If it was
    /// read later, it receives what it knows once more.
    ///
    /// The event has no order with the topic's log: a person who has just left on another node, of which this one does
    /// not know yet, receives it too.
    pub fn announce<P: Serialize>(&self, id: Uuid, event: Event<P>, payload: &P) {
        if self.is_alone() && self.find(id).is_none() {
            return;
        }
        let text = event.frame(&Topic::of(self.kind, id), payload);
        self.tell(id, &A::Packet::event(text.v2().clone()));
        self.event(id, text);
    }

    /// Sends an announced event to the sessions on this node.
    pub fn event(&self, id: Uuid, text: Encoded) {
        self.offer(id, Broadcast(Arc::new(Frame { text, reach: Reach::State { as_of: i64::MAX } })));
    }

    /// Passes another node's announcement of its sessions to the topic's actor. It may be dropped: the next one is
    /// complete.
    pub fn announced<T: Send + 'static>(&self, id: Uuid, from: Uuid, version: u64, said: T)
    where
        A: Handler<Announced<T>>,
    {
        if let Some(nodes) = &self.nodes {
            nodes.met(from);
        }
        self.offer(id, Announced { from, version, said });
    }

    /// Answers another node's query about this node's sessions on a topic. `nobody` makes the packet for none.
    pub fn asked_about(&self, id: Uuid, nobody: impl FnOnce(u64) -> A::Packet) {
        // Taken before the actor is looked up: an actor that starts meanwhile announces a higher version.
        let version = self.version();
        match self.find(id) {
            Some(live) => drop(live.address.try_send(Asked)),
            None => self.tell(id, &nobody(version)),
        }
    }
}

impl<A: TopicActor> NodeListener for Hub<A> {
    fn gone(&self, boot_id: Uuid) {
        self.tell_all(NodeGone(boot_id));
    }

    fn back(&self) {
        self.tell_all(SpeakUp);
    }
}

/// An actor's entry in its hub. Dropping it removes the actor, if it was not removed before.
pub struct Registration<A: TopicActor> {
    hub: Arc<Hub<A>>,
    id: Uuid,
    generation: Generation,
    /// Ready when the actor may read; taken by the first reading.
    ready: Option<BoxFuture<'static, ()>>,
}

impl<A: TopicActor> Registration<A> {
    /// Returns the entry of an actor with this start, and the value that the actor shares with its callers.
    pub fn new(hub: Arc<Hub<A>>, id: Uuid, start: Start<A::Shared>) -> (Self, A::Shared) {
        let Start { generation, head, ready } = start;
        (Registration { hub, id, generation, ready: Some(ready) }, head)
    }

    /// Returns the hub.
    pub fn hub(&self) -> &Hub<A> {
        &self.hub
    }

    /// Returns the topic's id.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Sends a packet to the other nodes that have sessions on the topic.
    pub fn tell(&self, packet: &A::Packet) {
        self.hub.tell(self.id, packet);
    }

    /// Announces this node's sessions to the other nodes. `say` makes the packet with the given version.
    pub fn announce(&self, say: impl FnOnce(u64) -> A::Packet) {
        if !self.hub.is_alone() {
            self.tell(&say(self.hub.version()));
        }
    }

    /// Removes the actor from the hub, unless a successor has taken its place. Later lookups start a successor.
    pub fn withdraw(&self) {
        self.hub.registry.remove(self.id, self.generation);
    }

    /// Returns the future to wait for before the first reading; `None` after the first call.
    pub fn take_ready(&mut self) -> Option<BoxFuture<'static, ()>> {
        self.ready.take()
    }
}

impl<A: TopicActor> Drop for Registration<A> {
    fn drop(&mut self) {
        self.withdraw();
    }
}

/// The receivers of packets from the bus, by kind of topic. They receive as long as this value lives.
#[derive(Default)]
pub struct Receivers(Vec<(&'static str, Arc<dyn Receive>)>);

impl Receivers {
    /// Adds a receiver of packets on topics of a kind. `take` is called with the topic's id, the sending node and the
    /// packet.
    pub fn with<P: Packet>(mut self, kind: &'static str, take: impl Fn(Uuid, Uuid, P) + Send + Sync + 'static) -> Self {
        let decode = move |id: Uuid, from: Uuid, payload: &[u8]| match P::decode(payload) {
            Some(packet) => take(id, from, packet),
            None => tracing::debug!(kind, %from, "unknown packet on the bus dropped"),
        };
        self.0.push((kind, Arc::new(Decoding(decode))));
        self
    }

    /// Returns the receivers for the bus, by kind of topic.
    pub fn by_kind(&self) -> impl Iterator<Item = (&'static str, Weak<dyn Receive>)> {
        self.0.iter().map(|(kind, receiver)| (*kind, Arc::downgrade(receiver)))
    }
}

struct Decoding<F>(F);

impl<F: Fn(Uuid, Uuid, &[u8]) + Send + Sync + 'static> Receive for Decoding<F> {
    fn received(&self, id: Uuid, from: Uuid, payload: &[u8]) {
        (self.0)(id, from, payload);
    }
}

#[cfg(test)]
pub(super) mod probe;
#[cfg(test)]
mod tests;
