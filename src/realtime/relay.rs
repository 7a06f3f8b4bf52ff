//! The relay of a worker thread: delivers an encoded frame to every session of a topic on that thread.
//!
//! **Life.** One relay a thread. It is created when the thread's first session comes, and lives as long as the thread.
//!
//! **Order.** A topic's actor sends to a relay through one FIFO queue, and the relay pushes to outboxes in that order.
//! So each session receives a topic's frames in the order in which its actor sent them.
//!
//! **Bounds.** The queue into a relay is bounded. When it overflows, frames are lost; the relay then closes all its
//! sessions with 1012, and their clients reconnect and resume. Each session has the limits of its [`Outbox`].

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::outbox::{Ending, Outbox};
use super::subscription::{Frame, Subscription};
use crate::foundation::metrics;
use crate::wire::frame::Ref;
use crate::wire::topic::Topic;

/// Deliveries that may be queued for one relay.
const QUEUE: usize = 16 * 1024;

/// Frames handled before the thread's sessions get their turn to write. Lower than a session's limit, so that a burst
/// cannot fill the queue of a session that had no chance to drain it.
const TURN: usize = 64;

/// Bytes that count as one frame of a turn, so that large frames do not use up in one turn the bytes that a session may
/// queue.
const TURN_SHARE: usize = 4 * 1024;

/// Time that a repair waits for slow sessions before it goes on without them.
const PATIENCE: Duration = Duration::from_secs(1);

/// Returns how much of a turn a frame takes.
fn share(frame: &Frame) -> usize {
    1 + frame.text.len() / TURN_SHARE
}

enum Delivery {
    Frames(Topic, Vec<Arc<Frame>>),
    Room(Topic, oneshot::Sender<()>),
    Close { ending: Ending, over: Duration },
    End(Arc<HashSet<Uuid>>),
}

/// A handle to a relay for other threads. Cheap to clone.
#[derive(Clone)]
pub struct RelayHandle {
    id: usize,
    queue: mpsc::Sender<Delivery>,
    overflowed: Arc<AtomicBool>,
}

impl RelayHandle {
    /// Returns the relay's id.
    pub fn id(&self) -> usize {
        self.id
    }

    /// Delivers frames to all of the relay's sessions on the topic. Never blocks.
    pub fn deliver(&self, topic: &Topic, frames: Vec<Arc<Frame>>) {
        self.offer(Delivery::Frames(topic.clone(), frames));
    }

    /// Waits until the topic's sessions on this relay have room, for a second at most.
    pub async fn room(&self, topic: &Topic) {
        let (answer, room) = oneshot::channel();
        self.offer(Delivery::Room(topic.clone(), answer));
        // An error means that the relay is gone, and its sessions with it.
        let _ = room.await;
    }

    /// Ends all of the relay's sessions, spread evenly over a time.
    pub fn close_all(&self, ending: Ending, over: Duration) {
        self.offer(Delivery::Close { ending, over });
    }

    /// Ends the relay's sessions that belong to these sign-ins.
    pub fn end_sign_ins(&self, sign_ins: &Arc<HashSet<Uuid>>) {
        self.offer(Delivery::End(Arc::clone(sign_ins)));
    }

    fn offer(&self, delivery: Delivery) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.queue.try_send(delivery) {
            self.overflowed.store(true, Ordering::Release);
        }
    }
}

/// Delivers frames once to each of these relays, even if one is listed several times: so a topic with many sessions
/// sends once to each worker thread.
pub fn deliver_to<'a>(relays: impl Iterator<Item = &'a RelayHandle>, topic: &Topic, frames: &[Arc<Frame>]) {
    if frames.is_empty() {
        return;
    }
    let mut served: Vec<usize> = Vec::new();
    for relay in relays {
        if !served.contains(&relay.id) {
            served.push(relay.id);
            relay.deliver(topic, frames.to_vec());
        }
    }
}

