//! A crowd over several nodes: pods of five whose members sit on different nodes and talk, and change what was said,
//! while the test does whatever it likes to the nodes and to Redis. In the end each of them has the log that Postgres
//! has.
//!
//! `PODIUM_TEST_NODES_PODS`, `PODIUM_TEST_NODES_RATE` and `PODIUM_TEST_NODES_SECONDS` make it larger: how many pods,
//! how many messages a second all together, and how long every stage lasts. With `PODIUM_TEST_NODES=full` a test also
//! prints its figures, and fails when a limit on them is exceeded; without, timings decide nothing.

mod figures;
mod log;
mod member;
mod thing;
mod verdict;
mod wire;

use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

pub use self::figures::{Figures, Limit};
use self::figures::{Mark, Phases};
use self::member::Member;
use super::cluster::Cluster;
use super::server::{Person, Server};

/// How long the end may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Pods that are made at a time.
const MAKING: usize = 8;

/// How they talk.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Pods of five.
    pub pods: usize,
    /// Between two messages of one member, on average.
    pub pace: Duration,
    /// After how many of their messages members change one.
    pub changes: f64,
    /// Messages that each member says at least at every stage.
    pub stage: usize,
    /// How long each stage lasts at least.
    pub lasts: Duration,
    /// Whether figures are printed and held against their limits.
    pub measured: bool,
}

/// A number of the environment.
pub fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |text| text.parse().expect("a number"))
}

impl Plan {
    /// By the environment.
    pub fn of_environment() -> Plan {
        let measured = std::env::var("PODIUM_TEST_NODES").is_ok_and(|how| how == "full");
        let (pods, rate, seconds) = if measured { (100, 500, 30) } else { (20, 400, 0) };
        let pods = setting("PODIUM_TEST_NODES_PODS", pods);
        let rate = setting("PODIUM_TEST_NODES_RATE", rate);
        Plan {
            pods,
            pace: Duration::from_secs_f64((5 * pods) as f64 / rate as f64),
            changes: 0.3,
            stage: 6,
            lasts: Duration::from_secs(setting("PODIUM_TEST_NODES_SECONDS", seconds) as u64),
            measured,
        }
    }
}

/// What members are to do.
#[derive(Debug, Clone, Default)]
struct Order {
    /// How many messages each of them says in all.
    quota: usize,
    /// The end: each pod's head, which they are to have heard before they go.
    heads: Option<Arc<HashMap<Uuid, i64>>>,
}

/// What members share.
struct Shared {
    plan: Plan,
    began: Instant,
    urls: Mutex<Vec<String>>,
    /// How many have joined.
    at_home: AtomicUsize,
    /// Messages that were acknowledged, each counted once; and changes.
    said: AtomicUsize,
    changed: AtomicUsize,
    /// Things that are not answered yet.
    unanswered: AtomicUsize,
    /// Sends that were repeated.
    again: AtomicUsize,
    /// Sockets that ended.
    lost: AtomicUsize,
    deliveries: AtomicUsize,
    refused: Mutex<HashMap<String, usize>>,
}

/// A crowd at work.
pub struct Crowd {
    pods: Vec<Uuid>,
    members: Vec<JoinHandle<Member>>,
    shared: Arc<Shared>,
    orders: watch::Sender<Order>,
    phases: Phases,
}

impl Crowd {
    /// Makes the pods, and waits until everyone is in.
    pub async fn gather(cluster: &Cluster) -> Crowd {
        Crowd::gather_for(cluster, Plan::of_environment()).await
    }

    /// The same by a plan of the caller's.
    pub async fn gather_for(cluster: &Cluster, plan: Plan) -> Crowd {
        let shared = Arc::new(Shared {
            plan,
            began: Instant::now(),
            urls: Mutex::new(urls(&cluster.nodes.iter().collect::<Vec<_>>())),
            at_home: AtomicUsize::new(0),
            said: AtomicUsize::new(0),
            changed: AtomicUsize::new(0),
            unanswered: AtomicUsize::new(0),
            again: AtomicUsize::new(0),
            lost: AtomicUsize::new(0),
            deliveries: AtomicUsize::new(0),
            refused: Mutex::default(),
        });
        let orders = watch::Sender::new(Order::default());
        let mut crowd = Crowd { pods: Vec::new(), members: Vec::new(), shared, orders, phases: Phases::default() };
        for first in (0..plan.pods).step_by(MAKING) {
            let making = (first..plan.pods.min(first + MAKING)).map(async |number| {
                let node = &cluster.nodes[number % cluster.nodes.len()];
                let people: [Person; 5] = node.people();
                (number, node.pod(&people).await.1, people)
            });
            for (number, pod, people) in join_all(making).await {
                crowd.pods.push(pod);
                for (seat, person) in people.into_iter().enumerate() {
                    let node = number + seat;
                    let (shared, orders) = (Arc::clone(&crowd.shared), crowd.orders.subscribe());
                    let member = Member::new(person, pod, node, shared, orders);
                    crowd.members.push(tokio::spawn(member.live()));
                }
            }
        }
        crowd.until("everyone at home", |shared| shared.at_home.load(Relaxed) == 5 * plan.pods).await;
        crowd
    }

