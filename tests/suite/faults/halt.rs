//! A node that halts, or is killed: whom the others take to be there.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::cluster::{Cluster, at_home, finish, more};
use crate::support::server::{Person, Server};
use crate::support::speakers::{Manner, Speakers, assert_nothing_lost};
use crate::support::timing::took;
use crate::support::wait::until;

const MANNER: Manner = Manner { pace: Duration::from_millis(60), at_once: 3 };

/// Who only watches says nothing for as long as a test may take on a busy machine.
const IDLE: (&str, &str) = ("PODIUM_LIMIT_IDLE", "10m");

/// The node that it happens to.
const SLOW: usize = 2;

fn signal(node: &Server, signal: Signal) {
    kill(Pid::from_raw(node.pid() as i32), signal).expect("a signal");
}

/// A pod with members everywhere who talk, and one more on each of two nodes who only looks who is there.
struct Pod {
    id: Uuid,
    topic: String,
    talkers: Vec<Speakers>,
    /// On a node that is well.
    watcher: Client,
    /// On the one that is not.
    watched: Client,
    people: [Person; 5],
}

impl Pod {
    async fn gather(cluster: &Cluster) -> Pod {
        let people: [Person; 5] = cluster.nodes[0].people();
        let (_, id) = cluster.nodes[0].pod(&people).await;
        let topic = format!("pod:{id}");
        let talkers = cluster.talk(id, &people[..3], MANNER);
        at_home(&talkers).await;
        let watched = Client::open(&cluster.nodes[SLOW], &people[3]).await;
        watched.join(&topic, json!({})).await.ok();
        let watcher = Client::open(&cluster.nodes[0], &people[4]).await;
        watcher.join(&topic, json!({})).await.ok();
        let pod = Pod { id, topic, talkers, watcher, watched, people };
        pod.until_all_are_there(cluster).await;
        pod
    }

    /// Waits until each node knows of everyone.
    async fn until_all_are_there(&self, cluster: &Cluster) {
        for node in &cluster.nodes {
            until("everyone to be known to be there", async || {
                let newcomer = Client::open(node, &self.people[4]).await;
                newcomer.join(&self.topic, json!({})).await.ok();
                newcomer.event(&self.topic, "presence_state").await.as_object().expect("people").len() == 5
            })
            .await;
        }
    }

    /// The people whose coming and going a client received, in order. The watchers of [`Pod::gather`] are all the same
    /// person.
    fn moves(&self, client: &Client, from: usize) -> Vec<(&'static str, Uuid)> {
        let mut moves = Vec::new();
        for diff in client.heard(&self.topic, "presence_diff").into_iter().skip(from) {
            for kind in ["joins", "leaves"] {
                let people = diff[kind].as_object().into_iter().flat_map(|people| people.keys());
                moves.extend(people.map(|id| (kind, id.parse().expect("an id"))));
            }
        }
        moves.retain(|(_, id)| *id != self.people[4].id);
        moves
    }

    /// How many diffs a client has received so far.
    fn so_far(&self, client: &Client) -> usize {
        client.heard(&self.topic, "presence_diff").len()
    }

    async fn left(&self, who: &Person) -> Value {
        let id = who.id.to_string();
        self.watcher.event_where(&self.topic, "presence_diff", |diff| !diff["leaves"][&id].is_null()).await
    }

    async fn assert_same_log(self, cluster: &Cluster) {
        assert_nothing_lost(&cluster.nodes[0], self.id, finish(self.talkers).await).await;
    }
}

#[tokio::test]
async fn nobody_leaves_because_a_node_is_slow() {
    let cluster = Cluster::start_with(3, &[IDLE]).await;
    let pod = Pod::gather(&cluster).await;
    more(&pod.talkers, 5).await;
    loop {
        let (here, there) = (pod.so_far(&pod.watcher), pod.so_far(&pod.watched));
        let began = Instant::now();
        signal(&cluster.nodes[SLOW], Signal::SIGSTOP);
        more(&pod.talkers[..SLOW], 10).await;
        tokio::time::sleep(Duration::from_secs(8).saturating_sub(began.elapsed())).await;
        signal(&cluster.nodes[SLOW], Signal::SIGCONT);
        let halted = began.elapsed();
        cluster.until_well().await;
        more(&pod.talkers, 10).await;
        // A machine that is so busy has halted the node for longer than is asked here.
        if halted < Duration::from_secs(10) {
            assert_eq!(pod.moves(&pod.watcher, here), [], "seen on a node that was well");
            assert_eq!(pod.moves(&pod.watched, there), [], "seen on the node that was slow");
            break;
        }
        pod.until_all_are_there(&cluster).await;
    }
    pod.assert_same_log(&cluster).await;
}

