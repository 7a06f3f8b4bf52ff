//! The operations on accounts.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::dto::{Credentials, Forgotten, MailedToken, NewPassword, Registration, Renewal, Session, SignedInAnswer};
use super::email::Email;
use super::keys::Key;
use super::mails::Mails;
use super::metrics::{REFRESHES, SIGN_INS};
use super::password::{Hashing, Password};
use super::settings::{AccountSettings, Unconfirmed};
use super::store::{
    self, Device, NewAccount, NewSignIn, Purpose, Registrant, RegistrationLimits, RegistrationState, Standing, Whose,
};
use super::throttle::{Throttle, Who};
use super::{Client, GRACE};
use crate::crew::profiles::{self, MAX_NAME};
use crate::foundation::auth::{Claims, Tokens};
use crate::foundation::db::{Access, Caller, Database};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::fields::Fields;
use crate::foundation::http::PublicUrl;
use crate::foundation::limits::{Addresses, Counted, networks};
use crate::foundation::mail::Mailer;
use crate::foundation::settings::Settings;
use crate::realtime::relays::Relays;

/// The proofs of one device that are looked at.
const MAX_DEVICES: usize = 8;

/// The parts of the service.
pub struct AccountParts {
    /// The database.
    pub database: Database,
    /// Signs and checks tokens.
    pub tokens: Arc<Tokens>,
    /// Sends mails.
    pub mailer: Mailer,
    /// The address to which links lead.
    pub public_url: PublicUrl,
    /// Closes the sockets of a sign-in that ends.
    pub relays: Relays,
    /// Asks more of clients while many wait, if there is one.
    pub doorkeeper: Option<Arc<dyn Doorkeeper>>,
}

/// Asks more of a client than a password while the room for password hashes is at least half full: the place for a
/// proof of work or a captcha.
pub trait Doorkeeper: Send + Sync {
    /// Lets the client wait for a hash, or refuses it. Must be cheap.
    ///
    /// # Errors
    /// What the client must bring.
    fn admit(&self, client: &Client) -> Result<()>;
}

/// The service of accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub database: Database,
    pub tokens: Arc<Tokens>,
    relays: Relays,
    mails: Mails,
    hashing: Hashing,
    throttle: Throttle,
    registrations: Addresses,
    registration_limits: RegistrationLimits,
    doorkeeper: Option<Arc<dyn Doorkeeper>>,
    /// Whether an account whose address is not confirmed may do little.
    confirms: bool,
    pub access_lifetime: Duration,
    pub refresh_lifetime: Duration,
}

impl Accounts {
    /// Starts the service. Its own tasks run on the calling runtime.
    ///
    /// # Errors
    /// [`Code::Internal`] if argon2 refuses the settings.
    pub fn start(settings: &Settings, parts: AccountParts) -> Result<Self> {
        let of = settings.own::<AccountSettings>();
        let accounts = Accounts(Arc::new(Inner {
            mails: Mails::start(parts.database.clone(), parts.mailer, parts.public_url),
            database: parts.database,
            tokens: parts.tokens,
            relays: parts.relays,
            hashing: Hashing::new(&of)?,
            throttle: Throttle::new(&of),
            registrations: Addresses::new("registrations", of.registrations),
            registration_limits: RegistrationLimits::new(of.registrations, of.mailbox_accounts),
            doorkeeper: parts.doorkeeper,
            confirms: match of.unconfirmed {
                Unconfirmed::Auto => settings.mail.smtp_url.is_some(),
                Unconfirmed::Limited => true,
                Unconfirmed::Full => false,
            },
            access_lifetime: of.access_lifetime,
            refresh_lifetime: of.refresh_lifetime,
        }));
        actix_web::rt::spawn(accounts.clone().prepare());
        Ok(accounts)
    }

    async fn prepare(self) {
        if let Err(error) = self.0.hashing.prepare().await {
            tracing::warn!(%error, "cannot prepare password hashes; the first sign-in to an unknown account will take longer");
        }
    }

