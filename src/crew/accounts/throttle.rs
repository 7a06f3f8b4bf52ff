//! Limits failed sign-ins.
//!
//! There are three counts, each over the last minute, each of failures alone:
//!
//! | count | limit | stops |
//! | --- | --- | --- |
//! | for an account, from an address | `PODIUM_LIMIT_ACCOUNT_FAILURES` (5) | one machine that guesses one person's password |
//! | from an address | `PODIUM_LIMIT_ADDRESS_FAILURES` (30) | one machine that tries a password on many people |
//! | for an account | ten times the first (50) | many machines that guess one person's password |
//!
//! No count locks an account: otherwise anyone who knows an e-mail address could keep its owner out for as long as they
//! like. When the count for an account is full, the first limit becomes one for it: each address may fail once a
//! minute. So the owner, who is right at the first try, gets in from any address, and an attacker with a thousand
//! addresses has a thousand guesses a minute and no more. The limit of password hashes bounds all of them together.
//!
//! An address is a [`ClientAddress`](crate::foundation::http::ClientAddress); of IPv6 the first 64 bits, the smallest
//! network that anyone has. An account is identified by the e-mail address that was typed, whether there is such an
//! account or not, so that reaching a limit does not reveal it.
//!
//! Each node counts in memory: a refusal must cost nothing. Several nodes together allow as many times more.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use super::email::Email;
use crate::foundation::errors::{Error, Result};

/// The time over which failures are counted.
const WINDOW: Duration = Duration::from_secs(60);

/// The time over which mails to one address are counted.
const MAIL_WINDOW: Duration = Duration::from_secs(15 * 60);

/// The most mails to one address in that time.
const MAILS: usize = 3;

/// The most counts that are kept. None holds more times than its limit.
const MOST: usize = 64 * 1024;

/// The limit for an account is this many times the limit for an account from one address.
const MANY: usize = 10;

/// A count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Count {
    Pair([u8; 16], IpAddr),
    Address(IpAddr),
    Account([u8; 16]),
    Mails([u8; 16]),
    MailsFrom(IpAddr),
}

impl Count {
    fn window(self) -> Duration {
        if matches!(self, Count::Mails(_)) { MAIL_WINDOW } else { WINDOW }
    }
}

/// The failures of the last minute.
pub struct Throttle {
    pair: usize,
    address: usize,
    counts: Mutex<HashMap<Count, VecDeque<Instant>>>,
}

/// An account and the address of a client that tries to sign in to it.
#[derive(Debug, Clone, Copy)]
pub struct Who {
    account: [u8; 16],
    address: IpAddr,
}

impl Who {
    /// A client at `address` that gives `typed` as its e-mail address. Connections without an address, as in tests,
    /// count as one.
    pub fn new(typed: &str, address: Option<IpAddr>) -> Self {
        // Text that is not an e-mail address counts as it was typed.
        let account = match Email::parse(typed) {
            Ok(email) => short(email.key()),
            Err(_) => short(typed),
        };
        Who { account, address: network(address) }
    }
}

fn short(text: &str) -> [u8; 16] {
    let mut name = [0; 16];
    name.copy_from_slice(&Sha256::digest(text)[..16]);
    name
}

fn network(address: Option<IpAddr>) -> IpAddr {
    match address.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)) {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

/// An attempt under way. It counts as failed until its result is known, or a thousand at once would all be allowed. If
/// its client goes away it stays so, since the client may have seen the result.
#[must_use]
pub struct Attempt<'a> {
    throttle: &'a Throttle,
    who: Who,
    at: Instant,
}

impl Throttle {
    /// Makes a throttle with these limits a minute: for an account from an address, and from an address.
    pub fn new(pair: usize, address: usize) -> Self {
        Throttle { pair, address, counts: Mutex::default() }
    }

    /// Checks whether an attempt is allowed now.
    ///
    /// # Errors
    /// [`Code::RateLimited`](crate::foundation::errors::Code::RateLimited), with the time to wait.
    pub fn check(&self, who: Who) -> Result<()> {
        self.check_at(&mut self.counts.lock(), who, Instant::now())
    }

