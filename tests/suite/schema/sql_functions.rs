//! The SQL functions of sql/functions: their texts are what a database has, a change takes a higher number, an older version
//! puts nothing back, and what an index is made of is never replaced.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use podium::foundation::migrate::functions::{Function, embedded};
use podium::foundation::migrate::{self, MigrateError};
use tokio_postgres::Client;

use crate::support::database::Database;
use crate::support::server::Server;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/functions")
}

fn texts() -> Vec<Function> {
    embedded().expect("the functions' texts")
}

/// A connection as `migrate` has one: the login role may have the name of the schema, which would come first otherwise.
async fn connect(database: &Database) -> Client {
    let client = database.connect().await;
    client.batch_execute("SET search_path = public").await.expect("the migrations' search_path");
    client
}

async fn list(client: &Client, sql: &str) -> Vec<String> {
    client.query(sql, &[]).await.expect("ask the catalog").iter().map(|row| row.get(0)).collect()
}

/// The functions whose results something stores, by name, also those that others are made of.
const PINNED: &str = "
    WITH RECURSIVE used (oid) AS (
      SELECT refobjid FROM pg_depend d
      WHERE d.refclassid = 'pg_proc'::regclass AND (
        d.classid = 'pg_class'::regclass AND (SELECT relkind FROM pg_class WHERE oid = d.objid) = 'i'
        OR d.classid = 'pg_constraint'::regclass AND (SELECT contype FROM pg_constraint WHERE oid = d.objid) = 'c'
        OR d.classid = 'pg_attrdef'::regclass AND EXISTS (
             SELECT FROM pg_attrdef v JOIN pg_attribute a ON a.attrelid = v.adrelid AND a.attnum = v.adnum
             WHERE v.oid = d.objid AND a.attgenerated <> ''))
      UNION
      SELECT d.refobjid FROM pg_depend d JOIN used u ON d.classid = 'pg_proc'::regclass AND d.objid = u.oid
      WHERE d.refclassid = 'pg_proc'::regclass
    )
    SELECT p.oid::regprocedure::text FROM pg_proc p JOIN used u ON u.oid = p.oid
    WHERE p.pronamespace = 'podium'::regnamespace ORDER BY 1";

#[tokio::test]
async fn every_function_has_a_text() {
    let database = Database::create().await;
    let client = connect(&database).await;
    let there =
        list(&client, "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'podium'::regnamespace").await;
    let there: BTreeSet<_> = there.into_iter().collect();
    let written: BTreeSet<_> = texts().into_iter().filter(|of| !of.gone).map(|of| of.signature).collect();
    assert_eq!(there, written, "what the database has, and what sql/functions has");
    assert_eq!(written.len(), texts().iter().filter(|of| !of.gone).count(), "two files are of one function");
    for of in texts() {
        let name = of.signature.split('(').next().unwrap_or_default().replace('.', "/");
        let suffix = of.name.strip_prefix(&name).unwrap_or_else(|| panic!("{}.sql is of {}", of.name, of.signature));
        // An older signature stands in a file of its own.
        assert!(suffix.is_empty() || suffix.starts_with('-'), "{}.sql is of {}", of.name, of.signature);
        if !of.gone {
            let rights = format!("REVOKE ALL ON FUNCTION {} FROM PUBLIC, podium_user, podium_service;", of.signature);
            assert!(of.text.replace(", ", ",").contains(&rights.replace(", ", ",")), "{}.sql lacks: {rights}", of.name);
            assert_eq!(of.text.matches("CREATE OR REPLACE FUNCTION ").count(), 1, "{}.sql", of.name);
        }
    }
}

/// A database that has run the migrations one by one over months has the same functions as the texts make.
#[tokio::test]
async fn the_texts_are_what_the_database_has() {
    let database = Database::create().await;
    let client = connect(&database).await;
    let before = database.dump(&["--schema-only", "--no-owner"]).await;
    client.batch_execute("SET search_path = public; SET check_function_bodies = off").await.expect("as migrate does");
    for of in texts() {
        client.batch_execute(&of.text).await.unwrap_or_else(|error| panic!("{}.sql: {error:?}", of.name));
    }
    let after = database.dump(&["--schema-only", "--no-owner"]).await;
    let lines = |dump: &str| dump.lines().filter(|line| !line.starts_with('\\')).map(str::to_owned).collect::<Vec<_>>();
    let (before, after) = (lines(&before), lines(&after));
    assert!(before == after, "first at {:?}", before.iter().zip(&after).find(|(a, b)| a != b));
}

