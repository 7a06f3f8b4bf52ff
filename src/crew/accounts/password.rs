//! Passwords: their form, and how they are hashed.
//!
//! A hash is expensive on purpose: 19 MiB and two passes, as OWASP recommends for argon2id. So it never runs on a
//! thread that serves requests, a limited number runs at a time, and a limited number waits, in lines that take turns
//! ([`Lines`]). Further requests are refused with `overloaded` (I7) before any work is done for them, and so before
//! Postgres is asked.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use parking_lot::Mutex;
use tokio::sync::oneshot;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use super::lines::{Entered, Lines};
use super::metrics::PASSWORD_HASHES;
use super::settings::AccountSettings;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::fields::Fields;
use crate::foundation::limits::Counted;
use crate::foundation::metrics;

/// The limits of a password, in characters and in bytes.
const MIN_CHARS: usize = 8;
const MAX_CHARS: usize = 256;
const MAX_BYTES: usize = 1_024;

/// A password as it was typed, in NFC, so that keyboards that compose letters differently give the same password.
pub struct Password(String);

impl Password {
    /// Reads a new password.
    pub fn chosen(fields: &mut Fields, text: &str) -> Self {
        let chars = text.chars().count();
        fields.check(chars >= MIN_CHARS, "/password", format!("must have at least {MIN_CHARS} characters"));
        Password::bounded(fields, text)
    }

    /// Reads a password to check. Only one that no account can have is refused.
    pub fn tried(fields: &mut Fields, text: &str) -> Self {
        Password::bounded(fields, text)
    }

    fn bounded(fields: &mut Fields, text: &str) -> Self {
        let fits = text.len() <= MAX_BYTES && text.chars().count() <= MAX_CHARS;
        fields.check(fits, "/password", format!("must have at most {MAX_CHARS} characters and {MAX_BYTES} bytes"));
        Password(if fits { text.nfc().collect() } else { String::new() })
    }
}

/// Hashes passwords, a limited number at a time.
pub struct Hashing {
    argon2: Argon2<'static>,
    room: Arc<Room>,
    nobodys: Arc<OnceLock<String>>,
}

/// The room in which hashes run and wait.
struct Room {
    /// The number that may wait.
    most: usize,
    state: Mutex<RoomState>,
    numbers: AtomicU64,
}

struct RoomState {
    /// The number that may still begin.
    free: usize,
    lines: Lines<Waiting>,
}

/// A hash that waits for its turn.
struct Waiting {
    number: u64,
    turn: oneshot::Sender<Result<Turn>>,
}

/// A place in a line, until the turn has come.
struct LinePlace {
    room: Arc<Room>,
    line: Counted,
    number: u64,
}

/// The right to compute one hash now. `None` once it has been passed on.
pub struct Turn(Option<Arc<Room>>);

/// The result of checking a password.
pub struct Tried {
    /// Whether it is right.
    pub right: bool,
    /// A new hash, if the password is right and its hash was made with other parameters than those in force.
    pub rehash: Option<String>,
}

impl Hashing {
    /// Makes the queue with these parameters.
    ///
    /// # Errors
    /// [`Code::Internal`] if argon2 refuses them, which the settings' limits prevent.
    pub fn new(settings: &AccountSettings) -> Result<Self> {
        let kibibytes = u32::try_from(settings.hash_memory >> 10).unwrap_or(u32::MAX);
        let params = Params::new(kibibytes, settings.hash_passes, 1, None).map_err(Error::internal)?;
        Ok(Hashing {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            room: Arc::new(Room {
                most: settings.hashes_waiting,
                state: Mutex::new(RoomState { free: settings.hashes, lines: Lines::new(settings.hashes_waiting) }),
                numbers: AtomicU64::new(0),
            }),
            nobodys: Arc::default(),
        })
    }

    /// Checks whether there is a place in a line now, so that nothing else is done in vain.
    ///
    /// # Errors
    /// [`Code::Overloaded`] if too many wait already.
    pub fn check_place(&self, line: &Counted) -> Result<()> {
        let state = self.room.state.lock();
        if state.free > 0 || state.lines.has_place(line) { Ok(()) } else { Err(full()) }
    }

    /// Returns whether at least half of the room is taken.
    pub fn is_half_full(&self) -> bool {
        self.room.state.lock().lines.len() * 2 >= self.room.most
    }

