//! The query of the search. Row level security shows members the messages since they came, and other callers none.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::{Findings, FoundMessage};
use crate::crew::messages;
use crate::foundation::errors::Result;
use crate::foundation::http::PagePosition;
use crate::foundation::prepared::{Statement, prepared};

type SqlUuid = diesel::sql_types::Uuid;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Jsonb>)]
    message: Option<Value>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pod_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    pod_name: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    event_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    edge_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    edge_id: Option<Uuid>,
}

struct Look;

// Each pod is read by its index of times, down to about the time when the caller came, which is what row level security
// says exactly; so nobody reads through what came before them. Times ascend with seq as far as clocks do, hence the
// hour. Of each pod a share of what may be looked at is read. Where one ends, all is known only down to there: that is
// the edge, and what is older waits for the next turn.
impl Statement for Look {
    const SQL: &'static str = "WITH mine AS MATERIALIZED ( \
           SELECT p.id, p.name, p.event_id, (podium.my_since_seqs() ->> p.id::text)::bigint AS since \
           FROM pods p WHERE p.id = ANY ((SELECT podium.my_pods())::uuid[])), \
         share AS MATERIALIZED (SELECT greatest($4 / greatest(count(*), 1), 20) AS each FROM mine), \
         looked AS MATERIALIZED ( \
           SELECT mine.name, mine.event_id, m.* FROM mine CROSS JOIN LATERAL ( \
             SELECT id, pod_id, seq, changed_seq, user_id, kind, text, reply_to, mentions, data, edited_at, deleted_at, \
                    created_at \
             FROM messages WHERE pod_id = mine.id AND created_at <= $1 AND (created_at, id) < ($1, $2) \
               AND created_at >= coalesce((SELECT f.created_at FROM messages f WHERE f.pod_id = mine.id \
                                           AND f.seq = mine.since) - interval '1 hour', '-infinity') \
             ORDER BY created_at DESC, id DESC LIMIT (SELECT each FROM share)) m), \
         edge AS MATERIALIZED ( \
           SELECT created_at, id FROM ( \
             SELECT created_at, id, row_number() OVER (PARTITION BY pod_id ORDER BY created_at DESC, id DESC) AS n \
             FROM looked) numbered \
           WHERE n = (SELECT each FROM share) ORDER BY created_at DESC, id DESC LIMIT 1), \
         found AS ( \
           SELECT l.* FROM looked l \
           CROSS JOIN LATERAL (SELECT ' ' || podium.alike(l.text) AS folded OFFSET 0) f \
           WHERE l.kind = 'text' AND l.deleted_at IS NULL AND f.folded LIKE ALL ($3) \
             AND NOT EXISTS (SELECT FROM edge e WHERE (l.created_at, l.id) < (e.created_at, e.id)) \
           ORDER BY l.created_at DESC, l.id DESC LIMIT $5) \
         SELECT to_jsonb(f) - 'name' - 'event_id' - 'pod_id' AS message, f.pod_id, f.name AS pod_name, f.event_id, \
                e.created_at AS edge_at, e.id AS edge_id \
         FROM (SELECT 1) one LEFT JOIN edge e ON true LEFT JOIN found f ON true \
         ORDER BY f.created_at DESC, f.id DESC";
}

/// Looks at about `most` messages of the caller's pods from before a place, the newest first, for those in which every
/// pattern occurs, and returns up to `wanted`.
///
/// # Errors
/// Those of the database.
pub async fn newest(
    conn: &mut AsyncPgConnection,
    patterns: &[String],
    before: Option<PagePosition>,
    most: i64,
    wanted: usize,
) -> Result<Findings> {
    // One more than wanted shows whether there are further ones before the edge.
    let rows: Vec<Row> = prepared::<Look>()
        .bind::<Timestamptz, _>(before.map_or_else(far, |before| before.time))
        .bind::<SqlUuid, _>(before.map_or(Uuid::max(), |before| before.id))
        .bind::<Array<Text>, _>(patterns.to_vec())
        .bind::<BigInt, _>(most)
        .bind::<BigInt, _>(wanted as i64 + 1)
        .load(conn)
        .await?;
    let edge = rows.as_slice().first().and_then(|row| Some(PagePosition { time: row.edge_at?, id: row.edge_id? }));
    let mut found = Vec::new();
    for row in rows {
        if let (Some(message), Some(pod_id), Some(pod_name), Some(event_id)) =
            (row.message, row.pod_id, row.pod_name, row.event_id)
        {
            found.push(FoundMessage { event_id, pod_id, pod_name, message: messages::store::of_json(message)? });
        }
    }
    let more = found.len() > wanted;
    found.truncate(wanted);
    let last = found.last().map(|found| PagePosition { time: found.message.at, id: found.message.id });
    Ok(Findings { until: if more { last } else { edge }, messages: found })
}

/// A time after that of every message.
fn far() -> DateTime<Utc> {
    Utc::now() + chrono::TimeDelta::days(36_500)
}
