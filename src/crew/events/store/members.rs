//! The number of members of events. Runs as the service.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::foundation::errors::Result;
use crate::foundation::prepared::{Statement, prepared};
use crate::foundation::schema::event_members;

type SqlUuid = diesel::sql_types::Uuid;

/// Counts an event's members.
pub async fn count(conn: &mut AsyncPgConnection, event_id: Uuid) -> Result<i64> {
    Ok(event_members::table.filter(event_members::event_id.eq(event_id)).count().get_result(conn).await?)
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

/// Counts the members of each of these events, in one statement.
pub async fn counts(conn: &mut AsyncPgConnection, events: Vec<Uuid>) -> Result<Vec<(Uuid, i64)>> {
    let rows: Vec<CountRow> = prepared::<CountsOf>().bind::<Array<SqlUuid>, _>(events).load(conn).await?;
    Ok(rows.into_iter().map(|row| (row.event_id, row.members)).collect())
}
