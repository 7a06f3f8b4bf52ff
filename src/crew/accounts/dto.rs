//! Bodies of requests and answers. Types that hold a password or a token have no `Debug`, so that they cannot reach a
//! log.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::crew::profiles::Me;
use crate::foundation::language::Language;

/// A person who registers.
#[derive(Deserialize, ToSchema)]
pub struct Registration {
    /// An e-mail address that no account has, regardless of case.
    pub email: String,
    /// 8 to 256 characters, at most 1,024 bytes.
    pub password: String,
    /// The name that others see: one line of 1 to 80 characters.
    pub display_name: String,
    /// The language in which to read Podium. If absent, none is chosen, and `Accept-Language` decides the mail's
    /// language.
    #[schema(value_type = Option<Language>)]
    pub language: Option<String>,
}

/// A person who signs in.
#[derive(Deserialize, ToSchema)]
pub struct Credentials {
    /// The account's address.
    pub email: String,
    /// Its password.
    pub password: String,
    /// The `device` of earlier answers on the same device, for whichever accounts; the first eight are looked at. With
    /// that of this account, wrong passwords that others send from the same network do not count.
    #[serde(default)]
    pub devices: Vec<String>,
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
pub struct Renewal {
    /// The token, as it was issued.
    pub refresh_token: String,
}

/// The token of a mailed link.
#[derive(Deserialize, ToSchema)]
pub struct MailedToken {
    /// The part of the link after `#token=`.
    pub token: String,
}

/// A person who forgot their password.
#[derive(Deserialize, ToSchema)]
pub struct Forgotten {
    /// The account's address.
    pub email: String,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
pub struct NewPassword {
    /// The part of the link after `#token=`.
    pub token: String,
    /// 8 to 256 characters, at most 1,024 bytes.
    pub password: String,
}

/// The tokens of a device that is signed in.
#[derive(Serialize, ToSchema)]
pub struct SignedInAnswer {
    /// A JWT for `Authorization: Bearer` and for sockets.
    pub access_token: String,
    /// The token for one `POST /v1/auth/refresh`. Anyone who has it is signed in: keep it where nothing else can read
    /// it.
    pub refresh_token: String,
    /// The time for which the access token is valid, in seconds.
    pub expires_in: u64,
    /// The proof that this device was signed in to this account, for its next sign-in. It outlives the sign-in, and
    /// signs nobody in.
    pub device: String,
    /// The person's profile.
    pub profile: Me,
    /// Whether the account's address was confirmed.
    pub email_verified: bool,
}

/// A device that is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// Its id, the `sid` of its access tokens.
    pub id: Uuid,
    /// When it signed in.
    pub created_at: DateTime<Utc>,
    /// When it last renewed its tokens.
    pub last_used_at: DateTime<Utc>,
    /// Its `User-Agent` when it signed in.
    #[schema(required)]
    pub user_agent: Option<String>,
    /// The address from which it was last used.
    #[schema(required)]
    pub address: Option<String>,
    /// Whether it is the device of this request.
    pub current: bool,
}
