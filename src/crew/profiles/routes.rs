//! HTTP of profiles.

use actix_web::{get, patch, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::{Me, MeChange, Profile, SignedIn, store};
use crate::crew::refusals;
use crate::foundation::db::{Access, Database};
use crate::foundation::errors::Result;
use crate::foundation::http::{Json, Path, Problem};

/// Registers the routes of profiles.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_me).service(change_me).service(get_profile);
}

/// One's own profile
///
/// The first request of a new `sub` creates it, with the name and address that the token carries.
#[utoipa::path(
    tag = "profiles",
    security(("token" = [])),
    responses(
        (status = 200, description = "The caller's profile", body = Me),
        refusals::Token,
    )
)]
#[get("/v1/me")]
async fn get_me(who: SignedIn, database: web::Data<Database>) -> Result<Json<Me>> {
    let me = database.scope(&who.caller, Access::Snapshot, async |conn| store::me(conn, who.user_id).await).await?;
    Ok(Json(me))
}

/// Change one's own profile
///
/// What is absent stays as it is; `null` clears an address.
#[utoipa::path(
    tag = "profiles",
    security(("token" = [])),
    responses(
        (status = 200, description = "The profile as it is now", body = Me),
        refusals::Token,
        refusals::Body,
    )
)]
#[patch("/v1/me")]
async fn change_me(who: SignedIn, database: web::Data<Database>, change: Json<MeChange>) -> Result<Json<Me>> {
    let change = change.into_inner().checked()?;
    let work = async |conn: &mut _| store::change(conn, who.user_id, change).await;
    Ok(Json(database.scope(&who.caller, Access::Write, work).await?))
}

/// Another person's profile
///
/// Only of those with whom one shares an event; `ig_url` only if they reveal it.
#[utoipa::path(
    tag = "profiles",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The profile's id")),
    responses(
        (status = 200, description = "The profile", body = Profile),
        (status = 404, description = "`not_found`: no such person, or none that the caller shares an event with", body = Problem),
        refusals::Token,
    )
)]
#[get("/v1/profiles/{id}")]
async fn get_profile(who: SignedIn, database: web::Data<Database>, id: Path<Uuid>) -> Result<Json<Profile>> {
    let work = async |conn: &mut _| store::profile(conn, *id).await;
    Ok(Json(database.scope(&who.caller, Access::Snapshot, work).await?))
}
