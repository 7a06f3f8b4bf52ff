//! HTTP routes of meet points.

use actix_web::{HttpResponse, delete, get, put, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::service::MeetPoints;
use super::{MeetPoint, NewMeetPoint};
use crate::crew::profiles::sign_in::{Confirmed, SignedIn, Visitor};
use crate::foundation::errors::Result;
use crate::foundation::http::{IfMatch, IfMatchHeader, IfNoneMatchHeader, Json, Path, Problem, Versioned, refusals};

/// Registers the routes of meet points.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get).service(put).service(delete);
}

/// Get the meet point
///
/// For the event's members, its hosts and its maker; for everybody, also without a token, if the event's
/// `meet_point_public` is true.
#[utoipa::path(
    tag = "meet point",
    security((), ("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id"), IfNoneMatchHeader),
    responses(
        (status = 200, description = "The meet point", body = MeetPoint, headers(("ETag" = String, description = "Its version, for `If-Match`"))),
        refusals::Public,
        (status = 403, description = "`not_member`: the caller has not joined the event, and its meet point is not public", body = Problem),
        (status = 404, description = "`not_found`: no such event, or it has no meet point", body = Problem),
        refusals::OptionalToken,
    )
)]
#[get("/v1/events/{id}/meet-point")]
async fn get(who: Visitor, meet_points: web::Data<MeetPoints>, id: Path<Uuid>) -> Result<Versioned<MeetPoint>> {
    Ok(versioned(meet_points.find(&who, *id).await?))
}

/// Set or change the meet point
///
/// For the event's maker and its hosts. The body is the whole meet point. Without `If-Match` it sets the meet point of an
/// event that has none. To change one, send the `ETag` of the version that you have read as `If-Match`: if another person
/// has changed it meanwhile, nothing is done.
#[utoipa::path(
    tag = "meet point",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id"), IfMatchHeader),
    responses(
        (status = 201, description = "The new meet point", body = MeetPoint, headers(("ETag" = String, description = "Its version, for `If-Match`"))),
        (status = 200, description = "The meet point as it is now", body = MeetPoint, headers(("ETag" = String, description = "Its version, for `If-Match`"))),
        (status = 403, description = "`unconfirmed`; `forbidden`: not the event's maker, nor a host; `not_member`: the caller has not joined the event", body = Problem),
        (status = 404, description = "`not_found`: no such event", body = Problem),
        (status = 412, description = "`precondition_failed`: it has another version than `If-Match` names, or there is none any more", body = Problem),
        (status = 428, description = "`precondition_required`: the event has a meet point already; send its `ETag` as `If-Match`", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[put("/v1/events/{id}/meet-point")]
async fn put(
    who: Confirmed,
    meet_points: web::Data<MeetPoints>,
    id: Path<Uuid>,
    condition: IfMatch,
    new: Json<NewMeetPoint>,
) -> Result<Versioned<MeetPoint>> {
    let (meet_point, is_new) = meet_points.put(&who, *id, new.into_inner(), &condition).await?;
    Ok(versioned(meet_point).created_if(is_new))
}

/// Remove the meet point
///
/// For the event's maker and its hosts, and for moderators. With `If-Match` only if it still has that version.
#[utoipa::path(
    tag = "meet point",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id"), IfMatchHeader),
    responses(
        (status = 204, description = "Removed"),
        (status = 400, description = "`malformed`: `If-Match` is not an ETag", body = Problem),
        (status = 403, description = "`forbidden`: not the event's maker, nor a host; `not_member`: the caller has not joined the event", body = Problem),
        (status = 404, description = "`not_found`: no such event, or it has no meet point", body = Problem),
        (status = 412, description = "`precondition_failed`: it has another version than `If-Match` names, or there is none any more", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/events/{id}/meet-point")]
async fn delete(
    who: SignedIn,
    meet_points: web::Data<MeetPoints>,
    id: Path<Uuid>,
    condition: IfMatch,
) -> Result<HttpResponse> {
    meet_points.remove(&who, *id, &condition).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn versioned(meet_point: MeetPoint) -> Versioned<MeetPoint> {
    let version = meet_point.revision;
    Versioned::new(meet_point, version)
}
