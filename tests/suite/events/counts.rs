//! How many go to an event and what is free there: for everybody, and nobody can make Postgres count at their will.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

use crate::support::server::{Server, id_of};
use crate::support::wait::until;

async fn numbers(server: &Server, event: Uuid) -> [i64; 3] {
    let event = server.http("GET", &format!("/v1/events/{event}"), None, None).await.ok(200);
    ["going", "open_pods", "free_seats"].map(|name| event[name].as_i64().unwrap_or_else(|| panic!("{name} of {event}")))
}

#[tokio::test]
async fn an_event_tells_how_many_go_and_what_is_free() {
    let server = Server::start().await;
    let [ana, ben, cleo] = server.people();
    let (event, _) = server.pod(&[ana.clone(), ben.clone()]).await;
    let hidden = json!({"hidden": true});
    server.put(&format!("/v1/events/{event}/members/me"), &cleo, hidden).await.ok(200);
    let pods = format!("/v1/events/{event}/pods");
    let by_invitation = json!({"name": "For the invited", "join_policy": "invite"});
    server.post(&pods, &ben, by_invitation).await.ok(201);
    let closed = id_of(&server.post(&pods, &cleo, json!({"name": "Not for long"})).await.ok(201));
    server.delete(&format!("/v1/pods/{closed}"), &cleo).await.ok(204);
    server.post(&pods, &cleo, json!({"name": "Balcony"})).await.ok(201);
    // Two seats of the first are taken, one of the last.
    assert_eq!(numbers(&server, event).await, [3, 2, 7]);
    // Lists do without.
    let list = server.http("GET", "/v1/events", None, None).await.ok(200);
    assert_eq!(list["items"][0].get("going"), None);
    // A change shows a moment later.
    server.delete(&format!("/v1/events/{event}/members/me"), &ben).await.ok(204);
    until("the new numbers", async || numbers(&server, event).await == [2, 2, 8]).await;
}

/// One query counts for all callers of the next while.
#[tokio::test]
async fn a_crowd_of_strangers_makes_postgres_count_once() {
    let server = Server::start().await;
    let [ana] = server.people();
    let event = server.event(&ana).await;
    // Counting takes a second, so that all who ask meanwhile wait for it, and no two counts are the same.
    server
        .database
        .connect()
        .await
        .batch_execute(
            "CREATE OR REPLACE FUNCTION podium.event_counts(_event uuid)
             RETURNS TABLE (going bigint, open_pods bigint, free_seats bigint)
             LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
             BEGIN
               PERFORM pg_sleep(1);
               RETURN QUERY SELECT (1000000 * extract(epoch FROM clock_timestamp()))::bigint, 0::bigint, 0::bigint;
             END $$",
        )
        .await
        .expect("a slow count");
    let first = join_all((0..30).map(|_| numbers(&server, event))).await;
    assert!(first.iter().all(|each| each == &first[0]), "{first:?}");
    // A second of counting is worth nearly a minute.
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(numbers(&server, event).await, first[0]);
}
