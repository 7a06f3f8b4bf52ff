//! All nodes are restarted, one after the other, behind a real balancer and under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

use crate::support::balancer::Balancer;
use crate::support::cluster::{Cluster, finish, more};
use crate::support::server::Person;
use crate::support::speakers::{Manner, Speakers, assert_nothing_lost};
use crate::support::timing::took;
use crate::support::wait::until;

/// What is promised of a rolling restart.
const WITHOUT_SERVICE: Duration = Duration::from_secs(3);

/// One who uses HTTP alone, all the time: no request of theirs may fail. Answers how many there were, and the longest.
struct Asker {
    stopping: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<(usize, Duration)>,
}

impl Asker {
    fn start(url: &str, person: &Person, pod: Uuid) -> Asker {
        let stopping = Arc::new(AtomicBool::new(false));
        let (url, token, stop) = (url.to_owned(), person.token.clone(), Arc::clone(&stopping));
        let task = tokio::spawn(async move {
            let client = reqwest::Client::new();
            let (mut count, mut longest) = (0, Duration::ZERO);
            while !stop.load(Ordering::Relaxed) {
                let read = client.get(format!("{url}/v1/pods/{pod}/messages?limit=5"));
                let message = json!({"id": Uuid::now_v7(), "text": format!("By HTTP, number {count}")});
                let write = client.post(format!("{url}/v1/pods/{pod}/messages")).json(&message);
                for (request, expected) in [(read, 200), (write, 201)] {
                    let began = Instant::now();
                    let answer = request.bearer_auth(&token).send().await.expect("an answer");
                    assert_eq!(answer.status().as_u16(), expected, "request {count}: {:?}", answer.text().await);
                    (count, longest) = (count + 1, longest.max(began.elapsed()));
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            (count, longest)
        });
        Asker { stopping, task }
    }

    async fn finish(self) -> (usize, Duration) {
        self.stopping.store(true, Ordering::Relaxed);
        self.task.await.unwrap_or_else(|died| std::panic::resume_unwind(died.into_panic()))
    }
}

#[tokio::test]
async fn a_rolling_restart_loses_and_doubles_nothing() {
    let settings = [("PODIUM_HEALTH_INTERVAL", "5s"), ("PODIUM_DRAIN", "1s"), ("PODIUM_TRUSTED_PROXIES", "127.0.0.1")];
    let mut cluster = Cluster::start_with(3, &settings).await;
    let balancer = Balancer::start(&cluster.nodes).await;
    until("the balancer to know its nodes", async || balancer.status("/v1/badges").await == 200).await;
    let mut crowd = Vec::new();
    for _ in 0..3 {
        let people: [Person; 5] = cluster.nodes[0].people();
        let (_, pod) = cluster.nodes[0].pod(&people).await;
        let manner = Manner { pace: Duration::from_millis(80), at_once: 3 };
        let groups: Vec<Speakers> = people
            .iter()
            .map(|person| Speakers::start_at(&balancer.url, pod, std::slice::from_ref(person), manner))
            .collect();
        crowd.push((pod, groups));
    }
    join_all(crowd.iter().map(|(_, groups)| more(groups, 5))).await;
    let people: [Person; 2] = cluster.nodes[0].people();
    let (_, pod) = cluster.nodes[0].pod(&people).await;
    let askers = people.map(|person| Asker::start(&balancer.url, &person, pod));
    for number in 0..3 {
        let status = cluster.nodes[number].terminate().await;
        assert_eq!(status.code(), Some(0));
        if number == 1 {
            // Amid it, a step of the kind that expands, as the next release would bring it.
            let database = cluster.nodes[number].database.connect().await;
            let expand = "SET lock_timeout = '5s'; ALTER TABLE pods ADD COLUMN later text; \
                          ALTER TABLE messages ADD COLUMN later jsonb";
            database.batch_execute(expand).await.expect("the expansion");
        }
        cluster.nodes[number].restart().await;
        cluster.until_well().await;
        let node = &cluster.nodes[number];
        let before = node.metric("podium_http_requests_total").await;
        until("the balancer to use the node again", async || {
            assert_eq!(balancer.status("/v1/badges").await, 200, "a node always answers");
            node.metric("podium_http_requests_total").await > before
        })
        .await;
        join_all(crowd.iter().map(|(_, groups)| more(groups, 3))).await;
    }
    for asker in askers {
        let (count, longest) = asker.finish().await;
        took(&format!("the slowest of {count} requests by HTTP"), longest, WITHOUT_SERVICE);
    }
    let (mut absences, mut waits) = (Vec::new(), Vec::new());
    for (pod, groups) in crowd {
        let speakers = finish(groups).await;
        absences.extend(speakers.iter().map(|speaker| speaker.longest_absence));
        waits.extend(speakers.iter().map(|speaker| speaker.longest_wait));
        assert_nothing_lost(&cluster.nodes[0], pod, speakers).await;
    }
    assert!(absences.iter().any(|absence| !absence.is_zero()), "nobody has lost a socket");
    let longest = |all: Vec<Duration>| all.into_iter().max().expect("speakers");
    took("the longest that one of fifteen clients was without service", longest(absences), WITHOUT_SERVICE);
    took("the longest that one of them waited for the answer to a send", longest(waits), WITHOUT_SERVICE);
}