/// The relay of one thread.
pub struct Relay {
    handle: RelayHandle,
    topics: RefCell<HashMap<Topic, Vec<Rc<Subscription>>>>,
    sessions: RefCell<HashMap<u64, Rc<Outbox>>>,
    next_session: Cell<u64>,
}

impl Relay {
    /// Returns the relay of the calling thread, which must run a `LocalSet` (each actix worker does).
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

    /// Returns a handle for other threads.
    pub fn handle(&self) -> RelayHandle {
        self.handle.clone()
    }

    /// Registers a session, which is then checked every second and closed with the others. Returns the key for
    /// [`Relay::forget`].
    pub fn enter(&self, outbox: &Rc<Outbox>) -> u64 {
        let key = self.next_session.get();
        self.next_session.set(key + 1);
        self.sessions.borrow_mut().insert(key, Rc::clone(outbox));
        key
    }

    /// Removes a session that has ended.
    pub fn forget(&self, key: u64) {
        self.sessions.borrow_mut().remove(&key);
    }

    /// Subscribes a session to a topic, with its join in progress.
    pub fn subscribe(
        &self,
        topic: Topic,
        user_id: Uuid,
        join_ref: Option<Ref>,
        outbox: &Rc<Outbox>,
    ) -> Rc<Subscription> {
        let subscription = Rc::new(Subscription::joining(topic.clone(), user_id, join_ref, Rc::clone(outbox)));
        self.topics.borrow_mut().entry(topic).or_default().push(Rc::clone(&subscription));
        subscription
    }

    /// Ends a subscription and removes it.
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
                metrics::RELAY_OVERFLOWS.counter(metrics::NONE).increment(1);
                tracing::error!(relay = self.handle.id, "relay queue overflowed; its sessions must resume");
                while deliveries.try_recv().is_ok() {}
                self.sessions.borrow().values().for_each(|outbox| outbox.end(Ending::Draining));
                continue;
            }
            match delivery {
                Delivery::Frames(topic, frames) => {
                    let mut rest = &frames[..];
                    while let Some(first) = rest.first() {
                        if handled + share(first) > TURN {
                            tokio::task::yield_now().await;
                            handled = 0;
                        }
                        let mut count = 0;
                        while let Some(frame) =
                            rest.get(count).filter(|next| handled == 0 || handled + share(next) <= TURN)
                        {
                            handled += share(frame);
                            count += 1;
                        }
                        let (turn, after) = rest.split_at(count);
                        self.hand_out(&topic, turn);
                        rest = after;
                    }
                }
                Delivery::Room(topic, answer) => {
                    tokio::task::spawn_local(Rc::clone(&self).wait_for_room(topic, answer));
                }
                Delivery::End(sign_ins) => {
                    let ended = |outbox: &&Rc<Outbox>| outbox.sign_in().is_some_and(|id| sign_ins.contains(&id));
                    self.sessions.borrow().values().filter(ended).for_each(|outbox| outbox.end(Ending::Expired));
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
            Some(subscriptions) => subscriptions.iter().map(|each| Rc::clone(each.outbox())).collect(),
            None => Vec::new(),
        };
        let all = async {
            for outbox in outboxes {
                outbox.room().await;
            }
        };
        // A session that still has no room bears the consequence alone.
        let _ = tokio::time::timeout(PATIENCE, all).await;
        let _ = answer.send(());
    }

    async fn close_all(self: Rc<Self>, ending: Ending, over: Duration) {
        let outboxes: Vec<_> = self.sessions.borrow().values().cloned().collect();
        let Some(step) = over.checked_div(outboxes.len() as u32) else { return };
        let start = Instant::now();
        for (outbox, nth) in outboxes.iter().zip(0u32..) {
            // With thousands of sessions a step is shorter than a timer's tick, so sleep only when ahead.
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
            self.sessions.borrow().values().for_each(|outbox| outbox.check_deadlines(now));
        }
    }
}
