//! Sign-in by token: JSON Web Tokens signed with HS256.
//!
//! A token carries `sub` (the profile's id), `exp`, and perhaps `name`, `email`, `role`, and `sid`, the sign-in of an
//! account of ours that it belongs to; when that ends, its tokens do ([`Tokens::end`]). The algorithm is fixed
//! here and never taken from the token's header, so that neither `none` nor another family of keys gets in. A token
//! is judged before any row is read, and never reaches a log: [`Tokens`] and the errors carry none of its text.

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

/// Longer texts are not looked at: they must fit into a header and a query string anyway.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Characters of a name that are kept; a display name is no longer.
const MAX_NAME_CHARS: usize = 80;

/// The longest address that mail servers carry.
const MAX_EMAIL_BYTES: usize = 254;

/// Why a token was not accepted. A client acts alike on all of them (it gets a new one); the words are for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
pub enum Refusal {
    /// There is none.
    #[error("a token is needed: Authorization: Bearer <token>")]
    Missing,
    /// The header is there, but is not `Bearer <token>`.
    #[error("the Authorization header is not of the form Bearer <token>")]
    Scheme,
    /// Not three parts of base64url, or no JSON inside.
    #[error("the token is not a JSON Web Token")]
    Shape,
    /// Signed in another way than HS256, or not at all.
    #[error("the token must be signed with HS256")]
    Algorithm,
    /// The signature is not ours.
    #[error("the token's signature does not match")]
    Forged,
    /// `exp` has come.
    #[error("the token has expired")]
    Expired,
    /// Its sign-in has ended: signed out, here or from another device, or the password was reset.
    #[error("the sign-in has ended")]
    Ended,
    /// `nbf` has not come yet.
    #[error("the token is not valid yet")]
    Early,
    /// Well signed, but `sub` is no UUID, `exp` is missing, or another claim has the wrong type.
    #[error("the token's claims are wrong: sub, sid and gen must be UUIDs, exp a number, name, email and role texts")]
    Claims,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::because(Code::Unauthorized, refusal.to_string())
    }
}

/// The secret is too short to sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
#[error("PODIUM_JWT_SECRET: the secret has {0} bytes; expected at least {MIN_SECRET_BYTES}")]
pub struct WeakSecret(usize);

/// Who a valid token says is calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The profile, `sub`. It may not have a row yet: the first request makes it.
    pub user_id: Uuid,
    /// What a new profile is called: one line, at most 80 characters.
    pub name: Option<String>,
    /// Where a new profile is reached.
    pub email: Option<String>,
    /// Whether `role` is `moderator`. Other roles mean nothing here.
    pub moderator: bool,
    /// The sign-in of an account of ours, `sid`; tokens of outside issuers have none.
    pub sign_in: Option<Uuid>,
    /// Which pair of that sign-in's tokens it is of, `gen`.
    pub generation: Option<Uuid>,
    /// `exp`: until then the token is to be renewed.
    pub expires_at: DateTime<Utc>,
    /// From then on the token is worth nothing, and a socket that came with it is closed: `exp` and the leeway.
    pub ends_at: DateTime<Utc>,
}

impl Identity {
    /// On whose behalf transactions run.
    pub fn caller(&self) -> Caller {
        Caller { user_id: Some(self.user_id), moderator: self.moderator }
    }
}

/// What is put into a new token.
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
    /// `exp`, from now.
    pub lifetime: Duration,
}

/// The claims as they are written.
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
            // The cast saturates, and what is saturated is out of the calendar.
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
    ended: Ended,
}

