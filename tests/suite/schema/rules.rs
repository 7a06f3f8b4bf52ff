//! The schema's own rules: what every table must have, that migrations go up, down and up again, and that
//! src/foundation/schema.rs says what the database says.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use podium::foundation::migrate::{self, functions};
use tokio_postgres::Client;

use crate::support::database::Database;

/// The rows of a query of one text column, in its order.
async fn list(client: &Client, sql: &str) -> Vec<String> {
    client.query(sql, &[]).await.expect("ask the catalog").iter().map(|row| row.get(0)).collect()
}

/// Asserts that a query which looks for offenders finds none.
async fn none(client: &Client, rule: &str, sql: &str) {
    let offenders = list(client, sql).await;
    assert!(offenders.is_empty(), "{rule}: {offenders:#?}");
}

/// The tables of Podium, as a condition on `pg_class c JOIN pg_namespace n`.
const OURS: &str = "n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname <> '__diesel_schema_migrations'";

#[tokio::test]
async fn every_table_and_column_has_a_comment() {
    let database = Database::create().await;
    let client = database.connect().await;
    none(
        &client,
        "no comment on",
        "SELECT c.relname || coalesce('.' || a.attname, '')
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE n.nspname IN ('public', 'podium') AND c.relkind IN ('r', 'p', 'v') AND c.relname <> '__diesel_schema_migrations'
           AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS NULL)
         ORDER BY 1",
    )
    .await;
    none(
        &client,
        "no comment on the function",
        "SELECT proname::text FROM pg_proc WHERE pronamespace = 'podium'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL",
    )
    .await;
}

#[tokio::test]
async fn every_table_has_row_level_security() {
    let database = Database::create().await;
    let client = database.connect().await;
    none(
        &client,
        "no row level security on",
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity",
    )
    .await;
    // With FORCE, the definer functions that policies call would meet the policies that call them.
    none(&client, "forced on", "SELECT relname::text FROM pg_class WHERE relforcerowsecurity").await;
}

