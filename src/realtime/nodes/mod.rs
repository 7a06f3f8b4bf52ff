//! The other nodes: which are alive, and whether all of them hear each other on the bus.
//!
//! Each node sends a heartbeat once a second on the bus, and keeps a row in Postgres. [`View`] derives the rest from
//! both, as pure state. This module has the clocks and the connections, and notifies the listeners: the sweep by
//! [`Status`], presence by [`NodeListener`].

mod store;
mod view;

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio::time::{MissedTickBehavior, interval, timeout};
use uuid::Uuid;

pub use self::view::{DEAD, SILENT, Verdict, View};
use super::bus::redis::RedisBus;
use super::bus::{Bus, Listening, Receive};
use crate::foundation::db::Database;
use crate::foundation::health::{Health, PartState};
use crate::foundation::metrics;
use crate::wire::topic::Topic;

/// The kind of the heartbeats' topic.
pub const KIND: &str = "nodes";

/// Interval between heartbeats.
const BEAT: Duration = Duration::from_secs(1);

/// Interval at which the view is evaluated.
const CHECK: Duration = Duration::from_millis(100);

/// Time that removing the row may take at the end.
const GOOD_BYE: Duration = Duration::from_secs(2);

/// The name of this part in the node's health.
const PART: &str = "bus";

/// The state of the bus, which sets the pace of sweeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// Whether every live node hears every other.
    pub well: bool,
    /// The number of changes between working and not working. Each one calls for a comparison at once.
    pub turns: u64,
}

/// A listener of events about nodes.
pub trait NodeListener: Send + Sync + 'static {
    /// Handles that a node is dead or has stopped.
    fn gone(&self, boot_id: Uuid);

    /// Handles that this node hears the bus again after a silence: what was published meanwhile was lost in both
    /// directions.
    fn back(&self);
}

/// The nodes. Cheap to clone.
#[derive(Clone)]
pub struct Nodes(Arc<Inner>);

struct Inner {
    node: String,
    bus: RedisBus,
    database: Database,
    topic: Topic,
    view: Mutex<View>,
    status: watch::Sender<Status>,
    listeners: Mutex<Vec<Weak<dyn NodeListener>>>,
    /// Whether this node has left; locked while its row is written.
    left: tokio::sync::Mutex<bool>,
    /// Notified when this node begins or ceases to hear the bus, so that its row says so.
    turned: Notify,
    _listening: Listening,
}

impl Nodes {
    /// Creates a view without other nodes. [`Nodes::run`] starts the heartbeats.
    pub fn new(node: &str, bus: RedisBus, database: Database) -> Self {
        let topic = Topic::of(KIND, Uuid::nil());
        let listening = bus.listen(&topic);
        Nodes(Arc::new(Inner {
            node: node.to_owned(),
            bus,
            database,
            topic,
            view: Mutex::new(View::new(Instant::now())),
            status: watch::Sender::new(Status::default()),
            listeners: Mutex::default(),
            left: tokio::sync::Mutex::new(false),
            turned: Notify::new(),
            _listening: listening,
        }))
    }

    /// Adds a listener of events about nodes.
    pub fn add_listener(&self, listener: Weak<dyn NodeListener>) {
        self.0.listeners.lock().push(listener);
    }

    /// Returns the receiver of heartbeats.
    pub fn receiver(&self) -> Weak<dyn Receive> {
        let inner: Arc<dyn Receive> = self.0.clone();
        Arc::downgrade(&inner)
    }

