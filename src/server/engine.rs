//! The realtime part of a node: its bus, its sockets, and how both end.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use actix_web::web;
use governor::Quota;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::foundation::db::Database;
use crate::foundation::health::Health;
use crate::foundation::http::check_origin;
use crate::foundation::limits::{AtOnce, Rates};
use crate::foundation::settings::{Limits, Settings};
use crate::realtime::bus::redis::{BusError, RedisBus};
use crate::realtime::bus::{Bus, LocalBus, Receive};
use crate::realtime::channel::Channels;
use crate::realtime::declared::document::SOCKET_PATH;
use crate::realtime::domain::End;
use crate::realtime::handshake::{Endpoint, SignIn, open};
use crate::realtime::nodes::{self, Nodes};
use crate::realtime::outbox::{Ending, OutboxLimits};
use crate::realtime::relays::Relays;
use crate::realtime::session::SessionLimits;
use crate::realtime::threads::Threads;

/// The connection to the other nodes: Redis, or none.
pub struct Link {
    /// The bus for everything that this node publishes.
    pub bus: Arc<dyn Bus>,
    /// The other nodes, if a Redis is set.
    pub nodes: Option<Nodes>,
    redis: Option<RedisBus>,
}

impl Link {
    /// Chooses the bus. With a Redis, the node joins the others once it [listens](Link::listen).
    ///
    /// # Errors
    /// [`BusError`] if the address cannot be that of a Redis.
    pub fn choose(settings: &Settings, database: &Database, threads: &Threads) -> Result<Self, BusError> {
        let Some(url) = &settings.redis_url else {
            return Ok(Link { bus: Arc::new(LocalBus::default()), nodes: None, redis: None });
        };
        // Not a time-based id: presence distinguishes nodes by its first half.
        let boot_id = Uuid::new_v4();
        let (authority, prefix) = (settings.redis_ca.as_deref(), &settings.redis_prefix);
        let redis = RedisBus::start(url, authority, prefix, boot_id, nodes::KIND, threads)?;
        let nodes = Nodes::new(&settings.node, redis.clone(), database.clone());
        Ok(Link { bus: Arc::new(redis.clone()), nodes: Some(nodes), redis: Some(redis) })
    }

    /// Passes messages of the bus to their receivers, and starts the heartbeat.
    pub fn listen(&self, receivers: Vec<(&'static str, Weak<dyn Receive>)>, threads: &Threads, health: &Health) {
        if let (Some(redis), Some(nodes)) = (&self.redis, &self.nodes) {
            let mut receivers: HashMap<&'static str, Weak<dyn Receive>> = receivers.into_iter().collect();
            receivers.insert(nodes::KIND, nodes.receiver());
            redis.hand_to(receivers);
            threads.spare().spawn(nodes.clone().run(health.clone()));
        }
    }
}

/// The sockets of a node. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    endpoint: Endpoint,
    threads: Threads,
    relays: Relays,
    room: Arc<Semaphore>,
    sessions: usize,
}

impl Engine {
    /// Makes the engine. The actors on the workers' threads start when the workers do ([`Engine::serve`]), or when
    /// there will be none ([`Engine::settle`]).
    pub fn new(settings: &Settings, threads: Threads, relays: Relays, sign_in: SignIn, channels: Channels) -> Self {
        let room = Arc::new(Semaphore::new(settings.limits.sessions));
        let endpoint = Endpoint {
            sign_in,
            allow_origin: {
                let settings = settings.clone();
                Arc::new(move |request| check_origin(request, &settings).is_ok())
            },
            channels: Arc::new(channels),
            limits: session_limits(&settings.limits),
            room: Arc::clone(&room),
            of_person: AtOnce::new(settings.limits.person_sockets, "this person has as many sockets as are allowed"),
            opening: Arc::new(Rates::new("sockets", settings.limits.connects)),
        };
        Engine { endpoint, threads, relays, room, sessions: settings.limits.sessions }
    }

    /// Registers the sockets' route with one worker's app, on that worker's thread.
    pub fn serve(&self, config: &mut web::ServiceConfig) {
        self.threads.enter();
        self.relays.enter();
        config.app_data(web::Data::new(self.endpoint.clone())).route(SOCKET_PATH, web::get().to(open));
    }

    /// Starts the actors on the current thread, for a process without workers.
    pub fn settle(&self) {
        self.threads.settle();
    }

    /// Returns the number of open sockets.
    pub fn sockets(&self) -> usize {
        self.sessions - self.room.available_permits()
    }

    /// Closes all sockets with 1012, spread over `over`, then runs `ends`. Returns `true` if all of it was done within
    /// twice that time.
    pub async fn drain(&self, over: Duration, ends: Vec<End>) -> bool {
        let deadline = Instant::now() + over * 2 + Duration::from_secs(1);
        // No new sockets from here on.
        self.room.close();
        self.relays.close_all(Ending::Draining, over);
        while self.sockets() > 0 && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let mut done = self.sockets() == 0;
        for end in ends {
            done &= end(deadline.saturating_duration_since(Instant::now())).await;
        }
        done
    }
}

fn session_limits(limits: &Limits) -> SessionLimits {
    SessionLimits {
        frame_bytes: limits.frame_bytes,
        topics: limits.topics,
        joins: Arc::new(Rates::new("topic_joins", limits.topic_joins)),
        frames: limits.frames.map(|rate| Quota::per_second(rate.per_second).allow_burst(rate.burst)),
        unanswered_bytes: limits.unanswered_bytes,
        outbox: OutboxLimits { frames: limits.session_frames, bytes: limits.session_bytes, idle: limits.idle },
    }
}
