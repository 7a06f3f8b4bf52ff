//! HTTP of one's own marks of a pod.

use actix_web::{patch, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::flags::{Flags, FlagsChange};
use super::{Pods, store};
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::db::{Access, Database};
use crate::foundation::errors::Result;
use crate::foundation::http::{Json, Path, Problem, refusals};

/// Registers the routes of one's own marks.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(change);
}

/// Pin a pod, or mark it as unread
///
/// For its members, each for themselves. What is absent stays. A mark as unread ends when it is taken away, or when the caller
/// reads something new. One's other devices are told by `pod:marked`.
#[utoipa::path(
    tag = "pods",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id")),
    responses(
        (status = 200, description = "The caller's marks as they are now", body = Flags),
        (status = 403, description = "`not_member`: not of the pod", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[patch("/v1/me/pods/{id}")]
async fn change(
    who: SignedIn,
    database: web::Data<Database>,
    pods: web::Data<Pods>,
    id: Path<Uuid>,
    change: Json<FlagsChange>,
) -> Result<Json<Flags>> {
    let work = async |conn: &mut _| {
        store::require_member(conn, *id, who.user_id).await?;
        store::flags::change(conn, *id, who.user_id, *change).await
    };
    let flags = database.scope(&who.caller, Access::Write, work).await?;
    pods.marked(*id, who.user_id, flags);
    Ok(Json(flags))
}
