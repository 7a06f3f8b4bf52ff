//! The queries of posts.

pub mod counted;

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind;
use diesel::result::Error::DatabaseError;
use diesel::sql_types::{Bool, Integer, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::body::Body;
use super::numbers::{self, Reader};
use super::{Kind, Mine, Post, PostView, Tally};
use crate::crew::profiles::{self, Author};
use crate::foundation::db::Caller;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::http::PagePosition;
use crate::foundation::schema::sql_types::PostKind;
use crate::foundation::schema::{event_members, events, posts};
use crate::foundation::settings::Allowance;

/// How many changes of a post are remembered, so that a repeated one changes nothing.
const OPS: usize = 16;

#[diesel::declare_sql_function]
extern "SQL" {
    /// Returns when a person may post again.
    #[sql_name = "podium.post_allowance"]
    fn post_allowance(by: SqlUuid, count: Integer, seconds: Integer) -> Nullable<Timestamptz>;

    /// Returns whether a post of this id was deleted lately.
    #[sql_name = "podium.post_removed"]
    fn post_removed(event: SqlUuid, post: SqlUuid) -> Bool;

    /// Waits for the voters of a poll who came before.
    #[sql_name = "podium.poll_turn"]
    fn poll_turn(post: SqlUuid) -> Text;
}

/// A stored post.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = posts)]
pub struct Row {
    /// The post's id.
    pub id: Uuid,
    /// The event.
    pub event_id: Uuid,
    /// The author.
    pub user_id: Uuid,
    /// The kind.
    pub kind: Kind,
    /// The content, without the time at which a poll closes.
    pub body: Value,
    /// When it was posted.
    pub created_at: DateTime<Utc>,
    /// When its author last changed it.
    pub edited_at: Option<DateTime<Utc>>,
    /// When a poll closes by itself.
    pub closes_at: Option<DateTime<Utc>>,
    /// When a poll was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// The final tally of a closed poll, as it is stored.
    #[diesel(column_name = final_tally)]
    pub stored_tally: Option<Value>,
    /// The last changes.
    pub last_ops: Vec<Uuid>,
    /// The number of its last change in the event's feed.
    pub wall_seq: i64,
    /// The number with which it came.
    pub wall_from: Option<i64>,
}

impl Row {
    /// Returns the final tally of a closed poll.
    ///
    /// # Errors
    /// `internal` for one of another form.
    pub fn final_tally(&self) -> Result<Option<Tally>> {
        self.stored_tally.clone().map(serde_json::from_value).transpose().map_err(Error::internal)
    }

    fn post(self, author: Author, numbers: numbers::Numbers) -> Result<(Post, Mine)> {
        let body = Body::of_row(self.kind, self.body, self.closes_at)?;
        let numbers::Numbers { tally, hype, comments, reactions, remarks_revision, mine } = numbers;
        let post = Post {
            id: self.id,
            event_id: self.event_id,
            author,
            kind: self.kind,
            body,
            created_at: self.created_at,
            edited_at: self.edited_at,
            closed_at: self.closed_at,
            tally,
            hype,
            comments,
            reactions,
            remarks_revision,
            seq: self.wall_seq,
        };
        Ok((post, mine))
    }
}

/// Returns these rows as posts with the names of their authors and their numbers, in the same order.
async fn complete(conn: &mut AsyncPgConnection, rows: Vec<Row>, reader: Reader) -> Result<Vec<(Post, Mine)>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.user_id).collect();
    let mut authors = match reader {
        Reader::Everybody => profiles::store::authors_for_all(conn, &ids).await?,
        Reader::Person(_) => profiles::store::authors(conn, &ids).await?,
    };
    let mut numbers = numbers::of(conn, &rows, reader).await?;
    let post = |row: Row| {
        let author = authors.entry(row.user_id).or_insert_with(|| Author::nameless(row.user_id)).clone();
        let numbers = numbers.remove(&row.id).unwrap_or_default();
        row.post(author, numbers)
    };
    rows.into_iter().map(post).collect()
}

async fn views(conn: &mut AsyncPgConnection, rows: Vec<Row>, reader: Uuid) -> Result<Vec<PostView>> {
    let posts = complete(conn, rows, Reader::Person(reader)).await?;
    Ok(posts.into_iter().map(|(post, mine)| PostView { post, mine }).collect())
}

