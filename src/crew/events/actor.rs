//! The actor of one event on this node: what its topic tells.
//!
//! **Life.** As a pod's: it starts when the first session joins, listens to the bus before it reads, and goes a moment after
//! the last session has left. When the database has another line of history it starts afresh, and its sessions, who hear
//! nothing from that moment on, are sent back by `phx_error`, one part after the other.
//!
//! **Order.** All that is told of the wall has a number of it ([`Wall`](super::store::live::Wall)), and is read as a range, in
//! one snapshot, ascending, with who has left among it. So each session gets every later state of what its join was answered
//! with, and who has left gets nothing that was committed after that, whether the bus said so or not.
//!
//! **Pace.** It speaks at most four times a second: the first change at once, what comes meanwhile merged, the last always. Nothing is
//! handed to it but that there is something to read ([`Marks`]), so nothing can pile up.

mod messages;
mod remote;
mod sessions;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::fut::wrap_future;
use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler};
use futures_util::future::BoxFuture;
use serde_json::json;
use uuid::Uuid;

pub use self::messages::{Announced, Counts, EpochChanged, Look, Numbers};
use super::hub::{Due, EventHub, KIND, Marks};
use super::reading::{self, Reading};
use super::store::live;
use super::sweep::SHARE;
use crate::foundation::db::Database;
use crate::foundation::errors::Result;
use crate::foundation::metrics;
use crate::realtime::attendance::Attached;
use crate::realtime::headcount::Headcount;
use crate::realtime::registry::{Generation, Start};
use crate::realtime::rejoin::rejoin_schedule;
use crate::realtime::relay::{RelayHandle, deliver_to};
use crate::realtime::subscription::{Ends, Frame, Reach, SubscriptionId};
use crate::wire::frame::{self, Encoded};
use crate::wire::topic::Topic;

/// Messages that may wait for an event.
const MAILBOX: usize = 1024;

/// Between two times that it speaks.
const PACE: Duration = Duration::from_millis(250);

/// How long an actor without sessions stays. Longer than its pace, so that the others hear that nobody is here.
const IDLE: Duration = Duration::from_secs(2);

/// Between attempts to read from a database that does not answer.
const RETRY: Duration = Duration::from_millis(250);

/// After so long without a reading it starts afresh: departures are kept for an hour.
const MEMORY: Duration = Duration::from_secs(30 * 60);

/// What an actor works with.
pub struct Parts {
    /// Where it reads.
    pub database: Database,
    /// Where it is entered.
    pub live: Arc<EventHub>,
}

/// The actor of one event.
pub struct EventActor {
    event_id: Uuid,
    topic: Topic,
    generation: Generation,
    marks: Marks,
    /// When it may read; taken by the first start.
    ready: Option<BoxFuture<'static, ()>>,
    parts: Parts,
    /// `None` until it is read, and when there is no such event.
    state: Option<State>,
    sessions: HashMap<SubscriptionId, Attached>,
    headcount: Headcount,
    /// How many people its sessions were told of, and how many of its own the other nodes.
    told_present: u64,
    told_others: u64,
    /// How often it has started afresh: what was read before is not of this life.
    life: u64,
    reading: bool,
    /// Whether the last reading was not all there is.
    behind: bool,
    /// Whether it will speak by itself.
    waiting: bool,
    spoke: Option<Instant>,
    /// When members may be counted again.
    count_at: Instant,
}

/// What its sessions were told.
struct State {
    position: i64,
    members: i64,
    epoch: String,
    read_at: Instant,
}

impl EventActor {
    /// An actor that has read nothing yet.
    pub fn new(event_id: Uuid, start: Start<Marks>, parts: Parts, ctx: &mut Context<Self>) -> Self {
        ctx.set_mailbox_capacity(MAILBOX);
        EventActor {
            event_id,
            topic: Topic::of(KIND, event_id),
            generation: start.generation,
            marks: start.head,
            ready: Some(start.ready),
            parts,
            state: None,
            sessions: HashMap::new(),
            headcount: Headcount::default(),
            told_present: 0,
            told_others: 0,
            life: 0,
            reading: false,
            behind: false,
            waiting: false,
            spoke: None,
            count_at: Instant::now(),
        }
    }

