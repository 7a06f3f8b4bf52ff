//! Extractors of bodies, queries and paths.

use std::ops::Deref;
use std::time::Duration;

use actix_web::body::EitherBody;
use actix_web::dev::Payload;
use actix_web::error::{JsonPayloadError, PayloadError, QueryPayloadError};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder, web};
use futures_util::future::{LocalBoxFuture, Ready, ready};
use futures_util::{FutureExt, StreamExt};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use serde_path_to_error::Segment;

use super::client::ClientAddress;
use crate::foundation::auth;
use crate::foundation::errors::{Code, Error, FieldError, Result};
use crate::foundation::limits::{Budget, Counted, Share};
use crate::foundation::settings::Settings;
use crate::foundation::strict::{self, Unread};

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// The size limit of a body, in bytes, and the budget of all bodies.
#[derive(Clone)]
pub(super) struct BodyLimits {
    /// The most bytes of a body, unless its route declares another number.
    pub each: usize,
    /// The budget of all bodies that are being received.
    pub all: Budget<Counted>,
}

/// A JSON body, as an argument and as an answer.
///
/// Refused are: another content type (415), more bytes than `MOST`, or than `PODIUM_LIMIT_BODY_BYTES` where a route
/// declares no number (413), a body that is not JSON (400), and a value of the wrong type, an unknown field, or a
/// string with a NUL, which Postgres cannot store (422, with its pointer); further, with 503, a body for which the
/// budget of all bodies has no room.
#[derive(Debug)]
pub struct Json<T, const MOST: usize = 0>(pub T);

/// The query string. A parameter of the wrong type is refused with 422. Several of these extractors may share one
/// query; parameters unknown to all of them are refused by [`held_to_document`](super::held_to_document).
#[derive(Debug)]
pub struct Query<T>(pub T);

/// The parameters of the path. A value of the wrong type, such as an id that is not a UUID, gives 404.
#[derive(Debug)]
pub struct Path<T>(pub T);

macro_rules! wraps {
    ($($wrapper:ident $(<$most:ident>)?),*) => {$(
        impl<T $(, const $most: usize)?> $wrapper<T $(, $most)?> {
            /// Returns the value.
            pub fn into_inner(self) -> T {
                self.0
            }
        }

        impl<T $(, const $most: usize)?> Deref for $wrapper<T $(, $most)?> {
            type Target = T;

            fn deref(&self) -> &T {
                &self.0
            }
        }
    )*};
}

wraps!(Json<MOST>, Query, Path);

impl<T: DeserializeOwned + 'static, const MOST: usize> FromRequest for Json<T, MOST> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !is_json(request) {
            return ready(Err(unsupported_type())).boxed_local();
        }
        let Some(limits) = request.app_data::<BodyLimits>() else {
            return ready(Err(Error::internal("no BodyLimits in the app's data"))).boxed_local();
        };
        let limit = if MOST == 0 { limits.each } else { MOST };
        let proxies = request.app_data::<web::Data<Settings>>().map_or(&[][..], |settings| &settings.trusted_proxies);
        let share = limits.all.share(Counted::of(auth::person(request), ClientAddress::of(request, proxies)));
        let body = read_body(payload.take(), limit, share);
        async move {
            match tokio::time::timeout(PATIENCE, body).await {
                Ok(body) => parse(&body?).map(Json),
                Err(_) => Err(Error::because(Code::Malformed, "the body must arrive within 20 seconds")),
            }
        }
        .boxed_local()
    }
}

impl<T: Serialize> Responder for Json<T> {
    type Body = EitherBody<String>;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse<Self::Body> {
        web::Json(self.0).respond_to(request)
    }
}

