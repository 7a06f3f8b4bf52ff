//! The meet point: the event's maker and its hosts set it, of two who change it at once one succeeds, and its local time
//! stays as it was given.

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::cluster::Cluster;
use crate::support::event_client::{EventClient, topic};
use crate::support::pod_client::number;
use crate::support::redis::Faults;
use crate::support::server::{Answer, Person, Server, id_of};
use crate::support::wait::until;

fn path(event: Uuid) -> String {
    format!("/v1/events/{event}/meet-point")
}

fn tag(answer: &Answer) -> String {
    let tag = answer.headers["etag"].to_str().expect("ASCII").to_owned();
    assert_eq!(tag, format!("\"{}\"", answer.body["revision"].as_str().expect("a revision")));
    tag
}

/// A request of `person` with `If-Match`.
async fn conditional(server: &Server, method: &str, event: Uuid, person: &Person, tag: &str, body: Value) -> Answer {
    let token = format!("Bearer {}", person.token);
    server.http_with(method, &path(event), &[("authorization", &token), ("if-match", tag)], body).await
}

/// An event of `people[0]`, whose members the others are.
async fn gather(server: &Server, people: &[Person]) -> Uuid {
    let event = server.event(&people[0]).await;
    for person in &people[1..] {
        server.join_event(event, person).await;
    }
    event
}

