//! The pods that have sessions on this node: who is told of what was committed, and what their actors and joins read.

use std::sync::Arc;

use actix::Addr;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, SmallInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::actor::{Committed, Gone, HeardOf, PodActor, PodChanged, Recheck};
use super::change::{Change, KIND};
use super::inbox::InboxHandle;
use super::journal::Deliver;
use super::{JoinPolicy, Member, Pod};
use crate::foundation::errors::{Code, Error, Result};
use crate::realtime::bus::Bus;
use crate::realtime::registry::{Generation, Head, Live, Registry};
use crate::wire::topic::Topic;

/// The live pods of this node.
pub struct LivePods {
    registry: Registry<PodActor>,
    bus: Arc<dyn Bus>,
    inbox: InboxHandle,
}

impl LivePods {
    /// None yet.
    pub fn new(bus: Arc<dyn Bus>, inbox: InboxHandle) -> Self {
        LivePods { registry: Registry::new(KIND, Arc::clone(&bus)), bus, inbox }
    }

    /// The actor of a pod, if it has one.
    pub fn find(&self, pod_id: Uuid) -> Option<Live<PodActor>> {
        self.registry.find(pod_id)
    }

    /// The actor of a pod, started by `start` if it has none.
    pub fn find_or_start(&self, pod_id: Uuid, start: impl FnOnce(Generation, Head) -> Addr<PodActor>) -> Live<PodActor> {
        self.registry.find_or_start(pod_id, start)
    }

    /// An actor stops.
    pub fn remove(&self, pod_id: Uuid, generation: Generation) {
        self.registry.remove(pod_id, generation);
    }

    /// Something about a pod has changed that is no line of its log.
    pub fn changed(&self, pod_id: Uuid) {
        if let Some(live) = self.find(pod_id) {
            live.address.do_send(PodChanged);
        }
    }

    /// Whether what this node knows of a pod is all there is.
    pub fn is_alone(&self) -> bool {
        self.bus.is_alone()
    }

    /// Where this node's inboxes are.
    pub fn inbox(&self) -> &InboxHandle {
        &self.inbox
    }

    /// How many are live.
    pub fn count(&self) -> usize {
        self.registry.len()
    }
}

impl Deliver for LivePods {
    fn committed(&self, pod_id: Uuid, changes: Vec<Change>) {
        let Some(last) = changes.last().map(|change| change.position) else { return };
        let topic = Topic::of(KIND, pod_id);
        for change in &changes {
            self.bus.publish(&topic, change.position, &change.frame.text);
        }
        self.inbox.notice(pod_id, &changes);
        if let Some(live) = self.find(pod_id) {
            // Raised first: where the mailbox is full, the actor finds here what it must read.
            live.head.raise(last);
            let _ = live.address.try_send(Committed(changes));
        }
    }

    fn heard_of(&self, pod_id: Uuid, position: i64) {
        if let Some(live) = self.find(pod_id) {
            live.head.raise(position);
            let _ = live.address.try_send(HeardOf);
        }
    }

    fn recheck(&self, pod_id: Option<Uuid>) {
        match pod_id {
            Some(pod_id) => {
                if let Some(live) = self.find(pod_id) {
                    // Not `try_send`: a recheck comes once after a failure, and nothing makes up for a lost one.
                    live.address.do_send(Recheck);
                }
            }
            None => self.registry.for_each(|live| live.address.do_send(Recheck)),
        }
    }

    fn gone(&self, pod_id: Uuid) {
        if let Some(live) = self.find(pod_id) {
            live.address.do_send(Gone);
        }
    }
}

/// What an actor starts from.
#[derive(QueryableByName)]
pub struct Start {
    /// The highest position.
    #[diesel(sql_type = BigInt)]
    pub head: i64,
    /// How many may sit in it.
    #[diesel(sql_type = SmallInt)]
    pub seats: i16,
    /// Whether it is closed.
    #[diesel(sql_type = Bool)]
    pub closed: bool,
    /// Who sits in it.
    #[diesel(sql_type = Array<diesel::sql_types::Uuid>)]
    pub members: Vec<Uuid>,
}

/// Reads head and members in one snapshot, as the service. `None` when there is no such pod.
pub async fn start(conn: &mut AsyncPgConnection, pod_id: Uuid) -> Result<Option<Start>> {
    let found = diesel::sql_query(
        "SELECT p.last_seq AS head, p.seats, p.closed_at IS NOT NULL AS closed, \
         ARRAY(SELECT m.user_id FROM pod_members m WHERE m.pod_id = p.id) AS members FROM pods p WHERE p.id = $1",
    )
    .bind::<diesel::sql_types::Uuid, _>(pod_id)
    .load(conn)
    .await?;
    Ok(found.into_iter().next())
}

/// The head of a pod's log, as the service. Zero when there is no such pod.
pub async fn head(conn: &mut AsyncPgConnection, pod_id: Uuid) -> Result<i64> {
    use crate::foundation::schema::pods;
    Ok(pods::table.find(pod_id).select(pods::last_seq).first(conn).await.optional()?.unwrap_or(0))
}

/// Whether the person may take a seat if there is one: a member of the event, let in where the pod is for the
/// invited, and not removed before. As the service.
pub async fn may_join(conn: &mut AsyncPgConnection, pod_id: Uuid, user_id: Uuid) -> Result<bool> {
    use crate::foundation::schema::{event_members, pod_admissions, pods};
    let found: Option<(String, Option<bool>)> = pods::table
        .inner_join(event_members::table.on(
            event_members::event_id.eq(pods::event_id).and(event_members::user_id.eq(user_id)),
        ))
        .left_join(pod_admissions::table.on(
            pod_admissions::pod_id.eq(pods::id).and(pod_admissions::user_id.eq(user_id)),
        ))
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
    /// The database's line of history.
    pub epoch: String,
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
    #[diesel(sql_type = Text)]
    epoch: String,
    #[diesel(sql_type = Nullable<Jsonb>)]
    members: Option<serde_json::Value>,
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

/// Reads a pod with its members and head, in one statement and so in one snapshot. `None` when it is closed, or not
/// the reader's to see.
pub async fn snapshot(conn: &mut AsyncPgConnection, pod_id: Uuid, reader: Reader) -> Result<Option<Snapshot>> {
    let head = match reader {
        Reader::Member => "podium.head(p.id)",
        Reader::Service => "p.last_seq",
    };
    let rows: Vec<SnapshotRow> = diesel::sql_query(format!(
        "SELECT * FROM (SELECT p.event_id, p.name, p.kind, p.seats, p.join_policy, p.created_by, p.created_at, \
         {head} AS head, podium.epoch() AS epoch, \
         (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.seat) FROM podium.roster(ARRAY[p.id]) r) AS members \
         FROM pods p WHERE p.id = $1 AND p.closed_at IS NULL) found WHERE head IS NOT NULL"
    ))
    .bind::<diesel::sql_types::Uuid, _>(pod_id)
    .load(conn)
    .await?;
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
        epoch: row.epoch,
    }))
}
