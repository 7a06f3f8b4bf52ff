//! What the functions that write logs answer, one by one, and the races for a seat.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Barrier;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use crate::support::database::Database;
use crate::support::people::{TWO_IN_A_POD, id};

/// The event of [`TWO_IN_A_POD`], and its pod, in which `a` is the owner and `b` a member.
const EVENT: char = 'e';
const POD: char = 'p';

/// As the service: an event with `a` and `b` in a pod, and more people in the event.
pub(crate) async fn pod_of_two(more: &str) -> (Database, Client, Client) {
    let database = Database::create().await;
    let owner = database.connect().await;
    owner.batch_execute(TWO_IN_A_POD).await.expect("two in a pod");
    for person in more.chars() {
        enter(&owner, person).await;
    }
    let service = database.connect_as("podium_service").await;
    (database, owner, service)
}

/// Makes a person, and lets them into the event.
pub(crate) async fn enter(owner: &Client, person: char) {
    let profile = "INSERT INTO profiles (id, display_name) VALUES ($1, 'Person') ON CONFLICT DO NOTHING";
    owner.execute(profile, &[&id(person)]).await.expect("a person");
    let member = "INSERT INTO event_members (event_id, user_id) VALUES ($1, $2)";
    owner.execute(member, &[&id(EVENT), &id(person)]).await.expect("a member of the event");
}

/// Calls a function; `{x}` in its arguments is the id of that letter. Answers the rows as words: the code, the seat if
/// there is one, and for each line its seq, its kind, the person, and who did it if another person did.
pub(crate) async fn call(client: &Client, call: &str) -> String {
    try_call(client, call).await.unwrap_or_else(|error| panic!("{call}: {error:?}"))
}

pub(crate) async fn try_call(client: &Client, call: &str) -> Result<String, tokio_postgres::Error> {
    let rows = client.query(&format!("SELECT * FROM podium.{}", fill(call)), &[]).await?;
    let first = rows.first().expect("at least one row");
    if call.starts_with("append") {
        return Ok(answer(first));
    }
    let mut words = vec![first.get::<_, &str>("code").to_owned()];
    if let Some(seat) = first.get::<_, Option<i16>>("seat") {
        words.push(format!("seat {seat}"));
    }
    words.extend(rows.iter().filter(|row| row.get::<_, Option<Uuid>>("id").is_some()).map(line));
    Ok(words.join(", "))
}

fn line(row: &Row) -> String {
    let letter = |id: Uuid| char::from(id.as_bytes()[15]);
    let (kind, person): (&str, Uuid) = (row.get("kind"), row.get("user_id"));
    let data: Option<serde_json::Value> = row.get("data");
    let by = data.map(|data| data["by"].as_str().expect("by").parse::<Uuid>().expect("an id"));
    let by = by.map(|by| format!(" by {}", letter(by))).unwrap_or_default();
    format!("{} {kind} {}{by}", row.get::<_, i64>("seq"), letter(person))
}

fn fill(sql: &str) -> String {
    let letters = ('0'..='9').chain('a'..='z').chain('A'..='Z');
    letters.fold(sql.to_owned(), |sql, letter| sql.replace(&format!("{{{letter}}}"), &id(letter).to_string()))
}

/// Sends texts, each written as pod, id, person; answers code, seq and whether it was new.
async fn send(client: &Client, entries: &[(char, char, char)]) -> Vec<String> {
    let ids = |of: fn(&(char, char, char)) -> char| entries.iter().map(|entry| id(of(entry))).collect::<Vec<_>>();
    let texts = vec!["text"; entries.len()];
    let sql = "SELECT code, seq, fresh, at FROM podium.append($1, $2, $3, $4) ORDER BY ord";
    let rows = client.query(sql, &[&ids(|e| e.0), &ids(|e| e.1), &ids(|e| e.2), &texts]).await.expect("append");
    rows.iter().map(answer).collect()
}

/// What one entry was answered, as words.
fn answer(row: &Row) -> String {
    let (code, seq, fresh): (&str, Option<i64>, bool) = (row.get("code"), row.get("seq"), row.get("fresh"));
    let at: Option<DateTime<Utc>> = row.get("at");
    assert_eq!(at.is_some(), code == "ok", "a time comes with ok alone");
    let seq = seq.map(|seq| format!(" {seq}")).unwrap_or_default();
    format!("{code}{seq}{}", if fresh { " fresh" } else { "" })
}

