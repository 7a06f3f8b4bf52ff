//! What actors, joins and the sweep read of events.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::foundation::errors::Result;
use crate::foundation::schema::{event_departures, event_members};
use crate::foundation::written::{Statement, written};

type SqlUuid = diesel::sql_types::Uuid;

/// How far an event's wall reaches.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Wall {
    /// The number of its last change.
    #[diesel(sql_type = BigInt)]
    pub head: i64,
    /// The database's line of history.
    #[diesel(sql_type = Text)]
    pub epoch: String,
}

struct WallOf;

impl Statement for WallOf {
    const SQL: &'static str = "SELECT wall_seq AS head, podium.epoch() AS epoch FROM events WHERE id = $1";
}

/// Reads the head of an event's wall. `None` when there is no such event.
pub async fn wall(conn: &mut AsyncPgConnection, event_id: Uuid) -> Result<Option<Wall>> {
    let found: Vec<Wall> = written::<WallOf>().bind::<SqlUuid, _>(event_id).load(conn).await?;
    Ok(found.into_iter().next())
}

/// Who has left the event since a number of its wall, by theirs, ascending. As the service.
pub async fn departures(
    conn: &mut AsyncPgConnection,
    event_id: Uuid,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, Uuid)>> {
    let found = event_departures::table
        .filter(event_departures::event_id.eq(event_id).and(event_departures::wall_seq.gt(after)))
        .order(event_departures::wall_seq)
        .limit(limit)
        .select((event_departures::wall_seq, event_departures::user_id));
    Ok(found.load(conn).await?)
}

/// How many members the event has, those who hide included: a number names nobody. As the service.
pub async fn count(conn: &mut AsyncPgConnection, event_id: Uuid) -> Result<i64> {
    Ok(event_members::table.filter(event_members::event_id.eq(event_id)).count().get_result(conn).await?)
}

/// What the sweep finds of one event.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// The event.
    pub event_id: Uuid,
    /// The head of its wall; `None` if there is no such event any more.
    pub head: Option<i64>,
}

#[derive(QueryableByName)]
struct FoundRow {
    #[diesel(sql_type = SqlUuid)]
    event_id: Uuid,
    #[diesel(sql_type = Nullable<BigInt>)]
    head: Option<i64>,
}

struct HeadsOf;

// Looked up one by one, whatever the planner thinks of it: what it costs must not grow with the table.
impl Statement for HeadsOf {
    const SQL: &'static str = "SELECT k.event_id, e.wall_seq AS head FROM unnest($1, $2) k (event_id, head) \
         LEFT JOIN LATERAL (SELECT wall_seq FROM events WHERE id = k.event_id LIMIT 1) e ON true \
         WHERE e.wall_seq IS DISTINCT FROM k.head";
}

/// Those of these events whose wall has another head than is known, in one statement. As the service.
pub async fn sweep(conn: &mut AsyncPgConnection, known: &[(Uuid, i64)]) -> Result<Vec<Found>> {
    let (events, heads): (Vec<Uuid>, Vec<i64>) = known.iter().copied().unzip();
    let rows: Vec<FoundRow> =
        written::<HeadsOf>().bind::<Array<SqlUuid>, _>(events).bind::<Array<BigInt>, _>(heads).load(conn).await?;
    Ok(rows.into_iter().map(|row| Found { event_id: row.event_id, head: row.head }).collect())
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = SqlUuid)]
    event_id: Uuid,
    #[diesel(sql_type = BigInt)]
    members: i64,
}

struct CountsOf;

impl Statement for CountsOf {
    const SQL: &'static str = "SELECT i.event_id, m.members FROM unnest($1) i (event_id) \
         CROSS JOIN LATERAL (SELECT count(*) AS members FROM event_members WHERE event_id = i.event_id) m";
}

/// How many members each of these events has, in one statement. As the service.
pub async fn counts(conn: &mut AsyncPgConnection, events: Vec<Uuid>) -> Result<Vec<(Uuid, i64)>> {
    let rows: Vec<CountRow> = written::<CountsOf>().bind::<Array<SqlUuid>, _>(events).load(conn).await?;
    Ok(rows.into_iter().map(|row| (row.event_id, row.members)).collect())
}
