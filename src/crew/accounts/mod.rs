//! Podium's own accounts: people register with an e-mail address and a password, and stay signed in on their devices.
//!
//! Tokens of an outside issuer work beside them: a profile need not have an account. An account issues an access token,
//! the same kind of JWT that an outside issuer signs, valid for a quarter of an hour, and a refresh token, with which
//! the device gets the next pair.
//!
//! **Refresh tokens.** A device's tokens are a chain, its family: each is exchanged for the next, and Postgres ensures
//! that at most one of them is unused (`podium.refresh`). A used token that comes back means that two parties hold it,
//! so the family ends, for both. One exception: the answer to a refresh may be lost on its way to a phone in a crowd,
//! and two tabs may refresh at the same moment. So the token that was used last is answered again, with the *same*
//! successor, as long as that successor was not used: within [`GRACE`] in any case, and for a quarter of an hour if the
//! successor's access token was never presented (its claim `gen` names the pair; [`store::seen`]), since then the
//! answer reached nobody. The successor is derived from the token
//! ([`Tokens::successor`](crate::foundation::auth::Tokens::successor)), so only hashes are stored, and the chain never
//! forks: a thief who uses the grace holds the same token as the owner, and whichever of them refreshes second, after
//! the grace, ends the family.
//!
//! **Revocation** takes effect everywhere: this node refuses access tokens of the family at once and closes its sockets
//! with 4401; the other nodes learn of it within some seconds (`revocation`).
//!
//! **Signing in and asking for a reset do not reveal who has an account**: the answer is the same, and so is the work,
//! one password hash. Registration does reveal it (`conflict`), since otherwise people could not learn why they cannot
//! register.

mod dto;
pub mod email;
mod keys;
mod lines;
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

/// The time for which a used refresh token is answered again, with the same successor.
pub const GRACE: Duration = Duration::from_secs(30);

/// The client of a request: for limits, and for the list of a person's devices.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its address.
    pub address: ClientAddress,
    /// Its `User-Agent`.
    pub user_agent: Option<String>,
    /// The language that it prefers (`Accept-Language`), for mails to a person who has not chosen one.
    pub language: Language,
}
