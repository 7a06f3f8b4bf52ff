//! HTTP routes of profiles.

use actix_web::{get, patch, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::service::Profiles;
use super::sign_in::SignedIn;
use super::{Me, MeChange, Profile};
use crate::foundation::errors::{Error, Result};
use crate::foundation::http::{Json, Page, Path, Problem, Query, refusals};

/// The most ids in one request.
const MAX_IDS: usize = 100;

/// Registers the routes of profiles.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_me).service(change_me).service(get_profiles).service(get_profile);
}

/// Read the caller's profile
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
async fn get_me(who: SignedIn, profiles: web::Data<Profiles>) -> Result<Json<Me>> {
    Ok(Json(profiles.me(&who).await?))
}

/// Change the caller's profile
///
/// Absent fields stay as they are; `null` clears an address or the language.
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
async fn change_me(who: SignedIn, profiles: web::Data<Profiles>, change: Json<MeChange>) -> Result<Json<Me>> {
    Ok(Json(profiles.change(&who, change.into_inner()).await?))
}

/// The profiles to read.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
struct ProfilesQuery {
    /// 1 to 100 ids of profiles, separated by commas.
    ids: String,
}

impl ProfilesQuery {
    fn ids(&self) -> Result<Vec<Uuid>> {
        let ids: Option<Vec<Uuid>> = self.ids.split(',').map(|id| Uuid::try_parse(id.trim()).ok()).collect();
        let ids = ids.ok_or_else(|| Error::invalid("?ids", "must be ids separated by commas"))?;
        if ids.len() > MAX_IDS {
            return Err(Error::invalid("?ids", format!("must be at most {MAX_IDS} ids")));
        }
        Ok(ids)
    }
}

/// Read several profiles
///
/// Each as in `GET /v1/profiles/{id}`, in no order. Profiles that the caller may not see are left out. Use it for a
/// page of a log, which may name people who have left.
#[utoipa::path(
    tag = "profiles",
    security(("token" = [])),
    params(ProfilesQuery),
    responses(
        (status = 200, description = "The profiles that the caller may see", body = Page<Profile>),
        refusals::Token,
        refusals::Query,
    )
)]
#[get("/v1/profiles")]
async fn get_profiles(
    who: SignedIn,
    profiles: web::Data<Profiles>,
    query: Query<ProfilesQuery>,
) -> Result<Json<Page<Profile>>> {
    let ids = query.ids()?;
    Ok(Json(Page::whole(profiles.people(&who, &ids).await?)))
}

/// Read a profile
///
/// The caller must share an event with the person; `ig_url` is null unless they reveal it.
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
async fn get_profile(who: SignedIn, profiles: web::Data<Profiles>, id: Path<Uuid>) -> Result<Json<Profile>> {
    Ok(Json(profiles.profile(&who, *id).await?))
}
