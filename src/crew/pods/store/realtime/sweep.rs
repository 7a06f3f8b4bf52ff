//! Queries of the sweep.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::foundation::errors::Result;
use crate::foundation::prepared::{Statement, prepared};

/// A pod whose state in Postgres differs from the known one.
#[derive(Debug, PartialEq, Eq)]
pub struct PodDifference {
    /// The pod.
    pub pod_id: Uuid,
    /// The head of its log; `None` if the pod is gone.
    pub head: Option<i64>,
    /// Number of changes that are not lines of the log.
    pub revision: i64,
}

/// The known state of a live pod: id, head and revision.
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

// The lateral join forces one index lookup per pod. Head and revision are in the same row, so the second costs nothing.
impl Statement for HeadsOf {
    const SQL: &'static str = "SELECT k.pod_id, p.last_seq AS head, coalesce(p.revision, 0) AS revision \
         FROM unnest($1, $2, $3) k (pod_id, head, revision) \
         LEFT JOIN LATERAL (SELECT last_seq, revision FROM pods WHERE id = k.pod_id LIMIT 1) p ON true \
         WHERE p.last_seq IS DISTINCT FROM k.head OR p.revision <> k.revision";
}

/// Returns those of these pods whose state differs from the known one, in one statement. As the service.
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

/// Returns the database's epoch.
pub async fn epoch(conn: &mut AsyncPgConnection) -> Result<String> {
    Ok(diesel::select(diesel::dsl::sql::<Text>("podium.epoch()")).get_results(conn).await?.pop().unwrap_or_default())
}
