//! HTTP routes of invitations.

use actix_web::{HttpResponse, delete, get, post, web};
use chrono::Utc;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::service::Invites;
use super::{Accepted, Invite, NewInvite, Preview};
use crate::crew::profiles::sign_in::{Confirmed, SignedIn};
use crate::foundation::errors::Result;
use crate::foundation::http::{Json, Page, PageQuery, Path, Problem, Query, refusals};

/// Registers the routes of invitations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(make).service(list).service(revoke).service(preview).service(accept);
}

/// Make an invitation
///
/// For the pod's members. By the link people join event and pod, also if the pod is by invitation only. With an `id` of
/// the client's choice the request is safe to repeat: the answer is the same link, with 200.
#[utoipa::path(
    tag = "invitations",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id")),
    responses(
        (status = 201, description = "The new link", body = Invite),
        (status = 200, description = "The link that an earlier request with this id made", body = Invite),
        (status = 403, description = "`unconfirmed`; `not_member`: the caller is not a member of the pod", body = Problem),
        (status = 404, description = "`not_found`: no such pod, or it is closed, or the caller has not joined its event", body = Problem),
        (status = 409, description = "`conflict`: the id is taken", body = Problem),
        (status = 429, description = "`rate_limited`: at most 100 new invitations to a pod in 24 hours, or the caller changes too much at once", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[post("/v1/pods/{id}/invites")]
async fn make(
    who: Confirmed,
    invites: web::Data<Invites>,
    pod_id: Path<Uuid>,
    new: Json<NewInvite>,
) -> Result<HttpResponse> {
    let (invite, fresh) = invites.make(&who, *pod_id, &new, Utc::now()).await?;
    Ok(if fresh { HttpResponse::Created().json(invite) } else { HttpResponse::Ok().json(invite) })
}

/// List a pod's invitations
///
/// For its members, the newest first, including those that cannot be accepted any more.
#[utoipa::path(
    tag = "invitations",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id"), PageQuery),
    responses(
        (status = 200, description = "A page of links", body = Page<Invite>),
        (status = 403, description = "`not_member`: the caller is not a member of the pod", body = Problem),
        (status = 404, description = "`not_found`: no such pod, or it is closed, or the caller has not joined its event", body = Problem),
        refusals::Token,
        refusals::Query,
    )
)]
#[get("/v1/pods/{id}/invites")]
async fn list(
    who: SignedIn,
    invites: web::Data<Invites>,
    pod_id: Path<Uuid>,
    page: Query<PageQuery>,
) -> Result<Json<Page<Invite>>> {
    let limit = page.limit()?;
    let found = invites.of_pod(&who, *pod_id, page.position()?, limit).await?;
    Ok(Json(Page::of(found, limit, Invite::place)))
}

/// Revoke an invitation
///
/// For its maker, even after leaving the pod, and for the pod's owner. People who have accepted it stay.
#[utoipa::path(
    tag = "invitations",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The pod's id"),
        ("invite_id" = Uuid, Path, description = "The invitation's id"),
    ),
    responses(
        (status = 204, description = "Revoked"),
        (status = 403, description = "`forbidden`: neither its maker nor the owner; `not_member`: not of the pod", body = Problem),
        (status = 404, description = "`not_found`: the pod has no such link", body = Problem),
        (status = 429, description = "`rate_limited`: the caller changes too much at once", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/pods/{id}/invites/{invite_id}")]
async fn revoke(who: SignedIn, invites: web::Data<Invites>, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (pod_id, id) = path.into_inner();
    invites.revoke(&who, pod_id, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Look at an invitation
///
/// What the link leads to, before accepting it. Needs no token.
#[utoipa::path(
    tag = "invitations",
    security(()),
    params(("code" = String, Path, description = "What the link ends with")),
    responses(
        (status = 200, description = "Where it leads, and its state", body = Preview),
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Any,
    )
)]
#[get("/v1/invites/{code}")]
async fn preview(invites: web::Data<Invites>, code: Path<String>) -> Result<Json<Preview>> {
    invites.preview(&code).await.map(Json)
}

/// Accept an invitation
///
/// Joins the event and takes a seat in the pod, in one step. A member is answered their seat, and the link is not used.
#[utoipa::path(
    tag = "invitations",
    security(("token" = [])),
    params(("code" = String, Path, description = "What the link ends with")),
    responses(
        (status = 200, description = "The caller is a member, now or since before", body = Accepted),
        (status = 403, description = "`forbidden`: barred from the pod or from its event", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`pod_full`, which uses nothing up; or `conflict`, and `state` says why: `used_up`, `expired`, `revoked`, `closed`, or `too_many_pods`: the caller is a member of as many pods of the event as are allowed", body = Problem),
        (status = 429, description = "`rate_limited`: the caller has joined this pod three times within ten minutes, or changes memberships too often", body = Problem),
        refusals::Token,
    )
)]
#[post("/v1/invites/{code}/accept")]
async fn accept(who: SignedIn, invites: web::Data<Invites>, code: Path<String>) -> Result<Json<Accepted>> {
    Ok(Json(invites.accept(&who, code.into_inner()).await?))
}
