//! Answers that are the same for everybody, so that browsers and proxies may keep them for a while.

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

/// How long what people change may be shown as it was: short enough that nobody minds, and long enough that a crowd's look at
/// the same page reaches Postgres a few times a minute only.
const MOMENTS: Duration = Duration::from_secs(10);

/// How long what only a release changes may be shown as it was.
const RELEASE: Duration = Duration::from_secs(300);

/// A JSON answer with an `ETag` and a `Cache-Control`. Whoever has it already (`If-None-Match`) is told so, by 304.
#[derive(Debug)]
pub struct Public<T> {
    value: T,
    age: Duration,
}

impl<T> Public<T> {
    /// For what people change.
    pub fn for_moments(value: T) -> Self {
        Public { value, age: MOMENTS }
    }

    /// For what only a release changes.
    pub fn for_a_release(value: T) -> Self {
        Public { value, age: RELEASE }
    }
}

/// What the caller has already.
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

/// A file to be saved, with an `ETag`, that may be kept for some moments.
#[derive(Debug)]
pub struct PublicFile {
    /// What is in it.
    pub body: String,
    /// Its media type.
    pub kind: &'static str,
    /// Its name, of ASCII letters, digits, hyphens and dots.
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

/// Returns whether the caller has what this tag stands for (`If-None-Match`).
pub fn is_held(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|held| held.weak_eq(tag)),
        // None was named, or none that could be ours.
        Err(_) => false,
    }
}

/// Returns an answer with an `ETag` of what it says, or 304 for whoever has it. The tag is a weak one, since the same may be
/// sent compressed or not.
pub fn tagged(
    request: &HttpRequest,
    status: StatusCode,
    body: Vec<u8>,
    kind: &'static str,
    cache: CacheControl,
) -> HttpResponse {
    let tag = EntityTag::new_weak(URL_SAFE_NO_PAD.encode(&Sha256::digest(&body)[..16]));
    // What is not there cannot be held already.
    let known = status.is_success() && is_held(request, &tag);
    let mut answer = HttpResponse::build(if known { StatusCode::NOT_MODIFIED } else { status });
    answer.insert_header(ETag(tag)).insert_header(cache);
    if known { answer.finish() } else { answer.content_type(kind).body(body) }
}
