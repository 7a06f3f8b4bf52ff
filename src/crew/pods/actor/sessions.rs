//! The pod's sessions on this node.

use std::iter;

use actix::Handler;

use super::PodActor;
use crate::crew::pods::declared::{MEMBER_TYPING, MemberTyping, PRESENCE_DIFF, PRESENCE_STATE};
use crate::foundation::errors::{Code, Result};
use crate::realtime::attendance::{Attach, Detach, Joined};
use crate::realtime::topic_actor::TopicActor;

impl Handler<Attach> for PodActor {
    type Result = Result<()>;

    fn handle(&mut self, attach: Attach, ctx: &mut Self::Context) -> Self::Result {
        if self.state.is_none() {
            return Err(Code::NotFound.into());
        }
        self.audience.attach(attach);
        self.look_for_gap(ctx);
        Ok(())
    }
}

impl Handler<Joined> for PodActor {
    type Result = ();

    fn handle(&mut self, joined: Joined, _ctx: &mut Self::Context) {
        let subscription = joined.0;
        let Some(user_id) = self.audience.mark_present(joined) else { return };
        if let Some(diff) = self.presence.track(user_id, subscription) {
            self.audience.passing(PRESENCE_DIFF, &diff, Some(subscription));
            self.tell_others();
        }
        let typing = self.typing.keys().filter(|typist| **typist != user_id);
        let topic = self.audience.topic();
        let typing = typing.map(|typist| MEMBER_TYPING.frame(topic, &MemberTyping { user_id: *typist, on: true }));
        let state = PRESENCE_STATE.frame(topic, &self.presence.state());
        self.audience.only(subscription, iter::once(state).chain(typing));
    }
}

impl Handler<Detach> for PodActor {
    type Result = ();

    fn handle(&mut self, Detach(subscription): Detach, ctx: &mut Self::Context) {
        let Some(attached) = self.audience.detach(subscription) else { return };
        if attached.is_present
            && let Some(diff) = self.presence.untrack(attached.user_id, subscription)
        {
            self.audience.passing(PRESENCE_DIFF, &diff, None);
            self.tell_others();
            self.stop_absent_typing(ctx);
        }
        if self.audience.is_empty() {
            self.stop_when_idle(ctx);
        }
    }
}
