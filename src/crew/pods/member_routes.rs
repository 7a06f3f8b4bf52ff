//! HTTP of a pod's members.

use actix_web::{HttpResponse, delete, put, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::dto::Seat;
use super::service::Pods;
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::errors::Result;
use crate::foundation::http::{Json, Path, Problem, refusals};

/// Registers the routes of a pod's members. `me` comes before any id.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(join).service(leave).service(admit).service(remove).service(read);
}

/// Take a seat in a pod
///
/// For the members of its event. One who has a seat already is told which.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id")),
    responses(
        (status = 200, description = "The seat", body = Seat),
        (status = 403, description = "`not_member`: not of the event; `forbidden`: for the invited only, or removed before", body = Problem),
        (status = 404, description = "`not_found`: no such pod, or closed", body = Problem),
        (status = 409, description = "`pod_full`", body = Problem),
        refusals::Token,
    )
)]
#[put("/v1/pods/{id}/members/me")]
async fn join(who: SignedIn, pods: web::Data<Pods>, id: Path<Uuid>) -> Result<Json<Seat>> {
    let seat = pods.join(*id, who.user_id).await?;
    Ok(Json(Seat { seat }))
}

/// Leave a pod
///
/// When the owner leaves, the longest-standing member owns it; the last one out closes it.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id")),
    responses(
        (status = 204, description = "Left"),
        (status = 403, description = "`not_member`: not of the pod", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/pods/{id}/members/me")]
async fn leave(who: SignedIn, pods: web::Data<Pods>, id: Path<Uuid>) -> Result<HttpResponse> {
    pods.leave(*id, who.user_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Let somebody in
///
/// The owner lets a person take a seat: where the pod is for the invited, or after a removal.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The pod's id"),
        ("user_id" = Uuid, Path, description = "The person's id"),
    ),
    responses(
        (status = 204, description = "They may take a seat"),
        (status = 403, description = "`forbidden`: not its owner; `not_member`: not of the pod", body = Problem),
        (status = 404, description = "`not_found`: no such pod, or nobody of the event", body = Problem),
        refusals::Token,
    )
)]
#[put("/v1/pods/{id}/members/{user_id}")]
async fn admit(who: SignedIn, pods: web::Data<Pods>, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (id, user_id) = path.into_inner();
    pods.admit(id, who.user_id, user_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Remove a member
///
/// By the owner: the person stays out until let in again. With one's own id, the same as leaving.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The pod's id"),
        ("user_id" = Uuid, Path, description = "The member's id"),
    ),
    responses(
        (status = 204, description = "They are out"),
        (status = 403, description = "`forbidden`: not its owner; `not_member`: not of the pod", body = Problem),
        (status = 404, description = "`not_found`: no such pod, or not a member of it", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/pods/{id}/members/{user_id}")]
async fn remove(who: SignedIn, pods: web::Data<Pods>, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (id, user_id) = path.into_inner();
    if user_id == who.user_id {
        pods.leave(id, user_id).await?;
    } else {
        pods.remove(id, who.user_id, user_id).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Up to where one has read.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
struct ReadBody {
    /// The `seq` of the last message that was seen.
    #[schema(minimum = 0)]
    seq: i64,
}

/// Say up to where one has read
///
/// The mark never moves back, and never above the head. Marks are gathered: the answer may take half a second.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id")),
    responses(
        (status = 204, description = "Stored"),
        (status = 403, description = "`not_member`: not of the pod", body = Problem),
        (status = 404, description = "`not_found`: no such pod, closed, or of an event that the caller has not joined", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[put("/v1/pods/{id}/read")]
async fn read(who: SignedIn, pods: web::Data<Pods>, id: Path<Uuid>, body: Json<ReadBody>) -> Result<HttpResponse> {
    pods.read(*id, who.user_id, body.seq).await?;
    Ok(HttpResponse::NoContent().finish())
}
