//! Finding events by words that may be mistyped.
//!
//! Each word of a query must match in artist, city or venue; case, accents and the order of words do not matter. What
//! is searched is stored folded (`event_texts`, kept by a trigger, read by a view), and the index of its trigrams decides what matches.
//! Events that contain the words come into question first, the earliest `CANDIDATES` of them; only if these are fewer,
//! so do those in which each word is at least near: of five letters one may be wrong. All that come into question are
//! scored. The best matches come first, and among equals the earliest, so that the order does not change between pages.
//!
//! So a search costs about the same however common its words are: Postgres knows that, and reads either the index of
//! trigrams, or events in order of their dates until it has found enough of them.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{name_key, narrowed};
use crate::crew::events::time::Over;
use crate::crew::events::{Event, Filter, Since};
use crate::foundation::errors::Result;
use crate::foundation::http::PagePosition;
use crate::foundation::schema::events;
use crate::foundation::words::{Word, words};

/// The most events that a search finds by the same measure, in order of their dates.
const CANDIDATES: i64 = 300;

/// The similarity that is near, for the rest of the transaction.
const NEAR: &str = "SET LOCAL pg_trgm.word_similarity_threshold = 0.3";

diesel::table! {
    /// What of each event is searched, for everybody.
    podium.searchable (id) {
        /// The event.
        id -> Uuid,
        /// Artist, city and venue, folded, each word with a space before it.
        folded -> Nullable<Text>,
    }
}
diesel::joinable!(searchable -> events (id));
diesel::allow_tables_to_appear_in_same_query!(searchable, events);

/// How a word is found.
#[derive(Debug, PartialEq, Eq)]
enum Condition {
    /// By a pattern of `LIKE`.
    Like(String),
    /// By its likeness to a part of the text.
    Near(String),
}

/// Returns how a word is found as it is written.
fn exactly(word: &Word) -> Condition {
    Condition::Like(word.pattern())
}

/// Returns how a word is found if it is mistyped. Signs and short words must be right.
fn nearly(word: &Word) -> Condition {
    if word.alike && word.is_long() { Condition::Near(word.word.clone()) } else { exactly(word) }
}

/// The place at which a page of a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranked {
    /// The score of its last event, up to 1000.
    pub score: i32,
    /// Its position among events of the same score.
    pub place: PagePosition,
}

impl Ranked {
    /// Returns what sorts the best first, then the earliest.
    fn order(self) -> (i32, DateTime<Utc>, Uuid) {
        (-self.score, self.place.time, self.place.id)
    }
}

/// Returns the events of a filter that match the query, each with its score, the best first.
pub async fn search(
    conn: &mut AsyncPgConnection,
    query: &str,
    filter: &Filter,
    after: Option<Ranked>,
    limit: i64,
) -> Result<Vec<(Event, i32)>> {
    let words = words(conn, query).await?;
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = candidates(conn, &words, filter, exactly).await?;
    if (found.len() as i64) < CANDIDATES && words.iter().any(|word| nearly(word) != exactly(word)) {
        conn.batch_execute(NEAR).await?;
        found.extend(candidates(conn, &words, filter, nearly).await?);
    }
    let page = best(found, after, limit);
    let ids: Vec<Uuid> = page.iter().map(|ranked| ranked.place.id).collect();
    let rows: Vec<Event> = events::table.filter(events::id.eq_any(ids)).select(Event::as_select()).load(conn).await?;
    let event = |ranked: Ranked| Some((rows.iter().find(|event| event.id == ranked.place.id)?.clone(), ranked.score));
    Ok(page.into_iter().filter_map(event).collect())
}

/// Returns the earliest events of a filter in which every word is found, with their scores.
async fn candidates(
    conn: &mut AsyncPgConnection,
    words: &[Word],
    filter: &Filter,
    how: fn(&Word) -> Condition,
) -> Result<Vec<Ranked>> {
    let all: Vec<String> = words.iter().map(|word| word.word.clone()).collect();
    let score = sql::<Integer>("podium.search_score(").bind::<Array<Text>, _>(all).sql(", searchable.folded)");
    let matches = words.iter().map(how).map(|condition| {
        let (operator, value) = match condition {
            Condition::Like(pattern) => ("searchable.folded LIKE ", pattern),
            Condition::Near(word) => ("searchable.folded %> ", word),
        };
        sql::<Bool>(operator).bind::<Text, _>(value)
    });
    let mut query = narrowed!(events::table.inner_join(searchable::table).into_boxed::<Pg>(), filter);
    for condition in matches {
        query = query.filter(condition);
    }
    let query = query.select((events::id, events::date_utc, score));
    let rows: Vec<(Uuid, DateTime<Utc>, i32)> =
        query.order((events::date_utc, events::id)).limit(CANDIDATES).load(conn).await?;
    Ok(rows.into_iter().map(|(id, time, score)| Ranked { score, place: PagePosition { time, id } }).collect())
}

/// Returns the page after a place: each once, the best first.
fn best(mut found: Vec<Ranked>, after: Option<Ranked>, limit: i64) -> Vec<Ranked> {
    found.sort_unstable_by_key(|ranked| ranked.order());
    found.dedup();
    found.retain(|ranked| after.is_none_or(|after| ranked.order() > after.order()));
    found.truncate(usize::try_from(limit).unwrap_or(0));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_word_may_be_mistyped_and_signs_and_short_ones_not() {
        let nearly = |word: &str, alike| nearly(&Word { word: word.to_owned(), alike });
        assert_eq!(nearly("berlin", true), Condition::Near("berlin".into()));
        assert_eq!(nearly("u2", true), Condition::Like("% u2%".into()));
        assert_eq!(nearly("!!!", false), Condition::Like("%!!!%".into()));
    }

    #[test]
    fn pages_go_on_where_the_last_one_ended_whatever_was_found_twice() {
        let ranked = |score, second, id| Ranked {
            score,
            place: PagePosition { time: DateTime::from_timestamp(second, 0).unwrap(), id: Uuid::from_u128(id) },
        };
        let found = [ranked(500, 1, 1), ranked(1000, 3, 2), ranked(1000, 2, 3), ranked(500, 1, 4), ranked(1000, 2, 3)];
        let order = [ranked(1000, 2, 3), ranked(1000, 3, 2), ranked(500, 1, 1), ranked(500, 1, 4)];
        assert_eq!(best(found.to_vec(), None, 10), order);
        for last in 0..order.len() {
            assert_eq!(best(found.to_vec(), Some(order[last]), 2), order[last + 1..(last + 3).min(4)]);
        }
    }
}
