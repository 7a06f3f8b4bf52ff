//! The actor of an event on this node, which sends the event's feed to its sessions.
//!
//! **Life.** It starts when the first session joins: it subscribes to the bus before it reads, and stops a moment after
//! the last session has left. In a new epoch it starts again from the database. Its sessions receive nothing from that
//! moment on, and are sent back by `phx_error`, a part at a time.
//!
//! **Order.** Every item has a number of the feed ([`Head`](super::store::Head)). Items are read as a range, in one
//! snapshot, in ascending order, together with the people who have left. So each session receives every later state of
//! what its join reply contained, and a person who has left receives nothing that was committed after that, whether or
//! not the bus delivered it.
//!
//! **Pace.** It sends at most four times a second: the first change at once, later ones merged, the last one always.
//!
//! **Bounds.** Callers only set marks of what must be read, so nothing can pile up.

mod messages;
mod remote;
mod sent;
mod sessions;

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::fut::wrap_future;
use actix::{Actor, ActorFutureExt, AsyncContext, Context, Handler};
use uuid::Uuid;

pub use self::messages::{Counts, HistoryIs, Numbers, Wake};
use self::sent::{SentTally, Unsent};
use super::declared::{CountIs, PRESENCE_COUNT};
use super::kinds::Kinds;
use super::marks::{Dirty, Due, Marks};
use super::metrics::{EVENT_READINGS, EVENTS_LIVE};
use super::packet::Packet;
use super::reading::{self, Counted, Range, Reading};
use super::{KIND, store};
use crate::foundation::db::Database;
use crate::foundation::errors::Result;
use crate::foundation::metrics;
use crate::realtime::attendance::{Broadcast, EpochChanged};
use crate::realtime::audience::Audience;
use crate::realtime::gossip::Gossip;
use crate::realtime::headcount::Headcount;
use crate::realtime::hub::{Hub, Registration};
use crate::realtime::registry::Start;
use crate::realtime::subscription::KnownRevision;
use crate::realtime::topic_actor::{RETRY, TopicActor, read_first};
use crate::wire::topic::Topic;

/// Messages that may wait in an actor's mailbox.
const MAILBOX: usize = 1024;

/// Minimum interval between two rounds of sending.
const PACE: Duration = Duration::from_millis(250);

/// Time without a reading after which the actor starts again from the database: removals are kept for an hour only.
const MEMORY: Duration = Duration::from_secs(30 * 60);

/// The services that an actor uses.
pub struct EventActorParts {
    /// The pools to read from.
    pub database: Database,
    /// The hub in which the actor is registered.
    pub hub: Arc<Hub<EventActor>>,
    /// The kinds of items and tallies.
    pub kinds: Kinds,
}

/// The actor of one event.
pub struct EventActor {
    event_id: Uuid,
    registration: Registration<EventActor>,
    marks: Marks,
    database: Database,
    kinds: Kinds,
    /// `None` until it is read, and if there is no such event.
    state: Option<FeedState>,
    audience: Audience,
    headcount: Headcount,
    /// The number of people present that its sessions were sent.
    sent_present: u64,
    /// Incremented at each start from the database. A reading that began in an earlier life is discarded.
    life: u64,
    reading: bool,
    /// Whether the last reading left out items.
    behind: bool,
    /// Whether a timer for the next round is running.
    waiting: bool,
    spoke: Option<Instant>,
}

/// The state that its sessions were sent.
struct FeedState {
    position: i64,
    tallies: Vec<SentTally>,
    epoch: String,
    read_at: Instant,
}

impl FeedState {
    /// Returns the index of the tally of a state if what was sent of it is older than this.
    fn place_behind(&self, known: &KnownRevision) -> Option<usize> {
        self.tallies.iter().position(|tally| tally.is_behind(known))
    }
}

impl EventActor {
    /// Creates an actor that has read nothing yet.
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

