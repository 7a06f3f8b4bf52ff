//! Postgres is gone for about ten seconds, in three ways. Sends wait, then say `unavailable`; nothing is shown that was
//! not stored; sockets stay; all recovers without a restart of Podium; what was sent again with the same id is there once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use uuid::Uuid;

use crate::support::client::{Client, PATIENCE};
use crate::support::database::Database;
use crate::support::gate::{Gate, Passing};
use crate::support::pod_client::PodClient;
use crate::support::postgres::Postgres;
use crate::support::server::{Person, Server};
use crate::support::speakers::{Manner, Speakers, assert_nothing_lost};

/// A server under load, and what is asked of it from before the outage until after it.
struct Scene {
    server: Server,
    people: [Person; 5],
    pod: Uuid,
    speakers: Speakers,
}

impl Scene {
    async fn set(database: Arc<Database>, settings: &[(&str, &str)]) -> Scene {
        let mut all = vec![("PODIUM_LIMIT_MESSAGES", "off")];
        all.extend(settings);
        let server = Server::start_on(database, &all).await;
        let people: [Person; 5] = server.people();
        let (_, pod) = server.pod(&people).await;
        let speakers = Speakers::start(&server, pod, &people[..4], Manner::default());
        speakers.until_at_home().await;
        speakers.until_more(50).await;
        Scene { server, people, pod, speakers }
    }

    /// What must hold while Postgres is away. Lasts until Podium takes itself out of the balancer.
    async fn endure(&self) {
        let server = &self.server;
        let person = &self.people[4];
        let began = Instant::now();
        let client = Client::open(server, person).await;
        let (topic, path) = (format!("pod:{}", self.pod), format!("/v1/pods/{}/messages", self.pod));
        let (joined, sent, read) = tokio::join!(
            client.join(&topic, json!({})),
            server.post(&path, person, json!({"text": "Is anyone there?"})),
            server.get("/v1/me/pods", person),
        );
        joined.refused("unavailable");
        for answer in [sent, read] {
            assert!(answer.headers.contains_key("retry-after"), "{:?}", answer.headers);
            answer.refused(503, "unavailable");
        }
        assert!(began.elapsed() < Duration::from_secs(20), "answered after {:?}", began.elapsed());

        self.speakers.until("sends say unavailable", |said| said.refused("unavailable") > 0).await;
        // All that had been stored has been shown by now, and nothing can be stored.
        let shown = self.speakers.said().shown();
        self.ready_is(503, "unavailable").await;
        assert_eq!(self.speakers.said().shown(), shown, "shown, but not stored");
        assert_eq!(server.metric("podium_db_up").await, 0.0);
        client.heartbeat().await;
        assert_eq!(self.speakers.said().ends(), [], "sockets stay");
        assert_eq!(server.metric("podium_sessions").await, 5.0);
    }

