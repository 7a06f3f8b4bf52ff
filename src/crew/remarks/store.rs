//! The queries of comments and reactions.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind;
use diesel::result::Error::DatabaseError;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{Comment, Counts, Reaction, Subject};
use crate::crew::profiles;
use crate::crew::profiles::Author;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::http::PagePosition;
use crate::foundation::prepared::{Statement, prepared};
use crate::foundation::settings::Allowance;

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

/// How many changes of a comment are remembered.
const OPS: usize = 16;

#[diesel::declare_sql_function]
extern "SQL" {
    /// Returns when a person may write a comment again.
    #[sql_name = "podium.comment_allowance"]
    fn comment_allowance(by: SqlUuid, count: Integer, seconds: Integer) -> Nullable<Timestamptz>;
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

/// A comment as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = comments)]
struct Row {
    id: Uuid,
    post_id: Option<Uuid>,
    user_id: Uuid,
    text: String,
    created_at: DateTime<Utc>,
    edited_at: Option<DateTime<Utc>>,
    deleted_at: Option<DateTime<Utc>>,
    last_ops: Vec<Uuid>,
}

impl Row {
    fn is_about(&self, subject: Subject) -> bool {
        match subject {
            Subject::Post(id) => self.post_id == Some(id),
        }
    }
}

/// Returns rows as comments, with what the caller may see of their authors.
async fn with_authors(conn: &mut AsyncPgConnection, rows: Vec<Row>) -> Result<Vec<Comment>> {
    let mut ids: Vec<Uuid> = rows.iter().map(|row| row.user_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let authors = profiles::store::authors(conn, &ids).await?;
    let comment = |row: Row| {
        Some(Comment {
            id: row.id,
            post_id: row.post_id?,
            author: known(&authors, row.user_id),
            text: row.text,
            created_at: row.created_at,
            edited_at: row.edited_at,
        })
    };
    Ok(rows.into_iter().filter_map(comment).collect())
}

fn known(authors: &HashMap<Uuid, Author>, id: Uuid) -> Author {
    authors.get(&id).cloned().unwrap_or_else(|| Author::nameless(id))
}

async fn with_author(conn: &mut AsyncPgConnection, row: Row) -> Result<Comment> {
    with_authors(conn, vec![row]).await?.pop().ok_or_else(|| Error::internal("a comment of an unknown subject"))
}

/// Stores a comment of `by` on a subject in this event, within `limit`. Also returns whether this call stored it, and
/// not an earlier one with the same id.
///
/// # Errors
/// [`Code::Conflict`] when the id is another person's, or of another subject, or of a deleted comment;
/// [`Code::RateLimited`]; [`Code::NotFound`] when the subject was deleted meanwhile.
pub async fn create(
    conn: &mut AsyncPgConnection,
    (subject, event_id, by): (Subject, Uuid, Uuid),
    id: Uuid,
    text: &str,
    limit: Option<Allowance>,
) -> Result<(Comment, bool)> {
    if let Some(refusal) = refused_by(conn, by, limit).await? {
        // A repeat makes nothing. It may have waited for its first try, so that is looked up afterwards.
        return Ok((written_by(conn, id, subject, by).await?.ok_or(refusal)?, false));
    }
    let Subject::Post(post_id) = subject;
    let row = (
        comments::id.eq(id),
        comments::post_id.eq(post_id),
        comments::event_id.eq(event_id),
        comments::user_id.eq(by),
        comments::text.eq(text),
    );
    let insert = diesel::insert_into(comments::table).values(row).on_conflict_do_nothing();
    match insert.returning(Row::as_returning()).get_result(conn).await.optional() {
        Ok(Some(row)) => Ok((with_author(conn, row).await?, true)),
        // Its transaction has ended, since the insert waited for it. If it cannot be seen, it is another person's.
        Ok(None) => Ok((written_by(conn, id, subject, by).await?.ok_or(Code::Conflict)?, false)),
        Err(DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => Err(Code::NotFound.into()),
        Err(error) => Err(error.into()),
    }
}

/// Returns the comment with this id, if there is one that the caller may see.
///
/// # Errors
/// [`Code::Conflict`] unless `by` wrote it on this subject, and it is not deleted.
pub async fn written_by(conn: &mut AsyncPgConnection, id: Uuid, subject: Subject, by: Uuid) -> Result<Option<Comment>> {
    let found: Option<Row> = comments::table.find(id).select(Row::as_select()).first(conn).await.optional()?;
    match found {
        None => Ok(None),
        Some(row) if row.user_id != by || !row.is_about(subject) => Err(Code::Conflict.into()),
        Some(row) if row.deleted_at.is_some() => Err(Error::because(Code::Conflict, "the comment has been deleted")),
        Some(row) => with_author(conn, row).await.map(Some),
    }
}

/// Returns the error if the person has reached the limit. Otherwise holds a lock on the person's count until the
/// transaction ends.
async fn refused_by(conn: &mut AsyncPgConnection, by: Uuid, limit: Option<Allowance>) -> Result<Option<Error>> {
    let Some(limit) = limit else { return Ok(None) };
    let [count, seconds] = limit.as_sql();
    let again: Option<DateTime<Utc>> = diesel::select(comment_allowance(by, count, seconds)).get_result(conn).await?;
    Ok(again.map(|again| Error::rate_limited_until(Some(again))))
}

/// Returns a subject's comments after a position, the oldest first.
pub async fn list(
    conn: &mut AsyncPgConnection,
    subject: Subject,
    after: Option<PagePosition>,
    limit: i64,
) -> Result<Vec<Comment>> {
    use comments::{created_at, id};
    let Subject::Post(post_id) = subject;
    let mut query = comments::table
        .filter(comments::post_id.eq(post_id).and(comments::deleted_at.is_null()))
        .select(Row::as_select())
        .into_boxed();
    if let Some(PagePosition { time, id: last }) = after {
        query = query.filter(created_at.ge(time).and(created_at.gt(time).or(id.gt(last))));
    }
    let rows = query.order((created_at, id)).limit(limit).load(conn).await?;
    with_authors(conn, rows).await
}

/// Changes the text of a comment by `by`. A repeat of the change `op` changes nothing.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Forbidden`] for another person's, [`Code::NotMember`] for an author who has left.
pub async fn change(conn: &mut AsyncPgConnection, id: Uuid, by: Uuid, text: &str, op: Option<Uuid>) -> Result<Comment> {
    let locked = comments::table.find(id).select(Row::as_select()).for_no_key_update();
    let Some(row) = locked.first::<Row>(conn).await.optional()? else {
        return Err(unchangeable(conn, id, by).await?);
    };
    let is_repeat = op.is_some_and(|op| row.last_ops.contains(&op));
    let is_edit = row.text != text && !is_repeat;
    if !is_edit && (is_repeat || op.is_none()) {
        return with_author(conn, row).await;
    }
    let mut ops = row.last_ops.clone();
    ops.extend(op);
    let ops = &ops[ops.len().saturating_sub(OPS)..];
    let edited_at = if is_edit { sql::<Nullable<Timestamptz>>("clock_timestamp()") } else { sql("edited_at") };
    let set = (comments::text.eq(text), comments::edited_at.eq(edited_at), comments::last_ops.eq(ops));
    let update = diesel::update(comments::table.find(id)).set(set).returning(Row::as_returning());
    let row = update.get_result(conn).await?;
    with_author(conn, row).await
}

/// Returns why the caller may not change a comment. Row level security allows the lock to its author alone, as long as it
/// is not deleted and the author is a member.
async fn unchangeable(conn: &mut AsyncPgConnection, id: Uuid, by: Uuid) -> Result<Error> {
    let found: Row = comments::table.find(id).select(Row::as_select()).first(conn).await?;
    Ok(match found {
        Row { deleted_at: Some(_), .. } => Code::NotFound.into(),
        Row { user_id, .. } if user_id == by => not_member(),
        _ => Error::because(Code::Forbidden, "only the author may change a comment"),
    })
}

#[derive(QueryableByName)]
struct DeletedRow {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    event: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    post: Option<Uuid>,
}

struct DeleteComment;

impl Statement for DeleteComment {
    const SQL: &'static str = "SELECT code, event, post FROM podium.comment_delete($1, $2)";
}

/// Deletes a comment on behalf of `by`, and returns its event and its subject. A repeat changes nothing.
///
/// # Errors
/// [`Code::Forbidden`], [`Code::NotFound`].
pub async fn delete(conn: &mut AsyncPgConnection, id: Uuid, by: Uuid) -> Result<(Uuid, Subject)> {
    let call = prepared::<DeleteComment>().bind::<SqlUuid, _>(id).bind::<SqlUuid, _>(by);
    let deleted: DeletedRow = call.get_result(conn).await?;
    match (deleted.code.as_str(), deleted.event, deleted.post) {
        ("ok", Some(event_id), Some(post_id)) => Ok((event_id, Subject::Post(post_id))),
        ("forbidden", ..) => Err(Error::because(
            Code::Forbidden,
            "only the author, the event's creator, a host or a moderator may delete a comment",
        )),
        ("not_found", ..) => Err(Code::NotFound.into()),
        (code, ..) => Err(Error::internal(format!("unknown outcome of a deletion: {code}"))),
    }
}

/// The outcome of setting a reaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// It was set or taken back, in this event.
    Changed(Uuid),
    /// It was so before.
    Same,
    /// The kind has just gone: try again.
    Retry,
}

#[derive(QueryableByName)]
struct SetRow {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    event: Option<Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    again: Option<DateTime<Utc>>,
}

struct SetReaction;

impl Statement for SetReaction {
    const SQL: &'static str = "SELECT code, event, again FROM podium.reaction_set($1, $2, $3, $4, $5, $6)";
}

/// Sets a reaction of `by`, or takes it back. Runs as the service, outside a transaction: the function locks the
/// subject, and a node that hangs must not hold that lock. The function checks that `by` is a member.
///
/// # Errors
/// `not_found`, also for a subject that `by` may not see; `invalid` when there are too many kinds; `rate_limited`.
pub async fn react(
    conn: &mut AsyncPgConnection,
    subject: Subject,
    by: Uuid,
    emoji: &str,
    on: bool,
    limit: Option<Allowance>,
) -> Result<Set> {
    let Subject::Post(post_id) = subject;
    let limit = limit.map(Allowance::as_sql);
    // Loaded to the end: the first row comes before the commit is certain.
    let set: Vec<SetRow> = prepared::<SetReaction>()
        .bind::<SqlUuid, _>(post_id)
        .bind::<SqlUuid, _>(by)
        .bind::<Text, _>(emoji.to_owned())
        .bind::<Bool, _>(on)
        .bind::<Nullable<Integer>, _>(limit.map(|[count, _]| count))
        .bind::<Nullable<Integer>, _>(limit.map(|[_, seconds]| seconds))
        .load(conn)
        .await?;
    let set = set.into_iter().next().ok_or_else(|| Error::internal("the function returned no row"))?;
    match (set.code.as_str(), set.event) {
        ("ok", Some(event_id)) => Ok(Set::Changed(event_id)),
        ("same", _) => Ok(Set::Same),
        ("retry", _) => Ok(Set::Retry),
        ("rate_limited", _) => Err(Error::rate_limited_until(set.again)),
        ("too_many", _) => {
            let detail = format!("must be one of the {} that are there already", super::MAX_KINDS);
            Err(Error::invalid("/emoji", detail))
        }
        ("not_found", _) => Err(Code::NotFound.into()),
        (code, _) => Err(Error::internal(format!("unknown outcome of a reaction: {code}"))),
    }
}

/// A position in a subject's list of reactions: the emoji, the time, and the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReactionPosition(pub String, pub PagePosition);

/// Returns a subject's reactions after a position: by emoji, those of one emoji from the oldest on. With `emoji` those
/// of one alone.
pub async fn reactions(
    conn: &mut AsyncPgConnection,
    subject: Subject,
    emoji: Option<&str>,
    after: Option<ReactionPosition>,
    limit: i64,
) -> Result<Vec<Reaction>> {
    use reactions::{at, emoji as kind, user_id};
    let Subject::Post(post_id) = subject;
    let mut query = reactions::table
        .filter(reactions::post_id.eq(post_id).and(reactions::is_on))
        .select((user_id, kind, at))
        .into_boxed();
    if let Some(emoji) = emoji {
        query = query.filter(kind.eq(emoji.to_owned()));
    }
    if let Some(ReactionPosition(last, PagePosition { time, id })) = after {
        // As a row, so that the index begins there, amid those of one emoji, too.
        let later = sql::<Bool>("(reactions.emoji, reactions.at, reactions.user_id) > (")
            .bind::<Text, _>(last)
            .sql(", ")
            .bind::<Timestamptz, _>(time)
            .sql(", ")
            .bind::<SqlUuid, _>(id)
            .sql(")");
        query = query.filter(later);
    }
    let rows: Vec<(Uuid, String, DateTime<Utc>)> = query.order((kind, at, user_id)).limit(limit).load(conn).await?;
    let mut ids: Vec<Uuid> = rows.iter().map(|row| row.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let people = profiles::store::authors(conn, &ids).await?;
    Ok(rows.into_iter().map(|(id, emoji, time)| Reaction { person: known(&people, id), emoji, at: time }).collect())
}

#[derive(QueryableByName)]
struct CountsRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    comments: i64,
    #[diesel(sql_type = BigInt)]
    revision: i64,
    #[diesel(sql_type = Jsonb)]
    reactions: Value,
}

impl CountsRow {
    fn counts(self) -> Result<(Uuid, Counts)> {
        let reactions = serde_json::from_value(self.reactions).map_err(Error::internal)?;
        Ok((self.id, Counts { comments: self.comments, reactions, revision: self.revision }))
    }
}

/// Counts the remarks of the posts `s (id)`, each by itself whatever the planner estimates: the cost must not grow with
/// the tables.
macro_rules! counts_of_posts {
    ($posts:literal) => {
        concat!(
            "SELECT s.id, c.live AS comments, (2 * c.written - c.live + r.changes)::bigint AS revision, ",
            "r.kinds AS reactions FROM ",
            $posts,
            " CROSS JOIN LATERAL (SELECT count(*) AS written, count(*) FILTER (WHERE deleted_at IS NULL) AS live \
               FROM comments WHERE post_id = s.id) c \
             CROSS JOIN LATERAL (SELECT coalesce(sum(k.changes), 0) AS changes, \
                 coalesce(jsonb_object_agg(k.emoji, k.people) FILTER (WHERE k.people > 0), '{}') AS kinds \
               FROM (SELECT emoji, count(*) FILTER (WHERE is_on) AS people, sum(changes) AS changes \
                 FROM reactions WHERE post_id = s.id GROUP BY emoji) k) r"
        )
    };
}

struct CountsOf;

impl Statement for CountsOf {
    const SQL: &'static str = counts_of_posts!("unnest($1) s (id)");
}

/// Returns how many remarks each of these subjects has, in one statement. The caller must have read the subjects: on
/// behalf of a person, it counts only what that person may read.
pub async fn counts_of(conn: &mut AsyncPgConnection, subjects: &[Subject]) -> Result<HashMap<Subject, Counts>> {
    if subjects.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = subjects.iter().map(|subject| subject.id()).collect();
    let rows: Vec<CountsRow> = prepared::<CountsOf>().bind::<Array<SqlUuid>, _>(ids).load(conn).await?;
    rows.into_iter().map(|row| row.counts().map(|(id, counts)| (Subject::Post(id), counts))).collect()
}

struct CountsIn;

impl Statement for CountsIn {
    const SQL: &'static str =
        counts_of_posts!("(SELECT id FROM podium.newest_posts($1, $2) id UNION SELECT unnest($3)) s");
}

/// Returns how many remarks these posts of an event have, and its newest ones, in one statement. Runs as the service.
pub async fn counts_in(
    conn: &mut AsyncPgConnection,
    event_id: Uuid,
    newest: i32,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Counts)>> {
    let counts = prepared::<CountsIn>()
        .bind::<SqlUuid, _>(event_id)
        .bind::<Integer, _>(newest)
        .bind::<Array<SqlUuid>, _>(ids.to_vec());
    let rows: Vec<CountsRow> = counts.load(conn).await?;
    rows.into_iter().map(CountsRow::counts).collect()
}

#[derive(QueryableByName)]
struct CheckRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    sum: i64,
}

struct Checks;

impl Statement for Checks {
    const SQL: &'static str = "SELECT e.id, \
           coalesce(sum(podium.tally_check(p.id, (2 * c.written - c.live + r.changes)::bigint)), 0)::bigint AS sum \
         FROM unnest($1) e (id) LEFT JOIN LATERAL podium.newest_posts(e.id, $2) p (id) ON true \
         LEFT JOIN LATERAL (SELECT count(*) AS written, count(*) FILTER (WHERE deleted_at IS NULL) AS live \
           FROM comments WHERE post_id = p.id) c ON true \
         LEFT JOIN LATERAL (SELECT coalesce(sum(changes), 0) AS changes FROM reactions WHERE post_id = p.id) r ON true \
         GROUP BY e.id";
}

/// Returns, for each of these events, a number that differs when the counts of one of its newest posts have changed, in
/// one statement. Runs as the service.
pub async fn checks(conn: &mut AsyncPgConnection, events: Vec<Uuid>, newest: i32) -> Result<Vec<(Uuid, i64)>> {
    let checks = prepared::<Checks>().bind::<Array<SqlUuid>, _>(events).bind::<Integer, _>(newest);
    let rows: Vec<CheckRow> = checks.load(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.sum)).collect())
}

/// Returns the reactions of `user_id` to each of these subjects, in the order in which they were set, in one statement.
pub async fn mine_of(
    conn: &mut AsyncPgConnection,
    user_id: Uuid,
    subjects: &[Subject],
) -> Result<HashMap<Subject, Vec<String>>> {
    let mut mine: HashMap<Subject, Vec<String>> = HashMap::new();
    if subjects.is_empty() {
        return Ok(mine);
    }
    let ids: Vec<Uuid> = subjects.iter().map(|subject| subject.id()).collect();
    let rows: Vec<(Option<Uuid>, String)> = reactions::table
        .filter(reactions::post_id.eq_any(ids).and(reactions::user_id.eq(user_id)).and(reactions::is_on))
        .select((reactions::post_id, reactions::emoji))
        .order((reactions::at, reactions::id))
        .load(conn)
        .await?;
    for (post_id, emoji) in rows {
        if let Some(id) = post_id {
            mine.entry(Subject::Post(id)).or_default().push(emoji);
        }
    }
    Ok(mine)
}
