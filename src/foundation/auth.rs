//! Sign-in by token: JSON Web Tokens signed with HS256.
//!
//! A token carries `sub` (the profile's id), `exp`, and optionally `name`, `email`, `role`, and `sid`, the sign-in of
//! the account that it belongs to; when that sign-in ends, so do its tokens ([`Tokens::end`]). The algorithm is fixed
//! here and never taken from the token's header, so that neither `none` nor a key of another kind is accepted. A token
//! is checked before any row is read, and never reaches a log: [`Tokens`] and the errors contain none of its text.

mod ended;

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use thiserror::Error as ThisError;
use uuid::Uuid;

use self::ended::Ended;
use super::db::Caller;
use super::errors::{Code, Error, Result};
use super::settings::{MIN_SECRET_BYTES, Secret};
use super::text;

/// The longest token that is parsed, in bytes; tokens must fit into a header and a query string anyway.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// How many characters of a name are kept, which is the limit of a display name.
const MAX_NAME_CHARS: usize = 80;

/// The longest mail address that mail servers accept, in bytes.
const MAX_EMAIL_BYTES: usize = 254;

/// The reasons why a token was not accepted. Clients treat them alike (they get a new token); the texts are for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
pub enum Refusal {
    /// The token is missing.
    #[error("a token is required: Authorization: Bearer <token>")]
    Missing,
    /// The header does not have the form `Bearer <token>`.
    #[error("the Authorization header must have the form Bearer <token>")]
    Scheme,
    /// The token is not three parts of base64url with JSON inside.
    #[error("the token must be a JSON Web Token")]
    Shape,
    /// The token is signed with another algorithm than HS256, or not at all.
    #[error("the token must be signed with HS256")]
    Algorithm,
    /// The signature was made with another secret.
    #[error("the token's signature does not match")]
    Forged,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// The sign-in has ended: signed out, on this or another device, or the password was reset.
    #[error("the sign-in has ended")]
    Ended,
    /// `nbf` has not come yet.
    #[error("the token is not valid yet")]
    Early,
    /// A claim is missing or has the wrong type, though the signature is valid.
    #[error(
        "the token's claims must have the right types: UUIDs for sub, sid and gen, a number for exp, texts for the others"
    )]
    Claims,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::because(Code::Unauthorized, refusal.to_string())
    }
}

/// The error of a secret that is too short to sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
#[error("PODIUM_JWT_SECRET must have at least {MIN_SECRET_BYTES} bytes; it has {0}")]
pub struct WeakSecret(usize);

/// The caller, as a valid token names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The profile, `sub`. It may have no row yet: the first request creates it.
    pub user_id: Uuid,
    /// The name of a new profile: one line, at most 80 characters.
    pub name: Option<String>,
    /// The mail address of a new profile.
    pub email: Option<String>,
    /// Whether `role` is `moderator`. Other roles have no meaning.
    pub moderator: bool,
    /// The sign-in of an account, `sid`; tokens of external issuers have none.
    pub sign_in: Option<Uuid>,
    /// The generation of that sign-in's tokens, `gen`.
    pub generation: Option<Uuid>,
    /// Whether the person's e-mail address counts as confirmed: always, unless an account of this server says
    /// otherwise with `email_verified: false`.
    pub confirmed: bool,
    /// The time of `exp`: the token must be renewed before.
    pub expires_at: DateTime<Utc>,
    /// The time when the token becomes invalid and a socket opened with it is closed: `exp` plus the leeway.
    pub ends_at: DateTime<Utc>,
}

impl Identity {
    /// Returns the caller on whose behalf transactions run.
    pub fn caller(&self) -> Caller {
        Caller { user_id: Some(self.user_id), moderator: self.moderator }
    }
}

/// The claims of a new token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// `sub`.
    pub user_id: Uuid,
    /// `name`.
    pub name: Option<String>,
    /// `email`.
    pub email: Option<String>,
    /// `role`; `moderator` is the one that counts.
    pub role: Option<String>,
    /// `sid`.
    pub sign_in: Option<Uuid>,
    /// `gen`.
    pub generation: Option<Uuid>,
    /// `email_verified`, which is left out if it is true.
    pub confirmed: bool,
    /// The time until `exp`.
    pub lifetime: Duration,
}

/// The claims as they are serialized.
#[derive(Serialize, Deserialize)]
struct Body {
    sub: Uuid,
    exp: Seconds,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iat: Option<Seconds>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<Uuid>,
    #[serde(default, rename = "gen", skip_serializing_if = "Option::is_none")]
    generation: Option<Uuid>,
    /// Of any type: issuers write it as a text, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email_verified: Option<serde_json::Value>,
}

/// A NumericDate (RFC 7519): seconds, with a fraction in some issuers' tokens.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Seconds {
    Whole(i64),
    Fraction(f64),
}

impl Seconds {
    fn time(&self) -> Option<DateTime<Utc>> {
        match *self {
            Seconds::Whole(seconds) => DateTime::from_timestamp(seconds, 0),
            // The cast saturates, and a saturated value is outside the calendar.
            Seconds::Fraction(seconds) => DateTime::from_timestamp(seconds.floor() as i64, 0),
        }
    }
}

