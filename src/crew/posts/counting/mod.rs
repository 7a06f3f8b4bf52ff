//! Votes and taps: taken in groups, counted when they are read.
//!
//! **Groups.** A hot poll gets thousands of votes a second. They are entries of this
//! node's writers: all that wait are one statement and one commit, and each is answered by itself after it (`vote`,
//! `taps`). Votes in different posts share a statement, too.
//!
//! **Counting.** Nothing counted is stored, so voters do not wait for each other. The feed counts what has moved, for all
//! sessions at once (`tallies`). A voter is answered with a tally that this node counted a moment ago (`kept`).
//!
//! **Closing.** A vote is taken while the poll's row is locked `FOR SHARE`, and the closing waits for that: a ballot is in
//! the final tally, or is refused with it (`closing`).

mod closing;
mod kept;
mod metrics;
mod service;
mod tallies;
mod taps;
mod target;
mod vote;

pub use self::closing::Closing;
pub use self::metrics::ALL as METRICS;
pub use self::service::Counting;
pub use self::tallies::known_revisions;
pub use self::taps::TapsAccepted;
pub use self::vote::Voted;

use serde::Deserialize;
use utoipa::ToSchema;

use crate::foundation::errors::{Code, Error, FieldError, Result};

/// The most options of a poll, as many as a ballot has bits.
const OPTIONS: u8 = super::body::MAX_OPTIONS as u8;

/// The most taps that a device may have made in all.
const MAX_TAPS: i64 = 1_000_000_000;

/// The longest name of a device.
const MAX_SOURCE: usize = 64;

/// A vote.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = Vote)]
pub struct VoteInput {
    /// The positions of the chosen options, from 0, each once: one in a poll with the mode `single`, one or more in others.
    #[schema(min_items = 1, max_items = 10)]
    pub options: Vec<u8>,
}

impl VoteInput {
    /// Returns the options as a bit mask.
    ///
    /// # Errors
    /// [`Code::Invalid`] if there are none, or one is out of range or there twice.
    pub fn mask(&self) -> Result<i32> {
        if self.options.is_empty() {
            return Err(Error::invalid("/options", "must have at least one option"));
        }
        let mut mask = 0;
        let mut errors = Vec::new();
        for (index, option) in self.options.iter().enumerate() {
            let detail = match *option {
                option if option >= OPTIONS => no_option(),
                option if mask & (1 << option) != 0 => "must be given once",
                option => {
                    mask |= 1 << option;
                    continue;
                }
            };
            errors.push(FieldError { pointer: format!("/options/{index}").into(), detail: detail.into() });
        }
        if errors.is_empty() { Ok(mask) } else { Err(Error::invalid_fields(errors)) }
    }
}

fn no_option() -> &'static str {
    "must be the position of an option of the poll"
}

/// Returns the positions of the options of a bit mask, ascending.
pub fn options(mask: i32) -> Vec<u8> {
    (0..OPTIONS).filter(|option| mask & (1 << option) != 0).collect()
}

/// The taps of a device.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(as = Taps)]
pub struct TapsInput {
    /// The name that the device keeps for itself, 1 to 64 visible characters of ASCII: random, and the same as long as it
    /// counts on.
    #[schema(min_length = 1, max_length = 64, pattern = r"^[\x21-\x7e]+$")]
    pub source: String,
    /// All taps of the device on this post, since it began to count.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub total: i64,
}

impl TapsInput {
    /// Checks the values.
    ///
    /// # Errors
    /// [`Code::Invalid`].
    pub fn check(&self) -> Result<()> {
        let mut errors = Vec::new();
        let is_name =
            (1..=MAX_SOURCE).contains(&self.source.len()) && self.source.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_name {
            let detail = "must have 1 to 64 visible characters of ASCII".into();
            errors.push(FieldError { pointer: "/source".into(), detail });
        }
        if !(0..=MAX_TAPS).contains(&self.total) {
            errors.push(FieldError { pointer: "/total".into(), detail: "must be between 0 and 1000000000".into() });
        }
        if errors.is_empty() { Ok(()) } else { Err(Error::invalid_fields(errors)) }
    }
}

/// Returns the error for a code of the database that votes, taps and closings share.
fn refusal(code: &str) -> Error {
    match code {
        "not_found" => Code::NotFound.into(),
        "not_member" => Error::because(Code::NotMember, "the caller must be a member of the event"),
        "not_poll" => Error::because(Code::Invalid, "the post must be a poll"),
        "not_hype" => Error::because(Code::Invalid, "the post must be of the kind `hype`"),
        "forbidden" => Error::because(
            Code::Forbidden,
            "only its author, the event's maker and hosts, and moderators may close a poll",
        ),
        "no_option" => Error::invalid("/options", no_option()),
        "one_option" => Error::invalid("/options", "must have exactly one option"),
        "sources" => Error::invalid("/source", "must be one of the eight devices that the caller has tapped with"),
        other => Error::internal(format!("the database answered {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_bits_of_a_mask() {
        let mask = |options: &[u8]| VoteInput { options: options.to_vec() }.mask();
        assert_eq!(mask(&[0]).expect("a mask"), 1);
        assert_eq!(mask(&[9, 2]).expect("a mask"), 0b10_0000_0100);
        assert_eq!(options(0b10_0000_0100), [2, 9]);
        assert!(options(0).is_empty());
        for (wrong, pointers) in [(&[][..], vec!["/options"]), (&[1, 1, 10], vec!["/options/1", "/options/2"])] {
            let errors = mask(wrong).expect_err("a refusal").errors;
            assert_eq!(errors.iter().map(|error| &*error.pointer).collect::<Vec<_>>(), pointers);
        }
    }

    #[test]
    fn a_device_has_a_name_and_a_total() {
        let check = |source: &str, total| TapsInput { source: source.to_owned(), total }.check();
        assert!(check("a", 0).is_ok() && check(&"~".repeat(64), MAX_TAPS).is_ok());
        for source in ["", "two words", "é", &"a".repeat(65)] {
            assert_eq!(check(source, 1).expect_err("a refusal").errors[0].pointer, "/source");
        }
        for total in [-1, MAX_TAPS + 1] {
            assert_eq!(check("a", total).expect_err("a refusal").errors[0].pointer, "/total");
        }
    }
}
