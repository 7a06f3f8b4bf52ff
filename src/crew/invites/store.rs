//! The queries of invitations. SQL functions that lock the pod write them; accepting one is a call of the journal.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Int2, Int4, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::calls::refusal;
use super::{InviteState, Inviter, InvitingPod, Link, NewInvite, Preview};
use crate::crew::events;
use crate::crew::events::slug::EventKey;
use crate::crew::pods::settings::JoinLimits;
use crate::crew::pods::store::standing::JoinVerdict;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::http::PagePosition;
use crate::foundation::prepared::{Statement, prepared};
use crate::foundation::schema::invites;

type SqlUuid = diesel::sql_types::Uuid;

#[derive(QueryableByName)]
struct Verdict {
    #[diesel(sql_type = Text)]
    verdict: String,
}

#[derive(QueryableByName)]
struct PreviewRow {
    #[diesel(sql_type = SqlUuid)]
    pod_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    event_id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Int2)]
    seats: i16,
    #[diesel(sql_type = Int4)]
    free_seats: i32,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    invited_by: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    expires_at: Option<DateTime<Utc>>,
}

/// Stores an invitation by `by` to the pod. Returns whether this call did it; a repeat keeps the first code.
///
/// Runs as the service, outside a transaction: the function locks the pod, and a node that hangs must not hold that
/// lock. The function checks that `by` is allowed.
///
/// # Errors
/// `not_member`, `not_found`, `conflict` when the id is taken, `rate_limited`.
pub async fn make(
    conn: &mut AsyncPgConnection,
    (id, pod_id, by): (Uuid, Uuid, Uuid),
    code: &str,
    new: &NewInvite,
) -> Result<bool> {
    let made = diesel::sql_query("SELECT podium.invite_make($1, $2, $3, $4, $5, $6) AS verdict")
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(pod_id)
        .bind::<SqlUuid, _>(by)
        .bind::<Text, _>(code)
        .bind::<Nullable<Timestamptz>, _>(new.expires_at)
        .bind::<Nullable<Int4>, _>(new.uses)
        .load(conn)
        .await?;
    match one(made)?.as_str() {
        "made" => Ok(true),
        "ok" => Ok(false),
        "rate_limited" => Err(Error::because(Code::RateLimited, "the limit of new invitations per day is reached")),
        code => Err(refusal(code)),
    }
}

/// Revokes an invitation to the pod. Runs as the service, for the same reason.
///
/// # Errors
/// `forbidden`, `not_member`, `not_found`.
pub async fn revoke(conn: &mut AsyncPgConnection, id: Uuid, pod_id: Uuid, by: Uuid) -> Result<()> {
    let revoked = diesel::sql_query("SELECT podium.invite_revoke($1, $2, $3) AS verdict")
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(pod_id)
        .bind::<SqlUuid, _>(by)
        .load(conn)
        .await?;
    match one(revoked)?.as_str() {
        "ok" => Ok(()),
        code => Err(refusal(code)),
    }
}

fn one(rows: Vec<Verdict>) -> Result<String> {
    rows.into_iter().next().map(|row| row.verdict).ok_or_else(|| Error::internal("the function returned no row"))
}

/// Returns an invitation that the caller made, or to one of their pods.
///
/// # Errors
/// [`Code::NotFound`].
pub async fn find(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Link> {
    Ok(invites::table.find(id).select(Link::as_select()).first(conn).await?)
}

/// Returns a pod's invitations, the newest first, for its members.
pub async fn of_pod(
    conn: &mut AsyncPgConnection,
    pod_id: Uuid,
    before: Option<PagePosition>,
    limit: i64,
) -> Result<Vec<Link>> {
    use invites::{created_at, id};
    let mut query = invites::table.filter(invites::pod_id.eq(pod_id)).select(Link::as_select()).into_boxed();
    if let Some(place) = before {
        query = query.filter(created_at.le(place.time).and(created_at.lt(place.time).or(id.lt(place.id))));
    }
    Ok(query.order((created_at.desc(), id.desc())).limit(limit).load(conn).await?)
}

struct InviteVerdictOf;

impl Statement for InviteVerdictOf {
    const SQL: &'static str = "SELECT code, seat, is_member, again FROM podium.invite_verdict($1, $2, $3, $4, $5)";
}

/// Judges whether a person may accept an invitation, without a lock. As the service.
///
/// # Errors
/// None but those of the database: the verdict may be a refusal.
pub async fn may_accept(
    conn: &mut AsyncPgConnection,
    code: &str,
    user_id: Uuid,
    limits: JoinLimits,
) -> Result<JoinVerdict> {
    let [joins, seconds, pods] = limits.as_sql();
    let verdict = prepared::<InviteVerdictOf>()
        .bind::<Text, _>(code.to_owned())
        .bind::<SqlUuid, _>(user_id)
        .bind::<Nullable<Int4>, _>(joins)
        .bind::<Nullable<Int4>, _>(seconds)
        .bind::<Nullable<Int4>, _>(pods);
    let rows: Vec<JoinVerdict> = verdict.load(conn).await?;
    rows.into_iter().next().ok_or_else(|| Error::internal("the function returned no row"))
}

/// Returns what an invitation shows to anyone who knows the code, signed in or not.
///
/// # Errors
/// [`Code::NotFound`] for an unknown code.
pub async fn preview(conn: &mut AsyncPgConnection, code: &str) -> Result<Preview> {
    let rows: Vec<PreviewRow> =
        diesel::sql_query("SELECT * FROM podium.invite_preview($1)").bind::<Text, _>(code).load(conn).await?;
    let row = rows.into_iter().next().ok_or(Code::NotFound)?;
    let state = InviteState::read(&row.state)
        .ok_or_else(|| Error::internal(format!("unknown state of an invitation: {}", row.state)))?;
    let event = events::store::find(conn, EventKey::Id(row.event_id)).await?;
    Ok(Preview {
        state,
        pod: InvitingPod { id: row.pod_id, name: row.name, seats: row.seats, free_seats: row.free_seats },
        event,
        invited_by: Inviter { display_name: row.invited_by },
        expires_at: row.expires_at,
    })
}