/// Signs and checks tokens with one secret. Cheap to share behind an `Arc` or `web::Data`.
pub struct Tokens {
    signing: EncodingKey,
    checking: DecodingKey,
    rules: Validation,
    leeway: Duration,
    successors: Hmac<Sha256>,
    devices: Hmac<Sha256>,
    ended: Ended,
}

impl Tokens {
    /// Makes the tokens of this secret.
    ///
    /// # Errors
    /// [`WeakSecret`] if it is shorter than [`MIN_SECRET_BYTES`].
    pub fn new(secret: &Secret) -> Result<Self, WeakSecret> {
        let secret = secret.expose().as_bytes();
        if secret.len() < MIN_SECRET_BYTES {
            return Err(WeakSecret(secret.len()));
        }
        let mut rules = Validation::new(Algorithm::HS256);
        rules.leeway = 0;
        rules.validate_nbf = true;
        // The holder of the secret issues for this server alone; tokens of hosted sign-in services carry an `aud`
        // that has no meaning here.
        rules.validate_aud = false;
        // A signed token contains no NUL, so this derives a separate key.
        let key = keyed(secret).chain_update(b"refresh tokens\0").finalize().into_bytes();
        let devices = keyed(secret).chain_update(b"devices\0").finalize().into_bytes();
        Ok(Tokens {
            signing: EncodingKey::from_secret(secret),
            checking: DecodingKey::from_secret(secret),
            rules,
            leeway: Duration::ZERO,
            successors: keyed(&key),
            devices: keyed(&devices),
            ended: Ended::default(),
        })
    }

    /// Accepts a token this long before its `nbf` and after its `exp` (RFC 7519, sections 4.1.4 and 4.1.5): the clocks
    /// of the issuer and of the checking nodes differ, and a token valid on one node should be valid on all.
    pub fn with_leeway(mut self, leeway: Duration) -> Self {
        // The library counts whole seconds. The rest of `exp` is checked below.
        self.rules.leeway = leeway.as_secs() + u64::from(leeway.subsec_nanos() > 0);
        self.leeway = leeway;
        self
    }

    /// Returns how long a token with this lifetime may be accepted by some node, if no clock is off by more than the
    /// leeway: the issuer's may be ahead, and the checking node's behind.
    pub fn taken_for(&self, lifetime: Duration) -> Duration {
        lifetime + self.leeway * 3
    }

    /// Returns the refresh token that follows this one. It cannot be predicted without the secret, and is the same
    /// whenever and on whichever node it is computed.
    pub fn successor(&self, refresh_token: &[u8; 32]) -> [u8; 32] {
        self.successors.clone().chain_update(refresh_token).finalize().into_bytes().into()
    }

    /// Returns the proof that a device was signed in to this account: its id, and a tag that only this server can make.
    pub fn device(&self, user_id: Uuid, id: Uuid) -> [u8; 32] {
        let tag = self.devices.clone().chain_update(user_id).chain_update(id).finalize().into_bytes();
        let mut proof = [0; 32];
        proof[..16].copy_from_slice(id.as_bytes());
        proof[16..].copy_from_slice(&tag[..16]);
        proof
    }

    /// Returns the id of the device, if this is a proof that it was signed in to this account.
    pub fn proved_device(&self, user_id: Uuid, proof: &[u8; 32]) -> Option<Uuid> {
        let (id, tag) = proof.split_at(16);
        let mac = self.devices.clone().chain_update(user_id).chain_update(id);
        // Compares in constant time.
        mac.verify_truncated_left(tag).ok()?;
        Uuid::from_slice(id).ok()
    }

    /// Refuses the tokens of these sign-ins on this node. They are forgotten after `lifetime`, when the last of their
    /// tokens has expired on every node. Repeated calls change nothing.
    pub fn end(&self, sign_ins: &[Uuid], lifetime: Duration) {
        self.ended.add(sign_ins, self.taken_for(lifetime));
    }

    /// Returns the caller that the token names.
    ///
    /// # Errors
    /// [`Code::Unauthorized`], with a reason for each [`Refusal`].
    pub fn verify(&self, token: &str) -> Result<Identity> {
        Ok(self.judge(token)?)
    }

