//! What the sweep compares.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::foundation::errors::Result;
use crate::foundation::prepared::{Statement, prepared};

/// What the sweep finds of one pod.
#[derive(Debug, PartialEq, Eq)]
pub struct PodDifference {
    /// The pod.
    pub pod_id: Uuid,
    /// The head of its log; `None` if there is no such pod any more.
    pub head: Option<i64>,
    /// How often what is no line of the log has changed.
    pub revision: i64,
}

/// What is known of a live pod: the head of its log, and its revision.
pub type KnownPod = (Uuid, i64, i64);

#[derive(QueryableByName)]
struct DifferenceRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pod_id: Uuid,
    #[diesel(sql_type = Nullable<BigInt>)]
    head: Option<i64>,
    #[diesel(sql_type = BigInt)]
    revision: i64,
}

struct HeadsOf;

// Likewise one by one. Both are in the same row, so the one costs no more for the other.
impl Statement for HeadsOf {
    const SQL: &'static str = "SELECT k.pod_id, p.last_seq AS head, coalesce(p.revision, 0) AS revision \
         FROM unnest($1, $2, $3) k (pod_id, head, revision) \
         LEFT JOIN LATERAL (SELECT last_seq, revision FROM pods WHERE id = k.pod_id LIMIT 1) p ON true \
         WHERE p.last_seq IS DISTINCT FROM k.head OR p.revision <> k.revision";
}

/// Those of these pods of which something else is known than is so, in one statement. As the service.
pub async fn sweep(conn: &mut AsyncPgConnection, known: &[KnownPod]) -> Result<Vec<PodDifference>> {
    let pods: Vec<Uuid> = known.iter().map(|(pod_id, ..)| *pod_id).collect();
    let heads: Vec<i64> = known.iter().map(|(_, head, _)| *head).collect();
    let revisions: Vec<i64> = known.iter().map(|(.., revision)| *revision).collect();
    let rows: Vec<DifferenceRow> = prepared::<HeadsOf>()
        .bind::<Array<diesel::sql_types::Uuid>, _>(pods)
        .bind::<Array<BigInt>, _>(heads)
        .bind::<Array<BigInt>, _>(revisions)
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| PodDifference { pod_id: row.pod_id, head: row.head, revision: row.revision })
        .collect())
}

/// The database's line of history.
pub async fn epoch(conn: &mut AsyncPgConnection) -> Result<String> {
    Ok(diesel::select(diesel::dsl::sql::<Text>("podium.epoch()")).get_results(conn).await?.pop().unwrap_or_default())
}
