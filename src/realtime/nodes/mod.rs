//! The other nodes: who is alive, and whether all of them hear each other on the bus.
//!
//! Each node beats once a second on the bus, and keeps a row in Postgres. What follows from both is decided by [`View`];
//! here are the clocks, the connections, and those who are told: the sweep by [`Status`], presence by [`NodeListener`].

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

/// The kind of the topic on which nodes beat.
pub const KIND: &str = "nodes";

/// Between two beats.
const BEAT: Duration = Duration::from_secs(1);

/// How often the view is looked at.
const CHECK: Duration = Duration::from_millis(100);

/// How long the row may take to be removed at the end.
const GOOD_BYE: Duration = Duration::from_secs(2);

/// The part of the node's health that this reports.
const PART: &str = "bus";

/// How the bus is, for those whose pace depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// Whether every live node hears every other.
    pub well: bool,
    /// How often it has become well or ill: a change of it calls for a look at once.
    pub turns: u64,
}

/// Who is told of what happens to nodes.
pub trait NodeListener: Send + Sync + 'static {
    /// That node is dead, or has stopped.
    fn gone(&self, boot_id: Uuid);

    /// This node hears the bus again, after it did not: what was published meanwhile is lost in both directions.
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
    /// Whether this node has left; held while its row is written.
    left: tokio::sync::Mutex<bool>,
    /// This node has begun or ceased to hear the bus: its row is to say so.
    turned: Notify,
    _listening: Listening,
}

impl Nodes {
    /// Knows of nobody yet; [`Nodes::run`] beats.
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

    /// Who, too, is told of what happens to nodes.
    pub fn add_listener(&self, listener: Weak<dyn NodeListener>) {
        self.0.listeners.lock().push(listener);
    }

    /// Who takes the beats.
    pub fn receiver(&self) -> Weak<dyn Receive> {
        let inner: Arc<dyn Receive> = self.0.clone();
        Arc::downgrade(&inner)
    }

    /// How the bus is.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.0.status.subscribe()
    }

    /// That node has published something. So whoever keeps something for a node can rely on being told of its end, also
    /// when it came late, from one that was dead already.
    pub fn met(&self, boot_id: Uuid) {
        self.0.view.lock().heard(boot_id, None, Instant::now());
    }

    /// Whether that node was heard lately.
    pub fn is_heard(&self, boot_id: Uuid) -> bool {
        self.0.view.lock().is_heard(boot_id, Instant::now())
    }

    /// Beats, on the bus and in Postgres, for ever.
    pub async fn run(self, health: Health) {
        tokio::join!(self.watch(health), self.keep_row());
    }

    /// This node stops: the others need not wait until it is dead.
    pub async fn leave(&self) {
        let leaving = async {
            *self.0.left.lock().await = true;
            self.0.bus.publish(&self.0.topic, &[BYE]);
        };
        // A Postgres that is away holds the row's writer up, and then nobody is held up here for it.
        let _ = timeout(GOOD_BYE, leaving).await;
        let (node, boot_id) = (&self.0.node, self.0.bus.boot_id());
        let leaving = self.0.database.service(async |conn| store::leave(conn, node, boot_id).await);
        if !matches!(timeout(GOOD_BYE, leaving).await, Ok(Ok(()))) {
            tracing::warn!("this node's row could not be taken away; it is dead to the others in a while");
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
                // A look is due also where nobody has noticed that there was a silence.
                let turned = status.well != well || lapsed;
                status.well = well;
                status.turns += u64::from(turned);
                turned
            });
            // At first nobody can have been heard.
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
        tracing::info!(%boot_id, "a node is gone");
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
            PartState::Degraded(format!("Redis is not heard{why}; other nodes' changes come by the sweep"))
        }
        Verdict::Missing(nodes) => PartState::Degraded(format!("not heard or not hearing: {}", nodes.join(", "))),
    }
}
