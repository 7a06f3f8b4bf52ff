//! The actor of one pod on this node.
//!
//! **Life.** It starts when the first session joins: the registry has entered it and listens to the bus, and only when the
//! bus has confirmed that it reads head and members, so that nothing falls between. While it reads, its mailbox waits. It
//! goes a moment after the last session has left. When the database has another line of history, it starts afresh: its
//! sessions hear nothing from that moment on, and are sent back by `phx_error`, the pods of a node one after the other. They
//! join again, and learn of it by their epoch.
//!
//! **Order.** What it is told of goes through [`State`], which lets changes out strictly ascending. What is missing
//! for longer than a moment is read from Postgres, page by page, each when the sessions have room for it.
//!
//! **Bounds.** Its mailbox has a limit. A change that did not fit is found by its head, which was raised before
//! ([`Head`]).
//!
//! **What it does not do.** Texts go to the journal past it: a repeat must be answered with its first outcome even to
//! those who have left since, so only Postgres can refuse one.

mod log;
mod messages;
mod remote;
mod sessions;
mod typing;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::fut::wrap_future;
use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler};
use futures_util::future::BoxFuture;
use serde_json::json;
use uuid::Uuid;

pub use self::messages::{
    Announced, Committed, EpochChanged, Gone, HeardOf, IsFull, PodChanged, Read, Recheck, TypesRemotely, Typing,
};
use self::typing::Types;
use super::change::KIND;
use super::hub::PodHub;
use super::repairs::Repairs;
use super::state::State;
use super::store::live::{self, Mark, Reader};
use crate::foundation::db::Database;
use crate::foundation::metrics;
use crate::realtime::attendance::Attached;
use crate::realtime::presence::Presence;
use crate::realtime::registry::{Generation, Head, Start};
use crate::realtime::rejoin::rejoin_schedule;
use crate::realtime::relay::deliver_to;
use crate::realtime::subscription::{Ends, Frame, Reach, SubscriptionId};
use crate::wire::frame::{self, Encoded};
use crate::wire::topic::Topic;

/// Messages that may wait for a pod.
const MAILBOX: usize = 1024;

/// How long an actor without sessions stays.
const IDLE: Duration = Duration::from_secs(2);

/// Between attempts to read from a database that does not answer.
const RETRY: Duration = Duration::from_millis(250);

/// What an actor works with.
pub struct Parts {
    /// Where it reads.
    pub database: Database,
    /// Who reads what it misses.
    pub repairs: Repairs,
    /// Where it is entered.
    pub live: Arc<PodHub>,
}

/// The actor of one pod.
pub struct PodActor {
    pod_id: Uuid,
    topic: Topic,
    generation: Generation,
    head: Head,
    /// When it may read; taken by the first start.
    ready: Option<BoxFuture<'static, ()>>,
    parts: Parts,
    /// `None` until it is read, and when there is no such pod.
    state: Option<State>,
    sessions: HashMap<SubscriptionId, Attached>,
    presence: Presence,
    typing: HashMap<Uuid, Types>,
    /// Up to where people are known to have read: a sweep tells marks that may have been told before.
    told: HashMap<Uuid, i64>,
    /// A `pod:changed` that waits until the log has been delivered up to the head that it was read at.
    news: Option<(i64, Arc<Frame>)>,
    /// Read marks that wait until the log has been delivered up to where it was when they were written.
    marks: HashMap<Uuid, Mark>,
    /// How often it has started afresh: what was read before is not of this life.
    life: u64,
    repairing: bool,
    gap_noticed: bool,
    refreshing: Refreshing,
}

/// Whether `pod:changed` is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refreshing {
    No,
    Yes,
    /// Something changed meanwhile: once more.
    Again,
}

impl PodActor {
    /// An actor that has read nothing yet.
    pub fn new(pod_id: Uuid, start: Start, parts: Parts, ctx: &mut Context<Self>) -> Self {
        ctx.set_mailbox_capacity(MAILBOX);
        let Start { generation, head, ready } = start;
        let presence = Presence::new(parts.live.boot_id());
        PodActor {
            pod_id,
            topic: Topic::of(KIND, pod_id),
            generation,
            head,
            ready: Some(ready),
            parts,
            state: None,
            sessions: HashMap::new(),
            presence,
            typing: HashMap::new(),
            told: HashMap::new(),
            news: None,
            marks: HashMap::new(),
            life: 0,
            repairing: false,
            gap_noticed: false,
            refreshing: Refreshing::No,
        }
    }

    /// Hands frames to every relay that has a session here.
    fn broadcast(&self, frames: Vec<Arc<Frame>>) {
        deliver_to(self.sessions.values().map(|attached| &attached.relay), &self.topic, &frames);
    }

    fn passing(&self, event: &str, payload: &serde_json::Value, except: Option<SubscriptionId>) {
        let text = frame::push(self.topic.as_str(), event, payload);
        self.broadcast(vec![Arc::new(Frame { text, reach: Reach::Passing { except } })]);
    }

