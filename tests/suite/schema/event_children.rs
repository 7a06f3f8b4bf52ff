//! What hangs on an event: each table says whose its rows are, and an event with a row of anybody but its maker is not
//! deleted. The tables are found in the catalog, so that one which a later migration adds is tried like the others.

use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::database::Database;
use crate::support::people::id;

const EVENT: char = 'e';
const MAKER: char = 'a';
const STRANGER: char = 'b';

/// The tables that lead to `events` by foreign keys, themselves or by another one.
const CHILDREN: &str = "
    WITH RECURSIVE children (oid) AS (
      SELECT conrelid FROM pg_constraint WHERE contype = 'f' AND confrelid = 'events'::regclass
      UNION
      SELECT k.conrelid FROM pg_constraint k JOIN children c ON k.contype = 'f' AND k.confrelid = c.oid
      WHERE k.conrelid <> 'events'::regclass
    )";

/// A connection as `migrate` has one: the login role may have the name of the schema, which would come first otherwise.
async fn connect(database: &Database) -> Client {
    let client = database.connect().await;
    client.batch_execute("SET search_path = public").await.expect("the migrations' search_path");
    client
}

/// What is wrong with the declarations.
async fn faults(client: &Client) -> Vec<String> {
    let rules = [
        format!("{CHILDREN} SELECT oid::regclass || ' hangs on an event and is not in podium.event_children' FROM children
                 WHERE oid NOT IN (SELECT child::regclass FROM podium.event_children)"),
        format!("{CHILDREN} SELECT child || ' is declared and does not hang on an event' FROM podium.event_children
                 WHERE child::regclass NOT IN (SELECT oid FROM children)"),
        // The key that the declaration follows: one column, or the first of several.
        "SELECT c.child || '.' || c.link || ' is no foreign key to ' || c.parent || ' that is ' ||
                CASE c.blocks WHEN 'always' THEN 'ON DELETE RESTRICT' ELSE 'ON DELETE CASCADE, straight or by its parent' END
         FROM podium.event_children c
         WHERE NOT EXISTS (
           SELECT FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
           WHERE k.contype = 'f' AND k.conrelid = c.child::regclass AND a.attname = c.link
             AND (k.confrelid = c.parent::regclass OR k.confrelid IN (
                    SELECT o.child::regclass FROM podium.event_children o WHERE o.parent = c.parent AND o.link = c.link))
             AND k.confdeltype = CASE c.blocks WHEN 'always' THEN 'r' ELSE 'c' END)".to_owned(),
        "SELECT c.child || ' has no column ' || p FROM podium.event_children c, unnest(c.persons || c.link) p
         WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.child::regclass AND attname = p AND NOT attisdropped)".to_owned(),
        "SELECT DISTINCT c.parent || ', on which others hang, has no row with a lock_rank, or no id' FROM podium.event_children c
         WHERE c.parent <> 'events' AND NOT EXISTS (
           SELECT FROM podium.event_children p JOIN pg_attribute a ON a.attrelid = p.child::regclass AND a.attname = 'id'
           WHERE p.child = c.parent AND p.lock_rank IS NOT NULL)".to_owned(),
        "SELECT 'two tables have the lock_rank ' || lock_rank FROM podium.event_children
         WHERE lock_rank IS NOT NULL GROUP BY lock_rank HAVING count(*) > 1".to_owned(),
    ];
    let mut faults = Vec::new();
    for rule in rules {
        let found = client.query(&rule, &[]).await.unwrap_or_else(|error| panic!("{rule}: {error}"));
        faults.extend(found.iter().map(|row| row.get::<_, String>(0)));
    }
    faults
}

#[tokio::test]
async fn every_table_that_hangs_on_an_event_says_whose_its_rows_are() {
    let database = Database::create().await;
    let client = connect(&database).await;
    assert_eq!(faults(&client).await, Vec::<String>::new());

    // One that was forgotten is found, also where it hangs on another.
    let forgotten = [
        (
            "event_id uuid REFERENCES events ON DELETE CASCADE",
            "INSERT INTO podium.event_children VALUES ('forgotten', 'events', 'event_id', 'others', '{user_id}')",
        ),
        (
            "pod_id uuid REFERENCES pods ON DELETE CASCADE",
            "INSERT INTO podium.event_children VALUES ('forgotten', 'pods', 'pod_id', 'never')",
        ),
        (
            "event_id uuid REFERENCES events ON DELETE RESTRICT",
            "INSERT INTO podium.event_children VALUES ('forgotten', 'events', 'event_id', 'always')",
        ),
    ];
    for (link, declaration) in forgotten {
        client.batch_execute(&format!("BEGIN; CREATE TABLE forgotten ({link}, user_id uuid)")).await.expect("a table");
        assert_eq!(
            faults(&client).await,
            ["forgotten hangs on an event and is not in podium.event_children"],
            "{link}"
        );
        client.batch_execute(declaration).await.expect("declare it");
        assert_eq!(faults(&client).await, Vec::<String>::new(), "{link}");
        client.batch_execute("ROLLBACK").await.expect("without it");
    }
    // A key that would keep the event, or take away what must stay, and a column that is not there.
    for (action, declaration) in [
        ("", "'never', '{}'"),
        ("ON DELETE CASCADE", "'always', '{}'"),
        ("ON DELETE RESTRICT", "'others', '{user_id}'"),
        ("ON DELETE CASCADE", "'others', '{owner_id}'"),
    ] {
        let sql = format!(
            "BEGIN; CREATE TABLE forgotten (event_id uuid REFERENCES events {action}, user_id uuid);
             INSERT INTO podium.event_children VALUES ('forgotten', 'events', 'event_id', {declaration})"
        );
        client.batch_execute(&sql).await.expect("a table");
        assert_eq!(faults(&client).await.len(), 1, "{sql}");
        client.batch_execute("ROLLBACK").await.expect("without it");
    }
}

struct Child {
    name: String,
    parent: String,
    link: String,
    blocks: String,
    persons: Vec<String>,
}

async fn children(client: &Client) -> Vec<Child> {
    let sql = "SELECT child, parent, link, blocks, persons FROM podium.event_children ORDER BY child";
    let rows = client.query(sql, &[]).await.expect("the declarations");
    let child = |row: &tokio_postgres::Row| Child {
        name: row.get(0),
        parent: row.get(1),
        link: row.get(2),
        blocks: row.get(3),
        persons: row.get(4),
    };
    rows.iter().map(child).collect()
}

/// What a column takes, where its type alone does not say.
const VALUES: &[(&str, &str, &str)] = &[
    ("invites", "code", "repeat('x', 22)"),
    ("posts", "body", "'{\"text\": \"x\"}'"),
    ("comments", "post_id", "gen_random_uuid()"),
    ("reactions", "post_id", "gen_random_uuid()"),
];

/// The SQL of a row of this table that hangs on the event, by `parents` where it hangs on another table's row, and is `whose`
/// in `column`, the maker's in its other columns. Foreign keys are off when it is inserted, so that each table stands alone.
async fn row(
    client: &Client,
    child: &Child,
    parents: &[(String, Uuid)],
    row_id: Uuid,
    column: Option<&str>,
    whose: Uuid,
) -> String {
    let columns = client
        .query(
            "SELECT a.attname::text, a.attnotnull AND NOT a.atthasdef, format_type(a.atttypid, NULL),
                    (SELECT enumlabel::text FROM pg_enum WHERE enumtypid = a.atttypid ORDER BY enumsortorder LIMIT 1)
             FROM pg_attribute a WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped",
            &[&child.name],
        )
        .await
        .expect("the columns");
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for of in &columns {
        let (name, needed, kind): (String, bool, &str) = (of.get(0), of.get(1), of.get(2));
        let parent = parents.iter().find(|(table, _)| *table == child.parent).map(|(_, id)| *id);
        let fixed = VALUES.iter().find(|(table, column, _)| *table == child.name && *column == name);
        let value = if name == child.link {
            format!("'{}'", parent.unwrap_or(id(EVENT)))
        } else if child.persons.contains(&name) {
            format!("'{}'", if column == Some(name.as_str()) { whose } else { id(MAKER) })
        } else if name == "id" {
            format!("'{row_id}'")
        } else if let Some((_, _, value)) = fixed {
            (*value).to_owned()
        } else if !needed {
            continue;
        } else if let Some(label) = of.get::<_, Option<&str>>(3) {
            format!("'{label}'")
        } else {
            match kind {
                "uuid" if name == "event_id" => format!("'{}'", id(EVENT)),
                "uuid" => "gen_random_uuid()".to_owned(),
                "text" => "'x'".to_owned(),
                "boolean" => "true".to_owned(),
                "smallint" | "integer" | "bigint" => "1".to_owned(),
                "jsonb" => "'{}'".to_owned(),
                "timestamp with time zone" => "now()".to_owned(),
                other => panic!("{}.{name}: teach this test a value of {other}", child.name),
            }
        };
        names.push(name);
        values.push(value);
    }
    format!("INSERT INTO {} ({}) VALUES ({});", child.name, names.join(", "), values.join(", "))
}

/// The table to which the key of this one leads, where that is not its parent but one that hangs on the same row.
async fn through(client: &Client, child: &Child) -> Option<String> {
    let sql = "SELECT k.confrelid::regclass::text FROM pg_constraint k
               JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] AND a.attname = $2
               WHERE k.contype = 'f' AND k.conrelid = $1::text::regclass
               ORDER BY k.confrelid = $3::text::regclass DESC LIMIT 1";
    let row = client.query_one(sql, &[&child.name, &child.link, &child.parent]).await.expect("its key");
    Some(row.get::<_, String>(0)).filter(|to| *to != child.parent)
}

