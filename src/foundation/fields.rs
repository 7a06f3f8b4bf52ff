//! Checks of the values in a request's body. They are collected, so that a caller gets all errors at once.
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
use super::text;

/// The errors found so far.
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldError>);

impl Fields {
    /// Returns an empty list of errors.
    pub fn new() -> Self {
        Fields::default()
    }

    /// Adds an error for the value at `pointer` unless `holds`.
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

    /// Returns one line, such as a name, in the form that is stored ([`text::line`]); it must have at most `max`
    /// characters.
    pub fn line(&mut self, pointer: &'static str, value: &str, max: usize) -> String {
        match text::line(value) {
            Ok(name) => {
                self.check(name.chars().count() <= max, pointer, format!("must be at most {max} characters"));
                name
            }
            Err(wrong) => {
                self.check(false, pointer, wrong.to_string());
                String::new()
            }
        }
    }

    /// Returns a text, which may have several lines, in the form that is stored: with no white space around it. It must
    /// have a visible character, and at most `max` characters.
    pub fn text(&mut self, pointer: &'static str, value: &str, max: usize) -> String {
        let text = value.trim();
        self.check(text::is_visible(text), pointer, "must not be blank");
        self.check(text.chars().count() <= max, pointer, format!("must be at most {max} characters"));
        text.to_owned()
    }

    /// Returns one line like [`Fields::line`]; `None` for a blank one, which says nothing.
    pub fn optional_line(&mut self, pointer: &'static str, value: Option<&str>, max: usize) -> Option<String> {
        value.filter(|value| text::is_visible(value)).map(|value| self.line(pointer, value, max))
    }

    /// Returns a text like [`Fields::text`]; `None` for a blank one, which says nothing.
    pub fn optional_text(&mut self, pointer: &'static str, value: Option<&str>, max: usize) -> Option<String> {
        value.filter(|value| text::is_visible(value)).map(|value| self.text(pointer, value, max))
    }

    /// Returns the parsed value at `pointer`, or adds its error.
    pub fn read(&mut self, pointer: &'static str, value: Result<String, &'static str>) -> String {
        self.check(value.is_ok(), pointer, value.as_ref().err().copied().unwrap_or_default());
        value.unwrap_or_default()
    }

    /// Checks that a time lies within the calendar of live events, which Postgres can store.
    pub fn time(&mut self, pointer: &'static str, value: DateTime<Utc>) -> &mut Self {
        self.check(is_in_calendar(value), pointer, "must be in the years 1900 to 2199")
    }

    /// Ends the checks.
    ///
    /// # Errors
    /// [`Code::Invalid`](super::errors::Code::Invalid) with all errors that were added.
    pub fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::invalid_fields(self.0)) }
    }
}

/// Returns `true` if a time lies within the calendar of live events, which Postgres can store.
pub fn is_in_calendar(time: DateTime<Utc>) -> bool {
    (1900..=2199).contains(&time.year())
}

/// Deserializes a field of a PATCH that may be cleared: absent is `None`, `null` is `Some(None)`. Use it with
/// `#[serde(default, deserialize_with = "given")]`.
///
/// # Errors
/// Those of the value's type.
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
    fn a_text_may_have_several_lines() {
        let mut fields = Fields::new();
        assert_eq!(fields.text("/text", " two\r\nlines \n", 10), "two\r\nlines");
        assert!(fields.done().is_ok());
        for wrong in ["", "\n\u{200b}", "eleven char"] {
            let mut fields = Fields::new();
            fields.text("/text", wrong, 10);
            assert!(fields.done().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_optional_may_be_blank() {
        let mut fields = Fields::new();
        assert_eq!(fields.optional_text("/text", Some(" \n "), 3), None);
        assert_eq!(fields.optional_line("/line", Some(" a "), 3).as_deref(), Some("a"));
        fields.optional_line("/line", Some("a\nb"), 3);
        assert_eq!(fields.done().expect_err("one fault").errors.len(), 1);
    }

    #[test]
    fn all_errors_are_reported_at_once() {
        let mut fields = Fields::new();
        fields.line("/artist", "", 10);
        fields.check(false, "/date_utc", "must lie ahead");
        let error = fields.done().expect_err("two faults");
        let pointers: Vec<_> = error.errors.iter().map(|error| error.pointer.as_ref()).collect();
        assert_eq!(pointers, ["/artist", "/date_utc"]);
    }

    #[test]
    fn null_differs_from_absent() {
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