    /// Starts a round of sending if anything is due, or schedules it for when the pace allows.
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
            // Other things may be due by now than when the timer was started.
            actor.schedule(ctx);
        });
    }

    /// Returns when the first of the due tallies may be counted.
    fn count_at(&self, due: Due) -> Instant {
        let tallies = self.state.iter().flat_map(|state| state.tallies.iter().enumerate());
        let due = tallies.filter(|(place, _)| due.has_of_tally(*place));
        due.map(|(_, sent)| sent.again_at()).min().unwrap_or_else(Instant::now)
    }

    /// Returns what may be read now: without the tallies that were counted a moment ago.
    fn ready(&self, due: Due) -> Due {
        let (now, tallies) = (Instant::now(), self.state.iter().flat_map(|state| state.tallies.iter().enumerate()));
        tallies.filter(|(_, sent)| !sent.may_be_counted(now)).fold(due, |due, (place, _)| due.without_tally(place))
    }

    fn speak(&mut self, ctx: &mut Context<Self>) {
        self.spoke = Some(Instant::now());
        let present = self.headcount.total();
        if present != self.sent_present {
            self.sent_present = present;
            self.audience.state(PRESENCE_COUNT, &CountIs { count: present });
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

    /// Reads what is due, and sends it.
    fn read(&mut self, due: Due, ctx: &mut Context<Self>) {
        let Some(state) = &self.state else { return };
        if state.read_at.elapsed() > MEMORY {
            // Removals may be missing, so nothing can be concluded from what was sent before, as in a new epoch.
            return ctx.notify(EpochChanged);
        }
        self.reading = true;
        let dirty = self.marks.take(due);
        let (database, kinds, topic) = (self.database.clone(), self.kinds.clone(), self.audience.topic().clone());
        let (after, epoch) = (state.position, state.epoch.clone());
        let range = Range { event_id: self.event_id, after, epoch, due, dirty: dirty.clone() };
        let life = self.life;
        // Consecutive full rounds must not cut sessions that read as fast as they can. Otherwise slow sessions are not
        // waited for.
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
                    tracing::warn!(event_id = %actor.event_id, %cause, "event could not be read; retrying");
                    actor.marks.put_back(due, dirty);
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
                    self.marks.note(Due::ITEMS);
                }
            }
        }
    }

    /// Sends the tallies whose value has changed.
    fn tell_counted(&mut self, counted: Vec<Counted>) {
        let Some(state) = &mut self.state else { return };
        for Counted { place, value, took, .. } in counted {
            let Some(sent) = state.tallies.get_mut(place) else { continue };
            sent.pause(took, Instant::now());
            let unsent = sent.take(value);
            self.marks.counted(place, sent.revision());
            match unsent {
                Unsent::Nothing => {}
                Unsent::One(announcement) => self.audience.state(announcement.event, &announcement.payload),
                Unsent::Of(counts) => {
                    let topic = self.audience.topic();
                    let frames: Vec<_> = counts.iter().map(|count| count.frame(topic)).collect();
                    self.audience.broadcast(&frames);
                }
            }
        }
    }

    /// Reads the head of the feed, and handles no message until that is done.
    fn read_state(&mut self, ctx: &mut Context<Self>) {
        let (database, kinds, event_id) = (self.database.clone(), self.kinds.clone(), self.event_id);
        let read = async move || {
            let read = async |conn: &mut _| {
                let Some(head) = store::head(conn, event_id).await? else { return Ok(None) };
                Ok(Some((head, reading::count(conn, &kinds, event_id, Due::ALL, &Dirty::new()).await?)))
            };
            let began = Instant::now();
            let found = database.service_snapshot(read).await?;
            Ok(found.map(|(head, counted)| (head, counted, began)))
        };
        let reading = read_first(self.audience.topic().clone(), self.registration.take_ready(), read);
        ctx.wait(wrap_future::<_, Self>(reading).map(|found, actor, ctx| {
            actor.state = found.map(|(head, counted, read_at)| {
                actor.marks.sent(head.seq);
                let sent = counted.into_iter().map(|counted| SentTally::first(counted, read_at));
                let tallies: Vec<_> = sent.collect();
                tallies.iter().enumerate().for_each(|(place, sent)| actor.marks.counted(place, sent.revision()));
                FeedState { position: head.seq, tallies, epoch: head.epoch, read_at }
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
        // In case a `Wake` found the mailbox full.
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
        // The actor may have found the new epoch by itself. Sessions that have joined since know it, and need not be
        // sent back.
        if self.state.as_ref().is_none_or(|state| *state.epoch != *epoch) {
            ctx.notify(EpochChanged);
        }
    }
}
