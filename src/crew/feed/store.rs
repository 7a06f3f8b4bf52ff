//! The feed's own queries: the head of an event's feed, and its removals.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::foundation::errors::Result;
use crate::foundation::prepared::{Statement, prepared};
use crate::foundation::schema::event_removals;

type SqlUuid = diesel::sql_types::Uuid;

/// The head of an event's feed.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Head {
    /// The number of the last change.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// The database's epoch.
    #[diesel(sql_type = Text)]
    pub epoch: String,
    /// When it was read, by the database's clock.
    #[diesel(sql_type = Timestamptz)]
    pub now: DateTime<Utc>,
}

struct HeadOf;

impl Statement for HeadOf {
    const SQL: &'static str =
        "SELECT wall_seq AS seq, podium.epoch() AS epoch, clock_timestamp() AS now FROM events WHERE id = $1";
}

/// Reads the head of an event's feed. Returns `None` if there is no such event.
pub async fn head(conn: &mut AsyncPgConnection, event_id: Uuid) -> Result<Option<Head>> {
    let found: Vec<Head> = prepared::<HeadOf>().bind::<SqlUuid, _>(event_id).load(conn).await?;
    Ok(found.into_iter().next())
}

/// A removal from a feed.
#[derive(Debug, Queryable)]
pub struct Removal {
    /// The number of the removal.
    pub seq: i64,
    /// The kind of the removed item.
    pub kind: String,
    /// The id of the removed item.
    pub id: Uuid,
}

/// Reads the removals from an event's feed after a number, in ascending order. As the service.
pub async fn removals(conn: &mut AsyncPgConnection, event_id: Uuid, after: i64, limit: i64) -> Result<Vec<Removal>> {
    let found = event_removals::table
        .filter(event_removals::event_id.eq(event_id).and(event_removals::wall_seq.gt(after)))
        .order(event_removals::wall_seq)
        .limit(limit)
        .select((event_removals::wall_seq, event_removals::kind, event_removals::id));
    Ok(found.load(conn).await?)
}

#[derive(QueryableByName)]
struct DifferentRow {
    #[diesel(sql_type = SqlUuid)]
    event_id: Uuid,
}

struct HeadsOf;

// The lateral join forces one index lookup per event: the cost must not grow with the table.
impl Statement for HeadsOf {
    const SQL: &'static str = "SELECT k.event_id FROM unnest($1, $2) k (event_id, head) \
         LEFT JOIN LATERAL (SELECT wall_seq FROM events WHERE id = k.event_id LIMIT 1) e ON true \
         WHERE e.wall_seq IS DISTINCT FROM k.head";
}

/// Returns those of these events whose feed has another head than the given one, in one statement. As the service.
pub async fn different(conn: &mut AsyncPgConnection, known: &[(Uuid, i64)]) -> Result<Vec<Uuid>> {
    let (events, heads): (Vec<Uuid>, Vec<i64>) = known.iter().copied().unzip();
    let rows: Vec<DifferentRow> =
        prepared::<HeadsOf>().bind::<Array<SqlUuid>, _>(events).bind::<Array<BigInt>, _>(heads).load(conn).await?;
    Ok(rows.into_iter().map(|row| row.event_id).collect())
}
