//! Every query of invitations. They are written by functions of the database that lock the pod; coming in by one is a call of
//! the journal.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Int2, Int4, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::calls::refusal;
use super::{InviteState, Inviter, InvitingPod, Link, NewInvite, Preview};
use crate::crew::events;
use crate::crew::events::slug::EventKey;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::http::PagePosition;
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

/// Stores a link of `by` into the pod. Answers whether this very call did it; a repeat keeps its first code.
///
/// As the service, outside a transaction: the function locks the pod, and a node that hangs must not hold that lock. It
/// looks itself whether `by` may.
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
        "rate_limited" => Err(Error::because(Code::RateLimited, "the pod has had as many new links as a day may see")),
        code => Err(refusal(code)),
    }
}

/// Takes a link of the pod back. As the service, for the same reason.
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
    rows.into_iter().next().map(|row| row.verdict).ok_or_else(|| Error::internal("a function without an answer"))
}

/// One of the caller's own links, or of their pods.
///
/// # Errors
/// [`Code::NotFound`].
pub async fn find(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Link> {
    Ok(invites::table.find(id).select(Link::as_select()).first(conn).await?)
}

/// A pod's links, the newest first, for its members.
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

/// What whoever knows the code may know, signed in or not.
///
/// # Errors
/// [`Code::NotFound`] for an unknown code.
pub async fn preview(conn: &mut AsyncPgConnection, code: &str) -> Result<Preview> {
    let rows: Vec<PreviewRow> =
        diesel::sql_query("SELECT * FROM podium.invite_preview($1)").bind::<Text, _>(code).load(conn).await?;
    let row = rows.into_iter().next().ok_or(Code::NotFound)?;
    let state =
        InviteState::read(&row.state).ok_or_else(|| Error::internal(format!("an invitation that is {}", row.state)))?;
    let event = events::store::find(conn, EventKey::Id(row.event_id)).await?;
    Ok(Preview {
        state,
        pod: InvitingPod { id: row.pod_id, name: row.name, seats: row.seats, free_seats: row.free_seats },
        event,
        invited_by: Inviter { display_name: row.invited_by },
        expires_at: row.expires_at,
    })
}
