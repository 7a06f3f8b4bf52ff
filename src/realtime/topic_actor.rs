//! What the actors of all kinds of topics do alike: they start, speak with the other nodes, send their sessions back and stop.
//!
//! An actor owns its [`Registration`] and its [`Audience`], and handles the messages of [`attendance`](super::attendance); what
//! its topic means is its own affair.

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

/// How long an actor without sessions stays. Long enough for the others to hear that nobody is here.
const IDLE: Duration = Duration::from_secs(2);

/// Between attempts to read from a database that does not answer.
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
    /// What it shares with those who tell it something.
    type Shared: Clone + Default + Send + Sync + 'static;

    /// What its nodes tell each other.
    type Packet: Packet;

    /// What each node says of its sessions.
    type Said: Said;

    /// Returns its entry in the hub.
    fn registration(&self) -> &Registration<Self>;

    /// Returns its sessions.
    fn audience(&self) -> &Audience;

    /// Returns what the nodes have said to each other.
    fn gossip(&self) -> &Gossip<Self::Said>;

    /// Tells the other nodes which sessions are here, if there are others.
    fn tell_others(&mut self);

    /// Does what is due now and then, after each digest.
    fn digested(&mut self, _ctx: &mut Context<Self>) {}

    /// Begins to speak with the other nodes: asks who is there, and says so now and then.
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

    /// Speaks for the sessions here, if there are any, and asks the silent.
    fn digest(&mut self, ctx: &mut Context<Self>) {
        if !self.gossip().own().is_nobody() {
            self.tell_others();
        }
        self.ask_the_silent(SILENCE);
        self.digested(ctx);
    }

    /// Asks those who have sessions by what they said last, and have said nothing for so long.
    fn ask_the_silent(&self, longer_than: Duration) {
        for node in self.gossip().silent(longer_than, Instant::now()) {
            self.registration().hub().ask(node, self.registration().id());
        }
    }

    /// Says and asks all anew: the bus is heard again.
    fn speak_up(&mut self, ctx: &mut Context<Self>) {
        let later = spread();
        ctx.run_later(later, |actor, _| {
            actor.tell_others();
            actor.registration().tell(&Self::Packet::ask());
        });
        // Where the last one has gone meanwhile, nobody listens to that: each node is asked, once all have heard each other.
        ctx.run_later(later + HEARD, |actor, _| actor.ask_the_silent(HEARD));
    }

    /// Halts all sessions: what comes from here on is of another history than what they know. Their clients are sent back
    /// to join again, some at a time.
    ///
    /// Whoever calls this reads anew with [`Context::wait`], so that nobody is sent back before that has been read.
    fn send_back(&mut self, ctx: &mut Context<Self>) {
        self.audience().signal(Reach::Halt);
        for (later, reach) in rejoin_schedule(self.registration().hub().count(), self.audience().len()) {
            ctx.run_later(later, move |actor, _| actor.audience().signal(reach));
        }
    }

    /// Stops in a while, if there is no session then.
    fn stop_when_idle(&mut self, ctx: &mut Context<Self>) {
        ctx.run_later(IDLE, |actor, ctx| {
            if actor.audience().is_empty() {
                // First, so that whoever looks for the topic from now on starts a successor.
                actor.registration().withdraw();
                ctx.stop();
            }
        });
    }
}

/// Reads what a topic's actor starts from: when it is `ready` to, and again and again until the database answers.
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
                tracing::warn!(%topic, %cause, "a topic could not be read; it will be tried again");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}