    /// Begins an attempt. Call it when the password is about to be checked, not while the attempt waits for that.
    ///
    /// # Errors
    /// Those of [`Throttle::check`].
    pub fn begin(&self, who: Who) -> Result<Attempt<'_>> {
        let mut counts = self.counts.lock();
        let at = Instant::now();
        self.check_at(&mut counts, who, at)?;
        for count in who.counts() {
            enter(&mut counts, count, at, self.bound(count));
        }
        Ok(Attempt { throttle: self, who, at })
    }

    /// Counts something that reveals as much as a failed attempt.
    ///
    /// # Errors
    /// Those of [`Throttle::check`], before it is counted.
    pub fn fail(&self, who: Who) -> Result<()> {
        self.begin(who).map(drop)
    }

    /// Returns whether another mail may be sent: three to one e-mail address in 15 minutes, and as many from one
    /// network address as may fail to sign in. `false` is about the e-mail address: the answer to the client must not
    /// depend on it.
    ///
    /// # Errors
    /// [`Code::RateLimited`](crate::foundation::errors::Code::RateLimited) for the second limit.
    pub fn mail(&self, who: Who) -> Result<bool> {
        let mut counts = self.counts.lock();
        let now = Instant::now();
        let (to, from) = (Count::Mails(who.account), Count::MailsFrom(who.address));
        full(&mut counts, from, self.bound(from), now)?;
        enter(&mut counts, from, now, self.bound(from));
        let allowed = full(&mut counts, to, self.bound(to), now).is_ok();
        if allowed {
            enter(&mut counts, to, now, self.bound(to));
        }
        Ok(allowed)
    }

    fn bound(&self, count: Count) -> usize {
        match count {
            Count::Pair(..) => self.pair,
            Count::Account(..) => self.pair * MANY,
            Count::Address(..) | Count::MailsFrom(..) => self.address,
            Count::Mails(..) => MAILS,
        }
    }

    fn check_at(&self, counts: &mut HashMap<Count, VecDeque<Instant>>, who: Who, now: Instant) -> Result<()> {
        let [pair, address, account] = who.counts();
        full(counts, address, self.bound(address), now)?;
        let guessed_at = full(counts, account, self.bound(account), now).is_err();
        full(counts, pair, if guessed_at { 1 } else { self.pair }, now)
    }
}

impl Who {
    fn counts(self) -> [Count; 3] {
        [Count::Pair(self.account, self.address), Count::Address(self.address), Count::Account(self.account)]
    }
}

/// Refuses if the count has reached its limit. Removes times that have left the window.
fn full(counts: &mut HashMap<Count, VecDeque<Instant>>, count: Count, bound: usize, now: Instant) -> Result<()> {
    let Some(times) = counts.get_mut(&count) else { return Ok(()) };
    while times.front().is_some_and(|time| now.duration_since(*time) >= count.window()) {
        times.pop_front();
    }
    if times.is_empty() {
        counts.remove(&count);
        return Ok(());
    }
    // There is room again when the surplus has left the window.
    let Some(blocking) = times.len().checked_sub(bound).and_then(|over| times.get(over)) else { return Ok(()) };
    let wait = count.window().saturating_sub(now.duration_since(*blocking));
    let mut error = Error::rate_limited(wait.max(Duration::from_secs(1)));
    error.reason = "too many failed attempts; try again later".into();
    Err(error)
}

/// Adds a time to a count. Keeps the newest times, as many as the limit.
fn enter(counts: &mut HashMap<Count, VecDeque<Instant>>, count: Count, at: Instant, bound: usize) {
    if counts.len() >= MOST && !counts.contains_key(&count) {
        counts.retain(|count, times| times.back().is_some_and(|time| at.duration_since(*time) < count.window()));
        if counts.len() >= MOST {
            tracing::warn!("too many failed sign-ins to count; all counts are cleared");
            counts.clear();
        }
    }
    let times = counts.entry(count).or_default();
    times.push_back(at);
    if times.len() > bound {
        times.pop_front();
    }
}

