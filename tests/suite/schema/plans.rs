//! The hot reads stay cheap behind row level security: look-ups by index, whatever the size of the log and of the event.

use serde_json::Value;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::database::Database;
use crate::support::people::{TWO_IN_A_POD, id};

/// A pod with a long log, in an event with many members, and a connection that is `b`.
async fn long_log() -> (Database, Client) {
    let database = Database::create().await;
    let client = database.connect().await;
    client.batch_execute(TWO_IN_A_POD).await.expect("two in a pod");
    client
        .batch_execute(
            "INSERT INTO profiles (id, display_name) SELECT podium.uuid_v7(), 'Person' FROM generate_series(1, 5000);
             INSERT INTO event_members (event_id, user_id)
               SELECT e.id, p.id FROM events e, profiles p ON CONFLICT DO NOTHING;
             INSERT INTO messages (id, pod_id, seq, changed_seq, user_id, text)
               SELECT podium.uuid_v7(), p.id, n, n, p.created_by, 'text ' || n FROM pods p, generate_series(3, 30000) n;
             UPDATE pods SET last_seq = 30000;
             ANALYZE",
        )
        .await
        .expect("a long log");
    client.batch_execute(&format!("SET ROLE podium_user; SET podium.user_id = '{}'", id('b'))).await.expect("be b");
    (database, client)
}

/// The plan of a query, run: every node below the top one.
async fn plan(client: &Client, sql: &str) -> Vec<Value> {
    let rows = client.query(&format!("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}"), &[]).await.expect("explain");
    let explained: Value = rows[0].get(0);
    let mut nodes = vec![explained[0]["Plan"].clone()];
    let mut next = 0;
    while let Some(node) = nodes.get(next) {
        nodes.extend(node["Plans"].as_array().cloned().unwrap_or_default());
        next += 1;
    }
    nodes
}

/// Asserts that a query reads tables by index alone, and throws few rows away.
async fn is_cheap(client: &Client, what: &str, sql: &str, rows: u64) {
    let nodes = plan(client, sql).await;
    assert_eq!(nodes[0]["Actual Rows"].as_f64(), Some(rows as f64), "{what}: {nodes:#?}");
    for node in &nodes {
        let never = node["Actual Loops"].as_u64() == Some(0);
        assert!(never || node["Node Type"] != "Seq Scan", "{what} reads a whole table: {node:#}");
        let thrown_away = node["Rows Removed by Filter"].as_f64().unwrap_or(0.0);
        assert!(thrown_away <= 10.0, "{what} reads what it does not need: {node:#}");
    }
}

#[tokio::test]
async fn hot_reads_are_look_ups() {
    let (_database, client) = long_log().await;
    let (pod, event) = (id('p'), id('e'));
    for (what, sql, rows) in [
        ("the newest page", format!("SELECT * FROM messages WHERE pod_id = '{pod}' ORDER BY seq DESC LIMIT 50"), 50),
        (
            "a page amid the log",
            format!("SELECT * FROM messages WHERE pod_id = '{pod}' AND seq < 20000 ORDER BY seq DESC LIMIT 200"),
            200,
        ),
        (
            "what changed",
            format!(
                "SELECT * FROM messages WHERE pod_id = '{pod}' AND changed_seq > 29000 ORDER BY changed_seq LIMIT 200"
            ),
            200,
        ),
        ("the members of a pod", format!("SELECT * FROM pod_members WHERE pod_id = '{pod}'"), 2),
        (
            "the members of an event",
            format!("SELECT * FROM event_members WHERE event_id = '{event}' ORDER BY joined_at, user_id LIMIT 100"),
            100,
        ),
        ("the list of events", "SELECT * FROM events WHERE lower(city) = 'city' ORDER BY date_utc, id".into(), 1),
    ] {
        // Tables of a few rows are read whole, rightly; for these, it is the shape that counts.
        let few = what == "the members of a pod" || what == "the list of events";
        client.batch_execute(&format!("SET enable_seqscan = {}", !few)).await.expect("set");
        is_cheap(&client, what, &sql, rows).await;
    }
}

