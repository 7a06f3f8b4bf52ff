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

/// Registers the routes of an event's members. The path `me` comes before that with an id.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(join).service(leave).service(list).service(admit).service(remove);
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
        (status = 403, description = "`forbidden`: the caller is barred from the event", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 429, description = "`rate_limited`: the caller changes memberships too often", body = Problem),
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
        (status = 429, description = "`rate_limited`: the caller changes memberships too often", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/events/{id}/members/me")]
async fn leave(who: SignedIn, events: web::Data<Events>, id: Path<Uuid>) -> Result<HttpResponse> {
    events.leave(&who, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Admit a person
///
/// The event's maker or a host lets a person who is barred join the event again. The request is safe to repeat.
#[utoipa::path(
    tag = "events",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The event's id"),
        ("user_id" = Uuid, Path, description = "The person's id"),
    ),
    responses(
        (status = 204, description = "The person may join"),
        (status = 403, description = "`forbidden`: neither the event's maker nor a host; `not_member`: the caller has not joined the event either", body = Problem),
        (status = 404, description = "`not_found`: no such event", body = Problem),
        (status = 429, description = "`rate_limited`: the caller changes memberships too often", body = Problem),
        refusals::Token,
    )
)]
#[put("/v1/events/{id}/members/{user_id}")]
async fn admit(who: SignedIn, events: web::Data<Events>, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (id, user_id) = path.into_inner();
    events.admit(&who, id, user_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Bar a person
///
/// For the event's maker and its hosts. The person, a member or not, is taken out of the event and all its pods, and
/// cannot join again until admitted, by an invitation neither. Hosts cannot bar the maker and other hosts. With the
/// caller's own id, the same as leaving. The request is safe to repeat.
#[utoipa::path(
    tag = "events",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The event's id"),
        ("user_id" = Uuid, Path, description = "The person's id"),
    ),
    responses(
        (status = 204, description = "Barred"),
        (status = 403, description = "`forbidden`: neither the event's maker nor a host, or a host about the maker or a host; `not_member`: the caller has not joined the event either", body = Problem),
        (status = 404, description = "`not_found`: no such event or person", body = Problem),
        (status = 429, description = "`rate_limited`: the caller changes memberships too often", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/events/{id}/members/{user_id}")]
async fn remove(who: SignedIn, events: web::Data<Events>, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (id, user_id) = path.into_inner();
    if user_id == who.user_id {
        events.leave(&who, id).await?;
    } else {
        events.remove(&who, id, user_id).await?;
    }
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
        refusals::TokenSearch,
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
