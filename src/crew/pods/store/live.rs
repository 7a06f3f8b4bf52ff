//! What actors, joins and inboxes read of pods.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::crew::messages::{self, Message};
use crate::crew::pods::view::PodView;
use crate::crew::pods::{JoinPolicy, Member, Pod};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::schema::{event_members, pod_admissions, pods};
use crate::foundation::written::{Statement, written};

/// What an actor starts from.
#[derive(QueryableByName)]
pub struct Start {
    /// The highest position.
    #[diesel(sql_type = BigInt)]
    pub head: i64,
    /// How often what is no line of the log has changed.
    #[diesel(sql_type = BigInt)]
    pub revision: i64,
    /// How many may sit in it.
    #[diesel(sql_type = SmallInt)]
    pub seats: i16,
    /// Whether it is closed.
    #[diesel(sql_type = Bool)]
    pub closed: bool,
    /// Who sits in it.
    #[diesel(sql_type = Array<diesel::sql_types::Uuid>)]
    pub members: Vec<Uuid>,
    /// Up to where each has read, in the same order.
    #[diesel(sql_type = Array<BigInt>)]
    pub marks: Vec<i64>,
}

struct StartOf;

impl Statement for StartOf {
    const SQL: &'static str = "SELECT p.last_seq AS head, p.revision, p.seats, p.closed_at IS NOT NULL AS closed, \
         ARRAY(SELECT m.user_id FROM pod_members m WHERE m.pod_id = p.id ORDER BY m.seat) AS members, \
         ARRAY(SELECT m.read_seq FROM pod_members m WHERE m.pod_id = p.id ORDER BY m.seat) AS marks \
         FROM pods p WHERE p.id = $1";
}

/// Reads head and members in one snapshot, as the service. `None` when there is no such pod.
pub async fn start(conn: &mut AsyncPgConnection, pod_id: Uuid) -> Result<Option<Start>> {
    let found: Vec<Start> = written::<StartOf>().bind::<diesel::sql_types::Uuid, _>(pod_id).load(conn).await?;
    Ok(found.into_iter().next())
}

/// The head of a pod's log, as the service. Zero when there is no such pod.
pub async fn head(conn: &mut AsyncPgConnection, pod_id: Uuid) -> Result<i64> {
    Ok(pods::table.find(pod_id).select(pods::last_seq).first(conn).await.optional()?.unwrap_or(0))
}

/// The heads of these pods' logs, as the service. Pods that are not there are left out.
pub async fn heads(conn: &mut AsyncPgConnection, pod_ids: Vec<Uuid>) -> Result<Vec<(Uuid, i64)>> {
    Ok(pods::table.filter(pods::id.eq_any(pod_ids)).select((pods::id, pods::last_seq)).load(conn).await?)
}

/// Whether the person may take a seat if there is one: a member of the event, let in where the pod is for the
/// invited, and not removed before. As the service.
pub async fn may_join(conn: &mut AsyncPgConnection, pod_id: Uuid, user_id: Uuid) -> Result<bool> {
    let found: Option<(String, Option<bool>)> = pods::table
        .inner_join(
            event_members::table.on(event_members::event_id.eq(pods::event_id).and(event_members::user_id.eq(user_id))),
        )
        .left_join(
            pod_admissions::table.on(pod_admissions::pod_id.eq(pods::id).and(pod_admissions::user_id.eq(user_id))),
        )
        .filter(pods::id.eq(pod_id).and(pods::closed_at.is_null()))
        .select((pods::join_policy, pod_admissions::admitted.nullable()))
        .first(conn)
        .await
        .optional()?;
    Ok(found.is_some_and(|(policy, admitted)| admitted.unwrap_or(policy == JoinPolicy::Open.as_str())))
}

/// A pod with its members at a head, in one snapshot: what joins and `pod:changed` tell.
#[derive(Debug)]
pub struct Snapshot {
    /// The pod.
    pub pod: Pod,
    /// Its members, by seat.
    pub members: Vec<Member>,
    /// From where each member may see, in the order of `members`.
    pub since: Vec<i64>,
    /// The head of its log.
    pub head: i64,
    /// How often what is no line of the log has changed; known to the service alone.
    pub revision: i64,
    /// The database's line of history.
    pub epoch: String,
    /// When it was read, by the database's clock, which also stamps what is said.
    pub now: chrono::DateTime<chrono::Utc>,
}

