//! Five people talk at once, with the unmodified npm client: all of them see the same, in the same order, once.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::support::client::{Client, Way};
use crate::support::node::Node;
use crate::support::pod_client::{PodClient, assert_same_log, number, stored};
use crate::support::proxy::Proxy;
use crate::support::server::{Person, Server};

const EACH: usize = 200;

#[tokio::test]
async fn five_say_two_hundred_things_each_at_once_and_all_see_the_same() {
    five_talk(&[]).await;
}

/// The npm package up to 1.2 speaks version 1, the others version 2: one pod, one order.
#[tokio::test]
async fn older_and_newer_clients_talk_and_all_see_the_same() {
    five_talk(&[1, 2, 4]).await;
}

/// Those at the places `older` use the older client.
async fn five_talk(older: &[usize]) {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let people: [Person; 5] = server.people();
    let (_, pod) = server.pod(&people).await;
    let tokens: Vec<_> = people.iter().map(|person| &person.token).collect();
    let scenario = json!({"url": server.url, "pod": pod, "tokens": tokens, "count": EACH, "older": older});
    let mut node = Node::run("talk.mjs", &scenario).await;
    let event = node.until("done").await;

    let event = event["people"].as_array().unwrap();
    let head = number(&event[0]["head"]);
    let all = (5 * EACH) as i64;
    let log = stored(&server, pod).await;
    let said: Vec<Value> = log[head as usize..]
        .iter()
        .map(|(seq, id, user_id, text)| json!({"id": id, "seq": seq, "user_id": user_id, "text": text}))
        .collect();
    assert_eq!(said.len() as i64, all);
    for (person, event) in people.iter().zip(event) {
        let heard = event["heard"].as_array().unwrap();
        let seqs: Vec<i64> = heard.iter().map(|message| number(&message["seq"])).collect();
        assert_eq!(seqs, (head + 1..=head + all).collect::<Vec<_>>(), "what {} heard", person.name);
        assert_eq!(*heard, said, "what {} heard, and what is stored", person.name);
        assert_eq!(number(&event["last"]), head + all);

        // Each was answered with where it stands, and what one person said keeps its order.
        let answers = event["answers"].as_array().unwrap();
        assert_eq!(answers.len(), EACH);
        let answered: Vec<_> = answers.iter().map(|answer| (&answer["seq"], &answer["id"])).collect();
        let mine = said.iter().filter(|message| message["user_id"] == json!(person.id));
        let mine: Vec<_> = mine.map(|message| (&message["seq"], &message["id"])).collect();
        assert_eq!(answered, mine);
    }
    let ids: HashSet<&Value> = said.iter().map(|message| &message["id"]).collect();
    assert_eq!(ids.len(), said.len());
}

#[tokio::test]
async fn messages_over_http_and_sockets_are_one_log() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let mut clients = [PodClient::joined(&server, &ana, pod).await, PodClient::joined(&server, &ben, pod).await];
    let path = format!("/v1/pods/{pod}/messages");
    let by_http = (0..30).map(|number| server.post(&path, &ana, json!({"text": format!("http {number}")})));
    let by_http = futures_util::future::join_all(by_http);
    let by_socket = async {
        let pushed: Vec<_> =
            (0..30).map(|number| clients[1].say(uuid::Uuid::now_v7(), &format!("socket {number}"))).collect();
        for pushed in &pushed {
            clients[1].client().reply(pushed).await.ok();
        }
    };
    let (answers, ()) = tokio::join!(by_http, by_socket);
    answers.into_iter().for_each(|answer| drop(answer.ok(201)));
    for client in &mut clients {
        client.until("all of it", |client| client.last() == 62).await;
    }
    assert_same_log(&server, pod, &clients).await;
    // A socket's push has every field that the page has.
    let page = server.get(&format!("{path}?after=2&limit=200"), &ana).await.ok(200);
    let live: Vec<_> = clients[0].log.range(3..).map(|(_, message)| message.clone()).collect();
    assert_eq!(page["messages"], json!(live));
}

#[tokio::test]
async fn the_token_may_come_in_three_ways() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    for (way, subprotocol) in [(Way::Query, None), (Way::Subprotocol, Some("phoenix")), (Way::Header, None)] {
        let client = Client::try_open(&server, &ana.token, way).await.unwrap();
        assert_eq!(client.subprotocol.as_deref(), subprotocol, "{way:?}");
        client.heartbeat().await;
        let answer = client.join(&format!("pod:{pod}"), json!({})).await.ok();
        for field in ["pod", "members", "head", "epoch", "messages", "more", "next", "server_time", "limits"] {
            assert!(answer.get(field).is_some(), "{field} is missing in {answer}");
        }
        assert_eq!((&answer["head"], &answer["more"]), (&json!(1), &json!(false)));
        assert_eq!(answer["members"][0]["user_id"], json!(ana.id));
        assert_eq!(answer["members"][0]["role"], "owner");
        assert_eq!(answer["messages"][0]["kind"], "joined");
    }
}

#[tokio::test]
async fn the_npm_client_resumes_by_itself_after_a_cut() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let proxy = Proxy::start(&server).await;
    let mut node = Node::run("resume.mjs", &json!({"url": proxy.url, "pod": pod, "token": ana.token})).await;
    let joined = node.until("joined").await;
    assert_eq!((&joined["head"], &joined["count"]), (&json!(2), &json!(2)));
    let mut seqs: Vec<i64> = Vec::new();
    let path = format!("/v1/pods/{pod}/messages");
    for round in 0..3 {
        let before = server.post(&path, &ben, json!({"text": format!("before cut {round}")})).await.ok(201);
        let heard = node.until("message").await;
        // Not anything twice: the next message is the next one.
        assert_eq!(heard["id"], before["id"]);
        seqs.push(number(&heard["seq"]));
        proxy.cut();
        let meanwhile = server.post(&path, &ben, json!({"text": format!("after cut {round}")})).await.ok(201);
        // It comes with the answer to the rejoin, or live after that.
        let (mut joined, mut heard) = (None, None);
        while joined.is_none() || heard.is_none() {
            let event = node.next().await;
            match event["event"].as_str() {
                Some("joined") => joined = Some(number(&event["count"])),
                Some("message") => heard = Some(event),
                _ => {}
            }
        }
        let heard = heard.unwrap();
        assert_eq!(heard["id"], meanwhile["id"]);
        seqs.push(number(&heard["seq"]));
        assert!(joined.unwrap() <= 1, "a resume brings what is new, not the newest page: {joined:?}");
    }
    assert_eq!(seqs, [3, 4, 5, 6, 7, 8]);
}

#[tokio::test]
async fn the_npm_client_does_not_come_back_to_a_pod_that_it_was_removed_from() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let mut node = Node::run("resume.mjs", &json!({"url": server.url, "pod": pod, "token": ben.token})).await;
    node.until("joined").await;
    server.delete(&format!("/v1/pods/{pod}/members/{}", ben.id), &ana).await.ok(204);
    loop {
        let event = node.next().await;
        match event["event"].as_str() {
            Some("closed") => break,
            Some("message") => {}
            _ => panic!("{event}"),
        }
    }
    // Whatever it would do by itself, it would do within its 50 ms. A later word from it comes after that.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    node.tell(&json!({"do": "end"})).await;
    node.ended_silently().await;
}
