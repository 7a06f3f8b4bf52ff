//! HTTP routes of memorabilia.

use actix_web::{HttpResponse, delete, get, put, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::service::Shelves;
use super::{Memorabilia, NewMemorabilia, ShelfItem};
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::errors::Result;
use crate::foundation::http::{Json, Page, PagePosition, PageQuery, Path, Problem, Query, refusals};

/// Registers the routes of memorabilia.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get).service(put).service(delete).service(list);
}

/// Get one's memorabilia of an event
///
/// The caller's own, which nobody else can read; also after the caller has left the event.
#[utoipa::path(
    tag = "memorabilia",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id")),
    responses(
        (status = 200, description = "What the caller keeps of the event", body = Memorabilia),
        (status = 404, description = "`not_found`: the caller keeps nothing of the event", body = Problem),
        refusals::Token,
    )
)]
#[get("/v1/events/{id}/memorabilia/me")]
async fn get(who: SignedIn, shelves: web::Data<Shelves>, id: Path<Uuid>) -> Result<Json<Memorabilia>> {
    Ok(Json(shelves.find(&who, *id).await?))
}

/// Keep memorabilia of an event
///
/// For its members, before, during and after it. The body is the whole: absent fields are empty. The request is safe to
/// repeat.
#[utoipa::path(
    tag = "memorabilia",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id")),
    responses(
        (status = 201, description = "What the caller keeps of the event, for the first time", body = Memorabilia),
        (status = 200, description = "What the caller keeps of the event, in place of what was kept before", body = Memorabilia),
        (status = 403, description = "`not_member`: the caller has not joined the event", body = Problem),
        (status = 404, description = "`not_found`: no such event", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[put("/v1/events/{id}/memorabilia/me")]
async fn put(
    who: SignedIn,
    shelves: web::Data<Shelves>,
    id: Path<Uuid>,
    new: Json<NewMemorabilia>,
) -> Result<HttpResponse> {
    let (kept, is_new) = shelves.put(&who, *id, new.into_inner()).await?;
    Ok(if is_new { HttpResponse::Created().json(kept) } else { HttpResponse::Ok().json(kept) })
}

/// Delete one's memorabilia of an event
///
/// Also after the caller has left the event.
#[utoipa::path(
    tag = "memorabilia",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 404, description = "`not_found`: the caller keeps nothing of the event", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/events/{id}/memorabilia/me")]
async fn delete(who: SignedIn, shelves: web::Data<Shelves>, id: Path<Uuid>) -> Result<HttpResponse> {
    shelves.delete(&who, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List one's memorabilia
///
/// The caller's own of all events, the newest first, each with its event.
#[utoipa::path(
    tag = "memorabilia",
    security(("token" = [])),
    params(PageQuery),
    responses(
        (status = 200, description = "A page of the shelf", body = Page<ShelfItem>),
        refusals::Token,
        refusals::Query,
    )
)]
#[get("/v1/me/memorabilia")]
async fn list(who: SignedIn, shelves: web::Data<Shelves>, page: Query<PageQuery>) -> Result<Json<Page<ShelfItem>>> {
    let limit = page.limit()?;
    let kept = shelves.list(&who, page.position()?, limit).await?;
    let place = |item: &ShelfItem| PagePosition { time: item.memorabilia.created_at, id: item.memorabilia.id };
    Ok(Json(Page::of(kept, limit, place)))
}
