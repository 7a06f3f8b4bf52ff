//! Answers that are the same for everybody, so that browsers and proxies may keep them for a while.

use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::http::header::{CacheControl, CacheDirective, ETag, EntityTag, Header, IfNoneMatch};
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
///
/// The tag is a weak one: it is made of the JSON, and the same JSON may be sent compressed or not.
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
pub struct Known {
    /// The `ETag` of an earlier answer.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

impl<T: Serialize> Responder for Public<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let body = match serde_json::to_vec(&self.value) {
            Ok(body) => body,
            Err(cause) => return Error::internal(cause).error_response(),
        };
        let tag = EntityTag::new_weak(URL_SAFE_NO_PAD.encode(&Sha256::digest(&body)[..16]));
        let known = match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Any) => true,
            Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
            // None was named, or none that could be ours.
            Err(_) => false,
        };
        let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        let age = u32::try_from(self.age.as_secs()).unwrap_or(u32::MAX);
        response
            .insert_header(ETag(tag))
            .insert_header(CacheControl(vec![CacheDirective::Public, CacheDirective::MaxAge(age)]));
        if known { response.finish() } else { response.content_type("application/json").body(body) }
    }
}
