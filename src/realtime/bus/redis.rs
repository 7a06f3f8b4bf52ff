//! The bus over Redis pub/sub.
//!
//! **Two connections.** One subscribes: Redis pushes packets on it (RESP3), and the connection's own task hands each
//! directly to its receiver, so there is no queue of ours in between. Redis cuts off a node that is too slow, and the
//! node reconnects. The other connection publishes: one task takes all queued packets and sends them as one pipeline.
//!
//! **Thread.** Both run on a worker thread. If a packet arrives on the thread of its pod's actor, no other thread has
//! to be woken; on a node that is not busy, waking one is the larger part of a message's cost.
//!
//! **Bounds.** The queue to publish is limited in entries and bytes (`QUEUE`, `BYTES`). Beyond that, and while there is
//! no connection, packets are dropped and counted. The sweep finds what was dropped.
//!
//! **Failure.** Each connection reconnects with backoff and jitter. A connection that hangs is detected when it does
//! not answer within `ANSWER`; the subscribing one is pinged every `PING`.
//!
//! With a Redis cluster, sharded pub/sub could be used instead: each topic is one channel, and nothing requires an
//! order between channels.

use std::collections::HashMap;
use std::future::pending;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

use rand::Rng;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, PushInfo, PushKind, RedisError, Value};
use tokio::sync::{Notify, mpsc};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::address::Address;
pub use super::address::BusError;
use super::interests::{Due, Interests, Listening};
use super::trouble::Trouble;
use super::{Bus, Receive, envelope};
use crate::foundation::metrics;
use crate::foundation::settings::Secret;
use crate::realtime::threads::Threads;
use crate::wire::topic::Topic;

/// Packets that may be queued.
const QUEUE: usize = 16 * 1024;

/// Bytes that may be queued.
const BYTES: usize = 16 * 1024 * 1024;

/// Maximum packets of one pipeline.
const PIPELINE: usize = 256;

/// Maximum topics of one subscription command.
const TOPICS: usize = 512;

/// Time that Redis has to accept a connection, or to answer.
const ANSWER: Duration = Duration::from_secs(1);

/// Interval between pings on the subscribing connection.
const PING: Duration = Duration::from_millis(500);

/// First and last backoff between attempts to connect. It doubles, and each wait is a random part of it.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// The bus over one Redis. Cheap to clone.
#[derive(Clone)]
pub struct RedisBus(Arc<Shared>);

struct Shared {
    boot_id: Uuid,
    prefix: String,
    interests: Arc<Interests>,
    receivers: OnceLock<HashMap<&'static str, Weak<dyn Receive>>>,
    /// The kind of topics whose packets the publishing node receives too.
    echoed: &'static str,
    queue: mpsc::Sender<Parcel>,
    waiting: AtomicUsize,
    publishing: AtomicBool,
    subscribed: AtomicBool,
    no_subscribing: Trouble,
    no_publishing: Trouble,
    counters: Counters,
}

struct Counters {
    received: ::metrics::Counter,
    published: ::metrics::Counter,
    dropped: ::metrics::Counter,
}

struct Parcel {
    topic: Topic,
    bytes: Vec<u8>,
    weight: usize,
}

impl RedisBus {
    /// Starts a bus that connects on the last worker, and reconnects whenever necessary. Channels are named
    /// `<prefix>:<topic>`. On topics of the kind `echoed` this node receives its own packets too.
    ///
    /// # Errors
    /// [`BusError`] if the URL is not one of Redis, or `ca` is not a file of certificates.
    pub fn start(
        url: &Secret,
        ca: Option<&Path>,
        prefix: &str,
        boot_id: Uuid,
        echoed: &'static str,
        threads: &Threads,
    ) -> Result<Self, BusError> {
        let address = Arc::new(Address::read(url, ca)?);
        let (queue, waiting) = mpsc::channel(QUEUE);
        let shared = Arc::new(Shared {
            boot_id,
            prefix: format!("{prefix}:"),
            interests: Arc::default(),
            receivers: OnceLock::new(),
            echoed,
            queue,
            waiting: AtomicUsize::new(0),
            publishing: AtomicBool::new(false),
            subscribed: AtomicBool::new(false),
            no_subscribing: Trouble::new("subscribe"),
            no_publishing: Trouble::new("publish"),
            counters: Counters {
                received: metrics::BUS_RECEIVED.counter(metrics::NONE),
                published: metrics::BUS_PUBLISHED.counter(metrics::NONE),
                dropped: metrics::BUS_DROPPED.counter(metrics::NONE),
            },
        });
        // With several workers, the last one has no writer of the journal.
        let last = threads.count() - 1;
        threads.spawn(last, subscribe(Arc::clone(&address), Arc::clone(&shared)));
        threads.spawn(last, publish(address, Arc::clone(&shared), waiting));
        Ok(RedisBus(shared))
    }

