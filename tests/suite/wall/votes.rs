//! Votes and taps: who may, what is counted, who sees it, and how a poll ends.

use chrono::{Duration, Utc};
use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::event_client::EventClient;
use crate::support::pod_client::number;
use crate::support::server::{Answer, Person, SECRET, Server, id_of, list, sign};
use crate::support::wait::until;

/// An event of the first person, whom the others have joined.
async fn gather<const COUNT: usize>(server: &Server) -> (Uuid, [Person; COUNT]) {
    let people: [Person; COUNT] = server.people();
    let event = server.event(&people[0]).await;
    for person in &people {
        server.join_event(event, person).await;
    }
    (event, people)
}

fn poll(mode: &str, results: &str) -> Value {
    json!({"kind": "poll", "body": {"question": "Which?", "options": ["A", "B", "C"], "mode": mode, "results": results}})
}

async fn post(server: &Server, event: Uuid, by: &Person, post: Value) -> String {
    format!("/v1/posts/{}", id_of(&server.post(&format!("/v1/events/{event}/posts"), by, post).await.ok(201)))
}

async fn vote(server: &Server, post: &str, person: &Person, options: &[u8]) -> Answer {
    server.put(&format!("{post}/votes/me"), person, json!({"options": options})).await
}

async fn tap(server: &Server, post: &str, person: &Person, source: &str, total: i64) -> Answer {
    server.put(&format!("{post}/hype/me"), person, json!({"source": source, "total": total})).await
}

#[tokio::test]
async fn a_vote_is_taken_changed_repeated_and_withdrawn() {
    let server = Server::start().await;
    let (event, [ana, ben, cleo]) = gather(&server).await;
    let watcher = EventClient::join(&server, &cleo, event).await;
    let poll = post(&server, event, &ana, poll("multiple", "always")).await;
    let voted = vote(&server, &poll, &ben, &[2, 0]).await.ok(200);
    assert_eq!(voted, json!({"options": [0, 2], "tally": {"rev": 1, "voters": 1, "counts": [1, 0, 1]}}));
    vote(&server, &poll, &ana, &[2]).await.ok(200);
    let tally = |rev: i64, voters: i64, counts: [i64; 3]| json!({"rev": rev, "voters": voters, "counts": counts});
    let read = async |person: &Person| server.get(&poll, person).await.ok(200);
    assert_eq!(read(&ben).await["tally"], tally(2, 2, [1, 0, 2]));
    // The same again changes nothing.
    vote(&server, &poll, &ben, &[0, 2]).await.ok(200);
    assert_eq!(read(&ben).await["tally"]["rev"], 2);
    vote(&server, &poll, &ben, &[1]).await.ok(200);
    assert_eq!(read(&ana).await["tally"], tally(3, 2, [0, 1, 1]));
    let bens = read(&ben).await;
    assert_eq!((&bens["mine"]["vote"], &read(&cleo).await["mine"]["vote"]), (&json!([1]), &Value::Null));
    let withdrawn = server.delete(&format!("{poll}/votes/me"), &ben).await.ok(200);
    assert_eq!(withdrawn["options"], json!([]));
    server.delete(&format!("{poll}/votes/me"), &cleo).await.ok(200);
    let after = read(&ben).await;
    assert_eq!((&after["tally"], &after["mine"]["vote"]), (&tally(4, 1, [0, 0, 1]), &Value::Null));
    until("the last tally", async || {
        watcher.client.heard(&watcher.topic, "poll:tally").iter().any(|it| it["rev"] == 4)
    })
    .await;
    let heard = watcher.client.heard(&watcher.topic, "poll:tally");
    assert!(heard.is_sorted_by(|a, b| number(&a["rev"]) < number(&b["rev"])), "{heard:?}");
    let last = heard.last().expect("a tally");
    assert_eq!((&last["voters"], &last["counts"]), (&json!(1), &json!([0, 0, 1])));
    // A newcomer's reply has it, and nothing older or equal follows.
    let newcomer = EventClient::join(&server, &ana, event).await;
    assert_eq!(list(&newcomer.joined, "posts")[0]["tally"], tally(4, 1, [0, 0, 1]));
    assert_eq!(list(&newcomer.joined, "posts")[0]["mine"]["vote"], json!([2]));
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    let server = Server::start().await;
    let (event, [ana, ben]) = gather(&server).await;
    let eve = server.person("Eve");
    let single = post(&server, event, &ana, poll("single", "always")).await;
    let text = post(&server, event, &ana, json!({"kind": "text", "body": {"text": "Hello"}})).await;
    let pointer = |answer: Answer| answer.refused(422, "invalid")["errors"][0]["pointer"].clone();
    for wrong in [&[][..], &[0, 1]] {
        assert_eq!(pointer(vote(&server, &single, &ben, wrong).await), "/options");
    }
    assert_eq!(pointer(vote(&server, &single, &ben, &[3]).await), "/options");
    assert_eq!(pointer(vote(&server, &single, &ben, &[10]).await), "/options/0");
    for path in [&text, &post(&server, event, &ana, json!({"kind": "hype", "body": {"text": "Soon"}})).await] {
        vote(&server, path, &ben, &[0]).await.refused(422, "invalid");
        server.post(&format!("{path}/close"), &ana, json!({})).await.refused(422, "invalid");
    }
    tap(&server, &single, &ben, "phone", 1).await.refused(422, "invalid");
    for (source, total, at) in [("", 1, "/source"), ("two words", 1, "/source"), ("phone", -1, "/total")] {
        assert_eq!(pointer(tap(&server, &text, &ben, source, total).await), at);
    }
    // Who has not joined the event does not learn that there is a poll.
    vote(&server, &single, &eve, &[0]).await.refused(404, "not_found");
    server.post(&format!("{single}/close"), &eve, json!({})).await.refused(404, "not_found");
    vote(&server, &format!("/v1/posts/{}", Uuid::now_v7()), &ben, &[0]).await.refused(404, "not_found");
    // Whose vote was taken keeps it when leaving.
    vote(&server, &single, &ben, &[0]).await.ok(200);
    server.delete(&format!("/v1/events/{event}/members/me"), &ben).await.ok(204);
    vote(&server, &single, &ben, &[1]).await.refused(404, "not_found");
    server.delete(&format!("/v1/events/{event}/members/me"), &ana).await.ok(204);
    vote(&server, &single, &ana, &[1]).await.refused(403, "not_member");
    assert_eq!(server.get(&single, &ana).await.ok(200)["tally"]["counts"], json!([1, 0, 0]));
    // What one has voted for stays what it was.
    server.join_event(event, &ana).await;
    let body = json!({"question": "Which not?", "options": ["A", "B", "C"], "mode": "single", "results": "always"});
    server.patch(&single, &ana, json!({"body": body})).await.refused(409, "conflict");
}

