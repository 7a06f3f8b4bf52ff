//! A node that has lost Postgres, and not Redis: what it cannot do it says, what others do it shows, and nobody else is
//! worse off.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::cluster::{Cluster, at_home, finish, more};
use crate::support::database::Database;
use crate::support::gate::{Gate, Passing};
use crate::support::pod_client::{PodClient, assert_same_log};
use crate::support::redis::Faults;
use crate::support::server::{Person, Server};
use crate::support::speakers::{Manner, Speakers, assert_nothing_lost};
use crate::support::timing::took;
use crate::support::wait::until;

const MANNER: Manner = Manner { pace: Duration::from_millis(60), at_once: 3 };

/// Who only watches says nothing for as long as a test may take on a busy machine.
const IDLE: (&str, &str) = ("PODIUM_LIMIT_IDLE", "10m");

/// The node that is cut off.
const CUT: usize = 2;

/// A node is dead to the others when for 13 s they saw it neither on the bus nor in its row.
const DEAD: f64 = 14.0;

/// Two nodes that see Postgres, and one with a gate before it.
async fn cluster() -> (Cluster, Gate) {
    let database = Arc::new(Database::create().await);
    let gate = Gate::before(database.url()).await;
    let mut cluster = Cluster::start_on(Arc::clone(&database), CUT, &[IDLE]).await;
    cluster.add(&database, &[IDLE, ("DATABASE_URL", &gate.url)]).await;
    cluster.until_well().await;
    (cluster, gate)
}

/// What `/readyz` says: status, and what is said of this part.
async fn ready(node: &Server, part: &str) -> (String, String) {
    let answer = reqwest::get(format!("{}/readyz", node.admin_url)).await.expect("an answer");
    let body: Value = serde_json::from_str(&answer.text().await.expect("its body")).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&body["status"]), text(&body["parts"][part]))
}

/// How long ago the row of the cut node was written.
async fn row_age(cluster: &Cluster) -> f64 {
    let database = cluster.nodes[0].database.connect().await;
    let sql = "SELECT extract(epoch FROM clock_timestamp() - seen_at)::float8 FROM nodes WHERE node = $1";
    database.query_one(sql, &[&format!("node-{CUT}")]).await.expect("its row").get(0)
}

/// A pod with members everywhere, of whom some talk all the time.
struct Pod {
    id: Uuid,
    topic: String,
    /// On each node one.
    talkers: Vec<Speakers>,
    /// On a node that is well, and looks who is there.
    watcher: Client,
    /// On the node that is cut off.
    lonely: PodClient,
    lonely_client: Client,
    people: [Person; 5],
}

impl Pod {
    async fn gather(cluster: &Cluster) -> Pod {
        let people: [Person; 5] = cluster.nodes[0].people();
        let (_, id) = cluster.nodes[0].pod(&people).await;
        let topic = format!("pod:{id}");
        let talkers = cluster.talk(id, &people[..3], MANNER);
        at_home(&talkers).await;
        let lonely = PodClient::joined(&cluster.nodes[CUT], &people[3], id).await;
        let lonely_client = Client::open(&cluster.nodes[CUT], &people[3]).await;
        lonely_client.join(&topic, json!({})).await.ok();
        let watcher = Client::open(&cluster.nodes[0], &people[4]).await;
        let pod = Pod { id, topic, talkers, watcher, lonely, lonely_client, people };
        pod.watcher.join(&pod.topic, json!({})).await.ok();
        until("everyone to be present on the watcher's node", async || {
            let newcomer = Client::open(&cluster.nodes[0], &pod.people[4]).await;
            pod.presence(&newcomer).await == 5
        })
        .await;
        pod
    }

    /// How many people a join receives.
    async fn presence(&self, client: &Client) -> usize {
        client.join(&self.topic, json!({})).await.ok();
        client.event(&self.topic, "presence_state").await.as_object().expect("people").len()
    }

