//! Posts of an event: who may write, read, change and delete them, and who hears of it.

use chrono::{DateTime, Duration, Utc};
use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::cluster::Cluster;
use crate::support::database::Database;
use crate::support::event_client::EventClient;
use crate::support::pod_client::number;
use crate::support::server::{Person, SECRET, Server, id_of, list, sign, text};
use crate::support::wait::until;

fn posts_of(event: Uuid) -> String {
    format!("/v1/events/{event}/posts")
}

fn path(post: &Value) -> String {
    format!("/v1/posts/{}", id_of(post))
}

fn note(text: &str) -> Value {
    json!({"kind": "text", "body": {"text": text}})
}

fn poll(closes_at: Option<DateTime<Utc>>) -> Value {
    json!({"kind": "poll", "body": {"question": "Which song opens?", "options": ["Moth", "Harbour Lights"], "closes_at": closes_at}})
}

/// An event of the first person, whom the others have joined.
async fn gather<const COUNT: usize>(server: &Server) -> (Uuid, [Person; COUNT]) {
    let people: [Person; COUNT] = server.people();
    let event = server.event(&people[0]).await;
    for person in &people {
        server.join_event(event, person).await;
    }
    (event, people)
}

/// A moderator, who is in no event.
fn moderator() -> Person {
    let id = Uuid::now_v7();
    let claims =
        json!({"sub": id, "exp": (Utc::now() + Duration::hours(1)).timestamp(), "role": "moderator", "name": "Mod"});
    let token = sign(&claims, SECRET);
    Person { id, name: "Mod".to_owned(), token }
}

/// What all see of a post: without what is the reader's own.
fn seen_by_all(post: &Value) -> Value {
    let mut post = post.clone();
    post.as_object_mut().expect("a post").remove("mine");
    post
}

#[tokio::test]
async fn a_post_of_each_kind_is_written_read_changed_and_deleted() {
    let server = Server::start().await;
    let (event, [ana, ben]) = gather(&server).await;
    let bens = EventClient::join(&server, &ben, event).await;
    assert_eq!((list(&bens.joined, "posts"), &bens.joined["posts_next"]), (&[][..], &Value::Null));

    let closes = Utc::now() + Duration::hours(1);
    let hype = json!({"kind": "hype", "body": {"text": " One  more hour! "}});
    let mut seen = 0;
    for (new, body, tally, taps) in [
        (note(" see you\nthere "), json!({"text": "see you\nthere"}), Value::Null, Value::Null),
        (hype, json!({"text": "One more hour!"}), Value::Null, json!(0)),
        (
            poll(Some(closes)),
            json!({"question": "Which song opens?", "options": ["Moth", "Harbour Lights"], "mode": "single", "results": "always"}),
            json!({"rev": 0, "voters": 0, "counts": [0, 0]}),
            Value::Null,
        ),
    ] {
        let post = server.post(&posts_of(event), &ana, new.clone()).await.ok(201);
        let mut stored = post["body"].clone();
        if new["kind"] == "poll" {
            let stored = stored.as_object_mut().expect("a body").remove("closes_at").expect("a time");
            let stored: DateTime<Utc> = serde_json::from_value(stored).expect("a time");
            assert_eq!(stored.timestamp_micros(), closes.timestamp_micros());
        }
        assert_eq!(stored, body);
        assert_eq!(post["author"], json!({"id": ana.id, "display_name": ana.name, "avatar_url": null}));
        assert_eq!((&post["tally"], &post["hype"]), (&tally, &taps));
        assert_eq!((number(&post["comments"]), &post["reactions"]), (0, &json!({})));
        assert_eq!((&post["edited_at"], &post["closed_at"]), (&Value::Null, &Value::Null));
        assert_eq!(post["mine"], json!({"vote": null, "hype": taps, "reactions": []}));
        assert_eq!(server.get(&path(&post), &ben).await.ok(200), post);

        let pushed = bens.client.event_where(&bens.topic, "post:new", |new| new["post"]["id"] == post["id"]).await;
        assert_eq!(pushed, json!({"post": seen_by_all(&post), "seq": post["seq"]}));
        assert!(number(&post["seq"]) > seen, "numbers ascend");
        seen = number(&post["seq"]);

        let mut body = new["body"].clone();
        body[if new["kind"] == "poll" { "question" } else { "text" }] = json!("Something else");
        let changed = server.patch(&path(&post), &ana, json!({"body": body})).await.ok(200);
        assert_ne!(changed["body"], post["body"]);
        assert!(changed["edited_at"].is_string() && number(&changed["seq"]) > seen);
        seen = number(&changed["seq"]);
        let pushed = bens.client.event(&bens.topic, "post:changed").await;
        assert_eq!(pushed["post"]["id"], post["id"]);
        let anew = EventClient::join(&server, &ben, event).await;
        assert_eq!(list(&anew.joined, "posts"), std::slice::from_ref(&changed));

        server.delete(&path(&post), &ana).await.ok(204);
        server.delete(&path(&post), &ana).await.refused(404, "not_found");
        server.get(&path(&post), &ana).await.refused(404, "not_found");
        let removed = bens.client.event(&bens.topic, "post:removed").await;
        assert_eq!(removed["post_id"], post["id"]);
        assert!(number(&removed["seq"]) > seen);
        seen = number(&removed["seq"]);
        bens.client.wait_until("nothing is left", |_| Some(())).await;
    }
}

