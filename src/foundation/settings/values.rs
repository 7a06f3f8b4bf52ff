//! The forms of values. Each parser returns `None` if a text does not have its form; the table describes the form.
//!
//! Times and amounts are parsed here instead of by `humantime` and `bytesize`, which refuse `10` without a unit, and
//! accept what is refused here because it is ambiguous (`1M`, `64K`) or not a whole number (`1.5s`).

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, Tokio1Executor};

use super::{Allowance, LogFormat, MIN_SECRET_BYTES, Rate, Secret};

/// Parses a time such as `10s`, `500ms`, `2m`, `24h`, `7d`; a number alone is seconds. At most ten years.
pub fn duration(text: &str) -> Option<Duration> {
    let (digits, unit) = split_number(text)?;
    let number: u64 = digits.parse().ok()?;
    let milliseconds = match unit {
        "ms" => number,
        "" | "s" => number.checked_mul(1_000)?,
        "m" => number.checked_mul(60_000)?,
        "h" => number.checked_mul(3_600_000)?,
        "d" => number.checked_mul(86_400_000)?,
        _ => return None,
    };
    let most = 3_652 * 86_400_000;
    (milliseconds <= most).then(|| Duration::from_millis(milliseconds))
}

/// Parses a duration of at least a millisecond.
pub(super) fn some_time(text: &str) -> Option<Duration> {
    duration(text).filter(|time| !time.is_zero())
}

/// Parses a duration within these seconds, both inclusive.
pub fn duration_within(text: &str, least: u64, most: u64) -> Option<Duration> {
    duration(text).filter(|time| (Duration::from_secs(least)..=Duration::from_secs(most)).contains(time))
}

/// Parses an amount such as `65536`, `64KiB`, `1MiB`; at most a tebibyte, and at least one byte.
pub fn bytes(text: &str) -> Option<usize> {
    let (digits, unit) = split_number(text)?;
    let number: usize = digits.parse().ok()?;
    let factor: usize = match unit {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(factor).filter(|amount| (1..=1 << 40).contains(amount))
}

fn split_number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    (!digits.is_empty()).then(|| (digits, unit.trim_start()))
}

/// Parses a whole number within bounds.
pub fn number<N: FromStr + PartialOrd>(text: &str, bounds: RangeInclusive<N>) -> Option<N> {
    text.parse().ok().filter(|number| bounds.contains(number))
}

/// Parses `rate/burst`, or `off`.
pub fn rate(text: &str) -> Option<Option<Rate>> {
    if text == "off" {
        return Some(None);
    }
    let (per_second, burst) = text.split_once('/')?;
    let part = |text: &str| text.trim().parse::<NonZeroU32>().ok();
    Some(Some(Rate { per_second: part(per_second)?, burst: part(burst)? }))
}

/// Parses `count/duration`, or `off`.
pub fn allowance(text: &str) -> Option<Option<Allowance>> {
    if text == "off" {
        return Some(None);
    }
    let (count, time) = text.split_once('/')?;
    let seconds = u32::try_from(duration(time.trim())?.as_secs()).ok()?;
    // Postgres uses signed integers.
    let count = number(count.trim(), 1..=i32::MAX as u32)?;
    Some(Some(Allowance { count: NonZeroU32::new(count)?, seconds: NonZeroU32::new(seconds)? }))
}

/// Parses a list separated by commas, each item with the form of `item`.
pub(super) fn list<T>(text: &str, item: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(item).collect()
}

/// Parses an origin such as `https://app.example.org`, optionally with a port, without a path; or `*`.
pub(super) fn origin(text: &str) -> Option<String> {
    if text == "*" {
        return Some(text.to_owned());
    }
    let (_, authority) = web_address(text)?;
    (!authority.contains('/')).then(|| text.to_ascii_lowercase())
}

