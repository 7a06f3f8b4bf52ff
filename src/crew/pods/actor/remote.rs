//! The pod's sessions on other nodes: who is there, and who types.
//!
//! Each node speaks for its own sessions: all of them at every change, every `DIGEST` as long as it has any, when asked, and
//! when it hears the bus again. A node that has sessions here by what it said last, and says nothing for `SILENCE` though
//! it is alive and heard, is asked; so what its last word was is found out also if that was lost.

use std::time::Instant;

use actix::{AsyncContext, Context, Handler};
use rand::Rng;

use super::PodActor;
use super::messages::{Announced, TypesRemotely};
use crate::crew::pods::packet::Packet;
use crate::realtime::attendance::{Asked, DIGEST, NodeGone, SILENCE, SPREAD, SpeakUp};

impl PodActor {
    /// Begins to speak with the other nodes: asks who is there, and says so now and then.
    pub(super) fn meet_the_others(&mut self, ctx: &mut Context<Self>) {
        if self.parts.live.is_alone() {
            return;
        }
        self.parts.live.tell(self.pod_id, &Packet::Ask);
        let first = DIGEST.mul_f64(rand::rng().random_range(0.1..1.0));
        ctx.run_later(first, |actor, ctx| {
            actor.digest();
            ctx.run_interval(DIGEST, |actor, _| actor.digest());
        });
    }

    fn digest(&mut self) {
        if !self.presence.own().is_empty() {
            self.speak();
        }
        for boot_id in self.presence.silent(SILENCE, Instant::now()) {
            if self.parts.live.is_heard(boot_id) {
                self.parts.live.ask(boot_id, self.pod_id);
            }
        }
    }

    /// Tells the other nodes of all sessions here.
    pub(super) fn speak(&self) {
        if !self.parts.live.is_alone() {
            let (version, entries) = (self.parts.live.version(), self.presence.own());
            self.parts.live.tell(self.pod_id, &Packet::Presence { version, entries });
        }
    }
}

impl Handler<Announced> for PodActor {
    type Result = ();

    fn handle(&mut self, Announced { from, version, entries }: Announced, ctx: &mut Self::Context) {
        if let Some(diff) = self.presence.told(from, version, entries, Instant::now()) {
            self.passing("presence_diff", &diff, None);
            self.stop_absent_typing(ctx);
        }
    }
}

impl Handler<Asked> for PodActor {
    type Result = ();

    fn handle(&mut self, _: Asked, _ctx: &mut Self::Context) {
        self.speak();
        for user_id in self.typing_here() {
            self.parts.live.tell(self.pod_id, &Packet::Typing { user_id, on: true });
        }
    }
}

impl Handler<TypesRemotely> for PodActor {
    type Result = ();

    fn handle(&mut self, TypesRemotely { user_id, on }: TypesRemotely, ctx: &mut Self::Context) {
        // One whose coming is not known yet, or who is no member any more, is shown nowhere, and so types nowhere.
        if self.state.as_ref().is_none_or(|state| !state.has(user_id)) {
            return;
        }
        if on {
            self.start_typing(user_id, None, 0, ctx);
        } else {
            self.stop_typing(user_id, ctx);
        }
    }
}

impl Handler<NodeGone> for PodActor {
    type Result = ();

    fn handle(&mut self, NodeGone(boot_id): NodeGone, ctx: &mut Self::Context) {
        if let Some(diff) = self.presence.forget(boot_id) {
            self.passing("presence_diff", &diff, None);
            self.stop_absent_typing(ctx);
        }
    }
}

impl Handler<SpeakUp> for PodActor {
    type Result = ();

    fn handle(&mut self, _: SpeakUp, ctx: &mut Self::Context) {
        let later = SPREAD.mul_f64(rand::rng().random_range(0.0..1.0));
        ctx.run_later(later, |actor, _| {
            actor.speak();
            actor.parts.live.tell(actor.pod_id, &Packet::Ask);
        });
    }
}