    /// Returns the caller like [`Tokens::verify`], or the reason for the refusal.
    ///
    /// # Errors
    /// The reason why the token was not accepted.
    pub fn judge(&self, token: &str) -> Result<Identity, Refusal> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refusal::Shape);
        }
        let body =
            decode::<Body>(token, &self.checking, &self.rules).map_err(|error| refusal(error.kind(), token))?.claims;
        let expires_at = body.exp.time().ok_or(Refusal::Claims)?;
        let leeway = chrono::Duration::from_std(self.leeway).ok();
        let ends_at = leeway.and_then(|leeway| expires_at.checked_add_signed(leeway)).unwrap_or(expires_at);
        if ends_at <= Utc::now() {
            return Err(Refusal::Expired);
        }
        if body.sid.is_some_and(|sign_in| self.ended.has(sign_in)) {
            return Err(Refusal::Ended);
        }
        Ok(Identity {
            user_id: body.sub,
            name: body.name.as_deref().and_then(|name| text::mended(name, MAX_NAME_CHARS)),
            email: body.email.filter(|email| email.len() <= MAX_EMAIL_BYTES && !email.contains(char::is_control)),
            moderator: body.role.as_deref() == Some("moderator"),
            sign_in: body.sid,
            confirmed: body.sid.is_none() || body.email_verified != Some(serde_json::Value::Bool(false)),
            generation: body.generation,
            expires_at,
            ends_at,
        })
    }

    /// Signs a new token.
    ///
    /// # Errors
    /// [`Code::Invalid`] if the lifetime exceeds the calendar.
    pub fn mint(&self, claims: &Claims) -> Result<String> {
        let now = Utc::now();
        let expires_at =
            chrono::Duration::from_std(claims.lifetime).ok().and_then(|lifetime| now.checked_add_signed(lifetime));
        let expires_at = expires_at.ok_or_else(|| Error::invalid("/ttl", "must end within the calendar"))?;
        let body = Body {
            sub: claims.user_id,
            // Rounded up, so that a lifetime of one second does not end at once.
            exp: Seconds::Whole(expires_at.timestamp() + 1),
            iat: Some(Seconds::Whole(now.timestamp())),
            name: claims.name.clone(),
            email: claims.email.clone(),
            role: claims.role.clone(),
            sid: claims.sign_in,
            generation: claims.generation,
            email_verified: (!claims.confirmed).then_some(serde_json::Value::Bool(false)),
        };
        encode(&Header::new(Algorithm::HS256), &body, &self.signing).map_err(Error::internal)
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

/// Converts the library's error. The library checks the signature before it reads any claim.
fn refusal(kind: &ErrorKind, token: &str) -> Refusal {
    match kind {
        ErrorKind::ExpiredSignature => Refusal::Expired,
        ErrorKind::ImmatureSignature => Refusal::Early,
        ErrorKind::InvalidSignature => Refusal::Forged,
        ErrorKind::InvalidAlgorithm | ErrorKind::UnsupportedAlgorithm => Refusal::Algorithm,
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) => Refusal::Claims,
        // JSON of the wrong shape: in the header if that cannot be parsed alone, else in the claims.
        ErrorKind::Json(_) => match jsonwebtoken::decode_header(token) {
            Ok(_) => Refusal::Claims,
            Err(_) if names_algorithm(token) => Refusal::Algorithm,
            Err(_) => Refusal::Shape,
        },
        _ => Refusal::Shape,
    }
}

/// Returns `true` if the header is JSON with an `alg`, which then is one that the library does not know, such as
/// `none`.
fn names_algorithm(token: &str) -> bool {
    use base64::Engine;
    let header = token.split('.').next().unwrap_or_default();
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap_or_default();
    serde_json::from_slice::<serde_json::Value>(&header).is_ok_and(|header| header["alg"].is_string())
}

/// Returns the token of an `Authorization: Bearer` header, or `None` without such a header.
///
/// # Errors
/// [`Refusal::Scheme`] if the header has another form.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let (scheme, token) = value.to_str().ok().and_then(|text| text.trim().split_once(' ')).ok_or(Refusal::Scheme)?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(Some(token)).ok_or(Refusal::Scheme)
}

fn identify(request: &HttpRequest) -> Result<Option<Identity>> {
    if let Some(known) = request.extensions().get::<Identity>() {
        return Ok(Some(known.clone()));
    }
    let Some(token) = bearer(request.headers())? else { return Ok(None) };
    let tokens =
        request.app_data::<web::Data<Tokens>>().ok_or_else(|| Error::internal("no Tokens in the app's data"))?;
    let identity = tokens.verify(token)?;
    tracing::Span::current().record("user_id", tracing::field::display(identity.user_id));
    request.extensions_mut().insert(identity.clone());
    Ok(Some(identity))
}

/// Returns the person of the request's token, if it has a valid one.
pub fn person(request: &HttpRequest) -> Option<Uuid> {
    identify(request).ok().flatten().map(|identity| identity.user_id)
}

/// As an argument of a handler: only signed-in callers are accepted.
impl FromRequest for Identity {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(identify(request).and_then(|identity| identity.ok_or_else(|| Refusal::Missing.into())))
    }
}

/// The argument of a handler that also serves callers without a token. An invalid token is still refused: its client
/// believes to be signed in. (`Option<Identity>` would ignore that.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor(pub Option<Identity>);

impl Visitor {
    /// Returns the caller on whose behalf transactions run.
    pub fn caller(&self) -> Caller {
        self.0.as_ref().map_or(Caller::NOBODY, Identity::caller)
    }
}

impl FromRequest for Visitor {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(identify(request).map(Visitor))
    }
}

#[cfg(test)]
mod tests;