#[tokio::test]
async fn a_repeat_gets_the_first_outcome() {
    let server = Server::start().await;
    let (event, [ana, ben]) = gather(&server).await;
    let elsewhere = server.event(&ana).await;
    server.join_event(elsewhere, &ana).await;
    let mut new = note("once");
    new["id"] = json!(Uuid::now_v7());
    let (address, other) = (posts_of(event), posts_of(elsewhere));
    let tries = join_all((0..8).map(|_| server.post(&address, &ana, new.clone()))).await;
    let made = tries.iter().filter(|answer| answer.status == 201).count();
    assert!(made == 1 && tries.iter().all(|answer| matches!(answer.status, 200 | 201)), "one makes it");
    let post = server.get(&format!("/v1/posts/{}", text(&new, "id")), &ana).await.ok(200);
    assert_eq!(list(&server.get(&address, &ana).await.ok(200), "items"), std::slice::from_ref(&post));

    // With another content it is answered with the first one, too. Another person's and another event's is refused.
    let mut again = note("twice");
    again["id"] = new["id"].clone();
    assert_eq!(server.post(&address, &ana, again.clone()).await.ok(200), post);
    server.post(&address, &ben, again.clone()).await.refused(409, "conflict");
    server.post(&other, &ana, again.clone()).await.refused(409, "conflict");

    // A change with an `op`: its late repeat does not undo what came after it.
    let change = |text: &str, op: Uuid| json!({"body": {"text": text}, "op": op});
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    server.patch(&path(&post), &ana, change("first", first)).await.ok(200);
    let changed = server.patch(&path(&post), &ana, change("second", second)).await.ok(200);
    assert_eq!(server.patch(&path(&post), &ana, change("first", first)).await.ok(200), changed);
    // What changes nothing leaves no trace.
    let same = json!({"body": {"text": "second"}});
    assert_eq!(server.patch(&path(&post), &ana, same).await.ok(200), changed);

    // A late repeat does not bring back what was deleted.
    server.delete(&path(&post), &ana).await.ok(204);
    server.post(&address, &ana, new.clone()).await.refused(409, "conflict");
    server.patch(&path(&post), &ana, change("second", second)).await.refused(404, "not_found");
    assert_eq!(list(&server.get(&address, &ana).await.ok(200), "items").len(), 0);
}

