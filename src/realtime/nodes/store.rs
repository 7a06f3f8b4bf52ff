//! The rows of the running nodes.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Double, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::foundation::errors::Result;

type SqlUuid = diesel::sql_types::Uuid;

#[derive(QueryableByName)]
struct NodeRow {
    #[diesel(sql_type = Text)]
    node: String,
    #[diesel(sql_type = SqlUuid)]
    boot_id: Uuid,
    #[diesel(sql_type = Double)]
    age: f64,
    #[diesel(sql_type = Bool)]
    bus_ok: bool,
}

/// Another node's row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The node's name.
    pub node: String,
    /// The id of its start.
    pub boot_id: Uuid,
    /// Time since the row was written, by the database's clock alone, whatever the nodes' clocks show.
    pub age: Duration,
    /// Whether the node hears the bus.
    pub bus_ok: bool,
}

/// Writes this node's row, and reads those of the others. As the service.
pub async fn beat(conn: &mut AsyncPgConnection, node: &str, boot_id: Uuid, bus_ok: bool) -> Result<Vec<Row>> {
    let rows: Vec<NodeRow> = diesel::sql_query(
        "WITH mine AS (INSERT INTO nodes (node, boot_id, seen_at, bus_ok) VALUES ($1, $2, clock_timestamp(), $3) \
         ON CONFLICT (node) DO UPDATE SET boot_id = excluded.boot_id, seen_at = excluded.seen_at, bus_ok = excluded.bus_ok) \
         SELECT node, boot_id, greatest(0, extract(epoch FROM clock_timestamp() - seen_at))::float8 AS age, bus_ok \
         FROM nodes WHERE node <> $1",
    )
    .bind::<Text, _>(node)
    .bind::<SqlUuid, _>(boot_id)
    .bind::<Bool, _>(bus_ok)
    .load(conn)
    .await?;
    let row = |row: NodeRow| Row {
        node: row.node,
        boot_id: row.boot_id,
        age: Duration::try_from_secs_f64(row.age).unwrap_or(Duration::MAX),
        bus_ok: row.bus_ok,
    };
    Ok(rows.into_iter().map(row).collect())
}

/// Deletes this node's row, and those that were not written for an hour. As the service.
pub async fn leave(conn: &mut AsyncPgConnection, node: &str, boot_id: Uuid) -> Result<()> {
    diesel::sql_query(
        "DELETE FROM nodes WHERE (node = $1 AND boot_id = $2) OR seen_at < clock_timestamp() - interval '1 hour'",
    )
    .bind::<Text, _>(node)
    .bind::<SqlUuid, _>(boot_id)
    .execute(conn)
    .await?;
    Ok(())
}
