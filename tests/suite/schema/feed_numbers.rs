//! What an event's feed tells is numbered by one trigger function for every table: what changes is stamped, what is
//! gone leaves a row in `event_removals`.

use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::database::{Database, migrations};
use crate::support::people::{TWO_IN_A_POD, id};

/// A feature's table, with parts of its items in another one that knows no event.
const ITEMS: &str = "
    CREATE TABLE items (
      id uuid PRIMARY KEY, event_id uuid NOT NULL REFERENCES events ON DELETE CASCADE, body text NOT NULL,
      wall_seq bigint NOT NULL DEFAULT 0, wall_from bigint
    );
    CREATE TABLE parts (id serial, item_id uuid NOT NULL REFERENCES items ON DELETE CASCADE, body text);
    CREATE CONSTRAINT TRIGGER feed_stamp AFTER INSERT OR UPDATE OR DELETE ON items
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION podium.feed_stamp('item');
    CREATE CONSTRAINT TRIGGER feed_stamp AFTER INSERT OR UPDATE OR DELETE ON parts
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION podium.feed_stamp('item', 'item_id', 'items');";

/// A connection as `migrate` has one: the login role may have the name of the schema, which would come first otherwise.
async fn connect(database: &Database) -> Client {
    let client = database.connect().await;
    client.batch_execute("SET search_path = public").await.expect("the migrations' search_path");
    client
}

async fn world() -> (Database, Client) {
    let database = Database::create().await;
    let client = connect(&database).await;
    client.batch_execute(TWO_IN_A_POD).await.expect("two in a pod");
    client.batch_execute(ITEMS).await.expect("a feature's tables");
    client.batch_execute("UPDATE events SET wall_seq = 100").await.expect("a number that is easy to read");
    (database, client)
}

fn fill(sql: &str) -> String {
    ('a'..='z').fold(sql.to_owned(), |sql, letter| sql.replace(&format!("{{{letter}}}"), &id(letter).to_string()))
}

async fn run(client: &Client, sql: &str) {
    client.batch_execute(&fill(sql)).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
}

async fn head(client: &Client) -> i64 {
    client.query_one("SELECT wall_seq FROM events", &[]).await.expect("the head").get(0)
}

/// The number of an item, and that under which it came.
async fn stamp(client: &Client, table: &str, letter: char) -> (i64, Option<i64>) {
    let sql = format!("SELECT wall_seq, wall_from FROM {table} WHERE id = $1");
    let row = client.query_one(&sql, &[&id(letter)]).await.expect("an item");
    (row.get(0), row.get(1))
}

