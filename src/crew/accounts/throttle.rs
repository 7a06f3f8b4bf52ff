//! Limits sign-ins.
//!
//! **Every attempt** counts, also a right one, since each costs a password hash: for its address, or, from a device that
//! has proved itself, for the account ([`Throttle::attempt`]).
//!
//! **Failures** count again, each over the last minute:
//!
//! | count | limit | stops |
//! | --- | --- | --- |
//! | for an account, from an address | `PODIUM_LIMIT_ACCOUNT_FAILURES` (5) | one machine that guesses one person's password |
//! | from an address, at accounts that exist | `PODIUM_LIMIT_ADDRESS_FAILURES` (30) | one machine that tries a password on many people |
//! | for an account | ten times the first (50) | many machines that guess one person's password |
//! | for an account, from a device | as the first (5) | a stolen proof of a device |
//!
//! No count locks an account: otherwise anyone who knows an e-mail address could keep its owner out for as long as they
//! like. When the count for an account is full, the first limit becomes one for it: each address may fail once a
//! minute. So the owner, who is right at the first try, gets in from any address, and an attacker with a thousand
//! addresses has a thousand guesses a minute and no more. The limit of password hashes bounds all of them together.
//!
//! Nor does a count lock an address, which a whole venue may share: **a device that was signed in to the account before
//! brings a proof of it** ([`Tokens::device`](crate::foundation::auth::Tokens::device)), and is counted by itself
//! alone. This is what OWASP calls device cookies.
//!
//! An address is counted at every width ([`networks`]). An account is identified by the e-mail address that was typed,
//! whether there is such an account or not, so that reaching its limit does not reveal it.
//!
//! Each node counts in memory: a refusal must cost nothing. Several nodes together allow as many times more. Each count
//! has a map of its own that drops the oldest, so that filling one does not empty another.

use std::collections::VecDeque;
use std::hash::Hash;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::email::Email;
use super::settings::AccountSettings;
use crate::foundation::errors::{Error, Result};
use crate::foundation::http::ClientAddress;
use crate::foundation::limits::{Addresses, Network, Newest, Rates, networks};

/// The time over which failures are counted.
const WINDOW: Duration = Duration::from_secs(60);

/// The time over which mails to one address are counted.
const MAIL_WINDOW: Duration = Duration::from_secs(15 * 60);

/// The most mails to one address in that time.
const MAILS: usize = 3;

/// The limit for an account is this many times the limit for an account from one address.
const MANY: usize = 10;

type Account = [u8; 16];

/// The attempts and failures of the last minute.
pub struct Throttle {
    pair: usize,
    address: usize,
    by_address: Addresses,
    by_device: Rates<Uuid>,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    pairs: Count<(Account, Network)>,
    accounts: Count<Account>,
    devices: Count<Uuid>,
    /// The failures from addresses, of each width.
    addresses: Wide,
    /// The registrations of addresses that have accounts.
    probes: Count<(Account, Network)>,
    mails_from: Wide,
    mails: Count<Account>,
}

/// A count for each width of a network.
type Wide = [Count<Network>; 3];

/// The times of something in the last minutes, by key.
struct Count<K: Hash + Eq>(Newest<K, VecDeque<Instant>>);

impl<K: Hash + Eq> Default for Count<K> {
    fn default() -> Self {
        Count(Newest::default())
    }
}

impl<K: Hash + Eq + Copy> Count<K> {
    /// Refuses if the count has reached its limit.
    fn full(&mut self, key: K, bound: usize, window: Duration, now: Instant) -> Result<()> {
        let Some(times) = self.0.get_mut(&key) else { return Ok(()) };
        while times.front().is_some_and(|time| now.duration_since(*time) >= window) {
            times.pop_front();
        }
        if times.is_empty() {
            self.0.remove(&key);
            return Ok(());
        }
        // There is room again when the surplus has left the window.
        let Some(blocking) = times.len().checked_sub(bound).and_then(|over| times.get(over)) else { return Ok(()) };
        let wait = window.saturating_sub(now.duration_since(*blocking));
        let mut error = Error::rate_limited(wait.max(Duration::from_secs(1)));
        error.reason = "too many failed attempts; try again later".into();
        Err(error)
    }

