//! Every list costs the same number of statements for one row and for a hundred.

use serde_json::json;
use uuid::Uuid;

use crate::support::server::{Person, Server};

/// A hundred rows in every list of `many`, one in every list of `one`.
const ROWS: &str = "
    INSERT INTO profiles (id, display_name)
      SELECT podium.uuid_v7(), 'Person ' || n FROM generate_series(1, 120) n;
    INSERT INTO events (id, slug, artist, city, venue, date_utc, created_by)
      SELECT podium.uuid_v7(), 'crowd-' || n, 'Crowded', 'City', 'Venue', now() + n * interval '1 day', '$MANY'
      FROM generate_series(1, 100) n;
    INSERT INTO event_members (event_id, user_id) SELECT id, '$MANY' FROM events WHERE artist = 'Crowded';
    INSERT INTO event_members (event_id, user_id)
      SELECT '$CROWD', id FROM profiles WHERE display_name LIKE 'Person %' AND id NOT IN ('$ONE', '$MANY');
    SELECT podium.pod_open(podium.uuid_v7(), '$CROWD', '$MANY', 'Pod ' || n, 'open') FROM generate_series(1, 100) n;
    SELECT podium.pod_join(pod, person)
      FROM (SELECT id AS pod, row_number() OVER () AS n FROM pods WHERE event_id = '$CROWD') p
      JOIN (SELECT user_id AS person, row_number() OVER () AS n FROM event_members
            WHERE event_id = '$CROWD' AND user_id <> '$MANY') m ON m.n % 100 = p.n % 100;
    INSERT INTO invites (id, pod_id, code, created_by)
      SELECT podium.uuid_v7(), pod, lpad(n::text, 22, '0'), person
      FROM (SELECT '$SMALL'::uuid AS pod, '$ONE'::uuid AS person, 0 AS n
            UNION ALL SELECT '$POD', '$MANY', n FROM generate_series(1, 100) n) links;
    INSERT INTO memorabilia (event_id, user_id)
      SELECT event_id, user_id FROM event_members WHERE user_id IN ('$ONE', '$MANY') AND event_id <> '$CROWD';
    UPDATE event_members SET role = 'host' WHERE event_id = '$SMALL_EVENT' OR event_id = '$CROWD' AND user_id IN (
      SELECT user_id FROM event_members WHERE event_id = '$CROWD' AND user_id <> '$MANY' LIMIT 100);
    SELECT podium.append(array_agg('$POD'::uuid), array_agg(podium.uuid_v7()), array_agg('$MANY'::uuid),
                         array_agg('text ' || n)) FROM generate_series(1, 100) n;
    INSERT INTO posts (event_id, user_id, kind, body)
      SELECT wall, author, 'poll', '{\"question\": \"Who?\", \"options\": [\"A\", \"B\"], \"mode\": \"single\", \"results\": \"always\"}'
      FROM (SELECT '$SMALL_EVENT'::uuid AS wall, '$ONE'::uuid AS author
            UNION ALL (SELECT '$CROWD', user_id FROM event_members WHERE event_id = '$CROWD' LIMIT 100)) p;
    INSERT INTO posts (id, event_id, user_id, kind, body) VALUES
      ('$SMALL_POST', '$SMALL_EVENT', '$ONE', 'text', '{\"text\": \"Hello\"}'),
      ('$LONG_POST', '$CROWD', '$MANY', 'text', '{\"text\": \"Hello\"}');
    INSERT INTO comments (post_id, event_id, user_id, text) VALUES ('$SMALL_POST', '$SMALL_EVENT', '$ONE', 'Text');
    INSERT INTO comments (post_id, event_id, user_id, text)
      SELECT '$LONG_POST', '$CROWD', user_id, 'Text' FROM event_members WHERE event_id = '$CROWD' LIMIT 100;
    INSERT INTO reactions (post_id, event_id, user_id, emoji)
      SELECT post_id, event_id, user_id, '🔥' FROM comments;
";