/// Events of which some words are in each, some in a tenth, and some in one.
const MANY_EVENTS: &str = "
    INSERT INTO profiles (id, display_name) VALUES ('00000000-0000-7000-8000-000000000061', 'Ada');
    INSERT INTO events (id, slug, artist, city, venue, date_utc, created_by)
      SELECT podium.uuid_v7(), 'e-' || n,
             (ARRAY['Velvet','Paper','Silver','Broken','Electric','Northern','Quiet','Golden','Hollow','Midnight'])[1 + n % 10]
               || ' ' || md5(n::text), 'City ' || n % 100, 'Hall ' || n % 977,
             now() + (n * 7919 % 20000) * interval '1 hour', '00000000-0000-7000-8000-000000000061'
      FROM generate_series(1, 20000) n;
    UPDATE events SET artist = 'Ólafur Arnalds' WHERE slug = 'e-777';
    VACUUM ANALYZE events; VACUUM ANALYZE event_texts";

/// A search reads a bounded number of events, however common its words are: as `crew/events/store/search` asks.
#[tokio::test]
async fn a_search_is_a_look_up_among_many_events() {
    let database = Database::create().await;
    let client = database.connect().await;
    for statement in MANY_EVENTS.split(';') {
        client.batch_execute(statement).await.expect("many events");
    }
    // As a connection for searches is (`foundation/db/pool`).
    let settings = "SET ROLE podium_user; SET random_page_cost = 1.1; SET pg_trgm.word_similarity_threshold = 0.3";
    client.batch_execute(settings).await.expect("a search");
    for (words, nearly, rows) in [
        ("%cit% %hal% %ity% %all%", false, 300),
        ("cit hal ity all", true, 300),
        ("%c% %h%", false, 300),
        ("%velvet%", false, 300),
        ("velvte hall", true, 300),
        ("%arnalds% %city%", false, 1),
        ("arnlds ciyt", true, 1),
        ("%zzzz% %city%", false, 0),
        ("zzzz city", true, 0),
    ] {
        let operator = if nearly { "%>" } else { "LIKE" };
        let matches = words.split(' ').map(|word| format!("AND t.folded {operator} '{word}'")).collect::<String>();
        let sql = format!(
            "SELECT e.id, e.date_utc, podium.search_score('{{{}}}', t.folded)
             FROM events e JOIN podium.searchable t ON t.id = e.id
             WHERE e.date_utc > now() - interval '31 days'
               AND (e.ends_at > now() OR (e.ends_at IS NULL AND e.date_utc > now() - interval '12 hours')) {matches}
             ORDER BY e.date_utc, e.id LIMIT 300",
            words.replace(['%', ' '], ",").trim_matches(',').replace(",,", ",").replace(",,", ",")
        );
        let nodes = plan(&client, &sql).await;
        assert_eq!(nodes[0]["Actual Rows"].as_f64(), Some(f64::from(rows)), "{words}: {nodes:#?}");
        let count = |node: &Value, what: &str| node[what].as_f64().unwrap_or(0.0);
        let read: f64 = nodes
            .iter()
            .filter(|node| node.get("Relation Name").is_some())
            .map(|node| {
                let each = count(node, "Actual Rows") + count(node, "Rows Removed by Filter");
                (each + count(node, "Rows Removed by Index Recheck")) * count(node, "Actual Loops")
            })
            .sum();
        assert!(read <= 8_000.0, "{words} reads {read} rows: {nodes:#?}");
    }
    client.batch_execute("RESET ROLE").await.expect("the owner");
    let same = "SELECT id FROM events
                WHERE podium.event_same_key(artist, venue, date_utc, time_zone) = podium.event_same_key('X', 'Y', now(), NULL)
                  AND cancelled_at IS NULL AND NOT twin";
    let nodes = plan(&client, same).await;
    assert!(nodes.iter().any(|node| node["Index Name"] == "idx_events_same_names"), "{nodes:#?}");
}

