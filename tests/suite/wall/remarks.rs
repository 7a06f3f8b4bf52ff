//! Comments and reactions: who may, what a repeat does, how many fit, and that counts only ascend.

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use super::post;
use crate::support::cluster::Cluster;
use crate::support::event_client::EventClient;
use crate::support::server::{Answer, Person, SECRET, Server, id_of, list, sign};
use crate::support::wait::until;

/// An event of `people[0]`, whose members all of them are, and a post of `people[0]` on its wall.
async fn gather(server: &Server, people: &[&Person]) -> (Uuid, Uuid) {
    let event = server.event(people[0]).await;
    for person in people {
        server.join_event(event, person).await;
    }
    (event, post(server, event, people[0]).await)
}

fn encoded(emoji: &str) -> String {
    emoji.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn react(server: &Server, post: Uuid, person: &Person, emoji: &str) -> Answer {
    server.put(&format!("/v1/posts/{post}/reactions/{}", encoded(emoji)), person, Value::Null).await
}

async fn take_back(server: &Server, post: Uuid, person: &Person, emoji: &str) -> Answer {
    server.delete(&format!("/v1/posts/{post}/reactions/{}", encoded(emoji)), person).await
}

/// A person whose token has the role of a moderator.
fn moderator() -> Person {
    let (id, name) = (Uuid::now_v7(), "Moderator".to_owned());
    let token = sign(&json!({"sub": id, "name": name, "exp": 4_000_000_000u64, "role": "moderator"}), SECRET);
    Person { id, name, token }
}

/// The texts of a list of comments, over all its pages.
async fn texts(server: &Server, path: &str, person: &Person, limit: usize) -> Vec<String> {
    let (mut texts, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("{path}?limit={limit}{cursor}"), person).await.ok(200);
        texts.extend(list(&page, "items").iter().map(|item| item["text"].as_str().expect("a text").to_owned()));
        assert!(list(&page, "items").len() <= limit);
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return texts,
        }
    }
}

#[tokio::test]
async fn people_comment_on_a_post() {
    let server = Server::start().await;
    let [ana, ben, mod_id] = server.people();
    let (_, post) = gather(&server, &[&ana, &ben]).await;
    let path = format!("/v1/posts/{post}/comments");
    let body = json!({"id": Uuid::now_v7(), "text": " Gate B\nis open "});
    let first = server.post(&path, &ben, body.clone()).await.ok(201);
    assert_eq!(first["text"], "Gate B\nis open");
    assert_eq!(first["author"], json!({"id": ben.id, "display_name": ben.name, "avatar_url": null}));
    assert_eq!((&first["post_id"], &first["edited_at"]), (&json!(post), &Value::Null));

    // A repeat is answered alike, whatever it says now; another person's id and one of another post are refused.
    assert_eq!(server.post(&path, &ben, body.clone()).await.ok(200), first);
    let other = json!({"id": body["id"], "text": "Other"});
    assert_eq!(server.post(&path, &ben, other.clone()).await.ok(200), first);
    server.post(&path, &ana, other.clone()).await.refused(409, "conflict");
    let (_, elsewhere) = gather(&server, &[&ben]).await;
    server.post(&format!("/v1/posts/{elsewhere}/comments"), &ben, other).await.refused(409, "conflict");

    for number in 2..=5 {
        server.post(&path, &ana, json!({"text": format!("Comment {number}")})).await.ok(201);
    }
    for limit in [1, 2, 5, 200] {
        let all = ["Gate B\nis open", "Comment 2", "Comment 3", "Comment 4", "Comment 5"];
        assert_eq!(texts(&server, &path, &ben, limit).await, all);
    }

    // The author changes it; a repeat of a change changes nothing, also after the next one.
    let one = format!("/v1/comments/{}", id_of(&first));
    let (op, next) = (Uuid::now_v7(), Uuid::now_v7());
    let changed = server.patch(&one, &ben, json!({"text": "Gate C", "op": op})).await.ok(200);
    assert_eq!((&changed["text"], &changed["id"]), (&json!("Gate C"), &first["id"]));
    assert!(changed["edited_at"].is_string());
    assert_eq!(server.patch(&one, &ben, json!({"text": "Gate C", "op": op})).await.ok(200), changed);
    let again = server.patch(&one, &ben, json!({"text": "Gate D", "op": next})).await.ok(200);
    assert_eq!(server.patch(&one, &ben, json!({"text": "Gate C", "op": op})).await.ok(200), again);
    assert_eq!(server.patch(&one, &ben, json!({"text": "Gate D"})).await.ok(200), again, "the same is no change");
    server.patch(&one, &ana, json!({"text": "Mine"})).await.refused(403, "forbidden");

    // Deleted, it is gone, and nothing brings it back.
    server.delete(&one, &ben).await.ok(204);
    server.delete(&one, &ben).await.ok(204);
    server.patch(&one, &ben, json!({"text": "Back"})).await.refused(404, "not_found");
    server.post(&path, &ben, body).await.refused(409, "conflict");
    assert_eq!(texts(&server, &path, &ben, 200).await.len(), 4);
    let client = server.database.connect().await;
    let row = client.query_one("SELECT text, user_id FROM comments WHERE deleted_at IS NOT NULL", &[]).await;
    assert_eq!(row.expect("the deleted one").get::<_, String>(0), "", "its text is nowhere");
    server.delete(&format!("/v1/comments/{}", Uuid::now_v7()), &mod_id).await.refused(404, "not_found");
}

