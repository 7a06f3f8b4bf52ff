//! HTTP of an event's members.

use actix_web::{HttpResponse, delete, get, put, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::hub::EventHub;
use super::members::{EventMember, Joining, Membership};
use super::{badges, store};
use crate::crew::place::Place;
use crate::crew::pods::Pods;
use crate::crew::profiles::SignedIn;
use crate::crew::refusals;
use crate::foundation::db::{Access, Database};
use crate::foundation::errors::{Error, Result};
use crate::foundation::http::{Json, Page, PageQuery, Path, Problem, Query};

/// Registers the routes of an event's members.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(join).service(leave).service(list);
}

/// Join an event
///
/// Or change how one goes there; asking again is safe. The body is the whole of it: what is absent is as for a newcomer.
#[utoipa::path(
    tag = "events",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id")),
    responses(
        (status = 200, description = "The membership", body = Membership),
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[put("/v1/events/{id}/members/me")]
async fn join(
    who: SignedIn,
    database: web::Data<Database>,
    live: web::Data<EventHub>,
    id: Path<Uuid>,
    joining: Json<Joining>,
) -> Result<Json<Membership>> {
    let badges = badges::worn(&joining.vibe_badges)?;
    let work = async |conn: &mut _| store::join(conn, *id, who.user_id, &badges, joining.hidden).await;
    let membership = database.scope(&who.caller, Access::Write, work).await?;
    live.joined(*id);
    Ok(Json(membership))
}

/// Leave an event
///
/// And with it each of its pods.
#[utoipa::path(
    tag = "events",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id")),
    responses(
        (status = 204, description = "Left"),
        (status = 403, description = "`not_member`", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/events/{id}/members/me")]
async fn leave(who: SignedIn, pods: web::Data<Pods>, id: Path<Uuid>) -> Result<HttpResponse> {
    pods.leave_event(*id, who.user_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Which members to list.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
struct MemberQuery {
    /// Those alone who wear the badge with this key.
    badge: Option<String>,
}

/// An event's members
///
/// For its members alone, in order of coming. Those who hide are listed to themselves only.
#[utoipa::path(
    tag = "events",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id"), MemberQuery, PageQuery),
    responses(
        (status = 200, description = "A page of members", body = Page<EventMember>),
        (status = 403, description = "`not_member`: the caller has not joined the event", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Token,
        refusals::Query,
    )
)]
#[get("/v1/events/{id}/members")]
async fn list(
    who: SignedIn,
    database: web::Data<Database>,
    id: Path<Uuid>,
    query: Query<MemberQuery>,
    page: Query<PageQuery>,
) -> Result<Json<Page<EventMember>>> {
    let badge = query.badge.as_deref();
    if badge.is_some_and(|key| badges::find(key).is_none()) {
        return Err(Error::invalid("?badge", "there is no such badge; GET /v1/badges lists them"));
    }
    let (limit, after) = (page.limit()?, page.position()?);
    let work = async |conn: &mut _| {
        store::require_member(conn, *id, who.user_id).await?;
        store::members(conn, *id, badge, after, limit.rows()).await
    };
    let members = database.scope(&who.caller, Access::Snapshot, work).await?;
    Ok(Json(Page::of(members, limit, |member| Place { time: member.joined_at, id: member.user_id })))
}
