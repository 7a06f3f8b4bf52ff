//! HTTP of what becomes of a message after it was sent. It goes the same way as the pushes on a socket.

use actix_web::{delete, patch, put, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::service::Pods;
use crate::crew::messages::refusals::ChangeRefused;
use crate::crew::messages::{Amended, Amendment};
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::errors::Result;
use crate::foundation::http::{Json, Path, Query, refusals};

/// Registers the routes of changes to messages.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(edit).service(delete).service(react).service(take_back);
}

/// New words for a message, or others whom it names.
#[derive(Debug, Deserialize, ToSchema)]
struct EditBody {
    /// 1 to 4,000 characters, at least one of which is visible.
    #[schema(min_length = 1, pattern = r"\S")]
    text: String,
    /// The members that it names from now on, at most 20; as before if absent. Whom it names already may have left.
    mentions: Option<Vec<Uuid>>,
    /// The client's own id of this change, which makes it safe to ask again.
    op: Option<Uuid>,
}

/// By which a repeat is known.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
struct OpQuery {
    /// The client's own id of this change, which makes it safe to ask again.
    op: Option<Uuid>,
}

/// Edit a message
///
/// For its author. Everybody's copy changes; `seq` in the answer is the message's new `changed_seq`, or the one it has if
/// words and mentions are the same. `edited_at` tells when the words changed.
#[utoipa::path(
    tag = "messages",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The pod's id"),
        ("message_id" = Uuid, Path, description = "The message's id"),
    ),
    responses(
        (status = 200, description = "Changed, or as it was", body = Amended),
        ChangeRefused,
        refusals::Token,
        refusals::Body,
    )
)]
#[patch("/v1/pods/{id}/messages/{message_id}")]
async fn edit(
    who: SignedIn,
    pods: web::Data<Pods>,
    path: Path<(Uuid, Uuid)>,
    body: Json<EditBody>,
) -> Result<Json<Amended>> {
    let (pod_id, id) = path.into_inner();
    let EditBody { text, mentions, op } = body.into_inner();
    Ok(Json(pods.amend(pod_id, who.user_id, id, Amendment::Edit { text, mentions }, op).await?))
}

/// Delete a message
///
/// For its author. The words, mentions and reactions are gone for good; the message stays in the log with `deleted_at`.
#[utoipa::path(
    tag = "messages",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The pod's id"),
        ("message_id" = Uuid, Path, description = "The message's id"),
        OpQuery,
    ),
    responses(
        (status = 200, description = "Deleted, now or before", body = Amended),
        ChangeRefused,
        refusals::Token,
        refusals::Query,
    )
)]
#[delete("/v1/pods/{id}/messages/{message_id}")]
async fn delete(
    who: SignedIn,
    pods: web::Data<Pods>,
    path: Path<(Uuid, Uuid)>,
    query: Query<OpQuery>,
) -> Result<Json<Amended>> {
    let (pod_id, id) = path.into_inner();
    Ok(Json(pods.amend(pod_id, who.user_id, id, Amendment::Delete, query.op).await?))
}

/// React to a message
///
/// For the pod's members, with one emoji; each person once with each. A message has at most 20 different ones. ❤ and ❤️ are one
/// emoji, whichever is asked with; it is kept as ❤️.
#[utoipa::path(
    tag = "messages",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The pod's id"),
        ("message_id" = Uuid, Path, description = "The message's id"),
        ("emoji" = String, Path, description = "One emoji"),
        OpQuery,
    ),
    responses(
        (status = 200, description = "The reaction is there", body = Amended),
        ChangeRefused,
        refusals::Token,
        refusals::Query,
    )
)]
#[put("/v1/pods/{id}/messages/{message_id}/reactions/{emoji}")]
async fn react(
    who: SignedIn,
    pods: web::Data<Pods>,
    path: Path<(Uuid, Uuid, String)>,
    query: Query<OpQuery>,
) -> Result<Json<Amended>> {
    let (pod_id, id, emoji) = path.into_inner();
    Ok(Json(pods.amend(pod_id, who.user_id, id, Amendment::React { emoji, on: true }, query.op).await?))
}

/// Take a reaction back
///
/// One's own. It is no error if it was not there.
#[utoipa::path(
    tag = "messages",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The pod's id"),
        ("message_id" = Uuid, Path, description = "The message's id"),
        ("emoji" = String, Path, description = "One emoji"),
        OpQuery,
    ),
    responses(
        (status = 200, description = "The reaction is not there", body = Amended),
        ChangeRefused,
        refusals::Token,
        refusals::Query,
    )
)]
#[delete("/v1/pods/{id}/messages/{message_id}/reactions/{emoji}")]
async fn take_back(
    who: SignedIn,
    pods: web::Data<Pods>,
    path: Path<(Uuid, Uuid, String)>,
    query: Query<OpQuery>,
) -> Result<Json<Amended>> {
    let (pod_id, id, emoji) = path.into_inner();
    Ok(Json(pods.amend(pod_id, who.user_id, id, Amendment::React { emoji, on: false }, query.op).await?))
}