#[tokio::test]
async fn each_caller_may_what_the_table_says() {
    let server = Server::start().await;
    let (event, [maker, ana, ben, host]) = gather(&server).await;
    let outsider = server.person("Outsider");
    let moderator = moderator();
    // The maker need not be a member.
    server.delete(&format!("/v1/events/{event}/members/me"), &maker).await.ok(204);
    let name = format!("UPDATE event_members SET role = 'host' WHERE user_id = '{}'", host.id);
    server.database.connect().await.batch_execute(&name).await.expect("name a host");

    for deletes in [&ana, &maker, &host, &moderator] {
        let post = server.post(&posts_of(event), &ana, note("the door code is 7351")).await.ok(201);
        let at = path(&post);
        for reads in [&ana, &ben, &host, &maker, &moderator] {
            assert_eq!(server.get(&at, reads).await.ok(200)["id"], post["id"]);
            assert_eq!(id_of(&list(&server.get(&posts_of(event), reads).await.ok(200), "items")[0]), id_of(&post));
        }
        // All but a moderator see the author's name.
        assert_eq!(server.get(&at, &ben).await.ok(200)["author"]["display_name"], json!(ana.name));
        assert_eq!(server.get(&at, &moderator).await.ok(200)["author"]["id"], json!(ana.id));
        for cannot in [&ben, &host, &maker, &moderator] {
            let change = json!({"body": {"text": "mine now"}});
            server.patch(&at, cannot, change).await.refused(403, "forbidden");
        }
        server.delete(&at, &ben).await.refused(403, "forbidden");
        for cannot in [&maker, &moderator] {
            server.post(&posts_of(event), cannot, note("hello")).await.refused(403, "not_member");
        }

        // One who knows every id learns nothing.
        let secrets = |answer: Value| {
            let answer = answer.to_string();
            assert!(!answer.contains("7351") && !answer.contains(&ana.id.to_string()), "{answer}");
        };
        let change = json!({"body": {"text": "mine now"}});
        secrets(server.get(&at, &outsider).await.refused(404, "not_found"));
        secrets(server.patch(&at, &outsider, change).await.refused(404, "not_found"));
        secrets(server.delete(&at, &outsider).await.refused(404, "not_found"));
        secrets(server.get(&posts_of(event), &outsider).await.refused(403, "not_member"));
        let mut repeat = note("mine now");
        repeat["id"] = post["id"].clone();
        secrets(server.post(&posts_of(event), &outsider, repeat).await.refused(403, "not_member"));
        for (method, at) in [("GET", &at), ("DELETE", &at), ("GET", &posts_of(event))] {
            server.http(method, at, None, None).await.refused(401, "unauthorized");
        }
        server.delete(&at, deletes).await.ok(204);
        server.get(&at, &ben).await.refused(404, "not_found");
    }
    let nowhere = posts_of(Uuid::now_v7());
    server.get(&nowhere, &ana).await.refused(404, "not_found");
    server.post(&nowhere, &ana, note("hello")).await.refused(404, "not_found");

    // An author who has left reads and deletes what they wrote, and changes nothing.
    let post = server.post(&posts_of(event), &ben, note("bye")).await.ok(201);
    server.delete(&format!("/v1/events/{event}/members/me"), &ben).await.ok(204);
    server.get(&path(&post), &ben).await.ok(200);
    server.patch(&path(&post), &ben, json!({"body": {"text": "still here"}})).await.refused(403, "forbidden");
    server.get(&posts_of(event), &ben).await.refused(403, "not_member");
    server.delete(&path(&post), &ben).await.ok(204);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let server = Server::start().await;
    let (event, [ana]) = gather(&server).await;
    let (now, address) = (Utc::now(), posts_of(event));
    let question = |with: Value| {
        let mut body = json!({"question": "Who?", "options": ["A", "B"]});
        body.as_object_mut().expect("a body").extend(with.as_object().expect("fields").clone());
        json!({"kind": "poll", "body": body})
    };
    let long = "x".repeat(2001);
    for (new, pointer) in [
        (json!({"kind": "image", "body": {"text": "x"}}), "/kind"),
        (json!({"body": {"text": "x"}}), ""),
        (json!({"kind": "text"}), ""),
        (json!({"kind": "text", "body": "x"}), "/body"),
        (json!({"kind": "text", "body": {}}), "/body/text"),
        (json!({"kind": "text", "body": {"text": 1}}), "/body/text"),
        (json!({"kind": "text", "body": {"text": "\n\u{200b}"}}), "/body/text"),
        (json!({"kind": "text", "body": {"text": "a\0b"}}), "/body/text"),
        (json!({"kind": "text", "body": {"text": long}}), "/body/text"),
        (json!({"kind": "text", "body": {"text": "x", "more": 1}}), "/body/more"),
        (json!({"kind": "text", "body": {"text": "x", "mode": "single"}}), "/body/mode"),
        (json!({"kind": "hype", "body": {"text": "two\nlines"}}), "/body/text"),
        (json!({"kind": "hype", "body": {"text": "x".repeat(201)}}), "/body/text"),
        (question(json!({"question": "two\nlines"})), "/body/question"),
        (question(json!({"question": "x".repeat(301)})), "/body/question"),
        (question(json!({"question": null})), "/body/question"),
        (question(json!({"options": ["A"]})), "/body/options"),
        (question(json!({"options": "AB"})), "/body/options"),
        (question(json!({"options": ["A", 1]})), "/body/options/1"),
        (question(json!({"options": ["A", " a"]})), "/body/options/1"),
        (question(json!({"options": ["A", "x".repeat(101)]})), "/body/options/1"),
        (question(json!({"mode": "many"})), "/body/mode"),
        (question(json!({"results": "never"})), "/body/results"),
        (question(json!({"closes_at": "soon"})), "/body/closes_at"),
        (question(json!({"closes_at": now - Duration::seconds(1)})), "/body/closes_at"),
        (question(json!({"closes_at": now + Duration::days(367)})), "/body/closes_at"),
        (question(json!({"text": "x"})), "/body/text"),
    ] {
        let problem = server.post(&address, &ana, new.clone()).await.refused(422, "invalid");
        assert_eq!(text(&list(&problem, "errors")[0], "pointer"), pointer, "{new}: {problem}");
    }
    for query in ["kind=image", "kind=", "limit=0", "limit=201", "limit=x", "cursor=x", "order=newest"] {
        server.get(&format!("{address}?{query}"), &ana).await.refused(422, "invalid");
    }
    let post = server.post(&address, &ana, note("x")).await.ok(201);
    for (change, pointer) in [
        (json!({}), ""),
        (json!({"body": {"question": "Who?"}}), "/body/question"),
        (json!({"body": {"text": "x"}, "op": "x"}), "/op"),
        (json!({"body": {"text": "x"}, "kind": "hype"}), "/kind"),
    ] {
        let problem = server.patch(&path(&post), &ana, change).await.refused(422, "invalid");
        assert_eq!(text(&list(&problem, "errors")[0], "pointer"), pointer, "{problem}");
    }
    assert_eq!(list(&server.get(&address, &ana).await.ok(200), "items"), [post]);
}

