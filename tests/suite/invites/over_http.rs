//! Invitations over HTTP: what a link lets in, and what it says when it does not.

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::server::{Answer, Person, Server, id_of, list, text, without_counts};

/// Makes a link of `person` into the pod.
async fn link(server: &Server, pod: Uuid, person: &Person, body: Value) -> Value {
    server.post(&format!("/v1/pods/{pod}/invites"), person, body).await.ok(201)
}

async fn accept(server: &Server, link: &Value, person: &Person) -> Answer {
    server.post(&format!("/v1/invites/{}/accept", text(link, "code")), person, json!({})).await
}

/// The preview of a link, which needs no token.
async fn preview(server: &Server, link: &Value) -> Value {
    server.http("GET", &format!("/v1/invites/{}", text(link, "code")), None, None).await.ok(200)
}

/// The link as the pod's members see it.
async fn listed(server: &Server, pod: Uuid, person: &Person, link: &Value) -> Value {
    let page = server.get(&format!("/v1/pods/{pod}/invites"), person).await.ok(200);
    list(&page, "items").iter().find(|item| item["id"] == link["id"]).expect("the link").clone()
}

#[tokio::test]
async fn a_link_lets_a_stranger_into_event_and_pod_at_once() {
    let server = Server::start_with(&[("PODIUM_PUBLIC_URL", "https://podium.example/")]).await;
    let [ana, ben] = server.people();
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let invite = link(&server, pod, &ana, json!({"uses": 3})).await;
    let code = text(&invite, "code");
    assert_eq!(code.len(), 22);
    assert_eq!(invite["url"], format!("https://podium.example/i/{code}"));
    assert_eq!((&invite["uses"], &invite["used"], &invite["pod_id"]), (&json!(3), &json!(0), &json!(pod)));
    assert_eq!((&invite["created_by"], &invite["revoked_at"]), (&json!(ana.id), &Value::Null));

    let shown = preview(&server, &invite).await;
    assert_eq!(shown["state"], "open");
    assert_eq!(shown["pod"], json!({"id": pod, "name": "The front row", "seats": 5, "free_seats": 4}));
    let found = server.http("GET", &format!("/v1/events/{event}"), None, None).await.ok(200);
    assert_eq!(shown["event"], without_counts(found));
    assert_eq!(shown["invited_by"], json!({"display_name": ana.name}));

    // Who is in the pod hears of the coming as of any other, and the one who comes on their own topic.
    let watcher = Client::open(&server, &ana).await;
    watcher.join(&format!("pod:{pod}"), json!({})).await.ok();
    let own = Client::open(&server, &ben).await;
    own.join(&format!("user:{}", ben.id), json!({})).await.ok();
    let in_seat = json!({"pod_id": pod, "event_id": event, "seat": 2});
    assert_eq!(accept(&server, &invite, &ben).await.ok(200), in_seat);
    let topic = format!("pod:{pod}");
    let line = watcher.event_where(&topic, "message:new", |line| line["kind"] == "joined").await;
    assert_eq!((&line["user_id"], &line["seq"]), (&json!(ben.id), &json!(2)));
    let changed = watcher.event(&topic, "pod:changed").await;
    assert_eq!(changed["members"][1]["user_id"], json!(ben.id));
    assert_eq!(own.event(&format!("user:{}", ben.id), "pod:joined").await["pod_id"], json!(pod));
    own.join(&topic, json!({})).await.ok();
    server.get(&format!("/v1/events/{event}/members"), &ben).await.ok(200);

    // Again: the same answer, no second line, and no second use.
    assert_eq!(accept(&server, &invite, &ben).await.ok(200), in_seat);
    assert_eq!(accept(&server, &invite, &ana).await.ok(200)["seat"], 1);
    assert_eq!(listed(&server, pod, &ana, &invite).await["used"], 1);
    assert_eq!(server.get("/v1/me/pods", &ben).await.ok(200)["items"][0]["head"], 2);

    accept(&server, &json!({"code": "a".repeat(22)}), &ben).await.refused(404, "not_found");
    for nonsense in ["a", "%00", "%FF", "..", &"a".repeat(3_000), &code.to_lowercase(), &format!("{code}a")] {
        let answer = server.http("GET", &format!("/v1/invites/{nonsense}"), None, None).await;
        assert!(matches!(answer.status, 400 | 404), "{nonsense}: {}", answer.status);
    }
    let answer = server.http("POST", &format!("/v1/invites/{code}/accept"), None, None).await;
    answer.refused(401, "unauthorized");
}

