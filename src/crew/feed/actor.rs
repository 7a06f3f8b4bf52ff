//! The actor of one event on this node: what its topic tells.
//!
//! **Life.** As a pod's: it starts when the first session joins, listens to the bus before it reads, and goes a moment after
//! the last session has left. When the database has another line of history it starts afresh, and its sessions, who hear
//! nothing from that moment on, are sent back by `phx_error`, one part after the other.
//!
//! **Order.** Every item has a number of the feed ([`Head`](super::store::Head)), and is read as a range, in
//! one snapshot, ascending, with who has left among it. So each session gets every later state of what its join was answered
//! with, and who has left gets nothing that was committed after that, whether the bus said so or not.
//!
//! **Pace.** It speaks at most four times a second: the first change at once, what comes meanwhile merged, the last always. Nothing is
//! handed to it but that there is something to read (its marks), so nothing can pile up.

mod messages;
mod remote;
mod sessions;

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::fut::wrap_future;
use actix::{Actor, ActorFutureExt, AsyncContext, Context, Handler};
use serde_json::json;
use uuid::Uuid;

pub use self::messages::{Counts, HistoryIs, Numbers, Wake};
use super::kinds::{Count, Kinds};
use super::marks::{Due, Marks};
use super::metrics::{EVENT_READINGS, EVENTS_LIVE};
use super::packet::Packet;
use super::reading::{self, Counted, Range, Reading};
use super::{KIND, SHARE, store};
use crate::foundation::db::Database;
use crate::foundation::errors::Result;
use crate::foundation::metrics;
use crate::realtime::attendance::{Broadcast, EpochChanged};
use crate::realtime::audience::Audience;
use crate::realtime::gossip::Gossip;
use crate::realtime::headcount::Headcount;
use crate::realtime::hub::{Hub, Registration};
use crate::realtime::registry::Start;
use crate::realtime::topic_actor::{RETRY, TopicActor, read_first};
use crate::wire::topic::Topic;

/// Messages that may wait for an event.
const MAILBOX: usize = 1024;

/// Between two times that it speaks.
const PACE: Duration = Duration::from_millis(250);

/// After so long without a reading it starts afresh: what is gone is kept for an hour.
const MEMORY: Duration = Duration::from_secs(30 * 60);

/// What an actor works with.
pub struct EventActorParts {
    /// Where it reads.
    pub database: Database,
    /// Where it is entered.
    pub hub: Arc<Hub<EventActor>>,
    /// What can be told.
    pub kinds: Kinds,
}

/// The actor of one event.
pub struct EventActor {
    event_id: Uuid,
    registration: Registration<EventActor>,
    marks: Marks,
    database: Database,
    kinds: Kinds,
    /// `None` until it is read, and when there is no such event.
    state: Option<FeedState>,
    audience: Audience,
    headcount: Headcount,
    /// How many people its sessions were told of.
    sent_present: u64,
    /// How often it has started afresh: what was read before is not of this life.
    life: u64,
    reading: bool,
    /// Whether the last reading was not all there is.
    behind: bool,
    /// Whether it will speak by itself.
    waiting: bool,
    spoke: Option<Instant>,
}

/// What its sessions were told.
struct FeedState {
    position: i64,
    tallies: Vec<SentTally>,
    epoch: String,
    read_at: Instant,
}

/// A tally as it was told.
struct SentTally {
    count: Count,
    /// When it may be counted again.
    again_at: Instant,
}

impl EventActor {
    /// Returns an actor that has read nothing yet.
    pub fn new(event_id: Uuid, start: Start<Marks>, parts: EventActorParts, ctx: &mut Context<Self>) -> Self {
        ctx.set_mailbox_capacity(MAILBOX);
        let (registration, marks) = Registration::new(parts.hub, event_id, start);
        EventActor {
            event_id,
            registration,
            marks,
            database: parts.database,
            kinds: parts.kinds,
            state: None,
            audience: Audience::new(Topic::of(KIND, event_id)),
            headcount: Headcount::default(),
            sent_present: 0,
            life: 0,
            reading: false,
            behind: false,
            waiting: false,
            spoke: None,
        }
    }