#[tokio::test]
async fn lists_go_page_by_page_and_by_kind() {
    let server = Server::start().await;
    let (event, [ana]) = gather(&server).await;
    let mut all = Vec::new();
    for n in 0..24 {
        let new = match n % 3 {
            0 => note(&format!("text {n}")),
            1 => json!({"kind": "hype", "body": {"text": format!("hype {n}")}}),
            _ => poll(None),
        };
        all.push(server.post(&posts_of(event), &ana, new).await.ok(201));
    }
    // Some at the same moment: their ids decide.
    let same = "UPDATE posts SET created_at = (SELECT min(created_at) FROM posts)
                WHERE id IN (SELECT id FROM posts ORDER BY created_at LIMIT 6)";
    server.database.connect().await.batch_execute(same).await.expect("the same time");
    all.sort_by_key(|post| std::cmp::Reverse(id_of(post)));
    let ids = |posts: &[Value]| posts.iter().map(id_of).collect::<Vec<_>>();
    let pages = async |start: &str, cursor: Option<String>| {
        let (mut found, mut cursor) = (Vec::new(), cursor);
        loop {
            let next = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
            let page = server.get(&format!("{}?{start}{next}", posts_of(event)), &ana).await.ok(200);
            assert!(list(&page, "items").len() <= 5);
            found.extend(ids(list(&page, "items")));
            cursor = page["next"].as_str().map(str::to_owned);
            if cursor.is_none() {
                return found;
            }
        }
    };
    assert_eq!(pages("limit=5", None).await, ids(&all));
    for kind in ["text", "poll", "hype"] {
        let wanted: Vec<Value> = all.iter().filter(|post| post["kind"] == kind).cloned().collect();
        assert_eq!(pages(&format!("kind={kind}&limit=5"), None).await, ids(&wanted));
    }
    // The join reply has the newest, and the cursor of the others.
    let anas = EventClient::join(&server, &ana, event).await;
    assert_eq!(ids(list(&anas.joined, "posts")), ids(&all[..20]));
    assert_eq!(pages("limit=5", Some(text(&anas.joined, "posts_next").to_owned())).await, ids(&all[20..]));
}

