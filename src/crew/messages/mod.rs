//! Messages: what people say in a pod, and the log's own lines about comings and goings.

mod emoji;
pub mod refusals;
pub mod store;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::emoji::one_emoji;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::text;

/// The most messages in a page.
pub const PAGE_MAX: usize = 200;

/// The messages in a page when nobody says how many.
pub const PAGE_DEFAULT: usize = 50;

/// The most bytes of JSON in a page; a page that would be larger ends earlier, but never before its first message.
pub const PAGE_BYTES: usize = 256 * 1024;

/// The most people that a message may name. A pod has fewer; repeats count.
pub const MENTIONS_MAX: usize = 20;

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Somebody's words.
    Text,
    /// `user_id` came.
    Joined,
    /// `user_id` left.
    Left,
    /// `user_id` was removed by the owner.
    Removed,
    /// The pod's new name is `text`.
    Renamed,
    /// `user_id` is the owner now.
    OwnerChanged,
    /// The pod was closed.
    Closed,
}

impl Kind {
    /// Reads the database's name of a kind.
    pub fn read(name: &str) -> Option<Kind> {
        Some(match name {
            "text" => Kind::Text,
            "joined" => Kind::Joined,
            "left" => Kind::Left,
            "removed" => Kind::Removed,
            "renamed" => Kind::Renamed,
            "owner_changed" => Kind::OwnerChanged,
            "closed" => Kind::Closed,
            _ => return None,
        })
    }
}

/// A message as clients see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Message {
    /// The id that its sender gave it.
    pub id: Uuid,
    /// Its place in the log.
    pub seq: i64,
    /// The place of its newest change.
    pub changed_seq: i64,
    /// Who wrote it; for a line, whom it is about.
    pub user_id: Uuid,
    /// What it is.
    pub kind: Kind,
    /// The words.
    pub text: String,
    /// The message that it answers.
    #[schema(required)]
    pub reply_to: Option<Uuid>,
    /// The members that it names.
    pub mentions: Vec<Uuid>,
    /// The media that it carries.
    pub attachments: Vec<Uuid>,
    /// Who reacted, by emoji.
    pub reactions: BTreeMap<String, Vec<Uuid>>,
    /// When its words were last changed; to name others alone is no change of words.
    #[schema(required)]
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    #[schema(required)]
    pub deleted_at: Option<DateTime<Utc>>,
    /// When it was stored.
    pub at: DateTime<Utc>,
}

impl Message {
    /// A message as it is when it has just been stored.
    pub fn fresh(id: Uuid, seq: i64, user_id: Uuid, kind: Kind, text: String, at: DateTime<Utc>) -> Self {
        Message {
            id,
            seq,
            changed_seq: seq,
            user_id,
            kind,
            text,
            reply_to: None,
            mentions: Vec::new(),
            attachments: Vec::new(),
            reactions: BTreeMap::new(),
            edited_at: None,
            deleted_at: None,
            at,
        }
    }
}

/// A stretch of a pod's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MessagePage {
    /// Each message once, in its newest form.
    pub messages: Vec<Message>,
    /// Whether the stretch goes on beyond this page.
    pub more: bool,
    /// Where it goes on: the `before` or `after` of the next page. Null when nothing was found.
    #[schema(required)]
    pub next: Option<i64>,
}

/// Which stretch of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The newest messages, in order of `seq`.
    Newest,
    /// Those with a lower `seq`, the newest of them, in order of `seq`.
    Before(i64),
    /// Those changed after this position, in order of `changed_seq`.
    After(i64),
}

/// What a client sends. Fields that this release does not serve are refused, not dropped.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewMessage {
    /// The client's own id, by which a retry is known.
    pub id: Uuid,
    /// The words.
    pub text: String,
    /// The message of the same pod that it answers.
    pub reply_to: Option<Uuid>,
    /// The members that it names.
    pub mentions: Option<Vec<Uuid>>,
    /// Served by a later release: absent, null or empty.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Uuid>>)]
    pub attachments: Option<Vec<serde_json::Value>>,
}

impl NewMessage {
    /// Holds it against the rules.
    ///
    /// # Errors
    /// `invalid`, naming the value.
    pub fn check(&self, max_chars: usize) -> Result<()> {
        validate_text(&self.text, max_chars)?;
        validate_mentions(self.mentions.as_deref())?;
        if self.attachments.as_ref().is_some_and(|attachments| !attachments.is_empty()) {
            return Err(Error::invalid("/attachments", "not served yet"));
        }
        Ok(())
    }

    /// The members that it names, each once, in the order of naming.
    pub fn named(&mut self) -> Vec<Uuid> {
        each_once(self.mentions.take().unwrap_or_default())
    }
}

/// The same, each once, in the order of naming.
fn each_once(mentions: Vec<Uuid>) -> Vec<Uuid> {
    let mut named: Vec<Uuid> = Vec::new();
    for user_id in mentions {
        if !named.contains(&user_id) {
            named.push(user_id);
        }
    }
    named
}