/// The numbers and hashes that have been given out: `hash number signature`, one a line.
fn listed(versions: &str) -> Vec<(String, i32, String)> {
    let lines = versions.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let mut parts = line.splitn(3, ' ');
            let mut part = || parts.next().expect("hash, number and signature").to_owned();
            let hash = part();
            let number = part().parse().expect("a number");
            (hash, number, part())
        })
        .collect()
}

/// What is wrong with the numbers, and the lines that the list lacks.
fn compare(listed: &[(String, i32, String)], functions: &[Function]) -> (Vec<String>, Vec<String>) {
    let (mut wrong, mut new) = (Vec::new(), Vec::new());
    for of in functions {
        let highest =
            listed.iter().filter(|(_, _, signature)| *signature == of.signature).max_by_key(|(_, number, _)| *number);
        match highest {
            Some((hash, number, _)) if *number == of.number => {
                if *hash != of.hash {
                    wrong.push(format!("{}.sql has changed, and is number {number} still", of.name));
                }
            }
            Some((_, number, _)) if *number > of.number => {
                wrong.push(format!("{}.sql was number {number} before, and is {}", of.name, of.number));
            }
            _ => new.push(format!("{} {} {}", of.hash, of.number, of.signature)),
        }
    }
    for (_, _, signature) in listed {
        if !functions.iter().any(|of| of.signature == *signature) {
            wrong.push(format!(
                "no file is of {signature} any more: an older node would make it again; write a text that drops it"
            ));
        }
    }
    wrong.dedup();
    (wrong, new)
}

/// `PODIUM_TEST_WRITE_SCHEMA=1` adds the lines of new numbers. It changes none: a number is given out once.
#[test]
fn a_changed_text_has_a_higher_number() {
    let path = folder().join("versions.txt");
    let mut versions = std::fs::read_to_string(&path).expect("read versions.txt");
    let (wrong, new) = compare(&listed(&versions), &texts());
    assert!(wrong.is_empty(), "{wrong:#?}");
    if std::env::var_os("PODIUM_TEST_WRITE_SCHEMA").is_some() {
        new.iter().for_each(|line| versions.push_str(&format!("{line}\n")));
        std::fs::write(&path, versions).expect("write versions.txt");
        return;
    }
    assert!(
        new.is_empty(),
        "sql/functions/versions.txt lacks the lines, write them with PODIUM_TEST_WRITE_SCHEMA=1: {new:#?}"
    );
}

#[test]
fn a_text_that_changed_under_its_number_is_found() {
    let functions = texts();
    let list = functions.iter().map(|of| (of.hash.clone(), of.number, of.signature.clone())).collect::<Vec<_>>();
    assert_eq!(compare(&list, &functions), (Vec::new(), Vec::new()));
    let with = |number: i32, text: &str| {
        let mut changed = functions.clone();
        changed[0] = Function::parse(&changed[0].name, &format!("-- version: {number}{text}")).expect("a text");
        changed
    };
    let (number, rest) = (functions[0].number, functions[0].text.split_once('\n').expect("lines").1);
    let (wrong, new) = compare(&list, &with(number, &format!("\n-- Changed.\n{rest}")));
    assert_eq!((wrong.len(), new.len()), (1, 0), "{wrong:?}");
    let (wrong, new) = compare(&list, &with(number + 1, &format!("\n-- Changed.\n{rest}")));
    assert_eq!((wrong.len(), new.len()), (0, 1), "{wrong:?}");
    let (wrong, _) = compare(&list, &functions[1..]);
    assert_eq!(wrong.len(), 1, "{wrong:?}");
}

