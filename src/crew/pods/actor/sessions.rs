//! The pod's sessions on this node.

use std::iter;
use std::time::Instant;

use actix::{AsyncContext, Context, Handler};

use super::PodActor;
use crate::crew::pods::declared::{MEMBER_TYPING, MemberTyping, PRESENCE_DIFF, PRESENCE_STATE};
use crate::foundation::errors::{Code, Result};
use crate::realtime::attendance::{Attach, Detach, Joined};
use crate::realtime::gather::When;
use crate::realtime::subscription::SubscriptionId;
use crate::realtime::topic_actor::TopicActor;

impl PodActor {
    /// Sends that people have come or gone, at once or soon. A session to which the whole state is sent next does not
    /// need what is sent at once.
    pub(super) fn presence_moved(&mut self, except: Option<SubscriptionId>, ctx: &mut Context<Self>) {
        match self.gather.changed(Instant::now()) {
            When::Now => self.show_presence(except, ctx),
            When::After(wait) => drop(ctx.run_later(wait, |actor, ctx| actor.show_presence(None, ctx))),
            When::Waiting => {}
        }
    }

    fn show_presence(&mut self, except: Option<SubscriptionId>, ctx: &mut Context<Self>) {
        self.gather.sent(Instant::now());
        let changes = self.presence.show();
        if let Some(diff) = changes.diff {
            self.audience.passing(PRESENCE_DIFF, &diff, except);
        }
        if changes.own {
            self.tell_others();
        }
        self.stop_absent_typing(ctx);
    }
}

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

    fn handle(&mut self, joined: Joined, ctx: &mut Self::Context) {
        let subscription = joined.0;
        let Some(user_id) = self.audience.mark_present(joined) else { return };
        self.presence.track(user_id, subscription);
        self.presence_moved(Some(subscription), ctx);
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
        if attached.is_present {
            self.presence.untrack(attached.user_id, subscription);
            self.presence_moved(None, ctx);
        }
        if self.audience.is_empty() {
            self.stop_when_idle(ctx);
        }
    }
}