#[tokio::test]
async fn comments_are_deleted_by_their_author_hosts_and_moderators() {
    let server = Server::start().await;
    let [ana, ben, host, eve] = server.people();
    let (event, post) = gather(&server, &[&ana, &ben, &host]).await;
    let client = server.database.connect().await;
    client
        .execute("UPDATE event_members SET role = 'host' WHERE event_id = $1 AND user_id = $2", &[&event, &host.id])
        .await
        .expect("name a host");
    let moderator = moderator();
    let path = format!("/v1/posts/{post}/comments");
    for who in [&ana, &host, &moderator] {
        let comment = server.post(&path, &ben, json!({"text": "Rude"})).await.ok(201);
        let one = format!("/v1/comments/{}", id_of(&comment));
        server.delete(&one, &eve).await.refused(404, "not_found");
        server.patch(&one, who, json!({"text": "Nice"})).await.refused(403, "forbidden");
        server.delete(&one, who).await.ok(204);
        server.delete(&one, who).await.ok(204);
    }
    let comment = server.post(&path, &ana, json!({"text": "Fine"})).await.ok(201);
    let one = format!("/v1/comments/{}", id_of(&comment));
    server.delete(&one, &ben).await.refused(403, "forbidden");
    // The event's creator looks after it also as no member of it, and an author after leaving.
    server.delete(&format!("/v1/events/{event}/members/me"), &ana).await.ok(204);
    let kept = server.post(&path, &ben, json!({"text": "Bye"})).await.ok(201);
    server.delete(&format!("/v1/events/{event}/members/me"), &ben).await.ok(204);
    let bens = format!("/v1/comments/{}", id_of(&kept));
    server.patch(&bens, &ben, json!({"text": "Bye, all"})).await.refused(403, "not_member");
    server.delete(&bens, &ben).await.ok(204);
    server.delete(&one, &ana).await.ok(204);
    assert_eq!(texts(&server, &path, &ana, 10).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_outsider_with_every_id_gets_nothing() {
    let server = Server::start().await;
    let [ana, ben, eve] = server.people();
    let (_, post) = gather(&server, &[&ana, &ben]).await;
    let comments = format!("/v1/posts/{post}/comments");
    let comment = server.post(&comments, &ben, json!({"text": "Hello"})).await.ok(201);
    react(&server, post, &ben, "🔥").await.ok(200);
    let one = format!("/v1/comments/{}", id_of(&comment));
    server.get(&comments, &eve).await.refused(404, "not_found");
    server.post(&comments, &eve, json!({"text": "Me too"})).await.refused(404, "not_found");
    server.post(&comments, &eve, json!({"text": "Me too", "id": comment["id"]})).await.refused(404, "not_found");
    server.patch(&one, &eve, json!({"text": "Mine"})).await.refused(404, "not_found");
    server.delete(&one, &eve).await.refused(404, "not_found");
    server.get(&format!("/v1/posts/{post}/reactions"), &eve).await.refused(404, "not_found");
    react(&server, post, &eve, "🔥").await.refused(404, "not_found");
    take_back(&server, post, &eve, "🔥").await.refused(404, "not_found");
    for (method, path) in [("GET", comments.as_str()), ("POST", &comments), ("PATCH", &one), ("DELETE", &one)] {
        let body = (method != "GET" && method != "DELETE").then(|| json!({"text": "x"}));
        server.http(method, path, None, body).await.refused(401, "unauthorized");
    }
}

#[tokio::test]
async fn bad_input_is_named() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let (_, post) = gather(&server, &[&ana]).await;
    let comments = format!("/v1/posts/{post}/comments");
    let comment = server.post(&comments, &ana, json!({"text": "Hello"})).await.ok(201);
    let one = format!("/v1/comments/{}", id_of(&comment));
    for text in
        [json!(""), json!(" \n"), json!("\u{200b}"), json!("a\0b"), json!("x".repeat(1001)), json!(7), json!(null)]
    {
        for refusal in [
            server.post(&comments, &ana, json!({"text": text})).await,
            server.patch(&one, &ana, json!({"text": text})).await,
        ] {
            assert_eq!(refusal.refused(422, "invalid")["errors"][0]["pointer"], "/text", "{text}");
        }
    }
    server.post(&comments, &ana, json!({"text": "x".repeat(1000)})).await.ok(201);
    server.post(&comments, &ana, json!({"text": "x", "id": 7})).await.refused(422, "invalid");
    server.patch(&one, &ana, json!({"text": "x", "op": "no"})).await.refused(422, "invalid");
    for emoji in ["a", "🔥🔥", "🔥 ", "\u{202e}"] {
        let problem = react(&server, post, &ana, emoji).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/emoji", "{emoji:?}");
        take_back(&server, post, &ana, emoji).await.refused(422, "invalid");
        let asked = format!("/v1/posts/{post}/reactions?emoji={}", encoded(emoji));
        assert_eq!(server.get(&asked, &ana).await.refused(422, "invalid")["errors"][0]["pointer"], "?emoji");
    }
    for id in ["x", "00000000-0000-0000-0000-00000000000g"] {
        server.get(&format!("/v1/posts/{id}/comments"), &ana).await.refused(404, "not_found");
        server.delete(&format!("/v1/comments/{id}"), &ana).await.refused(404, "not_found");
    }
    for list in [&comments, &format!("/v1/posts/{post}/reactions")] {
        for query in ["limit=0", "limit=201", "limit=x", "cursor=x", "cursor=AAAA", "cursor=WzFd", "page=2"] {
            server.get(&format!("{list}?{query}"), &ana).await.refused(422, "invalid");
        }
    }
    server.assert_no_panic();
    let errors = server.log().into_iter().filter(|line| line.contains("\"ERROR\"")).collect::<Vec<_>>();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[tokio::test]
async fn people_react_to_a_post() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (event, post) = gather(&server, &[&ana, &ben]).await;
    let answer = react(&server, post, &ana, "❤").await.ok(200);
    assert_eq!(answer, json!({"comments": 0, "reactions": {"❤️": 1}, "mine": ["❤️"]}));
    // A repeat changes nothing, in either spelling.
    assert_eq!(react(&server, post, &ana, "❤️").await.ok(200), answer);
    react(&server, post, &ana, "🔥").await.ok(200);
    let answer = react(&server, post, &ben, "❤️").await.ok(200);
    assert_eq!(answer, json!({"comments": 0, "reactions": {"❤️": 2, "🔥": 1}, "mine": ["❤️"]}));
    server.post(&format!("/v1/posts/{post}/comments"), &ben, json!({"text": "Yes"})).await.ok(201);
    assert_eq!(take_back(&server, post, &ben, "👍").await.ok(200)["comments"], 1);

    let path = format!("/v1/posts/{post}/reactions");
    let page = server.get(&path, &ben).await.ok(200);
    let of = |page: &Value| -> Vec<(String, Uuid)> {
        let items = list(page, "items").iter();
        items.map(|item| (item["emoji"].as_str().expect("one").to_owned(), id_of(&item["person"]))).collect()
    };
    let all = [("❤️".to_owned(), ana.id), ("❤️".to_owned(), ben.id), ("🔥".to_owned(), ana.id)];
    assert_eq!(of(&page), all);
    assert_eq!(list(&page, "items")[0]["person"]["display_name"], ana.name);
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("{path}?limit=1{cursor}"), &ben).await.ok(200);
        paged.extend(of(&page));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(paged, all);
    let fires = server.get(&format!("{path}?emoji={}", encoded("🔥")), &ben).await.ok(200);
    assert_eq!(of(&fires), [("🔥".to_owned(), ana.id)]);

    let answer = take_back(&server, post, &ana, "❤").await.ok(200);
    assert_eq!(answer, json!({"comments": 1, "reactions": {"❤️": 1, "🔥": 1}, "mine": ["🔥"]}));
    assert_eq!(take_back(&server, post, &ana, "❤").await.ok(200), answer);
    // One who is hidden in lists is seen by what they do on the wall.
    server.put(&format!("/v1/events/{event}/members/me"), &ben, json!({"hidden": true})).await.ok(200);
    let members = server.get(&format!("/v1/events/{event}/members"), &ana).await.ok(200);
    assert!(!members.to_string().contains(&ben.name));
    let hearts = server.get(&format!("{path}?emoji={}", encoded("❤")), &ana).await.ok(200);
    assert_eq!(list(&hearts, "items")[0]["person"]["display_name"], ben.name);
    let comments = server.get(&format!("/v1/posts/{post}/comments"), &ana).await.ok(200);
    assert_eq!(list(&comments, "items")[0]["author"]["display_name"], ben.name);
}

