//! Who leaves, is removed, or whose pod is closed gets nothing that was committed after that, on none of their sockets,
//! and does not walk back in.

use std::cell::Cell;
use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::{Client, Frame};
use crate::support::pod_client::{PodClient, assert_same_log, number, stored};
use crate::support::server::{Person, Server};

/// Everyone who is to be shut out of a pod while others write, with all ways in which they might still hear of it.
struct Target {
    person: Person,
    /// Two sockets on the pod, the first of them on `user:` too.
    sockets: [Client; 2],
    /// A pod of their own, in which they hear that everything before has come.
    own: Uuid,
}

impl Target {
    async fn new(server: &Server, person: &Person, pod: Uuid) -> Target {
        let (_, own) = server.pod(std::slice::from_ref(person)).await;
        let sockets = [Client::open(server, person).await, Client::open(server, person).await];
        for socket in &sockets {
            socket.join(&format!("pod:{pod}"), json!({})).await.ok();
            socket.join(&format!("pod:{own}"), json!({})).await.ok();
        }
        sockets[0].join(&format!("user:{}", person.id), json!({})).await.ok();
        Target { person: person.clone(), sockets, own }
    }

    /// Asserts that the topic was closed on both sockets, and that nothing from `shut` on has come by any of them.
    async fn is_silent(&self, pod: Uuid, shut: i64) {
        let topic = format!("pod:{pod}");
        for socket in &self.sockets {
            let fence = Uuid::now_v7();
            socket.say(self.own, fence, "only to myself").await.ok();
            socket.message(self.own, fence).await;
            let frames = socket.frames();
            let closes: Vec<&Frame> =
                frames.iter().filter(|frame| frame.topic == topic && frame.event == "phx_close").collect();
            assert_eq!(closes.len(), 1, "{}: {closes:?}", self.person.name);
            assert_eq!(closes[0].join_ref, json!(socket.join_ref(&topic)));
            assert!(frames.iter().all(|frame| frame.event != "phx_error"));
            for frame in frames.iter().filter(|frame| frame.topic == topic) {
                if let Some(position) = frame.payload["changed_seq"].as_i64() {
                    assert!(position < shut, "{} heard {position}, shut out by {shut}: {frame:?}", self.person.name);
                }
                let page = frame.payload["response"]["messages"].as_array().into_iter().flatten();
                assert!(
                    page.map(|message| number(&message["changed_seq"])).all(|position| position < shut),
                    "{frame:?}"
                );
            }
            let close = frames.iter().position(|frame| frame.topic == topic && frame.event == "phx_close").unwrap();
            let after = frames[close..].iter().filter(|frame| frame.topic == topic && frame.reference.is_null());
            assert_eq!(after.count(), 0, "pushes after the close");
            for changed in socket.heard(&topic, "pod:changed") {
                let is_there = |member: &Value| member["user_id"] == json!(self.person.id);
                assert!(
                    changed["members"].as_array().unwrap().iter().any(is_there),
                    "received after the removal: {changed}"
                );
            }
            for activity in socket.heard(&format!("user:{}", self.person.id), "pod:activity") {
                assert!(activity["pod_id"] != json!(pod) || number(&activity["head"]) < shut, "{activity}");
            }
        }
    }
}

/// The seq of the first line of this kind about a person.
async fn line(server: &Server, pod: Uuid, kind: &str, person: &Person) -> i64 {
    let database = server.database.connect().await;
    let query = "SELECT max(seq) FROM messages WHERE pod_id = $1 AND kind = $2 AND user_id = $3";
    database.query_one(query, &[&pod, &kind, &person.id]).await.unwrap().get(0)
}

