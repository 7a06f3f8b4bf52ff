//! The settings of accounts.

use std::time::Duration;

use crate::foundation::settings::{
    ALLOWANCE, Allowance, COUNT, Fallback, OwnSettings, RATE, Rate, Setting, allowance, bytes, cores, count,
    duration_within, number, put, rate,
};

/// The permissions of accounts whose e-mail address is not confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unconfirmed {
    /// Little, if a mail server is set, and everything otherwise.
    Auto,
    /// Join events, and talk in pods to which they were invited.
    Limited,
    /// Everything.
    Full,
}

/// The settings of accounts.
#[derive(Debug, Clone)]
pub struct AccountSettings {
    /// The time for which an access token is valid.
    pub access_lifetime: Duration,
    /// The time for which a device stays signed in without being used.
    pub refresh_lifetime: Duration,
    /// Memory of one password hash, in bytes.
    pub hash_memory: usize,
    /// Passes of one password hash over its memory.
    pub hash_passes: u32,
    /// The most password hashes that are computed at the same time.
    pub hashes: usize,
    /// The most that wait. One more is refused with `overloaded`.
    pub hashes_waiting: usize,
    /// The most failed sign-ins a minute to one account from one address.
    pub account_failures: usize,
    /// The most failed sign-ins a minute from one address.
    pub address_failures: usize,
    /// Sign-ins, registrations and resets from an address, right or wrong.
    pub sign_ins: Option<Rate>,
    /// Sign-ins from a device that was signed in to the account before.
    pub device_sign_ins: Option<Rate>,
    /// Registrations from an address.
    pub registrations: Option<Rate>,
    /// Accounts of one mailbox that are registered in a period.
    pub mailbox_accounts: Option<Allowance>,
    /// The permissions of accounts whose e-mail address is not confirmed.
    pub unconfirmed: Unconfirmed,
}

