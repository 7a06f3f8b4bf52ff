//! Crowds that vote and tap over two nodes, while nodes die, Redis is gone and Postgres does not answer: what was
//! acknowledged is counted, once, and everybody hears the last of it, in order.
//!
//! With `PODIUM_TEST_WALL=full`, as `make crowds` runs it, the crowds have their full sizes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rand::Rng;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::cluster::Cluster;
use crate::support::database::Database;
use crate::support::event_client::EventClient;
use crate::support::gate::{Gate, Passing};
use crate::support::pod_client::number;
use crate::support::server::{Person, Server, id_of, list};
use crate::support::timing::took;
use crate::support::wait::until;

/// What is promised of the last tally.
const PROMISED: Duration = Duration::from_millis(500);

/// A size: that of the suite, or the full one if that is asked for.
fn size(small: usize, full: usize) -> usize {
    if std::env::var("PODIUM_TEST_WALL").is_ok_and(|how| how == "full") { full } else { small }
}

/// An event over some nodes, its people, and a post.
struct Wall {
    event: Uuid,
    people: Vec<Person>,
    /// The nodes' addresses.
    urls: Vec<String>,
    client: reqwest::Client,
}

impl Wall {
    async fn gather(cluster: &Cluster, count: usize) -> Wall {
        let node = &cluster.nodes[1];
        let people: Vec<Person> = (0..count).map(|number| node.person(&format!("Person {number}"))).collect();
        let event = node.event(&people[0]).await;
        for some in people.chunks(20) {
            join_all(some.iter().map(|person| node.join_event(event, person))).await;
        }
        let urls = cluster.nodes.iter().map(|node| node.url.clone()).collect();
        let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().expect("a client");
        Wall { event, people, urls, client }
    }

    async fn post(&self, node: &Server, post: Value) -> Uuid {
        id_of(&node.post(&format!("/v1/events/{}/posts", self.event), &self.people[0], post).await.ok(201))
    }

    async fn poll(&self, node: &Server) -> Uuid {
        self.post(node, json!({"kind": "poll", "body": {"question": "Which?", "options": ["A", "B", "C"]}})).await
    }

