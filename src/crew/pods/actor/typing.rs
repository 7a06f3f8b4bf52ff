//! Who types, until they stop, go, or have not said so for a while.

use std::time::Duration;

use actix::{AsyncContext, Context, Handler, SpawnHandle};
use serde_json::json;
use uuid::Uuid;

use super::{PodActor, Typing};
use crate::crew::pods::packet::Packet;
use crate::realtime::subscription::SubscriptionId;

/// How long a person types before it ends by itself.
const TYPING: Duration = Duration::from_secs(6);

/// One who types.
pub(super) struct Types {
    /// Ends it.
    pub(super) timer: SpawnHandle,
    /// Whether it was a session of this node that told.
    pub(super) here: bool,
}

impl PodActor {
    /// A person types on; `teller` is their session if it is one of this node's, and need not hear of it.
    pub(super) fn start_typing(&mut self, user_id: Uuid, teller: Option<SubscriptionId>, ctx: &mut Context<Self>) {
        let timer = ctx.run_later(TYPING, move |actor, ctx| actor.stop_typing(user_id, ctx));
        match self.typing.insert(user_id, Types { timer, here: teller.is_some() }) {
            Some(before) => drop(ctx.cancel_future(before.timer)),
            None => self.passing("typing", &json!({ "user_id": user_id, "on": true }), teller),
        }
    }

    pub(super) fn stop_typing(&mut self, user_id: Uuid, ctx: &mut Context<Self>) {
        if let Some(typing) = self.typing.remove(&user_id) {
            ctx.cancel_future(typing.timer);
            self.passing("typing", &json!({ "user_id": user_id, "on": false }), None);
        }
    }

    /// Who has no session any more, here or elsewhere, does not type.
    pub(super) fn stop_absent_typing(&mut self, ctx: &mut Context<Self>) {
        let absent: Vec<Uuid> = self.typing.keys().copied().filter(|typist| !self.presence.has(*typist)).collect();
        absent.into_iter().for_each(|user_id| self.stop_typing(user_id, ctx));
    }

    /// Who types on this node.
    pub(super) fn typing_here(&self) -> Vec<Uuid> {
        self.typing.iter().filter(|(_, typing)| typing.here).map(|(user_id, _)| *user_id).collect()
    }
}

impl Handler<Typing> for PodActor {
    type Result = ();

    fn handle(&mut self, Typing { subscription, on }: Typing, ctx: &mut Self::Context) {
        let Some(user_id) = self.sessions.get(&subscription).map(|attached| attached.user_id) else { return };
        self.parts.live.tell(self.pod_id, &Packet::Typing { user_id, on });
        match on {
            true => self.start_typing(user_id, Some(subscription), ctx),
            false => self.stop_typing(user_id, ctx),
        }
    }
}