/// Writes from several sockets at once until `stop`: hundreds of texts a second, far more than people say.
async fn write(writers: &[PodClient], stop: &Cell<bool>) {
    let each = writers.iter().map(async |writer| {
        while !stop.get() {
            let pushed = [(); 2].map(|()| writer.say(Uuid::now_v7(), "la la la"));
            for pushed in &pushed {
                writer.client().reply(pushed).await.ok();
            }
            // A join holds back no more than a session may have waiting.
            tokio::time::sleep(Duration::from_millis(4)).await;
        }
    });
    futures_util::future::join_all(each).await;
}

async fn unlimited() -> Server {
    Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off"), ("PODIUM_LIMIT_FRAMES", "off")]).await
}

#[tokio::test]
async fn one_who_is_removed_while_others_write_hears_nothing_after_it() {
    let server = unlimited().await;
    let [ana, ben, cleo, dan] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone(), cleo.clone(), dan.clone()]).await;
    let topic = format!("pod:{pod}");
    let target = Target::new(&server, &dan, pod).await;
    let mut writers = [PodClient::joined(&server, &ben, pod).await, PodClient::joined(&server, &cleo, pod).await];
    let (stop, log) = (Cell::new(false), format!("/v1/pods/{pod}/messages"));
    let member = format!("/v1/pods/{pod}/members/{}", dan.id);
    let remove = async {
        // They are amid it all: they hear, they read, they say.
        let busy = async {
            loop {
                for socket in &target.sockets {
                    let pushed = socket.push(&topic, "history", json!({"before": i64::MAX, "limit": 20}));
                    let _ = socket.say(pod, Uuid::now_v7(), "me too").await;
                    let _ = socket.reply(&pushed).await;
                }
            }
        };
        let removal = async {
            target.sockets[1].event_where(&topic, "message:new", |message| number(&message["seq"]) > 40).await;
            server.delete(&member, &ana).await.ok(204);
        };
        tokio::select! {
            () = busy => unreachable!(),
            () = removal => {}
        }
        // From the answer to the removal on, nothing of any kind.
        server.get(&log, &dan).await.refused(403, "not_member");
        server.get(&format!("{log}?after=0"), &dan).await.refused(403, "not_member");
        server.post(&log, &dan, json!({"text": "?"})).await.refused(403, "not_member");
        let inbox = server.get("/v1/me/pods", &dan).await.ok(200);
        assert!(!inbox.to_string().contains(&pod.to_string()));
        for socket in &target.sockets {
            socket.event(&topic, "phx_close").await;
            socket.ask(&topic, "history", json!({"after": 0})).await.refused("unmatched_topic");
            socket.say(pod, Uuid::now_v7(), "?").await.refused("unmatched_topic");
        }
        let notice = target.sockets[0].event(&format!("user:{}", dan.id), "pod:removed").await;
        assert_eq!(notice, json!({"pod_id": pod, "reason": "removed"}));
        target.is_silent(pod, line(&server, pod, "removed", &dan).await).await;
        // They do not walk back in, by no door.
        let me = format!("/v1/pods/{pod}/members/me");
        for _ in 0..3 {
            server.put(&me, &dan, json!({})).await.refused(403, "forbidden");
        }
        server.put(&member, &dan, json!({})).await.refused(403, "not_member");
        let fresh = Client::open(&server, &dan).await;
        fresh.join(&topic, json!({})).await.refused("not_member");
        fresh.join(&topic, json!({"after": 1})).await.refused("not_member");
        stop.set(true);
    };
    tokio::join!(remove, write(&writers, &stop));
    let shut = line(&server, pod, "removed", &dan).await;
    let log_now = stored(&server, pod).await;
    assert!(log_now.last().unwrap().0 > shut + 10, "the others went on");
    assert!(
        log_now.iter().all(|(seq, _, user_id, _)| *user_id != dan.id || *seq <= shut),
        "nothing of theirs after it"
    );
    // Until the owner lets them in: then they hear from there on, and nothing from between.
    server.put(&member, &ana, json!({})).await.ok(204);
    server.put(&format!("/v1/pods/{pod}/members/me"), &dan, json!({})).await.ok(200);
    let came = line(&server, pod, "joined", &dan).await;
    let again = PodClient::joined(&server, &dan, pod).await;
    assert_eq!(again.log.keys().copied().collect::<Vec<_>>(), [came]);
    let page = again.client().ask(&topic, "history", json!({"after": 0, "limit": 200})).await.ok();
    assert_eq!(page["messages"].as_array().unwrap().len(), 1);
    for writer in &mut writers {
        writer.until("their coming", |writer| writer.last() == came).await;
    }
    let mut all = Vec::from(writers);
    for client in &mut all {
        client.until("the last", |client| client.last() == came).await;
    }
    all.push(again);
    for client in all {
        let first = *client.log.keys().next().unwrap();
        assert!(client.person.id != dan.id || first == came);
        assert_same_log(&server, pod, &[client]).await;
    }
}

