//! HTTP routes of inboxes.

use actix_web::{get, patch, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::service::Inboxes;
use super::{Flags, FlagsChange, InboxEntry};
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::errors::Result;
use crate::foundation::http::{Json, Page, PagePosition, PageQuery, Path, Problem, Query, refusals};

/// Registers the routes of inboxes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(change);
}

/// List the caller's pods
///
/// The newest activity first, each with its last message, unread count, members, and the caller's flags.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(PageQuery),
    responses(
        (status = 200, description = "A page of the caller's pods", body = Page<InboxEntry>),
        refusals::Token,
        refusals::Query,
    )
)]
#[get("/v1/me/pods")]
async fn list(who: SignedIn, inboxes: web::Data<Inboxes>, page: Query<PageQuery>) -> Result<Json<Page<InboxEntry>>> {
    let (limit, before) = (page.limit()?, page.position()?);
    let entries = inboxes.list(&who.caller, who.user_id, before, limit.rows()).await?;
    Ok(Json(Page::of(entries, limit, |entry| PagePosition { time: entry.active_at, id: entry.view.pod.id })))
}

/// Pin a pod, or mark it as unread
///
/// For its members, each for themselves. Absent fields stay as they are. A mark as unread ends when it is removed, or
/// when the caller reads something new. The caller's other devices receive `pod:marked`.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id")),
    responses(
        (status = 200, description = "The caller's flags as they are now", body = Flags),
        (status = 403, description = "`not_member`: the caller is not a member of the pod", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[patch("/v1/me/pods/{id}")]
async fn change(
    who: SignedIn,
    inboxes: web::Data<Inboxes>,
    id: Path<Uuid>,
    change: Json<FlagsChange>,
) -> Result<Json<Flags>> {
    Ok(Json(inboxes.mark(&who.caller, who.user_id, *id, *change).await?))
}
