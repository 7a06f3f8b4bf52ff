//! The log as it is let out: in order, with what waits for it, and with what is missing read from Postgres.

use std::time::Duration;

use actix::fut::wrap_future;
use actix::{ActorFutureExt, AsyncContext, Context, Handler};
use serde_json::json;
use uuid::Uuid;

use super::{Committed, HeardOf, PodActor, Recheck};
use crate::crew::journal::change::Change;
use crate::crew::messages::Kind;
use crate::crew::pods::metrics::POD_GAPS;
use crate::crew::pods::packet::Packet;
use crate::crew::pods::repairs::Stretch;
use crate::crew::pods::store::realtime::{self, Mark};
use crate::foundation::errors::{Error, Result};
use crate::realtime::topic_actor::RETRY;

/// How long a gap may close by itself before it is read: changes of two writers overtake each other by less.
const GAP: Duration = Duration::from_millis(50);

impl PodActor {
    pub(super) fn deliver(&mut self, changes: Vec<Change>, ctx: &mut Context<Self>) {
        if changes.iter().any(|change| change.kind != Kind::Text) {
            self.refresh(ctx);
        }
        // Whoever comes again begins to read anew.
        for change in changes.iter().filter(|change| matches!(change.kind, Kind::Joined | Kind::Left | Kind::Removed)) {
            self.sent_marks.remove(&change.user_id);
        }
        let said = changes.iter().filter(|change| change.kind == Kind::Text && change.is_new);
        let said: Vec<Uuid> = said.map(|change| change.user_id).collect();
        let frames: Vec<_> = changes.into_iter().map(|change| change.frame).collect();
        self.audience.broadcast(&frames);
        // After the message, so that nobody sees a moment with neither.
        said.into_iter().for_each(|user_id| self.has_said(user_id, ctx));
        self.tell_news();
        self.tell_marks();
    }

    /// Tells what the pod is now, only after everything that was committed before it was read: so whoever is removed
    /// by that hears nothing of what came after.
    pub(super) fn tell_news(&mut self) {
        let Some(state) = &self.state else { return };
        if let Some((_, frame)) = self.news.take_if(|(head, _)| *head <= state.delivered()) {
            self.audience.broadcast(&[frame]);
        }
    }

    /// Tells of read marks, each only after everything that was committed before it: so whoever left before hears nothing
    /// of it, and whoever hears of it has the messages that it is about.
    pub(super) fn tell_marks(&mut self) {
        let Some(state) = &self.state else { return };
        let ready = self.marks.extract_if(|_, mark| mark.head <= state.delivered());
        // A mark holds whatever comes before or after it, and a join under way may have been read before it.
        let frame = |(user_id, mark): (Uuid, Mark)| {
            self.audience.state_frame("read", &json!({ "user_id": user_id, "seq": mark.seq }))
        };
        let frames: Vec<_> = ready.map(frame).collect();
        self.audience.broadcast(&frames);
    }

    /// After whatever may have left a gap.
    pub(super) fn look_for_gap(&mut self, ctx: &mut Context<Self>) {
        let head = self.head.get();
        let Some(state) = &mut self.state else { return };
        state.heard_of(head);
        if state.wants().is_none() {
            if std::mem::take(&mut self.gap_noticed) {
                POD_GAPS.counter(&[("closed", "itself")]).increment(1);
            }
        } else if !self.gap_noticed && !self.repairing {
            self.gap_noticed = true;
            ctx.run_later(GAP, |actor, ctx| {
                actor.gap_noticed = false;
                actor.repair(ctx);
            });
        }
    }

    pub(super) fn repair(&mut self, ctx: &mut Context<Self>) {
        let Some(state) = &self.state else { return };
        let (false, Some(after)) = (self.repairing, state.wants()) else { return };
        self.repairing = true;
        POD_GAPS.counter(&[("closed", "reading")]).increment(1);
        let (repairs, topic, pod_id, known) =
            (self.repairs.clone(), self.audience.topic().clone(), self.pod_id, state.known());
        let life = self.life;
        let relays = self.audience.relays();
        let reading = async move {
            for relay in relays {
                relay.room(&topic).await;
            }
            let Stretch { page, upto } = repairs.read(pod_id, after).await?;
            let changes = page.messages.iter().map(|message| Change::of(&topic, message, known)).collect();
            Ok::<_, Error>((changes, upto, page.more))
        };
        ctx.spawn(wrap_future::<_, Self>(reading).map(move |outcome, actor, ctx| {
            actor.repairing = false;
            match (outcome, &mut actor.state) {
                (Ok((changes, upto, more)), Some(state)) if actor.life == life => {
                    let changes = state.repaired(after, changes, upto, more);
                    actor.deliver(changes, ctx);
                    if upto > after {
                        actor.repair(ctx);
                    } else {
                        // What was heard of is not there. It comes with a look at once, or was of another history.
                        ctx.run_later(RETRY, |actor, ctx| actor.repair(ctx));
                    }
                }
                (Ok(_), _) => actor.look_for_gap(ctx),
                (Err(cause), _) => {
                    tracing::debug!(pod_id = %actor.pod_id, %cause, "a repair could not read; it will try again");
                    ctx.run_later(RETRY, |actor, ctx| actor.repair(ctx));
                }
            }
        }));
    }
}

impl Handler<Committed> for PodActor {
    type Result = ();

    fn handle(&mut self, Committed(changes): Committed, ctx: &mut Self::Context) {
        let Some(state) = &mut self.state else { return };
        let ready: Vec<Change> = changes.into_iter().flat_map(|change| state.arrived(change)).collect();
        self.deliver(ready, ctx);
        self.look_for_gap(ctx);
    }
}

impl Handler<HeardOf> for PodActor {
    type Result = ();

    fn handle(&mut self, _: HeardOf, ctx: &mut Self::Context) {
        self.look_for_gap(ctx);
    }
}

impl Handler<Recheck> for PodActor {
    type Result = ();

    fn handle(&mut self, _: Recheck, ctx: &mut Self::Context) {
        let (database, pod_id, life) = (self.database.clone(), self.pod_id, self.life);
        let reading = async move { database.service(async |conn| realtime::head(conn, pod_id).await).await };
        ctx.spawn(wrap_future::<_, Self>(reading).map(move |outcome: Result<i64>, actor, ctx| match outcome {
            Ok(_) if actor.life != life => {}
            Ok(head) => {
                actor.head.raise(head);
                actor.look_for_gap(ctx);
                // It was this node that lost it, so nobody has told the others.
                actor.registration.tell(&Packet::Head(head));
            }
            Err(_) => {
                ctx.notify_later(Recheck, RETRY);
            }
        }));
    }
}
