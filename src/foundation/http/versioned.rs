//! Resources with versions: an answer carries its version as a strong `ETag`, and a change may name the version that it
//! replaces with `If-Match`, so that of two people who change it at once the second one learns of the first.

use std::future::{Ready, ready};

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentEncoding, ETag, EntityTag};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder, ResponseError};
use serde::Serialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::public::is_held;
use crate::foundation::errors::{Code, Error, Result};

/// A JSON answer with its version as a strong `ETag`. A client that has it already (`If-None-Match`) gets 304.
///
/// The answer is not compressed, on the way neither: proxies that compress make a strong tag weak, and `If-Match` does
/// not compare weak ones.
#[derive(Debug)]
pub struct Versioned<T> {
    value: T,
    version: Uuid,
    status: StatusCode,
}

impl<T> Versioned<T> {
    /// Makes an answer with this version of a resource.
    pub fn new(value: T, version: Uuid) -> Self {
        Versioned { value, version, status: StatusCode::OK }
    }

    /// Returns the answer with 201 if the resource is new.
    #[must_use]
    pub fn created_if(self, is_new: bool) -> Self {
        if is_new { Versioned { status: StatusCode::CREATED, ..self } } else { self }
    }
}

impl<T: Serialize> Responder for Versioned<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let tag = EntityTag::new_strong(self.version.to_string());
        if request.method().is_safe() && is_held(request, &tag) {
            return HttpResponse::NotModified().insert_header(ETag(tag)).finish();
        }
        match serde_json::to_string(&self.value) {
            Ok(body) => HttpResponse::build(self.status)
                .insert_header(ETag(tag))
                .insert_header(ContentEncoding::Identity)
                .content_type("application/json")
                .body(body),
            Err(cause) => Error::internal(cause).error_response(),
        }
    }
}

/// The versions that a request names with `If-Match`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// The request has no condition.
    Absent,
    /// `*`: any version, but there must be one.
    Any,
    /// One of these versions. The list is empty if none of the named ones is of this server.
    Versions(Vec<Uuid>),
}

/// The header of a conditional change, for the document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it documents the header, which `IfMatch` reads")]
pub struct IfMatchHeader {
    /// The `ETag` of the version that the request is about; `*` for any.
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let lines: Vec<_> = request.headers().get_all(header::IF_MATCH).collect();
        ready(read(lines.iter().map(|line| line.to_str().unwrap_or_default())))
    }
}

/// Reads the lines of `If-Match`.
fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Result<IfMatch> {
    let tags: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|tag| !tag.is_empty()).collect();
    if tags.is_empty() {
        return Ok(IfMatch::Absent);
    }
    if tags == ["*"] {
        return Ok(IfMatch::Any);
    }
    let mut versions = Vec::new();
    for tag in tags {
        let tag: EntityTag = tag.parse().map_err(|_| malformed())?;
        // A weak tag matches nothing (RFC 9110, 13.1.1), and neither does another server's.
        versions.extend(Some(tag).filter(|tag| !tag.weak).and_then(|tag| tag.tag().parse::<Uuid>().ok()));
    }
    Ok(IfMatch::Versions(versions))
}

fn malformed() -> Error {
    Error::because(Code::Malformed, "If-Match must be an ETag with its quotation marks, or *")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(lines: &[&str]) -> Result<IfMatch> {
        read(lines.iter().copied())
    }

    #[test]
    fn a_condition_names_versions() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(parsed(&[]).unwrap(), IfMatch::Absent);
        assert_eq!(parsed(&[" * "]).unwrap(), IfMatch::Any);
        assert_eq!(parsed(&[&format!("\"{one}\"")]).unwrap(), IfMatch::Versions(vec![one]));
        let several = format!("\"other\", \"{one}\"");
        assert_eq!(parsed(&[&several, &format!("\"{two}\"")]).unwrap(), IfMatch::Versions(vec![one, two]));
        assert_eq!(parsed(&[&format!("W/\"{one}\"")]).unwrap(), IfMatch::Versions(vec![]));
        assert_eq!(parsed(&[&one.to_string()]).unwrap_err().code, Code::Malformed);
        assert_eq!(parsed(&["*, \"a\""]).unwrap_err().code, Code::Malformed);
    }
}