fn validate_mentions(mentions: Option<&[Uuid]>) -> Result<()> {
    match mentions {
        Some(mentions) if mentions.len() > MENTIONS_MAX => {
            Err(Error::invalid("/mentions", format!("must be at most {MENTIONS_MAX}")))
        }
        _ => Ok(()),
    }
}

/// What the sender of a message is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Sent {
    /// The message's id.
    pub id: Uuid,
    /// Its place in the log.
    pub seq: i64,
    /// When it was stored.
    pub at: DateTime<Utc>,
    /// Whether this very call stored it, or an earlier one with the same id.
    #[serde(skip)]
    pub fresh: bool,
}

/// What is to become of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amendment {
    /// Its author changes the words, or whom they name.
    Edit {
        /// The words.
        text: String,
        /// The members that it names from now on; as before if absent.
        mentions: Option<Vec<Uuid>>,
    },
    /// Its author takes it back: words, mentions and reactions are gone for good.
    Delete,
    /// A member reacts with an emoji, or takes that back.
    React {
        /// The emoji.
        emoji: String,
        /// Whether the reaction is to be there.
        on: bool,
    },
}

impl Amendment {
    /// Holds it against the rules, and gives it as it is done.
    ///
    /// # Errors
    /// `invalid`, naming the value.
    pub fn checked(self, max_chars: usize) -> Result<Self> {
        Ok(match self {
            Amendment::Edit { text, mentions } => {
                validate_text(&text, max_chars)?;
                validate_mentions(mentions.as_deref())?;
                Amendment::Edit { text, mentions: mentions.map(each_once) }
            }
            Amendment::Delete => Amendment::Delete,
            Amendment::React { emoji, on } => Amendment::React { emoji: one_emoji(&emoji)?, on },
        })
    }

    /// The database's name of it, and its value.
    pub fn as_sql(&self) -> (&'static str, &str) {
        match self {
            Amendment::Edit { text, .. } => ("edit", text),
            Amendment::Delete => ("delete", ""),
            Amendment::React { emoji, on: true } => ("on", emoji),
            Amendment::React { emoji, on: false } => ("off", emoji),
        }
    }

    /// The members whom the message is to name from now on, if that is to change.
    pub fn mentions(&self) -> Option<&[Uuid]> {
        match self {
            Amendment::Edit { mentions, .. } => mentions.as_deref(),
            _ => None,
        }
    }
}

/// What one who changes a message is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Amended {
    /// The message's id.
    pub id: Uuid,
    /// The `changed_seq` that the change took. Where there was nothing to change, the one that the message has.
    pub seq: i64,
}

/// Returns the refusal that a function about messages answers with this code, where no other function has the code.
pub fn refusal(code: &str) -> Option<Error> {
    Some(match code {
        "deleted" => Error::because(Code::Conflict, "the message has been deleted"),
        "invalid_reply" => Error::invalid("/reply_to", "no message of this pod that you may see"),
        "invalid_mentions" => Error::invalid("/mentions", "not all are members of this pod"),
        "too_many_reactions" => Error::invalid("/emoji", "the message has as many different reactions as it may have"),
        _ => return None,
    })
}

/// The rules of a text: something to see, at most so many characters (Unicode scalar values), no NUL, which Postgres
/// cannot store. It may have lines, and characters that turn its direction: a client shows it by itself, isolated.
///
/// # Errors
/// `invalid` at `/text`.
pub fn validate_text(text: &str, max_chars: usize) -> Result<()> {
    if !text::is_visible(text) {
        return Err(Error::invalid("/text", "must not be blank"));
    }
    if text.contains('\0') {
        return Err(Error::invalid("/text", "must not contain NUL"));
    }
    // A character has at most four bytes: most texts need no counting.
    if text.len() > max_chars && text.chars().count() > max_chars {
        return Err(Error::invalid("/text", format!("must be at most {max_chars} characters")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_bounded_in_characters_not_bytes() {
        assert!(validate_text(&"é".repeat(4000), 4000).is_ok());
        assert!(validate_text(&"é".repeat(4001), 4000).is_err());
        assert!(validate_text("a\0b", 4000).is_err());
        for blank in [" \n\t", "\u{200b}", "\u{2800}", "\u{feff}", "\u{202e}\u{2028}"] {
            assert!(validate_text(blank, 4000).is_err(), "{blank:?}");
        }
        assert!(validate_text("\u{202e}to\nthe left", 4000).is_ok());
    }

    #[test]
    fn a_fresh_message_has_every_field_of_the_protocol() {
        let at = DateTime::from_timestamp(1_700_000_000, 123_456_000).unwrap();
        let message = Message::fresh(Uuid::from_u128(1), 7, Uuid::from_u128(2), Kind::OwnerChanged, String::new(), at);
        assert_eq!(
            serde_json::to_string(&message).unwrap(),
            concat!(
                r#"{"id":"00000000-0000-0000-0000-000000000001","seq":7,"changed_seq":7,"#,
                r#""user_id":"00000000-0000-0000-0000-000000000002","kind":"owner_changed","text":"","reply_to":null,"#,
                r#""mentions":[],"attachments":[],"reactions":{},"edited_at":null,"deleted_at":null,"#,
                r#""at":"2023-11-14T22:13:20.123456Z"}"#
            )
        );
    }
}
