//! The relay of one worker thread: hands one encoded frame to every session of a topic.
//!
//! Life: one a thread, made when the thread's first session comes, and there until the thread ends.
//!
//! **Order.** A topic's actor sends to a relay through one first-in-first-out queue, and the relay pushes to outboxes
//! in that order, so each session sees a topic in the order in which its actor spoke.
//!
//! **Joining.** A subscription is entered *before* its channel reads the state that it will answer with. What comes
//! meanwhile is kept aside. Once the answer is known to hold everything up to a position, the rest is handed out:
//! nothing falls between, nothing comes twice, however far the actor and the reading were apart ([`Subscription::activate`]).
//!
//! **Revocation.** A log frame may end subscriptions ([`Ends`]). Since it travels in the log's own order, whoever it
//! ends gets nothing that comes after it.
//!
//! **Bounds.** The queue into a relay has a limit. A relay that fell so far behind has lost frames; it then closes all
//! its sessions with 1012, and they come back and resume. Each session's own limit is its [`Outbox`]'s.

use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytestring::ByteString;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::outbox::{Ending, Outbox};
use crate::foundation::metrics;
use crate::wire::frame::{self, Ref};
use crate::wire::topic::Topic;

/// Deliveries that may wait for one relay.
const QUEUE: usize = 16 * 1024;

/// Frames handled before the thread's sessions get their turn to write. Below a session's limit, so that a burst can
/// not fill the queue of a session that had no chance to drain it.
const TURN: usize = 64;

/// How long a repair waits for slow sessions before it goes on without regard for them.
const PATIENCE: Duration = Duration::from_secs(1);

/// One encoded push for a topic.
#[derive(Debug)]
pub struct Frame {
    /// As it goes out, the same for everyone.
    pub text: ByteString,
    /// For whom it is.
    pub reach: Reach,
}

/// For whom a frame is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// An entry of the topic's log: for everyone whose position is lower, and who may see as far back as `origin`.
    Log {
        /// Where in the log it stands.
        position: i64,
        /// The position of the thing that it changes.
        origin: i64,
        /// Whose subscription it ends.
        ends: Ends,
    },
    /// The topic's state, as it was at a position: for everyone who has not seen a later one.
    State {
        /// The position.
        as_of: i64,
    },
    /// Of the moment: for everyone whose join is complete, but one.
    Passing {
        /// Who need not hear it.
        except: Option<SubscriptionId>,
    },
    /// For one session alone.
    Only(SubscriptionId),
}

/// Whose subscription a log entry ends. Who is ended does not get the entry itself, but a `phx_close`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// Nobody's.
    Nobody,
    /// That of every session of one person.
    User(Uuid),
    /// Everybody's.
    Everybody,
}

/// One join of one topic by one session, unique in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubscriptionId(u64);

impl SubscriptionId {
    fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        SubscriptionId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl From<u64> for SubscriptionId {
    fn from(id: u64) -> Self {
        SubscriptionId(id)
    }
}

impl fmt::Display for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

/// One session's place on a topic.
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// The topic.
    pub topic: Topic,
    /// Whose session it is.
    pub user_id: Uuid,
    join_ref: Option<Ref>,
    outbox: Rc<Outbox>,
    phase: RefCell<Phase>,
    hold: RefCell<Option<Box<dyn Any>>>,
}

enum Phase {
    /// The join is not answered yet: what came meanwhile, and its bytes.
    Joining(Vec<Arc<Frame>>, usize),
    Live {
        position: i64,
        floor: i64,
    },
    Ended,
}

impl Subscription {
    /// Keeps `value` until the subscription ends; dropping it says so to whom it concerns.
    pub fn hold(&self, value: impl Any) {
        if !self.has_ended() {
            *self.hold.borrow_mut() = Some(Box::new(value));
        }
    }