    /// Sets the receivers, by kind of topic. Only the first call has an effect; before it, packets are dropped.
    pub fn hand_to(&self, receivers: HashMap<&'static str, Weak<dyn Receive>>) {
        let _ = self.0.receivers.set(receivers);
    }

    /// Returns whether both connections are up, as far as is known.
    pub fn is_connected(&self) -> bool {
        self.0.publishing.load(Ordering::Acquire) && self.0.subscribed.load(Ordering::Acquire)
    }

    /// Returns why a connection is down, if one is.
    pub fn trouble(&self) -> Option<String> {
        self.0.no_subscribing.cause().or_else(|| self.0.no_publishing.cause())
    }
}

impl Bus for RedisBus {
    fn is_alone(&self) -> bool {
        false
    }

    fn boot_id(&self) -> Uuid {
        self.0.boot_id
    }

    fn publish(&self, topic: &Topic, payload: &[u8]) {
        let shared = &self.0;
        if !shared.publishing.load(Ordering::Acquire) {
            return shared.counters.dropped.increment(1);
        }
        let bytes = payload.len();
        if shared.waiting.fetch_add(bytes, Ordering::AcqRel) + bytes > BYTES {
            shared.waiting.fetch_sub(bytes, Ordering::AcqRel);
            return shared.counters.dropped.increment(1);
        }
        let parcel = Parcel { topic: topic.clone(), bytes: envelope::seal(shared.boot_id, payload), weight: bytes };
        if shared.queue.try_send(parcel).is_err() {
            shared.waiting.fetch_sub(bytes, Ordering::AcqRel);
            shared.counters.dropped.increment(1);
        }
    }

    fn listen(&self, topic: &Topic) -> Listening {
        self.0.interests.listen(topic)
    }
}

impl Shared {
    fn channel(&self, topic: &Topic) -> String {
        format!("{}{topic}", self.prefix)
    }

    fn channels(&self, topics: &[Topic]) -> Vec<String> {
        topics.iter().map(|topic| self.channel(topic)).collect()
    }

    /// Handles a push from Redis: `[channel, payload]`.
    fn take(&self, data: &[Value]) {
        self.counters.received.increment(1);
        let [Value::BulkString(channel), Value::BulkString(bytes)] = data else { return };
        let Some((from, payload)) = envelope::open(bytes) else { return };
        let topic = channel.strip_prefix(self.prefix.as_bytes()).and_then(|topic| std::str::from_utf8(topic).ok());
        let Some((kind, id)) = topic.and_then(Topic::parse) else { return };
        if from == self.boot_id && kind != self.echoed {
            return;
        }
        let receiver = self.receivers.get().and_then(|receivers| receivers.get(kind)).and_then(Weak::upgrade);
        if let Some(receiver) = receiver {
            receiver.received(id, from, payload);
        }
    }
}

/// Waits for a random part of the backoff, and doubles it.
async fn back_off(backoff: &mut Duration) {
    let part = rand::rng().random_range(0.5..1.0);
    sleep(backoff.mul_f64(part)).await;
    *backoff = (*backoff * 2).min(BACKOFF.1);
}

async fn connect(client: &Client, config: AsyncConnectionConfig) -> Result<MultiplexedConnection, RedisError> {
    let config = config.set_connection_timeout(Some(ANSWER));
    let connecting = client.get_multiplexed_async_connection_with_config(&config);
    // The crate's timeout applies to each step alone.
    timeout(ANSWER * 2, connecting).await.unwrap_or_else(|_| Err(no_answer()))
}

fn no_answer() -> RedisError {
    std::io::Error::from(std::io::ErrorKind::TimedOut).into()
}

