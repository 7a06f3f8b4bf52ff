//! The pod queries of HTTP. Pods are written only by the functions of the database that the journal calls.

pub mod cards;
pub mod realtime;
pub mod standing;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Array, Int2, Int4, Int8, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::dto::{Order, PodDetail, PodView};
use super::{JoinPolicy, Member, Pod};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::http::PagePosition;
use crate::foundation::prepared::{Statement, prepared};
use crate::foundation::schema::{pod_members, pods};

type SqlUuid = diesel::sql_types::Uuid;

struct Roster;

impl Statement for Roster {
    const SQL: &'static str =
        "SELECT user_id, display_name, avatar_url, role, seat, read_seq, joined_at FROM podium.roster(ARRAY[$1])";
}

struct SeatsTaken;

impl Statement for SeatsTaken {
    const SQL: &'static str = "SELECT pod_id, taken FROM podium.seats_taken($1)";
}

/// The columns of a pod that a caller can see. The head is not among them: it would show outsiders how much is written
/// inside.
#[derive(Queryable, Selectable)]
#[diesel(table_name = pods)]
struct PodRow {
    id: Uuid,
    event_id: Uuid,
    name: String,
    kind: String,
    seats: i16,
    join_policy: String,
    created_by: Uuid,
    created_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct TakenRow {
    #[diesel(sql_type = SqlUuid)]
    pod_id: Uuid,
    #[diesel(sql_type = Int4)]
    taken: i32,
}

#[derive(QueryableByName)]
struct MemberRow {
    #[diesel(sql_type = SqlUuid)]
    user_id: Uuid,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    avatar_url: Option<String>,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Int2)]
    seat: i16,
    #[diesel(sql_type = Int8)]
    read_seq: i64,
    #[diesel(sql_type = Timestamptz)]
    joined_at: DateTime<Utc>,
}

/// Reads a pod, with its members if the caller is one of them.
///
/// # Errors
/// [`Code::NotFound`] if there is none, it is closed, or the caller is not a member of its event.
pub async fn detail(conn: &mut AsyncPgConnection, id: Uuid) -> Result<PodDetail> {
    let pod: PodRow =
        pods::table.find(id).filter(pods::closed_at.is_null()).select(PodRow::as_select()).first(conn).await?;
    complete(conn, pod).await
}

/// Reads a pod that the caller has opened, even if it was closed since: a repeat is answered like the first request.
pub async fn opened(conn: &mut AsyncPgConnection, id: Uuid) -> Result<PodDetail> {
    let pod: PodRow = pods::table.find(id).select(PodRow::as_select()).first(conn).await?;
    complete(conn, pod).await
}

async fn complete(conn: &mut AsyncPgConnection, pod: PodRow) -> Result<PodDetail> {
    let id = pod.id;
    let view = views(conn, vec![pod]).await?.pop().ok_or(Code::NotFound)?;
    let members: Vec<MemberRow> = prepared::<Roster>().bind::<SqlUuid, _>(id).load(conn).await?;
    let members: Vec<Member> = members.into_iter().map(MemberRow::member).collect();
    Ok(PodDetail { view, members: (!members.is_empty()).then_some(members) })
}

/// Reads the pods of an event that are not closed, after a position in this order, for the event's members.
pub async fn of_event(
    conn: &mut AsyncPgConnection,
    event_id: Uuid,
    order: Order,
    behind: Option<PagePosition>,
    limit: i64,
) -> Result<Vec<PodView>> {
    let open = pods::table
        .filter(pods::event_id.eq(event_id).and(pods::closed_at.is_null()))
        .select(PodRow::as_select())
        .limit(limit)
        .into_boxed();
    let (created, id) = (pods::created_at, pods::id);
    // An index can start at the first condition alone.
    let listed = match (order, behind) {
        (Order::Opened, None) => open.order((created, id)),
        (Order::Newest, None) => open.order((created.desc(), id.desc())),
        (Order::Opened, Some(at)) => {
            open.filter(created.ge(at.time).and(created.gt(at.time).or(id.gt(at.id)))).order((created, id))
        }
        (Order::Newest, Some(at)) => open
            .filter(created.le(at.time).and(created.lt(at.time).or(id.lt(at.id))))
            .order((created.desc(), id.desc())),
    };
    let rows = listed.load(conn).await?;
    views(conn, rows).await
}

/// Adds the free seats, in one statement for all.
async fn views(conn: &mut AsyncPgConnection, rows: Vec<PodRow>) -> Result<Vec<PodView>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let taken: Vec<TakenRow> = prepared::<SeatsTaken>().bind::<Array<SqlUuid>, _>(ids).load(conn).await?;
    let taken: HashMap<Uuid, i32> = taken.into_iter().map(|row| (row.pod_id, row.taken)).collect();
    let view = |row: PodRow| {
        let free_seats = free(row.seats, taken.get(&row.id).copied().unwrap_or(0));
        Ok(PodView { pod: row.pod()?, free_seats })
    };
    rows.into_iter().map(view).collect()
}

/// Checks that `user_id` is a member of the pod.
///
/// # Errors
/// [`Code::NotMember`] for members of its event; [`Code::NotFound`] for everyone else.
pub async fn require_member(conn: &mut AsyncPgConnection, pod_id: Uuid, user_id: Uuid) -> Result<()> {
    let membership = pod_members::table.find((pod_id, user_id));
    let open = pods::table.find(pod_id).filter(pods::closed_at.is_null());
    let member: bool = open.select(exists(membership)).first(conn).await?;
    if member { Ok(()) } else { Err(Code::NotMember.into()) }
}

/// Returns the number of free seats. It is 0 for a pod whose members the caller may not count.
pub fn free(seats: i16, taken: i32) -> i16 {
    i16::try_from((i32::from(seats) - taken).max(0)).unwrap_or(0)
}

impl PodRow {
    fn pod(self) -> Result<Pod> {
        Ok(Pod {
            id: self.id,
            event_id: self.event_id,
            name: self.name,
            kind: self.kind,
            seats: self.seats,
            join_policy: policy(&self.join_policy)?,
            created_by: self.created_by,
            created_at: self.created_at,
            closed_at: self.closed_at,
        })
    }
}

impl MemberRow {
    fn member(self) -> Member {
        let MemberRow { user_id, display_name, avatar_url, role, seat, read_seq, joined_at } = self;
        Member { user_id, display_name, avatar_url, role, seat, read_seq, joined_at }
    }
}

/// Parses the database's name of a join policy.
///
/// # Errors
/// [`Code::Internal`] for an unknown name.
pub fn policy(name: &str) -> Result<JoinPolicy> {
    JoinPolicy::read(name).ok_or_else(|| Error::internal(format!("a pod of join policy {name}")))
}
