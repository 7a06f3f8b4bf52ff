//! The HTTP routes of votes, closings and taps.

use actix_web::{delete, post, put, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::PostView;
use super::counting::{Counting, TapsAccepted, TapsInput, VoteInput, Voted};
use crate::crew::profiles::sign_in::{Confirmed, SignedIn};
use crate::foundation::errors::Result;
use crate::foundation::http::{Json, Path, Problem, refusals};

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(vote).service(withdraw).service(close).service(tap);
}

/// Vote in a poll
///
/// For the event's members, until the poll is closed. Replaces one's earlier vote; the same vote again changes nothing, so
/// it is safe to repeat the request. Nobody else learns what one voted. The vote stays if one leaves the event.
#[utoipa::path(
    tag = "posts",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The post's id")),
    responses(
        (status = 200, description = "The vote is taken", body = Voted),
        (status = 403, description = "`unconfirmed`; `not_member`: the caller has not joined the event", body = Problem),
        (status = 404, description = "`not_found`: no such post, or the caller may not read it", body = Problem),
        (status = 409, description = "`poll_closed`: `tally` is the final tally, and `closed_at` when the poll was closed", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[put("/v1/posts/{id}/votes/me")]
async fn vote(
    who: Confirmed,
    counting: web::Data<Counting>,
    id: Path<Uuid>,
    vote: Json<VoteInput>,
) -> Result<Json<Voted>> {
    Ok(Json(counting.vote(&who, *id, &vote).await?))
}

/// Withdraw a vote
///
/// Until the poll is closed. Without a vote it changes nothing.
#[utoipa::path(
    tag = "posts",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The post's id")),
    responses(
        (status = 200, description = "There is no vote of the caller", body = Voted),
        (status = 403, description = "`not_member`: the caller has not joined the event", body = Problem),
        (status = 404, description = "`not_found`: no such post, or the caller may not read it", body = Problem),
        (status = 409, description = "`poll_closed`: `tally` is the final tally, and `closed_at` when the poll was closed", body = Problem),
        (status = 422, description = "`invalid`: the post is not a poll", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/posts/{id}/votes/me")]
async fn withdraw(who: SignedIn, counting: web::Data<Counting>, id: Path<Uuid>) -> Result<Json<Voted>> {
    Ok(Json(counting.withdraw(&who, *id).await?))
}

/// Close a poll
///
/// For its author, the event's maker and hosts, and moderators. Its tally is final then. For a closed poll the answer is the
/// same.
#[utoipa::path(
    tag = "posts",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The post's id")),
    responses(
        (status = 200, description = "The closed poll", body = PostView),
        (status = 403, description = "`forbidden`: the caller may read the poll, but not close it", body = Problem),
        (status = 404, description = "`not_found`: no such post, or the caller may not read it", body = Problem),
        (status = 422, description = "`invalid`: the post is not a poll", body = Problem),
        refusals::Token,
    )
)]
#[post("/v1/posts/{id}/close")]
async fn close(who: SignedIn, counting: web::Data<Counting>, id: Path<Uuid>) -> Result<Json<PostView>> {
    Ok(Json(counting.close(&who, *id).await?))
}

/// Tap on hype
///
/// For the event's members, on posts of the kind `hype`. Each device sends the total of its own taps, so it is safe to repeat
/// the request, and several devices of a person all count. A person may tap 20 times a second on a post, and 40 times at
/// once: if `accepted` is less than `total`, the device sends its total again after `retry_after_ms`. A total below the
/// accepted one changes nothing. A person may tap with 8 devices on a post.
#[utoipa::path(
    tag = "posts",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The post's id")),
    responses(
        (status = 200, description = "What is accepted now", body = TapsAccepted),
        (status = 403, description = "`unconfirmed`; `not_member`: the caller has not joined the event", body = Problem),
        (status = 404, description = "`not_found`: no such post, or the caller may not read it", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[put("/v1/posts/{id}/hype/me")]
async fn tap(
    who: Confirmed,
    counting: web::Data<Counting>,
    id: Path<Uuid>,
    taps: Json<TapsInput>,
) -> Result<Json<TapsAccepted>> {
    Ok(Json(counting.tap(&who, *id, taps.into_inner()).await?))
}