    /// Adds a time. Keeps the newest times, as many as the limit.
    fn enter(&mut self, key: K, bound: usize, window: Duration, now: Instant) {
        self.0.tidy(|times| times.back().is_none_or(|time| now.duration_since(*time) >= window));
        let times = self.0.entry(key, VecDeque::new);
        times.push_back(now);
        if times.len() > bound {
            times.pop_front();
        }
    }

    /// Takes a time out again.
    fn forgive(&mut self, key: K, at: Instant) {
        let Some(times) = self.0.get_mut(&key) else { return };
        if let Some(place) = times.iter().rposition(|time| *time == at) {
            times.remove(place);
        }
        if times.is_empty() {
            self.0.remove(&key);
        }
    }
}

/// Refuses if a client's networks have reached the limit at any width.
fn wide_full(wide: &mut Wide, client: ClientAddress, bound: usize, now: Instant) -> Result<()> {
    let mut each = networks(client).zip(wide);
    each.try_for_each(|((network, times), count)| count.full(network, bound * times, WINDOW, now))
}

fn wide_enter(wide: &mut Wide, client: ClientAddress, bound: usize, now: Instant) {
    let each = networks(client).zip(wide);
    each.for_each(|((network, times), count)| count.enter(network, bound * times, WINDOW, now));
}

/// An account and the client that tries to sign in to it.
#[derive(Debug, Clone, Copy)]
pub struct Who {
    account: Account,
    client: ClientAddress,
    device: Option<Uuid>,
}

impl Who {
    /// A client at `client` that gives `typed` as its e-mail address. Connections without an address, as in tests,
    /// count as one.
    pub fn new(typed: &str, client: ClientAddress) -> Self {
        // Text that is not an e-mail address counts as it was typed.
        let account = match Email::parse(typed) {
            Ok(email) => short(email.key()),
            Err(_) => short(typed),
        };
        Who { account, client, device: None }
    }

    /// Returns the same with a device that has proved that it was signed in to the account before.
    pub fn on(self, device: Option<Uuid>) -> Self {
        Who { device, ..self }
    }

    /// Returns the device that has proved itself.
    pub fn device(&self) -> Option<Uuid> {
        self.device
    }

    fn network(&self) -> Network {
        networks(self.client).next().map_or_else(|| unreachable!("a client has a network"), |(network, _)| network)
    }
}

fn short(text: &str) -> Account {
    let mut name = [0; 16];
    name.copy_from_slice(&Sha256::digest(text)[..16]);
    name
}

/// An attempt under way. It counts as failed until its result is known, or a thousand at once would all be allowed. If
/// its client goes away it stays so, since the client may have seen the result.
#[must_use]
pub struct Attempt<'a> {
    throttle: &'a Throttle,
    who: Who,
    exists: bool,
    at: Instant,
}

impl Throttle {
    /// Makes a throttle with these limits.
    pub fn new(settings: &AccountSettings) -> Self {
        Throttle {
            pair: settings.account_failures,
            address: settings.address_failures,
            by_address: Addresses::new("sign-ins", settings.sign_ins),
            by_device: Rates::new("sign-ins", settings.device_sign_ins),
            counts: Mutex::default(),
        }
    }

    /// Counts something that costs a password hash, whatever its outcome.
    ///
    /// # Errors
    /// [`Code::RateLimited`](crate::foundation::errors::Code::RateLimited), with the time to wait.
    pub fn attempt(&self, who: Who) -> Result<()> {
        match who.device {
            Some(device) => self.by_device.take(&device),
            None => self.by_address.take(who.client),
        }
    }

    /// Checks whether an attempt is allowed now.
    ///
    /// # Errors
    /// [`Code::RateLimited`](crate::foundation::errors::Code::RateLimited), with the time to wait.
    pub fn check(&self, who: Who) -> Result<()> {
        self.check_at(&mut self.counts.lock(), who, Instant::now())
    }

