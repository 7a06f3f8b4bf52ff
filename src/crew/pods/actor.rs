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

mod elsewhere;
mod messages;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::fut::wrap_future;
use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, SpawnHandle};
use futures_util::future::BoxFuture;
use serde_json::json;
use uuid::Uuid;

pub use self::messages::{
    Afresh, Asked, Attach, Committed, Detach, Gone, HeardOf, IsFull, Joined, NodeGone, PodChanged, Read, Recheck,
    SpeakUp, Told, TypesElsewhere, Typing,
};
use super::change::{Change, KIND};
use super::live::LivePods;
use super::packet::Packet;
use super::repairs::{Repairs, Stretch};
use super::state::State;
use super::store::live::{self, Mark, Reader};
use crate::crew::messages::Kind;
use crate::foundation::db::Database;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::metrics;
use crate::realtime::afresh::waves;
use crate::realtime::presence::Presence;
use crate::realtime::registry::{Generation, Head, Start};
use crate::realtime::relay::{RelayHandle, deliver_to};
use crate::realtime::subscription::{Ends, Frame, Reach, SubscriptionId};
use crate::wire::frame::{self, Encoded};
use crate::wire::topic::Topic;

/// Messages that may wait for a pod.
const MAILBOX: usize = 1024;

/// How long a gap may close by itself before it is read: changes of two writers overtake each other by less.
const GAP: Duration = Duration::from_millis(50);

/// How long an actor without sessions stays.
const IDLE: Duration = Duration::from_secs(2);

/// How long a person types before it ends by itself.
const TYPING: Duration = Duration::from_secs(6);

/// Between attempts to read from a database that does not answer.
const RETRY: Duration = Duration::from_millis(250);

/// What an actor works with.
pub struct Parts {
    /// Where it reads.
    pub database: Database,
    /// Who reads what it misses.
    pub repairs: Repairs,
    /// Where it is entered.
    pub live: Arc<LivePods>,
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

struct Attached {
    user_id: Uuid,
    relay: RelayHandle,
    present: bool,
}

/// One who types.
struct Types {
    /// Ends it.
    timer: SpawnHandle,
    /// Whether it was a session of this node that told.
    here: bool,
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

    fn deliver(&mut self, changes: Vec<Change>, ctx: &mut Context<Self>) {
        if changes.iter().any(|change| change.kind != Kind::Text) {
            self.refresh(ctx);
        }
        for change in &changes {
            match change.kind {
                // Whoever has said it types no more, and their client shows it without being told.
                Kind::Text if change.is_new => {
                    self.typing.remove(&change.user_id).map(|typing| ctx.cancel_future(typing.timer))
                }
                // Whoever comes again begins to read anew.
                Kind::Joined | Kind::Left | Kind::Removed => self.told.remove(&change.user_id).map(|_| true),
                _ => None,
            };
        }
        self.broadcast(changes.into_iter().map(|change| change.frame).collect());
        self.tell_news();
        self.tell_marks();
    }

    /// Tells what the pod is now, only after everything that was committed before it was read: so whoever is removed
    /// by that hears nothing of what came after.
    fn tell_news(&mut self) {
        let Some(state) = &self.state else { return };
        if let Some((_, frame)) = self.news.take_if(|(head, _)| *head <= state.delivered()) {
            self.broadcast(vec![frame]);
        }
    }

    /// Tells of read marks, each only after everything that was committed before it: so whoever left before hears nothing
    /// of it, and whoever hears of it has the messages that it is about.
    fn tell_marks(&mut self) {
        let Some(state) = &self.state else { return };
        let ready = self.marks.extract_if(|_, mark| mark.head <= state.delivered());
        let frames = ready.map(|(user_id, mark)| {
            let payload = json!({ "user_id": user_id, "seq": mark.seq });
            let text = frame::push(self.topic.as_str(), "read", &payload);
            // It holds whatever comes before or after it, and a join under way may have been read before it.
            Arc::new(Frame { text, reach: Reach::State { as_of: i64::MAX } })
        });
        let frames = frames.collect();
        self.broadcast(frames);
    }