/// Parses an address such as `https://podium.example.org`, optionally with a path; drops a trailing slash.
pub(super) fn public_url(text: &str) -> Option<String> {
    let text = text.trim_end_matches('/');
    web_address(text)?;
    Some(text.to_owned())
}

/// Returns scheme and rest of an `http` or `https` address that has a host, and neither user, query nor fragment.
fn web_address(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    let plain = !rest.contains(['@', '?', '#']) && rest.chars().all(|c| c.is_ascii_graphic());
    (matches!(scheme, "http" | "https") && (!host.is_empty() || rest.starts_with('[')) && plain)
        .then_some((scheme, rest))
}

/// Parses a network such as `10.0.0.0/8`, or a single address.
pub(super) fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Parses the address of a Postgres, in any form that the driver accepts.
pub(super) fn database_url(text: &str) -> Option<Secret> {
    let readable = text.parse::<tokio_postgres::Config>().is_ok_and(|config| !config.get_hosts().is_empty());
    readable.then(|| Secret::new(text))
}

/// Returns `true` if this is what follows the user in an address (`host:port/name`), and contains no password.
pub(super) fn plain_host(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:/%[],".contains(c))
}

/// Parses the address of a Redis, plain or with TLS.
pub(super) fn redis_url(text: &str) -> Option<Secret> {
    let rest = text.strip_prefix("redis://").or_else(|| text.strip_prefix("rediss://"))?;
    (!rest.is_empty()).then(|| Secret::new(text))
}

/// Parses the address of a mail server.
pub(super) fn smtp_url(text: &str) -> Option<Secret> {
    AsyncSmtpTransport::<Tokio1Executor>::from_url(text).ok().map(|_| Secret::new(text))
}

/// Parses a mail address, optionally with a name before it.
pub(super) fn mailbox(text: &str) -> Option<String> {
    text.parse::<Mailbox>().ok().map(|_| text.to_owned())
}

/// Parses a secret that is long enough to sign with.
pub(super) fn signing_secret(text: &str) -> Option<Secret> {
    (text.len() >= MIN_SECRET_BYTES).then(|| Secret::new(text))
}

/// Parses a name that is safe in logs, metrics and topics of the bus.
pub(super) fn name(text: &str) -> Option<String> {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    ((1..=64).contains(&text.len()) && text.chars().all(safe)).then(|| text.to_owned())
}

/// Parses a path: any text of one line.
pub(super) fn path(text: &str) -> Option<PathBuf> {
    (!text.contains(['\0', '\n'])).then(|| PathBuf::from(text))
}

/// Parses a filter of the `tracing` crate.
pub(super) fn log_filter(text: &str) -> Option<String> {
    tracing_subscriber::EnvFilter::builder().parse(text).ok().map(|_| text.to_owned())
}