    /// Whether it is over, by its own leaving or by a log entry.
    pub fn has_ended(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Ended)
    }

    /// The join has been answered with everything up to `position`. Hands out what came meanwhile and is later.
    /// Entries about things older than `floor` stay hidden.
    pub fn activate(&self, position: i64, floor: i64) {
        let before = std::mem::replace(&mut *self.phase.borrow_mut(), Phase::Live { position, floor });
        match before {
            Phase::Joining(held, _) => held.iter().for_each(|frame| self.offer(frame)),
            other => *self.phase.borrow_mut() = other,
        }
    }

    /// Ends it. Tells the client by `phx_close` if `tell`.
    pub fn end(&self, tell: bool) {
        let before = std::mem::replace(&mut *self.phase.borrow_mut(), Phase::Ended);
        if matches!(before, Phase::Ended) {
            return;
        }
        if tell {
            self.outbox.push(frame::close(self.join_ref.as_ref(), self.topic.as_str()));
        }
        // Taken out first: what it does when dropped may look at this subscription again.
        let hold = self.hold.borrow_mut().take();
        drop(hold);
    }

    fn offer(&self, frame: &Arc<Frame>) {
        let mut phase = self.phase.borrow_mut();
        match &mut *phase {
            Phase::Ended => {}
            Phase::Joining(held, bytes) => match frame.reach {
                Reach::Log { .. } | Reach::State { .. } => {
                    *bytes += frame.text.len();
                    held.push(Arc::clone(frame));
                    let limits = self.outbox.limits();
                    if held.len() > limits.frames || *bytes > limits.bytes {
                        *phase = Phase::Ended;
                        drop(phase);
                        drop(self.hold.borrow_mut().take());
                        self.outbox.end(Ending::TooSlow);
                    }
                }
                Reach::Passing { .. } | Reach::Only(_) => {}
            },
            Phase::Live { position, floor } => match &frame.reach {
                Reach::Log { position: at, origin, ends } => {
                    if *at <= *position {
                        return;
                    }
                    *position = *at;
                    let ended = match ends {
                        Ends::Nobody => false,
                        Ends::User(user_id) => *user_id == self.user_id,
                        Ends::Everybody => true,
                    };
                    let visible = *origin >= *floor;
                    drop(phase);
                    if ended {
                        self.end(true);
                    } else if visible {
                        self.outbox.push(frame.text.clone());
                    }
                }
                Reach::State { as_of } => {
                    if *as_of >= *position {
                        self.outbox.push(frame.text.clone());
                    }
                }
                Reach::Passing { except } => {
                    if *except != Some(self.id) {
                        self.outbox.push(frame.text.clone());
                    }
                }
                Reach::Only(id) => {
                    if *id == self.id {
                        self.outbox.push(frame.text.clone());
                    }
                }
            },
        }
    }
}

enum Delivery {
    Frames(Topic, Vec<Arc<Frame>>),
    Room(Topic, oneshot::Sender<()>),
    Close { ending: Ending, over: Duration },
}

/// The way to a relay from other threads. Cheap to clone.
#[derive(Clone)]
pub struct RelayHandle {
    id: usize,
    queue: mpsc::Sender<Delivery>,
    overflowed: Arc<AtomicBool>,
}

impl RelayHandle {
    /// Which relay it is.
    pub fn id(&self) -> usize {
        self.id
    }

    /// Hands frames to all of the relay's sessions on the topic. Never waits.
    pub fn deliver(&self, topic: &Topic, frames: Vec<Arc<Frame>>) {
        self.offer(Delivery::Frames(topic.clone(), frames));
    }

    /// Waits until the topic's sessions there have room again, or a second has passed.
    pub async fn room(&self, topic: &Topic) {
        let (answer, room) = oneshot::channel();
        self.offer(Delivery::Room(topic.clone(), answer));
        // An error says that the relay is gone, and with it everyone to wait for.
        let _ = room.await;
    }

    /// Ends all of the relay's sessions, spread evenly over a time.
    pub fn close_all(&self, ending: Ending, over: Duration) {
        self.offer(Delivery::Close { ending, over });
    }

    fn offer(&self, delivery: Delivery) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.queue.try_send(delivery) {
            self.overflowed.store(true, Ordering::Release);
        }
    }
}

/// The relay of this thread.
pub struct Relay {
    handle: RelayHandle,
    topics: RefCell<HashMap<Topic, Vec<Rc<Subscription>>>>,
    sessions: RefCell<HashMap<u64, Rc<Outbox>>>,
    next_session: Cell<u64>,
}

impl Relay {
    /// The relay of the calling thread, which must run a `LocalSet` (each actix worker does).
    pub fn current() -> Rc<Relay> {
        thread_local!(static CURRENT: OnceCell<Rc<Relay>> = const { OnceCell::new() });
        CURRENT.with(|cell| Rc::clone(cell.get_or_init(Relay::start)))
    }