#[tokio::test]
async fn a_node_that_halts_for_long_leaves_once_and_comes_back_once() {
    let cluster = Cluster::start_with(3, &[IDLE]).await;
    let pod = Pod::gather(&cluster).await;
    more(&pod.talkers, 5).await;
    let (here, there) = (pod.so_far(&pod.watcher), pod.so_far(&pod.watched));
    let began = Instant::now();
    signal(&cluster.nodes[SLOW], Signal::SIGSTOP);
    let left = pod.left(&pod.people[3]).await;
    took("from a halt to the leave elsewhere", began.elapsed(), Duration::from_secs(15));
    more(&pod.talkers[..SLOW], 10).await;
    // Longer than the others waited, so that everything that it knows of them is older than that.
    tokio::time::sleep(Duration::from_secs(20).saturating_sub(began.elapsed())).await;

    signal(&cluster.nodes[SLOW], Signal::SIGCONT);
    let began = Instant::now();
    let id = pod.people[3].id.to_string();
    let back = pod.watcher.event_where(&pod.topic, "presence_diff", |diff| !diff["joins"][&id].is_null()).await;
    took("from its going on to the join elsewhere", began.elapsed(), Duration::from_secs(3));
    // Others may come in the same diff.
    for id in [pod.people[SLOW].id, pod.people[3].id].map(|id| id.to_string()) {
        assert_eq!(back["joins"][&id], left["leaves"][&id], "the same sessions, all at once");
    }
    cluster.until_well().await;
    more(&pod.talkers, 10).await;
    let mut gone = [pod.people[SLOW].id, pod.people[3].id];
    gone.sort();
    let expected: Vec<_> =
        ["leaves", "joins"].iter().flat_map(|kind| gone.iter().map(move |id| (*kind, *id))).collect();
    let mut moves = pod.moves(&pod.watcher, here);
    moves[..2].sort();
    moves[2..].sort();
    assert_eq!(moves, expected, "seen on a node that was well");
    assert_eq!(pod.moves(&pod.watched, there), [], "seen on the node that was slow");
    pod.assert_same_log(&cluster).await;
}

#[tokio::test]
async fn presence_elsewhere_is_right_soon_after_a_kill_under_load() {
    let mut cluster = Cluster::start_with(3, &[IDLE]).await;
    let pod = Pod::gather(&cluster).await;
    more(&pod.talkers, 10).await;
    let here = pod.so_far(&pod.watcher);
    let mut killed = cluster.nodes.pop().expect("a third node");
    pod.talkers[SLOW].send_to(&[&cluster.nodes[0], &cluster.nodes[1]]);
    let began = Instant::now();
    killed.kill().await;
    // A person who reconnects to another node is present at once; their session on the killed node leaves later.
    pod.talkers[SLOW].until_more(5).await;
    took("from a kill to sends on other nodes by its people", began.elapsed(), Duration::from_secs(3));
    pod.left(&pod.people[3]).await;
    took("from a kill to the leave elsewhere", began.elapsed(), Duration::from_secs(15));
    more(&pod.talkers, 10).await;
    let moves = pod.moves(&pod.watcher, here);
    let [quiet, talker] = [pod.people[3].id, pod.people[SLOW].id];
    let of = |id: Uuid| moves.iter().filter(|(_, who)| *who == id).map(|(kind, _)| *kind).collect::<Vec<_>>();
    assert_eq!(of(quiet), ["leaves"]);
    // Their new session, and the end of the old.
    assert_eq!(of(talker), ["joins", "leaves"]);
    assert_eq!(moves.len(), 3, "nobody else has moved: {moves:?}");
    // The other node buries the dead by its own clock.
    until("a newcomer to see it so", async || {
        let newcomer = Client::open(&cluster.nodes[1], &pod.people[4]).await;
        newcomer.join(&pod.topic, json!({})).await.ok();
        let state = newcomer.event(&pod.topic, "presence_state").await;
        state[quiet.to_string()].is_null() && state[talker.to_string()]["metas"].as_array().map(Vec::len) == Some(1)
    })
    .await;
    pod.assert_same_log(&cluster).await;
    cluster.until_well().await;
}