#[derive(QueryableByName)]
struct SnapshotRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    event_id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = SmallInt)]
    seats: i16,
    #[diesel(sql_type = Text)]
    join_policy: String,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    created_by: Uuid,
    #[diesel(sql_type = diesel::sql_types::Timestamptz)]
    created_at: chrono::DateTime<chrono::Utc>,
    #[diesel(sql_type = BigInt)]
    head: i64,
    #[diesel(sql_type = BigInt)]
    revision: i64,
    #[diesel(sql_type = Text)]
    epoch: String,
    #[diesel(sql_type = diesel::sql_types::Timestamptz)]
    now: chrono::DateTime<chrono::Utc>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    members: Option<Value>,
}

#[derive(serde::Deserialize)]
struct Seated {
    #[serde(flatten)]
    member: Member,
    since_seq: i64,
}

/// Where the head is read: members through a function that knows the caller, the service from the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// On behalf of a member.
    Member,
    /// As the service.
    Service,
}

/// The two differ in how the head is read, and whether the revision.
macro_rules! snapshot {
    ($head:literal, $revision:literal) => {
        concat!(
            "SELECT event_id, name, kind, seats, join_policy, created_by, created_at, head, revision, epoch, now, members FROM ( \
             SELECT p.event_id, p.name, p.kind, p.seats, p.join_policy, p.created_by, p.created_at, ",
            $head,
            " AS head, ",
            $revision,
            " AS revision, podium.epoch() AS epoch, clock_timestamp() AS now, \
             (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.seat) FROM podium.roster(ARRAY[p.id]) r) AS members \
             FROM pods p WHERE p.id = $1 AND p.closed_at IS NULL) found WHERE head IS NOT NULL"
        )
    };
}

struct SnapshotForMember;

impl Statement for SnapshotForMember {
    const SQL: &'static str = snapshot!("podium.head(p.id)", "0::bigint");
}

struct SnapshotForService;

impl Statement for SnapshotForService {
    const SQL: &'static str = snapshot!("p.last_seq", "p.revision");
}

/// Reads a pod with its members and head, in one statement and so in one snapshot. `None` when it is closed, or not
/// the reader's to see.
pub async fn snapshot(conn: &mut AsyncPgConnection, pod_id: Uuid, reader: Reader) -> Result<Option<Snapshot>> {
    let rows: Vec<SnapshotRow> = match reader {
        Reader::Member => written::<SnapshotForMember>().bind::<diesel::sql_types::Uuid, _>(pod_id).load(conn).await?,
        Reader::Service => {
            written::<SnapshotForService>().bind::<diesel::sql_types::Uuid, _>(pod_id).load(conn).await?
        }
    };
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    let seated: Vec<Seated> = match row.members {
        Some(members) => serde_json::from_value(members).map_err(Error::internal)?,
        None => Vec::new(),
    };
    let (members, since) = seated.into_iter().map(|seated| (seated.member, seated.since_seq)).unzip();
    let join_policy = JoinPolicy::read(&row.join_policy).ok_or(Code::Internal)?;
    Ok(Some(Snapshot {
        pod: Pod {
            id: pod_id,
            event_id: row.event_id,
            name: row.name,
            kind: row.kind,
            seats: row.seats,
            join_policy,
            created_by: row.created_by,
            created_at: row.created_at,
            closed_at: None,
        },
        members,
        since,
        head: row.head,
        revision: row.revision,
        epoch: row.epoch,
        now: row.now,
    }))
}

/// A person's place in a pod.
#[derive(Debug, QueryableByName)]
pub struct Membership {
    /// The person.
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub user_id: Uuid,
    /// The pod.
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub pod_id: Uuid,
    /// The line by which they came.
    #[diesel(sql_type = BigInt)]
    pub since_seq: i64,
    /// Up to where they have read.
    #[diesel(sql_type = BigInt)]
    pub read_seq: i64,
    /// The head of the pod's log.
    #[diesel(sql_type = BigInt)]
    pub head: i64,
}

struct MembershipsOf;

