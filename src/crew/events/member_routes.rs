//! HTTP of an event's members.

use actix_web::{HttpResponse, delete, get, put, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::badges;
use super::members::{EventMember, Joining, Membership};
use super::service::Events;
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::errors::{Error, Result};
use crate::foundation::http::{Json, Page, PagePosition, PageQuery, Path, Problem, Query, refusals};

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
    events: web::Data<Events>,
    id: Path<Uuid>,
    joining: Json<Joining>,
) -> Result<Json<Membership>> {
    Ok(Json(events.join(&who, *id, &joining).await?))
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
async fn leave(who: SignedIn, events: web::Data<Events>, id: Path<Uuid>) -> Result<HttpResponse> {
    events.leave(&who, *id).await?;
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
    events: web::Data<Events>,
    id: Path<Uuid>,
    query: Query<MemberQuery>,
    page: Query<PageQuery>,
) -> Result<Json<Page<EventMember>>> {
    let badge = query.badge.as_deref();
    if badge.is_some_and(|key| badges::find(key).is_none()) {
        return Err(Error::invalid("?badge", "there is no such badge; GET /v1/badges lists them"));
    }
    let (limit, after) = (page.limit()?, page.position()?);
    let members = events.members(&who, *id, badge, after, limit).await?;
    Ok(Json(Page::of(members, limit, |member| PagePosition { time: member.joined_at, id: member.user_id })))
}