    /// Waits for a turn in this line.
    ///
    /// # Errors
    /// [`Code::Overloaded`] if too many wait already, or if the place went to a shorter line.
    pub async fn turn(&self, line: Counted) -> Result<Turn> {
        let (turn, granted) = oneshot::channel();
        let number = self.room.numbers.fetch_add(1, Ordering::Relaxed);
        let entered = {
            let mut state = self.room.state.lock();
            if state.free > 0 {
                state.free -= 1;
                return Ok(Turn(Some(Arc::clone(&self.room))));
            }
            state.lines.enter(line.clone(), Waiting { number, turn })
        };
        match entered {
            Entered::Waits => {}
            // The one who waited gets the answer, unless it has gone.
            Entered::Instead(ousted) => drop(ousted.turn.send(Err(full()))),
            Entered::Refused(_) => return Err(full()),
        }
        let _place = LinePlace { room: Arc::clone(&self.room), line, number };
        granted.await.map_err(Error::internal)?
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub async fn hash(&self, turn: Turn, password: Password) -> Result<String> {
        let argon2 = self.argon2.clone();
        apart(turn, move || hash(&argon2, &password)).await?
    }

    /// Checks a password against a stored hash, or, where there is no account, against a placeholder, so that it takes
    /// as long.
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

    /// Makes the placeholder's hash, so that the first request for an unknown account does not take longer.
    ///
    /// # Errors
    /// [`Code::Internal`].
    pub async fn prepare(&self) -> Result<()> {
        let turn = self.turn(Counted::Person(Uuid::nil())).await?;
        self.check(turn, Password(String::new()), None).await.map(drop)
    }
}

fn full() -> Error {
    Error::because(Code::Overloaded, "too many people are signing in at the moment")
}

impl Drop for LinePlace {
    fn drop(&mut self) {
        self.room.state.lock().lines.forget(&self.line, |waiting| waiting.number == self.number);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(room) = self.0.take() else { return };
        loop {
            // Under one lock, or a newcomer could begin to wait between the two.
            let mut state = room.state.lock();
            let Some(waiting) = state.lines.next() else {
                state.free += 1;
                return;
            };
            drop(state);
            match waiting.turn.send(Ok(Turn(Some(Arc::clone(&room))))) {
                Ok(()) => return,
                // It went meanwhile: this turn goes to the next one instead of ending.
                Err(turn) => drop(turn.map(|mut turn| turn.0.take())),
            }
        }
    }
}

/// Runs the work on a blocking thread. The turn ends with the work, also if the request was dropped.
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

    fn line(number: u128) -> Counted {
        Counted::Person(Uuid::from_u128(number))
    }

    fn typed(text: &str) -> Password {
        Password::tried(&mut Fields::new(), text)
    }

    #[tokio::test]
    async fn a_password_is_right_in_either_unicode_form() {
        let hashing = hashing(1);
        let stored = hashing.hash(hashing.turn(line(1)).await.unwrap(), typed("caf\u{e9} au lait")).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=1024,t=1,p=1$"), "{stored}");
        let right = async |text: &str, stored: Option<&String>| {
            hashing.check(hashing.turn(line(1)).await.unwrap(), typed(text), stored.cloned()).await.unwrap()
        };
        let tried = right("cafe\u{301} au lait", Some(&stored)).await;
        assert!(tried.right && tried.rehash.is_none());
        assert!(!right("cafe au lait", Some(&stored)).await.right);
        assert!(!right("nobody's password", None).await.right, "there is no account");
    }

    #[tokio::test]
    async fn other_parameters_make_a_new_hash_of_a_right_password() {
        let (old, new) = (hashing(1), hashing(2));
        let stored = old.hash(old.turn(line(1)).await.unwrap(), typed("a password")).await.unwrap();
        let wrong = new.check(new.turn(line(1)).await.unwrap(), typed("another"), Some(stored.clone())).await.unwrap();
        assert!(!wrong.right && wrong.rehash.is_none());
        let tried = new.check(new.turn(line(1)).await.unwrap(), typed("a password"), Some(stored)).await.unwrap();
        let rehash = tried.rehash.expect("a new hash");
        assert!(tried.right && rehash.contains("t=2"));
        let again = new.check(new.turn(line(1)).await.unwrap(), typed("a password"), Some(rehash)).await.unwrap();
        assert!(again.right && again.rehash.is_none());
    }

    #[tokio::test]
    async fn a_hash_is_refused_when_too_many_wait() {
        let hashing = hashing(1);
        let first = hashing.turn(line(1)).await.unwrap();
        assert!(!hashing.is_half_full());
        let (mut second, mut third) = (Box::pin(hashing.turn(line(2))), Box::pin(hashing.turn(line(3))));
        assert!(futures_util::poll!(&mut second).is_pending() && futures_util::poll!(&mut third).is_pending());
        assert!(hashing.is_half_full() && hashing.check_place(&line(4)).is_err());
        assert_eq!(hashing.turn(line(4)).await.err().map(|error| error.code), Some(Code::Overloaded));
        // A request that is dropped makes room.
        drop(third);
        assert!(hashing.check_place(&line(4)).is_ok());
        let mut fourth = Box::pin(hashing.turn(line(4)));
        assert!(futures_util::poll!(&mut fourth).is_pending());
        drop(first);
        assert!(futures_util::poll!(&mut fourth).is_pending(), "the second comes first");
        drop(second.await.unwrap());
        drop(fourth.await.unwrap());
        assert!(hashing.turn(line(1)).await.is_ok());
    }

    #[tokio::test]
    async fn a_turn_that_came_for_a_request_that_went_is_passed_on() {
        let hashing = hashing(1);
        let first = hashing.turn(line(1)).await.unwrap();
        let (mut second, mut third) = (Box::pin(hashing.turn(line(2))), Box::pin(hashing.turn(line(3))));
        assert!(futures_util::poll!(&mut second).is_pending() && futures_util::poll!(&mut third).is_pending());
        drop(first);
        // Its turn has come, and it does not take it.
        drop(second);
        drop(third.await.unwrap());
        assert!(hashing.turn(line(1)).await.is_ok());
    }

    #[test]
    fn a_password_has_limits() {
        let chosen = |text: &str| {
            let mut fields = Fields::new();
            Password::chosen(&mut fields, text);
            fields.done().is_ok()
        };
        assert!(chosen("12345678") && chosen(&"ü".repeat(256)) && chosen("👩‍🎤🎸🎸🎸🎸🎸"));
        assert!(!chosen("1234567") && !chosen(&"a".repeat(257)) && !chosen(&"🎸".repeat(257)) && !chosen(""));
    }
}
