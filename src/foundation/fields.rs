//! The rules that the single values of a body have to keep, collected so that a caller learns of all that is wrong at
//! once, and not one after the other.
//!
//! ```
//! use podium::foundation::fields::Fields;
//!
//! let mut fields = Fields::new();
//! let name = fields.line("/name", "  The front row ", 80);
//! assert_eq!(name, "The front row");
//! assert!(fields.done().is_ok());
//! ```

use std::borrow::Cow;

use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Deserializer};

use super::errors::{Error, FieldError, Result};

/// The longest address that is taken, in bytes.
pub const MAX_URL: usize = 2_048;

/// What was found wrong so far.
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldError>);

impl Fields {
    /// Nothing wrong yet.
    pub fn new() -> Self {
        Fields::default()
    }

    /// Notes that the value at `pointer` is wrong unless `holds`.
    pub fn check(
        &mut self,
        holds: bool,
        pointer: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> &mut Self {
        if !holds {
            self.0.push(FieldError { pointer: pointer.into(), detail: detail.into() });
        }
        self
    }

    /// One line of text such as a name: trimmed, of 1 to `max` characters, none of them a control character.
    pub fn line(&mut self, pointer: &'static str, value: &str, max: usize) -> String {
        let value = value.trim();
        self.check(!value.is_empty(), pointer, "must not be empty");
        self.check(value.chars().count() <= max, pointer, format!("at most {max} characters"));
        self.check(!value.chars().any(char::is_control), pointer, "must be one line without control characters");
        value.to_owned()
    }

    /// An address of the web: `http` or `https`, and nothing that a browser would run.
    pub fn url(&mut self, pointer: &'static str, value: &str) -> String {
        let value = value.trim();
        let lower = value.to_ascii_lowercase();
        let host = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
        let named = host.is_some_and(|host| host.starts_with(|c: char| c.is_alphanumeric() || c == '['));
        let clean = !value.chars().any(|c| c.is_control() || c.is_whitespace() || "<>\"\\^`{|}".contains(c));
        self.check(named && clean, pointer, "must be an http or https address");
        self.check(value.len() <= MAX_URL, pointer, format!("at most {MAX_URL} bytes"));
        value.to_owned()
    }

    /// A time that a calendar of live events can hold, which Postgres can hold too.
    pub fn time(&mut self, pointer: &'static str, value: DateTime<Utc>) -> &mut Self {
        self.check(is_in_calendar(value), pointer, "must lie in the years 1900 to 2199")
    }

    /// Ends the check.
    ///
    /// # Errors
    /// [`Code::Invalid`](super::errors::Code::Invalid) with everything that was noted.
    pub fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::invalid_fields(self.0)) }
    }
}

/// Whether this is a time that a calendar of live events can hold, which Postgres can hold too.
pub fn is_in_calendar(time: DateTime<Utc>) -> bool {
    (1900..=2199).contains(&time.year())
}

/// For a field of a PATCH that may be cleared: absent is `None`, `null` is `Some(None)`. Use it with
/// `#[serde(default, deserialize_with = "given")]`.
///
/// # Errors
/// Those of the value's own type.
pub fn given<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(value: &str) -> bool {
        let mut fields = Fields::new();
        fields.line("/name", value, 4);
        fields.done().is_ok()
    }

    #[test]
    fn a_line_is_counted_in_characters_after_trimming() {
        assert!(line(" 🎸🎸🎸🎸 "));
        assert!(!line("🎸🎸🎸🎸🎸"));
        assert!(!line("   "));
        assert!(!line("a\nb"));
        assert!(!line("a\0b"));
    }

    #[test]
    fn an_address_is_of_the_web() {
        let ok = |value: &str| {
            let mut fields = Fields::new();
            fields.url("/url", value);
            fields.done().is_ok()
        };
        assert!(ok("https://instagram.com/ana?x=1#y"));
        assert!(ok("HTTP://[::1]:8080/a"));
        for bad in ["", "javascript:alert(1)", "https://", "https:///x", "ftp://x.org", "https://x.org/a b", "x.org"] {
            assert!(!ok(bad), "{bad}");
        }
        assert!(!ok(&format!("https://x.org/{}", "a".repeat(MAX_URL))));
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let mut fields = Fields::new();
        fields.line("/artist", "", 10);
        fields.check(false, "/date_utc", "must lie ahead");
        let error = fields.done().expect_err("two faults");
        let pointers: Vec<_> = error.errors.iter().map(|error| error.pointer.as_ref()).collect();
        assert_eq!(pointers, ["/artist", "/date_utc"]);
    }

    #[test]
    fn null_is_told_from_absent() {
        #[derive(Deserialize)]
        struct Change {
            #[serde(default, deserialize_with = "given")]
            url: Option<Option<String>>,
        }
        let of = |text: &str| serde_json::from_str::<Change>(text).map(|change| change.url).expect("a change");
        assert_eq!(of("{}"), None);
        assert_eq!(of(r#"{"url":null}"#), Some(None));
        assert_eq!(of(r#"{"url":"x"}"#), Some(Some("x".into())));
    }
}
