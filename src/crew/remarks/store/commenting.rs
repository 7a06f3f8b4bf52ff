//! The queries of comments.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind;
use diesel::result::Error::DatabaseError;
use diesel::sql_types::{Integer, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::super::{Comment, Subject};
use super::{SqlUuid, authors, comments, known, not_member};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::http::PagePosition;
use crate::foundation::prepared::{Statement, prepared};
use crate::foundation::settings::Allowance;

/// How many changes of a comment are remembered.
const OPS: usize = 16;

#[diesel::declare_sql_function]
extern "SQL" {
    /// Returns when a person may write a comment again.
    #[sql_name = "podium.comment_allowance"]
    fn comment_allowance(by: SqlUuid, count: Integer, seconds: Integer) -> Nullable<Timestamptz>;
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
    let authors = authors(conn, rows.iter().map(|row| row.user_id)).await?;
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