    /// The leaves that the watcher received, but for its own.
    fn leaves(&self) -> Vec<Value> {
        let watcher = self.people[4].id.to_string();
        let is_other =
            |diff: &Value| diff["leaves"].as_object().is_some_and(|gone| gone.keys().any(|id| *id != watcher));
        self.watcher.heard(&self.topic, "presence_diff").into_iter().filter(is_other).collect()
    }

    /// Something said over HTTP on a node that is well.
    async fn say(&self, cluster: &Cluster) -> Uuid {
        let id = Uuid::now_v7();
        let body = json!({"id": id, "text": "Can you hear us?"});
        cluster.nodes[0].post(&format!("/v1/pods/{}/messages", self.id), &self.people[0], body).await.ok(201);
        id
    }
}

/// What must hold while the node is cut off, and afterwards.
async fn endure(how: Passing) {
    let (cluster, gate) = cluster().await;
    let mut pod = Pod::gather(&cluster).await;
    more(&pod.talkers, 10).await;

    gate.lets_pass(how);
    let cut = &cluster.nodes[CUT];
    until("the cut to be noticed", async || ready(cut, "database").await.1 != "ok").await;
    more(&pod.talkers[..CUT], 20).await;
    // What others commit is shown here, in its order, without a word from Postgres.
    let said = pod.say(&cluster).await;
    pod.lonely.until("what is said elsewhere", |client| client.order().iter().any(|(_, id)| *id == said)).await;

    // What is said here waits, and then nobody knows what has become of it.
    let id = Uuid::now_v7();
    let began = Instant::now();
    pod.lonely_client.say(pod.id, id, "Is anybody there?").await.refused("unavailable");
    took("a send on the node without Postgres, until its answer", began.elapsed(), Duration::from_millis(5500));
    let path = format!("/v1/pods/{}/messages", pod.id);
    let (answer, read) = tokio::join!(
        cut.post(&path, &pod.people[3], json!({"id": id, "text": "Is anybody there?"})),
        cut.get("/v1/me/pods", &pod.people[3]),
    );
    for answer in [answer, read] {
        assert!(answer.headers.contains_key("retry-after"), "{:?}", answer.headers);
        answer.refused(503, "unavailable");
    }
    pod.talkers[CUT].until("sends say unavailable", |said| said.refused("unavailable") > 0).await;

    // It beats on the bus alone, and that is enough to be alive.
    until("its row to be as old as a dead node's", async || row_age(&cluster).await > DEAD).await;
    assert_eq!(pod.leaves(), Vec::<Value>::new(), "nobody has left");
    let newcomer = Client::open(&cluster.nodes[1], &pod.people[4]).await;
    assert_eq!(pod.presence(&newcomer).await, 5);
    until("it to be of no use, after ten seconds", async || {
        let (status, database) = ready(cut, "database").await;
        status == "unavailable" && database != "ok"
    })
    .await;
    for (number, node) in cluster.nodes.iter().enumerate() {
        until("each node to hear the others on the bus", async || ready(node, "bus").await.1 == "ok").await;
        let talkers = pod.talkers[number].said();
        assert_eq!(talkers.ends(), [], "sockets stay");
        assert!(number == CUT || talkers.refused("unavailable") == 0, "node {number} is harmed");
    }
    for node in &cluster.nodes[..CUT] {
        until("the others to be well", async || ready(node, "database").await == ("ok".to_owned(), "ok".to_owned()))
            .await;
    }
    pod.lonely_client.heartbeat().await;

    // Now the bus loses something on top of it: that cannot be read here before Postgres is back, and what follows
    // waits.
    cluster.proxies[CUT].fault(Faults { lost: 0.3, ..Faults::NONE });
    more(&pod.talkers[..CUT], 20).await;

    gate.lets_pass(Passing::Everything);
    cluster.proxies[CUT].fault(Faults::NONE);
    more(&pod.talkers, 10).await;
    until("it to be well again", async || ready(cut, "database").await == ("ok".to_owned(), "ok".to_owned())).await;
    // The same again has one outcome, whichever time it was stored.
    let mut seqs = Vec::new();
    for node in [CUT, 0] {
        let body = json!({"id": id, "text": "Is anybody there?"});
        let answer = cluster.nodes[node].post(&path, &pod.people[3], body).await;
        assert!([200, 201].contains(&answer.status), "{}", answer.body);
        seqs.push(answer.body["seq"].clone());
    }
    assert_eq!(seqs[0], seqs[1]);
    for talkers in &pod.talkers {
        assert_eq!(talkers.said().ends(), [], "sockets stay");
    }
    assert_eq!(pod.leaves(), Vec::<Value>::new(), "nobody has left");
    let said = finish(pod.talkers).await;
    assert!(said.iter().map(|speaker| speaker.again).sum::<usize>() > 0, "nothing was sent again");
    let last = said.iter().map(|speaker| speaker.client.last()).max().expect("speakers");
    assert_nothing_lost(&cluster.nodes[0], pod.id, said).await;
    pod.lonely.until("all that was said", |client| client.last() >= last).await;
    assert_same_log(&cluster.nodes[0], pod.id, &[pod.lonely]).await;
}