/// The emoji that the kinds are made of.
fn kinds(count: u32) -> Vec<String> {
    (0..count).map(|number| char::from_u32(0x1f600 + number).expect("an emoji").to_string()).collect()
}

/// Over two nodes, and at once: twenty kinds fit, and a kind that is there already has room for all.
#[tokio::test]
async fn a_post_has_twenty_kinds_of_reactions_whatever_races() {
    let server = Server::start().await;
    let other = Server::start_on(server.database.clone(), &[]).await;
    let people: [Person; 10] = server.people();
    let (_, post) = gather(&server, &people.iter().collect::<Vec<_>>()).await;
    let kinds = kinds(40);
    let requests = people.iter().enumerate().flat_map(|(turn, person)| {
        let node = if turn % 2 == 0 { &server } else { &other };
        kinds.iter().cycle().skip(turn * 4).take(40).map(move |kind| react(node, post, person, kind))
    });
    let answers = join_all(requests).await;
    for answer in &answers {
        assert!(matches!(answer.status, 200 | 422), "{}", answer.body);
    }
    let counts = react(&server, post, &people[0], &kinds[0]).await;
    let found = take_back(&server, post, &people[0], "🎸").await.ok(200)["reactions"].clone();
    let found = found.as_object().expect("an object");
    assert_eq!(found.len(), 20, "{} {found:?}", counts.body);
    assert!(found.values().all(|count| count == 10), "each that is there has room for all: {found:?}");

    // Kinds go and come at once: never more than twenty.
    let there: Vec<String> = found.keys().cloned().collect();
    let absent: Vec<&String> = kinds.iter().filter(|kind| !there.contains(kind)).collect();
    for _ in 0..3 {
        let leave = people.iter().flat_map(|person| there[..5].iter().map(move |kind| (person, kind)));
        let leave = leave.map(|(person, kind)| take_back(&server, post, person, kind));
        let come = people.iter().flat_map(|person| absent.iter().map(move |kind| (person, *kind)));
        let come = come.map(|(person, kind)| react(&other, post, person, kind));
        let (left, came) = futures_util::join!(join_all(leave), join_all(come));
        for answer in left.iter().chain(&came) {
            assert!(matches!(answer.status, 200 | 422), "{}", answer.body);
            if answer.status == 200 {
                let kinds = answer.body["reactions"].as_object().expect("an object").len();
                assert!(kinds <= 20, "{kinds} kinds");
            }
        }
        let back =
            join_all(people.iter().flat_map(|person| absent.iter().map(|kind| take_back(&server, post, person, kind))));
        back.await;
        join_all(people.iter().flat_map(|person| there[..5].iter().map(|kind| react(&server, post, person, kind))))
            .await;
    }
}

