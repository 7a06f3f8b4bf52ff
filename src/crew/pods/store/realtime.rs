//! The pod queries of actors, joins and the sweep.

mod marks;
mod snapshot;
mod sweep;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

pub use self::marks::{Mark, mark_read, marks, sums_of_marks};
pub use self::snapshot::{Reader, Snapshot, snapshot};
pub use self::sweep::{KnownPod, PodDifference, epoch, sweep};
use crate::foundation::errors::Result;
use crate::foundation::prepared::{Statement, prepared};
use crate::foundation::schema::{pod_admissions, pod_members, pods};

/// The state that an actor starts from.
#[derive(QueryableByName)]
pub struct Start {
    /// The highest position.
    #[diesel(sql_type = BigInt)]
    pub head: i64,
    /// Number of changes that are not lines of the log.
    #[diesel(sql_type = BigInt)]
    pub revision: i64,
    /// Whether the pod is closed.
    #[diesel(sql_type = Bool)]
    pub closed: bool,
    /// The members.
    #[diesel(sql_type = Array<diesel::sql_types::Uuid>)]
    pub members: Vec<Uuid>,
    /// The members' read marks, in the same order.
    #[diesel(sql_type = Array<BigInt>)]
    pub marks: Vec<i64>,
}

struct StartOf;

impl Statement for StartOf {
    const SQL: &'static str = "SELECT p.last_seq AS head, p.revision, p.closed_at IS NOT NULL AS closed, \
         ARRAY(SELECT m.user_id FROM pod_members m WHERE m.pod_id = p.id ORDER BY m.seat) AS members, \
         ARRAY(SELECT m.read_seq FROM pod_members m WHERE m.pod_id = p.id ORDER BY m.seat) AS marks \
         FROM pods p WHERE p.id = $1";
}

/// Reads head and members in one snapshot, as the service. Returns `None` if there is no such pod.
pub async fn start(conn: &mut AsyncPgConnection, pod_id: Uuid) -> Result<Option<Start>> {
    let found: Vec<Start> = prepared::<StartOf>().bind::<diesel::sql_types::Uuid, _>(pod_id).load(conn).await?;
    Ok(found.into_iter().next())
}

/// Reads the head of a pod's log, as the service. Returns 0 if there is no such pod.
pub async fn head(conn: &mut AsyncPgConnection, pod_id: Uuid) -> Result<i64> {
    Ok(pods::table.find(pod_id).select(pods::last_seq).first(conn).await.optional()?.unwrap_or(0))
}

/// Reads the heads of these pods' logs, as the service. Pods that do not exist are left out.
pub async fn heads(conn: &mut AsyncPgConnection, pod_ids: Vec<Uuid>) -> Result<Vec<(Uuid, i64)>> {
    Ok(pods::table.filter(pods::id.eq_any(pod_ids)).select((pods::id, pods::last_seq)).load(conn).await?)
}

/// Returns whether the person was admitted by name, or is a member. As the service.
pub async fn is_admitted(conn: &mut AsyncPgConnection, pod_id: Uuid, user_id: Uuid) -> Result<bool> {
    let admitted = pod_admissions::table.find((pod_id, user_id)).filter(pod_admissions::admitted);
    let member = pod_members::table.find((pod_id, user_id));
    Ok(diesel::select(exists(admitted).or(exists(member))).get_result(conn).await?)
}
