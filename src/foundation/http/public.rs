//! Answers that are the same for every caller, so that browsers and proxies may cache them for a while.

use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    self, CacheControl, CacheDirective, ContentDisposition, ETag, EntityTag, Header, IfNoneMatch, TryIntoHeaderValue,
};
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use crate::foundation::errors::Error;

/// How long data that people change may be cached: short enough to go unnoticed, and long enough that a crowd on the
/// same page reaches Postgres only a few times a minute.
const MOMENTS: Duration = Duration::from_secs(10);

/// How long data that only a release changes may be cached.
const RELEASE: Duration = Duration::from_secs(300);

/// A JSON answer with an `ETag` and a `Cache-Control`. A client that has it already (`If-None-Match`) gets 304.
#[derive(Debug)]
pub struct Public<T> {
    value: T,
    age: Duration,
}

impl<T> Public<T> {
    /// Makes an answer with data that people change.
    pub fn for_moments(value: T) -> Self {
        Public { value, age: MOMENTS }
    }

    /// Makes an answer with data that only a release changes.
    pub fn for_a_release(value: T) -> Self {
        Public { value, age: RELEASE }
    }
}

/// The header of a conditional request.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it documents the header, which is read where the answer is made")]
pub struct IfNoneMatchHeader {
    /// The `ETag` of an earlier answer.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

impl<T: Serialize> Responder for Public<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        match serde_json::to_vec(&self.value) {
            Ok(body) => tagged(request, StatusCode::OK, body, "application/json", kept_for(self.age)),
            Err(cause) => Error::internal(cause).error_response(),
        }
    }
}

/// A file to be saved, with an `ETag`, that may be cached for ten seconds.
#[derive(Debug)]
pub struct PublicFile {
    /// The content.
    pub body: String,
    /// The media type.
    pub kind: &'static str,
    /// The name, of ASCII letters, digits, hyphens and dots.
    pub name: String,
}

impl Responder for PublicFile {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut answer = tagged(request, StatusCode::OK, self.body.into_bytes(), self.kind, kept_for(MOMENTS));
        let disposition = ContentDisposition::attachment(self.name).try_into_value();
        if let Ok(disposition) = disposition {
            answer.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
        }
        answer
    }
}

fn kept_for(age: Duration) -> CacheControl {
    let seconds = u32::try_from(age.as_secs()).unwrap_or(u32::MAX);
    CacheControl(vec![CacheDirective::Public, CacheDirective::MaxAge(seconds)])
}

/// Returns `true` if the client has the content with this tag (`If-None-Match`).
pub fn is_held(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|held| held.weak_eq(tag)),
        // The header is absent, or contains no tag of ours.
        Err(_) => false,
    }
}

/// Returns an answer with an `ETag` of its content, or 304 if the client has it. The tag is weak, since the same
/// content may be sent compressed or not.
pub fn tagged(
    request: &HttpRequest,
    status: StatusCode,
    body: Vec<u8>,
    kind: &'static str,
    cache: CacheControl,
) -> HttpResponse {
    let tag = EntityTag::new_weak(URL_SAFE_NO_PAD.encode(&Sha256::digest(&body)[..16]));
    // A refusal cannot be cached.
    let known = status.is_success() && is_held(request, &tag);
    let mut answer = HttpResponse::build(if known { StatusCode::NOT_MODIFIED } else { status });
    answer.insert_header(ETag(tag)).insert_header(cache);
    if known { answer.finish() } else { answer.content_type(kind).body(body) }
}