    fn broadcast(&self, frames: &[Arc<Frame>]) {
        deliver_to(self.sessions.values().map(|attached| &attached.relay), &self.topic, frames);
    }

    /// Tells everyone a number. It holds whatever comes before or after it, also for a join that is under way.
    fn tell_count(&self, event: &str, count: impl Into<serde_json::Value>) {
        let text = frame::push(self.topic.as_str(), event, &json!({ "count": count.into() }));
        self.broadcast(&[Arc::new(Frame { text, reach: Reach::State { as_of: i64::MAX } })]);
    }

    /// There may be something to say: now, or as soon as the pace allows it.
    fn look(&mut self, ctx: &mut Context<Self>) {
        if self.waiting || self.state.is_none() {
            return;
        }
        let due = self.due();
        let speaks = self.headcount.total() != self.told_present || self.owes_others();
        if !speaks && (self.reading || due == Due::default()) {
            return;
        }
        let now = Instant::now();
        let mut at = self.spoke.map_or(now, |spoke| spoke + PACE);
        if !speaks && !due.wall {
            at = at.max(self.count_at);
        }
        if at <= now {
            return self.speak(ctx);
        }
        self.waiting = true;
        ctx.run_later(at - now, |actor, ctx| {
            actor.waiting = false;
            // What is due now may not be what was due when this was asked for.
            actor.look(ctx);
        });
    }

    fn due(&self) -> Due {
        self.marks.due()
    }

    fn speak(&mut self, ctx: &mut Context<Self>) {
        self.spoke = Some(Instant::now());
        let present = self.headcount.total();
        if present != self.told_present {
            self.told_present = present;
            self.tell_count("presence:count", present);
        }
        if self.owes_others() {
            self.tell_others();
        }
        let mut due = self.due();
        due.count &= Instant::now() >= self.count_at;
        if !self.reading && due != Due::default() {
            self.read(due, ctx);
        }
        self.look(ctx);
    }

    /// Reads what is due, and tells it.
    fn read(&mut self, due: Due, ctx: &mut Context<Self>) {
        let Some(state) = &self.state else { return };
        if state.read_at.elapsed() > MEMORY {
            return ctx.notify(EpochChanged);
        }
        self.reading = true;
        self.marks.take(due);
        let (database, topic, event_id) = (self.parts.database.clone(), self.topic.clone(), self.event_id);
        let (after, epoch, life) = (state.position, state.epoch.clone(), self.life);
        // Turn upon turn of as much as there can be must not cut honest readers; else nobody waits for one who is slow.
        let relays: HashMap<usize, RelayHandle> = match self.behind {
            true => self.sessions.values().map(|attached| (attached.relay.id(), attached.relay.clone())).collect(),
            false => HashMap::new(),
        };
        let began = Instant::now();
        let reading = async move {
            for relay in relays.into_values() {
                relay.room(&topic).await;
            }
            reading::read(&database, &topic, event_id, after, &epoch, due.count).await
        };
        metrics::EVENT_READINGS.count(metrics::NONE).increment(1);
        ctx.spawn(wrap_future::<_, Self>(reading).map(move |outcome: Result<Reading>, actor, ctx| {
            actor.reading = false;
            match outcome {
                Ok(_) if actor.life != life => {}
                Ok(reading) => actor.tell(reading, began, ctx),
                Err(cause) => {
                    tracing::warn!(event_id = %actor.event_id, %cause, "an event could not be read; it will be tried again");
                    actor.marks.put_back(due);
                    ctx.run_later(RETRY, |actor, ctx| actor.look(ctx));
                    return;
                }
            }
            actor.look(ctx);
        }));
    }