    /// Returns the state of the bus.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.0.status.subscribe()
    }

    /// Notes that a node has published a packet. So code that keeps state for a node can rely on being notified of its
    /// end, even if the packet came late, from a node that was dead already.
    pub fn met(&self, boot_id: Uuid) {
        self.0.view.lock().heard(boot_id, None, Instant::now());
    }

    /// Returns whether a node was heard recently.
    pub fn is_heard(&self, boot_id: Uuid) -> bool {
        self.0.view.lock().is_heard(boot_id, Instant::now())
    }

    /// Sends heartbeats on the bus and to Postgres, for ever.
    pub async fn run(self, health: Health) {
        tokio::join!(self.watch(health), self.keep_row());
    }

    /// Announces that this node stops, so that the others need not wait until it counts as dead.
    pub async fn leave(&self) {
        let leaving = async {
            *self.0.left.lock().await = true;
            self.0.bus.publish(&self.0.topic, &[BYE]);
        };
        // If Postgres does not answer, the writer of the row holds the lock; this does not wait for it.
        let _ = timeout(GOOD_BYE, leaving).await;
        let (node, boot_id) = (&self.0.node, self.0.bus.boot_id());
        let leaving = self.0.database.service(async |conn| store::leave(conn, node, boot_id).await);
        if !matches!(timeout(GOOD_BYE, leaving).await, Ok(Ok(()))) {
            tracing::warn!("this node's row could not be deleted; other nodes count it as dead after a while");
        }
    }

    async fn watch(&self, health: Health) {
        let mut beat = vec![HERE];
        beat.extend_from_slice(self.0.node.as_bytes());
        let (up, nodes) = (metrics::BUS_UP.gauge(metrics::NONE), metrics::NODES_LIVE.gauge(metrics::NONE));
        let began = Instant::now();
        let mut beaten: Option<Instant> = None;
        let (mut heard, mut lapses) = (false, 0);
        let mut ticks = interval(CHECK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let now = Instant::now();
            if self.0.left.try_lock().is_ok_and(|left| *left) {
                return;
            }
            if beaten.is_none_or(|beaten| now - beaten >= BEAT) {
                beaten = Some(now);
                self.0.bus.publish(&self.0.topic, &beat);
            }
            let (verdict, dead, others, lapsed) = {
                let mut view = self.0.view.lock();
                // A connection that is known to be lost need not be waited for.
                let verdict = if self.0.bus.is_connected() { view.verdict(now) } else { Verdict::CutOff };
                let lapsed = std::mem::replace(&mut lapses, view.lapses()) != view.lapses();
                (verdict, view.bury(now), view.others(), lapsed)
            };
            dead.into_iter().for_each(|boot_id| self.gone(boot_id));
            let hears = verdict != Verdict::CutOff;
            if hears && (!heard || lapsed) {
                self.0.each_listener(|listener| listener.back());
            }
            if heard != hears || lapsed {
                self.0.turned.notify_one();
            }
            heard = hears;
            let well = verdict == Verdict::Well;
            up.set(if well { 1.0 } else { 0.0 });
            nodes.set(1.0 + others as f64);
            self.0.status.send_if_modified(|status| {
                // A comparison is due even if the silence itself was not noticed.
                let turned = status.well != well || lapsed;
                status.well = well;
                status.turns += u64::from(turned);
                turned
            });
            // At first no heartbeat can have been received.
            if hears || began.elapsed() >= SILENT {
                health.report(PART, state(&verdict, self.0.bus.trouble()));
            }
        }
    }

    async fn keep_row(&self) {
        let (node, boot_id) = (&self.0.node, self.0.bus.boot_id());
        loop {
            let left = self.0.left.lock().await;
            if *left {
                return;
            }
            let bus_ok = self.0.bus.is_connected() && self.0.view.lock().hears(Instant::now());
            let beating = self.0.database.service(async |conn| store::beat(conn, node, boot_id, bus_ok).await);
            match beating.await {
                Ok(rows) => self.0.view.lock().rows(rows, Instant::now()),
                Err(cause) => tracing::debug!(%cause, "this node's row could not be written"),
            }
            drop(left);
            let _ = timeout(BEAT, self.0.turned.notified()).await;
        }
    }

    fn gone(&self, boot_id: Uuid) {
        tracing::info!(%boot_id, "node gone");
        self.0.each_listener(|listener| listener.gone(boot_id));
    }
}

impl Inner {
    fn each_listener(&self, call: impl Fn(&dyn NodeListener)) {
        let listeners = self.listeners.lock().clone();
        listeners.iter().filter_map(Weak::upgrade).for_each(|listener| call(&*listener));
    }
}

const HERE: u8 = 0;
const BYE: u8 = 1;

impl Receive for Inner {
    fn received(&self, _id: Uuid, from: Uuid, payload: &[u8]) {
        let now = Instant::now();
        match payload.split_first() {
            Some((&HERE, _)) if from == self.bus.boot_id() => self.view.lock().echo(now),
            Some((&HERE, node)) => {
                let node = std::str::from_utf8(node).ok();
                if node == Some(&*self.node) {
                    tracing::error!(node, boot_id = %from, "another node has this one's name: set PODIUM_NODE");
                }
                self.view.lock().heard(from, node, now);
            }
            Some((&BYE, _)) if from != self.bus.boot_id() => {
                self.view.lock().left(from);
                self.each_listener(|listener| listener.gone(from));
            }
            _ => {}
        }
    }
}

fn state(verdict: &Verdict, trouble: Option<String>) -> PartState {
    match verdict {
        Verdict::Well => PartState::Ok,
        Verdict::CutOff => {
            let why = trouble.map(|cause| format!(" ({cause})")).unwrap_or_default();
            PartState::Degraded(format!(
                "no heartbeat is received from Redis{why}; changes of other nodes arrive by the sweep"
            ))
        }
        Verdict::Missing(nodes) => {
            PartState::Degraded(format!("nodes that are not heard, or do not hear the others: {}", nodes.join(", ")))
        }
    }
}
