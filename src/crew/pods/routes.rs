//! The HTTP routes of pods.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::dto::{self, NewOwner, Order, PodBody, PodChange, PodDetail, PodView};
use super::service::Pods;
use super::{NewPod, member_routes};
use crate::crew::profiles::sign_in::{Confirmed, SignedIn};
use crate::foundation::errors::Result;
use crate::foundation::http::{Json, Page, PageQuery, Path, Problem, Query, refusals};

/// Registers the routes of pods and their members.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(open).service(list).service(get).service(change).service(hand_over).service(close);
    member_routes::routes(config);
}

/// Open a pod
///
/// For the event's members. The creator takes seat 1 and owns the pod. With an `id` of the client's own, the request
/// can be repeated: the response contains the same pod, with status 200.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id")),
    responses(
        (status = 201, description = "The new pod", body = PodDetail),
        (status = 200, description = "The pod that an earlier request with this id opened", body = PodDetail),
        (status = 403, description = "`unconfirmed`; `not_member`: the caller has not joined the event", body = Problem),
        (status = 404, description = "`not_found`: no such event, or it is cancelled", body = Problem),
        (status = 409, description = "`conflict`: the id is taken; with the `state` `too_many_pods`: the caller is a member of as many pods of the event as are allowed", body = Problem),
        (status = 429, description = "`rate_limited`: the caller has reached the limit of new pods, or changes memberships too often", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[post("/v1/events/{id}/pods")]
async fn open(
    who: Confirmed,
    pods: web::Data<Pods>,
    event_id: Path<Uuid>,
    body: Json<PodBody>,
) -> Result<HttpResponse> {
    let id = body.id.unwrap_or_else(Uuid::now_v7);
    let name = dto::name(&body.name)?;
    let new = NewPod { id, event_id: *event_id, name, join_policy: body.join_policy };
    let fresh = pods.open(who.user_id, new).await?;
    let pod = pods.opened(&who, id).await?;
    Ok(if fresh { HttpResponse::Created().json(pod) } else { HttpResponse::Ok().json(pod) })
}

/// The order of the list.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `opened` (in order of opening) if absent, or `newest` (newest first). A cursor is valid for the order that it
    /// came from.
    #[serde(default)]
    #[param(inline)]
    order: Order,
}

/// An event's pods
///
/// For its members: the pods that are not closed, with their free seats.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id"), ListQuery, PageQuery),
    responses(
        (status = 200, description = "A page of pods", body = Page<PodView>),
        (status = 403, description = "`not_member`: the caller has not joined the event", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Token,
        refusals::Query,
    )
)]
#[get("/v1/events/{id}/pods")]
async fn list(
    who: SignedIn,
    pods: web::Data<Pods>,
    event_id: Path<Uuid>,
    query: Query<ListQuery>,
    page: Query<PageQuery>,
) -> Result<Json<Page<PodView>>> {
    let (limit, after) = (page.limit()?, page.position()?);
    let found = pods.of_event(&who, *event_id, query.order, after, limit).await?;
    Ok(Json(Page::of(found, limit, PodView::place)))
}

/// Get a pod
///
/// The event's members see its name and free seats; its own members also see the members.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id")),
    responses(
        (status = 200, description = "The pod", body = PodDetail),
        (status = 404, description = "`not_found`: no such pod, or it is closed, or the caller has not joined its event", body = Problem),
        refusals::Token,
    )
)]
#[get("/v1/pods/{id}")]
async fn get(who: SignedIn, pods: web::Data<Pods>, id: Path<Uuid>) -> Result<Json<PodDetail>> {
    Ok(Json(pods.detail(&who, *id).await?))
}

/// Change a pod
///
/// For its owner.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id")),
    responses(
        (status = 200, description = "The pod as it is now", body = PodDetail),
        (status = 403, description = "`forbidden`: the caller is not the owner; `not_member`: the caller is not a member of the pod", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 429, description = "`rate_limited`: the caller changes pods too often", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[patch("/v1/pods/{id}")]
async fn change(
    who: SignedIn,
    pods: web::Data<Pods>,
    id: Path<Uuid>,
    change: Json<PodChange>,
) -> Result<Json<PodDetail>> {
    let name = change.name.as_deref().map(dto::name).transpose()?;
    pods.change(*id, who.user_id, name, change.join_policy).await?;
    Ok(Json(pods.detail(&who, *id).await?))
}

/// Hand a pod over
///
/// The owner makes another member the owner. Idempotent.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id")),
    responses(
        (status = 200, description = "The pod as it is now", body = PodDetail),
        (status = 403, description = "`forbidden`: the caller is not the owner; `not_member`: the caller is not a member of the pod", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 429, description = "`rate_limited`: the caller changes pods too often", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[put("/v1/pods/{id}/owner")]
async fn hand_over(
    who: SignedIn,
    pods: web::Data<Pods>,
    id: Path<Uuid>,
    new_owner: Json<NewOwner>,
) -> Result<Json<PodDetail>> {
    pods.hand_over(*id, who.user_id, new_owner.user_id).await?;
    Ok(Json(pods.detail(&who, *id).await?))
}

/// Close a pod
///
/// For its owner. All memberships end.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id")),
    responses(
        (status = 204, description = "Closed"),
        (status = 403, description = "`forbidden`: the caller is not the owner; `not_member`: the caller is not a member of the pod", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 429, description = "`rate_limited`: the caller changes pods too often", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/pods/{id}")]
async fn close(who: SignedIn, pods: web::Data<Pods>, id: Path<Uuid>) -> Result<HttpResponse> {
    pods.close(*id, who.user_id).await?;
    Ok(HttpResponse::NoContent().finish())
}