#[tokio::test]
async fn a_repeat_answers_with_the_first_outcome() {
    let (_database, _owner, service) = pod_of_two("").await;
    assert_eq!(send(&service, &[(POD, '1', 'a')]).await, ["ok 3 fresh"]);
    assert_eq!(send(&service, &[(POD, '1', 'a')]).await, ["ok 3"]);
    // In one group: a new one twice, another's id, and a repeat between them. A refused entry takes no seq.
    assert_eq!(
        send(
            &service,
            &[(POD, '2', 'b'), (POD, '1', 'a'), (POD, '2', 'b'), (POD, '2', 'a'), (POD, '1', 'b'), (POD, '3', 'a')]
        )
        .await,
        ["ok 4 fresh", "ok 3", "ok 4", "conflict", "conflict", "ok 5 fresh"]
    );
    assert_eq!(send(&service, &[]).await, [""; 0]);
}

/// A repeat is answered to its author even after they left, and after the pod was closed; nobody else learns that it
/// exists.
#[tokio::test]
async fn ids_are_shown_to_members_and_their_author_alone() {
    let (_database, owner, service) = pod_of_two("cd").await;
    owner
        .execute("INSERT INTO profiles (id, display_name) VALUES ($1, 'Stranger')", &[&id('s')])
        .await
        .expect("a stranger");
    assert_eq!(send(&service, &[(POD, '1', 'b')]).await, ["ok 3 fresh"]);
    call(&service, "pod_leave('{p}', '{b}')").await;
    assert_eq!(send(&service, &[(POD, '1', 'b'), (POD, '2', 'b')]).await, ["ok 3", "not_member"]);
    let of_members = [(POD, '1', 'c'), (POD, '9', 'c')];
    assert_eq!(send(&service, &of_members).await, ["not_member", "not_member"], "whether it exists or not");
    let of_strangers = [(POD, '1', 's'), (POD, '9', 's'), ('q', '9', 's')];
    assert_eq!(
        send(&service, &of_strangers).await,
        ["not_found", "not_found", "not_found"],
        "whether there is such a pod or not"
    );
    assert_eq!(send(&service, &[(POD, '1', 'a')]).await, ["conflict"]);
    call(&service, "pod_close('{p}', '{a}')").await;
    assert_eq!(
        send(&service, &[(POD, '1', 'b'), (POD, '1', 'a'), (POD, '2', 'a')]).await,
        ["ok 3", "not_found", "not_found"]
    );
}

/// The id of a line is no text of the person whom it is about; the same id in another pod is another message.
#[tokio::test]
async fn an_id_counts_within_its_pod_and_lines_have_theirs() {
    let (_database, owner, service) = pod_of_two("").await;
    call(&service, "pod_open('{q}', '{e}', '{a}', 'Other', 'open')").await;
    assert_eq!(
        send(&service, &[(POD, '1', 'a'), ('q', '1', 'a'), ('q', '1', 'b')]).await,
        ["ok 3 fresh", "ok 2 fresh", "not_member"]
    );
    let of_line: Uuid = owner
        .query_one("SELECT id FROM messages WHERE pod_id = $1 AND seq = 1", &[&id(POD)])
        .await
        .expect("a line")
        .get(0);
    let sql = "SELECT code FROM podium.append(ARRAY[$1::uuid], ARRAY[$2::uuid], ARRAY[$3::uuid], ARRAY['text'])";
    let code: String = service.query_one(sql, &[&id(POD), &of_line, &id('a')]).await.expect("append").get(0);
    assert_eq!(code, "conflict");
}