impl OwnSettings for AccountSettings {
    const ROWS: &'static [Setting] = &[
        Setting {
            name: "PODIUM_ACCESS_LIFETIME",
            default: Fallback::Text("15m"),
            expected: "a duration from 1s to 24h, such as 15m",
            secret: false,
            help: "How long an account's access token is valid",
            apply: |s, text| put(&mut s.own_mut::<AccountSettings>().access_lifetime, duration_within(text, 1, 86_400)),
        },
        Setting {
            name: "PODIUM_REFRESH_LIFETIME",
            default: Fallback::Text("30d"),
            expected: "a duration from 1m to 400d, such as 30d",
            secret: false,
            help: "How long a device stays signed in without being used",
            apply: |s, text| {
                put(&mut s.own_mut::<AccountSettings>().refresh_lifetime, duration_within(text, 60, 400 * 86_400))
            },
        },
        Setting {
            name: "PODIUM_HASH_MEMORY",
            default: Fallback::Text("19MiB"),
            expected: "bytes from 1MiB to 1GiB, such as 19MiB",
            secret: false,
            help: "Memory of one password hash (argon2id)",
            apply: |s, text| {
                let memory = bytes(text).filter(|bytes| (1 << 20..=1 << 30).contains(bytes));
                put(&mut s.own_mut::<AccountSettings>().hash_memory, memory)
            },
        },
        Setting {
            name: "PODIUM_HASH_PASSES",
            default: Fallback::Text("2"),
            expected: "a whole number from 1 to 100",
            secret: false,
            help: "Passes of one password hash over its memory",
            apply: |s, text| put(&mut s.own_mut::<AccountSettings>().hash_passes, number(text, 1..=100)),
        },
        Setting {
            name: "PODIUM_HASHES",
            default: Fallback::Made("one for two cores", || (cores() / 2).max(1).to_string()),
            expected: "a whole number from 1 to 64",
            secret: false,
            help: "The most password hashes that are computed at the same time",
            apply: |s, text| put(&mut s.own_mut::<AccountSettings>().hashes, number(text, 1..=64)),
        },
        Setting {
            name: "PODIUM_LIMIT_HASHES_WAITING",
            default: Fallback::Text("64"),
            expected: COUNT,
            secret: false,
            help: "The most sign-ins that wait for a password hash; one more is refused with `overloaded`",
            apply: |s, text| put(&mut s.own_mut::<AccountSettings>().hashes_waiting, count(text)),
        },
        Setting {
            name: "PODIUM_LIMIT_ACCOUNT_FAILURES",
            default: Fallback::Text("5"),
            expected: "a whole number from 1 to 1000",
            secret: false,
            help: "The most failed sign-ins a minute to one account from one address",
            apply: |s, text| put(&mut s.own_mut::<AccountSettings>().account_failures, number(text, 1..=1_000)),
        },
        Setting {
            name: "PODIUM_LIMIT_ADDRESS_FAILURES",
            default: Fallback::Text("30"),
            expected: "a whole number from 1 to 1000",
            secret: false,
            help: "The most failed sign-ins a minute from one address",
            apply: |s, text| put(&mut s.own_mut::<AccountSettings>().address_failures, number(text, 1..=1_000)),
        },
        Setting {
            name: "PODIUM_LIMIT_SIGN_INS",
            default: Fallback::Text("10/100"),
            expected: RATE,
            secret: false,
            help: "Sign-ins, registrations and resets from an address, right or wrong",
            apply: |s, text| put(&mut s.own_mut::<AccountSettings>().sign_ins, rate(text)),
        },
        Setting {
            name: "PODIUM_LIMIT_DEVICE_SIGN_INS",
            default: Fallback::Text("1/10"),
            expected: RATE,
            secret: false,
            help: "Sign-ins from a device that was signed in to the account before, right or wrong",
            apply: |s, text| put(&mut s.own_mut::<AccountSettings>().device_sign_ins, rate(text)),
        },
        Setting {
            name: "PODIUM_LIMIT_REGISTRATIONS",
            default: Fallback::Text("5/50"),
            expected: RATE,
            secret: false,
            help: "Registrations from an address, over all nodes",
            apply: |s, text| put(&mut s.own_mut::<AccountSettings>().registrations, rate(text)),
        },
        Setting {
            name: "PODIUM_LIMIT_MAILBOX_ACCOUNTS",
            default: Fallback::Text("5/24h"),
            expected: ALLOWANCE,
            secret: false,
            help: "Accounts that are registered for one mailbox in a period, over all nodes; a+b@example.org is the mailbox of \
                   a@example.org",
            apply: |s, text| put(&mut s.own_mut::<AccountSettings>().mailbox_accounts, allowance(text)),
        },
        Setting {
            name: "PODIUM_UNCONFIRMED",
            default: Fallback::Text("auto"),
            expected: "auto (limited if PODIUM_SMTP_URL is set), limited or full",
            secret: false,
            help: "What accounts may do whose e-mail address is not confirmed: join events and talk in pods to which they were \
                   invited (limited), or everything",
            apply: |s, text| {
                let unconfirmed = match text {
                    "auto" => Some(Unconfirmed::Auto),
                    "limited" => Some(Unconfirmed::Limited),
                    "full" => Some(Unconfirmed::Full),
                    _ => None,
                };
                put(&mut s.own_mut::<AccountSettings>().unconfirmed, unconfirmed)
            },
        },
    ];

    fn blank() -> Self {
        AccountSettings {
            access_lifetime: Duration::ZERO,
            refresh_lifetime: Duration::ZERO,
            hash_memory: 0,
            hash_passes: 0,
            hashes: 0,
            hashes_waiting: 0,
            account_failures: 0,
            address_failures: 0,
            sign_ins: None,
            device_sign_ins: None,
            registrations: None,
            mailbox_accounts: None,
            unconfirmed: Unconfirmed::Auto,
        }
    }
}