/// A shelf among a million of other people's, and an event's meet point among two thousand.
#[tokio::test]
async fn a_shelf_and_a_meet_point_are_looked_up_among_a_million() {
    let database = Database::create().await;
    let client = database.connect().await;
    client.batch_execute(TWO_IN_A_POD).await.expect("two in a pod");
    client
        .batch_execute(&format!(
            "SET session_replication_role = replica;
             INSERT INTO events (id, slug, artist, city, venue, date_utc, created_by)
               SELECT md5('e' || n)::uuid, 'e' || n, 'A', 'C', 'Hall ' || n, now(), '{a}' FROM generate_series(1, 2000) n;
             INSERT INTO meet_points (event_id, title, created_by, wall_seq) SELECT id, 'Here', '{a}', 7 FROM events;
             INSERT INTO memorabilia (event_id, user_id, notes, created_at)
               SELECT md5('e' || n % 1000)::uuid, md5('p' || n / 1000)::uuid, 'notes', now() - n * interval '1 s'
               FROM generate_series(1, 1000000) n;
             INSERT INTO memorabilia (event_id, user_id, created_at)
               SELECT md5('e' || n)::uuid, '{b}', now() - n * interval '1 day' FROM generate_series(1, 1000) n;
             SET session_replication_role = origin;
             ANALYZE",
            a = id('a'),
            b = id('b'),
        ))
        .await
        .expect("a million");
    let one = "(SELECT md5('e777')::uuid)";
    client.batch_execute(&format!("SET ROLE podium_user; SET podium.user_id = '{}'", id('b'))).await.expect("be b");
    let shelf = format!(
        "SELECT m.*, e.* FROM memorabilia m JOIN events e ON e.id = m.event_id WHERE m.user_id = '{}'",
        id('b')
    );
    let order = "ORDER BY m.created_at DESC, m.id DESC LIMIT 51";
    let after = "AND m.created_at <= now() - interval '500 days' AND (m.created_at < now() - interval '500 days' OR m.id < podium.uuid_v7())";
    is_cheap(&client, "a shelf", &format!("{shelf} {order}"), 51).await;
    is_cheap(&client, "a later page", &format!("{shelf} {after} {order}"), 51).await;
    let own = format!("SELECT * FROM memorabilia WHERE event_id = md5('e500')::uuid AND user_id = '{}'", id('b'));
    is_cheap(&client, "one's own of an event", &own, 1).await;
    client.batch_execute("RESET ROLE; SET ROLE podium_service").await.expect("be the service");
    let since = format!("SELECT * FROM meet_points WHERE event_id = {one} AND wall_seq > 5");
    is_cheap(&client, "the feed's reading of a meet point", &since, 1).await;
    let change = format!("SELECT * FROM events WHERE id = {one} AND changed_seq > 5");
    is_cheap(&client, "the feed's reading of an event", &change, 0).await;
}

/// The view of people asks about each person alone, for one as for a hundred.
#[tokio::test]
async fn people_are_looked_up_one_by_one() {
    let (_database, client) = long_log().await;
    let members = "SELECT user_id FROM event_members WHERE hidden = false LIMIT 100";
    let ids: Vec<Uuid> = client.query(members, &[]).await.expect("members").iter().map(|row| row.get(0)).collect();
    let list = ids.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(",");
    let sql = format!("SELECT * FROM podium.people WHERE id IN ({list})");
    is_cheap(&client, "a hundred people", &sql, 100).await;
}

/// How many posts the wall below has; `PODIUM_TEST_POSTS=1000000` says another number.
const POSTS: usize = 100_000;