/// A bad entry fails its group with an error of class 22 or 23, by which the journal knows to halve the group; nothing
/// of it is stored.
#[tokio::test]
async fn a_bad_entry_fails_its_group_and_leaves_nothing() {
    let (_database, owner, service) = pod_of_two("").await;
    let sql = "SELECT code FROM podium.append($1, $2, $3, $4)";
    let too_long = "x".repeat(4001);
    let longest = "ü".repeat(4000);
    let (pods, people) = (vec![id(POD); 2], vec![id('a'); 2]);
    for (ids, texts, expected) in [
        (vec![Some(id('1')), Some(id('2'))], vec![Some("fine"), Some(too_long.as_str())], SqlState::CHECK_VIOLATION),
        (vec![Some(id('1')), None], vec![Some("fine"), Some("text")], SqlState::NOT_NULL_VIOLATION),
        (vec![Some(id('1')), Some(id('2'))], vec![Some("fine"), None], SqlState::NOT_NULL_VIOLATION),
    ] {
        let error = service.query(sql, &[&pods, &ids, &people, &texts]).await.expect_err("a bad entry");
        assert_eq!(error.code(), Some(&expected));
    }
    let row = owner
        .query_one("SELECT last_seq, (SELECT max(seq) FROM messages WHERE pod_id = p.id) FROM pods p", &[])
        .await
        .expect("ask");
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (2, 2));
    let ok = service
        .query(sql, &[&pods, &vec![id('1'), id('2')], &people, &vec!["fine", &longest]])
        .await
        .expect("the longest text");
    assert_eq!(ok.len(), 2);
}

#[tokio::test]
async fn opening_a_pod() {
    let (_database, owner, service) = pod_of_two("c").await;
    owner
        .execute("INSERT INTO profiles (id, display_name) VALUES ($1, 'Stranger')", &[&id('s')])
        .await
        .expect("a stranger");
    assert_eq!(call(&service, "pod_open('{q}', '{e}', '{c}', 'Crew', 'invite')").await, "ok, seat 1, 1 joined c");
    assert_eq!(call(&service, "pod_open('{q}', '{e}', '{c}', 'Crew', 'invite')").await, "ok, seat 1", "again: no line");
    assert_eq!(call(&service, "pod_open('{q}', '{e}', '{a}', 'Crew', 'open')").await, "conflict");
    assert_eq!(call(&service, "pod_open('{r}', '{e}', '{s}', 'Crew', 'open')").await, "not_member");
    assert_eq!(call(&service, "pod_open('{r}', '{f}', '{a}', 'Crew', 'open')").await, "not_found");
    assert_eq!(call(&service, "pod_open('{r}', '{e}', '{a}', '', 'open')").await, "invalid");
    assert_eq!(call(&service, "pod_open('{r}', '{e}', '{a}', NULL, 'open')").await, "invalid");
    assert_eq!(call(&service, "pod_open('{r}', '{e}', '{a}', 'Crew', 'secret')").await, "invalid");
    assert_eq!(call(&service, "pod_leave('{q}', '{c}')").await, "ok, 2 left c, 3 closed c");
    assert_eq!(call(&service, "pod_open('{q}', '{e}', '{c}', 'Crew', 'invite')").await, "ok", "whatever became of it");
    owner.execute("UPDATE events SET cancelled_at = now()", &[]).await.expect("cancel");
    assert_eq!(call(&service, "pod_open('{r}', '{e}', '{a}', 'Crew', 'open')").await, "not_found");
    assert_eq!(call(&service, "pod_open('{q}', '{e}', '{c}', 'Crew', 'invite')").await, "ok", "an old answer stays");
}

#[tokio::test]
async fn joining_takes_the_lowest_free_seat() {
    let (_database, owner, service) = pod_of_two("cdfg").await;
    owner
        .execute("INSERT INTO profiles (id, display_name) VALUES ($1, 'Stranger')", &[&id('s')])
        .await
        .expect("a stranger");
    assert_eq!(call(&service, "pod_join('{p}', '{b}')").await, "ok, seat 2", "a member already: no line");
    assert_eq!(call(&service, "pod_join('{p}', '{c}')").await, "ok, seat 3, 3 joined c");
    assert_eq!(call(&service, "pod_join('{p}', '{s}')").await, "not_member");
    assert_eq!(call(&service, "pod_join('{q}', '{c}')").await, "not_found");
    assert_eq!(call(&service, "pod_leave('{p}', '{b}')").await, "ok, 4 left b");
    assert_eq!(call(&service, "pod_leave('{p}', '{b}')").await, "not_member");
    assert_eq!(call(&service, "pod_join('{p}', '{d}')").await, "ok, seat 2, 5 joined d");
    assert_eq!(call(&service, "pod_join('{p}', '{f}')").await, "ok, seat 4, 6 joined f");
    assert_eq!(call(&service, "pod_join('{p}', '{g}')").await, "ok, seat 5, 7 joined g");
    assert_eq!(call(&service, "pod_join('{p}', '{b}')").await, "pod_full");
    let since: i64 =
        owner.query_one("SELECT since_seq FROM pod_members WHERE user_id = $1", &[&id('f')]).await.expect("f").get(0);
    assert_eq!(since, 6);
}

