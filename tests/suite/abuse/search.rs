//! Searches that cost much, by clients without a token. They have connections of their own, so that nobody else waits
//! for one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::server::{Person, Server, list};

/// Each word is in every event, or nearly.
const COSTLY: [&str; 5] = [
    "cit+hal+ity+all",
    "ciyt+halll+palc+plce",
    "a+c+h+p+1+2+3+4",
    "city+hall+palace+zzzz",
    "itiy+hlla&from=1999-01-01T00:00:00Z",
];

/// How many search at once, and how often each.
const CLIENTS: usize = 24;
const SEARCHES: usize = 8;

/// The connections for searches of a server here, and how many may wait for them.
const CONNECTIONS: usize = 2;

async fn with_events(count: usize) -> Server {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let client = server.database.connect().await;
    client
        .batch_execute(&format!(
            "INSERT INTO profiles (id, display_name) VALUES ('00000000-0000-7000-8000-000000000061', 'Ada');
             INSERT INTO events (id, slug, artist, city, venue, date_utc, created_by)
               SELECT podium.uuid_v7(), 'e-' || n, 'Artist ' || n, 'City ' || n % 100, 'Palace Hall ' || n % 977,
                      now() + n * interval '1 minute', '00000000-0000-7000-8000-000000000061'
               FROM generate_series(1, {count}) n;
             ANALYZE events; ANALYZE event_texts"
        ))
        .await
        .expect("many events");
    server
}

/// People who have nothing to do with it.
struct Others<'a> {
    server: &'a Server,
    ana: Person,
    ben: Person,
    pod: Uuid,
    event: Uuid,
}

impl<'a> Others<'a> {
    async fn meet(server: &'a Server) -> Others<'a> {
        let [ana, ben] = server.people();
        let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
        let event = server.event(&ana).await;
        Others { server, ana, ben, pod, event }
    }

    /// What they do until `over`; each must go well. Returns how often.
    async fn go_on(&self, over: &AtomicBool) -> usize {
        let Others { server, ana, ben, pod, event } = self;
        let mut rounds = 0;
        while !over.load(Ordering::Relaxed) || rounds == 0 {
            server.get("/v1/me", ben).await.ok(200);
            let message = json!({"id": Uuid::now_v7(), "text": "hello"});
            server.post(&format!("/v1/pods/{pod}/messages"), ana, message).await.ok(201);
            joins(server, *event, ben).await;
            rounds += 1;
        }
        rounds
    }
}

async fn joins(server: &Server, event: Uuid, person: &Person) {
    server.put(&format!("/v1/events/{event}/members/me"), person, json!({})).await.ok(200);
    server.delete(&format!("/v1/events/{event}/members/me"), person).await.ok(204);
}

/// Searches, and returns whether it was answered; what is refused is `overloaded`, with the time to try again.
async fn searches(server: &Server, query: &str) -> bool {
    let answer = server.http("GET", &format!("/v1/events?q={query}"), None, None).await;
    if answer.status == 200 {
        return true;
    }
    assert!(answer.headers.contains_key("retry-after"), "{answer:?}");
    answer.refused(503, "overloaded");
    false
}

#[tokio::test]
async fn nobody_waits_for_costly_searches() {
    let server = with_events(20_000).await;
    let (others, over) = (Others::meet(&server).await, AtomicBool::new(false));
    let attack = async {
        let clients = (0..CLIENTS).map(async |client| {
            let mut answered = 0;
            for turn in 0..SEARCHES {
                answered += usize::from(searches(&server, COSTLY[(client + turn) % COSTLY.len()]).await);
            }
            answered
        });
        let answered: usize = join_all(clients).await.into_iter().sum();
        over.store(true, Ordering::Relaxed);
        answered
    };
    let (answered, rounds) = tokio::join!(attack, others.go_on(&over));
    eprintln!("{answered} of {} searches answered, {rounds} rounds of the others", CLIENTS * SEARCHES);
    assert!(answered > 0, "some of the searches are answered");
    let found = server.http("GET", "/v1/events?q=cit+hal", None, None).await.ok(200);
    assert_eq!(list(&found, "items").len(), 50);
}

/// However long searches take: here Postgres answers none of them.
#[tokio::test]
async fn searches_that_hang_are_given_up_and_hold_nobody_up() {
    let server = with_events(10).await;
    let (others, over) = (Others::meet(&server).await, AtomicBool::new(false));
    let mut locker = server.database.connect().await;
    let lock = locker.transaction().await.expect("a transaction");
    lock.batch_execute("LOCK TABLE event_texts IN ACCESS EXCLUSIVE MODE").await.expect("no search goes on");
    let attack = async {
        let answered = join_all((0..CLIENTS).map(async |_| searches(&server, "city").await)).await;
        over.store(true, Ordering::Relaxed);
        answered
    };
    let (answered, rounds) = tokio::join!(attack, others.go_on(&over));
    assert!(!answered.contains(&true), "Postgres could not answer");
    assert!(rounds > 1, "the others went on meanwhile");
    assert_eq!(server.metric("podium_searches_refused_total").await, CLIENTS as f64);
    lock.rollback().await.expect("searches go on");
    assert!(searches(&server, "city").await);
}

/// A client that hangs up leaves nothing behind that goes on working.
#[tokio::test]
async fn clients_that_hang_up_do_not_make_room_for_more() {
    let server = with_events(10).await;
    let mut locker = server.database.connect().await;
    let lock = locker.transaction().await.expect("a transaction");
    lock.batch_execute("LOCK TABLE event_texts IN ACCESS EXCLUSIVE MODE").await.expect("no search goes on");
    let watching = server.database.connect().await;
    let waiting = async || -> i64 {
        let sql = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'event_texts'::regclass";
        watching.query_one(sql, &[]).await.expect("the locks").get(0)
    };
    let mut most = 0;
    for _ in 0..20 {
        let hangs_up = searches(&server, "city");
        let _ = tokio::time::timeout(Duration::from_millis(30), join_all([hangs_up])).await;
        most = most.max(waiting().await);
    }
    assert!(most > 0, "searches were under way");
    assert!(most <= CONNECTIONS as i64, "{most} searches at once");
    lock.rollback().await.expect("searches go on");
    let me: Value = server.get("/v1/me", &server.person("Ana")).await.ok(200);
    assert!(me.is_object());
    crate::support::wait::until("a search is answered", async || searches(&server, "city").await).await;
}
