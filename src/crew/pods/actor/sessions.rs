//! The sessions that have joined here: how they come and go.

use std::sync::Arc;

use actix::Handler;
use serde_json::json;

use super::{IsFull, PodActor};
use crate::foundation::errors::{Code, Result};
use crate::realtime::attendance::{Attach, Detach, Joined};
use crate::realtime::subscription::{Frame, Reach};
use crate::wire::frame;

impl Handler<IsFull> for PodActor {
    type Result = bool;

    fn handle(&mut self, IsFull { user_id }: IsFull, _ctx: &mut Self::Context) -> bool {
        // Where other nodes commit too, or something is missing here, a seat may have been left: Postgres decides.
        let head = self.head.get();
        self.parts.live.is_alone()
            && self.state.as_ref().is_some_and(|state| {
                state.is_current() && state.delivered() >= head && state.is_full() && !state.has(user_id)
            })
    }
}

impl Handler<Attach> for PodActor {
    type Result = Result<()>;

    fn handle(&mut self, attach: Attach, ctx: &mut Self::Context) -> Self::Result {
        if self.state.is_none() {
            return Err(Code::NotFound.into());
        }
        self.sessions.insert(attach.subscription, attach.into());
        self.look_for_gap(ctx);
        Ok(())
    }
}

impl Handler<Joined> for PodActor {
    type Result = ();

    fn handle(&mut self, Joined(subscription): Joined, _ctx: &mut Self::Context) {
        let Some(attached) = self.sessions.get_mut(&subscription) else { return };
        attached.present = true;
        let (user_id, relay) = (attached.user_id, attached.relay.clone());
        if let Some(diff) = self.presence.track(user_id, subscription) {
            self.passing("presence_diff", &diff, Some(subscription));
            self.speak();
        }
        let only = |event: &str, payload: &serde_json::Value| {
            let text = frame::push(self.topic.as_str(), event, payload);
            Arc::new(Frame { text, reach: Reach::Only(subscription) })
        };
        let mut frames = vec![only("presence_state", &self.presence.state())];
        let typing = self.typing.keys().filter(|typist| **typist != user_id);
        frames.extend(typing.map(|typist| only("typing", &json!({ "user_id": typist, "on": true }))));
        relay.deliver(&self.topic, frames);
    }
}

impl Handler<Detach> for PodActor {
    type Result = ();

    fn handle(&mut self, Detach(subscription): Detach, ctx: &mut Self::Context) {
        let Some(attached) = self.sessions.remove(&subscription) else { return };
        if attached.present
            && let Some(diff) = self.presence.untrack(attached.user_id, subscription)
        {
            self.passing("presence_diff", &diff, None);
            self.speak();
            self.stop_absent_typing(ctx);
        }
        if self.sessions.is_empty() {
            self.stop_when_idle(ctx);
        }
    }
}