/// A change of what an index, a check or a generated column is made of.
#[tokio::test]
async fn what_is_stored_is_never_replaced() {
    let database = Database::create().await;
    let client = connect(&database).await;
    client
        .batch_execute(
            "CREATE TABLE generated (id uuid, allowed boolean GENERATED ALWAYS AS (podium.search_score('{a}', 'a') > 0) STORED);
             CREATE POLICY asks ON generated USING (podium.is_moderator())",
        )
        .await
        .expect("a generated column, and a policy");
    let pinned = list(&client, PINNED).await;
    for name in [
        "folded",
        "alike",
        "searched",
        "sought",
        "event_day",
        "event_same_key",
        "name_key",
        "badges_ok",
        "search_score",
    ] {
        assert!(pinned.iter().any(|signature| signature.starts_with(&format!("podium.{name}("))), "{name}: {pinned:?}");
    }
    for of in texts().into_iter().filter(|of| !of.gone) {
        let changed = newer(&of);
        let outcome = migrate::run_with(database.url(), vec![changed]).await;
        match outcome {
            Err(MigrateError::Pinned { ref function, ref by }) => {
                assert!(pinned.contains(&of.signature), "{function}, by {by}");
                let text = outcome.expect_err("refused").to_string();
                assert!(text.contains(&of.signature) && text.contains("index"), "{text}");
            }
            Ok(done) => {
                assert!(!pinned.contains(&of.signature), "{} was replaced", of.signature);
                assert_eq!(done.functions, [of.signature]);
            }
            Err(other) => panic!("{}: {other}", of.signature),
        }
    }
}

/// The first text of such a function is its last.
#[tokio::test]
async fn what_is_stored_has_its_first_number() {
    let database = Database::create().await;
    let pinned = list(&connect(&database).await, PINNED).await;
    for of in texts() {
        assert!(
            of.number == 1 || !pinned.contains(&of.signature),
            "{} must not change: an index or a check holds its results",
            of.name
        );
    }
}

/// The same function under a higher number, with another comment, so that one sees which is applied.
fn newer(of: &Function) -> Function {
    let text = of.text.split_once('\n').expect("lines").1;
    let text = format!("-- version: {}\n{text}COMMENT ON FUNCTION {} IS 'newer';\n", of.number + 1, of.signature);
    Function::parse(&of.name, &text).expect("a text")
}

/// The functions whose comment says that they are the newer.
async fn newer_ones(client: &Client) -> usize {
    list(client, "SELECT proname::text FROM pg_proc WHERE pronamespace = 'podium'::regnamespace AND obj_description(oid, 'pg_proc') = 'newer'")
        .await
        .len()
}

/// A rolling upgrade, in which nodes of both versions start again and again: the older is the server itself.
#[tokio::test]
async fn two_versions_that_start_by_turns_keep_the_newer_texts() {
    let database = Arc::new(Database::create().await);
    let client = connect(&database).await;
    let pinned = list(&client, PINNED).await;
    let older = texts();
    let mut later: Vec<_> =
        older.iter().map(|of| if of.gone || pinned.contains(&of.signature) { of.clone() } else { newer(of) }).collect();
    let changed = later.iter().filter(|of| of.text.contains("'newer'")).count();
    // The newer version has a function more, and has taken one away.
    later.push(text("podium/added", 1, "podium.added()"));
    let taken = later.iter().position(|of| of.signature.starts_with("podium.invite_preview(")).expect("it is there");
    let signature = later[taken].signature.clone();
    let drop = format!("-- version: {}\nDROP FUNCTION IF EXISTS {signature};\n", later[taken].number);
    later[taken] = Function::parse("podium/invite_preview", &drop).expect("a text");
    let count = async || newer_ones(&client).await;
    let exists = async |signature: &str| -> bool {
        let sql = "SELECT to_regprocedure($1::text) IS NOT NULL";
        client.query_one(sql, &[&signature]).await.expect("ask").get(0)
    };

    let mut server = Server::start_on(Arc::clone(&database), &[]).await;
    assert_eq!(count().await, 0);
    for turn in 0..3 {
        let done = migrate::run_with(database.url(), later.clone()).await.expect("the newer version starts");
        assert_eq!(done.functions.len(), if turn == 0 { changed + 1 } else { 0 }, "turn {turn}: {:?}", done.functions);
        assert_eq!(count().await, changed - 1, "all but the one that is gone");
        assert!(exists("podium.added()").await && !exists(&signature).await);
        server.terminate().await;
        server.restart().await;
        let done = migrate::run_with(database.url(), older.clone()).await.expect("the older version starts");
        assert_eq!(done.functions, Vec::<String>::new(), "turn {turn}");
        assert_eq!(count().await, changed - 1, "the older put something back");
        assert!(exists("podium.added()").await && !exists(&signature).await, "turn {turn}");
        assert_eq!(migrate::pending(database.url()).await.expect("ask"), Vec::<String>::new());
    }
}

