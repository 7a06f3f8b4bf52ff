//! A join that Postgres takes long to answer, while more is said in its pod than can be kept for it: the log is read
//! anew, and if even that is in vain, the join alone is refused. The session lives on.

use serde_json::json;
use tokio_postgres::Client as Postgres;
use uuid::Uuid;

use crate::support::client::{Client, Pushed, Way};
use crate::support::pod_client::{PodClient, assert_same_log, number};
use crate::support::server::{Person, Server};

/// More than the frames that may be kept for a join, or wait for a session.
const TOO_MUCH: usize = 300;

/// The readings of one join, as `READINGS` in the pods' channel.
const READINGS: usize = 5;

/// Holds up what joins ask of Postgres, one reading after the other, and nothing that writers ask.
struct Hold {
    postgres: Postgres,
    number: i64,
}

impl Hold {
    async fn new(server: &Server) -> Hold {
        let postgres = server.database.connect().await;
        let setup = "CREATE TABLE public.hold (number bigint); INSERT INTO public.hold VALUES (1); \
             ALTER FUNCTION podium.epoch() RENAME TO real_epoch; \
             CREATE FUNCTION podium.epoch() RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$ BEGIN \
               PERFORM pg_advisory_xact_lock_shared(number) FROM public.hold; RETURN podium.real_epoch(); END $$; \
             GRANT EXECUTE ON FUNCTION podium.epoch() TO podium_user, podium_service";
        postgres.batch_execute(setup).await.expect("a slow function");
        Hold { postgres, number: 1 }
    }

    /// From now on the next reading waits.
    async fn close(&self) {
        self.postgres.execute("SELECT pg_advisory_lock($1)", &[&self.number]).await.expect("a lock");
    }

    /// Whether a reading waits, once one does or the join is answered already, since Postgres gives up after some
    /// seconds.
    async fn is_waited_at(&self, client: &Client, join: &Pushed) -> bool {
        let query = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";
        while !self.postgres.query_one(query, &[]).await.expect("ask").get::<_, bool>(0) {
            if client.reply_now(join).is_some() {
                return false;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        true
    }

    /// Lets the waiting reading go. The next one will wait if `again`.
    async fn open(&mut self, again: bool) {
        let opened = self.number;
        self.number += 1;
        if again {
            self.close().await;
        }
        self.postgres.execute("UPDATE public.hold SET number = $1", &[&self.number]).await.expect("the next one");
        self.postgres.execute("SELECT pg_advisory_unlock($1)", &[&opened]).await.expect("let go");
    }
}

struct Scene {
    server: Server,
    pod: Uuid,
    ben: Person,
    /// Talks, and hears what it says itself: once it has, the relay has sent it to every session on its thread.
    talker: PodClient,
    hold: Hold,
}

impl Scene {
    async fn new() -> Scene {
        let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off"), ("PODIUM_WORKERS", "1")]).await;
        let [ana, ben] = server.people();
        let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
        let talker = PodClient::joined(&server, &ana, pod).await;
        let hold = Hold::new(&server).await;
        Scene { server, pod, ben, talker, hold }
    }

    async fn say_too_much(&mut self) {
        for _ in 0..TOO_MUCH / 50 {
            let said: Vec<_> = (0..50).map(|n| self.talker.say(Uuid::now_v7(), &format!("number {n}"))).collect();
            let mut last = 0;
            for said in &said {
                last = last.max(number(&self.talker.client().reply(said).await.ok()["seq"]));
            }
            self.talker.until("what was said", |talker| talker.last() >= last).await;
        }
    }

    /// Joins while each of so many readings is held up until too much was said. Answers how the join was answered;
    /// `None` if a machine was so slow that Postgres gave up.
    async fn join(&mut self, client: &Client, readings: usize) -> Option<crate::support::client::Reply> {
        self.hold.close().await;
        let join = client.start_join(&format!("pod:{}", self.pod), json!({}));
        for reading in 1..=readings {
            if self.hold.is_waited_at(client, &join).await {
                self.say_too_much().await;
            }
            self.hold.open(reading < readings).await;
        }
        let reply = client.reply(&join).await;
        (reply.response["code"] != "unavailable").then_some(reply)
    }
}

#[tokio::test]
async fn a_slow_join_of_a_busy_pod_is_read_anew() {
    let mut scene = Scene::new().await;
    let client = Client::try_open(&scene.server, &scene.ben.token, Way::Query).await.expect("a socket");
    let reply = loop {
        if let Some(reply) = scene.join(&client, 1).await {
            break reply.ok();
        }
    };
    assert_eq!(reply["head"], json!(scene.talker.last()), "read when all of it was said");
    client.heartbeat().await;
    // What comes now comes live, and the log is whole.
    scene.say_too_much().await;
    let id = Uuid::now_v7();
    client.say(scene.pod, id, "me too").await.ok();
    client.message(scene.pod, id).await;
    scene.talker.until("the other", |talker| talker.order().iter().any(|(_, each)| *each == id)).await;
    assert_same_log(&scene.server, scene.pod, std::slice::from_ref(&scene.talker)).await;
    let heard = client.heard(&format!("pod:{}", scene.pod), "message:new");
    let heard: Vec<i64> = heard.iter().map(|message| number(&message["seq"])).collect();
    let head = number(&reply["head"]);
    assert_eq!(heard, (head + 1..=scene.talker.last()).collect::<Vec<_>>(), "each once, none missing");
}

#[tokio::test]
async fn a_join_that_is_always_behind_is_refused_alone() {
    let mut scene = Scene::new().await;
    let client = Client::try_open(&scene.server, &scene.ben.token, Way::Query).await.expect("a socket");
    let refused = loop {
        if let Some(reply) = scene.join(&client, READINGS).await {
            break reply.refused("overloaded");
        }
    };
    assert!(refused["retry_after_ms"].as_u64().is_some_and(|wait| wait > 0), "{refused}");
    client.heartbeat().await;
    let mut again = PodClient::new(&scene.ben, scene.pod);
    again.connect_by(client);
    again.until("the next join", PodClient::is_current).await;
    scene.say_too_much().await;
    let last = scene.talker.last();
    again.until("what is said then", |again| again.last() == last).await;
    assert_same_log(&scene.server, scene.pod, &[again, scene.talker]).await;
}
