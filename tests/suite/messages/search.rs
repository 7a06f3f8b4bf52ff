//! Finding messages in one's own pods.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::server::{Person, Server, id_of, list, text};

fn path(query: &[(&str, &str)]) -> String {
    let url = reqwest::Url::parse_with_params("http://x/v1/me/search", query).expect("a query");
    format!("/v1/me/search?{}", url.query().expect("a query"))
}

/// The texts that are found.
async fn found(server: &Server, person: &Person, words: &str) -> Vec<String> {
    let page = server.get(&path(&[("q", words)]), person).await.ok(200);
    list(&page, "items").iter().map(|item| text(&item["message"], "text").to_owned()).collect()
}

async fn says(server: &Server, pod: Uuid, person: &Person, text: &str) -> Uuid {
    let id = Uuid::now_v7();
    server.post(&format!("/v1/pods/{pod}/messages"), person, json!({"id": id, "text": text})).await.ok(201);
    id
}

#[tokio::test]
async fn words_are_found_however_they_are_written() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let (_, other) = server.pod(std::slice::from_ref(&ana)).await;
    says(&server, pod, &ana, "Das Café öffnet\num acht").await;
    says(&server, other, &ana, "100% sure? The CAFE is closed").await;
    let last = says(&server, pod, &ben, "Straßenbahn 8 fährt nicht, it\u{2019}s late").await;
    for (words, finds) in [
        ("cafe", vec!["100% sure? The CAFE is closed", "Das Café öffnet\num acht"]),
        ("CAFÉ offnet", vec!["Das Café öffnet\num acht"]),
        ("acht caf", vec!["Das Café öffnet\num acht"]),
        ("strassen bahn", vec!["Straßenbahn 8 fährt nicht, it\u{2019}s late"]),
        ("it's", vec!["Straßenbahn 8 fährt nicht, it\u{2019}s late"]),
        ("100%", vec!["100% sure? The CAFE is closed"]),
        ("ca", vec!["100% sure? The CAFE is closed", "Das Café öffnet\num acht"]),
        ("af", vec![]),
        ("_", vec![]),
        ("cafe zzz", vec![]),
        ("caef", vec![]),
    ] {
        assert_eq!(found(&server, &ana, words).await, finds, "{words}");
    }
    // With the pod and the event, and the message as it is in the log.
    let page = server.get(&path(&[("q", "strassenbahn")]), &ana).await.ok(200);
    let item = &list(&page, "items")[0];
    let log = server.get(&format!("/v1/pods/{pod}/messages"), &ana).await.ok(200);
    let in_log = list(&log, "messages").iter().find(|message| id_of(message) == last).expect("in the log");
    assert_eq!(&item["message"], in_log);
    let names = [&item["pod_id"], &item["event_id"], &item["pod_name"]];
    let name = server.get(&format!("/v1/pods/{pod}"), &ana).await.ok(200)["name"].clone();
    assert_eq!(names, [&json!(pod), &json!(event), &name]);
    assert_eq!(page["next"], Value::Null);
}

#[tokio::test]
async fn what_one_may_not_read_is_not_found() {
    let server = Server::start().await;
    let [ana, ben, eve] = server.people();
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    server.join_event(event, &ben).await;
    server.join_event(event, &eve).await;
    says(&server, pod, &ana, "lantern before").await;
    server.put(&format!("/v1/pods/{pod}/members/me"), &ben, json!({})).await.ok(200);
    let after = says(&server, pod, &ana, "lantern after").await;
    assert_eq!(found(&server, &ana, "lantern").await, ["lantern after", "lantern before"]);
    assert_eq!(found(&server, &ben, "lantern").await, ["lantern after"], "since one came");
    assert_eq!(found(&server, &eve, "lantern").await, Vec::<String>::new(), "a member of the event alone");
    let moderator = server.moderator("Mo");
    assert_eq!(found(&server, &moderator, "lantern").await, Vec::<String>::new(), "a moderator");
    // Lines of the log are not messages, deleted ones are gone, and edited ones are found as they are.
    assert_eq!(found(&server, &ana, "joined").await, Vec::<String>::new());
    server.patch(&format!("/v1/pods/{pod}"), &ana, json!({"name": "Lantern crew"})).await.ok(200);
    assert_eq!(found(&server, &ben, "crew").await, Vec::<String>::new(), "the line about the new name");
    let message = format!("/v1/pods/{pod}/messages/{after}");
    server.patch(&message, &ana, json!({"text": "torch", "op": Uuid::now_v7()})).await.ok(200);
    assert_eq!(found(&server, &ben, "lantern").await, Vec::<String>::new());
    assert_eq!(found(&server, &ben, "torch").await, ["torch"]);
    server.delete(&format!("{message}?op={}", Uuid::now_v7()), &ana).await.ok(200);
    assert_eq!(found(&server, &ben, "torch").await, Vec::<String>::new());
    // Nothing after one has gone, or was removed.
    says(&server, pod, &ana, "lantern again").await;
    assert_eq!(found(&server, &ben, "lantern").await, ["lantern again"]);
    server.delete(&format!("/v1/pods/{pod}/members/{}", ben.id), &ana).await.ok(204);
    assert_eq!(found(&server, &ben, "lantern").await, Vec::<String>::new(), "who was removed");
    server.delete(&format!("/v1/pods/{pod}/members/me"), &ana).await.ok(204);
    assert_eq!(found(&server, &ana, "lantern").await, Vec::<String>::new(), "who has left");
}

