//! Who types, until they stop, say it, go, or have not said so for a while.
//!
//! A message ends the typing that led to it, and not the typing that has begun since: so whoever says that they type brings along
//! how many of their messages are under way. The node of the typist knows, and tells the others.

use std::time::Duration;

use actix::{AsyncContext, Context, Handler};
use serde_json::json;
use uuid::Uuid;

use super::{PodActor, Types, Typing};
use crate::crew::pods::packet::Packet;
use crate::realtime::subscription::SubscriptionId;

/// How long a person types before it ends by itself.
const TYPING: Duration = Duration::from_secs(6);

impl PodActor {
    /// A person types on; `teller` is their session if it is one of this node's, and need not hear of it.
    pub(super) fn start_typing(
        &mut self,
        user_id: Uuid,
        teller: Option<SubscriptionId>,
        under_way: u32,
        ctx: &mut Context<Self>,
    ) {
        let timer = ctx.run_later(TYPING, move |actor, ctx| actor.stop_typing(user_id, ctx));
        let before = self.typing.remove(&user_id);
        let is_new = before.is_none();
        // With another device elsewhere, they type here all the same.
        let here = teller.is_some() || before.as_ref().is_some_and(|before| before.here);
        before.map(|before| ctx.cancel_future(before.timer));
        self.typing.insert(user_id, Types { timer, here, under_way });
        if is_new {
            self.audience.passing("typing", &json!({ "user_id": user_id, "on": true }), teller);
        }
    }

    /// A message of this person has been let out.
    pub(super) fn has_said(&mut self, user_id: Uuid, ctx: &mut Context<Self>) {
        match self.typing.get_mut(&user_id) {
            Some(typing) if typing.here && typing.under_way > 0 => typing.under_way -= 1,
            Some(typing) if typing.here => {
                self.registration.tell(&Packet::Typing { user_id, on: false });
                self.stop_typing(user_id, ctx);
            }
            // Their node knows whether they type anew, and says so.
            Some(_) | None => {}
        }
    }

    pub(super) fn stop_typing(&mut self, user_id: Uuid, ctx: &mut Context<Self>) {
        if let Some(typing) = self.typing.remove(&user_id) {
            ctx.cancel_future(typing.timer);
            self.audience.passing("typing", &json!({ "user_id": user_id, "on": false }), None);
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

    fn handle(&mut self, Typing { subscription, on, under_way }: Typing, ctx: &mut Self::Context) {
        let Some(user_id) = self.audience.user_of(subscription) else { return };
        self.registration.tell(&Packet::Typing { user_id, on });
        match on {
            true => self.start_typing(user_id, Some(subscription), under_way, ctx),
            false => self.stop_typing(user_id, ctx),
        }
    }
}
