//! Typing people, until they stop, send the message, leave, or have not typed for a while.
//!
//! A message ends the typing that led to it, but not typing that began later: so a typing event carries the number of
//! the person's messages on their way. The node of the typing person decides, and notifies the others.

use std::time::Duration;

use actix::{AsyncContext, Context, Handler};
use uuid::Uuid;

use super::{PodActor, Types, Typing};
use crate::crew::pods::declared::{MEMBER_TYPING, MemberTyping};
use crate::crew::pods::packet::Packet;
use crate::realtime::subscription::SubscriptionId;

/// Time after which typing ends by itself.
const TYPING: Duration = Duration::from_secs(6);

impl PodActor {
    /// Starts or prolongs a person's typing. `teller` is the person's session, if it is on this node; it is not sent
    /// the event.
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
        // The person may also type on another node.
        let here = teller.is_some() || before.as_ref().is_some_and(|before| before.here);
        before.map(|before| ctx.cancel_future(before.timer));
        self.typing.insert(user_id, Types { timer, here, under_way });
        if is_new {
            self.audience.passing(MEMBER_TYPING, &MemberTyping { user_id, on: true }, teller);
        }
    }

    /// Handles that a message of this person has been delivered.
    pub(super) fn has_said(&mut self, user_id: Uuid, ctx: &mut Context<Self>) {
        match self.typing.get_mut(&user_id) {
            Some(typing) if typing.here && typing.under_way > 0 => typing.under_way -= 1,
            Some(typing) if typing.here => {
                self.registration.tell(&Packet::Typing { user_id, on: false });
                self.stop_typing(user_id, ctx);
            }
            // The person's node knows whether the typing goes on, and notifies this one.
            Some(_) | None => {}
        }
    }

    pub(super) fn stop_typing(&mut self, user_id: Uuid, ctx: &mut Context<Self>) {
        if let Some(typing) = self.typing.remove(&user_id) {
            ctx.cancel_future(typing.timer);
            self.audience.passing(MEMBER_TYPING, &MemberTyping { user_id, on: false }, None);
        }
    }

    /// Ends the typing of people who have no session on any node.
    pub(super) fn stop_absent_typing(&mut self, ctx: &mut Context<Self>) {
        let absent: Vec<Uuid> = self.typing.keys().copied().filter(|typist| !self.presence.has(*typist)).collect();
        absent.into_iter().for_each(|user_id| self.stop_typing(user_id, ctx));
    }

    /// Returns the people who type on this node.
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