#[tokio::test]
async fn a_list_costs_the_same_for_one_row_and_for_a_hundred() {
    let server = Server::start().await;
    let [one, many] = server.people();
    let (small_event, small_pod) = server.pod(std::slice::from_ref(&one)).await;
    let (crowd, long_pod) = server.pod(std::slice::from_ref(&many)).await;
    let [small_post, long_post] = [Uuid::now_v7(), Uuid::now_v7()];
    let rows = ROWS
        .replace("$ONE", &one.id.to_string())
        .replace("$MANY", &many.id.to_string())
        .replace("$CROWD", &crowd.to_string())
        .replace("$POD", &long_pod.to_string())
        .replace("$SMALL_POST", &small_post.to_string())
        .replace("$LONG_POST", &long_post.to_string())
        .replace("$SMALL_EVENT", &small_event.to_string())
        .replace("$SMALL", &small_pod.to_string());
    server.database.connect().await.batch_execute(&rows).await.expect("a hundred rows");

    let lists = [
        ("/v1/events?artist=%C3%93lafur%20Arnalds&limit=1".to_owned(), "/v1/events?artist=crowded".to_owned(), "items"),
        ("/v1/events?q=arnalds&limit=1".to_owned(), "/v1/events?q=corwded+citty".to_owned(), "items"),
        (format!("/v1/pods/{small_pod}/invites"), format!("/v1/pods/{long_pod}/invites"), "items"),
        (format!("/v1/events/{small_event}/members"), format!("/v1/events/{crowd}/members"), "items"),
        (format!("/v1/events/{small_event}/pods"), format!("/v1/events/{crowd}/pods"), "items"),
        (format!("/v1/events/{small_event}/posts?kind=poll"), format!("/v1/events/{crowd}/posts?kind=poll"), "items"),
        (format!("/v1/posts/{small_post}/comments"), format!("/v1/posts/{long_post}/comments"), "items"),
        (format!("/v1/posts/{small_post}/reactions"), format!("/v1/posts/{long_post}/reactions"), "items"),
        ("/v1/me/events".to_owned(), "/v1/me/events".to_owned(), "items"),
        ("/v1/me/pods".to_owned(), "/v1/me/pods".to_owned(), "items"),
        ("/v1/me/memorabilia".to_owned(), "/v1/me/memorabilia".to_owned(), "items"),
        (format!("/v1/pods/{small_pod}/messages?after=0"), format!("/v1/pods/{long_pod}/messages?after=0"), "messages"),
    ];
    for (short, long, items) in lists {
        let separator = if long.contains('?') { '&' } else { '?' };
        let long = format!("{long}{separator}limit=100");
        let (of_one, rows_of_one) = cost(&server, &short, &one, items).await;
        let (of_many, rows_of_many) = cost(&server, &long, &many, items).await;
        assert_eq!((rows_of_one, rows_of_many), (1, 100), "{long}");
        assert_eq!(of_one, of_many, "{long} costs {of_many} statements, {short} {of_one}");
        assert!((1.0..=8.0).contains(&of_many), "{long} costs {of_many} statements");
    }
    // All hosts are on one page.
    let hosts =
        [(small_event, &one), (crowd, &many)].map(|(event, person)| (format!("/v1/events/{event}/hosts"), person));
    let [(of_one, 1), (of_many, 100)] =
        [cost(&server, &hosts[0].0, hosts[0].1, "items").await, cost(&server, &hosts[1].0, hosts[1].1, "items").await]
    else {
        panic!("one host and a hundred");
    };
    assert_eq!(of_one, of_many);
}

async fn cost(server: &Server, path: &str, person: &Person, items: &str) -> (f64, usize) {
    let page = server.get(path, person).await.ok(200);
    let statements = server.statements(async || server.get(path, person).await.ok(200)).await;
    (statements, page[items].as_array().map_or(0, Vec::len))
}

#[tokio::test]
async fn a_cursor_of_another_list_or_none_of_ours_is_refused() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let (event, _) = server.pod(std::slice::from_ref(&ana)).await;
    let lists = [
        "/v1/events".into(),
        "/v1/me/events".into(),
        "/v1/me/memorabilia".into(),
        "/v1/me/pods".into(),
        format!("/v1/events/{event}/pods"),
        format!("/v1/events/{event}/posts"),
    ];
    for list in lists {
        // The last one is the base64url of "[1]".
        for cursor in ["x", "%00", "%FF", "", "AAAA", "WzFd", &"A".repeat(5_000)] {
            let answer = server.get(&format!("{list}?cursor={cursor}"), &ana).await;
            answer.refused(422, "invalid");
        }
        // A made-up one of the right form reads no further than a real one.
        let made_up = base64_url(&json!(["2000-01-01T00:00:00Z", Uuid::nil()]).to_string());
        server.get(&format!("{list}?cursor={made_up}"), &ana).await.ok(200);
        let far = base64_url(&json!(["+262142-12-31T23:59:59.999999Z", Uuid::max()]).to_string());
        let answer = server.get(&format!("{list}?cursor={far}"), &ana).await;
        assert!(matches!(answer.status, 200 | 422), "{}", answer.body);
        let earliest = base64_url(&json!(["-262143-01-01T00:00:00Z", Uuid::nil()]).to_string());
        let answer = server.get(&format!("{list}?cursor={earliest}"), &ana).await;
        assert!(matches!(answer.status, 200 | 422), "{}", answer.body);
    }
}

fn base64_url(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}
