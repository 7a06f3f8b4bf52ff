//! The queries of comments and reactions.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::Subject;
use crate::crew::profiles;
use crate::crew::profiles::Author;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::prepared::{Statement, prepared};

pub mod commenting;
pub mod counting;
pub mod reacting;

type SqlUuid = diesel::sql_types::Uuid;

diesel::table! {
    /// Comments on posts.
    comments (id) {
        /// Chosen by the client, or UUIDv7.
        id -> Uuid,
        /// The post, if it is about a post.
        post_id -> Nullable<Uuid>,
        /// The event of the subject.
        event_id -> Uuid,
        /// The author.
        user_id -> Uuid,
        /// 1 to 1,000 characters; empty once it is deleted.
        text -> Text,
        /// When it was written.
        created_at -> Timestamptz,
        /// When the author last changed it.
        edited_at -> Nullable<Timestamptz>,
        /// When it was deleted; the row stays, so that the revision of the counts never descends.
        deleted_at -> Nullable<Timestamptz>,
        /// The ids of the last 16 changes, so that a repeated one changes nothing.
        last_ops -> Array<Uuid>,
    }
}

diesel::table! {
    /// Reactions to posts: one row for each person and emoji.
    reactions (id) {
        /// UUIDv7.
        id -> Uuid,
        /// The post, if it is to a post.
        post_id -> Nullable<Uuid>,
        /// The event of the subject.
        event_id -> Uuid,
        /// Who reacted.
        user_id -> Uuid,
        /// The emoji, in the spelling that Unicode recommends.
        emoji -> Text,
        /// False once it was taken back; the row stays, so that the revision of the counts never descends.
        is_on -> Bool,
        /// How often it was set and taken back, which is odd as long as it is on.
        changes -> Int8,
        /// When it was last set.
        at -> Timestamptz,
    }
}

/// The place of a subject that the caller may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct SubjectPlace {
    /// The event.
    #[diesel(sql_type = SqlUuid)]
    pub event_id: Uuid,
    /// Whether the caller is a member of the event.
    #[diesel(sql_type = Bool)]
    pub is_member: bool,
    /// Whether the caller may read the event's posts.
    #[diesel(sql_type = Bool)]
    pub is_reader: bool,
}

impl SubjectPlace {
    /// Returns the event of a subject whose remarks the caller reads.
    ///
    /// # Errors
    /// [`Code::NotMember`] for the subject's author who has left the event.
    pub fn readable(self) -> Result<Uuid> {
        self.required(self.is_reader)
    }

    /// Returns the event of a subject on which the caller remarks.
    ///
    /// # Errors
    /// [`Code::NotMember`].
    pub fn writable(self) -> Result<Uuid> {
        self.required(self.is_member)
    }

    fn required(self, holds: bool) -> Result<Uuid> {
        if holds { Ok(self.event_id) } else { Err(not_member()) }
    }
}

fn not_member() -> Error {
    Error::because(Code::NotMember, "the caller must be a member of the event")
}

struct PostPlace;

impl Statement for PostPlace {
    const SQL: &'static str = "SELECT event_id, is_member, is_reader FROM podium.post_place($1)";
}

/// Returns where a subject is.
///
/// # Errors
/// [`Code::NotFound`] when there is none that the caller may see.
pub async fn place(conn: &mut AsyncPgConnection, subject: Subject) -> Result<SubjectPlace> {
    let Subject::Post(id) = subject;
    let found: Option<SubjectPlace> =
        prepared::<PostPlace>().bind::<SqlUuid, _>(id).get_result(conn).await.optional()?;
    found.ok_or_else(|| Code::NotFound.into())
}

/// Returns what the caller may see of these people, by their ids.
async fn authors(conn: &mut AsyncPgConnection, people: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, Author>> {
    let mut ids: Vec<Uuid> = people.collect();
    ids.sort_unstable();
    ids.dedup();
    profiles::store::authors(conn, &ids).await
}

fn known(authors: &HashMap<Uuid, Author>, id: Uuid) -> Author {
    authors.get(&id).cloned().unwrap_or_else(|| Author::nameless(id))
}