#[tokio::test]
async fn an_event_with_a_strangers_row_is_not_deleted_whatever_the_table() {
    let database = Database::create().await;
    let client = connect(&database).await;
    // Without the rows that a trigger makes for each event, since one is tried here like any other.
    client
        .batch_execute(&format!(
            "INSERT INTO profiles (id, display_name) VALUES ('{a}', 'Ada'), ('{b}', 'Ben');
             SET session_replication_role = replica;
             INSERT INTO events (id, slug, artist, city, venue, date_utc, created_by) VALUES
               ('{e}', 'the-event', 'Artist', 'City', 'Venue', now(), '{a}'),
               ('{f}', 'another', 'Artist', 'City', 'Elsewhere', now(), '{a}');
             SET session_replication_role = origin",
            a = id(MAKER),
            b = id(STRANGER),
            e = id(EVENT),
            f = id('f'),
        ))
        .await
        .expect("an event");
    // A table that a feature adds, and one that hangs on it; and one whose rows nobody may take away.
    client
        .batch_execute(
            "CREATE TABLE surveys (id uuid PRIMARY KEY, event_id uuid NOT NULL REFERENCES events ON DELETE CASCADE,
               asked_by uuid NOT NULL, closed_by uuid);
             CREATE TABLE answers (survey_id uuid NOT NULL REFERENCES surveys ON DELETE CASCADE, user_id uuid NOT NULL);
             CREATE TABLE payments (event_id uuid NOT NULL REFERENCES events ON DELETE RESTRICT, cents bigint NOT NULL);
             INSERT INTO podium.event_children (child, parent, link, blocks, persons, lock_rank) VALUES
               ('surveys', 'events', 'event_id', 'others', '{asked_by,closed_by}', 10),
               ('answers', 'surveys', 'survey_id', 'others', '{user_id}', NULL),
               ('payments', 'events', 'event_id', 'always', '{}', NULL)",
        )
        .await
        .expect("more tables");
    assert_eq!(faults(&client).await, Vec::<String>::new());

    let children = children(&client).await;
    // A row of the maker's in each table on which others hang.
    let mut parents: Vec<(String, Uuid)> = Vec::new();
    let mut below = String::from("SET LOCAL session_replication_role = replica;");
    for child in &children {
        if children.iter().any(|other| other.parent == child.name) {
            assert_eq!(child.parent, "events", "teach this test a deeper chain");
            let own = Uuid::now_v7();
            below.push_str(&row(&client, child, &[], own, None, id(MAKER)).await);
            parents.push((child.name.clone(), own));
        }
    }
    assert!(parents.len() >= 2, "{parents:?}");

    let mut tried = Vec::new();
    for child in &children {
        let columns: Vec<Option<&str>> = match child.blocks.as_str() {
            "others" => child.persons.iter().map(|person| Some(person.as_str())).collect(),
            _ => vec![None],
        };
        for column in columns {
            for whose in [STRANGER, MAKER] {
                let keeps = child.blocks == "always" || (child.blocks == "others" && whose == STRANGER);
                let mut insert = row(&client, child, &parents, Uuid::now_v7(), column, id(whose)).await;
                // The maker's own goes with the row by which it hangs on its parent; a stranger's is tried alone.
                if let Some(through) = through(&client, child).await.filter(|_| whose == MAKER) {
                    let through = children.iter().find(|other| other.name == through).expect("a declared one");
                    insert.push_str(&row(&client, through, &parents, Uuid::now_v7(), None, id(MAKER)).await);
                }
                let case = format!("{}.{} of {whose}", child.name, column.unwrap_or("any"));
                client
                    .batch_execute(&format!("BEGIN; {below} {insert} SET LOCAL session_replication_role = origin"))
                    .await
                    .unwrap_or_else(|error| panic!("{case}: {insert}: {error:?}"));
                let delete = "SELECT DISTINCT code FROM podium.event_delete($1, $2)";
                let code: String = client.query_one(delete, &[&id(EVENT), &id(MAKER)]).await.expect(&case).get(0);
                assert_eq!(code, if keeps { "conflict" } else { "ok" }, "{case}");
                let left = format!(
                    "SELECT (SELECT count(*) FROM events WHERE id = '{}') + (SELECT count(*) FROM {} c)",
                    id(EVENT),
                    child.name
                );
                let left: i64 = client.query_one(&left, &[]).await.expect("count").get(0);
                assert_eq!(left > 0, keeps, "{case}: {left} left");
                // What is checked at the end of the transaction holds, too.
                client.batch_execute("SET CONSTRAINTS ALL IMMEDIATE").await.expect(&case);
                client.batch_execute("ROLLBACK").await.expect("undo");
            }
        }
        tried.push(child.name.as_str());
    }
    for table in
        ["event_members", "pods", "pod_members", "messages", "media", "posts", "memorabilia", "meet_points", "invites"]
    {
        assert!(tried.contains(&table), "{table}");
    }
}
