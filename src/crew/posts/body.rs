//! The content of posts: its forms, and its rules.

use std::collections::HashSet;

use chrono::{DateTime, Duration, SubsecRound, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Kind;
use crate::foundation::errors::{Error, Result};
use crate::foundation::fields::Fields;
use crate::foundation::text;

/// The longest text, in characters.
pub const MAX_TEXT: usize = 2000;

/// The longest line of hype, in characters.
pub const MAX_HYPE: usize = 200;

/// The longest question, in characters.
pub const MAX_QUESTION: usize = 300;

/// The longest option, in characters.
pub const MAX_OPTION: usize = 100;

/// The most options of a poll.
pub const MAX_OPTIONS: usize = 10;

/// The longest time until a poll closes, in days.
pub const MAX_DAYS: i64 = 366;

/// The number of options that a voter may choose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PollMode)]
pub enum Mode {
    /// One.
    #[default]
    Single,
    /// One or more.
    Multiple,
}

/// The time from which the votes for each option can be seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PollResults)]
pub enum Results {
    /// At any time.
    #[default]
    Always,
    /// By a person who has voted, and by everybody when the poll is closed.
    AfterVote,
    /// When the poll is closed.
    Closed,
}

/// The content of a text or hype.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TextBody {
    /// The text.
    pub text: String,
}

/// The content of a poll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PollBody {
    /// The question.
    pub question: String,
    /// The options, in their order.
    pub options: Vec<String>,
    /// The number of options that a voter may choose.
    pub mode: Mode,
    /// When it closes by itself; null if it does not.
    #[serde(default)]
    #[schema(required)]
    pub closes_at: Option<DateTime<Utc>>,
    /// The time from which the votes for each option can be seen.
    pub results: Results,
}

/// The content of a post, in the form of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = PostBody)]
pub enum Body {
    /// Of `text` and `hype`.
    Text(TextBody),
    /// Of `poll`.
    Poll(PollBody),
}

impl Body {
    /// Reads a stored content, and the time at which a poll closes, which has a column of its own.
    ///
    /// # Errors
    /// `internal` for a content that the table's CHECK would refuse.
    pub fn of_row(kind: Kind, stored: Value, closes_at: Option<DateTime<Utc>>) -> Result<Self> {
        match kind {
            Kind::Text | Kind::Hype => serde_json::from_value(stored).map(Body::Text).map_err(Error::internal),
            Kind::Poll => {
                let poll: PollBody = serde_json::from_value(stored).map_err(Error::internal)?;
                Ok(Body::Poll(PollBody { closes_at, ..poll }))
            }
        }
    }

    /// Returns the content as it is stored, without the time at which a poll closes.
    pub fn stored(&self) -> Value {
        match self {
            Body::Text(TextBody { text }) => json!({ "text": text }),
            Body::Poll(PollBody { question, options, mode, results, closes_at: _ }) => {
                json!({ "question": question, "options": options, "mode": mode, "results": results })
            }
        }
    }

    /// Returns when a poll closes by itself.
    pub fn closes_at(&self) -> Option<DateTime<Utc>> {
        self.poll()?.closes_at
    }

    /// Returns the content of a poll.
    pub fn poll(&self) -> Option<&PollBody> {
        match self {
            Body::Poll(poll) => Some(poll),
            Body::Text(_) => None,
        }
    }
}

/// The content of a post in a request. `text` and `hype` have `text`; `poll` has `question` and `options`, and may have
/// `mode`, `closes_at` and `results`. Fields of another kind are refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub struct BodyInput {
    /// The text of the kind `text`, 1 to 2000 characters with line breaks, or of `hype`, one line of 1 to 200.
    #[schema(min_length = 1, pattern = r"\S")]
    pub text: Option<String>,
    /// The question of a poll: one line of 1 to 300 characters.
    #[schema(min_length = 1, pattern = r"\S")]
    pub question: Option<String>,
    /// The options of a poll: 2 to 10 lines of 1 to 100 characters that people can tell apart.
    #[schema(min_items = 2, max_items = 10)]
    pub options: Option<Vec<String>>,
    /// The mode of a poll; `single` if absent.
    pub mode: Option<Mode>,
    /// The time at which a poll closes by itself, in the future and within 366 days; absent if it does not.
    pub closes_at: Option<DateTime<Utc>>,
    /// The time from which the votes for each option can be seen; `always` if absent.
    pub results: Option<Results>,
}

/// The pointers to a poll's options.
const OPTIONS: [&str; MAX_OPTIONS] = [
    "/body/options/0",
    "/body/options/1",
    "/body/options/2",
    "/body/options/3",
    "/body/options/4",
    "/body/options/5",
    "/body/options/6",
    "/body/options/7",
    "/body/options/8",
    "/body/options/9",
];

impl BodyInput {
    /// Returns the content as a post of this kind has it, at the time of `now`. A poll that closes at `closes_at`
    /// already may keep that time.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::foundation::errors::Code::Invalid) with everything that is wrong.
    pub fn checked(self, kind: Kind, now: DateTime<Utc>, closes_at: Option<DateTime<Utc>>) -> Result<Body> {
        let mut fields = Fields::new();
        let body = match kind {
            Kind::Poll => {
                fields.check(self.text.is_none(), "/body/text", "must be absent in a poll");
                Body::Poll(self.checked_poll(&mut fields, now, closes_at))
            }
            Kind::Text | Kind::Hype => {
                for (pointer, is_absent) in [
                    ("/body/question", self.question.is_none()),
                    ("/body/options", self.options.is_none()),
                    ("/body/mode", self.mode.is_none()),
                    ("/body/closes_at", self.closes_at.is_none()),
                    ("/body/results", self.results.is_none()),
                ] {
                    fields.check(is_absent, pointer, "must be absent, except in a poll");
                }
                let text = self.text.unwrap_or_default();
                let text = match kind {
                    Kind::Hype => fields.line("/body/text", &text, MAX_HYPE),
                    Kind::Text | Kind::Poll => fields.text("/body/text", &text, MAX_TEXT),
                };
                Body::Text(TextBody { text })
            }
        };
        fields.done()?;
        Ok(body)
    }