/// Over two nodes, and at once: as many as the setting says get through, and the others are answered with
/// `Retry-After`. Deleting one makes no room for another.
#[tokio::test]
async fn nobody_remarks_too_often() {
    let limits = [("PODIUM_LIMIT_COMMENTS", "3/24h"), ("PODIUM_LIMIT_REACTIONS", "4/24h")];
    let server = Server::start_with(&limits).await;
    let other = Server::start_on(server.database.clone(), &limits).await;
    let [ana, ben] = server.people();
    let (_, post) = gather(&server, &[&ana, &ben]).await;
    let path = format!("/v1/posts/{post}/comments");
    let bodies: Vec<Value> = (0..8).map(|n| json!({"id": Uuid::now_v7(), "text": format!("Comment {n}")})).collect();
    let node = |n: usize| if n.is_multiple_of(2) { &server } else { &other };
    let answers = join_all(bodies.iter().enumerate().map(|(n, body)| node(n).post(&path, &ana, body.clone()))).await;
    let is_late = |answer: &Answer| {
        assert_eq!(answer.body["code"], "rate_limited");
        let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().expect("seconds");
        (80_000..=86_400).contains(&wait)
    };
    let (made, late): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((made.len(), late.len()), (3, 5));
    assert!(late.into_iter().all(is_late));
    for (body, answer) in bodies.iter().zip(&answers) {
        let again = other.post(&path, &ana, body.clone()).await.status;
        assert_eq!(again, if answer.status == 201 { 200 } else { 429 });
    }
    server.delete(&format!("/v1/comments/{}", id_of(&made[0].body)), &ana).await.ok(204);
    server.post(&path, &ana, json!({"text": "One more"})).await.refused(429, "rate_limited");
    server.post(&path, &ben, json!({"text": "Mine"})).await.ok(201);

    // Setting one and taking it back, again and again, counts each time; a repeat counts nothing.
    for _ in 0..3 {
        react(&server, post, &ana, "🔥").await.ok(200);
        react(&server, post, &ana, "🔥").await.ok(200);
        take_back(&server, post, &ana, "🔥").await.ok(200);
    }
    react(&server, post, &ana, "👍").await.ok(200);
    let refusal = react(&server, post, &ana, "🎸").await;
    assert_eq!(refusal.status, 429);
    assert!(is_late(&refusal));
    react(&server, post, &ana, "👍").await.ok(200);
    take_back(&server, post, &ana, "👍").await.ok(200);
    react(&server, post, &ben, "🎸").await.ok(200);
    let client = server.database.connect().await;
    client.batch_execute("UPDATE reactions SET at = at - interval '1 day'").await.expect("let a day pass");
    react(&server, post, &ana, "🎸").await.ok(200);
}

