//! The pod's sessions on other nodes: presence and typing.

use std::time::Instant;

use actix::Handler;

use super::PodActor;
use super::messages::RemoteTyping;
use crate::crew::pods::packet::Packet;
use crate::realtime::attendance::{Announced, Asked, NodeGone, SpeakUp};
use crate::realtime::presence::Entry;
use crate::realtime::topic_actor::TopicActor;

impl Handler<Announced<Vec<Entry>>> for PodActor {
    type Result = ();

    fn handle(&mut self, heard: Announced<Vec<Entry>>, ctx: &mut Self::Context) {
        self.presence.announced(heard.from, heard.version, heard.said, Instant::now());
        self.presence_moved(None, ctx);
    }
}

impl Handler<Asked> for PodActor {
    type Result = ();

    fn handle(&mut self, _: Asked, _ctx: &mut Self::Context) {
        self.tell_others();
        for user_id in self.typing_here() {
            self.registration.tell(&Packet::Typing { user_id, on: true });
        }
    }
}

impl Handler<RemoteTyping> for PodActor {
    type Result = ();

    fn handle(&mut self, RemoteTyping { user_id, on }: RemoteTyping, ctx: &mut Self::Context) {
        // A person whose membership is not known here yet, or has ended, is not shown as typing.
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
        self.presence.forget(boot_id);
        self.presence_moved(None, ctx);
    }
}

impl Handler<SpeakUp> for PodActor {
    type Result = ();

    fn handle(&mut self, _: SpeakUp, ctx: &mut Self::Context) {
        self.speak_up(ctx);
    }
}
