//! Queries of read marks.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::foundation::errors::Result;
use crate::foundation::prepared::{Statement, prepared};

#[derive(QueryableByName)]
struct MarkRow {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    read_seq: Option<i64>,
    #[diesel(sql_type = Bool)]
    moved: bool,
    #[diesel(sql_type = Nullable<BigInt>)]
    head: Option<i64>,
    #[diesel(sql_type = Nullable<Integer>)]
    unread: Option<i32>,
}

/// The read mark of a person in a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The person.
    pub user_id: Uuid,
    /// The current position.
    pub seq: i64,
    /// Whether the call has moved it.
    pub moved: bool,
    /// The head of the pod's log when the mark was written.
    pub head: i64,
    /// Number of others' texts above it, up to 99.
    pub unread: i32,
}

struct MarkRead;

impl Statement for MarkRead {
    const SQL: &'static str =
        "SELECT code, read_seq, moved, head, unread FROM podium.mark_read($1, $2, $3) ORDER BY ord";
}

/// Writes read marks, each a pod, a person and a position. Returns for each, in order, the current mark, or the code of
/// the refusal. As the service, for handlers that have authenticated the person.
pub async fn mark_read(
    conn: &mut AsyncPgConnection,
    marks: &[((Uuid, Uuid), i64)],
) -> Result<Vec<Result<Mark, String>>> {
    let pods: Vec<Uuid> = marks.iter().map(|((pod_id, _), _)| *pod_id).collect();
    let people: Vec<Uuid> = marks.iter().map(|((_, user_id), _)| *user_id).collect();
    let seqs: Vec<i64> = marks.iter().map(|(_, seq)| *seq).collect();
    let rows: Vec<MarkRow> = prepared::<MarkRead>()
        .bind::<Array<diesel::sql_types::Uuid>, _>(pods)
        .bind::<Array<diesel::sql_types::Uuid>, _>(people)
        .bind::<Array<BigInt>, _>(seqs)
        .load(conn)
        .await?;
    let mark = |(row, ((_, user_id), _)): (MarkRow, &((Uuid, Uuid), i64))| match (row.read_seq, row.head, row.unread) {
        (Some(seq), Some(head), Some(unread)) => Ok(Mark { user_id: *user_id, seq, moved: row.moved, head, unread }),
        _ => Err(row.code),
    };
    Ok(rows.into_iter().zip(marks).map(mark).collect())
}

#[derive(QueryableByName)]
struct SumRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pod_id: Uuid,
    #[diesel(sql_type = BigInt)]
    sum: i64,
}

struct SumsOf;

// The lateral join forces one index lookup per pod.
impl Statement for SumsOf {
    const SQL: &'static str = "SELECT i.pod_id, coalesce(s.sum, 0) AS sum FROM unnest($1) i (pod_id) \
         CROSS JOIN LATERAL (SELECT sum(read_seq)::bigint AS sum FROM pod_members WHERE pod_id = i.pod_id) s";
}

/// Returns the sum of all read marks of each of these pods. While it stays the same, no mark has moved, unless members
/// have joined or left. As the service.
pub async fn sums_of_marks(conn: &mut AsyncPgConnection, pods: Vec<Uuid>) -> Result<Vec<(Uuid, i64)>> {
    let rows: Vec<SumRow> = prepared::<SumsOf>().bind::<Array<diesel::sql_types::Uuid>, _>(pods).load(conn).await?;
    Ok(rows.into_iter().map(|row| (row.pod_id, row.sum)).collect())
}

#[derive(QueryableByName)]
struct PlaceRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pod_id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    user_id: Uuid,
    #[diesel(sql_type = BigInt)]
    read_seq: i64,
    #[diesel(sql_type = BigInt)]
    head: i64,
}

/// Reads all read marks of these pods. As the service.
pub async fn marks(conn: &mut AsyncPgConnection, pods: Vec<Uuid>) -> Result<Vec<(Uuid, Mark)>> {
    let rows: Vec<PlaceRow> = diesel::sql_query(
        "SELECT s.pod_id, s.user_id, s.read_seq, p.last_seq AS head FROM pod_members s JOIN pods p ON p.id = s.pod_id \
         WHERE s.pod_id = ANY ($1)",
    )
    .bind::<Array<diesel::sql_types::Uuid>, _>(pods)
    .load(conn)
    .await?;
    let mark = |row: PlaceRow| {
        (row.pod_id, Mark { user_id: row.user_id, seq: row.read_seq, moved: true, head: row.head, unread: 0 })
    };
    Ok(rows.into_iter().map(mark).collect())
}