/// Over two nodes, whose journals know nothing of each other.
#[tokio::test]
async fn a_link_for_one_that_ten_open_at_once_lets_one_in() {
    let server = Server::start().await;
    let other = Server::start_on(server.database.clone(), &[]).await;
    let ana = server.person("Ana");
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let people: [Person; 10] = server.people();
    // Half of them are in the event already.
    join_all(people[..5].iter().map(|person| server.join_event(event, person))).await;
    let invite = link(&server, pod, &ana, json!({"uses": 1})).await;
    let nodes = [&server, &other].into_iter().cycle();
    let answers = join_all(people.iter().zip(nodes).map(|(person, node)| accept(node, &invite, person))).await;
    let winners: Vec<&Person> =
        people.iter().zip(&answers).filter(|(_, answer)| answer.status == 200).map(|(person, _)| person).collect();
    let [winner] = winners[..] else { panic!("{} have come in by a link for one", winners.len()) };
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        assert_eq!(answer.refused(409, "conflict")["state"], "used_up");
    }
    assert_eq!(preview(&server, &invite).await["state"], "used_up");
    assert_eq!(listed(&server, pod, winner, &invite).await["used"], 1);
    assert_eq!(server.get(&format!("/v1/pods/{pod}"), &ana).await.ok(200)["free_seats"], 3);
    // Who is in is answered the same again; who is not has not become a member of the event either.
    assert_eq!(accept(&server, &invite, winner).await.ok(200)["seat"], 2);
    for loser in people[5..].iter().filter(|person| person.id != winner.id) {
        server.get(&format!("/v1/events/{event}/members"), loser).await.refused(403, "not_member");
    }
}

#[tokio::test]
async fn a_link_to_a_full_pod_says_so_and_is_not_spent() {
    let server = Server::start().await;
    let people: [Person; 6] = server.people();
    let (_, pod) = server.pod(&people[..5]).await;
    let invite = link(&server, pod, &people[3], json!({"uses": 1})).await;
    let shown = preview(&server, &invite).await;
    assert_eq!((&shown["state"], &shown["pod"]["free_seats"]), (&json!("full"), &json!(0)));
    accept(&server, &invite, &people[5]).await.refused(409, "pod_full");
    assert_eq!(listed(&server, pod, &people[0], &invite).await["used"], 0);
    server.delete(&format!("/v1/pods/{pod}/members/me"), &people[1]).await.ok(204);
    assert_eq!(accept(&server, &invite, &people[5]).await.ok(200)["seat"], 2);
    assert_eq!(preview(&server, &invite).await["state"], "used_up");
}

#[tokio::test]
async fn a_link_is_taken_back_by_its_maker_and_by_the_owner() {
    let server = Server::start().await;
    let [ana, ben, cleo, stranger] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone(), cleo.clone()]).await;
    let (of_ana, of_ben) = (link(&server, pod, &ana, json!({})).await, link(&server, pod, &ben, json!({})).await);
    let path = |link: &Value| format!("/v1/pods/{pod}/invites/{}", text(link, "id"));
    server.delete(&path(&of_ben), &cleo).await.refused(403, "forbidden");
    server.delete(&path(&of_ana), &ben).await.refused(403, "forbidden");
    server.delete(&path(&of_ana), &stranger).await.refused(404, "not_found");
    server.join_event(event, &stranger).await;
    server.delete(&path(&of_ana), &stranger).await.refused(403, "not_member");
    let nothing = format!("/v1/pods/{pod}/invites/{}", Uuid::now_v7());
    server.delete(&nothing, &ana).await.refused(404, "not_found");
    server.delete(&nothing, &ben).await.refused(404, "not_found");
    let (_, other) = server.pod(std::slice::from_ref(&ana)).await;
    let other_path = format!("/v1/pods/{other}/invites/{}", text(&of_ana, "id"));
    server.delete(&other_path, &ana).await.refused(404, "not_found");

    server.delete(&path(&of_ben), &ana).await.ok(204);
    let first = listed(&server, pod, &cleo, &of_ben).await["revoked_at"].clone();
    assert!(first.is_string());
    server.delete(&path(&of_ben), &ben).await.ok(204);
    assert_eq!(listed(&server, pod, &cleo, &of_ben).await["revoked_at"], first, "it was taken back once");
    assert_eq!(accept(&server, &of_ben, &stranger).await.refused(409, "conflict")["state"], "revoked");
    assert_eq!(preview(&server, &of_ben).await["state"], "revoked");

    // A maker who has left still has it in hand; nobody's word changes who is in.
    let last = link(&server, pod, &ben, json!({})).await;
    server.delete(&format!("/v1/pods/{pod}/members/me"), &ben).await.ok(204);
    accept(&server, &last, &stranger).await.ok(200);
    server.delete(&path(&last), &ben).await.ok(204);
    assert_eq!(accept(&server, &last, &stranger).await.ok(200)["seat"], 2);
    assert_eq!(accept(&server, &last, &ben).await.refused(409, "conflict")["state"], "revoked");
    server.get(&format!("/v1/pods/{pod}/invites"), &ben).await.refused(403, "not_member");
}

