//! Reads what inboxes show of other tables: memberships of pods, and what is new there.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::crew::messages::{self, Message};
use crate::foundation::errors::Result;
use crate::foundation::prepared::{Statement, prepared};

/// A person's membership of a pod.
#[derive(Debug, QueryableByName)]
pub struct Membership {
    /// The person.
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub user_id: Uuid,
    /// The pod.
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub pod_id: Uuid,
    /// The seq of the line by which they joined.
    #[diesel(sql_type = BigInt)]
    pub since_seq: i64,
    /// The highest seq that they have read.
    #[diesel(sql_type = BigInt)]
    pub read_seq: i64,
    /// The head of the pod's log.
    #[diesel(sql_type = BigInt)]
    pub head: i64,
    /// When they pinned it, if they did.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub pinned_at: Option<DateTime<Utc>>,
    /// Whether they marked it as unread.
    #[diesel(sql_type = Bool)]
    pub marked_unread: bool,
}

struct MembershipsOf;

// Looked up one by one, whatever the planner estimates: the cost must not grow with the tables.
impl Statement for MembershipsOf {
    const SQL: &'static str = "SELECT s.user_id, s.pod_id, s.since_seq, s.read_seq, p.last_seq AS head, \
         f.pinned_at, coalesce(f.unread_from >= s.read_seq, false) AS marked_unread \
         FROM unnest($1) i (user_id) \
         CROSS JOIN LATERAL (SELECT * FROM pod_members WHERE user_id = i.user_id OFFSET 0) s \
         CROSS JOIN LATERAL (SELECT last_seq FROM pods WHERE id = s.pod_id LIMIT 1) p \
         LEFT JOIN LATERAL (SELECT pinned_at, unread_from FROM pod_flags \
           WHERE pod_id = s.pod_id AND user_id = s.user_id LIMIT 1) f ON true";
}

/// Returns the memberships of these people, in one statement. Runs as the service.
pub async fn memberships(conn: &mut AsyncPgConnection, people: Vec<Uuid>) -> Result<Vec<Membership>> {
    Ok(prepared::<MembershipsOf>().bind::<Array<diesel::sql_types::Uuid>, _>(people).load(conn).await?)
}

#[derive(QueryableByName)]
struct NowRow {
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
}

struct Now;

impl Statement for Now {
    const SQL: &'static str = "SELECT clock_timestamp() AS now";
}

/// Reads the database's clock.
pub async fn now(conn: &mut AsyncPgConnection) -> Result<DateTime<Utc>> {
    let row: NowRow = prepared::<Now>().get_result(conn).await?;
    Ok(row.now)
}

#[derive(QueryableByName)]
struct EndRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// Returns the kind and the seq of the line by which a membership ended; `None` if there is none. Runs as the service.
pub async fn end_of(conn: &mut AsyncPgConnection, pod_id: Uuid, user_id: Uuid) -> Result<Option<(String, i64)>> {
    let rows: Vec<EndRow> = diesel::sql_query(
        "SELECT kind, seq FROM messages WHERE pod_id = $1 AND (kind = 'closed' OR (kind IN ('left', 'removed') AND user_id = $2)) \
         ORDER BY seq DESC LIMIT 1",
    )
    .bind::<diesel::sql_types::Uuid, _>(pod_id)
    .bind::<diesel::sql_types::Uuid, _>(user_id)
    .load(conn)
    .await?;
    Ok(rows.into_iter().next().map(|row| (row.kind, row.seq)))
}

#[derive(QueryableByName)]
struct ActivityRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    user_id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pod_id: Uuid,
    #[diesel(sql_type = BigInt)]
    head: i64,
    #[diesel(sql_type = Integer)]
    unread: i32,
    #[diesel(sql_type = BigInt)]
    read_seq: i64,
    #[diesel(sql_type = Jsonb)]
    last_message: Value,
}

/// The content of `pod:activity` for one person and one pod.
#[derive(Debug)]
pub struct Activity {
    /// The person.
    pub user_id: Uuid,
    /// The pod.
    pub pod_id: Uuid,
    /// The head of its log.
    pub head: i64,
    /// The number of others' texts above what the person has read, up to 99.
    pub unread: i32,
    /// The highest seq that the person has read.
    pub read_seq: i64,
    /// The newest entry that the person may see.
    pub last_message: Message,
}

struct ActivityOf;

impl Statement for ActivityOf {
    const SQL: &'static str = "SELECT s.user_id, s.pod_id, p.last_seq AS head, u.unread, s.read_seq, l.message AS last_message \
         FROM pod_members s JOIN pods p ON p.id = s.pod_id \
         CROSS JOIN LATERAL (SELECT to_jsonb(m) - 'last_op' AS message FROM messages m \
           WHERE m.pod_id = s.pod_id AND m.seq >= s.since_seq ORDER BY m.seq DESC LIMIT 1) l \
         CROSS JOIN LATERAL (SELECT count(*)::int AS unread FROM (SELECT 1 FROM messages m \
           WHERE m.pod_id = s.pod_id AND m.seq > greatest(s.read_seq, s.since_seq) AND m.kind = 'text' \
             AND m.user_id <> s.user_id AND m.deleted_at IS NULL LIMIT 99) c) u \
         WHERE s.pod_id = ANY ($1) AND s.user_id = ANY ($2)";
}

/// Returns the activity of these pods for those of these people who are members, in one statement. Runs as the service.
pub async fn activity(conn: &mut AsyncPgConnection, pods: Vec<Uuid>, people: Vec<Uuid>) -> Result<Vec<Activity>> {
    let rows: Vec<ActivityRow> = prepared::<ActivityOf>()
        .bind::<Array<diesel::sql_types::Uuid>, _>(pods)
        .bind::<Array<diesel::sql_types::Uuid>, _>(people)
        .load(conn)
        .await?;
    let activity = |row: ActivityRow| {
        let ActivityRow { user_id, pod_id, head, unread, read_seq, last_message } = row;
        Ok(Activity { user_id, pod_id, head, unread, read_seq, last_message: messages::store::of_json(last_message)? })
    };
    rows.into_iter().map(activity).collect()
}