#[tokio::test]
async fn changes_are_heard_in_order_on_every_node() {
    let cluster = Cluster::start(2).await;
    let (here, there) = (&cluster.nodes[0], &cluster.nodes[1]);
    let (event, [ana, ben]) = gather(here).await;
    let hearing = [EventClient::join(here, &ana, event).await, EventClient::join(there, &ben, event).await];
    let mut wall: Vec<Value> = Vec::new();
    for n in 0..30 {
        let (node, person) = if n % 2 == 0 { (here, &ana) } else { (there, &ben) };
        let post = node.post(&posts_of(event), person, note(&format!("text {n}"))).await.ok(201);
        if n % 3 == 0 {
            let change = json!({"body": {"text": format!("changed {n}")}});
            wall.push(node.patch(&path(&post), person, change).await.ok(200));
        } else if n % 5 == 0 {
            node.delete(&path(&post), person).await.ok(204);
        } else {
            wall.push(post);
        }
    }
    wall.sort_by_key(id_of);
    let wall: Vec<Value> = wall.iter().map(seen_by_all).collect();
    for client in &hearing {
        // A reading may find a post that is gone already: then nothing is heard of it but the end.
        until("the whole wall", async || applied(client) == wall).await;
    }
}

/// The wall as a client has it: what its join was answered with, and what it has heard since, in ascending order.
fn applied(client: &EventClient) -> Vec<Value> {
    let mut wall: std::collections::BTreeMap<Uuid, Value> =
        list(&client.joined, "posts").iter().map(|post| (id_of(post), seen_by_all(post))).collect();
    let mut last = number(&client.joined["head"]);
    for frame in client.received() {
        let payload = frame.payload;
        if !frame.event.starts_with("post:") && frame.event != "poll:closed" {
            continue;
        }
        assert!(number(&payload["seq"]) > last, "{} {payload} after {last}", frame.event);
        last = number(&payload["seq"]);
        if frame.event == "post:removed" {
            wall.remove(&text(&payload, "post_id").parse().expect("an id"));
        } else {
            wall.insert(id_of(&payload["post"]), payload["post"].clone());
        }
    }
    wall.into_values().collect()
}

#[tokio::test]
async fn one_may_post_so_much_a_day() {
    let server = Server::start_with(&[("PODIUM_LIMIT_POSTS", "3/24h")]).await;
    let (event, [ana, ben]) = gather(&server).await;
    let mut new = note("the last");
    new["id"] = json!(Uuid::now_v7());
    for post in [note("one"), note("two"), new.clone()] {
        server.post(&posts_of(event), &ana, post).await.ok(201);
    }
    let refused = server.post(&posts_of(event), &ana, note("one too many")).await;
    let wait: u64 = refused.headers["retry-after"].to_str().ok().and_then(|wait| wait.parse().ok()).expect("a number");
    assert!((86_000..=86_400).contains(&wait), "{wait}");
    refused.refused(429, "rate_limited");
    // A repeat makes nothing, and others have a limit of their own.
    server.post(&posts_of(event), &ana, new).await.ok(200);
    server.post(&posts_of(event), &ben, note("hello")).await.ok(201);
    // At the same moment, no more than the limit.
    let address = posts_of(event);
    let tries = join_all((0..6).map(|n| server.post(&address, &ben, note(&format!("text {n}"))))).await;
    assert_eq!(tries.iter().filter(|answer| answer.status == 201).count(), 2);
}