    /// Registers a person, and signs the device in.
    ///
    /// # Errors
    /// `invalid`, `conflict` when the address has an account, `rate_limited`, `overloaded`, `unavailable`.
    pub async fn register(&self, new: Registration, client: &Client) -> Result<SignedInAnswer> {
        let mut fields = Fields::new();
        let email = Email::parse(&new.email);
        fields.check(email.is_ok(), "/email", email.as_ref().err().copied().unwrap_or_default());
        let password = Password::chosen(&mut fields, &new.password);
        let name = fields.line("/display_name", &new.display_name, MAX_NAME);
        let language = new.language.map(|tag| profiles::language(&mut fields, &tag));
        fields.done()?;
        let email = email.map_err(Error::internal)?;

        // What costs nothing first, then what costs a query, then the hash.
        let inner = &self.0;
        let who = Who::new(email.key(), client.address);
        let line = self.approach(who, client)?;
        inner.registrations.take(client.address)?;
        let ((network, bits), _) = networks(client.address).next().ok_or_else(|| Error::internal("no network"))?;
        let by = Registrant { email: &email, network: format!("{network}/{bits}"), limits: inner.registration_limits };
        let state = inner.database.service(async |conn| store::registration_state(conn, &by).await).await?;
        self.may_register(&state, who)?;
        let hash = inner.hashing.hash(inner.hashing.turn(line).await?, password).await?;
        let user_id = Uuid::now_v7();
        let opening = NewAccount { user_id, email: &email, password_hash: &hash, name: &name, language };
        let state = inner.database.service(async |conn| store::register(conn, &by, &opening).await).await?;
        self.may_register(&state, who)?;
        SIGN_INS.counter(&[("outcome", "registered")]).increment(1);
        // The person can ask for another mail if this one is not sent.
        if let Err(error) = self.0.mails.ask(Purpose::Verify, Whose::Profile(user_id), client.language) {
            tracing::warn!(%error, %user_id, "cannot queue the mail that confirms an address");
        }
        self.sign_in(user_id, &hash, None, client).await?.ok_or_else(|| Error::new(Code::Unauthorized))
    }

    fn may_register(&self, state: &RegistrationState, who: Who) -> Result<()> {
        if state.taken {
            // Registration reveals whether an address has an account, so that answer is limited.
            self.0.throttle.probe(who)?;
            return Err(Error::because(Code::Conflict, "this address already has an account; sign in"));
        }
        match state.again {
            Some(again) => Err(Error::rate_limited_until(Some(again))),
            None => Ok(()),
        }
    }

    /// Counts something that costs a password hash, before anything is done for it, and returns the line in which it
    /// waits.
    fn approach(&self, who: Who, client: &Client) -> Result<Counted> {
        let inner = &self.0;
        let line = Counted::of(who.device(), client.address);
        // A full room first: what is refused for it costs nothing, and so counts for nothing.
        inner.hashing.check_place(&line)?;
        inner.throttle.attempt(who)?;
        if let Some(doorkeeper) = inner.doorkeeper.as_ref().filter(|_| inner.hashing.is_half_full()) {
            doorkeeper.admit(client)?;
        }
        Ok(line)
    }

    /// Signs a device in.
    ///
    /// # Errors
    /// `unauthorized` for an unknown address and for a wrong password alike; `invalid` for a password that no account can have;
    /// `rate_limited`, `overloaded`, `unavailable`.
    pub async fn login(&self, credentials: Credentials, client: &Client) -> Result<SignedInAnswer> {
        let mut fields = Fields::new();
        let password = Password::tried(&mut fields, &credentials.password);
        fields.done()?;
        let answer = self.try_login(&credentials, password, client).await;
        let outcome = match &answer {
            Ok(_) => "right",
            Err(error) => error.code.as_str(),
        };
        SIGN_INS.counter(&[("outcome", outcome)]).increment(1);
        answer
    }

    async fn try_login(&self, typed: &Credentials, password: Password, client: &Client) -> Result<SignedInAnswer> {
        let inner = &self.0;
        let who = Who::new(&typed.email, client.address);
        let proofs: Vec<Key> = typed.devices.iter().take(MAX_DEVICES).filter_map(|text| Key::read(text)).collect();
        // Whether a proof is one shows only with the account.
        let line = if proofs.is_empty() {
            // Before any work is done, and again at its turn: others may have failed meanwhile.
            inner.throttle.check(who)?;
            Some(self.approach(who, client)?)
        } else {
            None
        };
        let found = match Email::parse(&typed.email) {
            Ok(email) => self.found(&email).await?,
            Err(_) => None,
        };
        let device = found
            .as_ref()
            .and_then(|found| proofs.iter().find_map(|proof| inner.tokens.proved_device(found.user_id, proof.bytes())));
        let who = who.on(device);
        let line = match line {
            Some(line) => line,
            None => {
                inner.throttle.check(who)?;
                self.approach(who, client)?
            }
        };
        let turn = inner.hashing.turn(line).await?;
        let attempt = inner.throttle.begin(who, found.is_some())?;
        let stored = found.as_ref().map(|found| found.password_hash.clone());
        let tried = inner.hashing.check(turn, password, stored).await?;
        let wrong = || Error::because(Code::Unauthorized, "the email or the password is wrong");
        let Some(found) = found.filter(|_| tried.right) else { return Err(wrong()) };
        attempt.forgive();
        let signed_in = self.sign_in(found.user_id, &found.password_hash, tried.rehash.as_deref(), client).await?;
        signed_in.ok_or_else(wrong)
    }

