//! HTTP routes of comments and reactions.

use actix_web::{HttpResponse, delete, get, patch, post, put, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::service::Remarks;
use super::store::reacting::ReactionPosition;
use super::{Comment, CommentChange, NewComment, Reacted, Reaction, Subject, asked_emoji};
use crate::crew::profiles::sign_in::{Confirmed, SignedIn};
use crate::foundation::errors::Result;
use crate::foundation::http::{Json, Page, PagePosition, PageQuery, Path, Problem, Query, refusals};

/// Registers the routes of comments and reactions.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(comment).service(comments).service(change).service(delete);
    config.service(react).service(take_back).service(reactions);
}

/// Comment on a post
///
/// For members of the event. With an `id` of the client's choice the request is safe to repeat: the answer is the same
/// comment, with 200.
#[utoipa::path(
    tag = "comments",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The post's id")),
    responses(
        (status = 201, description = "The new comment", body = Comment),
        (status = 200, description = "The comment that an earlier request with this id wrote, as it is now", body = Comment),
        (status = 403, description = "`unconfirmed`; `not_member`: the caller is not a member of the event", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`conflict`: the id is taken, or the comment has been deleted", body = Problem),
        (status = 429, description = "`rate_limited`: the caller has reached the limit of new comments per day", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[post("/v1/posts/{id}/comments")]
async fn comment(
    who: Confirmed,
    remarks: web::Data<Remarks>,
    id: Path<Uuid>,
    new: Json<NewComment>,
) -> Result<HttpResponse> {
    let (comment, fresh) = remarks.comment(&who, Subject::Post(*id), new.into_inner()).await?;
    Ok(if fresh { HttpResponse::Created().json(comment) } else { HttpResponse::Ok().json(comment) })
}

/// List a post's comments
///
/// For members of the event, its creator and moderators, the oldest first.
#[utoipa::path(
    tag = "comments",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The post's id"), PageQuery),
    responses(
        (status = 200, description = "A page of comments", body = Page<Comment>),
        (status = 403, description = "`not_member`: the caller is not a member of the event", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Token,
        refusals::Query,
    )
)]
#[get("/v1/posts/{id}/comments")]
async fn comments(
    who: SignedIn,
    remarks: web::Data<Remarks>,
    id: Path<Uuid>,
    page: Query<PageQuery>,
) -> Result<Json<Page<Comment>>> {
    let limit = page.limit()?;
    let found = remarks.comments(&who, Subject::Post(*id), page.position()?, limit).await?;
    Ok(Json(Page::of(found, limit, |found| PagePosition { time: found.created_at, id: found.id })))
}

/// Change a comment
///
/// For its author. `edited_at` is when the text was last changed. With an `op` the request is safe to repeat.
#[utoipa::path(
    tag = "comments",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The comment's id")),
    responses(
        (status = 200, description = "The comment as it is now", body = Comment),
        (status = 403, description = "`forbidden`: another person's; `not_member`: the author is not a member of the event any more", body = Problem),
        (status = 404, description = "`not_found`, or deleted", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[patch("/v1/comments/{id}")]
async fn change(
    who: SignedIn,
    remarks: web::Data<Remarks>,
    id: Path<Uuid>,
    change: Json<CommentChange>,
) -> Result<Json<Comment>> {
    Ok(Json(remarks.change(&who, *id, change.into_inner()).await?))
}

/// Delete a comment
///
/// For its author, the event's creator, hosts and moderators. The request is safe to repeat.
#[utoipa::path(
    tag = "comments",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The comment's id")),
    responses(
        (status = 204, description = "Deleted, now or before"),
        (status = 403, description = "`forbidden`: another person's", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/comments/{id}")]
async fn delete(who: SignedIn, remarks: web::Data<Remarks>, id: Path<Uuid>) -> Result<HttpResponse> {
    remarks.delete(&who, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// React to a post
///
/// For members of the event, with one emoji. A person can add each emoji once; a post has at most 20 different ones. ❤
/// and ❤️ are one emoji, stored as ❤️. The request is safe to repeat.
#[utoipa::path(
    tag = "reactions",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The post's id"),
        ("emoji" = String, Path, description = "One emoji"),
    ),
    responses(
        (status = 200, description = "The reaction exists", body = Reacted),
        (status = 403, description = "`unconfirmed`; `not_member`: the caller is not a member of the event", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 422, description = "`invalid`: not one emoji, or the post has 20 others", body = Problem),
        (status = 429, description = "`rate_limited`: the caller has reached the limit of reactions per day", body = Problem),
        refusals::Token,
    )
)]
#[put("/v1/posts/{id}/reactions/{emoji}")]
async fn react(who: Confirmed, remarks: web::Data<Remarks>, path: Path<(Uuid, String)>) -> Result<Json<Reacted>> {
    let (id, emoji) = path.into_inner();
    Ok(Json(remarks.react(&who, Subject::Post(id), &emoji, true).await?))
}

/// Take back a reaction to a post
///
/// One's own. Taking back a reaction that does not exist is not an error.
#[utoipa::path(
    tag = "reactions",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The post's id"),
        ("emoji" = String, Path, description = "One emoji"),
    ),
    responses(
        (status = 200, description = "The reaction does not exist", body = Reacted),
        (status = 403, description = "`not_member`: the caller is not a member of the event", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 422, description = "`invalid`: not one emoji", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/posts/{id}/reactions/{emoji}")]
async fn take_back(who: SignedIn, remarks: web::Data<Remarks>, path: Path<(Uuid, String)>) -> Result<Json<Reacted>> {
    let (id, emoji) = path.into_inner();
    Ok(Json(remarks.react(&who, Subject::Post(id), &emoji, false).await?))
}

/// A filter of reactions.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
struct ReactionQuery {
    /// One emoji: only reactions with it.
    emoji: Option<String>,
}

/// List who reacted to a post
///
/// For members of the event, its creator and moderators. Ordered by emoji, and those of one emoji from the oldest on.
#[utoipa::path(
    tag = "reactions",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The post's id"), ReactionQuery, PageQuery),
    responses(
        (status = 200, description = "A page of reactions", body = Page<Reaction>),
        (status = 403, description = "`not_member`: the caller is not a member of the event", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Token,
        refusals::Query,
    )
)]
#[get("/v1/posts/{id}/reactions")]
async fn reactions(
    who: SignedIn,
    remarks: web::Data<Remarks>,
    id: Path<Uuid>,
    query: Query<ReactionQuery>,
    page: Query<PageQuery>,
) -> Result<Json<Page<Reaction>>> {
    let emoji = query.emoji.as_deref().map(asked_emoji).transpose()?;
    let (limit, after) = (page.limit()?, page.position()?);
    let found = remarks.reactions(&who, Subject::Post(*id), emoji.as_deref(), after, limit).await?;
    Ok(Json(Page::of(found, limit, |reaction| {
        let position = PagePosition { time: reaction.at, id: reaction.person.id };
        ReactionPosition(reaction.emoji.clone(), position)
    })))
}