/// Parses one of the three formats.
pub(super) fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "auto" => Some(LogFormat::Auto),
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_or_are_seconds() {
        assert_eq!(duration("10s"), Some(Duration::from_secs(10)));
        assert_eq!(duration("10"), Some(Duration::from_secs(10)));
        assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(duration("24h"), Some(Duration::from_secs(86_400)));
        assert_eq!(duration("2 m"), Some(Duration::from_secs(120)));
        assert_eq!(duration("0"), Some(Duration::ZERO));
        for wrong in [
            "",
            "s",
            "soon",
            "-1s",
            "1.5s",
            "10 years",
            "1M",
            "1h 30m",
            "99999999999999999999s",
            "18446744073709551615h",
            "4000d",
        ] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
        assert_eq!(some_time("0s"), None);
    }

    #[test]
    fn bytes_take_binary_units() {
        assert_eq!(bytes("65536"), Some(65_536));
        assert_eq!(bytes("64KiB"), Some(65_536));
        assert_eq!(bytes("1 MiB"), Some(1 << 20));
        for wrong in ["", "0", "64K", "64KB", "64 kib", "1.5MiB", "-1", "9999999999GiB", "KiB"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn rates_are_off_or_two_numbers_above_zero() {
        let rate_of =
            |a, b| Some(Some(Rate { per_second: NonZeroU32::new(a).unwrap(), burst: NonZeroU32::new(b).unwrap() }));
        assert_eq!(rate("10/20"), rate_of(10, 20));
        assert_eq!(rate("1 / 1"), rate_of(1, 1));
        assert_eq!(rate("off"), Some(None));
        for wrong in ["", "10", "0/20", "10/0", "10/20/30", "fast", "-1/2", "4294967296/1"] {
            assert_eq!(rate(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn allowances_are_off_or_a_number_in_a_time() {
        let of = |count, seconds| {
            let (count, seconds) = (NonZeroU32::new(count).unwrap(), NonZeroU32::new(seconds).unwrap());
            Some(Some(Allowance { count, seconds }))
        };
        assert_eq!(allowance("10/24h"), of(10, 86_400));
        assert_eq!(allowance("1 / 90"), of(1, 90));
        assert_eq!(allowance("off"), Some(None));
        for wrong in ["", "10", "0/1h", "10/0s", "10/500ms", "10/1h/2", "many", "-1/1h", "4294967295/1h", "10/4000d"] {
            assert_eq!(allowance(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn origins_are_a_scheme_and_a_host() {
        assert_eq!(origin("https://App.Example.org").as_deref(), Some("https://app.example.org"));
        assert_eq!(origin("http://localhost:5173").as_deref(), Some("http://localhost:5173"));
        assert_eq!(origin("http://[::1]:80").as_deref(), Some("http://[::1]:80"));
        assert_eq!(origin("*").as_deref(), Some("*"));
        for wrong in ["app.example.org", "https://", "https://a/b", "ftp://a", "https://u:p@a", "https://a?b", "null"] {
            assert_eq!(origin(wrong), None, "{wrong}");
        }
        assert_eq!(public_url("https://a.example/chat/").as_deref(), Some("https://a.example/chat"));
        assert_eq!(public_url("a.example"), None);
    }

    #[test]
    fn networks_may_be_one_address() {
        assert_eq!(network("10.0.0.0/8"), "10.0.0.0/8".parse().ok());
        assert_eq!(network("::1"), "::1/128".parse().ok());
        assert_eq!(network("10.0.0.0/33"), None);
        assert_eq!(list("10.0.0.1, ::1,", network).map(|networks| networks.len()), Some(2));
        assert_eq!(list("10.0.0.1,nonsense", network), None);
    }

    #[test]
    fn addresses_of_databases_are_what_the_driver_reads() {
        assert!(database_url("postgres://user:pass@db.example:5433/podium").is_some());
        assert!(database_url("postgres://postgres@%2Ftmp%2Fsocket/podium").is_some());
        assert!(database_url("host=/tmp user=postgres").is_some());
        for wrong in ["mysql://a/b", "db.example", "postgres://", "postgres://a:port/b"] {
            assert!(database_url(wrong).is_none(), "{wrong}");
        }
        assert!(redis_url("rediss://cache.example:6380").is_some());
        assert!(redis_url("http://cache.example").is_none());
    }

    #[test]
    fn mail_has_a_server_and_a_sender() {
        for right in ["smtp://127.0.0.1:2525", "smtps://user:pass@mail.example", "smtp://mail.example:587?tls=required"]
        {
            assert!(smtp_url(right).is_some(), "{right}");
        }
        for wrong in ["", "mail.example", "http://mail.example", "smtp://"] {
            assert!(smtp_url(wrong).is_none(), "{wrong}");
        }
        assert!(mailbox("no-reply@podium.example").is_some() && mailbox("Podium <a@b.example>").is_some());
        assert!(mailbox("podium").is_none());
        assert_eq!(duration_within("15m", 1, 900), Some(Duration::from_secs(900)));
        assert_eq!(duration_within("15m", 1, 899), None);
        assert_eq!(duration_within("0s", 1, 899), None);
    }
}