#[tokio::test]
async fn the_longest_standing_member_inherits() {
    let (_database, _owner, service) = pod_of_two("cd").await;
    call(&service, "pod_join('{p}', '{c}')").await;
    // b leaves and comes back, and so stands behind c.
    call(&service, "pod_leave('{p}', '{b}')").await;
    assert_eq!(call(&service, "pod_join('{p}', '{b}')").await, "ok, seat 2, 5 joined b");
    assert_eq!(call(&service, "pod_leave('{p}', '{a}')").await, "ok, 6 left a, 7 owner_changed c");
    assert_eq!(call(&service, "pod_leave('{p}', '{c}')").await, "ok, 8 left c, 9 owner_changed b");
    assert_eq!(call(&service, "pod_leave('{p}', '{b}')").await, "ok, 10 left b, 11 closed b");
    assert_eq!(call(&service, "pod_join('{p}', '{b}')").await, "not_found");
    assert_eq!(call(&service, "pod_leave('{p}', '{b}')").await, "not_found");
}

#[tokio::test]
async fn a_barred_person_stays_out_until_let_in() {
    let (_database, owner, service) = pod_of_two("cd").await;
    owner
        .execute("INSERT INTO profiles (id, display_name) VALUES ($1, 'Stranger')", &[&id('s')])
        .await
        .expect("a stranger");
    assert_eq!(call(&service, "pod_remove('{p}', '{b}', '{a}')").await, "forbidden");
    assert_eq!(call(&service, "pod_remove('{p}', '{c}', '{b}')").await, "not_member");
    assert_eq!(call(&service, "pod_remove('{p}', '{s}', '{b}')").await, "not_found");
    assert_eq!(call(&service, "pod_remove('{p}', '{a}', '{a}')").await, "invalid");
    assert_eq!(call(&service, "pod_remove('{p}', '{a}', '{z}')").await, "not_found", "nobody");
    assert_eq!(call(&service, "pod_remove('{p}', '{a}', '{c}')").await, "ok", "not a member: no line");
    assert_eq!(call(&service, "pod_join('{p}', '{c}')").await, "forbidden");
    assert_eq!(call(&service, "pod_remove('{p}', '{a}', '{b}')").await, "ok, 3 removed b by a");
    assert_eq!(call(&service, "pod_remove('{p}', '{a}', '{b}')").await, "ok", "again: no line");
    assert_eq!(call(&service, "pod_join('{p}', '{b}')").await, "forbidden");
    // Not even by way of the event's door.
    assert_eq!(call(&service, "leave_event('{e}', '{b}')").await, "ok");
    enter(&owner, 'b').await;
    assert_eq!(call(&service, "pod_join('{p}', '{b}')").await, "forbidden");
    assert_eq!(call(&service, "pod_admit('{p}', '{b}', '{b}')").await, "not_member");
    assert_eq!(call(&service, "pod_admit('{p}', '{a}', '{s}')").await, "not_found");
    assert_eq!(call(&service, "pod_admit('{p}', '{a}', '{b}')").await, "ok");
    assert_eq!(call(&service, "pod_join('{p}', '{b}')").await, "ok, seat 2, 4 joined b");
}

#[tokio::test]
async fn invitations() {
    let (_database, _owner, service) = pod_of_two("cd").await;
    assert_eq!(call(&service, "pod_change('{p}', '{a}', NULL, 'invite')").await, "ok");
    assert_eq!(call(&service, "pod_join('{p}', '{c}')").await, "forbidden");
    assert_eq!(call(&service, "pod_admit('{p}', '{a}', '{c}')").await, "ok");
    assert_eq!(call(&service, "pod_join('{p}', '{c}')").await, "ok, seat 3, 3 joined c");
    assert_eq!(call(&service, "pod_join('{p}', '{d}')").await, "forbidden");
    assert_eq!(call(&service, "pod_change('{p}', '{a}', NULL, 'open')").await, "ok");
    assert_eq!(call(&service, "pod_join('{p}', '{d}')").await, "ok, seat 4, 4 joined d");
}