    async fn found(&self, email: &Email) -> Result<Option<store::StoredPassword>> {
        self.0.database.service(async |conn| store::find(conn, email).await).await
    }

    /// Returns `None` if the password was changed since it was checked.
    async fn sign_in(
        &self,
        user_id: Uuid,
        password_hash: &str,
        rehash: Option<&str>,
        client: &Client,
    ) -> Result<Option<SignedInAnswer>> {
        let (id, token, device) = (Uuid::now_v7(), Key::random()?, device(client));
        let lifetime = self.0.refresh_lifetime;
        let new = NewSignIn { id, user_id, password_hash, rehash, token: &token, lifetime, device: &device };
        let standing = self.0.database.service(async |conn| store::sign_in(conn, &new).await).await?;
        let Some(standing) = standing else { return Ok(None) };
        tracing::info!(%user_id, sign_in = %id, "signed in");
        Ok(Some(self.answer(user_id, id, standing, &token).await?))
    }

    async fn answer(&self, user_id: Uuid, id: Uuid, standing: Standing, token: &Key) -> Result<SignedInAnswer> {
        let caller = Caller::user(user_id);
        let me = async |conn: &mut _| profiles::store::me(conn, user_id).await;
        let profile = self.0.database.scope(&caller, Access::Snapshot, me).await?;
        let lifetime = self.0.access_lifetime;
        let claims = Claims {
            user_id,
            name: None,
            email: None,
            role: standing.role,
            sign_in: Some(id),
            generation: Some(token.generation()),
            confirmed: standing.verified || !self.0.confirms,
            lifetime,
        };
        Ok(SignedInAnswer {
            access_token: self.0.tokens.mint(&claims)?,
            refresh_token: token.text(),
            expires_in: lifetime.as_secs(),
            device: Key::of(self.0.tokens.device(user_id, id)).text(),
            profile,
            email_verified: standing.verified,
        })
    }

    /// Exchanges a refresh token for the next pair.
    ///
    /// # Errors
    /// `unauthorized` for a token that is unknown, was used before, or whose family has ended; `rate_limited` for a device that
    /// refreshes too often; `unavailable`, after which the same token works again.
    pub async fn refresh(&self, renewal: &Renewal, client: &Client) -> Result<SignedInAnswer> {
        let refused = || Error::because(Code::Unauthorized, "the refresh token is not valid any more; sign in");
        let token = Key::read(&renewal.refresh_token).ok_or_else(refused)?;
        let successor = Key::of(self.0.tokens.successor(token.bytes()));
        let (lifetime, device) = (self.0.refresh_lifetime, device(client));
        let work = async |conn: &mut _| store::refresh(conn, &token, &successor, lifetime, GRACE, &device).await;
        let done = self.0.database.service(work).await?.ok_or_else(|| Error::internal("no answer to a refresh"))?;
        REFRESHES.counter(&[("outcome", done.code.clone())]).increment(1);
        match (done.code.as_str(), done.user_id, done.sign_in_id) {
            ("ok", Some(user_id), Some(id)) => {
                let standing = Standing { role: done.role, verified: done.verified };
                self.answer(user_id, id, standing, &successor).await
            }
            ("too_often", ..) => Err(Error::rate_limited(Duration::from_secs_f64(done.wait_seconds.max(1.0)))),
            ("reused", Some(user_id), Some(id)) => {
                tracing::warn!(%user_id, sign_in = %id, "a used refresh token was presented again; its family is ended");
                self.end(&[id]);
                Err(refused())
            }
            _ => Err(refused()),
        }
    }