// Looked up one by one, whatever the planner thinks of it: what it costs must not grow with the tables.
impl Statement for MembershipsOf {
    const SQL: &'static str = "SELECT s.user_id, s.pod_id, s.since_seq, s.read_seq, p.last_seq AS head \
         FROM unnest($1) i (user_id) \
         CROSS JOIN LATERAL (SELECT * FROM pod_members WHERE user_id = i.user_id OFFSET 0) s \
         CROSS JOIN LATERAL (SELECT last_seq FROM pods WHERE id = s.pod_id LIMIT 1) p";
}

/// The pods that these people sit in, in one statement. As the service.
pub async fn memberships(conn: &mut AsyncPgConnection, people: Vec<Uuid>) -> Result<Vec<Membership>> {
    Ok(written::<MembershipsOf>().bind::<Array<diesel::sql_types::Uuid>, _>(people).load(conn).await?)
}

#[derive(QueryableByName)]
struct EndRow {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// The line by which a membership ended: its kind, and where it stands. `None` if there is none. As the service.
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

/// What `pod:activity` tells one person of one pod.
#[derive(Debug)]
pub struct Activity {
    /// The person.
    pub user_id: Uuid,
    /// The pod.
    pub pod_id: Uuid,
    /// The head of its log.
    pub head: i64,
    /// Others' texts above what the person has read, up to 99.
    pub unread: i32,
    /// Up to where the person has read.
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

/// The activity of these pods for those of these people who are members, in one statement. As the service.
pub async fn activity(conn: &mut AsyncPgConnection, pods: Vec<Uuid>, people: Vec<Uuid>) -> Result<Vec<Activity>> {
    let rows: Vec<ActivityRow> = written::<ActivityOf>()
        .bind::<Array<diesel::sql_types::Uuid>, _>(pods)
        .bind::<Array<diesel::sql_types::Uuid>, _>(people)
        .load(conn)
        .await?;
    let tell = |row: ActivityRow| {
        let ActivityRow { user_id, pod_id, head, unread, read_seq, last_message } = row;
        Ok(Activity { user_id, pod_id, head, unread, read_seq, last_message: messages::store::of_json(last_message)? })
    };
    rows.into_iter().map(tell).collect()
}

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

/// Up to where one person has read a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Who.
    pub user_id: Uuid,
    /// Up to where, now.
    pub seq: i64,
    /// Whether the call moved it.
    pub moved: bool,
    /// The head of the pod's log when the mark was written.
    pub head: i64,
    /// Others' texts above it, up to 99.
    pub unread: i32,
}

struct MarkRead;

impl Statement for MarkRead {
    const SQL: &'static str =
        "SELECT code, read_seq, moved, head, unread FROM podium.mark_read($1, $2, $3) ORDER BY ord";
}

/// Writes read marks, each a pod, a person and a position, and answers each in order: where it is now, or the code of its
/// refusal. As the service, for handlers that have checked who asks.
pub async fn mark_read(
    conn: &mut AsyncPgConnection,
    marks: &[((Uuid, Uuid), i64)],
) -> Result<Vec<Result<Mark, String>>> {
    let pods: Vec<Uuid> = marks.iter().map(|((pod_id, _), _)| *pod_id).collect();
    let people: Vec<Uuid> = marks.iter().map(|((_, user_id), _)| *user_id).collect();
    let seqs: Vec<i64> = marks.iter().map(|(_, seq)| *seq).collect();
    let rows: Vec<MarkRow> = written::<MarkRead>()
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

/// What the members of an event see of one of its pods, as it changed.
#[derive(Debug)]
pub struct Card {
    /// The pod.
    pub pod_id: Uuid,
    /// The number of the event's wall under which it changed.
    pub wall_seq: i64,
    /// That under which it was opened.
    pub wall_from: i64,
    /// What it is now; `None` when it is closed.
    pub view: Option<PodView>,
}

#[derive(QueryableByName)]
struct CardRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = SmallInt)]
    seats: i16,
    #[diesel(sql_type = Text)]
    join_policy: String,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    created_by: Uuid,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    wall_seq: i64,
    #[diesel(sql_type = BigInt)]
    wall_from: i64,
    #[diesel(sql_type = Integer)]
    taken: i32,
}

struct CardsSince;

