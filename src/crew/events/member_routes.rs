//! HTTP routes of an event's members.

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
/// Or change the membership. The request is safe to repeat. The body is the whole membership: absent fields have their
/// defaults.
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
/// And all its pods.
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

/// A filter of members.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
struct MemberQuery {
    /// The key of a badge: only members who wear it.
    badge: Option<String>,
}

/// List an event's members
///
/// For its members, in the order in which they joined. Hidden members are listed only to themselves.
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
        return Err(Error::invalid("?badge", "must be a badge of GET /v1/badges"));
    }
    let (limit, after) = (page.limit()?, page.position()?);
    let members = events.members(&who, *id, badge, after, limit).await?;
    Ok(Json(Page::of(members, limit, |member| PagePosition { time: member.joined_at, id: member.user_id })))
}