#[tokio::test]
async fn removed_people_do_not_come_back_by_leaving_the_event() {
    let server = unlimited().await;
    let [ana, ben] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    server.delete(&format!("/v1/pods/{pod}/members/{}", ben.id), &ana).await.ok(204);
    server.delete(&format!("/v1/events/{event}/members/me"), &ben).await.ok(204);
    server.put(&format!("/v1/pods/{pod}/members/me"), &ben, json!({})).await.refused(403, "not_member");
    Client::open(&server, &ben).await.join(&format!("pod:{pod}"), json!({})).await.refused("not_found");
    server.join_event(event, &ben).await;
    server.put(&format!("/v1/pods/{pod}/members/me"), &ben, json!({})).await.refused(403, "forbidden");
    Client::open(&server, &ben).await.join(&format!("pod:{pod}"), json!({})).await.refused("not_member");
}

/// One way out of a pod, while the others write: the answer to it, and the line that it leaves in the log.
async fn goes_while_others_write(
    leave: impl AsyncFnOnce(&Server, Uuid, Uuid, &Person, &Person),
    kind: &str,
    code: &str,
    reason: &str,
) {
    let server = unlimited().await;
    let [ana, ben, cleo] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone(), cleo.clone()]).await;
    let topic = format!("pod:{pod}");
    let target = Target::new(&server, &cleo, pod).await;
    let writer = Client::open(&server, &ben).await;
    writer.join(&topic, json!({})).await.ok();
    let about = if kind == "closed" { &ana } else { &cleo };
    let stop = Cell::new(false);
    let writing = async {
        while !stop.get() {
            let reply = writer.say(pod, Uuid::now_v7(), "la la la").await;
            if reply.status != "ok" {
                // The pod was closed under the writer's hands.
                assert_eq!(kind, "closed", "{reply:?}");
                break;
            }
        }
    };
    let leaving = async {
        target.sockets[0].event_where(&topic, "message:new", |message| number(&message["seq"]) > 20).await;
        leave(&server, event, pod, &ana, &cleo).await;
        for socket in &target.sockets {
            socket.event(&topic, "phx_close").await;
        }
        let notice = target.sockets[0].event(&format!("user:{}", cleo.id), "pod:removed").await;
        assert_eq!(notice, json!({"pod_id": pod, "reason": reason}));
        stop.set(true);
    };
    tokio::join!(leaving, writing);
    let shut = line(&server, pod, kind, about).await;
    target.is_silent(pod, shut).await;
    Client::open(&server, &cleo).await.join(&topic, json!({})).await.refused(code);
    let path = format!("/v1/pods/{pod}/messages");
    let status = if code == "not_found" { 404 } else { 403 };
    server.get(&path, &cleo).await.refused(status, code);
    server.post(&path, &cleo, json!({"text": "?"})).await.refused(status, code);
    if kind == "closed" {
        writer.event(&topic, "phx_close").await;
        server.post(&path, &ana, json!({"text": "?"})).await.refused(404, "not_found");
        assert_eq!(stored(&server, pod).await.last().unwrap().0, shut, "nothing is stored after the end");
    } else {
        // The remaining members receive it, and who is left.
        let line = writer.event_where(&topic, "message:new", |line| line["kind"] == json!(kind)).await;
        assert_eq!((&line["user_id"], &line["seq"]), (&json!(cleo.id), &json!(shut)));
        let of_two = |changed: &Value| changed["members"].as_array().is_some_and(|members| members.len() == 2);
        writer.event_where(&topic, "pod:changed", of_two).await;
    }
}

