//! The HTTP routes of posts.

use actix_web::{HttpResponse, delete, get, patch, post, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::service::Posts;
use super::{Kind, NewPost, PostChange, PostView};
use crate::crew::profiles::sign_in::{Confirmed, SignedIn};
use crate::foundation::errors::Result;
use crate::foundation::http::{Json, Page, PageQuery, Path, Problem, Query, refusals};

/// Registers the routes of posts.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(create).service(get).service(change).service(delete);
}

/// A filter of posts.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
struct PostQuery {
    /// Only posts of this kind; all if absent. A cursor is valid for the filter that it came from.
    #[param(inline)]
    kind: Option<Kind>,
}

/// An event's posts
///
/// The newest first, for the event's members, its maker, and moderators.
#[utoipa::path(
    tag = "posts",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id"), PostQuery, PageQuery),
    responses(
        (status = 200, description = "A page of posts", body = Page<PostView>),
        (status = 403, description = "`not_member`: the caller has not joined the event", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Token,
        refusals::Query,
    )
)]
#[get("/v1/events/{id}/posts")]
async fn list(
    who: SignedIn,
    posts: web::Data<Posts>,
    event_id: Path<Uuid>,
    query: Query<PostQuery>,
    page: Query<PageQuery>,
) -> Result<Json<Page<PostView>>> {
    let (limit, before) = (page.limit()?, page.position()?);
    let found = posts.list(&who, *event_id, query.kind, before, limit).await?;
    Ok(Json(Page::of(found, limit, PostView::place)))
}

/// Post something
///
/// For the event's members. With an `id` of the client's own it is safe to repeat the request: the answer is the same
/// post, with 200.
#[utoipa::path(
    tag = "posts",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id")),
    responses(
        (status = 201, description = "The new post", body = PostView),
        (status = 200, description = "The post that an earlier request with this id made", body = PostView),
        (status = 403, description = "`unconfirmed`; `not_member`: not a member of the event", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`conflict`: the id is taken, or is that of a post that was deleted", body = Problem),
        (status = 429, description = "`rate_limited`: the caller has reached the limit of new posts per day", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[post("/v1/events/{id}/posts")]
async fn create(
    who: Confirmed,
    posts: web::Data<Posts>,
    event_id: Path<Uuid>,
    new: Json<NewPost>,
) -> Result<HttpResponse> {
    let (post, is_new) = posts.create(&who, *event_id, new.into_inner()).await?;
    Ok(if is_new { HttpResponse::Created().json(post) } else { HttpResponse::Ok().json(post) })
}

/// Get a post
///
/// For the event's members, its maker, and moderators; for its author also after leaving the event.
#[utoipa::path(
    tag = "posts",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The post's id")),
    responses(
        (status = 200, description = "The post", body = PostView),
        (status = 404, description = "`not_found`: no such post, or the caller may not read it", body = Problem),
        refusals::Token,
    )
)]
#[get("/v1/posts/{id}")]
async fn get(who: SignedIn, posts: web::Data<Posts>, id: Path<Uuid>) -> Result<Json<PostView>> {
    Ok(Json(posts.find(&who, *id).await?))
}

/// Change a post
///
/// For its author. The whole content is replaced. After the first vote in a poll, `closes_at` alone may change, and
/// nothing once it is closed. With an `op` of the client's own it is safe to repeat the request.
#[utoipa::path(
    tag = "posts",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The post's id")),
    responses(
        (status = 200, description = "The post as it is now", body = PostView),
        (status = 403, description = "`forbidden`: another person's, or the caller has left the event", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`conflict`: there are votes in the poll; `poll_closed`: it is closed, and `tally` and `closed_at` say how it ended", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[patch("/v1/posts/{id}")]
async fn change(
    who: SignedIn,
    posts: web::Data<Posts>,
    id: Path<Uuid>,
    change: Json<PostChange>,
) -> Result<Json<PostView>> {
    Ok(Json(posts.change(&who, *id, change.into_inner()).await?))
}

/// Delete a post
///
/// For its author, the event's maker and hosts, and moderators. Its votes, taps, comments and reactions go with it.
#[utoipa::path(
    tag = "posts",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The post's id")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 403, description = "`forbidden`: the caller may read the post, but not delete it", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/posts/{id}")]
async fn delete(who: SignedIn, posts: web::Data<Posts>, id: Path<Uuid>) -> Result<HttpResponse> {
    posts.delete(&who, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