    /// Tells everyone what the pod and its members are now, once for all that changed meanwhile.
    fn refresh(&mut self, ctx: &mut Context<Self>) {
        if self.refreshing != Refreshing::No {
            self.refreshing = Refreshing::Again;
            return;
        }
        if self.sessions.is_empty() {
            return;
        }
        self.refreshing = Refreshing::Yes;
        let (database, pod_id, life) = (self.parts.database.clone(), self.pod_id, self.life);
        let reading =
            async move { database.service(async |conn| live::snapshot(conn, pod_id, Reader::Service).await).await };
        ctx.spawn(wrap_future::<_, Self>(reading).map(move |outcome, actor, ctx| {
            let again = std::mem::replace(&mut actor.refreshing, Refreshing::No) == Refreshing::Again;
            match outcome {
                Ok(Some(now)) if actor.life == life => {
                    let payload = json!({ "pod": now.pod, "members": now.members });
                    let text = frame::push(actor.topic.as_str(), "pod:changed", &payload);
                    let frame = Frame { text, reach: Reach::State { as_of: now.head } };
                    actor.news = Some((now.head, Arc::new(frame)));
                    actor.head.raise(now.head);
                    actor.head.revise(now.revision);
                    actor.tell_news();
                    actor.look_for_gap(ctx);
                }
                Ok(_) => {}
                Err(cause) => {
                    tracing::warn!(pod_id = %actor.pod_id, %cause, "pod:changed could not be read; it will be tried again");
                    ctx.run_later(RETRY, |actor, ctx| actor.refresh(ctx));
                    return;
                }
            }
            if again {
                actor.refresh(ctx);
            }
        }));
    }

    /// Reads head and members, and lets nothing else happen until it has.
    fn read_state(&mut self, ctx: &mut Context<Self>) {
        let (database, pod_id, ready) = (self.parts.database.clone(), self.pod_id, self.ready.take());
        let reading = async move {
            if let Some(ready) = ready {
                ready.await;
            }
            loop {
                match database.service(async |conn| live::start(conn, pod_id).await).await {
                    Ok(start) => return start,
                    Err(cause) => {
                        tracing::warn!(%pod_id, %cause, "a pod could not be read; it will be tried again");
                        tokio::time::sleep(RETRY).await;
                    }
                }
            }
        };
        ctx.wait(wrap_future::<_, Self>(reading).map(|start, actor, ctx| {
            if let Some(start) = &start {
                actor.head.raise(start.head);
                actor.head.revise(start.revision);
            }
            actor.state = start.map(|start| {
                actor.told = start.members.iter().copied().zip(start.marks).collect();
                State::new(start.head, start.members, start.seats as usize, start.closed)
            });
            actor.look_for_gap(ctx);
        }));
    }

    fn stop_when_idle(&self, ctx: &mut Context<Self>) {
        ctx.run_later(IDLE, |actor, ctx| {
            if actor.sessions.is_empty() {
                // Taken out first, so that whoever looks for the pod from now on starts a successor.
                actor.parts.live.remove(actor.pod_id, actor.generation);
                ctx.stop();
            }
        });
    }
}

impl Actor for PodActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        metrics::PODS_LIVE.level(metrics::NONE).increment(1.0);
        self.read_state(ctx);
        self.meet_the_others(ctx);
        self.stop_when_idle(ctx);
    }

    fn stopped(&mut self, _ctx: &mut Self::Context) {
        self.parts.live.remove(self.pod_id, self.generation);
        metrics::PODS_LIVE.level(metrics::NONE).decrement(1.0);
    }
}

impl Handler<Gone> for PodActor {
    type Result = ();

    fn handle(&mut self, _: Gone, _ctx: &mut Self::Context) {
        let reach = Reach::Log { position: i64::MAX, origin: i64::MAX, ends: Ends::Everybody };
        self.broadcast(vec![Arc::new(Frame { text: Encoded::default(), reach })]);
        self.state = None;
    }
}

impl Handler<PodChanged> for PodActor {
    type Result = ();

    fn handle(&mut self, _: PodChanged, ctx: &mut Self::Context) {
        self.refresh(ctx);
    }
}

impl Handler<Read> for PodActor {
    type Result = ();

    fn handle(&mut self, Read(marks): Read, ctx: &mut Self::Context) {
        if self.state.is_none() {
            return;
        }
        for mark in marks {
            let told = self.told.entry(mark.user_id).or_insert(-1);
            if !self.parts.live.is_alone() && *told >= mark.seq {
                continue;
            }
            *told = mark.seq;
            let held = self.marks.entry(mark.user_id).or_insert(mark);
            if held.seq < mark.seq {
                *held = mark;
            }
        }
        self.tell_marks();
        self.look_for_gap(ctx);
    }
}

impl Handler<EpochChanged> for PodActor {
    type Result = ();

    fn handle(&mut self, _: EpochChanged, ctx: &mut Self::Context) {
        // What comes from here on is of another history than what these sessions know.
        let silent = |reach| vec![Arc::new(Frame { text: Encoded::default(), reach })];
        self.broadcast(silent(Reach::Halt));
        // Only once the new history has been read, since nothing else happens before.
        for (later, reach) in rejoin_schedule(self.parts.live.count(), self.sessions.len()) {
            ctx.run_later(later, move |actor, _| actor.broadcast(silent(reach)));
        }
        self.state = None;
        self.head.fall();
        self.news = None;
        self.marks.clear();
        self.told.clear();
        self.life += 1;
        self.read_state(ctx);
    }
}
