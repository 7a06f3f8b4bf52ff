//! How many go to an event, and what is free there: numbers for everybody, who are not told who they are.
//!
//! Counting an event of 100,000 costs Postgres tens of milliseconds, and anybody may ask. So a node keeps what it has
//! counted for some seconds, and for fifty times as long as the counting took: however many ask, Postgres counts an event
//! for a fiftieth of the time at most, and once for all who ask at the same moment.

use std::time::{Duration, Instant};

use diesel::sql_types::BigInt;
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use moka::Expiry;
use moka::future::Cache;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Event;
use crate::crew::feed::SHARE;
use crate::foundation::db::{Access, Caller, Database};
use crate::foundation::errors::{Error, Result};

/// How long a count is told again, at least.
const MOMENT: Duration = Duration::from_secs(3);

/// Of how many events a node keeps the counts.
const EVENTS: u64 = 10_000;

/// How many go to an event, and what is free there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName, Serialize, ToSchema)]
pub struct Counts {
    /// How many go there, those who hide included.
    #[diesel(sql_type = BigInt)]
    pub going: i64,
    /// How many of its pods any member of the event may join, full or not.
    #[diesel(sql_type = BigInt)]
    pub open_pods: i64,
    /// How many seats are free in those pods.
    #[diesel(sql_type = BigInt)]
    pub free_seats: i64,
}

/// An event, and its numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountedEvent {
    /// The event.
    #[serde(flatten)]
    pub event: Event,
    /// Its numbers, as they were some seconds ago at most, or for a large event a little longer.
    #[serde(flatten)]
    pub counts: Counts,
}

/// What a node has counted lately.
pub struct EventCounts(Cache<Uuid, Counted>);

/// A count, and how long it took.
#[derive(Clone, Copy)]
struct Counted {
    counts: Counts,
    took: Duration,
}

/// How long a count is kept.
struct Share;

impl Expiry<Uuid, Counted> for Share {
    fn expire_after_create(&self, _: &Uuid, counted: &Counted, _: Instant) -> Option<Duration> {
        Some(MOMENT.max(counted.took * SHARE))
    }
}

impl EventCounts {
    /// Nothing counted yet.
    pub fn new() -> Self {
        EventCounts(Cache::builder().max_capacity(EVENTS).expire_after(Share).build())
    }

    /// Returns the numbers of an event, counted now or a moment ago.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn of(&self, database: &Database, event_id: Uuid) -> Result<Counts> {
        let count = async {
            let began = Instant::now();
            let work = async |conn: &mut _| count(conn, event_id).await;
            let counts = database.scope(&Caller::NOBODY, Access::Snapshot, work).await?;
            Ok::<_, Error>(Counted { counts, took: began.elapsed() })
        };
        let counted = self.0.try_get_with(event_id, count).await;
        // One failure is told to all who have waited for it.
        counted.map(|counted| counted.counts).map_err(|error| Error::new(error.code))
    }
}

impl Default for EventCounts {
    fn default() -> Self {
        EventCounts::new()
    }
}

async fn count(conn: &mut AsyncPgConnection, event_id: Uuid) -> Result<Counts> {
    let counts = sql_query("SELECT * FROM podium.event_counts($1)");
    Ok(counts.bind::<diesel::sql_types::Uuid, _>(event_id).get_result(conn).await?)
}
