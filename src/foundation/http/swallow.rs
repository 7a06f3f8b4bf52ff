//! Refuses inputs that an operation does not have: the caller would believe that they have an effect.
//!
//! The fields of bodies are checked when they are [deserialized](crate::foundation::strict). Query parameters, and
//! bodies of operations that take none, are checked here, by the OpenAPI document.

use actix_web::body::{BodyStream, BoxBody, EitherBody, MessageBody, to_bytes_limited};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, ResponseError, web};

use super::openapi::Document;
use crate::foundation::errors::{Error, FieldError, Result};

/// The most bytes of a body without content, such as `{}` and `null`, which some clients always send.
const EMPTY: usize = 4;

/// Middleware: refuses query parameters that the operation does not have, and a body if it takes none.
///
/// # Errors
/// Those of the inner service.
pub async fn held_to_document<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<BoxBody, B>>, actix_web::Error> {
    match check(&mut request).await {
        Ok(()) => Ok(next.call(request).await?.map_into_right_body()),
        Err(error) => Ok(request.into_response(error.error_response()).map_into_left_body()),
    }
}

async fn check(request: &mut ServiceRequest) -> Result<()> {
    let may_have_body = *request.method() != Method::GET && has_body(request);
    if request.query_string().is_empty() && !may_have_body {
        return Ok(());
    }
    let Some(document) = request.app_data::<web::Data<Document>>().cloned() else { return Ok(()) };
    let pattern = request.match_pattern().unwrap_or_default();
    let Some(taken) = document.taken(request.method(), &pattern) else { return Ok(()) };
    let names = form_urlencoded::parse(request.query_string().as_bytes()).map(|(name, _)| name);
    let unknown = names.filter(|name| !taken.query.contains(name.as_ref()));
    let named =
        |name| FieldError { pointer: format!("?{name}").into(), detail: "is not a parameter of this request".into() };
    let unknown: Vec<FieldError> = unknown.take(20).map(named).collect();
    if !unknown.is_empty() {
        return Err(Error::invalid_fields(unknown));
    }
    if may_have_body && !taken.body {
        let body = BodyStream::new(request.take_payload());
        if to_bytes_limited(body, EMPTY).await.is_err() {
            return Err(Error::invalid("", "must be absent: this request takes no body"));
        }
    }
    Ok(())
}

fn has_body(request: &ServiceRequest) -> bool {
    let headers = request.headers();
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    length.map_or(headers.contains_key(header::TRANSFER_ENCODING), |length| length > EMPTY)
}