#[tokio::test]
async fn it_is_set_changed_and_removed() {
    let server = Server::start().await;
    let people: [Person; 2] = server.people();
    let [ana, ben] = &people;
    let event = gather(&server, &people).await;
    server.get(&path(event), ana).await.refused(404, "not_found");
    let full = json!({
        "title": " The  clock ", "description": "Left of the gate\nunder the tree", "when_local": "2026-11-28T19:30",
        "when_note": "after the support act",
    });
    let set = server.put(&path(event), ana, full).await;
    let first = tag(&set);
    let set = set.ok(201);
    assert_eq!((&set["title"], &set["when_local"]), (&json!("The clock"), &json!("2026-11-28T19:30:00")));
    assert_eq!((&set["event_id"], &set["created_by"]), (&json!(event), &json!(ana.id)));
    assert_eq!(set["description"], "Left of the gate\nunder the tree");
    // What the commit adds is no change of it.
    let got = server.get(&path(event), ben).await;
    assert_eq!((tag(&got), &got.body), (first.clone(), &set));
    let token = format!("Bearer {}", ben.token);
    let held = [("authorization", token.as_str()), ("if-none-match", &first)];
    assert_eq!(server.http_with("GET", &path(event), &held, json!({})).await.status, 304);

    // A second one, or a change by a person who has not said of what.
    server.put(&path(event), ana, json!({"title": "Other"})).await.refused(428, "precondition_required");
    let changed = conditional(&server, "PUT", event, ana, &first, json!({"title": "The bar"})).await;
    let second = tag(&changed);
    let changed = changed.ok(200);
    assert_eq!((&changed["title"], &changed["when_local"]), (&json!("The bar"), &Value::Null));
    assert!(second != first && changed["updated_at"] != set["updated_at"]);
    for old in [first.as_str(), &format!("W/{second}"), "\"of-another-server\""] {
        let refused = conditional(&server, "PUT", event, ana, old, json!({"title": "Late"})).await;
        refused.refused(412, "precondition_failed");
        conditional(&server, "DELETE", event, ana, old, json!({})).await.refused(412, "precondition_failed");
    }
    let bare = second.trim_matches('"');
    conditional(&server, "PUT", event, ana, bare, json!({"title": "Bare"})).await.refused(400, "malformed");
    // The same again changes nothing, and takes no other version.
    let same = conditional(&server, "PUT", event, ana, &second, json!({"title": "The bar"})).await;
    assert_eq!((tag(&same), same.ok(200)), (second.clone(), changed));
    let several = format!("{first}, {second}");
    let third = tag(&conditional(&server, "PUT", event, ana, &several, json!({"title": "The door"})).await);
    conditional(&server, "PUT", event, ana, "*", json!({"title": "The gate"})).await.ok(200);
    conditional(&server, "DELETE", event, ana, &third, json!({})).await.refused(412, "precondition_failed");
    server.delete(&path(event), ana).await.ok(204);
    server.delete(&path(event), ana).await.refused(404, "not_found");
    // What is gone has no version, and a new one none of the old.
    for tag in [third.as_str(), "*"] {
        let gone = conditional(&server, "PUT", event, ana, tag, json!({"title": "Late"})).await;
        gone.refused(412, "precondition_failed");
    }
    assert!(![first, second, third].contains(&tag(&server.put(&path(event), ana, json!({"title": "New"})).await)));
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let event = server.event(&ana).await;
    for (body, pointer) in [
        (json!({"title": " "}), "/title"),
        (json!({"title": "x".repeat(201)}), "/title"),
        (json!({"title": "two\nlines"}), "/title"),
        (json!({"title": "a", "description": "x".repeat(2_001)}), "/description"),
        (json!({"title": "a", "when_note": "x".repeat(101)}), "/when_note"),
        (json!({"title": "a", "when_local": "2026-11-28T19:30:00Z"}), "/when_local"),
        (json!({"title": "a", "when_local": "19:30"}), "/when_local"),
        (json!({"title": "a", "place": "b"}), "/place"),
    ] {
        let refused = server.put(&path(event), &ana, body.clone()).await.refused(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{body}");
    }
    let blank = json!({"title": "a", "description": " ", "when_note": "", "when_local": null});
    let set = server.put(&path(event), &ana, blank).await.ok(201);
    assert_eq!([&set["description"], &set["when_note"], &set["when_local"]], [&Value::Null; 3]);
}

#[tokio::test]
async fn members_read_it_and_the_maker_and_hosts_write_it() {
    let server = Server::start().await;
    let people: [Person; 3] = server.people();
    let [ana, ben, cleo] = &people;
    let (event, eve) = (gather(&server, &people).await, server.person("Eve"));
    let nobody = async || server.http("GET", &path(event), None, None).await;
    let anything = json!({"title": "Here"});
    // An outsider learns nothing, whether there is one or not, and neither does a person who is signed out.
    for is_set in [false, true] {
        if is_set {
            server.put(&path(event), ana, anything.clone()).await.ok(201);
        }
        server.get(&path(event), &eve).await.refused(403, "not_member");
        nobody().await.refused(403, "not_member");
        server.put(&path(event), &eve, anything.clone()).await.refused(403, "not_member");
        server.delete(&path(event), &eve).await.refused(403, "not_member");
        conditional(&server, "PUT", event, &eve, "*", anything.clone()).await.refused(403, "not_member");
        for member in [ben, cleo] {
            server.put(&path(event), member, anything.clone()).await.refused(403, "forbidden");
            conditional(&server, "PUT", event, member, "*", anything.clone()).await.refused(403, "forbidden");
            server.delete(&path(event), member).await.refused(403, "forbidden");
            assert_eq!(server.get(&path(event), member).await.status, if is_set { 200 } else { 404 });
        }
    }
    let unknown = path(Uuid::now_v7());
    server.get(&unknown, ana).await.refused(404, "not_found");
    server.http("GET", &unknown, None, None).await.refused(404, "not_found");
    server.put(&unknown, ana, anything.clone()).await.refused(404, "not_found");
    server.delete(&unknown, ana).await.refused(404, "not_found");
    server.http("PUT", &path(event), None, Some(anything.clone())).await.refused(401, "unauthorized");
    server.http("GET", &path(event), Some("no token"), None).await.refused(401, "unauthorized");
    // A host writes, and one no longer does not.
    let host = format!("/v1/events/{event}/hosts/{}", ben.id);
    server.put(&host, ana, json!({})).await.ok(204);
    let bens = conditional(&server, "PUT", event, ben, "*", json!({"title": "There"})).await.ok(200);
    assert_eq!(bens["created_by"], json!(ana.id), "who set it first");
    server.delete(&host, ana).await.ok(204);
    conditional(&server, "PUT", event, ben, "*", json!({"title": "Back"})).await.refused(403, "forbidden");
    // Where the event says so, everybody reads.
    let event_path = format!("/v1/events/{event}");
    let public = server.patch(&event_path, ana, json!({"meet_point_public": true})).await.ok(200);
    assert_eq!(public["meet_point_public"], true);
    assert_eq!(nobody().await.ok(200), bens);
    assert_eq!(server.get(&path(event), &eve).await.ok(200), bens);
    server.put(&path(event), &eve, anything.clone()).await.refused(403, "not_member");
    server.delete(&path(event), ana).await.ok(204);
    nobody().await.refused(404, "not_found");
    server.patch(&event_path, ana, json!({"meet_point_public": false})).await.ok(200);
    nobody().await.refused(403, "not_member");
}

/// A moderator may change and remove what is wrong, as they may the event, but sets nothing.
#[tokio::test]
async fn a_moderator_changes_and_removes_it() {
    let server = Server::start().await;
    let (ana, moderator) = (server.person("Ana"), server.moderator("Mod"));
    let event = server.event(&ana).await;
    server.get(&path(event), &moderator).await.refused(404, "not_found");
    server.put(&path(event), &moderator, json!({"title": "Mine"})).await.refused(403, "forbidden");
    server.put(&path(event), &ana, json!({"title": "Rude"})).await.ok(201);
    server.put(&path(event), &moderator, json!({"title": "Mine"})).await.refused(428, "precondition_required");
    let version = tag(&server.get(&path(event), &moderator).await);
    conditional(&server, "PUT", event, &moderator, &version, json!({"title": "Kind"})).await.ok(200);
    server.delete(&path(event), &moderator).await.ok(204);
    server.put(&format!("/v1/events/{event}/hosts/{}", ana.id), &moderator, json!({})).await.refused(403, "not_member");
}

/// The rule: of two who change it at once, the second one learns of the first, however close they come.
#[tokio::test]
async fn of_two_who_change_it_at_once_one_succeeds() {
    let server = Server::start().await;
    let people: [Person; 2] = server.people();
    let [ana, ben] = &people;
    let event = gather(&server, &people).await;
    server.put(&format!("/v1/events/{event}/hosts/{}", ben.id), ana, json!({})).await.ok(204);
    // Also of two who set the first one.
    let address = path(event);
    let firsts = people.iter().map(|person| server.put(&address, person, json!({"title": person.name})));
    let mut statuses: Vec<_> = join_all(firsts).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 428]);
    for round in 0..50 {
        let before = tag(&server.get(&path(event), ana).await);
        let change = |person: &Person| json!({"title": format!("{} in round {round}", person.name)});
        let changes = people.iter().map(|person| conditional(&server, "PUT", event, person, &before, change(person)));
        let answers = join_all(changes).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!((won.len(), lost.len()), (1, 1), "round {round}: {answers:?}");
        assert_eq!((lost[0].status, &lost[0].body["code"]), (412, &json!("precondition_failed")));
        assert_eq!(server.get(&path(event), ana).await.ok(200), won[0].body, "round {round}");
        // One who removes what another changes: it is either gone or changed.
        let before = tag(won[0]);
        let (removed, changed) = tokio::join!(
            conditional(&server, "DELETE", event, ana, &before, json!({})),
            conditional(&server, "PUT", event, ben, &before, json!({"title": "Kept"})),
        );
        match (removed.status, changed.status) {
            (204, 412) => drop(server.put(&path(event), ana, json!({"title": "Again"})).await.ok(201)),
            (412, 200) => {}
            other => panic!("round {round}: {other:?}"),
        }
    }
}

