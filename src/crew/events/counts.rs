//! The public counts of an event: members, open pods, free seats.
//!
//! Counting an event of 100,000 members costs Postgres tens of milliseconds, and anyone may ask. So a node keeps a
//! count for some seconds, and for fifty times as long as the counting took: however many requests there are, Postgres
//! counts an event for at most a fiftieth of the time, and once for all requests at the same moment.

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

/// How long a count is kept, at least.
const MOMENT: Duration = Duration::from_secs(3);

/// The most events whose counts a node keeps.
const EVENTS: u64 = 10_000;

/// The public counts of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName, Serialize, ToSchema)]
pub struct Counts {
    /// The number of members, including hidden ones.
    #[diesel(sql_type = BigInt)]
    pub going: i64,
    /// The number of pods that any member of the event may join, whether they are full or not.
    #[diesel(sql_type = BigInt)]
    pub open_pods: i64,
    /// The number of free seats in those pods.
    #[diesel(sql_type = BigInt)]
    pub free_seats: i64,
}

/// An event with its counts.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountedEvent {
    /// The event.
    #[serde(flatten)]
    pub event: Event,
    /// Its counts, at most some seconds old, or a little older for a large event.
    #[serde(flatten)]
    pub counts: Counts,
}

/// A node's cache of counts.
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
    /// Makes an empty cache.
    pub fn new() -> Self {
        EventCounts(Cache::builder().max_capacity(EVENTS).expire_after(Share).build())
    }

    /// Returns the counts of an event, counted now or a moment ago.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(&self, database: &Database, event_id: Uuid) -> Result<Counts> {
        let count = async {
            let began = Instant::now();
            let work = async |conn: &mut _| count(conn, event_id).await;
            let counts = database.scope(&Caller::NOBODY, Access::Snapshot, work).await?;
            Ok::<_, Error>(Counted { counts, took: began.elapsed() })
        };
        let counted = self.0.try_get_with(event_id, count).await;
        // One failure is answered to all requests that waited for the count.
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