/// A foreign key without an index makes each deletion from the other table read this one from end to end.
#[tokio::test]
async fn every_foreign_key_has_an_index() {
    let database = Database::create().await;
    let client = database.connect().await;
    none(
        &client,
        "no index begins with the columns of",
        &format!(
            "SELECT c.relname || '.' || k.conname FROM pg_constraint k
             JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE k.contype = 'f' AND {OURS} AND NOT EXISTS (
               SELECT 1 FROM pg_index i
               WHERE i.indrelid = k.conrelid
                 AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$')
                 AND ((i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey
                      -- (pod_id, seats): the pod alone narrows it down to five rows
                      OR k.conkey[1] = i.indkey[0] AND i.indisprimary AND k.confrelid = 'pods'::regclass))"
        ),
    )
    .await;
}

/// The names that other programs read; each exists or is replaced by what the migration's comment says.
#[tokio::test]
async fn the_named_indexes_exist() {
    let database = Database::create().await;
    let client = database.connect().await;
    let indexes = list(&client, "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public'").await;
    let replaced = ["idx_event_members_event_user", "idx_pod_members_pod_id", "idx_pod_members_pod_user"];
    let comments = std::fs::read_dir(crate::support::database::migrations())
        .expect("read the migrations")
        .map(|folder| std::fs::read_to_string(folder.expect("a folder").path().join("up.sql")).expect("a migration"))
        .collect::<String>();
    for name in [
        "idx_event_members_event_id",
        "idx_event_members_user_id",
        "idx_event_members_event_user",
        "idx_pod_members_pod_id",
        "idx_pod_members_user_id",
        "idx_pod_members_pod_user",
        "idx_messages_pod_id_created",
        "idx_media_event_id_created",
        "idx_posts_event_id_created",
        "idx_events_date_utc",
        "idx_events_city",
        "idx_events_artist",
    ] {
        let exists = indexes.iter().any(|index| index == name);
        assert_ne!(exists, replaced.contains(&name), "{name}");
        assert!(exists || comments.contains(name), "no comment says what serves as {name}");
    }
}

#[tokio::test]
async fn functions_are_closed_to_the_public_and_have_a_fixed_search_path() {
    let database = Database::create().await;
    let client = database.connect().await;
    none(
        &client,
        "PUBLIC may execute",
        "SELECT p.oid::regprocedure::text FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
         WHERE p.pronamespace = 'podium'::regnamespace AND a.grantee = 0",
    )
    .await;
    none(
        &client,
        "no fixed search_path on",
        "SELECT oid::regprocedure::text FROM pg_proc
         WHERE pronamespace = 'podium'::regnamespace AND prosqlbody IS NULL
           AND NOT coalesce('search_path=pg_catalog, public, pg_temp' = ANY (proconfig), false)",
    )
    .await;
}

/// Whatever asks on whose behalf it runs must ask first. The list holds those that only read for the caller.
#[tokio::test]
async fn every_function_that_writes_checks_its_caller() {
    let database = Database::create().await;
    let client = database.connect().await;
    none(
        &client,
        "executable without a guard",
        "SELECT oid::regprocedure::text FROM pg_proc
         WHERE pronamespace = 'podium'::regnamespace AND prosecdef AND provolatile = 'v' AND prorettype <> 'trigger'::regtype
           AND prosrc !~ 'BEGIN\\s+PERFORM podium\\.guard\\('",
    )
    .await;
}

#[tokio::test]
async fn nobody_writes_logs_and_members_directly() {
    let database = Database::create().await;
    let client = database.connect().await;
    none(
        &client,
        "may write",
        "SELECT r || ' ' || p || ' ' || t
         FROM unnest('{podium_user,podium_service}'::text[]) r, unnest('{INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) p,
              unnest('{messages,pod_members,pods,pod_admissions,invites,accounts,sign_ins,refresh_tokens,mail_tokens}'::text[]) t
         WHERE has_table_privilege(r, t, p) OR (p IN ('INSERT', 'UPDATE') AND has_any_column_privilege(r, t, p))",
    )
    .await;
    none(
        &client,
        "owns",
        "SELECT tableowner || ' ' || tablename FROM pg_tables WHERE tableowner IN ('podium_user', 'podium_service')",
    )
    .await;
}

/// What the catalog holds, as text that can be compared.
async fn dump(database: &Database) -> String {
    let text = database.dump(&["--schema-only", "--no-owner", "--exclude-table=__diesel_schema_migrations"]).await;
    // Newer versions print a random key in \restrict and \unrestrict.
    text.lines().filter(|line| !line.starts_with('\\') && !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

#[tokio::test]
async fn every_migration_goes_up_down_and_up_again() {
    let database = Database::create_empty().await;
    migrate::run(database.url()).await.expect("all up: makes the roles, too");
    let complete = dump(&database).await;
    migrate::revert_all(database.url()).await.expect("all down");
    let empty = dump(&database).await;
    assert!(!empty.contains("FUNCTION") && !empty.contains("CREATE TABLE"), "left behind: {empty}");

    // Step by step: each takes back exactly what it did. Functions that are new stay, as the next migrations find them; those
    // that changed are applied at the end.
    let functions = functions::embedded().expect("the functions' texts");
    let client = database.connect().await;
    // As `migrate` does.
    client.batch_execute("SET search_path = public").await.expect("the migrations' search_path");
    let names = migrate::names().expect("the migrations' names");
    assert!(!names.is_empty());
    let mut before = Vec::new();
    for name in &names {
        migrate::make_missing(database.url(), functions.clone()).await.expect("make what the migration may name");
        before.push(dump(&database).await);
        apply(&client, name, "up.sql").await;
        let after = dump(&database).await;
        apply(&client, name, "down.sql").await;
        assert_same(before.last().expect("one state a step"), &dump(&database).await, &format!("down.sql of {name}"));
        apply(&client, name, "up.sql").await;
        assert_same(&after, &dump(&database).await, &format!("up.sql of {name}, the second time"));
    }
    for (name, state) in names.iter().zip(&before).rev() {
        apply(&client, name, "down.sql").await;
        assert_same(state, &dump(&database).await, &format!("down.sql of {name}, on the way down"));
    }
    assert_same(&empty, &dump(&database).await, "down step by step and at once");
    for name in &names {
        migrate::make_missing(database.url(), functions.clone()).await.expect("make what the migration may name");
        apply(&client, name, "up.sql").await;
    }
    migrate::apply(database.url(), functions).await.expect("apply the functions");
    assert_same(&complete, &dump(&database).await, "step by step and at once");
}

async fn apply(client: &Client, name: &str, file: &str) {
    let path = crate::support::database::migrations().join(name).join(file);
    let sql = std::fs::read_to_string(path).expect("read the migration");
    assert!(sql.contains("SET LOCAL lock_timeout"), "{file} of {name} may wait for a lock for ever");
    client
        .batch_execute(&format!("BEGIN;\n{sql}\nCOMMIT;"))
        .await
        .unwrap_or_else(|error| panic!("{file} of {name}: {error}"));
}

fn assert_same(expected: &str, found: &str, what: &str) {
    let differing = expected.lines().zip(found.lines()).find(|(a, b)| a != b);
    assert!(expected == found, "{what}: the catalog differs, first at {differing:?}");
}

/// Several nodes start at once, on databases of their own and on the same one.
#[tokio::test(flavor = "multi_thread")]
async fn many_may_migrate_at_once() {
    let (one, other) = (Database::create_empty().await, Database::create_empty().await);
    let starts = (0..8).map(|n| {
        let url = if n % 2 == 0 { one.url() } else { other.url() }.to_owned();
        tokio::spawn(async move { migrate::run(&url).await.expect("migrate") })
    });
    let (mut ran, mut made) = (0, Vec::new());
    for start in starts.collect::<Vec<_>>() {
        let done = start.await.expect("no panic");
        ran += done.migrations.len();
        made.extend(done.functions);
    }
    assert_eq!(ran, 2 * migrate::names().expect("the migrations' names").len(), "each ran once in each database");
    made.sort();
    assert!(
        !made.is_empty() && made.chunks(2).all(|two| two[0] == two[1]),
        "each applied once in each database: {made:?}"
    );
    assert!(migrate::pending(one.url()).await.expect("ask").is_empty());
    assert_eq!(dump(&one).await, dump(&other).await);
}

/// As on a managed Postgres: the login role is no superuser, but owns the database and may make roles.
#[tokio::test]
async fn an_owner_without_superpowers_can_migrate() {
    let database = Database::create_empty().await;
    let admin = database.connect().await;
    let owner = format!("{}_owner", database.name());
    admin
        .batch_execute(&format!(
            "CREATE ROLE {owner} LOGIN CREATEROLE PASSWORD 'x'; ALTER DATABASE {} OWNER TO {owner}",
            database.name()
        ))
        .await
        .expect("make an owner");
    let config: tokio_postgres::Config = database.url().parse().expect("a URL");
    let url = {
        let (scheme, rest) = database.url().split_once("://").expect("a URL");
        let address = rest.split_once('@').map_or(rest, |(_, address)| address);
        format!("{scheme}://{owner}:x@{address}")
    };
    assert!(config.get_dbname().is_some());
    migrate::run(&url).await.expect("migrate as the owner");
    assert!(migrate::pending(&url).await.expect("ask").is_empty());

    let client = crate::support::database::connect(&url).await;
    client.batch_execute(crate::support::people::TWO_IN_A_POD).await.expect("use it as the owner");
    client.batch_execute("SET ROLE podium_service; SELECT podium.epoch()").await.expect("act as the service");
    client
        .batch_execute(&format!(
            "RESET ROLE; BEGIN; SET LOCAL ROLE podium_user; SET LOCAL podium.user_id = '{}'",
            crate::support::people::id('a')
        ))
        .await
        .expect("act as a person");
    let seen: i64 = client.query_one("SELECT count(*) FROM messages", &[]).await.expect("read").get(0);
    assert_eq!(seen, 2);
    client.batch_execute("ROLLBACK").await.expect("end");
    migrate::revert_all(&url).await.expect("all down as the owner");
    drop(client);
    admin
        .batch_execute(&format!("REASSIGN OWNED BY {owner} TO CURRENT_USER; DROP OWNED BY {owner}; DROP ROLE {owner}"))
        .await
        .expect("clean up");
}

/// `PODIUM_TEST_WRITE_SCHEMA=1` writes the file instead of comparing.
#[tokio::test]
async fn schema_rs_agrees_with_the_database() {
    let database = Database::create().await;
    let features = declared_by_features(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let expected = schema_rs(&database.connect().await, &features).await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/foundation/schema.rs");
    if std::env::var_os("PODIUM_TEST_WRITE_SCHEMA").is_some() {
        std::fs::write(&path, &expected).expect("write schema.rs");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "src/foundation/schema.rs is not what the database says, first at {:?}; write it anew with \
         PODIUM_TEST_WRITE_SCHEMA=1 and this test",
        found.lines().zip(expected.lines()).find(|(a, b)| a != b)
    );
}

const HEAD: &str = "\
//! The tables as Diesel sees them.
//!
//! Written from the database by the test `schema_rs_agrees_with_the_database`, which also fails when this file differs;
//! the comments are those of the migrations. To change it, change a migration, and run that test with
//! `PODIUM_TEST_WRITE_SCHEMA=1`. A feature may declare its own tables beside its queries instead, with the `joinable!` and
//! `allow_tables_to_appear_in_same_query!` that it needs; then they are compared there, and are not repeated here.
";

/// The tables that features declare in files of their own, by name: what stands between `diesel::table! {` and its end.
fn declared_by_features(src: &Path) -> BTreeMap<String, String> {
    let mut tables = BTreeMap::new();
    let mut folders = vec![src.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("read src") {
            let path = entry.expect("read src").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|of| of == "rs") && !path.ends_with("foundation/schema.rs") {
                let text = std::fs::read_to_string(&path).expect("read a source");
                tables.extend(tables_in(&text));
            }
        }
    }
    tables
}

/// The tables that a source declares: without indentation, and without the names that it imports.
fn tables_in(text: &str) -> Vec<(String, String)> {
    let mut tables = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "diesel::table! {" {
            continue;
        }
        let end = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
        let block = plain(lines.by_ref().take_while(|line| *line != end));
        let head = block.lines().find(|line| !line.starts_with("///")).expect("a table's name");
        let name = head.split(" (").next().unwrap_or_default().rsplit('.').next().unwrap_or_default().to_owned();
        tables.push((name, block));
    }
    tables
}

fn plain<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("use "))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn a_features_table_is_read_from_its_own_file() {
    let text = "mod tables {\n    diesel::table! {\n        use diesel::sql_types::*;\n\n        /// Rows.\n        \
                podium.rows (id) {\n            /// Which.\n            id -> Uuid,\n        }\n    }\n}\n";
    let rows = "/// Rows.\npodium.rows (id) {\n/// Which.\nid -> Uuid,\n}\n";
    assert_eq!(tables_in(text), [("rows".to_owned(), rows.to_owned())]);
}

/// The file that describes this database, without the tables that features declare themselves, which must say the same.
async fn schema_rs(client: &Client, features: &BTreeMap<String, String>) -> String {
    let mut out = String::from(HEAD);
    out.push_str("\n/// The enumerations.\npub mod sql_types {\n");
    let enums = client
        .query(
            "SELECT t.typname::text, obj_description(t.oid, 'pg_type') FROM pg_type t
             WHERE t.typtype = 'e' AND t.typnamespace = 'public'::regnamespace ORDER BY 1",
            &[],
        )
        .await
        .expect("the enumerations");
    for (n, row) in enums.iter().enumerate() {
        let (name, comment): (&str, Option<&str>) = (row.get(0), row.get(1));
        let gap = if n == 0 { "" } else { "\n" };
        let derive = "#[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType, Clone)]";
        writeln!(
            out,
            "{gap}    /// {}.\n    {derive}\n    #[diesel(postgres_type(name = \"{name}\"))]\n    pub struct {};",
            comment.unwrap_or_default(),
            camel(name)
        )
        .expect("write");
    }
    out.push_str("}\n");

    let relations = client
        .query(
            "SELECT n.nspname::text, c.relname::text, obj_description(c.oid, 'pg_class'), c.oid,
                    (SELECT string_agg(a.attname, ', ' ORDER BY array_position(i.indkey::int2[], a.attnum))
                     FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey::int2[])
                     WHERE i.indrelid = c.oid AND i.indisprimary)
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname IN ('public', 'podium') AND c.relkind IN ('r', 'p', 'v') AND c.relname <> '__diesel_schema_migrations'
             ORDER BY c.relname",
            &[],
        )
        .await
        .expect("the tables");
    for relation in &relations {
        let (schema, name, comment): (&str, &str, &str) = (relation.get(0), relation.get(1), relation.get(2));
        let key = relation.get::<_, Option<&str>>(4).unwrap_or("id");
        let columns = client
            .query(
                "SELECT a.attname::text, format_type(a.atttypid, NULL), a.attnotnull, col_description(a.attrelid, a.attnum),
                        t.typtype = 'e'
                 FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                 WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
                &[&relation.get::<_, u32>(3)],
            )
            .await
            .expect("the columns");
        let mut table = String::from("\ndiesel::table! {\n");
        if columns.iter().any(|column| column.get(4)) {
            table.push_str("    use diesel::sql_types::*;\n");
            for column in columns.iter().filter(|column| column.get(4)) {
                writeln!(table, "    use super::sql_types::{};", camel(column.get(1))).expect("write");
            }
            table.push('\n');
        }
        let path = if schema == "public" { name.to_owned() } else { format!("{schema}.{name}") };
        write!(table, "    /// {comment}.\n    {path} ({key}) {{\n").expect("write");
        for column in &columns {
            let (name, comment): (&str, &str) = (column.get(0), column.get(3));
            // A view's columns never say that they hold no null; these come from columns that do.
            let certain = column.get(2) || (schema == "podium" && matches!(name, "id" | "display_name"));
            let sql_type = sql_type(column.get(1), column.get(4));
            let sql_type = if certain { sql_type } else { format!("Nullable<{sql_type}>") };
            write!(table, "        /// {comment}.\n        {name} -> {sql_type},\n").expect("write");
        }
        table.push_str("    }\n}\n");
        match features.get(name) {
            None => out.push_str(&table),
            Some(found) => {
                let expected = plain(table.lines().filter(|line| !matches!(*line, "diesel::table! {" | "}")));
                assert_eq!(*found, expected, "the table! of {name} under src/ is not what the database says");
            }
        }
    }

    out.push('\n');
    // Where two keys lead to the same table, a join must say which it means; composite keys that hold one table's whole
    // primary key join by it.
    let joins = list(
        client,
        "SELECT format('diesel::joinable!(%s -> %s (%s));', k.conrelid::regclass, k.confrelid::regclass, a.attname)
         FROM pg_constraint k
         JOIN pg_index i ON i.indrelid = k.confrelid AND i.indisprimary AND i.indnatts = 1
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[array_position(k.confkey, i.indkey[0])]
         WHERE k.contype = 'f' AND (SELECT count(*) FROM pg_constraint o WHERE o.contype = 'f' AND o.conrelid = k.conrelid
                                    AND o.confrelid = k.confrelid) = 1
         ORDER BY 1",
    )
    .await;
    let is_of_a_feature = |line: &str| {
        features.keys().any(|name| line.contains(&format!("({name} ->")) || line.contains(&format!("-> {name} (")))
    };
    for join in joins.iter().filter(|join| !is_of_a_feature(join)) {
        writeln!(out, "{join}").expect("write");
    }
    out.push_str("\ndiesel::allow_tables_to_appear_in_same_query!(\n");
    for name in relations.iter().map(|relation| relation.get::<_, &str>(1)).filter(|name| !features.contains_key(*name))
    {
        writeln!(out, "    {name},").expect("write");
    }
    out.push_str(");\n");
    out
}

/// Diesel's name of a Postgres type.
fn sql_type(name: &str, is_enum: bool) -> String {
    if is_enum {
        return camel(name);
    }
    if let Some(element) = name.strip_suffix("[]") {
        return format!("Array<{}>", sql_type(element, false));
    }
    match name {
        "uuid" => "Uuid",
        "text" => "Text",
        "boolean" => "Bool",
        "smallint" => "Int2",
        "integer" => "Int4",
        "bigint" => "Int8",
        "bytea" => "Bytea",
        "double precision" => "Float8",
        "jsonb" => "Jsonb",
        "timestamp with time zone" => "Timestamptz",
        "timestamp without time zone" => "Timestamp",
        other => panic!("teach sql_type() the type {other}"),
    }
    .to_owned()
}

fn camel(name: &str) -> String {
    name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}
