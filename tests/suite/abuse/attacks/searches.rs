//! Searches of a stranger with short, common words.

use std::time::Duration;

use reqwest::Method;

use super::{Cost, Stop, Target, hammer};

pub async fn run(target: &Target, stop: &Stop, cost: &Cost) {
    let database = target.server.database.connect().await;
    let maker = target.server.person("Maker");
    target.server.event(&maker).await;
    let events = i32::try_from(target.size(50_000, 500)).expect("a count");
    let text = "INSERT INTO events (id, slug, artist, city, venue, date_utc, created_by)
        SELECT podium.uuid_v7(), 'abuse-' || n, 'Hall of City ' || n, 'City ' || n, 'Unity Hall ' || n, now() + n * interval '1 minute', $1
        FROM generate_series(1, $2::int) n ON CONFLICT DO NOTHING";
    database.execute(text, &[&maker.id, &events]).await.expect("events");
    database.batch_execute("ANALYZE events").await.expect("their statistics");
    hammer(stop, cost, (target.size(40, 4), Duration::ZERO), |http, _| {
        target.ask(http, Method::GET, "/v1/events?q=cit+hal+ity+all")
    })
    .await;
}
