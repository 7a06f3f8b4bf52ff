//! Several nodes: real servers on one database, each with a proxy between it and one Redis.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::Value;
use uuid::Uuid;

use super::database::Database;
use super::redis::{BusProxy, Redis};
use super::server::{Person, Server};
use super::speakers::{Manner, Speaker, Speakers};
use super::wait::until;

/// Some nodes.
pub struct Cluster {
    pub nodes: Vec<Server>,
    pub proxies: Vec<BusProxy>,
    pub redis: Redis,
}

impl Cluster {
    /// So many nodes, which have found each other.
    pub async fn start(count: usize) -> Cluster {
        Cluster::start_with(count, &[]).await
    }

    /// The same with further settings for all of them.
    pub async fn start_with(count: usize, settings: &[(&str, &str)]) -> Cluster {
        Cluster::start_on(Arc::new(Database::create().await), count, settings).await
    }

    /// The same on this database.
    pub async fn start_on(database: Arc<Database>, count: usize, settings: &[(&str, &str)]) -> Cluster {
        let redis = Redis::start().await;
        let mut cluster = Cluster { nodes: Vec::new(), proxies: Vec::new(), redis };
        for _ in 0..count {
            cluster.add(&database, settings).await;
        }
        cluster.until_well().await;
        cluster
    }

    /// One more.
    pub async fn add(&mut self, database: &Arc<Database>, settings: &[(&str, &str)]) {
        let number = self.nodes.len();
        let proxy = BusProxy::start(self.redis.address, number as u64).await;
        let (url, name) = (format!("redis://{}", proxy.address), format!("node-{number}"));
        let own = [
            ("REDIS_URL", url.as_str()),
            ("PODIUM_NODE", &name),
            ("PODIUM_LIMIT_MESSAGES", "off"),
            ("PODIUM_WORKERS", "1"),
            ("PODIUM_DB_POOL", "4"),
        ];
        let settings: Vec<(&str, &str)> = own.iter().chain(settings).copied().collect();
        self.nodes.push(Server::start_on(Arc::clone(database), &settings).await);
        self.proxies.push(proxy);
    }

    /// Waits until every node says that all hear each other.
    pub async fn until_well(&self) {
        for node in &self.nodes {
            until("every node to hear every other", async || {
                bus(node).await.as_deref() == Some("ok")
                    && node.metric("podium_nodes_live").await == self.nodes.len() as f64
            })
            .await;
        }
    }

    /// People who talk in a pod, each on the next node.
    #[allow(dead_code, reason = "a helper that not every build uses")]
    pub fn talk(&self, pod: Uuid, people: &[Person], manner: Manner) -> Vec<Speakers> {
        let nodes = self.nodes.iter().cycle();
        nodes
            .zip(people)
            .map(|(node, person)| Speakers::start(node, pod, std::slice::from_ref(person), manner))
            .collect()
    }
}

/// What `/readyz` says of the bus.
pub async fn bus(node: &Server) -> Option<String> {
    let answer = reqwest::get(format!("{}/readyz", node.admin_url)).await.ok()?;
    let body: Value = serde_json::from_str(&answer.text().await.ok()?).ok()?;
    Some(body["parts"]["bus"].as_str()?.to_owned())
}

/// Waits until each group is at home.
#[allow(dead_code, reason = "a helper that not every build uses")]
pub async fn at_home(groups: &[Speakers]) {
    join_all(groups.iter().map(Speakers::until_at_home)).await;
}

/// Waits until each group has had so many more acknowledged.
pub async fn more(groups: &[Speakers], count: usize) {
    join_all(groups.iter().map(|group| group.until_more(count))).await;
}

/// All of them end what they say.
pub async fn finish(groups: Vec<Speakers>) -> Vec<Speaker> {
    join_all(groups.into_iter().map(Speakers::finish)).await.into_iter().flatten().collect()
}
