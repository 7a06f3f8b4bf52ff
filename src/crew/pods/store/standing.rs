//! Readings of what a person may do with a pod, without a lock, as the service. A refusal found here costs nobody
//! anything; what is not refused is judged again under the pod's lock.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Int4, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::crew::pods::calls::refusal;
use crate::crew::pods::settings::JoinLimits;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::prepared::{Statement, prepared};
use crate::foundation::schema::pods;

type SqlUuid = diesel::sql_types::Uuid;

/// A row of `podium.join_verdict`, or of another function that judges a join.
#[derive(QueryableByName)]
pub struct JoinVerdict {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Nullable<SmallInt>)]
    seat: Option<i16>,
    #[diesel(sql_type = Bool)]
    is_member: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    again: Option<DateTime<Utc>>,
}

impl JoinVerdict {
    /// Returns the seat of a person who is a member already, or `None` for one who may join.
    ///
    /// # Errors
    /// The refusal, by `refusal` for its code.
    pub fn judged(self, refusal: fn(&str) -> Error) -> Result<Option<i16>> {
        match self.code.as_str() {
            "ok" => Ok(self.seat.filter(|_| self.is_member)),
            "rate_limited" => Err(Error::rate_limited_until(self.again)),
            code => Err(refusal(code)),
        }
    }
}

struct JoinVerdictOf;

impl Statement for JoinVerdictOf {
    const SQL: &'static str = "SELECT code, seat, is_member, again FROM podium.join_verdict($1, $2, $3, $4, $5)";
}

/// Judges whether a person may join a pod.
///
/// # Errors
/// None but those of the database: the verdict may be a refusal.
pub async fn may_join(
    conn: &mut AsyncPgConnection,
    pod_id: Uuid,
    user_id: Uuid,
    limits: JoinLimits,
) -> Result<JoinVerdict> {
    let [joins, seconds, pods] = limits.as_sql();
    let verdict = prepared::<JoinVerdictOf>()
        .bind::<SqlUuid, _>(pod_id)
        .bind::<SqlUuid, _>(user_id)
        .bind::<Nullable<Int4>, _>(joins)
        .bind::<Nullable<Int4>, _>(seconds)
        .bind::<Nullable<Int4>, _>(pods);
    let rows: Vec<JoinVerdict> = verdict.load(conn).await?;
    rows.into_iter().next().ok_or_else(|| Error::internal("the function returned no row"))
}

/// Returns whether there is or was a pod with this id.
///
/// # Errors
/// None but those of the database.
pub async fn is_known(conn: &mut AsyncPgConnection, pod_id: Uuid) -> Result<bool> {
    Ok(diesel::select(exists(pods::table.find(pod_id))).get_result(conn).await?)
}

#[derive(QueryableByName)]
struct StandingRow {
    #[diesel(sql_type = Text)]
    standing: String,
}

struct StandingOf;

impl Statement for StandingOf {
    const SQL: &'static str = "SELECT podium.pod_standing($1, $2) AS standing";
}

/// Checks that a person is a member of the pod.
///
/// # Errors
/// `not_member`, `not_found`.
pub async fn require_seat(conn: &mut AsyncPgConnection, pod_id: Uuid, user_id: Uuid) -> Result<()> {
    is_owner(conn, pod_id, user_id).await.map(drop)
}

/// Checks that a person owns the pod.
///
/// # Errors
/// `forbidden` for other members, `not_member`, `not_found`.
pub async fn require_owner(conn: &mut AsyncPgConnection, pod_id: Uuid, user_id: Uuid) -> Result<()> {
    if is_owner(conn, pod_id, user_id).await? { Ok(()) } else { Err(Code::Forbidden.into()) }
}

async fn is_owner(conn: &mut AsyncPgConnection, pod_id: Uuid, user_id: Uuid) -> Result<bool> {
    let query = prepared::<StandingOf>().bind::<SqlUuid, _>(pod_id).bind::<SqlUuid, _>(user_id);
    let rows: Vec<StandingRow> = query.load(conn).await?;
    match rows.iter().map(|row| row.standing.as_str()).next() {
        Some("owner") => Ok(true),
        Some("member") => Ok(false),
        Some(code) => Err(refusal(code)),
        None => Err(Error::internal("the function returned no row")),
    }
}