async fn removals(client: &Client) -> Vec<(i64, String, Uuid)> {
    let rows =
        client.query("SELECT wall_seq, kind, id FROM event_removals ORDER BY wall_seq", &[]).await.expect("removals");
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

#[tokio::test]
async fn any_table_is_stamped() {
    let (_database, client) = world().await;
    run(&client, "INSERT INTO items (id, event_id, body) VALUES ('{x}', '{e}', 'one')").await;
    assert_eq!(stamp(&client, "items", 'x').await, (101, Some(101)));
    run(&client, "UPDATE items SET body = 'two'").await;
    assert_eq!(stamp(&client, "items", 'x').await, (102, Some(101)));
    // Several changes of an item in one transaction are one.
    run(&client, "BEGIN; UPDATE items SET body = 'three'; UPDATE items SET body = 'four'; COMMIT").await;
    assert_eq!((stamp(&client, "items", 'x').await, head(&client).await), ((103, Some(101)), 103));
    // Parts of an item change the item, and five of them are one change.
    run(&client, "INSERT INTO parts (item_id) SELECT '{x}' FROM generate_series(1, 5)").await;
    assert_eq!(stamp(&client, "items", 'x').await, (104, Some(101)));
    run(&client, "UPDATE parts SET body = 'part' WHERE id = 1; DELETE FROM parts WHERE id = 1").await;
    assert_eq!(
        (stamp(&client, "items", 'x').await, head(&client).await),
        ((105, Some(101)), 105),
        "one batch, one transaction"
    );
    // Items that take turns in one transaction end, each with a number of its own, the later change with the higher.
    run(&client, "INSERT INTO items (id, event_id, body) VALUES ('{y}', '{e}', 'other')").await;
    run(
        &client,
        "BEGIN; UPDATE items SET body = 'a' WHERE id = '{x}'; UPDATE items SET body = 'b' WHERE id = '{y}';
         UPDATE items SET body = 'c' WHERE id = '{x}'; COMMIT",
    )
    .await;
    assert_eq!((stamp(&client, "items", 'x').await.0, stamp(&client, "items", 'y').await.0), (109, 108));
    assert_eq!(head(&client).await, 109);
    assert_eq!(removals(&client).await, [], "nothing is gone yet");
    // What goes leaves a row, and its parts none.
    run(&client, "DELETE FROM items WHERE id = '{x}'").await;
    let (seq, kind, gone) = removals(&client).await.pop().expect("a row");
    assert_eq!((kind.as_str(), gone), ("item", id('x')));
    assert!(seq > 109 && seq <= head(&client).await, "{seq}");
    // With the event goes everything, without a number.
    run(&client, "BEGIN; DELETE FROM pods; DELETE FROM events; COMMIT").await;
    assert_eq!(removals(&client).await, []);
}

#[tokio::test]
async fn a_pods_card_is_stamped_by_what_its_events_members_see() {
    let (_database, client) = world().await;
    let (_, from) = stamp(&client, "pods", 'p').await;
    assert!(from.is_some_and(|from| from > 0), "{from:?}");
    run(&client, "SELECT podium.append('{{p}}', '{{x}}', '{{a}}', '{text}')").await;
    run(&client, "SELECT podium.mark_read('{{p}}', '{{a}}', '{1}')").await;
    run(&client, "SELECT podium.pod_change('{p}', '{a}', 'Crew', NULL)").await;
    assert_eq!(head(&client).await, 100, "a message, a read mark, and a change that is none");
    for (step, change) in [
        "SELECT podium.pod_change('{p}', '{a}', 'Another name', NULL)",
        "SELECT podium.pod_change('{p}', '{a}', NULL, 'invite')",
        "SELECT podium.pod_leave('{p}', '{b}')",
        "SELECT podium.pod_close('{p}', '{a}')",
    ]
    .iter()
    .enumerate()
    {
        run(&client, change).await;
        let number = 101 + i64::try_from(step).expect("small");
        assert_eq!((stamp(&client, "pods", 'p').await, head(&client).await), ((number, from), number), "{change}");
    }
    run(&client, "SELECT podium.pod_open('{q}', '{e}', '{a}', 'Other', 'open')").await;
    assert_eq!(stamp(&client, "pods", 'q').await, (105, Some(105)));
}

#[tokio::test]
async fn who_leaves_is_noted_for_this_version_and_the_one_before() {
    let (_database, client) = world().await;
    run(&client, "SELECT podium.leave_event('{e}', '{b}')").await;
    let gone = removals(&client).await;
    assert_eq!(gone.len(), 1);
    assert_eq!((gone[0].1.as_str(), gone[0].2), ("member", id('b')));
    let same = "SELECT count(*) FROM event_departures d JOIN event_removals r USING (event_id, wall_seq)
                WHERE d.user_id = r.id AND d.at = r.removed_at";
    let same: i64 = client.query_one(same, &[]).await.expect("compare").get(0);
    assert_eq!(same, 1);

    // They are kept for an hour, and then go, two for each that comes.
    run(
        &client,
        "UPDATE event_removals SET removed_at = now() - interval '61 minutes';
         UPDATE event_departures SET at = now() - interval '61 minutes';
         INSERT INTO items (id, event_id, body) VALUES ('{x}', '{e}', '');",
    )
    .await;
    run(&client, "DELETE FROM items").await;
    assert_eq!(removals(&client).await.iter().map(|gone| gone.1.as_str()).collect::<Vec<_>>(), ["item"]);
    run(&client, "SELECT podium.leave_event('{e}', '{a}')").await;
    assert_eq!(removals(&client).await.iter().map(|gone| gone.1.as_str()).collect::<Vec<_>>(), ["item", "member"]);
    let left: Vec<Uuid> = client
        .query("SELECT user_id FROM event_departures", &[])
        .await
        .expect("departures")
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert_eq!(left, [id('a')]);
}

/// A database of the version before, in which a member has just left.
#[tokio::test]
async fn departures_from_before_are_removals() {
    let (_database, client) = world().await;
    let migration = |file: &str| {
        let path = migrations().join("2026-11-28-000004_event_removals").join(file);
        format!("BEGIN; {} COMMIT;", std::fs::read_to_string(path).expect("read the migration"))
    };
    client.batch_execute(&migration("down.sql")).await.expect("the version before");
    run(&client, "SELECT podium.leave_event('{e}', '{b}')").await;
    client.batch_execute(&migration("up.sql")).await.expect("this version");
    run(&client, "SELECT podium.leave_event('{e}', '{a}')").await;
    let gone: Vec<Uuid> = removals(&client).await.iter().filter(|gone| gone.1 == "member").map(|gone| gone.2).collect();
    assert_eq!(gone, [id('b'), id('a')]);
    let departures: i64 = client.query_one("SELECT count(*) FROM event_departures", &[]).await.expect("count").get(0);
    assert_eq!(departures, 2);
}

/// What the trigger function asks of a table.
#[tokio::test]
async fn every_table_of_the_feed_has_what_the_stamp_needs() {
    let database = Database::create().await;
    let client = connect(&database).await;
    let list = async |sql: &str| -> Vec<String> {
        client.query(sql, &[]).await.expect("ask the catalog").iter().map(|row| row.get(0)).collect()
    };
    let early = "SELECT tgrelid::regclass::text FROM pg_trigger
                 WHERE tgfoid = 'podium.feed_stamp'::regproc AND NOT (tgdeferrable AND tginitdeferred)";
    assert_eq!(list(early).await, Vec::<String>::new(), "stamped before the end of the transaction");
    let items = "
        SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'wall_seq'
        WHERE c.relkind IN ('r', 'p') AND c.oid NOT IN ('events'::regclass, 'event_removals'::regclass, 'event_departures'::regclass)
        ORDER BY 1";
    let items = list(items).await;
    assert!(items.contains(&"pods".to_owned()), "{items:?}");
    for item in items {
        let right = format!(
            "SELECT 'right' WHERE EXISTS (SELECT FROM pg_trigger WHERE tgrelid = '{item}'::regclass AND tgfoid = 'podium.feed_stamp'::regproc)
             AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = '{item}'::regclass AND attname = 'wall_from' AND NOT attnotnull)
             AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = '{item}'::regclass AND pg_get_indexdef(i.indexrelid) ~ '\\(event_id, wall_seq')"
        );
        assert_eq!(
            list(&right).await,
            ["right"],
            "{item} needs a trigger, wall_from, and an index on (event_id, wall_seq)"
        );
    }
}