    fn tell(&mut self, reading: Reading, began: Instant, ctx: &mut Context<Self>) {
        let Some(state) = &mut self.state else { return };
        match reading {
            Reading::Gone => {
                let reach = Reach::Log { position: i64::MAX, origin: i64::MAX, ends: Ends::Everybody };
                self.broadcast(&[Arc::new(Frame { text: Encoded::default(), reach })]);
                self.state = None;
                self.marks.forget();
            }
            Reading::OtherHistory => ctx.notify(EpochChanged),
            Reading::News { frames, upto, more, members } => {
                (state.position, state.read_at) = (upto, began);
                let before = state.members;
                if let Some((count, took)) = members {
                    state.members = count;
                    self.count_at = Instant::now() + took * SHARE;
                }
                let now = state.members;
                self.marks.told(upto, now);
                self.broadcast(&frames);
                if now != before {
                    self.tell_count("members:count", now);
                }
                self.behind = more;
                if more {
                    self.marks.put_back(Due { wall: true, count: false });
                }
            }
        }
    }

    /// Reads where the wall stands, and lets nothing else happen until it has.
    fn read_state(&mut self, ctx: &mut Context<Self>) {
        let (database, event_id, ready) = (self.parts.database.clone(), self.event_id, self.ready.take());
        let reading = async move {
            if let Some(ready) = ready {
                ready.await;
            }
            loop {
                let read = async |conn: &mut _| {
                    let Some(wall) = live::wall(conn, event_id).await? else { return Ok(None) };
                    Ok(Some((wall, live::count(conn, event_id).await?)))
                };
                let began = Instant::now();
                match database.service_snapshot(read).await {
                    Ok(found) => return found.map(|(wall, members)| (wall, members, began)),
                    Err(cause) => {
                        tracing::warn!(%event_id, %cause, "an event could not be read; it will be tried again");
                        tokio::time::sleep(RETRY).await;
                    }
                }
            }
        };
        ctx.wait(wrap_future::<_, Self>(reading).map(|found, actor, ctx| {
            actor.state = found.map(|(wall, members, read_at)| {
                actor.marks.told(wall.head, members);
                State { position: wall.head, members, epoch: wall.epoch, read_at }
            });
            actor.look(ctx);
        }));
    }

    fn stop_when_idle(&mut self, ctx: &mut Context<Self>) {
        ctx.run_later(IDLE, |actor, ctx| {
            if actor.sessions.is_empty() {
                // Taken out first, so that whoever looks for the event from now on starts a successor.
                actor.parts.live.remove(actor.event_id, actor.generation);
                ctx.stop();
            }
        });
    }
}

impl Actor for EventActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        metrics::EVENTS_LIVE.level(metrics::NONE).increment(1.0);
        self.read_state(ctx);
        self.meet_the_others(ctx);
        self.stop_when_idle(ctx);
    }

    fn stopped(&mut self, _ctx: &mut Self::Context) {
        self.parts.live.remove(self.event_id, self.generation);
        metrics::EVENTS_LIVE.level(metrics::NONE).decrement(1.0);
    }
}

impl Handler<Look> for EventActor {
    type Result = ();

    fn handle(&mut self, _: Look, ctx: &mut Self::Context) {
        self.look(ctx);
    }
}

impl Handler<EpochChanged> for EventActor {
    type Result = ();

    fn handle(&mut self, _: EpochChanged, ctx: &mut Self::Context) {
        // What comes from here on is of another history than what these sessions know. Their clients join again.
        let silent = |reach| [Arc::new(Frame { text: Encoded::default(), reach })];
        self.broadcast(&silent(Reach::Halt));
        for (later, reach) in rejoin_schedule(self.parts.live.count(), self.sessions.len()) {
            ctx.run_later(later, move |actor, _| actor.broadcast(&silent(reach)));
        }
        self.state = None;
        self.marks.forget();
        self.life += 1;
        self.read_state(ctx);
    }
}