/// Stores a new post by `by`, within `limit`. Returns whether it is new, and not what an earlier call with the same id
/// stored.
///
/// # Errors
/// [`Code::Conflict`] when the id is another post's, or that of a post that was deleted; [`Code::RateLimited`].
pub async fn create(
    conn: &mut AsyncPgConnection,
    event_id: Uuid,
    by: Uuid,
    (id, kind, body): (Uuid, Kind, &Body),
    limit: Option<Allowance>,
) -> Result<bool> {
    if let Some(refusal) = refused_by(conn, by, limit).await? {
        // A repeat makes nothing. It may have waited for its first try, so that is looked up afterwards.
        return if is_made_by(conn, event_id, by, id).await? { Ok(false) } else { Err(refusal) };
    }
    if diesel::select(post_removed(event_id, id)).get_result(conn).await? {
        return Err(Error::because(Code::Conflict, "the post with this id was deleted"));
    }
    // A parameter of the enumeration's type would need its number, which is another statement on each connection.
    let kind_as_sql = sql::<PostKind>("").bind::<Text, _>(kind.as_str()).sql("::post_kind");
    let row = (
        posts::id.eq(id),
        posts::event_id.eq(event_id),
        posts::user_id.eq(by),
        posts::kind.eq(kind_as_sql),
        posts::body.eq(body.stored()),
        posts::closes_at.eq(body.closes_at()),
    );
    let stored = diesel::insert_into(posts::table).values(row).on_conflict_do_nothing().execute(conn).await?;
    match stored > 0 {
        true => Ok(true),
        false if is_made_by(conn, event_id, by, id).await? => Ok(false),
        // Of a post that the caller may not see.
        false => Err(Code::Conflict.into()),
    }
}

/// Returns whether there is a post with this id, by this person in this event.
///
/// # Errors
/// [`Code::Conflict`] when it is another one.
async fn is_made_by(conn: &mut AsyncPgConnection, event_id: Uuid, by: Uuid, id: Uuid) -> Result<bool> {
    let made = posts::table.find(id).select((posts::event_id, posts::user_id));
    match made.first::<(Uuid, Uuid)>(conn).await.optional()? {
        None => Ok(false),
        Some(made) if made == (event_id, by) => Ok(true),
        Some(_) => Err(Code::Conflict.into()),
    }
}

/// Returns the error if the person has reached the limit. Otherwise holds a lock on the person's count until the
/// transaction ends.
async fn refused_by(conn: &mut AsyncPgConnection, by: Uuid, limit: Option<Allowance>) -> Result<Option<Error>> {
    let Some(limit) = limit else { return Ok(None) };
    let [count, seconds] = limit.as_sql();
    let again: Option<DateTime<Utc>> = diesel::select(post_allowance(by, count, seconds)).get_result(conn).await?;
    Ok(again.map(|again| Error::rate_limited_until(Some(again))))
}

/// Checks that the caller may read the event's wall: its members, its maker, and moderators.
///
/// # Errors
/// [`Code::NotFound`] when there is no such event, [`Code::NotMember`] when the caller is none of them.
pub async fn require_reader(conn: &mut AsyncPgConnection, event_id: Uuid, caller: &Caller) -> Result<()> {
    let person = caller.user_id.unwrap_or_default();
    let membership = event_members::table.find((event_id, person));
    let event = events::table.find(event_id).select((events::created_by, exists(membership)));
    let (maker, is_member): (Uuid, bool) = event.first(conn).await?;
    if is_member || maker == person || caller.moderator {
        Ok(())
    } else {
        Err(Error::because(Code::NotMember, "the caller must be a member of the event"))
    }
}

/// Returns the condition of the kind's index, in its very words: behind row level security a kind in a parameter would be
/// compared row by row.
const fn is_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "kind = 'text'",
        Kind::Poll => "kind = 'poll'",
        Kind::Hype => "kind = 'hype'",
    }
}

/// Returns the posts of an event, the newest first, of one kind or of all.
pub async fn list(
    conn: &mut AsyncPgConnection,
    event_id: Uuid,
    reader: Uuid,
    kind: Option<Kind>,
    before: Option<PagePosition>,
    limit: i64,
) -> Result<Vec<PostView>> {
    let mut query = posts::table.filter(posts::event_id.eq(event_id)).select(Row::as_select()).into_boxed();
    if let Some(kind) = kind {
        query = query.filter(sql::<Bool>(is_kind(kind)));
    }
    if let Some(PagePosition { time, id }) = before {
        query = query.filter(posts::created_at.le(time).and(posts::created_at.lt(time).or(posts::id.lt(id))));
    }
    let rows = query.order((posts::created_at.desc(), posts::id.desc())).limit(limit).load(conn).await?;
    views(conn, rows, reader).await
}