/// A time on the clocks at the event is no moment: neither the event's zone nor the database's turns it.
#[tokio::test]
async fn its_local_time_never_shifts() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let event = server.event(&ana).await;
    let database = server.database.connect().await;
    let set_zone = format!("ALTER DATABASE {} SET timezone = 'Asia/Kathmandu'", server.database.name());
    database.batch_execute(&set_zone).await.expect("another zone of the database");
    // Skipped in Berlin when summer begins, and twice there when it ends.
    for time in ["2027-03-28T02:30:00", "2027-10-31T02:30:00", "2026-11-28T19:30:00", "2199-12-31T23:59:59"] {
        let before = server.get(&path(event), &ana).await;
        let body = json!({"title": "Here", "when_local": time});
        let put = match before.status {
            404 => server.put(&path(event), &ana, body).await,
            _ => conditional(&server, "PUT", event, &ana, &tag(&before), body).await,
        };
        assert_eq!(put.body["when_local"], time);
        for zone in [json!("Pacific/Auckland"), json!("America/New_York"), Value::Null, json!("Europe/Berlin")] {
            server.patch(&format!("/v1/events/{event}"), &ana, json!({"time_zone": zone})).await.ok(200);
            assert_eq!(server.get(&path(event), &ana).await.ok(200)["when_local"], time, "{zone}");
        }
        let stored = database.query_one("SELECT when_local::text FROM meet_points", &[]).await.expect("the row");
        assert_eq!(stored.get::<_, String>(0), time.replace('T', " "));
    }
}