#[tokio::test]
async fn a_link_ends_in_time_and_with_its_pod() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let ends = "2099-01-01T00:00:00Z";
    let invite = link(&server, pod, &ana, json!({"expires_at": ends})).await;
    let endless = link(&server, pod, &ana, json!({})).await;
    assert_eq!((&invite["expires_at"], &preview(&server, &invite).await["expires_at"]), (&json!(ends), &json!(ends)));
    let database = server.database.connect().await;
    let past = "UPDATE invites SET expires_at = clock_timestamp() WHERE expires_at IS NOT NULL";
    assert_eq!(database.execute(past, &[]).await.expect("let time pass"), 1);
    assert_eq!(accept(&server, &invite, &ben).await.refused(409, "conflict")["state"], "expired");
    assert_eq!(preview(&server, &invite).await["state"], "expired");
    assert_eq!(preview(&server, &endless).await["state"], "open");

    server.delete(&format!("/v1/pods/{pod}"), &ana).await.ok(204);
    for link in [&invite, &endless] {
        let shown = preview(&server, link).await;
        assert_eq!((&shown["state"], &shown["pod"]["free_seats"]), (&json!("closed"), &json!(0)));
        assert_eq!(accept(&server, link, &ben).await.refused(409, "conflict")["state"], "closed");
    }
    server.post(&format!("/v1/pods/{pod}/invites"), &ana, json!({})).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_link_is_the_way_into_a_pod_for_the_invited() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    server.join_event(event, &ben).await;
    server.patch(&format!("/v1/pods/{pod}"), &ana, json!({"join_policy": "invite"})).await.ok(200);
    let me = format!("/v1/pods/{pod}/members/me");
    server.put(&me, &ben, json!({})).await.refused(403, "forbidden");
    let invite = link(&server, pod, &ana, json!({"uses": 2})).await;
    accept(&server, &invite, &ben).await.ok(200);
    // It has let in once: after leaving, it is needed again.
    server.delete(&me, &ben).await.ok(204);
    server.put(&me, &ben, json!({})).await.refused(403, "forbidden");
    accept(&server, &invite, &ben).await.ok(200);
    assert_eq!(listed(&server, pod, &ben, &invite).await["used"], 2);
    server.delete(&me, &ben).await.ok(204);
    assert_eq!(accept(&server, &invite, &ben).await.refused(409, "conflict")["state"], "used_up");
}

#[tokio::test]
async fn who_was_removed_neither_comes_in_nor_brings_others() {
    let server = Server::start().await;
    let [ana, ben, cleo] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let (of_ana, of_ben) = (link(&server, pod, &ana, json!({})).await, link(&server, pod, &ben, json!({})).await);
    let ben_in_pod = format!("/v1/pods/{pod}/members/{}", ben.id);
    server.delete(&ben_in_pod, &ana).await.ok(204);
    accept(&server, &of_ana, &ben).await.refused(403, "forbidden");
    accept(&server, &of_ben, &ben).await.refused(403, "forbidden");
    assert_eq!(accept(&server, &of_ben, &cleo).await.refused(409, "conflict")["state"], "revoked");
    server.get(&format!("/v1/events/{event}/members"), &cleo).await.refused(403, "not_member");
    assert!(listed(&server, pod, &ana, &of_ben).await["revoked_at"].is_string());
    // Let in again, one may come in; what was taken back is not given again.
    server.put(&ben_in_pod, &ana, json!({})).await.ok(204);
    assert_eq!(accept(&server, &of_ana, &ben).await.ok(200)["seat"], 2);
    assert_eq!(accept(&server, &of_ben, &cleo).await.refused(409, "conflict")["state"], "revoked");
    let fresh = link(&server, pod, &ben, json!({})).await;
    assert_eq!(accept(&server, &fresh, &cleo).await.ok(200)["seat"], 3);
}