impl Tokens {
    /// With this secret.
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
        // Whoever holds the secret issues for this server alone; tokens of hosted sign-in services carry an `aud`
        // that means nothing here.
        rules.validate_aud = false;
        // What is signed as a token has no NUL in it, so this is a key of its own.
        let key = keyed(secret).chain_update(b"refresh tokens\0").finalize().into_bytes();
        Ok(Tokens {
            signing: EncodingKey::from_secret(secret),
            checking: DecodingKey::from_secret(secret),
            rules,
            leeway: Duration::ZERO,
            successors: keyed(&key),
            ended: Ended::default(),
        })
    }

    /// The same, but a token is taken so long before its `nbf` and after its `exp` (RFC 7519, sections 4.1.4 and 4.1.5):
    /// the clocks of who issues and of the nodes that check differ, and what is good on one node should be so on all.
    pub fn with_leeway(mut self, leeway: Duration) -> Self {
        // The library knows whole seconds. Of `exp` we judge the rest ourselves.
        self.rules.leeway = leeway.as_secs() + u64::from(leeway.subsec_nanos() > 0);
        self.leeway = leeway;
        self
    }

    /// How long a token that was made with this lifetime may be taken by some node, if no clock is off by more than the
    /// leeway: its maker's may be ahead, and that of the node that checks behind.
    pub fn taken_for(&self, lifetime: Duration) -> Duration {
        lifetime + self.leeway * 3
    }

    /// The refresh token that follows this one: nobody without the secret can tell it, and it is the same whenever and on
    /// whichever node it is asked for.
    pub fn successor(&self, refresh_token: &[u8; 32]) -> [u8; 32] {
        self.successors.clone().chain_update(refresh_token).finalize().into_bytes().into()
    }

    /// From now on the tokens of these sign-ins are refused here. They are forgotten after `lifetime`, when the last of
    /// them has expired by itself, on whichever node. Saying it again is no matter.
    pub fn end(&self, sign_ins: &[Uuid], lifetime: Duration) {
        self.ended.add(sign_ins, self.taken_for(lifetime));
    }

    /// Who the token says is calling.
    ///
    /// # Errors
    /// [`Code::Unauthorized`], with a reason for each [`Refusal`].
    pub fn verify(&self, token: &str) -> Result<Identity> {
        Ok(self.judge(token)?)
    }

    /// The same for those who act on why.
    ///
    /// # Errors
    /// Why the token was not accepted.
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
            generation: body.generation,
            expires_at,
            ends_at,
        })
    }

    /// A new token.
    ///
    /// # Errors
    /// [`Code::Invalid`] if the lifetime leaves the calendar.
    pub fn mint(&self, claims: &Claims) -> Result<String> {
        let now = Utc::now();
        let expires_at =
            chrono::Duration::from_std(claims.lifetime).ok().and_then(|lifetime| now.checked_add_signed(lifetime));
        let expires_at = expires_at.ok_or_else(|| Error::invalid("/ttl", "is too long"))?;
        let body = Body {
            sub: claims.user_id,
            // Rounded up: a lifetime of one second is not over at once.
            exp: Seconds::Whole(expires_at.timestamp() + 1),
            iat: Some(Seconds::Whole(now.timestamp())),
            name: claims.name.clone(),
            email: claims.email.clone(),
            role: claims.role.clone(),
            sid: claims.sign_in,
            generation: claims.generation,
        };
        encode(&Header::new(Algorithm::HS256), &body, &self.signing).map_err(Error::internal)
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

/// What the library found, in our words. It checks the signature before it reads any claim.
fn refusal(kind: &ErrorKind, token: &str) -> Refusal {
    match kind {
        ErrorKind::ExpiredSignature => Refusal::Expired,
        ErrorKind::ImmatureSignature => Refusal::Early,
        ErrorKind::InvalidSignature => Refusal::Forged,
        ErrorKind::InvalidAlgorithm | ErrorKind::UnsupportedAlgorithm => Refusal::Algorithm,
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_) => Refusal::Claims,
        // JSON of the wrong shape: in the header if that cannot be read alone, else in the claims.
        ErrorKind::Json(_) => match jsonwebtoken::decode_header(token) {
            Ok(_) => Refusal::Claims,
            Err(_) if names_algorithm(token) => Refusal::Algorithm,
            Err(_) => Refusal::Shape,
        },
        _ => Refusal::Shape,
    }
}

/// Whether the header is JSON with an `alg`, which then is one that the library does not even know, such as `none`.
fn names_algorithm(token: &str) -> bool {
    use base64::Engine;
    let header = token.split('.').next().unwrap_or_default();
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap_or_default();
    serde_json::from_slice::<serde_json::Value>(&header).is_ok_and(|header| header["alg"].is_string())
}

/// The token of an `Authorization: Bearer` header; `None` if there is no such header.
///
/// # Errors
/// [`Refusal::Scheme`] if there is one of another form.
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

/// As an argument of a handler: only who has signed in gets in.
impl FromRequest for Identity {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(identify(request).and_then(|identity| identity.ok_or_else(|| Refusal::Missing.into())))
    }
}

/// As an argument of a handler that also serves those who have not signed in. A bad token is still refused: its
/// bearer believes to be signed in. (`Option<Identity>` would swallow that.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor(pub Option<Identity>);

impl Visitor {
    /// On whose behalf transactions run.
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
