//! The queries of reactions.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::{MAX_KINDS, Reaction, Subject};
use super::{SqlUuid, authors, known, reactions};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::http::PagePosition;
use crate::foundation::prepared::{Statement, prepared};
use crate::foundation::settings::Allowance;

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
            let detail = format!("must be one of the {} that are there already", MAX_KINDS);
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
pub async fn list(
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
    let people = authors(conn, rows.iter().map(|row| row.0)).await?;
    Ok(rows.into_iter().map(|(id, emoji, time)| Reaction { person: known(&people, id), emoji, at: time }).collect())
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