#[tokio::test]
async fn renaming_writes_a_line_if_it_changes_something() {
    let (_database, owner, service) = pod_of_two("c").await;
    assert_eq!(call(&service, "pod_change('{p}', '{a}', 'New', NULL)").await, "ok, 3 renamed a");
    assert_eq!(call(&service, "pod_change('{p}', '{a}', 'New', 'open')").await, "ok");
    assert_eq!(call(&service, "pod_change('{p}', '{a}', NULL, NULL)").await, "ok");
    assert_eq!(call(&service, "pod_change('{p}', '{a}', '', NULL)").await, "invalid");
    assert_eq!(call(&service, "pod_change('{p}', '{a}', NULL, 'secret')").await, "invalid");
    assert_eq!(call(&service, "pod_change('{p}', '{b}', 'Other', NULL)").await, "forbidden");
    assert_eq!(call(&service, "pod_change('{p}', '{c}', 'Other', NULL)").await, "not_member");
    let text: String = owner.query_one("SELECT text FROM messages WHERE seq = 3", &[]).await.expect("the line").get(0);
    assert_eq!(text, "New");
}

#[tokio::test]
async fn closing_ends_every_membership() {
    let (_database, owner, service) = pod_of_two("").await;
    assert_eq!(call(&service, "pod_close('{p}', '{b}')").await, "forbidden");
    assert_eq!(call(&service, "pod_close('{p}', '{a}')").await, "ok, 3 closed a");
    assert_eq!(call(&service, "pod_close('{p}', '{a}')").await, "not_found");
    let members: i64 = owner.query_one("SELECT count(*) FROM pod_members", &[]).await.expect("count").get(0);
    assert_eq!(members, 0);
}

#[tokio::test]
async fn leaving_an_event_leaves_its_pods() {
    let (_database, owner, service) = pod_of_two("c").await;
    call(&service, "pod_open('{q}', '{e}', '{a}', 'Other', 'open')").await;
    assert_eq!(
        call(&service, "leave_event('{e}', '{a}')").await,
        "ok, 3 left a, 4 owner_changed b, 2 left a, 3 closed a"
    );
    assert_eq!(call(&service, "leave_event('{e}', '{a}')").await, "not_member");
    assert_eq!(call(&service, "leave_event('{f}', '{a}')").await, "not_found");
    assert_eq!(call(&service, "leave_event('{e}', '{c}')").await, "ok");
    assert_eq!(call(&service, "event_remove('{e}', '{a}', '{b}')").await, "ok, 5 removed b by a, 6 closed b by a");
    let left: i64 = owner.query_one("SELECT count(*) FROM event_members", &[]).await.expect("count").get(0);
    assert_eq!(left, 0);
}

#[tokio::test]
async fn an_event_is_deleted_only_while_it_is_its_makers_alone() {
    let (_database, owner, service) = pod_of_two("").await;
    assert_eq!(call(&service, "event_delete('{e}', '{b}')").await, "forbidden");
    assert_eq!(call(&service, "event_delete('{f}', '{a}')").await, "not_found");
    assert_eq!(call(&service, "event_delete('{e}', '{a}')").await, "conflict");
    call(&service, "leave_event('{e}', '{b}')").await;
    assert_eq!(call(&service, "event_delete('{e}', '{a}')").await, "conflict", "b's lines are in the log still");
    owner
        .batch_execute("DELETE FROM messages WHERE user_id = '00000000-0000-7000-8000-000000000062'")
        .await
        .expect("without b");
    call(&service, "pod_open('{q}', '{e}', '{a}', 'Other', 'open')").await;
    let gone =
        service.query(&fill("SELECT code, pod_id FROM podium.event_delete('{e}', '{a}')"), &[]).await.expect("delete");
    let gone: Vec<(String, Uuid)> = gone.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(gone, [("ok".into(), id(POD)), ("ok".into(), id('q'))]);
    let left: i64 = owner
        .query_one(
            "SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM pods) + (SELECT count(*) FROM messages)",
            &[],
        )
        .await
        .expect("count")
        .get(0);
    assert_eq!(left, 0);
}