    /// Signs out the device of a refresh token. An unknown token is not an error.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn logout(&self, renewal: &Renewal) -> Result<()> {
        let Some(token) = Key::read(&renewal.refresh_token) else { return Ok(()) };
        let ended = self.0.database.service(async |conn| store::sign_out(conn, &token).await).await?;
        self.end(&ended);
        Ok(())
    }

    /// Returns the caller's devices, the one last used first.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn sessions(&self, caller: &Caller, user_id: Uuid, current: Option<Uuid>) -> Result<Vec<Session>> {
        let work = async |conn: &mut _| store::sign_ins(conn, user_id).await;
        let sign_ins = self.0.database.scope(caller, Access::Snapshot, work).await?;
        let session = |of: store::SignIn| Session {
            id: of.id,
            created_at: of.created_at,
            last_used_at: of.last_used_at,
            user_agent: of.user_agent,
            address: of.address,
            current: Some(of.id) == current,
        };
        Ok(sign_ins.into_iter().map(session).collect())
    }

    /// Signs one of the caller's devices out.
    ///
    /// # Errors
    /// `not_found` when it is not the caller's, or signed out already; `unavailable`.
    pub async fn end_session(&self, caller: &Caller, user_id: Uuid, id: Uuid) -> Result<()> {
        let work = async |conn: &mut _| store::end(conn, user_id, id).await;
        let ended = self.0.database.scope(caller, Access::Write, work).await?;
        if ended.is_empty() {
            return Err(Code::NotFound.into());
        }
        self.end(&ended);
        Ok(())
    }

    /// Confirms an address.
    ///
    /// # Errors
    /// `invalid` for a token that is not valid any more; `unavailable`.
    pub async fn verify(&self, mailed: &MailedToken) -> Result<()> {
        let key = Key::read(&mailed.token).ok_or_else(spent)?;
        let good = self.0.database.service(async |conn| store::verify(conn, &key).await).await?;
        if good { Ok(()) } else { Err(spent()) }
    }

    /// Mails another link to confirm the caller's address, unless it is confirmed.
    ///
    /// # Errors
    /// `rate_limited`, `overloaded`.
    pub fn resend(&self, user_id: Uuid, client: &Client) -> Result<()> {
        if !self.0.throttle.mail(Who::new(&user_id.to_string(), client.address))? {
            return Err(Error::rate_limited(Duration::from_secs(5 * 60)));
        }
        self.0.mails.ask(Purpose::Verify, Whose::Profile(user_id), client.language)
    }

    /// Mails a link to choose a new password, if there is such an account. The account is looked up after the answer.
    ///
    /// # Errors
    /// `invalid` for an address that is none; `rate_limited` for a client that asks too often, for any addresses; `overloaded`.
    pub fn forgot(&self, forgotten: &Forgotten, client: &Client) -> Result<()> {
        let email = Email::parse(&forgotten.email).map_err(|detail| Error::invalid("/email", detail))?;
        if !self.0.throttle.mail(Who::new(email.key(), client.address))? {
            return Ok(());
        }
        self.0.mails.ask(Purpose::Reset, Whose::Address(email), client.language)
    }

    /// Stores a new password, and signs out every device.
    ///
    /// # Errors
    /// `invalid`, also for a token that is not valid any more; `rate_limited`, `overloaded`, `unavailable`.
    pub async fn reset(&self, new: &NewPassword, client: &Client) -> Result<()> {
        let mut fields = Fields::new();
        let password = Password::chosen(&mut fields, &new.password);
        fields.done()?;
        let key = Key::read(&new.token).ok_or_else(spent)?;
        let line = self.approach(Who::new(&new.token, client.address), client)?;
        // An unknown token must not cost a hash.
        if !self.0.database.service(async |conn| store::reset_is_open(conn, &key).await).await? {
            return Err(spent());
        }
        let hash = self.0.hashing.hash(self.0.hashing.turn(line).await?, password).await?;
        let ended = self.0.database.service(async |conn| store::reset(conn, &key, &hash).await).await?;
        self.end(&ended.ok_or_else(spent)?);
        Ok(())
    }

    /// Makes a profile and its account, unless the address has an account. For the demo.
    ///
    /// # Errors
    /// `unavailable`, `overloaded`.
    pub async fn ensure(&self, user_id: Uuid, email: &str, password: &str, name: &str) -> Result<()> {
        let email = Email::parse(email).map_err(Error::internal)?;
        if self.found(&email).await?.is_some() {
            return Ok(());
        }
        let password = Password::chosen(&mut Fields::new(), password);
        let turn = self.0.hashing.turn(Counted::Person(user_id)).await?;
        let hash = self.0.hashing.hash(turn, password).await?;
        let opening = NewAccount { user_id, email: &email, password_hash: &hash, name, language: None };
        self.0.database.service(async |conn| store::open(conn, &opening).await).await.map(drop)
    }

    /// Refuses the access tokens of these sign-ins from now on, and closes their sockets.
    pub(super) fn end(&self, sign_ins: &[Uuid]) {
        if !sign_ins.is_empty() {
            // In this order, so that a socket that connects meanwhile is refused.
            self.0.tokens.end(sign_ins, self.0.access_lifetime);
            self.0.relays.end_sign_ins(sign_ins);
        }
    }

    /// Waits until all queued mails are sent, at most for `patience`.
    pub async fn drain(&self, patience: Duration) {
        self.0.mails.drain(patience).await;
    }
}

fn spent() -> Error {
    Error::invalid("/token", "is not valid any more; ask for another link")
}

/// Returns what is stored of a client.
fn device(client: &Client) -> Device {
    let address = client.address.0.map(|address| address.to_string());
    Device { user_agent: client.user_agent.clone(), address }
}