/// Keeps the subscribing connection, for ever.
async fn subscribe(address: Arc<Address>, shared: Arc<Shared>) {
    let mut backoff = BACKOFF.0;
    loop {
        let lost = Arc::new(Notify::new());
        let (taker, loss) = (Arc::clone(&shared), Arc::clone(&lost));
        let config =
            AsyncConnectionConfig::new().set_response_timeout(Some(ANSWER)).set_push_sender(move |push: PushInfo| {
                match push.kind {
                    PushKind::Message => taker.take(&push.data),
                    PushKind::Disconnection => loss.notify_one(),
                    _ => {}
                }
                Ok::<(), redis::aio::SendError>(())
            });
        let cause = match connect(&address.client, config).await {
            Ok(mut connection) => {
                shared.interests.connected();
                let mut asking = connection.clone();
                let cause = tokio::select! {
                    cause = follow(&mut asking, &shared, &mut backoff) => address.describe(&cause),
                    cause = keep_asking(&mut connection) => address.describe(&cause),
                    () = lost.notified() => "the connection was lost".to_owned(),
                };
                shared.subscribed.store(false, Ordering::Release);
                shared.interests.disconnected();
                cause
            }
            Err(cause) => address.describe(&cause),
        };
        shared.no_subscribing.lost(cause);
        back_off(&mut backoff).await;
    }
}

/// Requests subscription changes as they become due, until a request fails.
async fn follow(connection: &mut MultiplexedConnection, shared: &Shared, backoff: &mut Duration) -> RedisError {
    loop {
        let Due { subscribe, unsubscribe } = shared.interests.due(TOPICS);
        if subscribe.is_empty() && unsubscribe.is_empty() {
            if !shared.subscribed.swap(true, Ordering::AcqRel) {
                *backoff = BACKOFF.0;
                shared.no_subscribing.over();
                tracing::info!(topics = shared.interests.len(), "bus subscribed");
            }
            shared.interests.changed().await;
            continue;
        }
        if !unsubscribe.is_empty()
            && let Err(cause) = connection.unsubscribe(shared.channels(&unsubscribe)).await
        {
            return cause;
        }
        if !subscribe.is_empty() {
            if let Err(cause) = connection.subscribe(shared.channels(&subscribe)).await {
                return cause;
            }
            shared.interests.confirmed(&subscribe);
        }
    }
}

/// Pings the connection until it fails.
async fn keep_asking(connection: &mut MultiplexedConnection) -> RedisError {
    loop {
        sleep(PING).await;
        if let Err(cause) = redis::cmd("PING").exec_async(connection).await {
            return cause;
        }
    }
}

/// Keeps the publishing connection, for ever.
async fn publish(address: Arc<Address>, shared: Arc<Shared>, mut waiting: mpsc::Receiver<Parcel>) {
    let mut backoff = BACKOFF.0;
    let mut parcels = Vec::with_capacity(PIPELINE);
    loop {
        // Pipelines have a timeout of their own, and one timer for each is enough.
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let cause = match connect(&address.client, config).await {
            Ok(mut connection) => {
                shared.publishing.store(true, Ordering::Release);
                let connected = Instant::now();
                let cause = send_all(&mut connection, &shared, &mut waiting, &mut parcels).await;
                shared.publishing.store(false, Ordering::Release);
                // A connection that is accepted and then refuses everything does not count.
                if connected.elapsed() > BACKOFF.1 {
                    backoff = BACKOFF.0;
                }
                cause
            }
            Err(cause) => cause,
        };
        shared.no_publishing.lost(address.describe(&cause));
        // That late, receivers have found the change by the sweep.
        parcels.clear();
        while let Ok(parcel) = waiting.try_recv() {
            shared.waiting.fetch_sub(parcel.weight, Ordering::AcqRel);
            shared.counters.dropped.increment(1);
        }
        back_off(&mut backoff).await;
    }
}

async fn send_all(
    connection: &mut MultiplexedConnection,
    shared: &Shared,
    waiting: &mut mpsc::Receiver<Parcel>,
    parcels: &mut Vec<Parcel>,
) -> RedisError {
    loop {
        if waiting.recv_many(parcels, PIPELINE).await == 0 {
            // The sender is in `shared`, which is alive.
            return pending().await;
        }
        let mut pipeline = redis::pipe();
        let (mut weight, count) = (0, parcels.len() as u64);
        for parcel in parcels.drain(..) {
            weight += parcel.weight;
            pipeline.cmd("PUBLISH").arg(shared.channel(&parcel.topic)).arg(parcel.bytes).ignore();
        }
        let outcome = timeout(ANSWER, pipeline.exec_async(connection)).await.unwrap_or_else(|_| Err(no_answer()));
        shared.waiting.fetch_sub(weight, Ordering::AcqRel);
        match outcome {
            Ok(()) => {
                shared.counters.published.increment(count);
                shared.no_publishing.over();
            }
            Err(cause) => {
                shared.counters.dropped.increment(count);
                return cause;
            }
        }
    }
}