/// Begins `first` in a transaction and leaves it open; begins `second` on another connection, waits until that is
/// blocked by the first, and commits the first. Answers what each said.
pub(crate) async fn overtake(
    database: &Database,
    first: &str,
    second: &str,
) -> (String, Result<String, Option<SqlState>>) {
    let (one, two) = (database.connect_as("podium_service").await, database.connect_as("podium_service").await);
    one.batch_execute("BEGIN").await.expect("begin");
    let said_first = call(&one, first).await;
    let pid: i32 = two.query_one("SELECT pg_backend_pid()", &[]).await.expect("ask").get(0);
    let waiting = {
        let second = second.to_owned();
        tokio::spawn(async move { try_call(&two, &second).await.map_err(|error| error.code().cloned()) })
    };
    while one.query_one("SELECT cardinality(pg_blocking_pids($1)) = 0", &[&pid]).await.expect("ask").get(0) {
        assert!(!waiting.is_finished(), "«{second}» did not wait for «{first}»");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    one.batch_execute("COMMIT").await.expect("commit");
    (said_first, waiting.await.expect("no panic"))
}

/// What waited for a lock must judge by what it finds afterwards, not by what it saw before.
#[tokio::test]
async fn who_waited_judges_afterwards() {
    let (database, owner, _service) = pod_of_two("cdfg").await;
    let append = |person: char| format!("append('{{{{p}}}}', '{{{{{person}}}}}', '{{{{{person}}}}}', '{{text}}')");
    let again = Some(SqlState::T_R_SERIALIZATION_FAILURE);
    for (first, second, said_first, said_second) in [
        ("pod_remove('{p}', '{a}', '{b}')", append('b'), "ok, 3 removed b by a", Ok("not_member")),
        ("pod_admit('{p}', '{a}', '{b}')", "pod_join('{p}', '{b}')".into(), "ok", Ok("ok, seat 2, 4 joined b")),
        ("pod_join('{p}', '{c}')", append('c'), "ok, seat 3, 5 joined c", Ok("ok 6 fresh")),
        ("leave_event('{e}', '{c}')", "pod_join('{p}', '{c}')".into(), "ok, 7 left c", Ok("not_member")),
        // The pod that is joined meanwhile was not locked, so leaving has to begin anew.
        ("pod_join('{p}', '{d}')", "leave_event('{e}', '{d}')".into(), "ok, seat 3, 8 joined d", Err(again.clone())),
        (
            "pod_open('{q}', '{e}', '{d}', 'Crew', 'open')",
            "leave_event('{e}', '{d}')".into(),
            "ok, seat 1, 1 joined d",
            Err(again),
        ),
        (
            "pod_open('{r}', '{e}', '{a}', 'Crew', 'open')",
            "pod_open('{r}', '{e}', '{a}', 'Crew', 'open')".into(),
            "ok, seat 1, 1 joined a",
            Ok("ok, seat 1"),
        ),
        (
            "pod_open('{t}', '{e}', '{a}', 'Crew', 'open')",
            "pod_open('{t}', '{e}', '{b}', 'Crew', 'open')".into(),
            "ok, seat 1, 1 joined a",
            Ok("conflict"),
        ),
        (
            "pod_leave('{p}', '{a}')",
            "pod_close('{p}', '{a}')".into(),
            "ok, 9 left a, 10 owner_changed b",
            Ok("not_member"),
        ),
        ("pod_close('{p}', '{b}')", "pod_join('{p}', '{f}')".into(), "ok, 11 closed b", Ok("not_found")),
        ("pod_close('{r}', '{a}')", "pod_leave('{r}', '{a}')".into(), "ok, 2 closed a", Ok("not_found")),
    ] {
        let (one, two) = overtake(&database, first, &second).await;
        assert_eq!(one, said_first, "{first}");
        assert_eq!(two, said_second.map(str::to_owned), "{second} after {first}");
    }

    // The event's maker deletes it while a pod is opened in it.
    owner
        .batch_execute(&fill(
            "INSERT INTO events (id, slug, artist, city, venue, date_utc, created_by)
             VALUES ('{2}', 'another', 'Artist', 'City', 'Another venue', now(), '{a}');
             INSERT INTO event_members (event_id, user_id) VALUES ('{2}', '{a}')",
        ))
        .await
        .expect("another event");
    let (one, two) =
        overtake(&database, "pod_open('{u}', '{2}', '{a}', 'Crew', 'open')", "event_delete('{2}', '{a}')").await;
    assert_eq!((one.as_str(), two), ("ok, seat 1, 1 joined a", Err(Some(SqlState::T_R_SERIALIZATION_FAILURE))));
}

/// The same entry on two connections at once: one stores it, the other finds it.
#[tokio::test]
async fn a_repeat_that_waited_finds_the_first() {
    let (database, _owner, _service) = pod_of_two("").await;
    let send = "append('{{p}}', '{{1}}', '{{b}}', '{text}')";
    assert_eq!(overtake(&database, send, send).await, ("ok 3 fresh".into(), Ok("ok 3".into())));
    let others = "append('{{p}}', '{{2}}', '{{a}}', '{text}')";
    let stolen = "append('{{p}}', '{{2}}', '{{b}}', '{text}')";
    assert_eq!(overtake(&database, others, stolen).await, ("ok 4 fresh".into(), Ok("conflict".into())));
}

/// Twenty connections for the last seat: one gets it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_seat_is_taken_once() {
    let twenty: String = ('A'..='T').collect();
    let (database, owner, service) = pod_of_two(&format!("cd{twenty}")).await;
    for person in ['c', 'd'] {
        call(&service, &format!("pod_join('{{p}}', '{{{person}}}')")).await;
    }
    let outcomes = race(&database, &twenty, |client, person| async move {
        call(&client, &format!("pod_join('{{p}}', '{{{person}}}')")).await
    })
    .await;
    let won = outcomes.iter().filter(|outcome| outcome.starts_with("ok, seat 5, 5 joined")).count();
    let full = outcomes.iter().filter(|outcome| *outcome == "pod_full").count();
    assert_eq!((won, full), (1, 19), "{outcomes:?}");
    let members: i64 = owner.query_one("SELECT count(*) FROM pod_members", &[]).await.expect("count").get(0);
    assert_eq!(members, 5);
}