/// With its post everything goes; an event with another's remark stays.
#[tokio::test]
async fn remarks_go_with_their_post_and_keep_their_event() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (event, post) = gather(&server, &[&ana, &ben]).await;
    let path = format!("/v1/posts/{post}/comments");
    server.post(&path, &ben, json!({"text": "Hello"})).await.ok(201);
    react(&server, post, &ben, "🔥").await.ok(200);
    server.delete(&format!("/v1/events/{event}/members/me"), &ben).await.ok(204);
    server.delete(&format!("/v1/events/{event}"), &ana).await.refused(409, "conflict");
    let client = server.database.connect().await;
    client.execute("DELETE FROM posts WHERE id = $1", &[&post]).await.expect("delete the post");
    let rows = "SELECT (SELECT count(*) FROM comments) + (SELECT count(*) FROM reactions)";
    assert_eq!(client.query_one(rows, &[]).await.expect("count").get::<_, i64>(0), 0);
    server.get(&path, &ana).await.refused(404, "not_found");
    server.post(&path, &ana, json!({"text": "Late"})).await.refused(404, "not_found");
    react(&server, post, &ana, "🔥").await.refused(404, "not_found");
    server.delete(&format!("/v1/events/{event}"), &ana).await.ok(204);
}

/// Everybody on the topic receives the counts, and not each change of them.
#[tokio::test]
async fn counts_are_sent_to_the_topic() {
    let server = Server::start().await;
    let [ana, ben, cy] = server.people();
    let (event, post) = gather(&server, &[&ana, &ben, &cy]).await;
    let client = EventClient::join(&server, &ana, event).await;
    let path = format!("/v1/posts/{post}/comments");
    let mut comments = Vec::new();
    for number in 1..=5 {
        comments.push(server.post(&path, &ben, json!({"text": format!("Comment {number}")})).await.ok(201));
        react(&server, post, &ben, &kinds(5)[number - 1]).await.ok(200);
    }
    react(&server, post, &cy, "😀").await.ok(200);
    for comment in &comments[..3] {
        server.delete(&format!("/v1/comments/{}", id_of(comment)), &ben).await.ok(204);
    }
    take_back(&server, post, &ben, "😁").await.ok(200);
    let last = json!({"post_id": post, "comments": 2, "reactions": {"😀": 2, "😂": 1, "😃": 1, "😄": 1}});
    until("the last counts", async || sent(&client).last() == Some(&last)).await;
    assert!(sent(&client).len() <= 15, "not each change is sent: {:?}", sent(&client));
    // What changes nothing sends nothing: the next counts are those of the next change.
    let before = sent(&client).len();
    react(&server, post, &cy, "😀").await.ok(200);
    take_back(&server, post, &cy, "😂").await.ok(200);
    let kept = format!("/v1/comments/{}", id_of(&comments[4]));
    server.patch(&kept, &ben, json!({"text": "Edited"})).await.ok(200);
    server.post(&path, &cy, json!({"text": "One more"})).await.ok(201);
    until("the next counts", async || sent(&client).len() > before).await;
    assert_eq!(sent(&client)[before]["comments"], 3);

    // Posts have the same counts, in lists and in the join reply, with what is one's own.
    let counts = json!({"comments": 3, "reactions": last["reactions"]});
    let joined = EventClient::join(&server, &cy, event).await.joined;
    let listed = server.get(&format!("/v1/events/{event}/posts"), &cy).await.ok(200);
    for view in [&list(&joined, "posts")[0], &list(&listed, "items")[0]] {
        assert_eq!(json!({"comments": view["comments"], "reactions": view["reactions"]}), counts);
        assert_eq!(view["mine"]["reactions"], json!(["😀"]));
    }
}

