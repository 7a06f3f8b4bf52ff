//! Delivery of the log: in order, with everything that must wait for it, and with missing changes read from Postgres.

use std::time::Duration;

use actix::fut::wrap_future;
use actix::{ActorFutureExt, AsyncContext, Context, Handler};
use uuid::Uuid;

use super::{Committed, HeardOf, PodActor, Recheck};
use crate::crew::journal::change::Change;
use crate::crew::messages::Kind;
use crate::crew::pods::declared::{MEMBER_READ, MemberRead};
use crate::crew::pods::metrics::POD_GAPS;
use crate::crew::pods::packet::Packet;
use crate::crew::pods::repairs::Stretch;
use crate::crew::pods::store::realtime::{self, Mark};
use crate::foundation::errors::{Error, Result};
use crate::realtime::topic_actor::RETRY;

/// Time in which a gap may close by itself before it is read. Changes of two writers overtake each other by less.
const GAP: Duration = Duration::from_millis(50);

impl PodActor {
    pub(super) fn deliver(&mut self, changes: Vec<Change>, ctx: &mut Context<Self>) {
        if changes.iter().any(|change| change.kind != Kind::Text) {
            self.refresh(ctx);
        }
        // A person who comes back starts with a new read mark.
        for change in changes.iter().filter(|change| matches!(change.kind, Kind::Joined | Kind::Left | Kind::Removed)) {
            self.sent_marks.remove(&change.user_id);
        }
        let said = changes.iter().filter(|change| change.kind == Kind::Text && change.is_new);
        let said: Vec<Uuid> = said.map(|change| change.user_id).collect();
        let frames: Vec<_> = changes.into_iter().map(|change| change.frame).collect();
        self.audience.broadcast(&frames);
        // After the message, so that clients never see a moment without both.
        said.into_iter().for_each(|user_id| self.has_said(user_id, ctx));
        self.tell_news();
        self.tell_marks();
    }

    /// Sends `pod:changed` once everything before its reading has been delivered: so a person whom one of these changes
    /// removes does not receive it.
    pub(super) fn tell_news(&mut self) {
        let Some(state) = &self.state else { return };
        if let Some((_, frame)) = self.news.take_if(|(head, _)| *head <= state.delivered()) {
            self.audience.broadcast(&[frame]);
        }
    }

    /// Sends read marks, each once everything before its writing has been delivered: so a person who left before does
    /// not receive it, and other people have the messages that it refers to.
    pub(super) fn tell_marks(&mut self) {
        let Some(state) = &self.state else { return };
        let ready = self.marks.extract_if(|_, mark| mark.head <= state.delivered());
        // A mark is valid whatever comes before or after it, and a join in progress may have been read before it.
        let frame = |(user_id, mark): (Uuid, Mark)| {
            self.audience.state_frame(MEMBER_READ, &MemberRead { user_id, seq: mark.seq })
        };
        let frames: Vec<_> = ready.map(frame).collect();
        self.audience.broadcast(&frames);
    }

    /// Checks for a gap. Call it after anything that may have left one.
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
                        // The position heard of is not there. It comes with a later comparison, or was of another
                        // epoch.
                        ctx.run_later(RETRY, |actor, ctx| actor.repair(ctx));
                    }
                }
                (Ok(_), _) => actor.look_for_gap(ctx),
                (Err(cause), _) => {
                    tracing::debug!(pod_id = %actor.pod_id, %cause, "repair could not read; retrying");
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
                // This node has lost the outcome, so no other node has been notified.
                actor.registration.tell(&Packet::Head(head));
            }
            Err(_) => {
                ctx.notify_later(Recheck, RETRY);
            }
        }));
    }
}