    /// What must hold once Postgres is back.
    async fn recover(self) {
        let Scene { server, people, pod, speakers } = self;
        speakers.until_more(100).await;
        let person = &people[4];
        server.get("/v1/me/pods", person).await.ok(200);
        let message = json!({"id": Uuid::now_v7(), "text": "So there you are."});
        let path = format!("/v1/pods/{pod}/messages");
        server.post(&path, person, message.clone()).await.ok(201);
        server.post(&path, person, message).await.ok(200);
        assert_eq!(speakers.said().ends(), [], "sockets stay");
        let said = speakers.finish().await;
        assert!(said.iter().map(|speaker| speaker.again).sum::<usize>() > 0, "nothing was sent again");
        assert_nothing_lost(&server, pod, said).await;
        let ready = async {
            while reqwest::get(format!("{}/readyz", server.admin_url)).await.expect("an answer").status() != 200 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.expect("ready again");
    }

    async fn ready_is(&self, status: u16, word: &str) {
        let url = format!("{}/readyz", self.server.admin_url);
        let asking = async {
            loop {
                let answer = reqwest::get(&url).await.expect("an answer");
                let now = answer.status().as_u16();
                let body = answer.text().await.expect("its body");
                if now == status {
                    assert!(body.contains(&format!(r#""status":"{word}""#)), "{body}");
                    return;
                }
                // Until then it says what is wrong, and goes on.
                assert!(body.contains(r#""status":"degraded""#) && body.contains(r#""database":"#), "{now}: {body}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("/readyz never said {word}"));
    }
}

#[tokio::test]
async fn postgres_is_stopped_and_started_again() {
    let mut postgres = Postgres::start().await;
    let database = Arc::new(Database::create_in(&postgres.url()).await);
    let scene = Scene::set(database, &[]).await;
    postgres.stop().await;
    scene.endure().await;
    postgres.start_again().await;
    scene.recover().await;
}

#[tokio::test]
async fn postgres_hangs_and_goes_on() {
    let postgres = Postgres::start().await;
    let database = Arc::new(Database::create_in(&postgres.url()).await);
    let scene = Scene::set(database, &[]).await;
    postgres.freeze().await;
    scene.endure().await;
    postgres.thaw();
    scene.recover().await;
}

#[tokio::test]
async fn postgres_is_out_of_reach_and_its_connections_never_come_back() {
    let database = Arc::new(Database::create().await);
    let gate = Gate::before(database.url()).await;
    let scene = Scene::set(database, &[("DATABASE_URL", &gate.url)]).await;
    // What it stores in this moment nobody hears of.
    gate.lets_pass(Passing::Questions);
    scene.speakers.until("a send says unavailable", |said| said.refused("unavailable") > 0).await;
    gate.lets_pass(Passing::Nothing);
    scene.endure().await;
    gate.lets_pass(Passing::Everything);
    scene.recover().await;
}

#[tokio::test]
async fn what_was_stored_unheard_is_shown_though_nobody_asks_again() {
    let database = Arc::new(Database::create().await);
    let gate = Gate::before(database.url()).await;
    let settings = [("DATABASE_URL", gate.url.as_str()), ("PODIUM_LIMIT_SEND_WAIT", "1s")];
    let server = Server::start_on(database, &settings).await;
    let people: [Person; 2] = server.people();
    let (_, pod) = server.pod(&people).await;
    let mut listener = PodClient::joined(&server, &people[1], pod).await;
    let before = listener.last();

    gate.lets_pass(Passing::Questions);
    let id = Uuid::now_v7();
    let path = format!("/v1/pods/{pod}/messages");
    let answer = server.post(&path, &people[0], json!({"id": id, "text": "Anyone?"})).await;
    answer.refused(503, "unavailable");
    let looking = server.database.connect().await;
    let stored = looking.query("SELECT FROM messages WHERE id = $1", &[&id]).await.expect("the message");
    assert_eq!(stored.len(), 1, "Postgres has it, and Podium does not know");
    listener.until("nothing", |_| true).await;
    assert_eq!(listener.last(), before);

    gate.lets_pass(Passing::Everything);
    listener.until("the message", |client| client.last() > before).await;
    assert_eq!(listener.order().last(), Some(&(before + 1, id)));
    server.post(&path, &people[0], json!({"id": id, "text": "Anyone?"})).await.ok(200);
}

#[tokio::test]
async fn what_reaches_postgres_too_late_is_shown_or_not_stored() {
    let database = Arc::new(Database::create().await);
    let gate = Gate::before(database.url()).await;
    let settings =
        [("DATABASE_URL", gate.url.as_str()), ("PODIUM_LIMIT_SEND_WAIT", "1s"), ("PODIUM_JOURNAL_WRITERS", "1")];
    let server = Server::start_on(database, &settings).await;
    let people: [Person; 2] = server.people();
    let (_, pod) = server.pod(&people).await;
    let mut listener = PodClient::joined(&server, &people[1], pod).await;
    let before = listener.last();
    let looking = server.database.connect().await;
    let journals =
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'podium journal' AND datname = current_database()";
    let journal: i32 = looking.query_one(journals, &[]).await.expect("the journal's connection").get(0);

    gate.hold();
    let id = Uuid::now_v7();
    let path = format!("/v1/pods/{pod}/messages");
    let message = json!({"id": id, "text": "Sent long ago."});
    server.post(&path, &people[0], message.clone()).await.refused(503, "unavailable");
    let patience = Instant::now() + PATIENCE;
    let is_other = |row: &tokio_postgres::Row| row.get::<_, i32>(0) != journal;
    while !looking.query(journals, &[]).await.expect("the connections").iter().any(is_other) {
        assert!(Instant::now() < patience, "the journal does not connect again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // It has looked what came of the message, and only now that arrives.
    tokio::time::sleep(Duration::from_millis(500)).await;
    gate.release();
    loop {
        let stored = looking.query("SELECT FROM messages WHERE id = $1", &[&id]).await.expect("the message");
        if !stored.is_empty() {
            listener.until("what is stored", |client| client.last() > before).await;
            break;
        }
        let alive = looking.query("SELECT FROM pg_stat_activity WHERE pid = $1", &[&journal]).await.expect("it");
        if alive.is_empty() {
            break;
        }
        assert!(Instant::now() < patience, "the old connection stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let answer = server.post(&path, &people[0], message).await;
    assert!([200, 201].contains(&answer.status), "{}", answer.body);
    listener.until("the message", |client| client.last() > before).await;
    assert_eq!(listener.order().last(), Some(&(before + 1, id)));
}

#[tokio::test]
async fn who_is_not_let_in_by_postgres_says_unavailable() {
    let server = Server::start_with(&[("PODIUM_LIMIT_SEND_WAIT", "1s")]).await;
    let people: [Person; 1] = server.people();
    let (_, pod) = server.pod(&people).await;
    let name = server.database.name().to_owned();
    let maintenance = crate::support::database::maintenance().await;
    let rename = async |from: &str, to: &str| {
        let end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1";
        let sql = format!("ALTER DATABASE {from} RENAME TO {to}");
        // Podium may have connected again between the two.
        while maintenance.query(end, &[&from]).await.is_err() || maintenance.batch_execute(&sql).await.is_err() {}
    };
    let hidden = format!("{name}_hidden");
    rename(&name, &hidden).await;
    let path = format!("/v1/pods/{pod}/messages");
    let message = json!({"id": Uuid::now_v7(), "text": "Let me in."});
    // Not that the message were at fault: its sender would not send it again.
    let answer = server.post(&path, &people[0], message.clone()).await;
    rename(&hidden, &name).await;
    answer.refused(503, "unavailable");
    let patience = Instant::now() + PATIENCE;
    loop {
        let answer = server.post(&path, &people[0], message.clone()).await;
        if answer.status == 201 {
            break;
        }
        answer.refused(503, "unavailable");
        assert!(Instant::now() < patience, "Podium does not get over it");
    }
}
