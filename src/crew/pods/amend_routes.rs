//! The HTTP routes that change a message. They use the same functions as the pushes on a socket.

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

/// A new text or new mentions for a message.
#[derive(Debug, Deserialize, ToSchema)]
struct EditBody {
    /// 1 to 4,000 characters, at least one of them visible.
    #[schema(min_length = 1, pattern = r"\S")]
    text: String,
    /// The mentioned members from now on, at most 20; unchanged if absent. Members who are mentioned already may have
    /// left.
    mentions: Option<Vec<Uuid>>,
    /// The client's own id of this change, which makes the request idempotent.
    op: Option<Uuid>,
}

/// The id by which a repeat is recognized.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
struct OpQuery {
    /// The client's own id of this change, which makes the request idempotent.
    op: Option<Uuid>,
}

/// Edit a message
///
/// For its author. All members receive the change. `seq` in the response is the message's new `changed_seq`, or the
/// current one if text and mentions are the same. `edited_at` is when the text was last changed.
#[utoipa::path(
    tag = "messages",
    security(("token" = [])),
    params(
        ("id" = Uuid, Path, description = "The pod's id"),
        ("message_id" = Uuid, Path, description = "The message's id"),
    ),
    responses(
        (status = 200, description = "Changed, or unchanged", body = Amended),
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
/// For its author. Text, mentions and reactions are erased; the message stays in the log with `deleted_at`.
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
/// For the pod's members, with one emoji. A person can add each emoji once; a message has at most 20 different ones. ❤
/// and ❤️ are one emoji, stored as ❤️.
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
        (status = 200, description = "The reaction exists", body = Amended),
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

/// Remove a reaction
///
/// One's own. Removing a reaction that does not exist is not an error.
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
        (status = 200, description = "The reaction does not exist", body = Amended),
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