    /// After whatever may have left a gap.
    fn look_for_gap(&mut self, ctx: &mut Context<Self>) {
        let head = self.head.get();
        let Some(state) = &mut self.state else { return };
        state.heard_of(head);
        if state.wants().is_none() {
            if std::mem::take(&mut self.gap_noticed) {
                metrics::POD_GAPS.count(&[("closed", "itself")]).increment(1);
            }
        } else if !self.gap_noticed && !self.repairing {
            self.gap_noticed = true;
            ctx.run_later(GAP, |actor, ctx| {
                actor.gap_noticed = false;
                actor.repair(ctx);
            });
        }
    }

    fn repair(&mut self, ctx: &mut Context<Self>) {
        let Some(state) = &self.state else { return };
        let (false, Some(after)) = (self.repairing, state.wants()) else { return };
        self.repairing = true;
        metrics::POD_GAPS.count(&[("closed", "reading")]).increment(1);
        let (repairs, topic, pod_id, known) =
            (self.parts.repairs.clone(), self.topic.clone(), self.pod_id, state.known());
        let life = self.life;
        let relays = self.relays();
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

    /// One handle of each relay that has a session here.
    fn relays(&self) -> Vec<RelayHandle> {
        let relays: HashMap<usize, RelayHandle> =
            self.sessions.values().map(|attached| (attached.relay.id(), attached.relay.clone())).collect();
        relays.into_values().collect()
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

    /// A person types on; `teller` is their session if it is one of this node's, and need not hear of it.
    fn start_typing(&mut self, user_id: Uuid, teller: Option<SubscriptionId>, ctx: &mut Context<Self>) {
        let timer = ctx.run_later(TYPING, move |actor, ctx| actor.stop_typing(user_id, ctx));
        match self.typing.insert(user_id, Types { timer, here: teller.is_some() }) {
            Some(before) => drop(ctx.cancel_future(before.timer)),
            None => self.passing("typing", &json!({ "user_id": user_id, "on": true }), teller),
        }
    }

    fn stop_typing(&mut self, user_id: Uuid, ctx: &mut Context<Self>) {
        if let Some(typing) = self.typing.remove(&user_id) {
            ctx.cancel_future(typing.timer);
            self.passing("typing", &json!({ "user_id": user_id, "on": false }), None);
        }
    }

    /// Who has no session any more, here or elsewhere, does not type.
    fn stop_absent_typing(&mut self, ctx: &mut Context<Self>) {
        let absent: Vec<Uuid> = self.typing.keys().copied().filter(|typist| !self.presence.has(*typist)).collect();
        absent.into_iter().for_each(|user_id| self.stop_typing(user_id, ctx));
    }

    /// Who types on this node.
    fn typing_here(&self) -> Vec<Uuid> {
        self.typing.iter().filter(|(_, typing)| typing.here).map(|(user_id, _)| *user_id).collect()
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
        let (database, pod_id, life) = (self.parts.database.clone(), self.pod_id, self.life);
        let reading = async move { database.service(async |conn| live::head(conn, pod_id).await).await };
        ctx.spawn(wrap_future::<_, Self>(reading).map(move |outcome: Result<i64>, actor, ctx| match outcome {
            Ok(_) if actor.life != life => {}
            Ok(head) => {
                actor.head.raise(head);
                actor.look_for_gap(ctx);
                // It was this node that lost it, so nobody has told the others.
                actor.parts.live.tell(actor.pod_id, &Packet::Head(head));
            }
            Err(_) => {
                ctx.notify_later(Recheck, RETRY);
            }
        }));
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
        self.sessions
            .insert(attach.subscription, Attached { user_id: attach.user_id, relay: attach.relay, present: false });
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

impl Handler<Afresh> for PodActor {
    type Result = ();

    fn handle(&mut self, _: Afresh, ctx: &mut Self::Context) {
        // What comes from here on is of another history than what these sessions know.
        let silent = |reach| vec![Arc::new(Frame { text: Encoded::default(), reach })];
        self.broadcast(silent(Reach::Halt));
        // Only once the new history has been read, since nothing else happens before.
        for (later, reach) in waves(self.parts.live.count(), self.sessions.len()) {
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