    /// Begins an attempt at an account, which `exists` or not. Call it when the password is about to be checked, not
    /// while the attempt waits for that.
    ///
    /// # Errors
    /// Those of [`Throttle::check`].
    pub fn begin(&self, who: Who, exists: bool) -> Result<Attempt<'_>> {
        let mut counts = self.counts.lock();
        let at = Instant::now();
        self.check_at(&mut counts, who, at)?;
        if let Some(device) = who.device {
            counts.devices.enter(device, self.pair, WINDOW, at);
        } else {
            counts.pairs.enter((who.account, who.network()), self.pair, WINDOW, at);
            counts.accounts.enter(who.account, self.pair * MANY, WINDOW, at);
            if exists {
                wide_enter(&mut counts.addresses, who.client, self.address, at);
            }
        }
        Ok(Attempt { throttle: self, who, exists, at })
    }

    /// Counts an answer that an address has an account. Such answers have a count of their own, for the account from
    /// an address: nothing that others of a crowd do keeps anyone from registering.
    ///
    /// # Errors
    /// Those of [`Throttle::check`], before it is counted.
    pub fn probe(&self, who: Who) -> Result<()> {
        let (mut counts, now) = (self.counts.lock(), Instant::now());
        let key = (who.account, who.network());
        counts.probes.full(key, self.pair, WINDOW, now)?;
        counts.probes.enter(key, self.pair, WINDOW, now);
        Ok(())
    }

    /// Returns whether another mail may be sent: three to one e-mail address in 15 minutes, and as many from one
    /// network address as may fail to sign in. `false` is about the e-mail address: the answer to the client must not
    /// depend on it.
    ///
    /// # Errors
    /// [`Code::RateLimited`](crate::foundation::errors::Code::RateLimited) for the second limit.
    pub fn mail(&self, who: Who) -> Result<bool> {
        let (mut counts, now) = (self.counts.lock(), Instant::now());
        wide_full(&mut counts.mails_from, who.client, self.address, now)?;
        wide_enter(&mut counts.mails_from, who.client, self.address, now);
        let allowed = counts.mails.full(who.account, MAILS, MAIL_WINDOW, now).is_ok();
        if allowed {
            counts.mails.enter(who.account, MAILS, MAIL_WINDOW, now);
        }
        Ok(allowed)
    }

    fn check_at(&self, counts: &mut Counts, who: Who, now: Instant) -> Result<()> {
        if let Some(device) = who.device {
            return counts.devices.full(device, self.pair, WINDOW, now);
        }
        wide_full(&mut counts.addresses, who.client, self.address, now)?;
        let guessed_at = counts.accounts.full(who.account, self.pair * MANY, WINDOW, now).is_err();
        counts.pairs.full((who.account, who.network()), if guessed_at { 1 } else { self.pair }, WINDOW, now)
    }
}

