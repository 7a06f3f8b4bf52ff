//! The realtime part of a node: its pods, its sockets, and how both come to an end.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web;
use futures_util::FutureExt;
use governor::Quota;
use parking_lot::Mutex;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::crew;
use crate::crew::events::hub::EventHub;
use crate::crew::pods::{Pods, journal};
use crate::crew::profiles::sign_in::{self, KnownProfiles};
use crate::foundation::auth::Tokens;
use crate::foundation::db::Database;
use crate::foundation::health::Health;
use crate::foundation::http::check_origin;
use crate::foundation::settings::Settings;
use crate::realtime::bus::redis::{BusError, RedisBus};
use crate::realtime::bus::{Bus, LocalBus};
use crate::realtime::handshake::{Endpoint, open};
use crate::realtime::nodes::{self, Nodes};
use crate::realtime::outbox::{Ending, OutboxLimits};
use crate::realtime::relay::{Relay, RelayHandle};
use crate::realtime::session::SessionLimits;
use crate::realtime::threads::Threads;

/// How often those who have been silent are forgotten by the limiters.
const TIDY: Duration = Duration::from_secs(60);

/// What the engine is made of.
pub struct Parts {
    /// The pools.
    pub database: Database,
    /// Where the journal's own connections go.
    pub database_url: String,
    /// Who judges tokens.
    pub tokens: Arc<Tokens>,
    /// Who is known to have a profile.
    pub known: Arc<KnownProfiles>,
}

/// The realtime part of a node. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pods: Pods,
    events: Arc<EventHub>,
    nodes: Option<Nodes>,
    endpoint: Endpoint,
    threads: Threads,
    relays: Arc<Mutex<Vec<RelayHandle>>>,
    room: Arc<Semaphore>,
    sessions: usize,
}

impl Engine {
    /// Makes the engine. Its journal begins when the workers come ([`Engine::serve`]), or when it is told that none will
    /// ([`Engine::settle`]).
    /// With a Redis, the node takes its place among the others.
    ///
    /// # Errors
    /// [`BusError`] if there is no Redis at such an address.
    pub fn start(settings: &Settings, parts: Parts, health: &Health) -> Result<Self, BusError> {
        let threads = Threads::new(settings.workers);
        let limits = &settings.limits;
        let options = journal::Options {
            url: parts.database_url,
            writers: settings.journal_writers,
            entries: limits.journal_entries,
            wait: limits.send_wait,
        };
        let (pods, events, nodes) = match &settings.redis_url {
            None => {
                let bus: Arc<dyn Bus> = Arc::new(LocalBus::default());
                let events = EventHub::start(&parts.database, Arc::clone(&bus), None, limits, threads.clone());
                (Pods::start(&parts.database, bus, None, &events, &options, limits, threads.clone()), events, None)
            }
            Some(url) => {
                // Not by time: presence tells nodes apart by its first half.
                let boot_id = Uuid::new_v4();
                let bus = RedisBus::start(
                    url,
                    settings.redis_ca.as_deref(),
                    &settings.redis_prefix,
                    boot_id,
                    nodes::KIND,
                    &threads,
                )?;
                let nodes = Nodes::new(&settings.node, bus.clone(), parts.database.clone());
                let shared: Arc<dyn Bus> = Arc::new(bus.clone());
                let known = Some(nodes.clone());
                let known_too = known.clone();
                let events = EventHub::start(&parts.database, Arc::clone(&shared), known_too, limits, threads.clone());
                let pods = Pods::start(&parts.database, shared, known, &events, &options, limits, threads.clone());
                let mut receivers = pods.receivers();
                receivers.extend(events.receivers());
                receivers.insert(nodes::KIND, nodes.receiver());
                bus.hand_to(receivers);
                threads.spare().spawn(nodes.clone().run(health.clone()));
                (pods, events, Some(nodes))
            }
        };
        let room = Arc::new(Semaphore::new(limits.sessions));
        let endpoint = Endpoint {
            sign_in: {
                let (tokens, known, database) = (Arc::clone(&parts.tokens), parts.known, parts.database);
                Arc::new(move |token| {
                    let (tokens, known, database) = (Arc::clone(&tokens), Arc::clone(&known), database.clone());
                    async move {
                        let identity = tokens.verify(&token)?;
                        sign_in::ensure(&database, &known, &identity).await?;
                        Ok(identity)
                    }
                    .boxed_local()
                })
            },
            allow_origin: {
                let settings = settings.clone();
                Arc::new(move |request| check_origin(request, &settings).is_ok())
            },
            channels: Arc::new(crew::channels(&pods, &events, parts.tokens)),
            limits: SessionLimits {
                frame_bytes: limits.frame_bytes,
                topics: limits.topics,
                frames: limits.frames.map(|rate| Quota::per_second(rate.per_second).allow_burst(rate.burst)),
                outbox: OutboxLimits { frames: limits.session_frames, bytes: limits.session_bytes, idle: limits.idle },
            },
            room: Arc::clone(&room),
        };
        let engine =
            Engine { pods, events, nodes, endpoint, threads, relays: Arc::default(), room, sessions: limits.sessions };
        actix_web::rt::spawn(engine.clone().tidy());
        Ok(engine)
    }

    /// The pods.
    pub fn pods(&self) -> &Pods {
        &self.pods
    }

    /// The events whose topics are open here.
    pub fn events(&self) -> &Arc<EventHub> {
        &self.events
    }

    /// Registers the sockets' route with one worker's app, on that worker's thread.
    pub fn serve(&self, config: &mut web::ServiceConfig) {
        self.threads.enter();
        let relay = Relay::current().handle();
        let mut relays = self.relays.lock();
        if relays.iter().all(|known| known.id() != relay.id()) {
            relays.push(relay);
        }
        config.app_data(web::Data::new(self.endpoint.clone())).route("/socket/websocket", web::get().to(open));
    }

    /// There will be no workers: the engine serves this process alone.
    pub fn settle(&self) {
        self.threads.settle();
    }

    /// How many sockets are open.
    pub fn sockets(&self) -> usize {
        self.sessions - self.room.available_permits()
    }

    /// What ends this node's sockets of sign-ins that have ended.
    pub fn ender(&self) -> impl Fn(&[Uuid]) + Send + Sync + use<> {
        let relays = Arc::clone(&self.relays);
        move |sign_ins| {
            let sign_ins: Arc<HashSet<Uuid>> = Arc::new(sign_ins.iter().copied().collect());
            relays.lock().iter().for_each(|relay| relay.end_sign_ins(&sign_ins));
        }
    }

    /// Closes all sockets with 1012, spread over a time, then waits for the journal to be empty. Answers whether all
    /// of that was done within twice the time.
    pub async fn drain(&self, over: Duration) -> bool {
        let deadline = Instant::now() + over * 2 + Duration::from_secs(1);
        // Nobody new from here on.
        self.room.close();
        self.relays.lock().iter().for_each(|relay| relay.close_all(Ending::Draining, over));
        while self.sockets() > 0 && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let closed = self.sockets() == 0;
        let emptied = self.pods.drain(deadline.saturating_duration_since(Instant::now())).await;
        if let Some(nodes) = &self.nodes {
            nodes.leave().await;
        }
        emptied && closed
    }

    async fn tidy(self) {
        let mut minute = tokio::time::interval(TIDY);
        loop {
            minute.tick().await;
            self.pods.tidy();
        }
    }
}
