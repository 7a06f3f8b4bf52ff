//! The number of the event's people on other nodes.

use std::time::Instant;

use actix::{Context, Handler};

use super::EventActor;
use crate::realtime::attendance::{Announced, Asked, NodeGone, SpeakUp};
use crate::realtime::topic_actor::TopicActor;

impl EventActor {
    /// Returns whether this node's number differs from the one that it announced.
    pub(super) fn owes_others(&self) -> bool {
        !self.registration.hub().is_alone() && self.headcount.is_unsent()
    }
}

impl Handler<Announced<u64>> for EventActor {
    type Result = ();

    fn handle(&mut self, heard: Announced<u64>, ctx: &mut Context<Self>) {
        self.headcount.announced(heard.from, heard.version, heard.said, Instant::now());
        self.schedule(ctx);
    }
}

impl Handler<Asked> for EventActor {
    type Result = ();

    fn handle(&mut self, _: Asked, ctx: &mut Context<Self>) {
        self.tell_others();
        self.schedule(ctx);
    }
}

impl Handler<NodeGone> for EventActor {
    type Result = ();

    fn handle(&mut self, NodeGone(boot_id): NodeGone, ctx: &mut Context<Self>) {
        self.headcount.forget(boot_id);
        self.schedule(ctx);
    }
}

impl Handler<SpeakUp> for EventActor {
    type Result = ();

    fn handle(&mut self, _: SpeakUp, ctx: &mut Context<Self>) {
        self.speak_up(ctx);
    }
}