/// The counts of posts that a session received.
fn sent(client: &EventClient) -> Vec<Value> {
    client.received().into_iter().filter(|frame| frame.event == "post:counts").map(|frame| frame.payload).collect()
}

/// Sessions that come and go while others comment, on two nodes that lose each other: what a session is sent is never
/// older than its reply or what it was sent before, and the last counts reach everybody.
#[tokio::test]
async fn counts_only_ascend_also_across_rejoins() {
    let cluster = Cluster::start(2).await;
    let nodes = &cluster.nodes;
    let people: [Person; 8] = nodes[0].people();
    let (event, post) = gather(&nodes[0], &people.iter().collect::<Vec<_>>()).await;
    let comments = format!("/v1/posts/{post}/comments");
    let writing = async {
        for round in 0..6 {
            if round == 3 {
                // From here on the nodes learn of each other's by looking.
                cluster.proxies.iter().for_each(|proxy| proxy.cut());
            }
            let text = json!({"text": format!("Round {round}")});
            let texts =
                people.iter().enumerate().map(|(at, person)| nodes[at % 2].post(&comments, person, text.clone()));
            join_all(texts).await;
        }
    };
    let listening = async {
        let mut clients = Vec::new();
        for (at, person) in people.iter().cycle().take(16).enumerate() {
            clients.push(EventClient::join(&nodes[at / 2 % 2], person, event).await);
        }
        clients
    };
    let ((), clients) = futures_util::join!(writing, listening);
    let number = |value: &Value| value["comments"].as_i64().expect("a number");
    let counts = |client: &EventClient| -> Vec<i64> {
        let first = number(&list(&client.joined, "posts")[0]);
        std::iter::once(first).chain(sent(client).iter().map(number)).collect()
    };
    // Of one node's comments the other has no sign but the numbers themselves.
    for last in 48..=50 {
        until("the last counts", async || clients.iter().all(|client| counts(client).last() == Some(&last))).await;
        nodes[0].post(&comments, &people[0], json!({"text": "One more"})).await.ok(201);
    }
    for client in &clients {
        assert!(counts(client).is_sorted_by(|one, next| one < next), "{:?}", counts(client));
    }
}