/// The same past all functions, as the tables' owner: the constraints alone refuse the sixth.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_tables_alone_refuse_a_sixth_member() {
    let twenty: String = ('A'..='T').collect();
    let (database, owner, service) = pod_of_two(&format!("cdfg{twenty}")).await;
    for person in ['c', 'd'] {
        call(&service, &format!("pod_join('{{p}}', '{{{person}}}')")).await;
    }
    let insert = |person: char, seat: i16, seats: i16| {
        fill(&format!(
            "INSERT INTO pod_members (pod_id, user_id, event_id, seat, seats, since_seq)
             VALUES ('{{p}}', '{{{person}}}', '{{e}}', {seat}, {seats}, 1)"
        ))
    };
    let outcomes = race(&database, &twenty, |client, person| async move {
        client.batch_execute("RESET ROLE").await.expect("be the owner");
        match client.batch_execute(&insert(person, 5, 5)).await {
            Ok(()) => "ok".to_owned(),
            Err(error) => format!("{:?}", error.code()),
        }
    })
    .await;
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "ok").count(), 1, "{outcomes:?}");
    for (seat, seats, expected) in [
        (5, 5, SqlState::UNIQUE_VIOLATION),
        (6, 5, SqlState::CHECK_VIOLATION),
        (0, 5, SqlState::CHECK_VIOLATION),
        (6, 6, SqlState::FOREIGN_KEY_VIOLATION),
    ] {
        let error = owner.batch_execute(&insert('f', seat, seats)).await.expect_err("a sixth");
        assert_eq!(error.code(), Some(&expected), "seat {seat} of {seats}");
    }
}

/// Lets one connection a person begin at the same moment.
pub(crate) async fn race<F>(database: &Database, people: &str, run: impl Fn(Client, char) -> F) -> Vec<String>
where
    F: Future<Output = String> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(people.len()));
    let mut tasks = Vec::new();
    for person in people.chars() {
        let work = run(database.connect_as("podium_service").await, person);
        let barrier = barrier.clone();
        tasks.push(tokio::spawn(async move {
            barrier.wait().await;
            work.await
        }));
    }
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.expect("no panic"));
    }
    outcomes
}
