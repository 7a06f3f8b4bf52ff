//! Accounts of our own: people sign up with an address of mail and a password, and stay signed in on their devices.
//!
//! Tokens of an outside issuer work beside them: a profile need not have an account. What an account hands out is an access
//! token, the same JWT that everybody else brings, good for a quarter of an hour, and a refresh token, with which the device
//! gets the next pair.
//!
//! **Refresh tokens.** A device's tokens are a chain, its family: each is exchanged for the next, and Postgres holds that one
//! of them at most is unused (`podium.refresh`). A used one that comes back means that two parties hold it, so the family
//! ends, for both. One exception: the answer to a refresh may be lost on its way to a phone in a crowd, and two tabs may
//! refresh at the same moment. So the token that was used last is answered again, and with the *same* successor, as long as that
//! one was not used: within [`GRACE`] in any case, and for a quarter of an hour if nobody ever brought the successor's access
//! token (`gen` in it tells which pair it is of; [`store::seen`]), since then the answer reached nobody. The successor is
//! derived from the token ([`Tokens::successor`](crate::foundation::auth::Tokens::successor)), so nothing but hashes needs to be kept for this, and the chain never forks: a
//! thief who used the grace holds the same token as the owner, and whoever of them comes second a grace after the other
//! ends the family.
//!
//! **What ends** is ended everywhere: this node refuses access tokens of the family at once and closes its sockets with 4401;
//! the other nodes learn of it within some seconds (`revocation`).
//!
//! **Nobody learns who has an account** by signing in or asking for a reset: the answer is the same, and so is the work, one
//! password hash. Registration does tell (`conflict`), or nobody could be told why they cannot register.

mod dto;
pub mod email;
mod keys;
mod mails;
pub mod metrics;
pub mod mount;
mod password;
mod receipts;
mod revocation;
mod routes;
pub mod service;
mod session_routes;
pub mod settings;
pub mod store;
mod throttle;

use std::time::Duration;

use crate::foundation::http::ClientAddress;
use crate::foundation::language::Language;

/// How long a refresh token that was just used is answered again, with the same successor.
pub const GRACE: Duration = Duration::from_secs(30);

/// Who is at the other end: for limits, and for what a person is told of their devices.
#[derive(Debug, Clone)]
pub struct Client {
    /// From where.
    pub address: ClientAddress,
    /// What it says it is.
    pub user_agent: Option<String>,
    /// The language that it prefers, by `Accept-Language`: for mails to a person who has not chosen one.
    pub language: Language,
}
