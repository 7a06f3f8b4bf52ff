//! Queries of votes and taps. They are read by functions of the database, since the rows are their people's own.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::crew::feed::subjects::{LIVE, Subjects};
use crate::crew::posts::{Kind, Tally};
use crate::foundation::errors::{Error, Result};
use crate::foundation::prepared::{Statement, prepared};

type SqlUuid = diesel::sql_types::Uuid;

/// The numbers of a post, and those of the reader.
#[derive(Debug, QueryableByName)]
pub struct Counted {
    /// The post.
    #[diesel(sql_type = SqlUuid)]
    pub post_id: Uuid,
    #[diesel(sql_type = Nullable<Jsonb>)]
    tally: Option<Value>,
    /// The reader's ballot.
    #[diesel(sql_type = Nullable<Integer>)]
    pub mask: Option<i32>,
    /// All taps.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub hype: Option<i64>,
    /// The reader's taps.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub taps: Option<i64>,
}

impl Counted {
    /// Returns the votes of a poll.
    ///
    /// # Errors
    /// `internal` for a tally of another form.
    pub fn tally(&self) -> Result<Option<Tally>> {
        self.tally.as_ref().map(Tally::deserialize).transpose().map_err(Error::internal)
    }
}

struct CountsOf;

impl Statement for CountsOf {
    const SQL: &'static str = "SELECT post_id, tally, mask, hype, taps FROM podium.post_counts($1)";
}

/// Counts these posts, on behalf of a reader, or as the service for everybody.
pub async fn of(conn: &mut AsyncPgConnection, posts: Vec<Uuid>) -> Result<Vec<Counted>> {
    Ok(prepared::<CountsOf>().bind::<Array<SqlUuid>, _>(posts).load(conn).await?)
}

struct LiveTallies;

impl Statement for LiveTallies {
    const SQL: &'static str = "SELECT post_id, tally, mask, hype, taps FROM podium.post_counts(ARRAY( \
         SELECT id FROM posts WHERE id = ANY ($2) AND event_id = $1 AND kind = 'poll' AND closed_at IS NULL \
         UNION \
         (SELECT id FROM posts WHERE event_id = $1 AND kind = 'poll' AND closed_at IS NULL \
          ORDER BY created_at DESC, id DESC LIMIT $3)))";
}

/// Counts the votes of open polls of an event. As the service.
pub async fn tallies(conn: &mut AsyncPgConnection, event_id: Uuid, subjects: &Subjects) -> Result<Vec<(Uuid, Tally)>> {
    let counted = live::<LiveTallies>(conn, event_id, subjects).await?;
    let tally = |counted: Counted| Ok(counted.tally()?.map(|tally| (counted.post_id, tally)));
    counted.into_iter().filter_map(|counted| tally(counted).transpose()).collect()
}

struct LiveHypes;

impl Statement for LiveHypes {
    const SQL: &'static str = "SELECT post_id, tally, mask, hype, taps FROM podium.post_counts(ARRAY( \
         SELECT id FROM posts WHERE id = ANY ($2) AND event_id = $1 AND kind = 'hype' \
         UNION \
         (SELECT id FROM posts WHERE event_id = $1 AND kind = 'hype' ORDER BY created_at DESC, id DESC LIMIT $3)))";
}

/// Counts the taps on hype of an event. As the service.
pub async fn hypes(conn: &mut AsyncPgConnection, event_id: Uuid, subjects: &Subjects) -> Result<Vec<(Uuid, i64)>> {
    let counted = live::<LiveHypes>(conn, event_id, subjects).await?;
    Ok(counted.into_iter().filter_map(|counted| Some((counted.post_id, counted.hype?))).collect())
}

async fn live<S: Statement>(conn: &mut AsyncPgConnection, event_id: Uuid, subjects: &Subjects) -> Result<Vec<Counted>> {
    let live = if subjects.live { LIVE } else { 0 };
    let query = prepared::<S>().bind::<SqlUuid, _>(event_id).bind::<Array<SqlUuid>, _>(subjects.ids.clone());
    Ok(query.bind::<BigInt, _>(live).load(conn).await?)
}

#[derive(QueryableByName)]
struct CheckRow {
    #[diesel(sql_type = SqlUuid)]
    event_id: Uuid,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

struct ChecksOf;

impl Statement for ChecksOf {
    const SQL: &'static str = "SELECT event_id, total FROM podium.post_checks($1::post_kind, $2, $3::integer)";
}

/// Returns the sum of the checks of each event's live posts of a kind. As the service.
pub async fn checks(conn: &mut AsyncPgConnection, kind: Kind, events: Vec<Uuid>) -> Result<Vec<(Uuid, i64)>> {
    let query = prepared::<ChecksOf>().bind::<Text, _>(kind.as_str()).bind::<Array<SqlUuid>, _>(events);
    let rows: Vec<CheckRow> = query.bind::<BigInt, _>(LIVE).load(conn).await?;
    Ok(rows.into_iter().map(|row| (row.event_id, row.total)).collect())
}

/// The outcome of closing a poll.
#[derive(Debug)]
pub struct Closed {
    /// `ok`, or the code of a refusal.
    pub code: String,
    /// The event.
    pub event_id: Option<Uuid>,
    /// Whether this call closed the poll.
    pub fresh: bool,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// The final tally.
    pub tally: Option<Tally>,
}

#[derive(QueryableByName)]
struct ClosedRow {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    event_id: Option<Uuid>,
    #[diesel(sql_type = Bool)]
    fresh: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    tally: Option<Value>,
}

struct Close;

impl Statement for Close {
    const SQL: &'static str = "SELECT code, event_id, fresh, closed_at, tally FROM podium.poll_close($1, $2)";
}

/// Closes a poll on behalf of a person; without one, if its time is over.
pub async fn close(conn: &mut AsyncPgConnection, post_id: Uuid, by: Option<Uuid>) -> Result<Closed> {
    let query = prepared::<Close>().bind::<SqlUuid, _>(post_id).bind::<Nullable<SqlUuid>, _>(by);
    // All rows and not the first one: outside a transaction the commit is certain at the end of the answer only.
    let rows: Vec<ClosedRow> = query.load(conn).await?;
    let row = rows.into_iter().next().ok_or_else(|| Error::internal("a closing without an answer"))?;
    let ClosedRow { code, event_id, fresh, closed_at, tally } = row;
    let tally = tally.map(serde_json::from_value).transpose().map_err(Error::internal)?;
    Ok(Closed { code, event_id, fresh, closed_at, tally })
}

struct DuePolls;

impl Statement for DuePolls {
    const SQL: &'static str = "SELECT id AS post_id FROM posts \
         WHERE closes_at <= clock_timestamp() AND closes_at IS NOT NULL AND closed_at IS NULL \
         ORDER BY closes_at LIMIT $1";
}

#[derive(QueryableByName)]
struct DueRow {
    #[diesel(sql_type = SqlUuid)]
    post_id: Uuid,
}

/// Returns the polls whose time is over and that are not closed yet. As the service.
pub async fn due(conn: &mut AsyncPgConnection, limit: i64) -> Result<Vec<Uuid>> {
    let rows: Vec<DueRow> = prepared::<DuePolls>().bind::<BigInt, _>(limit).load(conn).await?;
    Ok(rows.into_iter().map(|row| row.post_id).collect())
}