#[tokio::test]
async fn results_are_seen_when_the_poll_says() {
    let server = Server::start().await;
    let (event, [ana, ben, cleo]) = gather(&server).await;
    let watcher = EventClient::join(&server, &cleo, event).await;
    for (results, to_voters) in [("after_vote", true), ("closed", false)] {
        let poll = post(&server, event, &ana, poll("single", results)).await;
        let counts = |shown: bool| if shown { json!([0, 1, 0]) } else { Value::Null };
        assert_eq!(vote(&server, &poll, &ben, &[1]).await.ok(200)["tally"]["counts"], counts(to_voters));
        for (person, shown) in [(&ana, false), (&ben, to_voters), (&cleo, false)] {
            let tally = server.get(&poll, person).await.ok(200)["tally"].clone();
            assert_eq!((&tally["voters"], &tally["counts"]), (&json!(1), &counts(shown)), "{results}");
        }
        let pushed = watcher.client.event(&watcher.topic, "poll:tally").await;
        assert_eq!((&pushed["voters"], &pushed["counts"]), (&json!(1), &Value::Null));
        let closed = server.post(&format!("{poll}/close"), &ana, json!({})).await.ok(200);
        assert_eq!(closed["tally"]["counts"], counts(true));
        let pushed = watcher.client.event(&watcher.topic, "poll:closed").await;
        assert_eq!((&pushed["counts"], &pushed["post"]["tally"]), (&counts(true), &closed["tally"]));
        assert_eq!(pushed["closed_at"], closed["closed_at"]);
    }
}

#[tokio::test]
async fn a_poll_is_closed_once_and_keeps_its_tally() {
    let server = Server::start().await;
    let (event, [maker, ana, ben]) = gather(&server).await;
    let host = server.person("Host");
    server.join_event(event, &host).await;
    server.put(&format!("/v1/events/{event}/hosts/{}", host.id), &maker, json!({})).await.ok(204);
    let id = Uuid::now_v7();
    let claims =
        json!({"sub": id, "exp": (Utc::now() + Duration::hours(1)).timestamp(), "role": "moderator", "name": "Mod"});
    let moderator = Person { id, name: "Mod".to_owned(), token: sign(&claims, SECRET) };
    for by in [&maker, &ana, &host, &moderator] {
        let poll = post(&server, event, &ana, poll("single", "always")).await;
        vote(&server, &poll, &ben, &[0]).await.ok(200);
        let close = format!("{poll}/close");
        server.post(&close, &ben, json!({})).await.refused(403, "forbidden");
        let closed = server.post(&close, by, json!({})).await.ok(200);
        assert_eq!(closed["tally"], json!({"rev": 1, "voters": 1, "counts": [1, 0, 0]}));
        let again = server.post(&close, by, json!({})).await.ok(200);
        assert_eq!((&again["closed_at"], &again["tally"]), (&closed["closed_at"], &closed["tally"]));
        let late = vote(&server, &poll, &maker, &[1]).await.refused(409, "poll_closed");
        assert_eq!((&late["tally"], &late["closed_at"]), (&closed["tally"], &closed["closed_at"]));
        server.delete(&format!("{poll}/votes/me"), &ben).await.refused(409, "poll_closed");
        assert_eq!(server.get(&poll, &ben).await.ok(200)["tally"], closed["tally"]);
    }
}