/// Returns a post.
///
/// # Errors
/// [`Code::NotFound`] if there is none that the caller may read.
pub async fn find(conn: &mut AsyncPgConnection, id: Uuid, reader: Uuid) -> Result<PostView> {
    let row = posts::table.find(id).select(Row::as_select()).first(conn).await?;
    views(conn, vec![row], reader).await?.pop().ok_or_else(|| Code::NotFound.into())
}

/// A post that is locked for a change.
pub struct Locked {
    /// The post as it is stored.
    pub row: Row,
    /// Whether it is a poll that is closed, or whose time has come.
    pub is_over: bool,
}

/// Waits for the voters who came before, so that later ones do not keep the transaction waiting for the post.
async fn take_turn(conn: &mut AsyncPgConnection, id: Uuid) -> Result<()> {
    // A function without a value is answered as an empty text.
    diesel::select(poll_turn(id)).execute(conn).await?;
    Ok(())
}

/// Returns a post, locked for a change by its author.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::Forbidden`] if it is another person's, or its author has left the event.
pub async fn lock(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Locked> {
    take_turn(conn, id).await?;
    let is_over = sql::<Bool>("coalesce(closed_at IS NOT NULL OR closes_at <= clock_timestamp(), false)");
    let locked = posts::table.find(id).select((Row::as_select(), is_over)).for_no_key_update();
    if let Some((row, is_over)) = locked.first(conn).await.optional()? {
        return Ok(Locked { row, is_over });
    }
    // Row level security allows the lock only if the caller may change the post.
    posts::table.find(id).select(posts::id).first::<Uuid>(conn).await?;
    Err(Error::because(Code::Forbidden, "only its author, as a member of the event, may change a post"))
}

/// Stores the new content of a locked post, and remembers the change.
///
/// # Errors
/// [`Code::Conflict`] when a poll with votes would become another; [`Code::PollClosed`].
pub async fn save(conn: &mut AsyncPgConnection, row: &Row, body: &Body, op: Option<Uuid>) -> Result<()> {
    let ops: Vec<Uuid> = op.into_iter().chain(row.last_ops.iter().copied()).take(OPS).collect();
    let values = (posts::body.eq(body.stored()), posts::closes_at.eq(body.closes_at()), posts::last_ops.eq(ops));
    match diesel::update(posts::table.find(row.id)).set(values).execute(conn).await {
        Err(DatabaseError(DatabaseErrorKind::CheckViolation, info)) => match info.constraint_name() {
            Some("posts_frozen") => Err(Error::because(
                Code::Conflict,
                "the question, options, mode and results of a poll stay as they are from the first vote on",
            )),
            Some("posts_closed") => Err(Code::PollClosed.into()),
            _ => Err(Error::internal(info.message())),
        },
        outcome => Ok(outcome.map(drop)?),
    }
}

/// Deletes a post. Returns its event.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::Forbidden`] if the caller may read it, but not delete it.
pub async fn delete(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Uuid> {
    take_turn(conn, id).await?;
    // Row level security decides who may.
    let deleted = diesel::delete(posts::table.find(id)).returning(posts::event_id).get_result(conn).await.optional()?;
    if let Some(event_id) = deleted {
        return Ok(event_id);
    }
    posts::table.find(id).select(posts::id).first::<Uuid>(conn).await?;
    Err(Error::because(
        Code::Forbidden,
        "only its author, the event's maker and hosts, and moderators may delete a post",
    ))
}

/// A post that has changed, as everybody sees it.
#[derive(Debug)]
pub struct Changed {
    /// The number of the feed with which it came.
    pub came: i64,
    /// The post. Its `seq` is the number of the change.
    pub post: Post,
}

/// Returns the posts that have changed after a number of the event's feed, in ascending order. As the service.
pub async fn since(conn: &mut AsyncPgConnection, event_id: Uuid, after: i64, limit: i64) -> Result<Vec<Changed>> {
    let changed = posts::table.filter(posts::event_id.eq(event_id).and(posts::wall_seq.gt(after)));
    let rows: Vec<Row> = changed.select(Row::as_select()).order(posts::wall_seq).limit(limit).load(conn).await?;
    let came: Vec<i64> = rows.iter().map(|row| row.wall_from.unwrap_or_default()).collect();
    let posts = complete(conn, rows, Reader::Everybody).await?;
    Ok(posts.into_iter().zip(came).map(|((post, _), came)| Changed { came, post }).collect())
}
