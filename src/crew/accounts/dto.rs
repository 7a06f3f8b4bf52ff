//! What travels over HTTP. What holds a password or a token has no `Debug`, so that it reaches no log.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::crew::profiles::Me;
use crate::foundation::language::Language;

/// Somebody who signs up.
#[derive(Deserialize, ToSchema)]
pub struct Registration {
    /// An address of mail that no account has. Case makes no difference.
    pub email: String,
    /// 8 to 256 characters, at most 1,024 bytes.
    pub password: String,
    /// The name that others see: one line of 1 to 80 characters.
    pub display_name: String,
    /// The language in which to read Podium. If absent, `Accept-Language` decides in which the mail is.
    #[schema(value_type = Option<Language>)]
    pub language: Option<String>,
}

/// Somebody who signs in.
#[derive(Deserialize, ToSchema)]
pub struct Credentials {
    /// The account's address.
    pub email: String,
    /// Its password.
    pub password: String,
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
pub struct Renewal {
    /// As it was handed out.
    pub refresh_token: String,
}

/// A link's token.
#[derive(Deserialize, ToSchema)]
pub struct MailedToken {
    /// What stands behind `#token=` in the link.
    pub token: String,
}

/// Who forgot their password.
#[derive(Deserialize, ToSchema)]
pub struct Forgotten {
    /// The account's address.
    pub email: String,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
pub struct NewPassword {
    /// What stands behind `#token=` in the link.
    pub token: String,
    /// 8 to 256 characters, at most 1,024 bytes.
    pub password: String,
}

/// What a device needs from now on.
#[derive(Serialize, ToSchema)]
pub struct SignedInAnswer {
    /// A JWT for `Authorization: Bearer` and for sockets.
    pub access_token: String,
    /// Good for one `POST /v1/auth/refresh`. Whoever has it is signed in: keep it where nothing else reads.
    pub refresh_token: String,
    /// For how many seconds the access token is good.
    pub expires_in: u64,
    /// One's own profile.
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
    /// What it said it was.
    #[schema(required)]
    pub user_agent: Option<String>,
    /// From where it was last used.
    #[schema(required)]
    pub address: Option<String>,
    /// Whether it is the one that asks.
    pub current: bool,
}