/// Many posts on the wall of one event, one in a thousand of them a poll.
const LONG_WALL: &str = "
    SET session_replication_role = replica;
    INSERT INTO posts (event_id, user_id, kind, body, closes_at, created_at, wall_seq, wall_from)
      SELECT e.id, m.id, (CASE WHEN n % 1000 = 0 THEN 'poll' ELSE 'text' END)::post_kind,
             CASE WHEN n % 1000 = 0
               THEN '{\"question\": \"Who?\", \"options\": [\"A\", \"B\"], \"mode\": \"single\", \"results\": \"always\"}'
               ELSE '{\"text\": \"Hello\"}' END::jsonb,
             CASE WHEN n % 1000 = 0 THEN now() + interval '1 hour' END,
             now() - n * interval '1 second', $ROWS + 1 - n, $ROWS + 1 - n
      FROM events e, generate_series(1, $ROWS) n
      JOIN (SELECT id, row_number() OVER () AS place FROM profiles) m ON m.place = 1 + n % 5000;
    UPDATE event_members SET hidden = true;
    SET session_replication_role = origin;
    VACUUM ANALYZE";

#[tokio::test]
async fn a_long_wall_is_read_page_by_page() {
    let (database, client) = long_log().await;
    let owner = database.connect().await;
    let posts = std::env::var("PODIUM_TEST_POSTS").map_or(POSTS, |posts| posts.parse().expect("a number of posts"));
    for statement in LONG_WALL.replace("$ROWS", &posts.to_string()).split(';') {
        owner.batch_execute(statement).await.expect("a long wall");
    }
    let event = id('e');
    let wall = format!("SELECT * FROM posts WHERE event_id = '{event}'");
    let amid = "SELECT id::text, created_at::text FROM posts ORDER BY created_at OFFSET 60000 LIMIT 1";
    let post = client.query_one(amid, &[]).await.expect("a post amid the list");
    let (last, time) = (post.get::<_, &str>(0), post.get::<_, &str>(1));
    let before = format!("created_at <= '{time}' AND (created_at < '{time}' OR id < '{last}')");
    let order = "ORDER BY created_at DESC, id DESC LIMIT 51";
    for (what, sql) in [
        ("the newest posts", format!("{wall} {order}")),
        ("posts amid the wall", format!("{wall} AND {before} {order}")),
        ("the newest polls", format!("{wall} AND kind = 'poll' {order}")),
        ("polls amid the wall", format!("{wall} AND kind = 'poll' AND {before} {order}")),
    ] {
        is_cheap(&client, what, &sql, 51).await;
    }
    is_cheap(&client, "one post", &format!("SELECT * FROM posts WHERE id = '{last}'"), 1).await;
    let authors = owner.query("SELECT DISTINCT user_id FROM (SELECT user_id FROM posts LIMIT 100) p", &[]).await;
    let authors = authors.expect("a hundred authors, who are hidden in the list of members");
    let list = authors.iter().map(|row| format!("'{}'", row.get::<_, Uuid>(0))).collect::<Vec<_>>().join(",");
    let sql = format!("SELECT * FROM podium.people WHERE id IN ({list})");
    // Tables of a few rows are read whole, rightly.
    client.batch_execute("SET enable_seqscan = off").await.expect("set");
    is_cheap(&client, "the authors of a page", &sql, authors.len() as u64).await;

    let service = database.connect_as("podium_service").await;
    let since = format!("{wall} AND wall_seq > {} ORDER BY wall_seq LIMIT 65", posts - 100);
    is_cheap(&service, "what is new on the wall", &since, 65).await;
    let closing = "SELECT id FROM posts WHERE closes_at <= now() + interval '1 day' AND closed_at IS NULL ORDER BY closes_at LIMIT 50";
    is_cheap(&service, "the polls that close next", closing, 50).await;
}