    /// There may be something to say: now, or as soon as the pace allows it.
    fn schedule(&mut self, ctx: &mut Context<Self>) {
        if self.waiting || self.state.is_none() {
            return;
        }
        let due = self.marks.due();
        let speaks = self.headcount.total() != self.sent_present || self.owes_others();
        if !speaks && (self.reading || due.is_empty()) {
            return;
        }
        let now = Instant::now();
        let mut at = self.spoke.map_or(now, |spoke| spoke + PACE);
        if !speaks && !due.has(Due::ITEMS) {
            at = at.max(self.count_at(due));
        }
        if at <= now {
            return self.speak(ctx);
        }
        self.waiting = true;
        ctx.run_later(at - now, |actor, ctx| {
            actor.waiting = false;
            // What is due now may not be what was due when this was asked for.
            actor.schedule(ctx);
        });
    }

    /// When the first of the tallies that are due may be counted.
    fn count_at(&self, due: Due) -> Instant {
        let tallies = self.state.iter().flat_map(|state| state.tallies.iter().enumerate());
        let due = tallies.filter(|(place, _)| due.has(Due::tally(*place)));
        due.map(|(_, sent)| sent.again_at).min().unwrap_or_else(Instant::now)
    }

    /// What may be read now: a tally that was counted a moment ago waits.
    fn ready(&self, due: Due) -> Due {
        let (now, tallies) = (Instant::now(), self.state.iter().flat_map(|state| state.tallies.iter().enumerate()));
        tallies.filter(|(_, sent)| sent.again_at > now).fold(due, |due, (place, _)| due.without(Due::tally(place)))
    }

    fn speak(&mut self, ctx: &mut Context<Self>) {
        self.spoke = Some(Instant::now());
        let present = self.headcount.total();
        if present != self.sent_present {
            self.sent_present = present;
            self.audience.state("presence:count", &json!({ "count": present }));
        }
        if self.owes_others() {
            self.tell_others();
        }
        let due = self.ready(self.marks.due());
        if !self.reading && !due.is_empty() {
            self.read(due, ctx);
        }
        self.schedule(ctx);
    }

    /// Reads what is due, and tells it.
    fn read(&mut self, due: Due, ctx: &mut Context<Self>) {
        let Some(state) = &self.state else { return };
        if state.read_at.elapsed() > MEMORY {
            // As little follows from what was told as if it were of another history.
            return ctx.notify(EpochChanged);
        }
        self.reading = true;
        self.marks.take(due);
        let (database, kinds, topic) = (self.database.clone(), self.kinds.clone(), self.audience.topic().clone());
        let range = Range { event_id: self.event_id, after: state.position, epoch: state.epoch.clone(), due };
        let life = self.life;
        // Turn upon turn of as much as there can be must not cut honest readers; else nobody waits for one who is slow.
        let relays = if self.behind { self.audience.relays() } else { Vec::new() };
        let began = Instant::now();
        let reading = async move {
            for relay in relays {
                relay.room(&topic).await;
            }
            reading::read(&database, &kinds, &topic, range).await
        };
        EVENT_READINGS.counter(metrics::NONE).increment(1);
        ctx.spawn(wrap_future::<_, Self>(reading).map(move |outcome: Result<Reading>, actor, ctx| {
            actor.reading = false;
            match outcome {
                Ok(_) if actor.life != life => {}
                Ok(reading) => actor.tell(reading, began, ctx),
                Err(cause) => {
                    tracing::warn!(event_id = %actor.event_id, %cause, "an event could not be read; it will be tried again");
                    actor.marks.put_back(due);
                    ctx.run_later(RETRY, |actor, ctx| actor.schedule(ctx));
                    return;
                }
            }
            actor.schedule(ctx);
        }));
    }

    fn tell(&mut self, reading: Reading, began: Instant, ctx: &mut Context<Self>) {
        let Some(state) = &mut self.state else { return };
        match reading {
            Reading::Gone => {
                self.audience.end_all();
                self.state = None;
                self.marks.forget();
            }
            Reading::OtherHistory => ctx.notify(EpochChanged),
            Reading::News { frames, upto, more, counted } => {
                (state.position, state.read_at) = (upto, began);
                self.marks.sent(upto);
                self.audience.broadcast(&frames);
                self.tell_counted(counted);
                self.behind = more;
                if more {
                    self.marks.put_back(Due::ITEMS);
                }
            }
        }
    }

