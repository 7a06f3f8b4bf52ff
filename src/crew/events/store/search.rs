//! Finding events by words that may be mistyped.
//!
//! Each word of a query must be there for itself, at least roughly, in artist, city or venue, whatever its case, the marks on
//! its letters, and its place among the others. Postgres' trigrams decide what is roughly: a word of five letters with one
//! wrong shares a third of them with the right one. The best come first, and among equals the earliest, so that the
//! order of the pages does not change between them.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};

use crate::crew::events::{Event, Filter};
use crate::foundation::errors::Result;
use crate::foundation::http::PagePosition;
use crate::foundation::schema::events;

/// The words of a query as events are compared with them, and, for the rest of the transaction, how alike is roughly.
/// Signs alone, as the band `!!!` has for its name, have no trigrams: these must be there as they are.
const WORDS: &str = "SELECT DISTINCT word, show_trgm(word) <> '{}' AS alike, \
     set_config('pg_trgm.word_similarity_threshold', '0.3', true) \
     FROM regexp_split_to_table(podium.alike($1), '\\s+') word WHERE word <> '' ORDER BY word";

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
    #[diesel(sql_type = Bool)]
    alike: bool,
}

/// Where a page of a search ended: after what fits so well, at that place among what fits as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranked {
    /// Up to 1000.
    pub score: i32,
    /// Among those of the same score.
    pub place: PagePosition,
}

/// The events of a filter that fit the query, each with its score, the best first.
pub async fn search(
    conn: &mut AsyncPgConnection,
    query: &str,
    filter: &Filter,
    after: Option<Ranked>,
    limit: i64,
) -> Result<Vec<(Event, i32)>> {
    let words: Vec<Word> = diesel::sql_query(WORDS).bind::<Text, _>(query).load(conn).await?;
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let all: Vec<String> = words.iter().map(|word| word.word.clone()).collect();
    let score = || {
        sql::<Integer>("podium.search_score(")
            .bind::<Array<Text>, _>(all.clone())
            .sql(", podium.sought(artist, city, venue))")
    };
    let mut found = super::filtered(filter).select((Event::as_select(), score()));
    for Word { word, alike } in words {
        let (before, behind) = if alike {
            ("podium.sought(artist, city, venue) %> ", "")
        } else {
            ("strpos(podium.sought(artist, city, venue), ", ") > 0")
        };
        found = found.filter(sql::<Bool>(before).bind::<Text, _>(word).sql(behind));
    }
    if let Some(Ranked { score: last, place: PagePosition { time, id } }) = after {
        let later = events::date_utc.gt(time).or(events::date_utc.eq(time).and(events::id.gt(id)));
        found = found.filter(score().lt(last).or(score().eq(last).and(later)));
    }
    Ok(found.order((score().desc(), events::date_utc, events::id)).limit(limit).load(conn).await?)
}