/// A million comments, a tenth of them on one post, and as many reactions to that post as an event has members.
const MANY_REMARKS: &str = "
    SET session_replication_role = replica;
    INSERT INTO posts (id, event_id, user_id, kind, body)
      SELECT CASE WHEN n = 1 THEN '00000000-0000-7000-8000-000000000031'::uuid ELSE podium.uuid_v7() END,
             e.id, m.id, 'text', '{\"text\": \"Hello\"}'
      FROM events e, generate_series(1, 1000) n
      JOIN (SELECT id, row_number() OVER (ORDER BY id DESC) AS n FROM profiles) m USING (n);
    INSERT INTO comments (post_id, event_id, user_id, text, created_at, deleted_at)
      SELECT p.id, p.event_id, m.id, CASE WHEN g.n % 50 = 0 THEN '' ELSE 'Text' END,
             now() - g.n * interval '1 second', CASE WHEN g.n % 50 = 0 THEN now() END
      FROM (SELECT id, event_id, row_number() OVER (ORDER BY id) AS n FROM posts) p
      CROSS JOIN LATERAL generate_series(1, CASE WHEN p.n = 1 THEN 100000 ELSE 901 END) g (n)
      JOIN (SELECT id, row_number() OVER () AS n FROM profiles) m ON m.n = 1 + (g.n + p.n) % 5000;
    INSERT INTO reactions (post_id, event_id, user_id, emoji, is_on)
      SELECT '00000000-0000-7000-8000-000000000031', m.event_id, m.user_id, k.emoji, right(m.user_id::text, 1) > '3'
      FROM event_members m, unnest('{👍,🔥,❤️,🎸}'::text[]) k (emoji);
    UPDATE event_members SET hidden = true;
    SET session_replication_role = origin;
    VACUUM ANALYZE";

/// Lists of remarks begin at the page's position, and people are known by what they wrote, look-up by look-up.
#[tokio::test]
async fn remarks_are_looked_up_among_a_million() {
    let (database, client) = long_log().await;
    let owner = database.connect().await;
    // Indexes are made when the rows are there, which is faster.
    let indexes =
        "SELECT indexname::text, indexdef FROM pg_indexes WHERE tablename = 'comments' AND indexname LIKE 'idx%'";
    let indexes = owner.query(indexes, &[]).await.expect("the indexes");
    for index in &indexes {
        owner.batch_execute(&format!("DROP INDEX {}", index.get::<_, &str>(0))).await.expect("without it");
    }
    for statement in MANY_REMARKS.split(';') {
        owner.batch_execute(statement).await.expect("many remarks");
    }
    for index in &indexes {
        owner.batch_execute(index.get(1)).await.expect("with it");
    }
    owner.batch_execute("VACUUM ANALYZE comments").await.expect("analyze");
    let post = id('1');
    let of_post = format!("FROM comments WHERE post_id = '{post}' AND deleted_at IS NULL");
    let comments = format!("SELECT * {of_post}");
    let to_post = format!("FROM reactions WHERE post_id = '{post}' AND is_on");
    let reactions = format!("SELECT user_id, emoji, at {to_post}");
    let amid = format!("SELECT id::text, created_at::text {of_post} ORDER BY created_at OFFSET 50000 LIMIT 1");
    let comment = client.query_one(&amid, &[]).await.expect("a comment amid the list");
    let (last, time) = (comment.get::<_, &str>(0), comment.get::<_, &str>(1));
    let amid = format!(
        "SELECT format('(%L, %L::timestamptz, %L::uuid)', emoji, at, user_id) {to_post} AND emoji = '🔥'
         ORDER BY at OFFSET 1000 LIMIT 1"
    );
    let position: String = client.query_one(&amid, &[]).await.expect("a reaction amid the list").get(0);
    for (what, sql) in [
        ("the oldest comments", format!("{comments} ORDER BY created_at, id LIMIT 51")),
        (
            "comments amid the list",
            format!(
                "{comments} AND created_at >= '{time}' AND (created_at > '{time}' OR id > '{last}')
                 ORDER BY created_at, id LIMIT 51"
            ),
        ),
        ("the first reactions", format!("{reactions} ORDER BY emoji, at, user_id LIMIT 51")),
        (
            "reactions amid those of one emoji",
            format!("{reactions} AND (emoji, at, user_id) > {position} ORDER BY emoji, at, user_id LIMIT 51"),
        ),
        ("reactions with one emoji", format!("{reactions} AND emoji = '🎸' ORDER BY emoji, at, user_id LIMIT 51")),
    ] {
        is_cheap(&client, what, &sql, 51).await;
    }
    let authors = "SELECT user_id FROM event_members WHERE user_id <> ALL ($1) LIMIT 100";
    let ids = owner.query(authors, &[&vec![id('a'), id('b')]]).await.expect("members who are hidden");
    let list = ids.iter().map(|row| format!("'{}'", row.get::<_, Uuid>(0))).collect::<Vec<_>>().join(",");
    let sql = format!("SELECT * FROM podium.people WHERE id IN ({list})");
    // Tables of a few rows are read whole, rightly; here, it is the shape that counts.
    client.batch_execute("SET enable_seqscan = off").await.expect("set");
    is_cheap(&client, "a hundred people who are hidden and commented", &sql, 100).await;
}

