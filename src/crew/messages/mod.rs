//! Messages: what people write in a pod, and the log's own lines about joins, leaves and other changes.

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

/// Maximum messages of a page.
pub const PAGE_MAX: usize = 200;

/// Messages of a page without a `limit`.
pub const PAGE_DEFAULT: usize = 50;

/// Maximum bytes of JSON in a page. A page that would be larger ends earlier, but contains at least one message.
pub const PAGE_BYTES: usize = 256 * 1024;

/// Maximum mentions of a message, repeats included. A pod has fewer members.
pub const MENTIONS_MAX: usize = 20;

/// The kind of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A text by a person.
    Text,
    /// `user_id` joined.
    Joined,
    /// `user_id` left.
    Left,
    /// `user_id` was removed by the owner.
    Removed,
    /// The pod was renamed; `text` is the new name.
    Renamed,
    /// `user_id` is the new owner.
    OwnerChanged,
    /// The pod was closed.
    Closed,
}

impl Kind {
    /// Parses the database's name of a kind.
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

/// A message, as clients receive it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Message {
    /// The id that the sender chose.
    pub id: Uuid,
    /// The message's position in the log.
    pub seq: i64,
    /// The position of its newest change.
    pub changed_seq: i64,
    /// The author; for a line of the log, the person that it is about.
    pub user_id: Uuid,
    /// The kind.
    pub kind: Kind,
    /// The text.
    pub text: String,
    /// The message to which it replies.
    #[schema(required)]
    pub reply_to: Option<Uuid>,
    /// The mentioned members.
    pub mentions: Vec<Uuid>,
    /// The attached media.
    pub attachments: Vec<Uuid>,
    /// The people who reacted, by emoji.
    pub reactions: BTreeMap<String, Vec<Uuid>>,
    /// Time of the last change of the text. A change of mentions alone does not count.
    #[schema(required)]
    pub edited_at: Option<DateTime<Utc>>,
    /// Time of its deletion.
    #[schema(required)]
    pub deleted_at: Option<DateTime<Utc>>,
    /// Time at which it was stored.
    pub at: DateTime<Utc>,
}

impl Message {
    /// Creates a message as it is just after it was stored.
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

/// A page of a pod's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MessagePage {
    /// Each message once, in its newest form.
    pub messages: Vec<Message>,
    /// Whether there are further messages beyond this page.
    pub more: bool,
    /// The `before` or `after` of the next page. Null if the page is empty.
    #[schema(required)]
    pub next: Option<i64>,
}

/// A range of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The newest messages, in order of `seq`.
    Newest,
    /// The newest messages with a lower `seq`, in order of `seq`.
    Before(i64),
    /// Messages changed after this position, in order of `changed_seq`.
    After(i64),
}

/// A message from a client. Fields that this release does not support are refused, not ignored.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
pub struct NewMessage {
    /// The client's own id, by which a repeat is recognized.
    pub id: Uuid,
    /// The text.
    pub text: String,
    /// The message of the same pod to which it replies.
    pub reply_to: Option<Uuid>,
    /// The mentioned members.
    pub mentions: Option<Vec<Uuid>>,
    /// Reserved: absent, null or empty.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Uuid>>)]
    pub attachments: Option<Vec<serde_json::Value>>,
}

impl NewMessage {
    /// Validates the message.
    ///
    /// # Errors
    /// `invalid`, naming the field.
    pub fn check(&self, max_chars: usize) -> Result<()> {
        validate_text(&self.text, max_chars)?;
        validate_mentions(self.mentions.as_deref())?;
        if self.attachments.as_ref().is_some_and(|attachments| !attachments.is_empty()) {
            return Err(Error::invalid("/attachments", "is not supported yet"));
        }
        Ok(())
    }

    /// Takes the mentioned members, each once, in order.
    pub fn named(&mut self) -> Vec<Uuid> {
        each_once(self.mentions.take().unwrap_or_default())
    }
}

/// Returns the members, each once, in order.
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

/// The reply to the sender of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Sent {
    /// The message's id.
    pub id: Uuid,
    /// The message's position in the log.
    pub seq: i64,
    /// Time at which it was stored.
    pub at: DateTime<Utc>,
    /// Whether this call stored it, rather than an earlier one with the same id.
    #[serde(skip)]
    pub fresh: bool,
}

/// A change to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amendment {
    /// A new text or new mentions, by the author.
    Edit {
        /// The text.
        text: String,
        /// The mentioned members from now on; unchanged if absent.
        mentions: Option<Vec<Uuid>>,
    },
    /// A deletion by the author: text, mentions and reactions are erased.
    Delete,
    /// A member's reaction, added or removed.
    React {
        /// The emoji.
        emoji: String,
        /// Whether the reaction is added.
        on: bool,
    },
}

impl Amendment {
    /// Validates the change, and returns it normalized.
    ///
    /// # Errors
    /// `invalid`, naming the field.
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

    /// Returns the database's name of the change, and its value.
    pub fn as_sql(&self) -> (&'static str, &str) {
        match self {
            Amendment::Edit { text, .. } => ("edit", text),
            Amendment::Delete => ("delete", ""),
            Amendment::React { emoji, on: true } => ("on", emoji),
            Amendment::React { emoji, on: false } => ("off", emoji),
        }
    }

    /// Returns the new mentions, if the change has any.
    pub fn mentions(&self) -> Option<&[Uuid]> {
        match self {
            Amendment::Edit { mentions, .. } => mentions.as_deref(),
            _ => None,
        }
    }
}

/// The reply to a change of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Amended {
    /// The message's id.
    pub id: Uuid,
    /// The new `changed_seq`. If nothing changed, the one that the message has.
    pub seq: i64,
}

/// Returns the error for a code that only functions about messages return.
pub fn refusal(code: &str) -> Option<Error> {
    Some(match code {
        "deleted" => Error::because(Code::Conflict, "the message has been deleted"),
        "invalid_reply" => Error::invalid("/reply_to", "must be a message of this pod that you can see"),
        "invalid_mentions" => Error::invalid("/mentions", "must all be members of this pod"),
        "too_many_reactions" => Error::invalid("/emoji", "the message has the maximum number of different reactions"),
        _ => return None,
    })
}

/// Validates a text: it must contain a visible character, at most `max_chars` characters (Unicode scalar values), and
/// no NUL, which Postgres cannot store. Line breaks and characters that change the text's direction are allowed:
/// clients show a text by itself, isolated.
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
    // A character has at most four bytes, so most texts need no counting.
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
