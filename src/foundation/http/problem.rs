//! Every refusal is a problem document, also those that no handler made.

use std::collections::BTreeMap;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::openapi::Document;
use crate::foundation::errors::{Code, Error, FieldError};

/// A refusal as it is told ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), `application/problem+json`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: `code` says what happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, for programs.
    pub code: Code,
    /// What happened, for people.
    pub detail: String,
    /// With `invalid`: each value that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<FieldError>>,
    /// With `internal`: the log's name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// Whatever else helps, such as the `id` that is in the way.
    #[serde(flatten)]
    pub details: BTreeMap<String, serde_json::Value>,
}

/// The app's default service: nothing is here, or not by this method.
pub async fn fallback(request: HttpRequest) -> HttpResponse {
    let document = request.app_data::<web::Data<Document>>();
    let methods = document.map(|document| document.methods(request.path())).unwrap_or_default();
    if methods.is_empty() {
        return Error::because(Code::NotFound, "there is nothing at this address").error_response();
    }
    let allow: Vec<&str> = methods.iter().map(Method::as_str).collect();
    let mut response = if request.method() == Method::OPTIONS {
        HttpResponse::NoContent().finish()
    } else {
        Error::new(Code::MethodNotAllowed).error_response()
    };
    let allow = header::HeaderValue::try_from(allow.join(", ")).expect("methods are plain words");
    response.headers_mut().insert(header::ALLOW, allow);
    response
}

/// Stands in an answer's extensions where a refusal is a page for people, and not to be told as a problem.
#[derive(Debug, Clone, Copy)]
pub struct AsItIs;

/// Middleware: an error that the framework answered in its own way is told in ours.
///
/// # Errors
/// Those of the service below.
pub async fn tell<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<BoxBody, B>>, actix_web::Error> {
    let response = next.call(request).await?;
    let status = response.status();
    let ours = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    let ours = ours || response.response().extensions().contains::<AsItIs>();
    if ours || !(status.is_client_error() || status.is_server_error()) {
        return Ok(response.map_into_right_body());
    }
    let (request, old) = response.into_parts();
    let mut new = Error::new(code(status)).error_response();
    // What the framework said by headers, such as CORS', still holds.
    for (name, value) in old.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            new.headers_mut().append(name.clone(), value.clone());
        }
    }
    Ok(ServiceResponse::new(request, new).map_into_left_body())
}

fn code(status: StatusCode) -> Code {
    match status.as_u16() {
        401 => Code::Unauthorized,
        403 => Code::Forbidden,
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        409 => Code::Conflict,
        412 => Code::PreconditionFailed,
        413 => Code::TooLarge,
        415 => Code::UnsupportedType,
        422 => Code::Invalid,
        429 => Code::RateLimited,
        503 => Code::Unavailable,
        500.. => Code::Internal,
        _ => Code::Malformed,
    }
}

/// Middleware: HEAD is served wherever GET is. The encoder leaves the body out, since it remembers the method.
///
/// # Errors
/// Those of the service below.
pub async fn head_as_get<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}
