//! The live topics of one kind on this node, and how they and the other nodes are told something.
//!
//! A feature that has topics of its own owns a [`Hub`] of them. Whoever wants to tell a topic something finds its actor here, if
//! it has one; the other nodes are told over the bus, on the topic itself. A single node is asked on a topic of its own
//! (`node_kind`), which it listens to as long as its hub lives.
//!
//! **Bounds.** An actor's mailbox has a limit. What is of the moment is [offered](Hub::offer), and lost where there is no room.
//! What must come is told to all actors at once, and so seldom that it needs no limit ([`Hub::tell_all`]).
//!
//! **Invariants.** The hub listens to a topic before the topic's actor reads anything, and an actor is taken out of the hub before
//! it stops ([`Registration::withdraw`]): so nothing falls between two actors of one topic.

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
use super::nodes::{NodeListener, Nodes};
use super::registry::{Generation, Live, Registry, Start};
use super::subscription::{Frame, Reach};
use super::threads::Threads;
use super::topic_actor::TopicActor;
use crate::wire::frame::{self, Encoded};
use crate::wire::topic::Topic;

/// What nodes tell each other of one kind of topic.
pub trait Packet: Sized + 'static {
    /// Returns it as bytes for the bus.
    fn encode(&self) -> Vec<u8>;

    /// Reads it from bytes. `None` if they make no sense here: a later version may say more.
    fn decode(bytes: &[u8]) -> Option<Self>;

    /// Returns what asks all other nodes which sessions they have on the topic.
    fn ask() -> Self;

    /// Returns what asks one node, on its own topic, which sessions it has on this topic, also if it has none.
    fn ask_about(id: Uuid) -> Self;

    /// Returns what carries a push without a number to the topic's sessions, encoded in version 2.
    fn event(text: ByteString) -> Self;
}

/// The live topics of one kind on this node.
pub struct Hub<A: TopicActor> {
    kind: &'static str,
    node_kind: &'static str,
    registry: Registry<A, A::Shared>,
    bus: Arc<dyn Bus>,
    /// The other nodes, where there may be some.
    nodes: Option<Nodes>,
    threads: Threads,
    versions: AtomicU64,
    _listening: Listening,
}

impl<A: TopicActor> Hub<A> {
    /// Starts a hub without live topics, whose actors will live on `threads`. Single nodes are asked on topics of the kind
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

    /// Returns the actor of a topic, if it has one here.
    pub fn find(&self, id: Uuid) -> Option<Live<A, A::Shared>> {
        self.registry.find(id)
    }

    /// Returns the actor of a topic. If it has none, `start` makes one on the thread of this number.
    pub fn find_or_start(
        &self,
        id: Uuid,
        number: usize,
        start: impl FnOnce(&ArbiterHandle, Start<A::Shared>) -> Addr<A>,
    ) -> Live<A, A::Shared> {
        self.registry.find_or_start(id, |given| start(&self.threads.handle(number), given))
    }

    /// Returns how many topics are live.
    pub fn count(&self) -> usize {
        self.registry.len()
    }

    /// Does something with every live topic.
    pub fn for_each(&self, each: impl FnMut(Uuid, &Live<A, A::Shared>)) {
        self.registry.for_each(each);
    }

    /// Returns whether what this node knows of a topic is all there is.
    pub fn is_alone(&self) -> bool {
        self.bus.is_alone()
    }

    /// Returns who this node is to the others.
    pub fn boot_id(&self) -> Uuid {
        self.bus.boot_id()
    }

    /// Returns a number above all that were returned before, for what is said next of any topic of this kind.
    pub fn version(&self) -> u64 {
        self.versions.fetch_add(1, Ordering::AcqRel)
    }

    /// Tells the other nodes that have sessions on the topic. Neither blocks nor fails, and may be lost.
    pub fn tell(&self, id: Uuid, packet: &A::Packet) {
        if !self.is_alone() {
            self.publish(id, &packet.encode());
        }
    }

    /// Tells them what is encoded already.
    pub fn publish(&self, id: Uuid, packet: &[u8]) {
        self.bus.publish(&Topic::of(self.kind, id), packet);
    }

    /// Asks one node which sessions it has on the topic, if it was heard lately, so that it would answer.
    pub fn ask(&self, boot_id: Uuid, id: Uuid) {
        if self.is_heard(boot_id) {
            self.bus.publish(&Topic::of(self.node_kind, boot_id), &A::Packet::ask_about(id).encode());
        }
    }

    /// Returns whether that node was heard lately.
    pub fn is_heard(&self, boot_id: Uuid) -> bool {
        self.nodes.as_ref().is_some_and(|nodes| nodes.is_heard(boot_id))
    }

    /// Tells a topic's actor something of the moment. If there is none, or it has no room, nothing happens.
    pub fn offer<M>(&self, id: Uuid, message: M)
    where
        A: Handler<M>,
        M: Message<Result: Send> + Send + 'static,
    {
        if let Some(live) = self.find(id) {
            let _ = live.address.try_send(message);
        }
    }

