//! Remarks: comments and reactions. Posts have them; whatever else will have them is one more [`Subject`].
//!
//! Members of the event read and write them. A comment's author changes it; its author, the event's creator, hosts and
//! moderators delete it. Comments have one level.
//!
//! How many a subject has is counted from the rows, and stored nowhere. The counts carry a revision that each change
//! raises by one, since no row is deleted before its subject is: a deleted comment keeps its row without the text, and a
//! reaction that was taken back is off. So of two counts of a subject, the one with the higher revision is the newer.

pub mod declared;
pub mod mount;
mod routes;
pub mod service;
pub mod settings;
pub mod store;
pub mod tally;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::crew::messages::one_emoji;
use crate::crew::profiles::Author;
use crate::foundation::errors::{Error, Result};
use crate::foundation::fields::Fields;

/// The longest comment, in characters.
pub const MAX_TEXT: usize = 1_000;

/// The most kinds of emoji on a subject. The same number stands in `podium.reaction_set`.
pub const MAX_KINDS: usize = 20;

/// The thing that a remark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A post.
    Post(Uuid),
}

impl Subject {
    /// Returns its id.
    pub fn id(self) -> Uuid {
        match self {
            Subject::Post(id) => id,
        }
    }
}

/// A comment on a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Comment {
    /// Its id.
    pub id: Uuid,
    /// The post.
    pub post_id: Uuid,
    /// The author.
    pub author: Author,
    /// The text, which may have several lines.
    pub text: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When the author last changed it; null if never.
    #[schema(required)]
    pub edited_at: Option<DateTime<Utc>>,
}

/// A new comment.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewComment {
    /// An id of the client's choice, which makes it safe to repeat the request.
    pub id: Option<Uuid>,
    /// 1 to 1,000 characters, at least one of them visible. Line breaks are allowed.
    #[schema(min_length = 1, pattern = r"\S")]
    pub text: String,
}

impl NewComment {
    /// Returns the comment as it is stored.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::foundation::errors::Code::Invalid) if the text is blank or too long.
    pub fn checked(self) -> Result<Self> {
        Ok(NewComment { text: checked(&self.text)?, ..self })
    }
}

/// A change of a comment.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CommentChange {
    /// 1 to 1,000 characters, at least one of them visible. Line breaks are allowed.
    #[schema(min_length = 1, pattern = r"\S")]
    pub text: String,
    /// The client's own id of this change, which makes it safe to repeat the request: a repeat changes nothing, also
    /// when another change came in between.
    pub op: Option<Uuid>,
}

impl CommentChange {
    /// Returns the change as it is stored.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::foundation::errors::Code::Invalid) if the text is blank or too long.
    pub fn checked(self) -> Result<Self> {
        Ok(CommentChange { text: checked(&self.text)?, ..self })
    }
}

fn checked(text: &str) -> Result<String> {
    let mut fields = Fields::new();
    let text = fields.text("/text", text, MAX_TEXT);
    fields.done()?;
    Ok(text)
}

/// A person's reaction to a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reaction {
    /// The person.
    pub person: Author,
    /// The emoji.
    pub emoji: String,
    /// When the person reacted.
    pub at: DateTime<Utc>,
}

/// The number of people who reacted with each emoji.
pub type Reactions = BTreeMap<String, i64>;

/// The counts of a subject's remarks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// The number of comments, without deleted ones.
    pub comments: i64,
    /// The number of people who reacted with each emoji.
    pub reactions: Reactions,
    /// The number of changes so far. It differs between different counts, and the higher one is the newer.
    pub revision: i64,
}

/// The counts of a post's remarks, and the caller's own reactions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reacted {
    /// The number of comments.
    pub comments: i64,
    /// The number of people who reacted with each emoji.
    #[schema(value_type = std::collections::HashMap<String, i64>)]
    pub reactions: Reactions,
    /// The caller's own reactions, in the order in which they were set.
    pub mine: Vec<String>,
}

/// Returns an emoji of a query in the spelling that is stored.
///
/// # Errors
/// `invalid` at `?emoji`.
pub fn asked_emoji(text: &str) -> Result<String> {
    one_emoji(text).map_err(|_| Error::invalid("?emoji", "must be one emoji"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_may_have_several_lines_and_must_be_seen() {
        let checked = |text: &str| NewComment { id: None, text: text.to_owned() }.checked().map(|new| new.text);
        assert_eq!(checked(" Gate B\nis open ").expect("a comment"), "Gate B\nis open");
        assert!(checked(&"🎸".repeat(MAX_TEXT)).is_ok());
        for wrong in ["", " \n", "\u{200b}", &"x".repeat(MAX_TEXT + 1)] {
            assert_eq!(checked(wrong).expect_err("a refusal").errors[0].pointer, "/text", "{wrong:?}");
        }
    }
}
