//! Passwords: their form, and the room in which they are hashed.
//!
//! A hash is made to be expensive: 19 MiB and two passes, as OWASP recommends for argon2id. So it never runs on a thread
//! that serves others, only so many run at a time, and only so many wait; whoever comes then is told `overloaded` (I7),
//! before any work is done for them, and so before Postgres is asked.

use std::sync::{Arc, OnceLock};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization;

use super::metrics::PASSWORD_HASHES;
use super::settings::AccountSettings;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::fields::Fields;
use crate::foundation::metrics;

/// The bounds of a password, in characters, and the most that it may have in bytes.
const MIN_CHARS: usize = 8;
const MAX_CHARS: usize = 256;
const MAX_BYTES: usize = 1_024;

/// A password as it was typed, in NFC, so that two keyboards that spell a letter differently write the same.
pub struct Password(String);

impl Password {
    /// Reads a password that is being chosen.
    pub fn chosen(fields: &mut Fields, text: &str) -> Self {
        let chars = text.chars().count();
        fields.check(chars >= MIN_CHARS, "/password", format!("at least {MIN_CHARS} characters"));
        Password::bounded(fields, text)
    }

    /// Reads a password that is to be tried: only one that nobody can have is refused before.
    pub fn tried(fields: &mut Fields, text: &str) -> Self {
        Password::bounded(fields, text)
    }

    fn bounded(fields: &mut Fields, text: &str) -> Self {
        let fits = text.len() <= MAX_BYTES && text.chars().count() <= MAX_CHARS;
        fields.check(fits, "/password", format!("at most {MAX_CHARS} characters and {MAX_BYTES} bytes"));
        Password(if fits { text.nfc().collect() } else { String::new() })
    }
}

/// The room in which passwords are hashed.
pub struct Hashing {
    argon2: Argon2<'static>,
    /// Those who compute, and those who wait.
    room: Arc<Semaphore>,
    /// Those who compute.
    desks: Arc<Semaphore>,
    nobodys: Arc<OnceLock<String>>,
}

/// A place in the room, in which one waits for a desk.
pub struct Admission {
    room: OwnedSemaphorePermit,
    desks: Arc<Semaphore>,
}

/// A desk. What is hashed at it is one password.
pub struct Turn {
    _room: OwnedSemaphorePermit,
    _desk: OwnedSemaphorePermit,
}

/// What became of trying a password.
pub struct Tried {
    /// Whether it is the one.
    pub right: bool,
    /// If it is, and its hash was made with other parameters than are in force now: a new one.
    pub rehash: Option<String>,
}

impl Hashing {
    /// With these parameters.
    ///
    /// # Errors
    /// [`Code::Internal`] if argon2 does not take them; the settings' bounds keep to what it takes.
    pub fn new(settings: &AccountSettings) -> Result<Self> {
        let kibibytes = u32::try_from(settings.hash_memory >> 10).unwrap_or(u32::MAX);
        let params = Params::new(kibibytes, settings.hash_passes, 1, None).map_err(Error::internal)?;
        Ok(Hashing {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            room: Arc::new(Semaphore::new(settings.hashes + settings.hashes_waiting)),
            desks: Arc::new(Semaphore::new(settings.hashes)),
            nobodys: Arc::default(),
        })
    }

    /// Enters the room.
    ///
    /// # Errors
    /// [`Code::Overloaded`] if too many wait already.
    pub fn enter(&self) -> Result<Admission> {
        let full = |_| Error::because(Code::Overloaded, "too many are signing in at this moment");
        let room = Arc::clone(&self.room).try_acquire_owned().map_err(full)?;
        Ok(Admission { room, desks: Arc::clone(&self.desks) })
    }

    /// Hashes a password that was chosen.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub async fn hash(&self, turn: Turn, password: Password) -> Result<String> {
        let argon2 = self.argon2.clone();
        apart(turn, move || hash(&argon2, &password)).await?
    }

    /// Tries a password against a stored hash; against nobody's, where there is no account, so that this takes as long.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub async fn check(&self, turn: Turn, password: Password, stored: Option<String>) -> Result<Tried> {
        let (argon2, nobodys) = (self.argon2.clone(), Arc::clone(&self.nobodys));
        apart(turn, move || {
            let Some(stored) = stored else {
                let stored = match nobodys.get() {
                    Some(stored) => stored,
                    None => {
                        let made = hash(&argon2, &Password("nobody's password".to_owned()))?;
                        nobodys.get_or_init(|| made)
                    }
                };
                verify(&argon2, &password, stored)?;
                return Ok(Tried { right: false, rehash: None });
            };
            let right = verify(&argon2, &password, &stored)?;
            let old = right && !made_with(&argon2, &stored)?;
            let rehash = if old { Some(hash(&argon2, &password)?) } else { None };
            Ok(Tried { right, rehash })
        })
        .await?
    }

    /// Makes what nobody's password is compared with, so that not even the first stranger takes longer.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub async fn prepare(&self) -> Result<()> {
        let turn = self.enter()?.turn().await?;
        self.check(turn, Password(String::new()), None).await.map(drop)
    }
}