#[tokio::test]
async fn the_inbox_tells_what_is_new() {
    let (database, client) = long_log().await;
    let sql = "SELECT pod_id, head, unread, last_message ->> 'text', jsonb_array_length(members), active_at FROM podium.inbox($1, $2, $3)";
    let no_one: (Option<chrono::DateTime<chrono::Utc>>, Option<Uuid>) = (None, None);
    let rows = client.query(sql, &[&10, &no_one.0, &no_one.1]).await.expect("the inbox");
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!((row.get::<_, Uuid>(0), row.get::<_, i64>(1)), (id('p'), 30_000));
    assert_eq!((row.get::<_, i32>(2), row.get::<_, &str>(3), row.get::<_, i32>(4)), (99, "text 30000", 2));

    let owner = database.connect().await;
    let read = |seq: i64| format!("UPDATE pod_members SET read_seq = {seq} WHERE user_id = '{}'", id('b'));
    owner.batch_execute(&read(29_990)).await.expect("read");
    // Of the ten texts above it, one is b's own and one was taken back.
    owner.batch_execute(&format!("UPDATE messages SET user_id = '{}' WHERE seq = 29995", id('b'))).await.expect("own");
    owner.batch_execute("UPDATE messages SET deleted_at = now() WHERE seq = 29996").await.expect("deleted");
    let unread: i32 = client.query_one(sql, &[&10, &no_one.0, &no_one.1]).await.expect("the inbox").get(2);
    assert_eq!(unread, 8);

    // Pods with newer activity come first, and the next page begins after the last row.
    for letter in ['1', '2', '3'] {
        let open = "SELECT podium.pod_open($1, $2, $3, 'Crew', 'open')";
        owner.query(open, &[&id(letter), &id('e'), &id('b')]).await.expect("open");
    }
    let mut seen = Vec::new();
    let mut after = no_one;
    loop {
        let page = client.query(sql, &[&3, &after.0, &after.1]).await.expect("a page");
        let Some(last) = page.last() else { break };
        after = (last.get(5), last.get(0));
        seen.extend(page.iter().map(|row| row.get::<_, Uuid>(0)));
    }
    assert_eq!(seen, [id('3'), id('2'), id('1'), id('p')]);
}

#[tokio::test]
async fn the_epoch_names_cluster_and_timeline() {
    let database = Database::create().await;
    for role in ["podium_user", "podium_service"] {
        let client = database.connect_as(role).await;
        let row = client
            .query_one("SELECT podium.epoch(), (SELECT system_identifier::text FROM pg_control_system())", &[])
            .await
            .expect("ask");
        let (epoch, system): (String, String) = (row.get(0), row.get(1));
        let timeline = epoch.strip_prefix(&format!("{system}-")).expect("the system's identifier first");
        assert!(timeline.parse::<u32>().is_ok_and(|timeline| timeline >= 1), "{epoch}");
    }
}

/// Ids that the database makes are of version 7, and ascend.
#[tokio::test]
async fn ids_ascend_with_time() {
    let database = Database::create().await;
    let client = database.connect_as("podium_user").await;
    let mut before = Uuid::nil();
    for _ in 0..3 {
        let id: Uuid = client.query_one("SELECT podium.uuid_v7()", &[]).await.expect("an id").get(0);
        assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
        assert!(id > before);
        before = id;
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}