    fn checked_poll(self, fields: &mut Fields, now: DateTime<Utc>, kept: Option<DateTime<Utc>>) -> PollBody {
        let question = fields.line("/body/question", &self.question.unwrap_or_default(), MAX_QUESTION);
        let given = self.options.unwrap_or_default();
        let number = format!("must be 2 to {MAX_OPTIONS} options");
        fields.check((2..=MAX_OPTIONS).contains(&given.len()), "/body/options", number);
        let (mut options, mut seen) = (Vec::with_capacity(given.len()), HashSet::new());
        for (option, pointer) in given.iter().zip(OPTIONS) {
            let option = fields.line(pointer, option, MAX_OPTION);
            let is_new = option.is_empty() || seen.insert(text::read_alike(&option));
            fields.check(is_new, pointer, "must differ from the other options");
            options.push(option);
        }
        // Postgres stores microseconds.
        let closes_at = self.closes_at.map(|time| time.trunc_subsecs(6));
        if let Some(time) = closes_at
            && closes_at != kept
        {
            fields.check(time > now, "/body/closes_at", "must be in the future");
            let last = now + Duration::days(MAX_DAYS);
            fields.check(time <= last, "/body/closes_at", format!("must be within {MAX_DAYS} days"));
        }
        let (mode, results) = (self.mode.unwrap_or_default(), self.results.unwrap_or_default());
        PollBody { question, options, mode, closes_at, results }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(value: Value) -> BodyInput {
        serde_json::from_value(value).expect("a body")
    }

    fn wrong(kind: Kind, value: Value) -> Vec<String> {
        let error = input(value).checked(kind, Utc::now(), None).expect_err("a refusal");
        error.errors.into_iter().map(|error| error.pointer.into_owned()).collect()
    }

    #[test]
    fn a_body_has_the_fields_of_its_kind() {
        let now = Utc::now();
        let text = input(json!({"text": " two\nlines "})).checked(Kind::Text, now, None).expect("a text");
        assert_eq!(text.stored(), json!({"text": "two\nlines"}));
        let hype = input(json!({"text": " one  line "})).checked(Kind::Hype, now, None).expect("hype");
        assert_eq!(hype.stored(), json!({"text": "one line"}));
        let poll = json!({"question": " Who? ", "options": [" A", "B "], "closes_at": now + Duration::hours(1)});
        let poll = input(poll).checked(Kind::Poll, now, None).expect("a poll");
        let stored = json!({"question": "Who?", "options": ["A", "B"], "mode": "single", "results": "always"});
        assert_eq!(poll.stored(), stored);
        assert_eq!(Body::of_row(Kind::Poll, stored, poll.closes_at()).expect("a body"), poll);
    }

    #[test]
    fn what_does_not_belong_to_the_kind_is_refused() {
        for kind in [Kind::Text, Kind::Hype] {
            assert_eq!(wrong(kind, json!({})), ["/body/text"]);
            assert_eq!(wrong(kind, json!({"text": "x".repeat(MAX_TEXT + 1)})), ["/body/text"]);
            let more = json!({"text": "x", "question": "x", "options": [], "mode": "single", "closes_at": Utc::now(), "results": "always"});
            assert_eq!(wrong(kind, more).len(), 5);
        }
        assert_eq!(wrong(Kind::Hype, json!({"text": "two\nlines"})), ["/body/text"]);
        assert_eq!(wrong(Kind::Poll, json!({"text": "x"})), ["/body/text", "/body/question", "/body/options"]);
    }

    #[test]
    fn options_differ_for_their_readers() {
        let of = |options: Value| wrong(Kind::Poll, json!({"question": "Who?", "options": options}));
        assert_eq!(of(json!(["A"])), ["/body/options"]);
        assert_eq!(of(json!((0..11).map(|n| n.to_string()).collect::<Vec<_>>())), ["/body/options"]);
        assert_eq!(of(json!(["A", "B", " a "])), ["/body/options/2"]);
        assert_eq!(of(json!(["A", ""])), ["/body/options/1"]);
        assert_eq!(of(json!(["A", "x".repeat(MAX_OPTION + 1)])), ["/body/options/1"]);
    }

    #[test]
    fn a_poll_closes_in_the_future_or_when_it_did_before() {
        let now = Utc::now().trunc_subsecs(6);
        let closing = |at: DateTime<Utc>, kept| {
            let poll = json!({"question": "Who?", "options": ["A", "B"], "closes_at": at});
            input(poll).checked(Kind::Poll, now, kept).is_ok()
        };
        let past = now - Duration::seconds(1);
        assert!(!closing(past, None) && !closing(now, None));
        assert!(closing(past, Some(past)));
        assert!(closing(now + Duration::days(MAX_DAYS), None));
        assert!(!closing(now + Duration::days(MAX_DAYS) + Duration::seconds(1), None));
    }
}
