//! The wall of an event: what its members post there, as texts, polls and hype.
//!
//! What is counted of a post (votes, taps, comments, reactions) is not stored with it: [`numbers`] reads it.

pub mod body;
pub mod counting;
pub mod declared;
mod feed;
pub mod mount;
pub mod numbers;
mod routes;
pub mod service;
pub mod settings;
pub mod store;
mod vote_routes;

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::{Pg, PgValue};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use self::body::{Body, BodyInput};
use crate::crew::profiles::Author;
use crate::foundation::http::PagePosition;
use crate::foundation::schema::sql_types::PostKind;

/// The kind of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, FromSqlRow, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PostKind)]
pub enum Kind {
    /// A text.
    Text,
    /// A question with options to vote for.
    Poll,
    /// A line that people tap to show how much they look forward to it.
    Hype,
}

impl Kind {
    /// Returns the name in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Poll => "poll",
            Kind::Hype => "hype",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromSql<PostKind, Pg> for Kind {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes() {
            b"text" => Ok(Kind::Text),
            b"poll" => Ok(Kind::Poll),
            b"hype" => Ok(Kind::Hype),
            other => Err(format!("unknown kind of post: {}", String::from_utf8_lossy(other)).into()),
        }
    }
}

/// The votes of a poll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PollTally)]
pub struct Tally {
    /// The revision: it ascends with every change of a ballot, and equal ones have equal numbers.
    pub rev: i64,
    /// The number of people who have voted.
    pub voters: i64,
    /// The votes for each option, in the poll's order; null if the reader may not see them yet.
    #[schema(required)]
    pub counts: Option<Vec<i64>>,
}

/// A post, as everybody in the event sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Post {
    /// The post's id.
    pub id: Uuid,
    /// The event.
    pub event_id: Uuid,
    /// The author.
    pub author: Author,
    /// The kind, which decides the form of `body`.
    pub kind: Kind,
    /// The content.
    pub body: Body,
    /// When it was posted.
    pub created_at: DateTime<Utc>,
    /// When its author last changed it; null if never.
    #[schema(required)]
    pub edited_at: Option<DateTime<Utc>>,
    /// When a poll was closed; null while it is open, and for other kinds.
    #[schema(required)]
    pub closed_at: Option<DateTime<Utc>>,
    /// The votes of a poll; null for other kinds.
    #[schema(required)]
    pub tally: Option<Tally>,
    /// All taps on a post of the kind `hype`; null for other kinds.
    #[schema(required)]
    pub hype: Option<i64>,
    /// The number of its comments.
    pub comments: i64,
    /// The number of people who reacted, by emoji.
    pub reactions: BTreeMap<String, i64>,
    /// The revision of its comments and reactions.
    #[serde(skip)]
    #[schema(ignore)]
    pub remarks_revision: i64,
    /// The number of its last change in the event's feed.
    pub seq: i64,
}

/// The reader's own part in a post.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MineOfPost)]
pub struct Mine {
    /// The positions of the options that the reader voted for, from 0; null without a vote, and for other kinds.
    #[schema(required)]
    pub vote: Option<Vec<u8>>,
    /// The reader's taps on a post of the kind `hype`; null for other kinds.
    #[schema(required)]
    pub hype: Option<i64>,
    /// The reader's reactions.
    pub reactions: Vec<String>,
}

/// A post, with what the reader has done with it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PostView {
    /// The post.
    #[serde(flatten)]
    pub post: Post,
    /// The reader's own part in it.
    pub mine: Mine,
}

impl PostView {
    /// Returns the post's position in the lists of its event.
    pub fn place(&self) -> PagePosition {
        PagePosition { time: self.post.created_at, id: self.post.id }
    }
}

/// A new post.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewPost {
    /// An id of the client's choice, which makes it safe to repeat the request.
    pub id: Option<Uuid>,
    /// The kind.
    pub kind: Kind,
    /// The content, with the fields of the kind.
    pub body: BodyInput,
}

/// A change of a post.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PostChange {
    /// The whole new content, with the fields of the post's kind.
    pub body: BodyInput,
    /// An id of the client's choice, which makes it safe to repeat the change.
    pub op: Option<Uuid>,
}