/// Pages go on where they ended, over several pods, also where many messages lie between two that are found.
#[tokio::test]
async fn pages_show_every_find_once_the_newest_first() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let mut pods = Vec::new();
    for _ in 0..3 {
        pods.push(server.pod(std::slice::from_ref(&ana)).await.1);
    }
    // Every thousandth is found, of three pods in turn; in the third are so many that a page ends before the first find.
    let client = server.database.connect().await;
    client
        .batch_execute(&format!(
            "SET session_replication_role = replica;
             INSERT INTO messages (id, pod_id, seq, changed_seq, user_id, text, created_at)
               SELECT gen_random_uuid(), (ARRAY['{a}', '{b}', '{c}']::uuid[])[1 + n % 3], 10 + n, 10 + n, '{ana}',
                      CASE WHEN n % 1000 < 2 THEN 'needle ' || n ELSE 'hay' END, now() + (n / 2) * interval '1 s'
               FROM generate_series(1, 9000) n;
             INSERT INTO messages (id, pod_id, seq, changed_seq, user_id, text, created_at)
               SELECT gen_random_uuid(), '{c}', 10000 + n, 10000 + n, '{ana}', 'hay', now() + interval '1 d' + n * interval '1 s'
               FROM generate_series(1, 30000) n;
             UPDATE pods SET last_seq = 50000;
             ANALYZE messages",
            a = pods[0],
            b = pods[1],
            c = pods[2],
            ana = ana.id,
        ))
        .await
        .expect("many messages");
    let order = "SELECT id FROM messages WHERE text LIKE 'needle%' ORDER BY created_at DESC, id DESC";
    let expected: Vec<Uuid> = client.query(order, &[]).await.expect("all").iter().map(|row| row.get(0)).collect();
    for limit in ["2", "50"] {
        let (mut seen, mut pages, mut empty, mut cursor) = (Vec::new(), 0, 0, None::<String>);
        loop {
            let mut query = vec![("q", "needle"), ("limit", limit)];
            query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let page = server.get(&path(&query), &ana).await.ok(200);
            let items = list(&page, "items");
            assert!(items.len() <= limit.parse::<usize>().expect("a number"));
            seen.extend(items.iter().map(|item| id_of(&item["message"])));
            (pages, empty) = (pages + 1, empty + usize::from(items.is_empty()));
            assert!(pages < 100, "the pages end");
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        assert_eq!(seen, expected, "by {limit}");
        assert!(empty > 0, "a page ends before it has found anything");
    }
}

#[tokio::test]
async fn queries_that_are_wrong_are_refused() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    for bad in [
        path(&[("q", " ")]),
        path(&[("q", "\u{200b}")]),
        path(&[("q", &"x".repeat(201))]),
        path(&[("q", "x"), ("cursor", "nonsense")]),
        path(&[("q", "x"), ("limit", "0")]),
        "/v1/me/search?q=%FF".into(),
        "/v1/me/search".into(),
    ] {
        server.get(&bad, &ana).await.refused(422, "invalid");
    }
    server.http("GET", &path(&[("q", "x")]), None, None).await.refused(401, "unauthorized");
    assert_eq!(found(&server, &ana, "anything").await, Vec::<String>::new(), "without a pod");
}
