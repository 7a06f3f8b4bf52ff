//! Finding events by words that may be mistyped.
//!
//! Postgres' trigrams decide (`podium.search_score`): each word of a query must be there at least roughly, in artist, city or
//! venue, whatever the case and the marks on letters. The best come first, and among equals the earliest, so that the
//! order of the pages does not change between them.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use serde::{Deserialize, Serialize};

use crate::crew::events::{Event, Filter};
use crate::crew::place::Place;
use crate::foundation::errors::Result;
use crate::foundation::schema::events;

/// Below what `podium.search_score` takes: the index finds candidates, the score decides.
const CANDIDATES: &str = "SET LOCAL pg_trgm.word_similarity_threshold = 0.29";

/// Where a page of a search ended: after what fits so well, at that place among what fits as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranked {
    /// 1 to 1000.
    pub score: i32,
    /// Among those of the same score.
    pub place: Place,
}

/// The events of a filter that fit the query, each with its score, the best first.
pub async fn search(
    conn: &mut AsyncPgConnection,
    query: &str,
    filter: &Filter,
    after: Option<Ranked>,
    limit: i64,
) -> Result<Vec<(Event, i32)>> {
    conn.batch_execute(CANDIDATES).await?;
    let score = || {
        sql::<Integer>("podium.search_score(")
            .bind::<Text, _>(query.to_owned())
            .sql(", podium.searched(artist, city, venue))")
    };
    let mut found = super::filtered(filter).select((Event::as_select(), score())).filter(score().gt(0));
    if let Some(word) = longest_word(query) {
        let roughly = sql::<Bool>("podium.searched(artist, city, venue) %> podium.folded(");
        found = found.filter(roughly.bind::<Text, _>(word.to_owned()).sql(")"));
    }
    if let Some(Ranked { score: last, place: Place { time, id } }) = after {
        let later = events::date_utc.gt(time).or(events::date_utc.eq(time).and(events::id.gt(id)));
        found = found.filter(score().lt(last).or(score().eq(last).and(later)));
    }
    Ok(found.order((score().desc(), events::date_utc, events::id)).limit(limit).load(conn).await?)
}

/// The word by which the index is asked; none if there are signs alone, which have no trigrams.
fn longest_word(query: &str) -> Option<&str> {
    let words = query.split_whitespace().filter(|word| word.contains(char::is_alphanumeric));
    words.max_by_key(|word| word.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_asked_by_the_longest_word() {
        assert_eq!(longest_word("ac/dc  hamburg 1"), Some("hamburg"));
        assert_eq!(longest_word("東京 ドーム"), Some("ドーム"));
        assert_eq!(longest_word(" !!! "), None);
    }
}