impl Attempt<'_> {
    /// Takes the attempt out of the counts: the password was right, or was not checked.
    pub fn forgive(self) {
        let mut counts = self.throttle.counts.lock();
        for count in self.who.counts() {
            let Some(times) = counts.get_mut(&count) else { continue };
            if let Some(place) = times.iter().rposition(|time| *time == self.at) {
                times.remove(place);
            }
            if times.is_empty() {
                counts.remove(&count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: &str = "ana@example.org";

    fn from(number: u32) -> Option<IpAddr> {
        Some(IpAddr::V4(number.into()))
    }

    fn fails(throttle: &Throttle, email: &str, address: u32) -> bool {
        throttle.fail(Who::new(email, from(address))).is_ok()
    }

    /// Moves all counted times into the past.
    fn later(throttle: &Throttle, by: Duration) {
        throttle.counts.lock().values_mut().flatten().for_each(|time| *time -= by);
    }

    #[test]
    fn one_address_has_five_guesses_a_minute_and_so_has_another() {
        let throttle = Throttle::new(5, 30);
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
        let throttle = Throttle::new(2, 30);
        assert!(fails(&throttle, OWNER, 1));
        later(&throttle, Duration::from_secs(40));
        assert!(fails(&throttle, OWNER, 1));
        later(&throttle, Duration::from_secs(19));
        assert!(!fails(&throttle, OWNER, 1), "two within 59 seconds");
        later(&throttle, Duration::from_secs(1));
        assert!(fails(&throttle, OWNER, 1) && !fails(&throttle, OWNER, 1), "one of them is over");
    }

    #[test]
    fn one_address_has_thirty_failures_over_all_accounts() {
        let throttle = Throttle::new(5, 30);
        assert!((0..30).all(|number| fails(&throttle, &format!("person{number}@example.org"), 1)));
        assert!(!fails(&throttle, OWNER, 1) && fails(&throttle, OWNER, 2));
        let v6 = |text: &str| Who::new(OWNER, Some(text.parse().unwrap()));
        (0..5).for_each(|number| throttle.fail(v6(&format!("2001:db8::{number}"))).unwrap());
        assert!(throttle.check(v6("2001:db8::ffff")).is_err(), "a network of 64 bits is one address");
        assert!(throttle.check(v6("2001:db8:0:1::")).is_ok());
    }

    #[test]
    fn a_thousand_addresses_have_a_guess_each_and_do_not_lock_the_account() {
        let throttle = Throttle::new(5, 30);
        for address in 0..1_000 {
            while fails(&throttle, OWNER, address) {}
        }
        let guesses = |from: std::ops::Range<u32>| {
            from.map(|address| (0..9).filter(|_| fails(&throttle, OWNER, address)).count()).sum::<usize>()
        };
        assert_eq!(guesses(0..1_000), 0);
        assert_eq!(guesses(1_000..2_000), 1_000, "a guess each");
        let owner = throttle.begin(Who::new(OWNER, from(5_000))).expect("the owner is let in");
        owner.forgive();
        assert!(throttle.check(Who::new(OWNER, from(5_000))).is_ok());
    }

    #[test]
    fn what_is_right_does_not_count_and_what_is_under_way_does() {
        let throttle = Throttle::new(2, 30);
        for _ in 0..100 {
            throttle.begin(Who::new(OWNER, from(1))).unwrap().forgive();
        }
        assert!(throttle.counts.lock().is_empty());
        let one = throttle.begin(Who::new(OWNER, from(1))).unwrap();
        let two = throttle.begin(Who::new(OWNER, from(1))).unwrap();
        assert!(throttle.begin(Who::new(OWNER, from(1))).is_err());
        one.forgive();
        drop(two);
        assert!(fails(&throttle, OWNER, 1) && !fails(&throttle, OWNER, 1));
    }

    #[test]
    fn counts_are_bounded() {
        let throttle = Throttle::new(5, 30);
        (0..100_000).for_each(|address| assert!(fails(&throttle, &format!("{address}@example.org"), address)));
        assert!(throttle.counts.lock().len() <= MOST + 2);
        (0..1_000).for_each(|_| drop(throttle.mail(Who::new(OWNER, from(1)))));
        assert!(throttle.counts.lock().values().all(|times| times.len() <= 50));
    }

    #[test]
    fn mails_to_one_address_are_few_and_no_answer_says_so() {
        let throttle = Throttle::new(5, 30);
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
}