impl Admission {
    /// Waits for a desk, in the order of coming.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub async fn turn(self) -> Result<Turn> {
        let desk = self.desks.acquire_owned().await.map_err(Error::internal)?;
        Ok(Turn { _room: self.room, _desk: desk })
    }
}

/// Runs the work on a thread that serves nobody else. The turn ends with the work, also if nobody waits for it any more.
async fn apart<T: Send + 'static>(turn: Turn, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let work = move || {
        let result = work();
        drop(turn);
        result
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

fn hash(argon2: &Argon2<'_>, password: &Password) -> Result<String> {
    PASSWORD_HASHES.counter(metrics::NONE).increment(1);
    let hash: PasswordHash = argon2.hash_password(password.0.as_bytes()).map_err(Error::internal)?;
    Ok(hash.to_string())
}

fn verify(argon2: &Argon2<'_>, password: &Password, stored: &str) -> Result<bool> {
    PASSWORD_HASHES.counter(metrics::NONE).increment(1);
    let stored = PasswordHash::new(stored).map_err(Error::internal)?;
    match argon2.verify_password(password.0.as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(other) => Err(Error::internal(other)),
    }
}

fn made_with(argon2: &Argon2<'_>, stored: &str) -> Result<bool> {
    let stored = PasswordHash::new(stored).map_err(Error::internal)?;
    let params = Params::try_from(&stored).map_err(Error::internal)?;
    let (ours, theirs) = (argon2.params(), params);
    Ok((ours.m_cost(), ours.t_cost(), ours.p_cost()) == (theirs.m_cost(), theirs.t_cost(), theirs.p_cost()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foundation::settings::Settings;

    fn hashing(passes: u32) -> Hashing {
        let settings = AccountSettings {
            hash_memory: 1 << 20,
            hash_passes: passes,
            hashes: 1,
            hashes_waiting: 2,
            ..Settings::default().own()
        };
        Hashing::new(&settings).unwrap()
    }

    fn typed(text: &str) -> Password {
        Password::tried(&mut Fields::new(), text)
    }

    #[tokio::test]
    async fn a_password_is_found_again_however_it_is_spelled() {
        let hashing = hashing(1);
        let stored =
            hashing.hash(hashing.enter().unwrap().turn().await.unwrap(), typed("caf\u{e9} au lait")).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=1024,t=1,p=1$"), "{stored}");
        let right = async |text: &str, stored: Option<&String>| {
            hashing.check(hashing.enter().unwrap().turn().await.unwrap(), typed(text), stored.cloned()).await.unwrap()
        };
        let tried = right("cafe\u{301} au lait", Some(&stored)).await;
        assert!(tried.right && tried.rehash.is_none());
        assert!(!right("cafe au lait", Some(&stored)).await.right);
        assert!(!right("nobody's password", None).await.right, "nobody has an account that is not there");
    }

    #[tokio::test]
    async fn other_parameters_make_a_new_hash_of_a_right_password() {
        let (old, new) = (hashing(1), hashing(2));
        let stored = old.hash(old.enter().unwrap().turn().await.unwrap(), typed("a password")).await.unwrap();
        let wrong = new
            .check(new.enter().unwrap().turn().await.unwrap(), typed("another"), Some(stored.clone()))
            .await
            .unwrap();
        assert!(!wrong.right && wrong.rehash.is_none());
        let tried =
            new.check(new.enter().unwrap().turn().await.unwrap(), typed("a password"), Some(stored)).await.unwrap();
        let rehash = tried.rehash.expect("a new hash");
        assert!(tried.right && rehash.contains("t=2"));
        let again =
            new.check(new.enter().unwrap().turn().await.unwrap(), typed("a password"), Some(rehash)).await.unwrap();
        assert!(again.right && again.rehash.is_none());
    }

    #[tokio::test]
    async fn whoever_comes_when_too_many_wait_is_refused() {
        let hashing = hashing(1);
        let first = hashing.enter().unwrap().turn().await.unwrap();
        let (second, third) = (hashing.enter().unwrap(), hashing.enter().unwrap());
        assert_eq!(hashing.enter().err().map(|error| error.code), Some(Code::Overloaded));
        // One who goes away makes room.
        drop(third);
        let (mut second, mut third) = (Box::pin(second.turn()), Box::pin(hashing.enter().unwrap().turn()));
        assert!(futures_util::poll!(&mut second).is_pending() && futures_util::poll!(&mut third).is_pending());
        assert!(hashing.enter().is_err());
        drop(first);
        assert!(futures_util::poll!(&mut third).is_pending(), "the second comes first");
        drop(second.await.unwrap());
        drop(third.await.unwrap());
        assert!(hashing.enter().unwrap().turn().await.is_ok());
    }

    #[test]
    fn a_password_has_bounds() {
        let chosen = |text: &str| {
            let mut fields = Fields::new();
            Password::chosen(&mut fields, text);
            fields.done().is_ok()
        };
        assert!(chosen("12345678") && chosen(&"ü".repeat(256)) && chosen("👩‍🎤🎸🎸🎸🎸🎸"));
        assert!(!chosen("1234567") && !chosen(&"a".repeat(257)) && !chosen(&"🎸".repeat(257)) && !chosen(""));
    }
}
