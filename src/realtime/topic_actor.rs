//! Common behaviour of the actors of all kinds of topics: start, announcements to other nodes, sending sessions back,
//! stop.
//!
//! An actor owns its [`Registration`] and its [`Audience`], and handles the messages of
//! [`attendance`](super::attendance). The meaning of the topic is left to the actor.

use std::time::{Duration, Instant};

use actix::{Actor, ActorContext, AsyncContext, Context, Handler};
use futures_util::future::BoxFuture;

use super::attendance::{Asked, Attach, Broadcast, Detach, EpochChanged, Joined, NodeGone, SpeakUp};
use super::audience::Audience;
use super::gossip::{DIGEST, Gossip, HEARD, SILENCE, Said, first_digest, spread};
use super::hub::{Packet, Registration};
use super::rejoin::rejoin_schedule;
use super::subscription::Reach;
use crate::foundation::errors::Result;
use crate::wire::topic::Topic;

/// Time that an actor without sessions stays. Long enough for other nodes to receive its last announcement.
const IDLE: Duration = Duration::from_secs(2);

/// Pause between attempts to read from a database that does not answer.
pub const RETRY: Duration = Duration::from_millis(250);

/// The actor of one topic.
pub trait TopicActor:
    Actor<Context = Context<Self>>
    + Handler<Attach>
    + Handler<Joined>
    + Handler<Detach>
    + Handler<Broadcast>
    + Handler<Asked>
    + Handler<NodeGone>
    + Handler<SpeakUp>
    + Handler<EpochChanged>
{
    /// The value that the actor shares with its callers.
    type Shared: Clone + Default + Send + Sync + 'static;

    /// The packets between its nodes.
    type Packet: Packet;

    /// A node's announcement of its sessions.
    type Said: Said;

    /// Returns the actor's entry in the hub.
    fn registration(&self) -> &Registration<Self>;

    /// Returns the topic's sessions on this node.
    fn audience(&self) -> &Audience;

    /// Returns the announcements of the nodes.
    fn gossip(&self) -> &Gossip<Self::Said>;

    /// Announces this node's sessions to the other nodes, if there are any.
    fn tell_others(&mut self);

    /// Runs after each digest.
    fn digested(&mut self, _ctx: &mut Context<Self>) {}

    /// Starts the exchange with the other nodes: queries them once, and announces this node's sessions periodically.
    fn meet_the_others(&mut self, ctx: &mut Context<Self>) {
        if self.registration().hub().is_alone() {
            return;
        }
        self.registration().tell(&Self::Packet::ask());
        ctx.run_later(first_digest(), |actor, ctx| {
            actor.digest(ctx);
            ctx.run_interval(DIGEST, Self::digest);
        });
    }

    /// Announces this node's sessions, if there are any, and queries silent nodes.
    fn digest(&mut self, ctx: &mut Context<Self>) {
        if !self.gossip().own().is_nobody() {
            self.tell_others();
        }
        self.ask_the_silent(SILENCE);
        self.digested(ctx);
    }

    /// Queries the nodes that had sessions in their last announcement, and have announced nothing for `longer_than`.
    fn ask_the_silent(&self, longer_than: Duration) {
        for node in self.gossip().silent(longer_than, Instant::now()) {
            self.registration().hub().ask(node, self.registration().id());
        }
    }

    /// Announces and queries everything again, after the bus has come back.
    fn speak_up(&mut self, ctx: &mut Context<Self>) {
        let later = spread();
        ctx.run_later(later, |actor, _| {
            actor.tell_others();
            actor.registration().tell(&Self::Packet::ask());
        });
        // If a node's last session has gone meanwhile, the node does not listen to the topic: it is queried by itself,
        // once the nodes have heard each other.
        ctx.run_later(later + HEARD, |actor, _| actor.ask_the_silent(HEARD));
    }

    /// Halts all sessions: what follows belongs to another epoch than what they have. Their clients are sent back to
    /// join again, a part at a time.
    ///
    /// The caller must read the new state with [`Context::wait`], so that no client is sent back before that is done.
    fn send_back(&mut self, ctx: &mut Context<Self>) {
        self.audience().signal(Reach::Halt);
        for (later, reach) in rejoin_schedule(self.registration().hub().count(), self.audience().len()) {
            ctx.run_later(later, move |actor, _| actor.audience().signal(reach));
        }
    }

    /// Stops the actor after a while, if it has no session then.
    fn stop_when_idle(&mut self, ctx: &mut Context<Self>) {
        ctx.run_later(IDLE, |actor, ctx| {
            if actor.audience().is_empty() {
                // Withdrawn first, so that a later lookup starts a successor.
                actor.registration().withdraw();
                ctx.stop();
            }
        });
    }
}

/// Reads what a topic's actor starts from: once `ready` completes, and repeatedly until the database answers.
pub async fn read_first<T>(
    topic: Topic,
    ready: Option<BoxFuture<'static, ()>>,
    read: impl AsyncFn() -> Result<T>,
) -> T {
    if let Some(ready) = ready {
        ready.await;
    }
    loop {
        match read().await {
            Ok(found) => return found,
            Err(cause) => {
                tracing::warn!(%topic, %cause, "topic could not be read; retrying");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}