#[tokio::test]
async fn links_are_made_by_members_and_once() {
    let server = Server::start().await;
    let [ana, ben, cleo, stranger] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    server.join_event(event, &cleo).await;
    let path = format!("/v1/pods/{pod}/invites");
    server.post(&path, &cleo, json!({})).await.refused(403, "not_member");
    server.post(&path, &stranger, json!({})).await.refused(404, "not_found");
    server.get(&path, &cleo).await.refused(403, "not_member");
    server.get(&path, &stranger).await.refused(404, "not_found");
    for bad in [
        json!({"uses": 0}),
        json!({"uses": 1001}),
        json!({"uses": "x"}),
        json!({"expires_at": "2001-01-01T00:00:00Z"}),
        json!({"expires_at": "+12027-03-09T19:30:00Z"}),
        json!({"id": "x"}),
    ] {
        server.post(&path, &ana, bad).await.refused(422, "invalid");
    }

    let body = json!({"id": Uuid::now_v7(), "uses": 7});
    let answers = join_all((0..5).map(|_| server.post(&path, &ben, body.clone()))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201) && answer.body == answers[0].body));
    server.post(&path, &ana, body.clone()).await.refused(409, "conflict");
    let (_, other) = server.pod(std::slice::from_ref(&ben)).await;
    server.post(&format!("/v1/pods/{other}/invites"), &ben, body).await.refused(409, "conflict");

    let second = link(&server, pod, &ana, json!({})).await;
    let first = server.get(&format!("{path}?limit=1"), &ana).await.ok(200);
    assert_eq!(list(&first, "items"), [second], "the newest first");
    let rest = server.get(&format!("{path}?limit=1&cursor={}", text(&first, "next")), &ana).await.ok(200);
    assert_eq!((&rest["items"][0], &rest["next"]), (&answers[0].body, &Value::Null));

    // One pod has only so many new ones a day.
    let database = server.database.connect().await;
    let more = "INSERT INTO invites (id, pod_id, code, created_by)
                SELECT podium.uuid_v7(), $1, lpad(n::text, 22, '0'), $2 FROM generate_series(1, 98) n";
    database.execute(more, &[&pod, &ben.id]).await.expect("98 more");
    let refused = server.post(&path, &ana, json!({})).await;
    assert!(refused.headers.contains_key("retry-after"));
    refused.refused(429, "rate_limited");
    let page = server.get(&format!("{path}?limit=200"), &ana).await.ok(200);
    assert_eq!(list(&page, "items").len(), 100);
    assert_eq!(id_of(&page["items"][99]), id_of(&answers[0].body));
}

/// Ownership goes from hand to hand, and is announced like any other change.
#[tokio::test]
async fn an_owner_hands_over() {
    let server = Server::start().await;
    let [ana, ben, cleo, stranger] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    server.join_event(event, &cleo).await;
    let watcher = Client::open(&server, &ben).await;
    let topic = format!("pod:{pod}");
    watcher.join(&topic, json!({})).await.ok();
    let path = format!("/v1/pods/{pod}/owner");
    let to = |person: &Person| json!({"user_id": person.id});
    server.put(&path, &ben, to(&cleo)).await.refused(403, "forbidden");
    server.put(&path, &cleo, to(&cleo)).await.refused(403, "not_member");
    server.put(&path, &stranger, to(&stranger)).await.refused(404, "not_found");
    let refused = server.put(&path, &ana, to(&cleo)).await.refused(422, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/user_id");
    server.put(&path, &ana, json!({})).await.refused(422, "invalid");
    server.put(&format!("/v1/pods/{}/owner", Uuid::now_v7()), &ana, to(&ben)).await.refused(404, "not_found");

    let roles =
        |pod: &Value| -> Vec<Value> { list(pod, "members").iter().map(|member| member["role"].clone()).collect() };
    assert_eq!(roles(&server.put(&path, &ana, to(&ana)).await.ok(200)), ["owner", "member"]);
    assert_eq!(roles(&server.put(&path, &ana, to(&ben)).await.ok(200)), ["member", "owner"]);
    let line = watcher.event_where(&topic, "message:new", |line| line["kind"] == "owner_changed").await;
    assert_eq!((&line["user_id"], &line["seq"]), (&json!(ben.id), &json!(3)));
    let changed = watcher.event(&topic, "pod:changed").await;
    assert_eq!(roles(&changed), ["member", "owner"]);
    // Asking again changes nothing and says so.
    assert_eq!(roles(&server.put(&path, &ana, to(&ben)).await.ok(200)), ["member", "owner"]);
    assert_eq!(server.get("/v1/me/pods", &ana).await.ok(200)["items"][0]["head"], 3);
    server.put(&path, &ana, to(&ana)).await.refused(403, "forbidden");
    server.patch(&format!("/v1/pods/{pod}"), &ana, json!({"name": "Mine"})).await.refused(403, "forbidden");
    server.patch(&format!("/v1/pods/{pod}"), &ben, json!({"name": "Ben's"})).await.ok(200);
    server.put(&path, &ben, to(&ana)).await.ok(200);
}