    /// Members that connect from now on try these servers in turn.
    pub fn send_to(&self, servers: &[&Server]) {
        *self.shared.urls.lock().expect("the servers") = urls(servers);
    }

    /// Everyone says some more, and it is all answered.
    pub async fn talk(&self) {
        self.start();
        self.go_on().await;
        self.stop();
        self.until("every answer", |shared| shared.unanswered.load(Relaxed) == 0).await;
    }

    /// Everyone talks from now on.
    pub fn start(&self) {
        self.orders.send_modify(|order| order.quota = usize::MAX);
    }

    /// Nobody says anything new.
    pub fn stop(&self) {
        self.orders.send_modify(|order| order.quota = 0);
    }

    /// Lets them talk on for one stage.
    pub async fn go_on(&self) {
        self.go_on_for(self.shared.plan.lasts).await;
    }

    /// The same, for another time at least.
    pub async fn go_on_for(&self, lasts: Duration) {
        let plan = self.shared.plan;
        let goal = self.shared.said.load(Relaxed) + plan.stage * 5 * plan.pods;
        let began = Instant::now();
        // With figures, it is the time alone that says how much is said.
        let enough = |shared: &Shared| plan.measured || shared.said.load(Relaxed) >= goal;
        self.until_for(lasts, "more", |shared| began.elapsed() >= lasts && enough(shared)).await;
    }

    /// Begins a phase with figures of its own.
    ///
    /// [`Crowd::assert_same_logs`] ends the last one.
    pub async fn phase(&mut self, name: &'static str, cluster: &Cluster) {
        let mark = self.mark(name, cluster).await;
        self.phases.begin(mark);
    }

    async fn mark(&self, name: &'static str, cluster: &Cluster) -> Mark {
        let shared = &self.shared;
        let at = shared.began.elapsed();
        let counts = [&shared.said, &shared.changed, &shared.deliveries].map(|count| count.load(Relaxed));
        let lost = shared.lost.load(Relaxed);
        Mark::new(name, at, counts, lost, if shared.plan.measured { &cluster.nodes } else { &[] }).await
    }

    /// Everyone stops. Asserts that nothing was lost or doubled, and that all have the log of Postgres. Gives the
    /// figures.
    pub async fn assert_same_logs(mut self, cluster: &Cluster) -> Figures {
        self.stop();
        self.phase("end", cluster).await;
        self.until("every answer", |shared| shared.unanswered.load(Relaxed) == 0).await;
        let client = cluster.nodes[0].database.connect().await;
        let rows = client.query("SELECT id, last_seq FROM pods WHERE id = ANY ($1)", &[&self.pods]).await;
        let heads: HashMap<Uuid, i64> = rows.expect("heads").iter().map(|row| (row.get(0), row.get(1))).collect();
        self.orders.send_modify(|order| order.heads = Some(Arc::new(heads)));
        self.until("everyone to have heard all", |shared| shared.at_home.load(Relaxed) == 0).await;
        let mut members = Vec::new();
        for member in std::mem::take(&mut self.members) {
            members.push(member.await.unwrap_or_else(|died| std::panic::resume_unwind(died.into_panic())));
        }
        let mut delays = Vec::new();
        members.iter_mut().for_each(|member| delays.append(&mut member.delays));
        let mut pods: HashMap<Uuid, Vec<Member>> = HashMap::new();
        members.into_iter().for_each(|member| pods.entry(member.pod).or_default().push(member));
        for (pod, members) in pods {
            verdict::assert_same_log(&client, pod, &members).await;
        }
        std::mem::take(&mut self.phases).figures(delays, self.shared.plan.measured)
    }

    async fn until(&self, what: &str, holds: impl Fn(&Shared) -> bool) {
        self.until_for(Duration::ZERO, what, holds).await;
    }

    /// Waits until it holds, which is to take this long.
    async fn until_for(&self, lasts: Duration, what: &str, holds: impl Fn(&Shared) -> bool) {
        let (shared, deadline) = (&self.shared, Instant::now() + lasts + PATIENCE);
        while !holds(shared) {
            let alive = self.orders.borrow().heads.is_some() || self.members.iter().all(|member| !member.is_finished());
            assert!(alive, "a member has failed, see above");
            assert!(
                Instant::now() < deadline,
                "waited in vain for {what}: {} of {} at home, {} said, {} unanswered, {} sent again, refused {:?}",
                shared.at_home.load(Relaxed),
                self.members.len(),
                shared.said.load(Relaxed),
                shared.unanswered.load(Relaxed),
                shared.again.load(Relaxed),
                shared.refused.lock().expect("the refusals"),
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.members.iter().for_each(JoinHandle::abort);
    }
}

fn urls(servers: &[&Server]) -> Vec<String> {
    servers.iter().map(|server| server.socket_url()).collect()
}
