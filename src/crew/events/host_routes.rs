//! HTTP routes of an event's hosts.

use actix_web::{HttpResponse, delete, get, put, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::hosts::{Host, Role};
use super::service::Events;
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::errors::Result;
use crate::foundation::http::{Json, Page, Path, Problem, refusals};

/// Registers the routes of an event's hosts.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(name).service(unname);
}

/// List an event's hosts
///
/// For its members and its maker, in the order in which they joined. All of them, on one page. Hosts who hide are listed
/// to themselves and to the maker only.
#[utoipa::path(
    tag = "events",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id")),
    responses(
        (status = 200, description = "The hosts", body = Page<Host>),
        (status = 403, description = "`not_member`: the caller has not joined the event", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Token,
    )
)]
#[get("/v1/events/{id}/hosts")]
async fn list(who: SignedIn, events: web::Data<Events>, id: Path<Uuid>) -> Result<Json<Page<Host>>> {
    Ok(Json(Page::whole(events.hosts(&who, *id).await?)))
}

/// Make a member a host
///
/// For the event's maker. Hosts set the meet point, and remove what members post. The request is safe to repeat.
#[utoipa::path(
    tag = "events",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The event's id"),
        ("user_id" = Uuid, Path, description = "The member's id"),
    ),
    responses(
        (status = 204, description = "The member is a host"),
        (status = 403, description = "`forbidden`: not the event's maker; `not_member`: the caller has not joined the event either", body = Problem),
        (status = 404, description = "`not_found`: no such event, or the person is not a member of it", body = Problem),
        refusals::Token,
    )
)]
#[put("/v1/events/{id}/hosts/{user_id}")]
async fn name(who: SignedIn, events: web::Data<Events>, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (id, user_id) = path.into_inner();
    events.set_role(&who, id, user_id, Role::Host).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Make a host a plain member again
///
/// For the event's maker. The request is safe to repeat. A host who leaves the event loses the role, too.
#[utoipa::path(
    tag = "events",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The event's id"),
        ("user_id" = Uuid, Path, description = "The host's id"),
    ),
    responses(
        (status = 204, description = "The member is no host"),
        (status = 403, description = "`forbidden`: not the event's maker; `not_member`: the caller has not joined the event either", body = Problem),
        (status = 404, description = "`not_found`: no such event, or the person is not a member of it", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/events/{id}/hosts/{user_id}")]
async fn unname(who: SignedIn, events: web::Data<Events>, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (id, user_id) = path.into_inner();
    events.set_role(&who, id, user_id, Role::Member).await?;
    Ok(HttpResponse::NoContent().finish())
}