fn is_json(request: &HttpRequest) -> bool {
    // `HttpMessage::mime_type` refuses a space before the semicolon, which HTTP allows.
    let value = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn unsupported_type() -> Error {
    Error::because(Code::UnsupportedType, "the content type must be application/json")
}

fn too_large(limit: usize) -> Error {
    Error::because(Code::TooLarge, format!("the body must have at most {limit} bytes")).with("limit_bytes", limit)
}

async fn read_body(mut payload: Payload, limit: usize, mut share: Share<Counted>) -> Result<web::BytesMut> {
    let mut body = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|cause| Error::because(Code::Malformed, format!("the body could not be read: {cause}")))?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        share.grow(chunk.len())?;
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let text = std::str::from_utf8(body).map_err(|_| Error::because(Code::Malformed, "the body must be UTF-8"))?;
    let mut json = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let read = strict::read(serde_path_to_error::Deserializer::new(&mut json, &mut track));
    if let Err(Unread { cause: Some(cause), mut unknown }) = read {
        // Deserialization stops at a wrong value; what follows may not even be JSON.
        serde_json::from_slice::<IgnoredAny>(body).map_err(|error| unread(&error))?;
        if !strict::is_data(&cause) {
            return Err(unread(&cause));
        }
        let detail = strict::without_position(&cause).into();
        unknown.push(FieldError { pointer: pointer(track.path().iter()).into(), detail });
        return Err(Error::invalid_fields(unknown));
    }
    json.end().map_err(|error| unread(&error))?;
    // Serde would accept a list for a struct.
    if !text.trim_start().starts_with('{') {
        return Err(Error::invalid("", "must be an object"));
    }
    if let Some(pointer) = nul(body) {
        return Err(Error::invalid(pointer, "must not contain NUL"));
    }
    read.map_err(|unread| Error::invalid_fields(unread.unknown))
}

/// Converts serde's error: the body is not JSON, or a value in it is wrong.
fn unread(error: &serde_json::Error) -> Error {
    if strict::is_data(error) {
        Error::invalid("", strict::without_position(error))
    } else {
        Error::because(Code::Malformed, format!("the body must be JSON: {error}"))
    }
}

fn pointer<'a>(path: impl Iterator<Item = &'a Segment>) -> String {
    let mut pointer = String::new();
    for segment in path {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } | Segment::Enum { variant: key } => strict::escaped(key),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&part);
    }
    pointer
}

/// Returns the pointer of the first string or key that contains a NUL. JSON can write one only as an escape, so for
/// most bodies the search for that is enough.
fn nul(body: &[u8]) -> Option<String> {
    const ESCAPE: &[u8] = br"\u0000";
    body.windows(ESCAPE.len()).any(|window| window == ESCAPE).then_some(())?;
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => nul_within(&value),
        // It was parsed once, so this can only fail at a depth that was skipped before.
        Err(_) => Some(String::new()),
    }
}

fn nul_within(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| Some(format!("/{index}{}", nul_within(item)?)))
        }
        Value::Object(members) => members.iter().find_map(|(key, member)| {
            let below = if key.contains('\0') { Some(String::new()) } else { nul_within(member) };
            Some(format!("/{}{}", strict::escaped(key), below?))
        }),
        _ => None,
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse_query(request.query_string()).map(Query))
    }
}

fn parse_query<T: DeserializeOwned>(text: &str) -> Result<T> {
    // The parser would replace invalid bytes.
    let readable = |part: &&str| percent_encoding::percent_decode_str(part).decode_utf8().is_ok();
    if let Some(pair) = text.split('&').find(|pair| !readable(pair)) {
        let name = pair.split('=').next().filter(readable).unwrap_or_default();
        return Err(Error::invalid(format!("?{name}"), "must be UTF-8"));
    }
    let parameters = form_urlencoded::parse(text.as_bytes());
    if let Some((name, _)) = parameters.clone().find(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(Error::invalid(format!("?{name}"), "must not contain NUL"));
    }
    let reader = serde_urlencoded::Deserializer::new(parameters);
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let name = pointer(error.path().iter());
        Error::invalid(format!("?{}", name.trim_start_matches('/')), error.inner().to_string())
    })
}

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parts = request.match_info();
        let without_nul = parts.iter().all(|(_, part)| !part.contains('\0') && !part.contains("%00"));
        let read = web::Path::<T>::extract(request).now_or_never().and_then(|path| path.ok()).filter(|_| without_nul);
        ready(read.map(|path| Path(path.into_inner())).ok_or_else(no_such_path))
    }
}

pub(super) fn no_such_path() -> Error {
    Error::new(Code::NotFound)
}

/// Converts the error of actix's own extractor, which has no pointer.
pub(super) fn body_error(error: JsonPayloadError) -> Error {
    match &error {
        JsonPayloadError::ContentType => unsupported_type(),
        JsonPayloadError::OverflowKnownLength { limit, .. } | JsonPayloadError::Overflow { limit } => too_large(*limit),
        JsonPayloadError::Deserialize(cause) => unread(cause),
        JsonPayloadError::Payload(PayloadError::Overflow) => Error::new(Code::TooLarge),
        other => Error::because(Code::Malformed, format!("the body could not be read: {other}")),
    }
}

/// Converts the error of actix's own extractor, which does not name the parameter.
pub(super) fn query_error(error: &QueryPayloadError) -> Error {
    Error::invalid("?", error.to_string())
}
