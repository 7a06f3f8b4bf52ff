//! HTTP routes of the caller's devices.

use actix_web::{HttpResponse, delete, get, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::dto::Session;
use super::service::Accounts;
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::auth::Identity;
use crate::foundation::errors::Result;
use crate::foundation::http::{Json, Page, Path, Problem, refusals};

/// Registers the routes of the caller's devices.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(end);
}

/// List the devices that are signed in
///
/// The one last used first, at most 100, in one page. Tokens of an outside issuer have no sessions here.
#[utoipa::path(
    tag = "accounts",
    security(("token" = [])),
    responses(
        (status = 200, description = "The devices", body = Page<Session>),
        refusals::Token,
    )
)]
#[get("/v1/me/sessions")]
async fn list(who: SignedIn, identity: Identity, accounts: web::Data<Accounts>) -> Result<Json<Page<Session>>> {
    let sessions = accounts.sessions(&who.caller, who.user_id, identity.sign_in).await?;
    Ok(Json(Page::whole(sessions)))
}

/// Sign a device out
///
/// Ends its refresh and access tokens, and its sockets.
#[utoipa::path(
    tag = "accounts",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The session's id")),
    responses(
        (status = 204, description = "Signed out"),
        (status = 404, description = "`not_found`: not the caller's, or signed out already", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/me/sessions/{id}")]
async fn end(who: SignedIn, accounts: web::Data<Accounts>, id: Path<Uuid>) -> Result<HttpResponse> {
    accounts.end_session(&who.caller, who.user_id, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}
