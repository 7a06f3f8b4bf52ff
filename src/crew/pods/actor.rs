//! The actor of a pod on this node, which delivers the pod's log to its sessions.
//!
//! **Life.** It starts when the first session joins. The registry has registered it and subscribed to the bus; once the
//! bus has confirmed that, the actor reads head and members, so nothing is lost in between. Its mailbox waits
//! meanwhile. It stops a moment after the last session has left. In a new epoch it starts again from the database: its
//! sessions receive nothing from that moment on, and are sent back by `phx_error`, the pods of a node one after the
//! other. They join again, and learn of the change by the epoch.
//!
//! **Order.** Every change passes [`PodState`], which releases changes in strictly ascending order. Changes that are
//! missing for longer than a moment are read from Postgres, page by page, each when the sessions have room for it.
//!
//! **Bounds.** The mailbox is bounded. A change that did not fit is found by the head, which is raised before
//! ([`Head`]).
//!
//! **Not its task.** Texts go to the journal directly: a repeat must be answered with its first outcome even if the
//! author has left since, so only Postgres can refuse one.

mod log;
mod messages;
mod remote;
mod sessions;
mod typing;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use actix::fut::wrap_future;
use actix::{Actor, ActorFutureExt, AsyncContext, Context, Handler, SpawnHandle};
use uuid::Uuid;

pub use self::messages::{Committed, Gone, HeardOf, PodChanged, Read, Recheck, RemoteTyping, Typing};
use super::declared::{POD_CHANGED, PodNow};
use super::metrics::PODS_LIVE;
use super::packet::Packet;
use super::repairs::Repairs;
use super::state::PodState;
use super::store::realtime::{self, Mark, Reader};
use crate::crew::journal::change::KIND;
use crate::foundation::db::Database;
use crate::foundation::metrics;
use crate::realtime::attendance::{Broadcast, EpochChanged};
use crate::realtime::audience::Audience;
use crate::realtime::gather::Gather;
use crate::realtime::gossip::Gossip;
use crate::realtime::hub::{Hub, Registration};
use crate::realtime::presence::{Entry, Presence};
use crate::realtime::registry::{Head, Start};
use crate::realtime::subscription::{Frame, Reach};
use crate::realtime::topic_actor::{RETRY, TopicActor, read_first};
use crate::wire::topic::Topic;

/// Messages that may wait in an actor's mailbox.
const MAILBOX: usize = 1024;

/// The services that an actor uses.
pub struct PodActorParts {
    /// The pools to read from.
    pub database: Database,
    /// The reader of missing changes.
    pub repairs: Repairs,
    /// The hub in which the actor is registered.
    pub hub: Arc<Hub<PodActor>>,
}

/// A person who types.
struct Types {
    /// The timer that ends it.
    timer: SpawnHandle,
    /// Whether a session of this node has sent it. This node then ends it for all nodes.
    here: bool,
    /// Number of messages sent before the typing that are still to be committed.
    under_way: u32,
}

/// The actor of one pod.
pub struct PodActor {
    pod_id: Uuid,
    registration: Registration<PodActor>,
    head: Head,
    database: Database,
    repairs: Repairs,
    /// `None` until it is read, and if there is no such pod.
    state: Option<PodState>,
    audience: Audience,
    presence: Presence,
    /// When the presence is sent.
    gather: Gather,
    typing: HashMap<Uuid, Types>,
    /// The read marks that were sent: the sweep may find some again.
    sent_marks: HashMap<Uuid, i64>,
    /// A `pod:changed` that is sent once the log has been delivered up to the head of its reading.
    news: Option<(i64, Arc<Frame>)>,
    /// Read marks that are sent once the log has been delivered up to its head at their writing.
    marks: HashMap<Uuid, Mark>,
    /// Incremented at each start from the database. A reading that began in an earlier life is discarded.
    life: u64,
    repairing: bool,
    gap_noticed: bool,
    refreshing: Refreshing,
}

/// The state of reading `pod:changed`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refreshing {
    No,
    Yes,
    /// Something changed during the reading, so it is repeated.
    Again,
}

impl PodActor {
    /// Creates an actor that has read nothing yet.
    pub fn new(pod_id: Uuid, start: Start, parts: PodActorParts, ctx: &mut Context<Self>) -> Self {
        ctx.set_mailbox_capacity(MAILBOX);
        let PodActorParts { database, repairs, hub } = parts;
        let presence = Presence::new(hub.boot_id());
        let (registration, head) = Registration::new(hub, pod_id, start);
        PodActor {
            pod_id,
            registration,
            head,
            database,
            repairs,
            state: None,
            audience: Audience::new(Topic::of(KIND, pod_id)),
            presence,
            gather: Gather::default(),
            typing: HashMap::new(),
            sent_marks: HashMap::new(),
            news: None,
            marks: HashMap::new(),
            life: 0,
            repairing: false,
            gap_noticed: false,
            refreshing: Refreshing::No,
        }
    }