    /// Asks the nodes in turn until one has an answer.
    async fn persist(&self, person: usize, method: reqwest::Method, path: &str, body: Value) -> (u16, Value) {
        for attempt in 0..600 {
            let url = format!("{}{path}", self.urls[(person + attempt) % self.urls.len()]);
            let request = self.client.request(method.clone(), url).bearer_auth(&self.people[person].token).json(&body);
            if let Ok(answer) = request.send().await {
                let status = answer.status().as_u16();
                if let (true, Ok(body)) = (status != 503, answer.json().await) {
                    return (status, body);
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} is never answered");
    }

    async fn vote(&self, person: usize, poll: Uuid, option: usize) -> (u16, Value) {
        let path = format!("/v1/posts/{poll}/votes/me");
        self.persist(person, reqwest::Method::PUT, &path, json!({"options": [option]})).await
    }

    /// Everybody votes once at some time of `span`, and some change their mind. Returns the final choices.
    async fn all_vote(&self, poll: Uuid, span: Duration) -> Vec<usize> {
        join_all((0..self.people.len()).map(async |person| {
            let (wait, mut option) = {
                let mut random = rand::rng();
                (span.mul_f64(random.random()), random.random_range(0..3))
            };
            tokio::time::sleep(wait).await;
            assert_eq!(self.vote(person, poll, option).await.0, 200);
            if person.is_multiple_of(5) {
                option = (option + 1) % 3;
                assert_eq!(self.vote(person, poll, option).await.0, 200);
            }
            option
        }))
        .await
    }

    async fn tally(&self, node: &Server, poll: Uuid) -> Value {
        node.get(&format!("/v1/posts/{poll}"), &self.people[0]).await.ok(200)["tally"].clone()
    }
}

fn counts(choices: &[usize]) -> Value {
    json!((0..3).map(|option| choices.iter().filter(|choice| **choice == option).count()).collect::<Vec<_>>())
}

/// A member who watches, and joins again when a node has died.
struct Watcher {
    person: Person,
    event: Uuid,
    joins: Vec<EventClient>,
}

impl Watcher {
    async fn join(node: &Server, person: &Person, event: Uuid) -> Watcher {
        let joins = vec![EventClient::join(node, person, event).await];
        Watcher { person: person.clone(), event, joins }
    }

    async fn join_again(&mut self, node: &Server) {
        self.joins.push(EventClient::join(node, &self.person, self.event).await);
    }

    /// What it knows of a post now, by this event and its number, which must ascend, and how many events came.
    fn knows(&self, post: Uuid, event: &str, number_of: &str) -> (Option<Value>, usize) {
        let (mut last, mut known, mut count) = (-1, None, 0);
        for joined in &self.joins {
            for read in list(&joined.joined, "posts").iter().filter(|read| read["id"] == json!(post)) {
                let value = if event == "hype" { json!({"total": read["hype"]}) } else { read["tally"].clone() };
                assert!(number(&value[number_of]) >= last, "the reply has {value} after {last}");
                last = number(&value[number_of]);
                known = Some(value);
            }
            let frames = joined.received().into_iter().filter(|frame| frame.event == event);
            for frame in frames.filter(|frame| frame.payload["post_id"] == json!(post)) {
                assert!(number(&frame.payload[number_of]) > last, "{} after {last}", frame.payload);
                last = number(&frame.payload[number_of]);
                known = Some(frame.payload);
                count += 1;
            }
        }
        (known, count)
    }

    fn tally(&self, poll: Uuid) -> (Option<Value>, usize) {
        self.knows(poll, "poll:tally", "rev")
    }
}

/// Waits until all know a tally of this revision.
async fn until_all_know(watchers: &[Watcher], poll: Uuid, rev: &Value) {
    let knows = |watcher: &Watcher| watcher.tally(poll).0.is_some_and(|tally| tally["rev"] == *rev);
    until("everybody to have the last tally", async || watchers.iter().all(knows)).await;
}

async fn watch(cluster: &Cluster, wall: &Wall, count: usize) -> Vec<Watcher> {
    let mut watchers = Vec::new();
    for (index, person) in wall.people.iter().take(count).enumerate() {
        watchers.push(Watcher::join(&cluster.nodes[index % cluster.nodes.len()], person, wall.event).await);
    }
    watchers
}

#[tokio::test]
async fn what_a_crowd_has_voted_is_counted_though_a_node_dies() {
    let mut cluster = Cluster::start(2).await;
    let wall = Arc::new(Wall::gather(&cluster, size(60, 500)).await);
    let poll = wall.poll(&cluster.nodes[1]).await;
    let mut watchers = watch(&cluster, &wall, size(10, 500)).await;
    let span = Duration::from_secs(2);
    let voting = tokio::spawn({
        let wall = Arc::clone(&wall);
        async move { (wall.all_vote(poll, span).await, Instant::now()) }
    });
    let began = Instant::now();
    tokio::time::sleep(span / 2).await;
    cluster.nodes[0].kill().await;
    let node = &cluster.nodes[1];
    join_all(watchers.iter_mut().step_by(2).map(|watcher| watcher.join_again(node))).await;
    let (choices, ended) = voting.await.expect("the votes");
    let tally = wall.tally(node, poll).await;
    assert_eq!((&tally["voters"], &tally["counts"]), (&json!(choices.len()), &counts(&choices)));
    until_all_know(&watchers, poll, &tally["rev"]).await;
    took("everybody has the last tally, after the last vote", ended.elapsed(), PROMISED);
    // One at once, then four a second.
    let most = (began.elapsed().as_millis() / 250 + 2) as usize;
    for watcher in &watchers {
        let (known, received) = watcher.tally(poll);
        assert_eq!(known.expect("a tally")["counts"], tally["counts"]);
        assert!(received <= most.max(9), "{received} tallies");
    }
    let most = watchers.iter().map(|watcher| watcher.tally(poll).1).max();
    eprintln!("{} votes; at most {} tallies a client", choices.len(), most.unwrap_or_default());
}

#[tokio::test]
async fn no_ballot_comes_after_the_final_tally() {
    let cluster = Cluster::start(2).await;
    let (rounds, voters) = (size(10, 100), size(20, 200));
    let wall = Wall::gather(&cluster, voters).await;
    let database = cluster.nodes[0].database.connect().await;
    let (mut taken, mut refused) = (0, 0);
    for round in 0..rounds {
        let by_time = round % 3 == 2;
        let mut post = json!({"kind": "poll", "body": {"question": "Which?", "options": ["A", "B", "C"]}});
        let ends = Duration::from_millis(700);
        if by_time {
            post["body"]["closes_at"] = json!(chrono::Utc::now() + ends);
        }
        let begun = Instant::now();
        let poll = wall.post(&cluster.nodes[round % 2], post).await;
        let middle = if by_time { ends.saturating_sub(begun.elapsed()) } else { Duration::from_millis(60) };
        let votes = join_all((0..voters).map(async |person| {
            let wait = middle.mul_f64(0.4 + 1.2 * rand::rng().random::<f64>());
            tokio::time::sleep(wait).await;
            wall.vote(person, poll, person % 3).await
        }));
        let close = async {
            tokio::time::sleep(middle.mul_f64(0.8 + 0.4 * rand::rng().random::<f64>())).await;
            if by_time {
                return Value::Null;
            }
            let path = format!("/v1/posts/{poll}/close");
            cluster.nodes[(round + 1) % 2].post(&path, &wall.people[0], json!({})).await.ok(200)["tally"].clone()
        };
        let (votes, closed) = tokio::join!(votes, close);
        until("the poll to be closed", async || {
            let post = cluster.nodes[0].get(&format!("/v1/posts/{poll}"), &wall.people[0]).await.ok(200);
            post["closed_at"].is_string()
        })
        .await;
        let tally = wall.tally(&cluster.nodes[0], poll).await;
        assert!(by_time || closed == tally, "{closed} became {tally}");
        let acknowledged: Vec<usize> =
            votes.iter().enumerate().filter(|(_, (status, _))| *status == 200).map(|(person, _)| person % 3).collect();
        assert_eq!((&tally["voters"], &tally["counts"]), (&json!(acknowledged.len()), &counts(&acknowledged)));
        for (status, answer) in votes.iter().filter(|(status, _)| *status != 200) {
            assert_eq!((*status, &answer["code"], &answer["tally"]), (409, &json!("poll_closed"), &tally));
        }
        let ballots = "SELECT count(*), coalesce(sum(changes), 0)::bigint FROM ballots WHERE post_id = $1";
        let row = database.query_one(ballots, &[&poll]).await.expect("the ballots");
        assert_eq!(json!([row.get::<_, i64>(0), row.get::<_, i64>(1)]), json!([tally["voters"], tally["rev"]]));
        taken += acknowledged.len();
        refused += votes.len() - acknowledged.len();
    }
    eprintln!("{rounds} closings: {taken} votes taken, {refused} refused with the final tally");
    assert!(taken > 0 && refused > 0, "there was no race");
}

#[tokio::test]
async fn accepted_taps_are_counted_though_a_node_dies() {
    let mut cluster = Cluster::start(2).await;
    // Two devices each: 20,000 taps in all at full size.
    let (people, taps, steps) = (size(20, 250), 40, 8);
    let wall = Arc::new(Wall::gather(&cluster, people).await);
    let hype = wall.post(&cluster.nodes[1], json!({"kind": "hype", "body": {"text": "One more hour"}})).await;
    let mut watchers = watch(&cluster, &wall, size(10, 100)).await;
    let tapping = tokio::spawn({
        let wall = Arc::clone(&wall);
        async move {
            let devices = (0..people).flat_map(|person| ["phone", "tablet"].map(|device| (person, device)));
            let accepted = join_all(devices.map(async |(person, device)| {
                let path = format!("/v1/posts/{hype}/hype/me");
                let (mut made, mut accepted) = (0, 0);
                while accepted < taps {
                    made = (made + taps / steps).min(taps);
                    let body = json!({"source": device, "total": made});
                    let (status, answer) = wall.persist(person, reqwest::Method::PUT, &path, body).await;
                    assert_eq!(status, 200, "{answer}");
                    assert!(number(&answer["accepted"]) >= accepted && number(&answer["accepted"]) <= made, "{answer}");
                    accepted = number(&answer["accepted"]);
                    let wait = number(&answer["retry_after_ms"]).max(100) as u64;
                    tokio::time::sleep(Duration::from_millis(wait)).await;
                }
                accepted
            }));
            accepted.await.into_iter().sum::<i64>()
        }
    });
    tokio::time::sleep(Duration::from_millis(800)).await;
    cluster.nodes[0].kill().await;
    let node = &cluster.nodes[1];
    join_all(watchers.iter_mut().step_by(2).map(|watcher| watcher.join_again(node))).await;
    let accepted = tapping.await.expect("the taps");
    assert_eq!(accepted, people as i64 * 2 * taps);
    let read = node.get(&format!("/v1/posts/{hype}"), &wall.people[0]).await.ok(200);
    assert_eq!((&read["hype"], &read["mine"]["hype"]), (&json!(accepted), &json!(2 * taps)));
    let knows =
        |watcher: &Watcher| watcher.knows(hype, "hype", "total").0.is_some_and(|hype| hype["total"] == accepted);
    until("everybody to have the total", async || watchers.iter().all(knows)).await;
    eprintln!("{accepted} taps");
}

#[tokio::test]
async fn votes_are_counted_and_heard_without_redis() {
    let cluster = Cluster::start(2).await;
    let wall = Wall::gather(&cluster, size(30, 300)).await;
    let poll = wall.poll(&cluster.nodes[1]).await;
    let watchers = watch(&cluster, &wall, 10).await;
    let cut = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        cluster.proxies.iter().for_each(|proxy| proxy.cut());
    };
    let (choices, ()) = tokio::join!(wall.all_vote(poll, Duration::from_secs(2)), cut);
    let ended = Instant::now();
    let tally = wall.tally(&cluster.nodes[0], poll).await;
    assert_eq!((&tally["voters"], &tally["counts"]), (&json!(choices.len()), &counts(&choices)));
    until_all_know(&watchers, poll, &tally["rev"]).await;
    eprintln!("without Redis, the last tally after {} ms", ended.elapsed().as_millis());
    // Back again, all is as before.
    cluster.proxies.iter().for_each(|proxy| proxy.fault(crate::support::redis::Faults::NONE));
    cluster.until_well().await;
    wall.vote(0, poll, 0).await;
    wall.vote(0, poll, 1).await;
    let ended = Instant::now();
    let tally = wall.tally(&cluster.nodes[1], poll).await;
    until_all_know(&watchers, poll, &tally["rev"]).await;
    took("everybody has the last tally, with Redis again", ended.elapsed(), PROMISED);
}

#[tokio::test]
async fn votes_are_counted_once_though_postgres_is_gone_for_a_while() {
    let database = Arc::new(Database::create().await);
    let gate = Gate::before(database.url()).await;
    let cluster = Cluster::start_on(database, 2, &[("DATABASE_URL", &gate.url)]).await;
    let wall = Wall::gather(&cluster, size(30, 300)).await;
    let poll = wall.poll(&cluster.nodes[1]).await;
    let watchers = watch(&cluster, &wall, 10).await;
    let away = Duration::from_secs(size(3, 10) as u64);
    let outage = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        // What Postgres stores in this moment nobody hears of.
        gate.lets_pass(Passing::Questions);
        tokio::time::sleep(Duration::from_millis(200)).await;
        gate.lets_pass(Passing::Nothing);
        tokio::time::sleep(away).await;
        gate.lets_pass(Passing::Everything);
    };
    let (choices, ()) = tokio::join!(wall.all_vote(poll, Duration::from_secs(1)), outage);
    let ended = Instant::now();
    let tally = wall.tally(&cluster.nodes[0], poll).await;
    assert_eq!((&tally["voters"], &tally["counts"]), (&json!(choices.len()), &counts(&choices)));
    until_all_know(&watchers, poll, &tally["rev"]).await;
    took("everybody has the last tally, after the last vote that was acknowledged", ended.elapsed(), PROMISED);
}