impl Statement for CardsSince {
    const SQL: &'static str = "SELECT p.id, p.name, p.kind, p.seats, p.join_policy, p.created_by, p.created_at, p.closed_at, p.wall_seq, \
         coalesce(p.wall_from, 0) AS wall_from, (SELECT count(*)::int FROM pod_members m WHERE m.pod_id = p.id) AS taken \
         FROM pods p WHERE p.event_id = $1 AND p.wall_seq > $2 ORDER BY p.wall_seq LIMIT $3";
}

/// The pods of an event whose card has changed since a number of its wall, by theirs, ascending. As the service.
pub async fn cards(conn: &mut AsyncPgConnection, event_id: Uuid, after: i64, limit: i64) -> Result<Vec<Card>> {
    let rows: Vec<CardRow> = written::<CardsSince>()
        .bind::<diesel::sql_types::Uuid, _>(event_id)
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    let card = |row: CardRow| {
        let (pod_id, wall_seq, wall_from) = (row.id, row.wall_seq, row.wall_from);
        let view = match row.closed_at {
            Some(_) => None,
            None => Some(row.view(event_id)?),
        };
        Ok(Card { pod_id, wall_seq, wall_from, view })
    };
    rows.into_iter().map(card).collect()
}

impl CardRow {
    fn view(self, event_id: Uuid) -> Result<PodView> {
        let free_seats = super::free(self.seats, self.taken);
        let pod = Pod {
            id: self.id,
            event_id,
            name: self.name,
            kind: self.kind,
            seats: self.seats,
            join_policy: super::policy(&self.join_policy)?,
            created_by: self.created_by,
            created_at: self.created_at,
            closed_at: self.closed_at,
        };
        Ok(PodView { pod, free_seats })
    }
}

/// What the sweep finds of one pod.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// The pod.
    pub pod_id: Uuid,
    /// The head of its log; `None` if there is no such pod any more.
    pub head: Option<i64>,
    /// How often what is no line of the log has changed.
    pub revision: i64,
}

/// What is known of a live pod: the head of its log, and its revision.
pub type Known = (Uuid, i64, i64);

#[derive(QueryableByName)]
struct FoundRow {
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
pub async fn sweep(conn: &mut AsyncPgConnection, known: &[Known]) -> Result<Vec<Found>> {
    let pods: Vec<Uuid> = known.iter().map(|(pod_id, ..)| *pod_id).collect();
    let heads: Vec<i64> = known.iter().map(|(_, head, _)| *head).collect();
    let revisions: Vec<i64> = known.iter().map(|(.., revision)| *revision).collect();
    let rows: Vec<FoundRow> = written::<HeadsOf>()
        .bind::<Array<diesel::sql_types::Uuid>, _>(pods)
        .bind::<Array<BigInt>, _>(heads)
        .bind::<Array<BigInt>, _>(revisions)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| Found { pod_id: row.pod_id, head: row.head, revision: row.revision }).collect())
}

/// The database's line of history.
pub async fn epoch(conn: &mut AsyncPgConnection) -> Result<String> {
    Ok(diesel::select(diesel::dsl::sql::<Text>("podium.epoch()")).get_results(conn).await?.pop().unwrap_or_default())
}

#[derive(QueryableByName)]
struct SumRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pod_id: Uuid,
    #[diesel(sql_type = BigInt)]
    sum: i64,
}

struct SumsOf;

// Likewise one by one.
impl Statement for SumsOf {
    const SQL: &'static str = "SELECT i.pod_id, coalesce(s.sum, 0) AS sum FROM unnest($1) i (pod_id) \
         CROSS JOIN LATERAL (SELECT sum(read_seq)::bigint AS sum FROM pod_members WHERE pod_id = i.pod_id) s";
}

/// The sum of all read marks of each of these pods: if it stands still, none has moved, unless somebody has come or gone.
/// As the service.
pub async fn sums_of_marks(conn: &mut AsyncPgConnection, pods: Vec<Uuid>) -> Result<Vec<(Uuid, i64)>> {
    let rows: Vec<SumRow> = written::<SumsOf>().bind::<Array<diesel::sql_types::Uuid>, _>(pods).load(conn).await?;
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

/// All read marks of these pods. As the service.
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
