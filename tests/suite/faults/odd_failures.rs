//! Failures of Postgres that nobody foresees: they are the entry's fault in nobody's eyes, so the outcome is
//! `unavailable` and the same may be sent again; and an entry at which Postgres fails every time holds up nobody else.

use serde_json::json;
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::pod_client::{PodClient, assert_same_log, number, stored};
use crate::support::server::Server;

/// Feature not supported (as after a migration), limit exceeded, I/O error, internal error, an operator's trigger.
const STATES: [&str; 5] = ["0A000", "54000", "58030", "XX000", "P0001"];

/// Whatever is written with a text or name of `fail <SQLSTATE>` fails with that.
const FAIL: &str = "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     RAISE EXCEPTION 'provoked' USING ERRCODE = substr(coalesce(to_jsonb(NEW)->>'text', to_jsonb(NEW)->>'name'), 6); END $$; \
   CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON messages FOR EACH ROW WHEN (NEW.text LIKE 'fail _____') \
     EXECUTE FUNCTION fail(); \
   CREATE TRIGGER fail BEFORE UPDATE ON pods FOR EACH ROW WHEN (NEW.name LIKE 'fail _____') EXECUTE FUNCTION fail()";

const HEAL: &str = "DROP TRIGGER fail ON messages; DROP TRIGGER fail ON pods";

/// How long an entry may wait here: a connection is made anew for each half, which takes long on a busy machine.
const PATIENT: (&str, &str) = ("PODIUM_LIMIT_SEND_WAIT", "20s");

#[tokio::test]
async fn what_nobody_foresaw_is_unavailable_and_holds_up_nobody() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off"), PATIENT]).await;
    let [ana] = server.people();
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let (topic, path) = (format!("pod:{pod}"), format!("/v1/pods/{pod}"));
    let postgres = server.database.connect().await;
    let mut listener = PodClient::joined(&server, &ana, pod).await;
    let client = Client::open(&server, &ana).await;
    client.join(&topic, json!({})).await.ok();
    let old = Uuid::now_v7();
    client.say(pod, old, "before").await.ok();
    postgres.batch_execute(FAIL).await.expect("the triggers");

    // While a lock holds the writer, the rest gathers to a group.
    postgres.batch_execute("BEGIN; SELECT FROM pods FOR UPDATE").await.expect("a lock");
    let say = |number: usize| {
        let text = match number % 8 {
            5 => format!("fail {}", STATES[number / 8]),
            _ => format!("number {number}"),
        };
        let id = Uuid::now_v7();
        (id, text.clone(), client.push(&topic, "message:new", json!({"id": id, "text": text})))
    };
    let said: Vec<_> = (0..8 * STATES.len()).map(say).collect();
    client.heartbeat().await;
    postgres.batch_execute("COMMIT").await.expect("let go");
    for (_, text, pushed) in &said {
        let reply = client.reply(pushed).await;
        match text.starts_with("fail") {
            true => {
                let error = reply.refused("unavailable");
                assert!(error["retry_after_ms"].is_u64() && !error.to_string().contains("provoked"), "{error}");
            }
            false => drop(reply.ok()),
        }
    }
    let texts: Vec<String> = stored(&server, pod).await.into_iter().skip(2).map(|(.., text)| text).collect();
    let wanted = said.iter().map(|(_, text, _)| text).filter(|text| !text.starts_with("fail"));
    assert_eq!(texts, wanted.cloned().collect::<Vec<_>>(), "the neighbours keep their order");

    // An edit and a change of the pod, likewise.
    let edit = json!({"id": old, "text": "fail XX000", "op": Uuid::now_v7()});
    client.ask(&topic, "message:edit", edit.clone()).await.refused("unavailable");
    server.patch(&path, &ana, json!({"name": "fail 58030"})).await.refused(503, "unavailable");
    let log = server.log();
    for state in STATES {
        assert!(log.iter().any(|line| line.contains(&format!("{state}: "))), "the log names {state}");
    }

    // When it is mended, the same again is stored, once.
    postgres.batch_execute(HEAL).await.expect("no triggers");
    for _ in 0..2 {
        let mut seqs = Vec::new();
        for (id, text, _) in &said {
            seqs.push(number(&client.say(pod, *id, text).await.ok()["seq"]));
        }
        let mut distinct = seqs.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), said.len());
    }
    client.ask(&topic, "message:edit", edit).await.ok();
    server.patch(&path, &ana, json!({"name": "fail 58030"})).await.ok(200);
    let has_all = |listener: &PodClient| {
        let edited = listener.log.values().find(|message| message["id"] == json!(old));
        edited.is_some_and(|message| message["text"] == "fail XX000")
            && listener.log.values().any(|message| message["kind"] == "renamed")
            && said.iter().all(|(id, ..)| listener.order().iter().any(|(_, each)| each == id))
    };
    listener.until("all of it", has_all).await;
    server.assert_no_panic();
}

/// As when another node has migrated: a prepared statement gives another type than it was prepared with, which Postgres
/// refuses with 0A000 for as long as the connection lives.
#[tokio::test]
async fn a_function_that_was_replaced_is_prepared_again() {
    let server = Server::start_with(&[PATIENT]).await;
    let [ana] = server.people();
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let listener = PodClient::joined(&server, &ana, pod).await;
    listener.client().say(pod, Uuid::now_v7(), "before").await.ok();
    let postgres = server.database.connect().await;
    postgres
        .batch_execute(
            "ALTER FUNCTION podium.append(uuid[], uuid[], uuid[], text[]) RENAME TO append_before; \
             CREATE FUNCTION podium.append(_pod uuid[], _id uuid[], _user uuid[], _text text[]) \
               RETURNS TABLE (ord int, code varchar, seq bigint, at timestamptz, fresh boolean) \
               LANGUAGE sql VOLATILE AS $$ SELECT * FROM podium.append_before($1, $2, $3, $4) $$; \
             GRANT EXECUTE ON FUNCTION podium.append(uuid[], uuid[], uuid[], text[]) TO podium_service",
        )
        .await
        .expect("another function");
    for number in 0..3 {
        listener.client().say(pod, Uuid::now_v7(), &format!("after {number}")).await.ok();
    }
    let log = server.log();
    assert!(log.iter().any(|line| line.contains("0A000: ")), "the statement was refused: {log:?}");
    let mut listeners = [listener];
    listeners[0].until("all of it", |listener| listener.last() == 5).await;
    assert_same_log(&server, pod, &listeners).await;
}
