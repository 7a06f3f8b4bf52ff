//! The HTTP routes of messages. They use the same functions as the pushes on a socket.

use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::amend_routes;
use super::service::Pods;
use crate::crew::messages::{MessagePage, NewMessage, PAGE_DEFAULT, PAGE_MAX, Sent, Span};
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::errors::{Error, Result};
use crate::foundation::http::{Json, Path, Problem, Query, refusals};

/// Registers the routes of messages.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list).service(send);
    amend_routes::routes(config);
}

/// The range of the log.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
struct LogQuery {
    /// Returns the newest messages below this seq.
    before: Option<i64>,
    /// Returns the changes after this position, in ascending order of `changed_seq`, each message once in its newest
    /// form.
    after: Option<i64>,
    /// 1 to 200; 50 if absent.
    limit: Option<usize>,
}

impl LogQuery {
    fn span(&self) -> Result<(Span, usize)> {
        let limit = self.limit.unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Error::invalid("?limit", format!("must be between 1 and {PAGE_MAX}")));
        }
        match (self.before, self.after) {
            (Some(_), Some(_)) => Err(Error::invalid("?after", "give at most one of `before` and `after`")),
            (Some(seq), None) if seq < 1 => Err(Error::invalid("?before", "must be at least 1")),
            (None, Some(seq)) if seq < 0 => Err(Error::invalid("?after", "must not be negative")),
            (Some(seq), None) => Ok((Span::Before(seq), limit)),
            (None, Some(seq)) => Ok((Span::After(seq), limit)),
            (None, None) => Ok((Span::Newest, limit)),
        }
    }
}

/// A pod's messages
///
/// For its members, since they joined, in ascending order. Without `before` and `after`, the newest ones. While `more`
/// is true, request the next page with `next`: as `after` if this request had one, else as `before`.
#[utoipa::path(
    tag = "messages",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id"), LogQuery),
    responses(
        (status = 200, description = "A page of the log", body = MessagePage),
        (status = 403, description = "`not_member`: the caller is not a member of the pod", body = Problem),
        (status = 404, description = "`not_found`: no such pod, or the caller has not joined its event", body = Problem),
        refusals::Token,
        refusals::Query,
    )
)]
#[get("/v1/pods/{id}/messages")]
async fn list(
    who: SignedIn,
    pods: web::Data<Pods>,
    pod_id: Path<Uuid>,
    query: Query<LogQuery>,
) -> Result<Json<MessagePage>> {
    let (span, limit) = query.span()?;
    Ok(Json(pods.log(&who, *pod_id, span, limit).await?))
}

/// A message to send.
#[derive(Debug, Clone, Deserialize, ToSchema)]
struct MessageBody {
    /// The client's own id, which makes the request idempotent.
    id: Option<Uuid>,
    /// 1 to 4,000 characters, at least one of them visible.
    #[schema(min_length = 1, pattern = r"\S")]
    text: String,
    /// The message of the same pod to which it replies.
    reply_to: Option<Uuid>,
    /// The mentioned members, at most 20.
    mentions: Option<Vec<Uuid>>,
    /// Reserved: absent, null or empty.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Uuid>>)]
    attachments: Option<Vec<Value>>,
}

impl MessageBody {
    fn message(self) -> NewMessage {
        let MessageBody { id, text, reply_to, mentions, attachments } = self;
        NewMessage { id: id.unwrap_or_else(Uuid::now_v7), text, reply_to, mentions, attachments }
    }
}

/// Send a message
///
/// The response comes after the message is stored. With an `id` of the client's own, the request can be repeated at any
/// time: the response then contains the first outcome, with status 200.
#[utoipa::path(
    tag = "messages",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The pod's id")),
    responses(
        (status = 201, description = "Stored", body = Sent),
        (status = 200, description = "Stored before", body = Sent),
        (status = 403, description = "`not_member`: the caller is not a member of the pod", body = Problem),
        (status = 404, description = "`not_found`: no such pod, or it is closed, or the caller has not joined its event", body = Problem),
        (status = 409, description = "`conflict`: the id belongs to another person's message", body = Problem),
        (status = 429, description = "`rate_limited`: retry after `Retry-After`", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[post("/v1/pods/{id}/messages")]
async fn send(
    who: SignedIn,
    pods: web::Data<Pods>,
    pod_id: Path<Uuid>,
    body: Json<MessageBody>,
) -> Result<HttpResponse> {
    let sent = pods.send(*pod_id, who.user_id, body.into_inner().message()).await?;
    Ok(if sent.fresh { HttpResponse::Created().json(sent) } else { HttpResponse::Ok().json(sent) })
}