#[tokio::test]
async fn members_receive_it_and_a_join_is_answered_with_it() {
    let server = Server::start().await;
    let people: [Person; 2] = server.people();
    let [ana, ben] = &people;
    let event = gather(&server, &people).await;
    let bens = EventClient::join(&server, ben, event).await;
    assert_eq!(bens.joined["meet_point"], Value::Null);
    let set = server.put(&path(event), ana, json!({"title": "Here"})).await.ok(201);
    let push = bens.client.event(&bens.topic, "meet_point:changed").await;
    assert_eq!(push["meet_point"], set);
    let joined = EventClient::join(&server, ben, event).await.joined;
    assert_eq!((&joined["meet_point"], &joined["head"]), (&set, &push["seq"]));
    // The pushed version is enough to change it by.
    let pushed = format!("\"{}\"", push["meet_point"]["revision"].as_str().expect("a revision"));
    let changed = conditional(&server, "PUT", event, ana, &pushed, json!({"title": "There"})).await.ok(200);
    let next = bens.client.event_where(&bens.topic, "meet_point:changed", |push| push["meet_point"] == changed).await;
    assert!(number(&next["seq"]) > number(&push["seq"]));
    // What changes nothing is not sent.
    conditional(&server, "PUT", event, ana, "*", json!({"title": "There"})).await.ok(200);
    server.delete(&path(event), ana).await.ok(204);
    let gone = bens.client.event_where(&bens.topic, "meet_point:changed", |push| push["meet_point"].is_null()).await;
    assert_eq!(number(&gone["seq"]), number(&next["seq"]) + 1);
    assert_eq!(EventClient::join(&server, ben, event).await.joined["meet_point"], Value::Null);
}

#[tokio::test]
async fn it_arrives_on_other_nodes_and_without_the_bus() {
    let cluster = Cluster::start(2).await;
    let people: [Person; 2] = cluster.nodes[0].people();
    let [ana, ben] = &people;
    let event = gather(&cluster.nodes[0], &people).await;
    let bens = EventClient::join(&cluster.nodes[1], ben, event).await;
    server_sets_and_removes(&cluster.nodes[0], ana, event, &bens.client).await;
    // Nothing that is published arrives; the sweep finds it.
    cluster.proxies.iter().for_each(|proxy| proxy.fault(Faults { lost: 1.0, ..Faults::NONE }));
    server_sets_and_removes(&cluster.nodes[0], ana, event, &bens.client).await;
}

async fn server_sets_and_removes(server: &Server, ana: &Person, event: Uuid, client: &Client) {
    let set = server.put(&path(event), ana, json!({"title": format!("{}", Uuid::now_v7())})).await.ok(201);
    client.event_where(&topic(event), "meet_point:changed", |push| push["meet_point"] == set).await;
    server.delete(&path(event), ana).await.ok(204);
    let all = async || client.heard(&topic(event), "meet_point:changed");
    until("its removal", async || all().await.last().is_some_and(|push| push["meet_point"].is_null())).await;
}

/// The meet point of a host keeps the event from being deleted; the maker's own goes with it.
#[tokio::test]
async fn an_event_is_deleted_with_its_makers_meet_point() {
    let server = Server::start().await;
    let people: [Person; 2] = server.people();
    let [ana, ben] = &people;
    let event = gather(&server, &people).await;
    server.put(&format!("/v1/events/{event}/hosts/{}", ben.id), ana, json!({})).await.ok(204);
    server.put(&path(event), ben, json!({"title": "Ben's"})).await.ok(201);
    server.delete(&format!("/v1/events/{event}/members/me"), ben).await.ok(204);
    server.delete(&format!("/v1/events/{event}"), ana).await.refused(409, "conflict");
    server.delete(&path(event), ana).await.ok(204);
    server.put(&path(event), ana, json!({"title": "Ana's"})).await.ok(201);
    server.delete(&format!("/v1/events/{event}"), ana).await.ok(204);
    server.get(&path(event), ana).await.refused(404, "not_found");
    let again = server.post("/v1/events", ana, json!({
        "artist": "Low", "city": "Duluth", "venue": "Hall", "date_utc": "2099-01-01T20:00:00Z", "meet_point_public": true,
    }));
    let again = again.await.ok(201);
    assert_eq!(again["meet_point_public"], true);
    server.http("GET", &path(id_of(&again)), None, None).await.refused(404, "not_found");
}