#[tokio::test]
async fn a_poll_closes_at_its_time_whether_or_not_anybody_votes() {
    let server = Server::start().await;
    let (event, [ana, ben, cleo]) = gather(&server).await;
    let watcher = EventClient::join(&server, &cleo, event).await;
    let ends = Utc::now() + Duration::seconds(2);
    let mut body = poll("single", "always");
    body["body"]["closes_at"] = json!(ends);
    let polls = join_all((0..2).map(|_| post(&server, event, &ana, body.clone()))).await;
    for poll in &polls {
        vote(&server, poll, &ben, &[2]).await.ok(200);
    }
    // Votes in the one until it says that it is over; the other is left alone.
    let mut last = vote(&server, &polls[0], &cleo, &[2]).await;
    while last.status == 200 {
        last = vote(&server, &polls[0], &cleo, &[2]).await;
    }
    let late = last.refused(409, "poll_closed");
    assert_eq!(late["tally"], json!({"rev": 2, "voters": 2, "counts": [0, 0, 2]}));
    until("both to be closed", async || watcher.client.heard(&watcher.topic, "poll:closed").len() == 2).await;
    for (poll, voters) in polls.iter().zip([2, 1]) {
        let closed = server.get(poll, &ana).await.ok(200);
        let closed_at: chrono::DateTime<Utc> = serde_json::from_value(closed["closed_at"].clone()).expect("a time");
        assert_eq!(closed_at.timestamp_micros(), ends.timestamp_micros(), "it closed at its time");
        assert_eq!(closed["tally"]["voters"], voters);
    }
    // It closes once.
    vote(&server, &polls[1], &ana, &[0]).await.refused(409, "poll_closed");
    assert_eq!(watcher.client.heard(&watcher.topic, "poll:closed").len(), 2);
}

#[tokio::test]
async fn taps_are_counted_by_device_and_within_an_allowance() {
    let server = Server::start().await;
    let (event, [ana, ben]) = gather(&server).await;
    let watcher = EventClient::join(&server, &ben, event).await;
    let hype = post(&server, event, &ana, json!({"kind": "hype", "body": {"text": "One more hour"}})).await;
    let first = tap(&server, &hype, &ana, "phone", 10).await.ok(200);
    assert_eq!(first, json!({"source": "phone", "accepted": 10, "mine": 10, "retry_after_ms": 0}));
    assert_eq!(tap(&server, &hype, &ana, "phone", 10).await.ok(200), first, "a repeat counts nothing");
    assert_eq!(tap(&server, &hype, &ana, "phone", 3).await.ok(200)["accepted"], 10, "it never falls");
    let other = tap(&server, &hype, &ana, "tablet", 5).await.ok(200);
    assert_eq!((&other["accepted"], &other["mine"]), (&json!(5), &json!(15)));
    // A burst of 40 in all, and 20 more each second.
    let much = tap(&server, &hype, &ana, "phone", 1000).await.ok(200);
    let accepted = number(&much["accepted"]);
    assert!((35..100).contains(&accepted), "{much}");
    assert!((1..=1000).contains(&number(&much["retry_after_ms"])), "{much}");
    tokio::time::sleep(std::time::Duration::from_millis(number(&much["retry_after_ms"]) as u64)).await;
    let more = tap(&server, &hype, &ana, "phone", accepted + 20).await.ok(200);
    assert_eq!((&more["accepted"], &more["retry_after_ms"]), (&json!(accepted + 20), &json!(0)));
    for device in 3..=8 {
        tap(&server, &hype, &ben, &format!("device-{device}"), 1).await.ok(200);
    }
    for device in ["one", "two"] {
        tap(&server, &hype, &ben, device, 1).await.ok(200);
    }
    let ninth = tap(&server, &hype, &ben, "three", 1).await.refused(422, "invalid");
    assert_eq!(ninth["errors"][0]["pointer"], "/source");
    let total = accepted + 20 + 5 + 8;
    let read = server.get(&hype, &ben).await.ok(200);
    assert_eq!((&read["hype"], &read["mine"]["hype"]), (&json!(total), &json!(8)));
    until("the total", async || watcher.client.heard(&watcher.topic, "hype").iter().any(|it| it["total"] == total))
        .await;
    let heard = watcher.client.heard(&watcher.topic, "hype");
    assert!(heard.is_sorted_by(|a, b| number(&a["total"]) < number(&b["total"])), "{heard:?}");
}