    /// Tells of the tallies that differ from what was told.
    fn tell_counted(&mut self, counted: Vec<Counted>) {
        let Some(state) = &mut self.state else { return };
        let tallies = self.kinds.tallies();
        for Counted { place, count, took } in counted {
            let (Some(sent), Some(tally)) = (state.tallies.get_mut(place), tallies.get(place)) else { continue };
            sent.again_at = Instant::now() + took * SHARE;
            self.marks.counted(place, count.revision);
            if sent.count.value != count.value {
                self.audience.state(tally.event(), &tally.payload(&count.value));
            }
            sent.count = count;
        }
    }

    /// Reads where the feed stands, and lets nothing else happen until it has.
    fn read_state(&mut self, ctx: &mut Context<Self>) {
        let (database, kinds, event_id) = (self.database.clone(), self.kinds.clone(), self.event_id);
        let read = async move || {
            let read = async |conn: &mut _| {
                let Some(head) = store::head(conn, event_id).await? else { return Ok(None) };
                Ok(Some((head, reading::count(conn, &kinds, event_id, Due::ALL).await?)))
            };
            let began = Instant::now();
            let found = database.service_snapshot(read).await?;
            Ok(found.map(|(head, counted)| (head, counted, began)))
        };
        let reading = read_first(self.audience.topic().clone(), self.registration.take_ready(), read);
        ctx.wait(wrap_future::<_, Self>(reading).map(|found, actor, ctx| {
            actor.state = found.map(|(head, counted, read_at)| {
                actor.marks.sent(head.seq);
                counted.iter().for_each(|counted| actor.marks.counted(counted.place, counted.count.revision));
                let sent = |Counted { count, .. }| SentTally { count, again_at: read_at };
                FeedState {
                    position: head.seq,
                    tallies: counted.into_iter().map(sent).collect(),
                    epoch: head.epoch,
                    read_at,
                }
            });
            actor.schedule(ctx);
        }));
    }
}

impl TopicActor for EventActor {
    type Shared = Marks;
    type Packet = Packet;
    type Said = u64;

    fn registration(&self) -> &Registration<Self> {
        &self.registration
    }

    fn audience(&self) -> &Audience {
        &self.audience
    }

    fn gossip(&self) -> &Gossip<Self::Said> {
        self.headcount.gossip()
    }

    fn tell_others(&mut self) {
        let headcount = &mut self.headcount;
        self.registration.announce(|version| Packet::Present { version, people: headcount.send() });
    }

    fn digested(&mut self, ctx: &mut Context<Self>) {
        // For a `Wake` that found no room.
        self.schedule(ctx);
    }
}

impl Actor for EventActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        EVENTS_LIVE.gauge(metrics::NONE).increment(1.0);
        self.read_state(ctx);
        self.meet_the_others(ctx);
        self.stop_when_idle(ctx);
    }

    fn stopped(&mut self, _ctx: &mut Self::Context) {
        self.registration.withdraw();
        EVENTS_LIVE.gauge(metrics::NONE).decrement(1.0);
    }
}

impl Handler<Broadcast> for EventActor {
    type Result = ();

    fn handle(&mut self, Broadcast(frame): Broadcast, _ctx: &mut Self::Context) {
        self.audience.broadcast(&[frame]);
    }
}

impl Handler<Wake> for EventActor {
    type Result = ();

    fn handle(&mut self, _: Wake, ctx: &mut Self::Context) {
        self.schedule(ctx);
    }
}

impl Handler<EpochChanged> for EventActor {
    type Result = ();

    fn handle(&mut self, _: EpochChanged, ctx: &mut Self::Context) {
        self.send_back(ctx);
        self.state = None;
        self.marks.forget();
        self.life += 1;
        self.read_state(ctx);
    }
}

impl Handler<HistoryIs> for EventActor {
    type Result = ();

    fn handle(&mut self, HistoryIs(epoch): HistoryIs, ctx: &mut Self::Context) {
        // It may have found out by itself, and whoever has joined since knows the new one: they need not be sent back.
        if self.state.as_ref().is_none_or(|state| *state.epoch != *epoch) {
            ctx.notify(EpochChanged);
        }
    }
}
