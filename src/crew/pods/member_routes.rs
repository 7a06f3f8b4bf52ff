//! The HTTP routes of a pod's members.

use actix_web::{HttpResponse, delete, put, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::dto::Seat;
use super::service::Pods;
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::errors::Result;
use crate::foundation::http::{Json, Path, Problem, refusals};

/// Registers the routes of a pod's members. The path `me` comes before that with an id.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(join).service(leave).service(admit).service(remove).service(read);
}

/// Take a seat in a pod
///
/// For the members of its event. If the caller has a seat already, the response contains it.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id")),
    responses(
        (status = 200, description = "The seat", body = Seat),
        (status = 403, description = "`not_member`: the caller has not joined the event; `forbidden`: the pod is by invitation only, or the caller is barred; `unconfirmed`: nobody has admitted the caller, whose e-mail address must be confirmed first", body = Problem),
        (status = 404, description = "`not_found`: no such pod, or it is closed", body = Problem),
        (status = 409, description = "`pod_full`; `conflict` with the `state` `too_many_pods`: the caller is a member of as many pods of the event as are allowed", body = Problem),
        (status = 429, description = "`rate_limited`: the caller has joined this pod three times within ten minutes, or changes memberships too often", body = Problem),
        refusals::Token,
    )
)]
#[put("/v1/pods/{id}/members/me")]
async fn join(who: SignedIn, pods: web::Data<Pods>, id: Path<Uuid>) -> Result<Json<Seat>> {
    if !who.confirmed {
        pods.require_admitted(*id, who.user_id).await?;
    }
    let seat = pods.join(*id, who.user_id).await?;
    Ok(Json(Seat { seat }))
}

/// Leave a pod
///
/// If the owner leaves, the longest-standing member becomes the owner. When the last member leaves, the pod is closed.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id")),
    responses(
        (status = 204, description = "Left"),
        (status = 403, description = "`not_member`: the caller is not a member of the pod", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 429, description = "`rate_limited`: the caller changes memberships too often", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/pods/{id}/members/me")]
async fn leave(who: SignedIn, pods: web::Data<Pods>, id: Path<Uuid>) -> Result<HttpResponse> {
    pods.leave(*id, who.user_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Admit a person
///
/// The owner lets a person take a seat: in a pod that is by invitation only, or one who is barred.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The pod's id"),
        ("user_id" = Uuid, Path, description = "The person's id"),
    ),
    responses(
        (status = 204, description = "The person may take a seat"),
        (status = 403, description = "`forbidden`: the caller is not the owner; `not_member`: the caller is not a member of the pod", body = Problem),
        (status = 404, description = "`not_found`: no such pod, or the person is not a member of its event", body = Problem),
        (status = 429, description = "`rate_limited`: the caller changes memberships too often", body = Problem),
        refusals::Token,
    )
)]
#[put("/v1/pods/{id}/members/{user_id}")]
async fn admit(who: SignedIn, pods: web::Data<Pods>, path: Path<(Uuid, Uuid)>) -> Result<HttpResponse> {
    let (id, user_id) = path.into_inner();
    pods.admit(id, who.user_id, user_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Bar a person
///
/// For the owner. The person, a member or not, loses the seat and cannot come back until admitted, by an invitation
/// neither. With the caller's own id, the same as leaving. The request is safe to repeat.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The pod's id"),
        ("user_id" = Uuid, Path, description = "The person's id"),
    ),
    responses(
        (status = 204, description = "Barred"),
        (status = 403, description = "`forbidden`: the caller is not the owner; `not_member`: the caller is not a member of the pod", body = Problem),
        (status = 404, description = "`not_found`: no such pod or person", body = Problem),
        (status = 429, description = "`rate_limited`: the caller changes memberships too often", body = Problem),
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

/// The position up to which the caller has read.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
struct ReadBody {
    /// The `seq` of the last message that was shown.
    #[schema(minimum = 0)]
    seq: i64,
}

/// Set the read mark
///
/// The mark never moves back, and never above the head. Marks are written in groups, so the response may take half a
/// second.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id")),
    responses(
        (status = 204, description = "Stored"),
        (status = 403, description = "`not_member`: the caller is not a member of the pod", body = Problem),
        (status = 404, description = "`not_found`: no such pod, or it is closed, or the caller has not joined its event", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[put("/v1/pods/{id}/read")]
async fn read(who: SignedIn, pods: web::Data<Pods>, id: Path<Uuid>, body: Json<ReadBody>) -> Result<HttpResponse> {
    pods.read(*id, who.user_id, body.seq).await?;
    Ok(HttpResponse::NoContent().finish())
}