/// A function of this signature without arguments, under this number.
fn text(name: &str, number: i32, signature: &str) -> Function {
    let text = format!(
        "-- version: {number}\nCREATE OR REPLACE FUNCTION {signature} RETURNS integer LANGUAGE sql RETURN {number};\n\
         COMMENT ON FUNCTION {signature} IS 'One that a test makes';\nREVOKE ALL ON FUNCTION {signature} FROM PUBLIC;\n"
    );
    Function::parse(name, &text).expect("a text")
}

#[tokio::test]
async fn functions_are_applied_whole_and_in_the_order_in_which_they_need_each_other() {
    let database = Database::create().await;
    let client = connect(&database).await;
    // By name the one that needs the other comes first, and what is behind RETURN is parsed at once.
    let mut both = vec![text("podium/a_first", 1, "podium.a_first()"), text("podium/b_second", 1, "podium.b_second()")];
    both[0].text = both[0].text.replace("RETURN 1", "RETURN podium.b_second()");
    let done = migrate::run_with(database.url(), both.clone()).await.expect("both");
    assert_eq!(done.functions, ["podium.b_second()", "podium.a_first()"]);

    // One that cannot be made leaves everything as it was.
    let mut wrong =
        vec![text("podium/b_second", 2, "podium.b_second()"), text("podium/c_third", 1, "podium.c_third()")];
    wrong[1].text = wrong[1].text.replace("RETURN 1", "RETURN podium.nowhere()");
    let error = migrate::run_with(database.url(), wrong).await.expect_err("one cannot be made");
    assert!(matches!(&error, MigrateError::Function { function, .. } if function == "podium.c_third()"), "{error}");
    let answer: i32 = client.query_one("SELECT podium.b_second()", &[]).await.expect("ask").get(0);
    assert_eq!(answer, 1);
    // One that was lost, as with a table whose rows it answers, comes back.
    client.batch_execute("DROP FUNCTION podium.b_second() CASCADE").await.expect("lose both");
    let done = migrate::run_with(database.url(), both).await.expect("both again");
    assert_eq!(done.functions.len(), 2);
}

/// Down to the migrations that made functions themselves, the version before has its own texts again.
#[tokio::test]
async fn going_back_puts_the_old_texts_back() {
    let database = Database::create_empty().await;
    migrate::run(database.url()).await.expect("all up");
    let client = connect(&database).await;
    let of = async |name: &str| -> BTreeMap<String, String> {
        let sql = "SELECT oid::regprocedure::text, prosrc FROM pg_proc WHERE pronamespace = 'podium'::regnamespace AND proname = $1";
        client.query(sql, &[&name]).await.expect("ask").iter().map(|row| (row.get(0), row.get(1))).collect()
    };
    assert!(of("event_delete").await["podium.event_delete(uuid,uuid)"].contains("event_children"));
    let names = migrate::names().expect("the migrations' names");
    for name in names.iter().rev().take_while(|name| name.as_str() >= "2026-11-28-000001") {
        let path = crate::support::database::migrations().join(name).join("down.sql");
        let sql = std::fs::read_to_string(path).expect("read the migration");
        client.batch_execute(&format!("SET search_path = public; BEGIN; {sql} COMMIT")).await.expect(name);
    }
    let before = of("event_delete").await;
    assert!(before["podium.event_delete(uuid,uuid)"].contains("SELECT 1 FROM memorabilia"), "{before:?}");
    assert!(of("feed_stamp").await.is_empty());
}

#[tokio::test]
async fn what_is_not_applied_is_pending() {
    let database = Database::create_empty().await;
    let pending = migrate::pending(database.url()).await.expect("ask");
    assert!(pending.len() > texts().len(), "migrations and functions: {pending:?}");
    migrate::run(database.url()).await.expect("migrate");
    assert_eq!(migrate::pending(database.url()).await.expect("ask"), Vec::<String>::new());
    let client = connect(&database).await;
    client
        .batch_execute("UPDATE podium.functions SET number = 1 WHERE signature = 'podium.event_delete(uuid,uuid)'")
        .await
        .expect("an older text");
    assert_eq!(migrate::pending(database.url()).await.expect("ask"), ["podium.event_delete(uuid,uuid)"]);
}
