//! A pod with its members at a head, for join replies and `pod:changed`.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Nullable, SmallInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::crew::pods::{JoinPolicy, Member, Pod};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::prepared::{Statement, prepared};

/// A pod with its members at a head, in one snapshot.
#[derive(Debug)]
pub struct Snapshot {
    /// The pod.
    pub pod: Pod,
    /// The members, by seat.
    pub members: Vec<Member>,
    /// The seq from which each member can see the log, in the order of `members`.
    pub since: Vec<i64>,
    /// The head of the log.
    pub head: i64,
    /// Number of changes that are not lines of the log; 0 for members.
    pub revision: i64,
    /// The database's epoch.
    pub epoch: String,
    /// Time of the reading, by the database's clock, which also gives messages their time.
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

/// The role that reads: it decides where the head is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A member, through a function that knows the caller.
    Member,
    /// The service, from the table.
    Service,
}

/// The two statements differ in the expressions for head and revision.
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

/// Reads a pod with its members and head, in one statement and so in one snapshot. Returns `None` if the pod is closed,
/// or not visible to the reader.
pub async fn snapshot(conn: &mut AsyncPgConnection, pod_id: Uuid, reader: Reader) -> Result<Option<Snapshot>> {
    let rows: Vec<SnapshotRow> = match reader {
        Reader::Member => prepared::<SnapshotForMember>().bind::<diesel::sql_types::Uuid, _>(pod_id).load(conn).await?,
        Reader::Service => {
            prepared::<SnapshotForService>().bind::<diesel::sql_types::Uuid, _>(pod_id).load(conn).await?
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
