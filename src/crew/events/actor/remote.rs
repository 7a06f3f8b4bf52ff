//! The event's people on other nodes: how many there are.
//!
//! As with a pod's presence, each node speaks for its own sessions, and is asked when it has been silent for `SILENCE`.

use std::time::{Duration, Instant};

use actix::{AsyncContext, Context, Handler};
use rand::Rng;

use super::EventActor;
use super::messages::Announced;
use crate::crew::events::packet::Packet;
use crate::realtime::attendance::{Asked, DIGEST, NodeGone, SILENCE, SPREAD, SpeakUp};

/// How long it takes at most until nodes that hear the bus have heard each other on it.
const HEARD: Duration = Duration::from_secs(2);

impl EventActor {
    /// Whether the other nodes know another number of people than are here.
    pub(super) fn owes_others(&self) -> bool {
        !self.parts.live.is_alone() && self.headcount.own() != self.told_others
    }

    /// Tells the other nodes how many people are here.
    pub(super) fn tell_others(&mut self) {
        if !self.parts.live.is_alone() {
            let (version, people) = (self.parts.live.version(), self.headcount.own());
            self.told_others = people;
            self.parts.live.tell(self.event_id, &Packet::Present { version, people });
        }
    }

    /// Begins to speak with the other nodes: asks who is there, and says so now and then.
    pub(super) fn meet_the_others(&mut self, ctx: &mut Context<Self>) {
        if self.parts.live.is_alone() {
            return;
        }
        self.parts.live.tell(self.event_id, &Packet::Ask);
        let first = DIGEST.mul_f64(rand::rng().random_range(0.1..1.0));
        ctx.run_later(first, |actor, ctx| {
            actor.digest(ctx);
            ctx.run_interval(DIGEST, EventActor::digest);
        });
    }

    fn digest(&mut self, ctx: &mut Context<Self>) {
        if self.headcount.own() > 0 {
            self.tell_others();
        }
        self.ask_the_silent(SILENCE);
        self.look(ctx);
    }

    /// What the last word was of those who have people here by what they said last, and say nothing any more.
    fn ask_the_silent(&self, longer_than: Duration) {
        for node in self.headcount.silent(longer_than, Instant::now()) {
            self.parts.live.ask(node, self.event_id);
        }
    }
}

impl Handler<Announced> for EventActor {
    type Result = ();

    fn handle(&mut self, Announced { from, version, people }: Announced, ctx: &mut Self::Context) {
        self.headcount.told(from, version, people, Instant::now());
        self.look(ctx);
    }
}

impl Handler<Asked> for EventActor {
    type Result = ();

    fn handle(&mut self, _: Asked, ctx: &mut Self::Context) {
        self.tell_others();
        self.look(ctx);
    }
}

impl Handler<NodeGone> for EventActor {
    type Result = ();

    fn handle(&mut self, NodeGone(boot_id): NodeGone, ctx: &mut Self::Context) {
        self.headcount.forget(boot_id);
        self.look(ctx);
    }
}

impl Handler<SpeakUp> for EventActor {
    type Result = ();

    fn handle(&mut self, _: SpeakUp, ctx: &mut Self::Context) {
        let later = SPREAD.mul_f64(rand::rng().random_range(0.0..1.0));
        ctx.run_later(later, |actor, _| {
            actor.tell_others();
            actor.parts.live.tell(actor.event_id, &Packet::Ask);
        });
        // Where the last one has gone meanwhile, nobody listens to that: each node is asked, once all have heard each other.
        ctx.run_later(later + HEARD, |actor, _| actor.ask_the_silent(HEARD));
    }
}