    fn start() -> Rc<Relay> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let (queue, deliveries) = mpsc::channel(QUEUE);
        let overflowed = Arc::new(AtomicBool::new(false));
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let relay = Rc::new(Relay {
            handle: RelayHandle { id, queue, overflowed },
            topics: RefCell::default(),
            sessions: RefCell::default(),
            next_session: Cell::new(0),
        });
        tokio::task::spawn_local(Rc::clone(&relay).work(deliveries));
        tokio::task::spawn_local(Rc::clone(&relay).watch());
        relay
    }

    /// The way here for other threads.
    pub fn handle(&self) -> RelayHandle {
        self.handle.clone()
    }

    /// Enters a session, so that it is watched and closed with the others. Answers the key to [`Relay::forget`] it by.
    pub fn enter(&self, outbox: &Rc<Outbox>) -> u64 {
        let key = self.next_session.get();
        self.next_session.set(key + 1);
        self.sessions.borrow_mut().insert(key, Rc::clone(outbox));
        key
    }

    /// A session is over.
    pub fn forget(&self, key: u64) {
        self.sessions.borrow_mut().remove(&key);
    }

    /// Enters a session on a topic, with its join still under way.
    pub fn subscribe(
        &self,
        topic: Topic,
        user_id: Uuid,
        join_ref: Option<Ref>,
        outbox: &Rc<Outbox>,
    ) -> Rc<Subscription> {
        let subscription = Rc::new(Subscription {
            id: SubscriptionId::next(),
            topic: topic.clone(),
            user_id,
            join_ref,
            outbox: Rc::clone(outbox),
            phase: RefCell::new(Phase::Joining(Vec::new(), 0)),
            hold: RefCell::new(None),
        });
        self.topics.borrow_mut().entry(topic).or_default().push(Rc::clone(&subscription));
        subscription
    }

    /// Ends a subscription and takes it out.
    pub fn unsubscribe(&self, subscription: &Subscription, tell: bool) {
        subscription.end(tell);
        let mut topics = self.topics.borrow_mut();
        if let Some(all) = topics.get_mut(&subscription.topic) {
            all.retain(|each| each.id != subscription.id);
            if all.is_empty() {
                topics.remove(&subscription.topic);
            }
        }
    }

    async fn work(self: Rc<Self>, mut deliveries: mpsc::Receiver<Delivery>) {
        let mut handled = 0;
        while let Some(delivery) = deliveries.recv().await {
            if self.handle.overflowed.swap(false, Ordering::AcqRel) {
                metrics::RELAY_OVERFLOWS.count(metrics::NONE).increment(1);
                tracing::error!(relay = self.handle.id, "the relay fell behind; its sessions must resume");
                while deliveries.try_recv().is_ok() {}
                self.sessions.borrow().values().for_each(|outbox| outbox.end(Ending::Draining));
                continue;
            }
            match delivery {
                Delivery::Frames(topic, frames) => {
                    for turn in frames.chunks(TURN) {
                        if handled + turn.len() > TURN {
                            tokio::task::yield_now().await;
                            handled = 0;
                        }
                        handled += turn.len();
                        self.hand_out(&topic, turn);
                    }
                }
                Delivery::Room(topic, answer) => {
                    tokio::task::spawn_local(Rc::clone(&self).wait_for_room(topic, answer));
                }
                Delivery::Close { ending, over } => {
                    tokio::task::spawn_local(Rc::clone(&self).close_all(ending, over));
                }
            }
        }
    }

    fn hand_out(&self, topic: &Topic, frames: &[Arc<Frame>]) {
        let mut topics = self.topics.borrow_mut();
        let Some(subscriptions) = topics.get_mut(topic) else { return };
        let mut ended = false;
        for subscription in subscriptions.iter() {
            frames.iter().for_each(|frame| subscription.offer(frame));
            ended |= subscription.has_ended();
        }
        if ended {
            subscriptions.retain(|subscription| !subscription.has_ended());
            if subscriptions.is_empty() {
                topics.remove(topic);
            }
        }
    }

    async fn wait_for_room(self: Rc<Self>, topic: Topic, answer: oneshot::Sender<()>) {
        let outboxes: Vec<_> = match self.topics.borrow().get(&topic) {
            Some(subscriptions) => subscriptions.iter().map(|each| Rc::clone(&each.outbox)).collect(),
            None => Vec::new(),
        };
        let all = async {
            for outbox in outboxes {
                outbox.room().await;
            }
        };
        // Whoever has no room by then pays for it alone.
        let _ = tokio::time::timeout(PATIENCE, all).await;
        let _ = answer.send(());
    }

    async fn close_all(self: Rc<Self>, ending: Ending, over: Duration) {
        let outboxes: Vec<_> = self.sessions.borrow().values().cloned().collect();
        let Some(step) = over.checked_div(outboxes.len() as u32) else { return };
        let start = Instant::now();
        for (outbox, nth) in outboxes.iter().zip(0u32..) {
            // Thousands of sessions make steps shorter than a timer's tick; sleep only when ahead.
            let due = start + step * nth;
            if due > Instant::now() {
                tokio::time::sleep_until(due.into()).await;
            }
            outbox.end(ending);
        }
    }

    async fn watch(self: Rc<Self>) {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            second.tick().await;
            let now = Instant::now();
            self.sessions.borrow().values().for_each(|outbox| outbox.look(now));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;
    use crate::realtime::outbox::{Drained, OutboxLimits};

    const ADA: Uuid = Uuid::from_u128(1);

    fn joining() -> (Rc<Outbox>, Subscription) {
        let limits = OutboxLimits { frames: 100, bytes: 10_000, idle: Duration::from_secs(60) };
        let outbox = Rc::new(Outbox::new(limits, None, Instant::now() + Duration::from_secs(60)));
        let subscription = Subscription {
            id: SubscriptionId::next(),
            topic: Topic::of("pod", Uuid::nil()),
            user_id: ADA,
            join_ref: None,
            outbox: Rc::clone(&outbox),
            phase: RefCell::new(Phase::Joining(Vec::new(), 0)),
            hold: RefCell::new(None),
        };
        (outbox, subscription)
    }

    fn log(position: i64, origin: i64, ends: Ends) -> Arc<Frame> {
        Arc::new(Frame { text: position.to_string().into(), reach: Reach::Log { position, origin, ends } })
    }

    fn drained(outbox: &Outbox) -> Vec<String> {
        let cx = Context::from_waker(Waker::noop());
        std::iter::from_fn(|| match outbox.take(&cx) {
            Drained::Frame(frame) => Some(frame.to_string()),
            _ => None,
        })
        .collect()
    }

    #[test]
    fn what_came_during_the_join_follows_its_answer_without_a_gap_or_a_repeat() {
        let (outbox, subscription) = joining();
        (3..=6).for_each(|n| subscription.offer(&log(n, n, Ends::Nobody)));
        assert!(drained(&outbox).is_empty());
        subscription.activate(4, 0);
        subscription.offer(&log(6, 6, Ends::Nobody));
        subscription.offer(&log(7, 7, Ends::Nobody));
        assert_eq!(drained(&outbox), ["5", "6", "7"]);
    }

    #[test]
    fn a_removal_from_before_the_answer_does_not_end_who_was_let_in_again() {
        let (outbox, subscription) = joining();
        subscription.offer(&log(3, 3, Ends::User(ADA)));
        subscription.activate(4, 4);
        subscription.offer(&log(5, 5, Ends::Nobody));
        assert_eq!(drained(&outbox), ["5"]);
    }

    #[test]
    fn a_removal_during_the_join_ends_it_with_the_answer() {
        let (outbox, subscription) = joining();
        subscription.offer(&log(5, 5, Ends::User(ADA)));
        subscription.offer(&log(6, 6, Ends::Nobody));
        subscription.activate(4, 0);
        assert_eq!(drained(&outbox), [frame::close(None, subscription.topic.as_str()).to_string()]);
        assert!(subscription.has_ended());
    }

    #[test]
    fn changes_to_what_was_before_ones_coming_stay_hidden() {
        let (outbox, subscription) = joining();
        subscription.activate(10, 8);
        subscription.offer(&log(11, 7, Ends::Nobody));
        subscription.offer(&log(12, 8, Ends::Nobody));
        assert_eq!(drained(&outbox), ["12"]);
    }

    #[test]
    fn what_is_of_the_moment_is_not_kept_for_a_join_under_way() {
        let (outbox, subscription) = joining();
        let passing = |except| Arc::new(Frame { text: "p".into(), reach: Reach::Passing { except } });
        subscription.offer(&passing(None));
        subscription.activate(0, 0);
        assert!(drained(&outbox).is_empty());
        subscription.offer(&passing(Some(subscription.id)));
        assert!(drained(&outbox).is_empty());
        subscription.offer(&passing(None));
        assert_eq!(drained(&outbox), ["p"]);
    }
}