    /// Tells every actor something that must come. It goes past the limits of their mailboxes.
    pub fn tell_all<M>(&self, message: M)
    where
        A: Handler<M>,
        M: Message<Result: Send> + Clone + Send + 'static,
    {
        self.for_each(|_, live| live.address.do_send(message.clone()));
    }

    /// Tells the topic's actor that a session's join has been answered.
    pub fn joined(&self, member: &Member<'_>) {
        if let Some(live) = self.find(member.id) {
            // Once a join, and never more than there are sessions: a bound of its own.
            live.address.do_send(Joined(member.subscription.id));
        }
    }

    /// Sends an event without a number to every session on the topic, on all nodes: what another feature wants told on a topic
    /// that is not its own. `event` is a name that the topic does not use itself.
    ///
    /// Nothing is stored: whoever is away does not get it, and what the bus or a full mailbox loses is lost. So the payload says
    /// how things are now, rather than what has changed, and its feature adds the same to the answer of a join. It is called
    /// after that is committed.
    ///
    /// It is sent as a [state](Reach::State) that holds at any position, and not as [passing](Reach::Passing): a session that is
    /// joining may have been read before the commit, and gets the event after its answer. If it was read later, it gets
    /// once more what it knows.
    ///
    /// It keeps no order with the topic's own log: one who has just left, and of whom this node has not heard so yet, gets it
    /// too.
    pub fn announce(&self, id: Uuid, event: &str, payload: &impl Serialize) {
        if self.is_alone() && self.find(id).is_none() {
            return;
        }
        let text = frame::push(Topic::of(self.kind, id).as_str(), event, payload);
        self.tell(id, &A::Packet::event(text.v2().clone()));
        self.event(id, text);
    }

    /// Sends an event that was announced to the sessions on this node.
    pub fn event(&self, id: Uuid, text: Encoded) {
        self.offer(id, Broadcast(Arc::new(Frame { text, reach: Reach::State { as_of: i64::MAX } })));
    }

    /// Gives the topic's actor what another node says of its sessions. If it has no room, that is said again by and by.
    pub fn announced<T: Send + 'static>(&self, id: Uuid, from: Uuid, version: u64, said: T)
    where
        A: Handler<Announced<T>>,
    {
        if let Some(nodes) = &self.nodes {
            nodes.met(from);
        }
        self.offer(id, Announced { from, version, said });
    }

    /// Answers a node that has asked this one which sessions it has on the topic. `nobody` makes the packet for none.
    pub fn asked_about(&self, id: Uuid, nobody: impl FnOnce(u64) -> A::Packet) {
        // Before the topic is looked for: an actor that starts meanwhile speaks with a higher number.
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

/// An actor's entry in its hub. It is taken out when it is dropped, if not before.
pub struct Registration<A: TopicActor> {
    hub: Arc<Hub<A>>,
    id: Uuid,
    generation: Generation,
    /// When the actor may read; taken by the first reading.
    ready: Option<BoxFuture<'static, ()>>,
}

impl<A: TopicActor> Registration<A> {
    /// Returns the entry of an actor that was given this start, and what it shares with those who tell it something.
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

    /// Tells the other nodes with sessions on the topic.
    pub fn tell(&self, packet: &A::Packet) {
        self.hub.tell(self.id, packet);
    }

    /// Tells them which sessions are here; `say` makes the packet with the version that it is given.
    pub fn announce(&self, say: impl FnOnce(u64) -> A::Packet) {
        if !self.hub.is_alone() {
            self.tell(&say(self.hub.version()));
        }
    }

    /// Takes the actor out, unless a successor has its place already: whoever looks for the topic from now on starts one.
    pub fn withdraw(&self) {
        self.hub.registry.remove(self.id, self.generation);
    }

    /// Returns what to wait for before anything is read, the first time.
    pub fn take_ready(&mut self) -> Option<BoxFuture<'static, ()>> {
        self.ready.take()
    }
}

impl<A: TopicActor> Drop for Registration<A> {
    fn drop(&mut self) {
        self.withdraw();
    }
}

/// Takes what the bus brings, by kind of topic. It comes as long as this is kept.
#[derive(Default)]
pub struct Receivers(Vec<(&'static str, Arc<dyn Receive>)>);

impl Receivers {
    /// Adds who takes packets on topics of this kind: they are given the topic's id, the sending node and the packet.
    pub fn with<P: Packet>(mut self, kind: &'static str, take: impl Fn(Uuid, Uuid, P) + Send + Sync + 'static) -> Self {
        let decode = move |id: Uuid, from: Uuid, payload: &[u8]| match P::decode(payload) {
            Some(packet) => take(id, from, packet),
            None => tracing::debug!(kind, %from, "a packet of the bus makes no sense"),
        };
        self.0.push((kind, Arc::new(Decoding(decode))));
        self
    }

    /// Returns them for the bus, by kind of topic.
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