/// A closed poll, which its author can neither change nor open again. It is closed in SQL, so that this shows what the
/// posts do by themselves.
#[tokio::test]
async fn a_closed_poll_stays_as_it_is() {
    let server = Server::start().await;
    let (event, [ana, ben]) = gather(&server).await;
    let bens = EventClient::join(&server, &ben, event).await;
    let post = server.post(&posts_of(event), &ana, poll(None)).await.ok(201);
    bens.client.event(&bens.topic, "post:new").await;
    let soon = Utc::now() + Duration::hours(1);
    let dated = server.patch(&path(&post), &ana, json!({"body": poll(Some(soon))["body"]})).await.ok(200);
    assert!(dated["body"]["closes_at"].is_string(), "{dated}");
    let client = server.database.connect().await;
    let close = "UPDATE posts SET closed_at = clock_timestamp(), final_tally = '{\"rev\": 3, \"voters\": 2, \"counts\": [2, 0]}'";
    client.batch_execute(close).await.expect("close it");
    let tally = json!({"rev": 3, "voters": 2, "counts": [2, 0]});
    let closed = server.get(&path(&post), &ben).await.ok(200);
    assert_eq!(closed["tally"], tally);
    for body in
        [poll(None)["body"].clone(), poll(Some(soon))["body"].clone(), json!({"question": "?", "options": ["A", "B"]})]
    {
        let problem = server.patch(&path(&post), &ana, json!({"body": body})).await.refused(409, "poll_closed");
        assert_eq!((&problem["tally"], &problem["closed_at"]), (&tally, &closed["closed_at"]));
    }
    // The node reads the feed when something moves it.
    server.post(&posts_of(event), &ben, note("and?")).await.ok(201);
    let pushed = bens.client.event(&bens.topic, "poll:closed").await;
    let mut wanted = tally.clone();
    let more = json!({"post_id": post["id"], "closed_at": closed["closed_at"], "post": seen_by_all(&closed), "seq": closed["seq"]});
    wanted.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
    assert_eq!(pushed, wanted);

    // One whose time has come counts as closed, too.
    let post = server.post(&posts_of(event), &ana, poll(Some(soon))).await.ok(201);
    let over = format!("UPDATE posts SET closes_at = now() WHERE id = '{}'", id_of(&post));
    client.batch_execute(&over).await.expect("its time has come");
    let change = json!({"body": poll(None)["body"]});
    server.patch(&path(&post), &ana, change).await.refused(409, "poll_closed");
}

#[tokio::test]
async fn what_people_voted_on_stays_as_it_is() {
    let server = Server::start().await;
    let (event, [ana, ben]) = gather(&server).await;
    let post = server.post(&posts_of(event), &ana, poll(None)).await.ok(201);
    let vote = format!("{}/votes/me", path(&post));
    server.put(&vote, &ben, json!({"options": [0]})).await.ok(200);
    let refuses_others = async || {
        for (field, value) in [
            ("question", json!("Which song ends it?")),
            ("options", json!(["Moth", "Paper Boats"])),
            ("mode", json!("multiple")),
            ("results", json!("closed")),
        ] {
            let mut body = poll(None)["body"].clone();
            body[field] = value;
            server.patch(&path(&post), &ana, json!({"body": body})).await.refused(409, "conflict");
        }
    };
    refuses_others().await;
    let body = poll(Some(Utc::now() + Duration::hours(1)))["body"].clone();
    let changed = server.patch(&path(&post), &ana, json!({"body": body})).await.ok(200);
    assert!(changed["body"]["closes_at"].is_string(), "{changed}");
    assert_eq!(changed["tally"]["counts"], json!([1, 0]));
    // A vote that was withdrawn was there.
    server.delete(&vote, &ben).await.ok(200);
    refuses_others().await;
}

/// What was put into the table by hand before posts had a form is kept, as a text.
#[tokio::test]
async fn a_post_from_before_is_kept() {
    let database = Database::create().await;
    let client = database.connect().await;
    client.batch_execute(crate::support::people::TWO_IN_A_POD).await.expect("two in a pod");
    let read = |file: &str| {
        let folder = crate::support::database::migrations().join("2026-11-28-000010_posts");
        std::fs::read_to_string(folder.join(file)).expect("a migration")
    };
    let later = "2026-11-28-000020";
    let names = podium::foundation::migrate::names().expect("names");
    for name in names.iter().rev().filter(|name| name.as_str() >= later) {
        let down = crate::support::database::migrations().join(name).join("down.sql");
        let down = std::fs::read_to_string(down).expect("a migration");
        client.batch_execute(&format!("BEGIN; {down} COMMIT")).await.expect("down");
    }
    client.batch_execute(&format!("BEGIN; {} COMMIT", read("down.sql"))).await.expect("down");
    client
        .batch_execute(
            "INSERT INTO posts (event_id, user_id, kind, body)
             SELECT e.id, e.created_by, b.kind::post_kind, b.body::jsonb FROM events e,
               (VALUES ('text', '{\"text\": \"kept\"}'), ('text', '{}'), ('poll', '{\"what\": 1}')) b (kind, body)",
        )
        .await
        .expect("posts by hand");
    client.batch_execute(&format!("BEGIN; {} COMMIT", read("up.sql"))).await.expect("up");
    let rows =
        client.query("SELECT body ->> 'text' FROM posts WHERE kind = 'text' ORDER BY 1", &[]).await.expect("read");
    let texts: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(texts, ["kept", "{\"what\": 1}", "{}"]);
}
