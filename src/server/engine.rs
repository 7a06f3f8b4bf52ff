//! The realtime part of a node: its bus, its sockets, and how both come to an end.

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
use crate::foundation::settings::{Limits, Settings};
use crate::realtime::bus::redis::{BusError, RedisBus};
use crate::realtime::bus::{Bus, LocalBus, Receive};
use crate::realtime::channel::Channels;
use crate::realtime::domain::End;
use crate::realtime::handshake::{Endpoint, SignIn, open};
use crate::realtime::nodes::{self, Nodes};
use crate::realtime::outbox::{Ending, OutboxLimits};
use crate::realtime::relays::Relays;
use crate::realtime::session::SessionLimits;
use crate::realtime::threads::Threads;

/// The way to the other nodes: a Redis, or nowhere.
pub struct Link {
    /// Where everything is published.
    pub bus: Arc<dyn Bus>,
    /// The other nodes, where there may be some.
    pub nodes: Option<Nodes>,
    redis: Option<RedisBus>,
}

impl Link {
    /// Chooses the bus. With a Redis, the node takes its place among the others once it [listens](Link::listen).
    ///
    /// # Errors
    /// [`BusError`] if there is no Redis at such an address.
    pub fn choose(settings: &Settings, database: &Database, threads: &Threads) -> Result<Self, BusError> {
        let Some(url) = &settings.redis_url else {
            return Ok(Link { bus: Arc::new(LocalBus::default()), nodes: None, redis: None });
        };
        // Not by time: presence tells nodes apart by its first half.
        let boot_id = Uuid::new_v4();
        let (authority, prefix) = (settings.redis_ca.as_deref(), &settings.redis_prefix);
        let redis = RedisBus::start(url, authority, prefix, boot_id, nodes::KIND, threads)?;
        let nodes = Nodes::new(&settings.node, redis.clone(), database.clone());
        Ok(Link { bus: Arc::new(redis.clone()), nodes: Some(nodes), redis: Some(redis) })
    }

    /// Hands what comes to whom it is for, and begins to beat.
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
    /// Makes the engine. What lives on the workers' threads begins when they come ([`Engine::serve`]), or when it is told that
    /// none will ([`Engine::settle`]).
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
        };
        Engine { endpoint, threads, relays, room, sessions: settings.limits.sessions }
    }

    /// Registers the sockets' route with one worker's app, on that worker's thread.
    pub fn serve(&self, config: &mut web::ServiceConfig) {
        self.threads.enter();
        self.relays.enter();
        config.app_data(web::Data::new(self.endpoint.clone())).route("/socket/websocket", web::get().to(open));
    }

    /// There will be no workers: the engine serves this process alone.
    pub fn settle(&self) {
        self.threads.settle();
    }

    /// Returns how many sockets are open.
    pub fn sockets(&self) -> usize {
        self.sessions - self.room.available_permits()
    }

    /// Closes all sockets with 1012, spread over a time, then ends what was fed by them. Returns whether all of that was
    /// done within twice the time.
    pub async fn drain(&self, over: Duration, ends: Vec<End>) -> bool {
        let deadline = Instant::now() + over * 2 + Duration::from_secs(1);
        // Nobody new from here on.
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
        frames: limits.frames.map(|rate| Quota::per_second(rate.per_second).allow_burst(rate.burst)),
        outbox: OutboxLimits { frames: limits.session_frames, bytes: limits.session_bytes, idle: limits.idle },
    }
}
