//! Problem documents, for every refusal, also those that no handler made.

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

/// A refusal in its form over HTTP ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), `application/problem+json`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// The type; `about:blank`, since `code` says what happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// The name of the status.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The code, for programs.
    pub code: Code,
    /// The reason, for people.
    pub detail: String,
    /// The values that are not valid, with `invalid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<FieldError>>,
    /// The id under which the log has the cause, with `internal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// Further members, such as the `id` that is in conflict.
    #[serde(flatten)]
    pub details: BTreeMap<String, serde_json::Value>,
}

/// The app's default service: refuses an unknown address, or a method that the address does not support.
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

/// A marker in an answer's extensions: the refusal is a page for people, and stays as it is.
#[derive(Debug, Clone, Copy)]
pub struct AsItIs;

/// Middleware: turns an error that the framework answered into a problem document.
///
/// # Errors
/// Those of the inner service.
pub async fn as_problems<B: MessageBody + 'static>(
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
    // Headers set by the framework, such as CORS', still apply.
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

/// Middleware: serves HEAD wherever GET is served. The encoder omits the body, since it knows the method.
///
/// # Errors
/// Those of the inner service.
pub async fn head_as_get<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}