impl Attempt<'_> {
    /// Takes the attempt out of the counts: the password was right, or was not checked.
    pub fn forgive(self) {
        let (mut counts, who, at) = (self.throttle.counts.lock(), self.who, self.at);
        if let Some(device) = who.device {
            return counts.devices.forgive(device, at);
        }
        counts.pairs.forgive((who.account, who.network()), at);
        counts.accounts.forgive(who.account, at);
        if self.exists {
            networks(who.client)
                .zip(&mut counts.addresses)
                .for_each(|((network, _), count)| count.forgive(network, at));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;
    use crate::foundation::limits::MOST;
    use crate::foundation::settings::Settings;

    const OWNER: &str = "ana@example.org";

    fn throttle(pair: usize, address: usize) -> Throttle {
        Throttle::new(&AccountSettings {
            account_failures: pair,
            address_failures: address,
            ..Settings::default().own()
        })
    }

    fn from(number: u32) -> ClientAddress {
        ClientAddress(Some(IpAddr::V4(number.into())))
    }

    fn fails(throttle: &Throttle, email: &str, address: u32) -> bool {
        throttle.begin(Who::new(email, from(address)), true).is_ok()
    }

    fn fail_at_many(throttle: &Throttle, numbers: std::ops::Range<u32>, address: impl Fn(u32) -> u32) {
        for number in numbers {
            fails(throttle, &format!("person{number}@example.org"), address(number));
        }
    }

    /// Moves all counted times into the past.
    fn later(throttle: &Throttle, by: Duration) {
        let mut counts = throttle.counts.lock();
        counts.pairs.0.values_mut().flatten().for_each(|time| *time -= by);
        counts.accounts.0.values_mut().flatten().for_each(|time| *time -= by);
        counts.addresses.iter_mut().flat_map(|wide| wide.0.values_mut()).flatten().for_each(|time| *time -= by);
    }

    #[test]
    fn one_address_has_five_guesses_a_minute_and_so_has_another() {
        let throttle = throttle(5, 30);
        assert!((0..5).all(|_| fails(&throttle, OWNER, 1)));
        let error = throttle.check(Who::new("ANA@EXAMPLE.ORG", from(1))).unwrap_err();
        assert!(error.retry_after.is_some_and(|wait| wait > Duration::from_secs(58) && wait <= WINDOW));
        assert!(throttle.check(Who::new(OWNER, from(2))).is_ok());
        assert!(throttle.check(Who::new("ben@example.org", from(1))).is_ok());
        later(&throttle, WINDOW);
        assert!((0..5).all(|_| fails(&throttle, OWNER, 1)) && !fails(&throttle, OWNER, 1));
    }

    #[test]
    fn the_window_slides() {
        let throttle = throttle(2, 30);
        assert!(fails(&throttle, OWNER, 1));
        later(&throttle, Duration::from_secs(40));
        assert!(fails(&throttle, OWNER, 1));
        later(&throttle, Duration::from_secs(19));
        assert!(!fails(&throttle, OWNER, 1), "two within 59 seconds");
        later(&throttle, Duration::from_secs(1));
        assert!(fails(&throttle, OWNER, 1) && !fails(&throttle, OWNER, 1), "one of them is over");
    }

    #[test]
    fn one_address_has_thirty_failures_over_all_accounts_that_exist() {
        let throttle = throttle(5, 30);
        for number in 0..1_000 {
            let unknown = Who::new(&format!("unknown{number}@example.org"), from(1));
            drop(throttle.begin(unknown, false).expect("an account that does not exist"));
        }
        assert!((0..30).all(|number| fails(&throttle, &format!("person{number}@example.org"), 1)));
        assert!(!fails(&throttle, OWNER, 1) && fails(&throttle, OWNER, 2));
        let v6 = |text: &str| Who::new(OWNER, ClientAddress(Some(text.parse().unwrap())));
        (0..5).for_each(|number| drop(throttle.begin(v6(&format!("2001:db8::{number}")), true).unwrap()));
        assert!(throttle.check(v6("2001:db8::ffff")).is_err(), "a network of 64 bits is one address");
        assert!(throttle.check(v6("2001:db8:0:1::")).is_ok());
    }

    #[test]
    fn a_site_with_many_networks_has_the_limit_of_a_site() {
        let throttle = throttle(5, 30);
        let tries = |number: u32| {
            let client = ClientAddress(Some(format!("2001:db8:1:{number:x}::1").parse().unwrap()));
            throttle.begin(Who::new(&format!("person{number}@example.org"), client), true).is_ok()
        };
        assert_eq!((0..10_000).filter(|number| tries(*number)).count(), 480, "sixteen times the limit of one");
    }

    #[test]
    fn a_thousand_addresses_have_a_guess_each_and_do_not_lock_the_account() {
        let throttle = throttle(5, 30);
        for address in 0..1_000 {
            while fails(&throttle, OWNER, address) {}
        }
        let guesses = |from: std::ops::Range<u32>| {
            from.map(|address| (0..9).filter(|_| fails(&throttle, OWNER, address)).count()).sum::<usize>()
        };
        assert_eq!(guesses(0..1_000), 0);
        assert_eq!(guesses(1_000..2_000), 1_000, "a guess each");
        let owner = throttle.begin(Who::new(OWNER, from(5_000)), true).expect("the owner is let in");
        owner.forgive();
        assert!(throttle.check(Who::new(OWNER, from(5_000))).is_ok());
    }

    #[test]
    fn what_is_right_does_not_count_and_what_is_under_way_does() {
        let throttle = throttle(2, 30);
        for _ in 0..100 {
            throttle.begin(Who::new(OWNER, from(1)), true).unwrap().forgive();
        }
        let counts = throttle.counts.lock();
        assert!(counts.pairs.0.is_empty() && counts.accounts.0.is_empty() && counts.addresses[0].0.is_empty());
        drop(counts);
        let one = throttle.begin(Who::new(OWNER, from(1)), true).unwrap();
        let two = throttle.begin(Who::new(OWNER, from(1)), true).unwrap();
        assert!(throttle.begin(Who::new(OWNER, from(1)), true).is_err());
        one.forgive();
        drop(two);
        assert!(fails(&throttle, OWNER, 1) && !fails(&throttle, OWNER, 1));
    }

    #[test]
    fn a_device_that_was_there_before_is_counted_by_itself() {
        let throttle = throttle(5, 30);
        fail_at_many(&throttle, 0..100, |_| 1);
        while fails(&throttle, OWNER, 1) {}
        let device = Uuid::from_u128(1);
        let owner = Who::new(OWNER, from(1));
        assert!(throttle.check(owner).is_err());
        assert!((0..5).all(|_| throttle.begin(owner.on(Some(device)), true).is_ok()));
        assert!(throttle.check(owner.on(Some(device))).is_err(), "a stolen proof has five guesses a minute");
        assert!(throttle.check(owner.on(Some(Uuid::from_u128(2)))).is_ok());
    }

    #[test]
    fn a_hundred_thousand_addresses_empty_no_count() {
        let throttle = throttle(5, 30);
        assert!((0..5).all(|_| fails(&throttle, OWNER, 1)));
        (10..100_010).for_each(|address| assert!(fails(&throttle, &format!("{address}@example.org"), address)));
        assert!(!fails(&throttle, OWNER, 1), "the sixth guess");
        fail_at_many(&throttle, 200_000..400_000, |address| address);
        let counts = throttle.counts.lock();
        assert!([counts.pairs.0.len(), counts.accounts.0.len(), counts.addresses[0].0.len()] == [MOST; 3]);
    }

    #[test]
    fn mails_to_one_address_are_few_and_no_answer_says_so() {
        let throttle = throttle(5, 30);
        let asked: Vec<_> = (0..5).map(|_| throttle.mail(Who::new(OWNER, from(1))).unwrap()).collect();
        assert_eq!(asked, [true, true, true, false, false]);
        assert!(!throttle.mail(Who::new(OWNER, from(2))).unwrap());
        let (mut allowed, mut number) = (true, 0);
        while allowed {
            number += 1;
            allowed = throttle.mail(Who::new(&format!("{number}@example.org"), from(1))).is_ok();
        }
        assert_eq!(number, 26, "thirty from one address");
        assert!(throttle.check(Who::new(OWNER, from(1))).is_ok(), "a mail is not a failed sign-in");
    }

    #[test]
    fn wrong_passwords_of_others_keep_nobody_from_registering() {
        let throttle = throttle(5, 30);
        fail_at_many(&throttle, 0..100, |_| 1);
        assert!((0..5).all(|_| throttle.probe(Who::new(OWNER, from(1))).is_ok()));
        assert!(throttle.probe(Who::new(OWNER, from(1))).is_err());
        assert!(throttle.probe(Who::new(OWNER, from(2))).is_ok());
        assert!(throttle.probe(Who::new("ben@example.org", from(1))).is_ok());
    }
}