    /// Reads the pod and its members and broadcasts them, once for all changes meanwhile.
    fn refresh(&mut self, ctx: &mut Context<Self>) {
        if self.refreshing != Refreshing::No {
            self.refreshing = Refreshing::Again;
            return;
        }
        if self.audience.is_empty() {
            return;
        }
        self.refreshing = Refreshing::Yes;
        let (database, pod_id, life) = (self.database.clone(), self.pod_id, self.life);
        let reading =
            async move { database.service(async |conn| realtime::snapshot(conn, pod_id, Reader::Service).await).await };
        ctx.spawn(wrap_future::<_, Self>(reading).map(move |outcome, actor, ctx| {
            let again = std::mem::replace(&mut actor.refreshing, Refreshing::No) == Refreshing::Again;
            match outcome {
                Ok(Some(now)) if actor.life == life => {
                    let pod = PodNow { pod: now.pod, members: now.members };
                    let text = POD_CHANGED.frame(actor.audience.topic(), &pod);
                    let frame = Frame { text, reach: Reach::State { as_of: now.head } };
                    actor.news = Some((now.head, Arc::new(frame)));
                    actor.head.raise(now.head);
                    actor.head.revise(now.revision);
                    actor.tell_news();
                    actor.look_for_gap(ctx);
                }
                Ok(_) => {}
                Err(cause) => {
                    tracing::warn!(pod_id = %actor.pod_id, %cause, "pod:changed could not be read; retrying");
                    ctx.run_later(RETRY, |actor, ctx| actor.refresh(ctx));
                    return;
                }
            }
            if again {
                actor.refresh(ctx);
            }
        }));
    }

    /// Reads head and members, and handles no message until that is done.
    fn read_state(&mut self, ctx: &mut Context<Self>) {
        let (database, pod_id) = (self.database.clone(), self.pod_id);
        let read = async move || database.service(async |conn| realtime::start(conn, pod_id).await).await;
        let reading = read_first(self.audience.topic().clone(), self.registration.take_ready(), read);
        ctx.wait(wrap_future::<_, Self>(reading).map(|start, actor, ctx| {
            if let Some(start) = &start {
                actor.head.raise(start.head);
                actor.head.revise(start.revision);
            }
            actor.state = start.map(|start| {
                actor.sent_marks = start.members.iter().copied().zip(start.marks).collect();
                PodState::new(start.head, start.members, start.closed)
            });
            actor.look_for_gap(ctx);
        }));
    }
}

impl TopicActor for PodActor {
    type Shared = Head;
    type Packet = Packet;
    type Said = BTreeSet<Entry>;

    fn registration(&self) -> &Registration<Self> {
        &self.registration
    }

    fn audience(&self) -> &Audience {
        &self.audience
    }

    fn gossip(&self) -> &Gossip<Self::Said> {
        self.presence.gossip()
    }

    fn tell_others(&mut self) {
        self.registration.announce(|version| Packet::Presence { version, entries: self.presence.own() });
    }
}

impl Actor for PodActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        PODS_LIVE.gauge(metrics::NONE).increment(1.0);
        self.read_state(ctx);
        self.meet_the_others(ctx);
        self.stop_when_idle(ctx);
    }

    fn stopped(&mut self, _ctx: &mut Self::Context) {
        self.registration.withdraw();
        PODS_LIVE.gauge(metrics::NONE).decrement(1.0);
    }
}

impl Handler<Gone> for PodActor {
    type Result = ();

    fn handle(&mut self, _: Gone, _ctx: &mut Self::Context) {
        self.audience.end_all();
        self.state = None;
    }
}

impl Handler<Broadcast> for PodActor {
    type Result = ();

    fn handle(&mut self, Broadcast(frame): Broadcast, _ctx: &mut Self::Context) {
        self.audience.broadcast(&[frame]);
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
            let sent = self.sent_marks.entry(mark.user_id).or_insert(-1);
            if !self.registration.hub().is_alone() && *sent >= mark.seq {
                continue;
            }
            *sent = mark.seq;
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
        self.send_back(ctx);
        self.state = None;
        self.head.fall();
        self.news = None;
        self.marks.clear();
        self.sent_marks.clear();
        self.life += 1;
        self.read_state(ctx);
    }
}
