//! The bus over Redis pub/sub.
//!
//! **Two connections.** One subscribes: what comes is pushed by Redis (RESP3), and goes straight to its receiver on the
//! connection's own task, so that there is no queue of ours in between; a node that is too slow is cut off by Redis, and
//! comes back. The other publishes: one task takes all that waits and sends it as one pipeline.
//!
//! **Its thread** is a worker's: where a message comes to the thread on which its pod lives, nobody else has to be woken, and
//! on a node that is not busy waking up is the larger part of what a message costs.
//!
//! **Bounds.** What waits to be published has a limit in entries and bytes (`QUEUE`, `BYTES`); beyond it, and while
//! there is no connection, it is dropped and counted. The sweep finds what was dropped.
//!
//! **Failure.** Each connection comes back by itself, with backoff and jitter. One that hangs is noticed by what it does
//! not answer within `ANSWER`; the subscribing one is asked every `PING`.
//!
//! Where Redis is a cluster, sharded pub/sub can take this one's place: each topic is one channel, and nothing here
//! asks for an order between channels.

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

/// What may wait to be published, in messages.
const QUEUE: usize = 16 * 1024;

/// The same in bytes.
const BYTES: usize = 16 * 1024 * 1024;

/// Messages in one pipeline at most.
const PIPELINE: usize = 256;

/// Topics in one subscription command at most.
const TOPICS: usize = 512;

/// How long Redis may take to be connected to, or to answer.
const ANSWER: Duration = Duration::from_secs(1);

/// How often the subscribing connection is asked whether it lives.
const PING: Duration = Duration::from_millis(500);

/// Between attempts to connect: doubled up to the last, and a random part of it waited.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// The bus over one Redis. Cheap to clone.
#[derive(Clone)]
pub struct RedisBus(Arc<Shared>);

struct Shared {
    boot_id: Uuid,
    prefix: String,
    interests: Arc<Interests>,
    receivers: OnceLock<HashMap<&'static str, Weak<dyn Receive>>>,
    /// Topics of this kind are heard also by the node that published.
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
    /// A bus that connects on the last worker, now and again whenever it must. Channels are named `<prefix>:<topic>`. Topics
    /// of the kind `echoed` are heard by this node also when it has published itself.
    ///
    /// # Errors
    /// If the URL is none of Redis, or `ca` no file of certificates.
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
        // The last worker is one without a writer of the journal, where there are several.
        let last = threads.count() - 1;
        threads.spawn(last, subscribe(Arc::clone(&address), Arc::clone(&shared)));
        threads.spawn(last, publish(address, Arc::clone(&shared), waiting));
        Ok(RedisBus(shared))
    }

    /// Who takes what comes, by the kind of topic. Only the first call counts; before it, what comes is dropped.
    pub fn hand_to(&self, receivers: HashMap<&'static str, Weak<dyn Receive>>) {
        let _ = self.0.receivers.set(receivers);
    }

    /// Whether both connections stand, as far as is known.
    pub fn is_connected(&self) -> bool {
        self.0.publishing.load(Ordering::Acquire) && self.0.subscribed.load(Ordering::Acquire)
    }

    /// Why one of them does not stand, if that is so.
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

    /// Something was pushed: `[channel, payload]`.
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

/// Waits a random part of the backoff, and doubles it.
async fn back_off(backoff: &mut Duration) {
    let part = rand::rng().random_range(0.5..1.0);
    sleep(backoff.mul_f64(part)).await;
    *backoff = (*backoff * 2).min(BACKOFF.1);
}

async fn connect(client: &Client, config: AsyncConnectionConfig) -> Result<MultiplexedConnection, RedisError> {
    let config = config.set_connection_timeout(Some(ANSWER));
    let connecting = client.get_multiplexed_async_connection_with_config(&config);
    // The crate's limit is for each step alone.
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

/// Asks for what is due, until that fails.
async fn follow(connection: &mut MultiplexedConnection, shared: &Shared, backoff: &mut Duration) -> RedisError {
    loop {
        let Due { subscribe, unsubscribe } = shared.interests.due(TOPICS);
        if subscribe.is_empty() && unsubscribe.is_empty() {
            if !shared.subscribed.swap(true, Ordering::AcqRel) {
                *backoff = BACKOFF.0;
                shared.no_subscribing.over();
                tracing::info!(topics = shared.interests.len(), "the bus is subscribed");
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

/// Asks whether the connection lives, until it does not.
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
        // Pipelines have a limit of their own, and one alarm for each is enough.
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let cause = match connect(&address.client, config).await {
            Ok(mut connection) => {
                shared.publishing.store(true, Ordering::Release);
                let connected = Instant::now();
                let cause = send_all(&mut connection, &shared, &mut waiting, &mut parcels).await;
                shared.publishing.store(false, Ordering::Release);
                // One that is let in and refused everything is no connection.
                if connected.elapsed() > BACKOFF.1 {
                    backoff = BACKOFF.0;
                }
                cause
            }
            Err(cause) => cause,
        };
        shared.no_publishing.lost(address.describe(&cause));
        // Whoever gets it that late has found it otherwise.
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
            // The queue's other end is in `shared`, which is here.
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