#[tokio::test]
async fn a_node_whose_connections_to_postgres_are_cut_goes_on_by_the_bus() {
    endure(Passing::Refused).await;
}

#[tokio::test]
async fn a_node_whose_connections_to_postgres_hang_goes_on_by_the_bus() {
    endure(Passing::Nothing).await;
}

#[tokio::test]
async fn what_a_lost_node_has_locked_is_free_again_soon() {
    let (cluster, gate) = cluster().await;
    let [ana] = cluster.nodes[0].people();
    let event = cluster.nodes[0].event(&ana).await;
    let path = format!("/v1/events/{event}");
    // A first request writes the person's profile.
    cluster.nodes[CUT].get("/v1/me/pods", &ana).await.ok(200);
    // It has written the row, and its commit never arrives: nobody is there to end the transaction.
    gate.swallow(Some("COMMIT\0"));
    let lost = cluster.nodes[CUT].patch(&path, &ana, json!({"venue": "The lost hall"})).await;
    lost.refused(503, "unavailable");
    until("another node to change the same event", async || {
        let answer = cluster.nodes[0].patch(&path, &ana, json!({"venue": "The found hall"})).await;
        // It waits for the lock, and is asked to try again.
        assert!([200, 503].contains(&answer.status), "{}", answer.body);
        answer.status == 200
    })
    .await;
    gate.swallow(None);
    let now = cluster.nodes[CUT].get(&path, &ana).await.ok(200);
    assert_eq!(now["venue"], "The found hall", "what was lost stays lost");
}

#[tokio::test]
async fn connections_that_were_forgotten_on_the_way_cost_one_request_and_not_one_each() {
    let database = Arc::new(Database::create().await);
    let gate = Gate::before(database.url()).await;
    let server = Server::start_on(database, &[("DATABASE_URL", &gate.url), ("PODIUM_DB_POOL", "6")]).await;
    let [ana] = server.people();
    server.event(&ana).await;
    let path = "/v1/me/pods";
    let postgres = server.database.connect().await;
    until("all connections to be there", async || {
        // While this lock is held, each request holds on to its connection.
        postgres.batch_execute("BEGIN; LOCK TABLE pod_members IN ACCESS EXCLUSIVE MODE").await.expect("a lock");
        let asking = join_all((0..12).map(|_| server.get(path, &ana)));
        let counting = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let sql =
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            let waiting: i64 = postgres.query_one(sql, &[]).await.expect("a count").get(0);
            postgres.batch_execute("COMMIT").await.expect("let go");
            waiting
        };
        tokio::join!(asking, counting).1 >= 6
    })
    .await;
    gate.forget();
    let mut failed = 0;
    for _ in 0..12 {
        let answer = server.get(path, &ana).await;
        failed += usize::from(answer.status != 200);
        if answer.status != 200 {
            answer.refused(503, "unavailable");
        }
    }
    assert_eq!(failed, 1, "the first to find out; the other five connections are as old");
}