#[tokio::test]
async fn leaving_by_another_device_closes_the_topic_on_all() {
    let leave = async |server: &Server, _, pod, _: &Person, cleo: &Person| {
        server.delete(&format!("/v1/pods/{pod}/members/me"), cleo).await.ok(204);
    };
    goes_while_others_write(leave, "left", "not_member", "left").await;
}

#[tokio::test]
async fn leaving_the_event_closes_the_topic_on_all() {
    let leave = async |server: &Server, event, _, _: &Person, cleo: &Person| {
        server.delete(&format!("/v1/events/{event}/members/me"), cleo).await.ok(204);
    };
    goes_while_others_write(leave, "left", "not_found", "left").await;
}

#[tokio::test]
async fn closing_the_pod_closes_the_topic_for_everybody() {
    let leave = async |server: &Server, _, pod, ana: &Person, _: &Person| {
        server.delete(&format!("/v1/pods/{pod}"), ana).await.ok(204);
    };
    goes_while_others_write(leave, "closed", "not_found", "closed").await;
}

/// Removed and let in again, over and over, while others write and the removed one joins again at once: each time they
/// hear the log from their coming to their going, without a hole, and nothing else.
#[tokio::test]
async fn in_and_out_again_and_again() {
    let server = unlimited().await;
    let [ana, ben, cleo] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone(), cleo.clone()]).await;
    let topic = format!("pod:{pod}");
    let writers = [PodClient::joined(&server, &ana, pod).await, PodClient::joined(&server, &ben, pod).await];
    let socket = Client::open(&server, &cleo).await;
    let (stop, member) = (Cell::new(false), format!("/v1/pods/{pod}/members/{}", cleo.id));
    let spells = async {
        let mut spells = Vec::new();
        for round in 0..8 {
            let joined = socket.join(&topic, json!({"after": i64::MAX})).await.ok();
            let join_ref = json!(socket.join_ref(&topic));
            let is_answer = |frame: &Frame| frame.event == "phx_reply" && frame.join_ref == join_ref;
            let from = socket.frames().iter().position(is_answer).unwrap();
            let first = number(&joined["head"]) + 1;
            if round % 2 == 0 {
                socket.event_where(&topic, "message:new", |message| number(&message["seq"]) >= first + 5).await;
            }
            server.delete(&member, &ana).await.ok(204);
            socket.event(&topic, "phx_close").await;
            let gone = line(&server, pod, "removed", &cleo).await;
            let live: Vec<i64> = socket
                .frames_from(from)
                .iter()
                .filter(|frame| frame.topic == topic && frame.event == "message:new")
                .map(|frame| number(&frame.payload["seq"]))
                .collect();
            // The close announces the removal itself.
            assert_eq!(live, (first..gone).collect::<Vec<_>>(), "spell {round}");
            spells.push((first, gone));
            socket.join(&topic, json!({})).await.refused("not_member");
            server.put(&member, &ana, json!({})).await.ok(204);
            server.put(&format!("/v1/pods/{pod}/members/me"), &cleo, json!({})).await.ok(200);
            let came = line(&server, pod, "joined", &cleo).await;
            let joined = socket.join(&topic, json!({"after": 0})).await.ok();
            assert_eq!(joined["messages"][0]["seq"], came, "from their coming on");
        }
        stop.set(true);
        spells
    };
    let (spells, ()) = tokio::join!(spells, write(&writers, &stop));
    assert_eq!(spells.len(), 8);
}
