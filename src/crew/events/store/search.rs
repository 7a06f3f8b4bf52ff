//! Finding events by words that may be mistyped.
//!
//! Each word of a query must match in artist, city or venue, at least roughly; case, accents and the order of words do
//! not matter. Postgres' trigrams decide what matches: a word of five letters with one wrong shares a third of them
//! with the right one. The best matches come first, and among equals the earliest, so that the order does not change
//! between pages.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};

use crate::crew::events::{Event, Filter};
use crate::foundation::errors::Result;
use crate::foundation::http::PagePosition;
use crate::foundation::schema::events;

/// The words of a query, normalized like events. Also sets the similarity that is a match, for the rest of the
/// transaction. Words of punctuation alone, such as the name of the band `!!!`, have no trigrams: these must occur
/// exactly.
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

/// The place at which a page of a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranked {
    /// The score of its last event, up to 1000.
    pub score: i32,
    /// Its position among events of the same score.
    pub place: PagePosition,
}

/// Returns the events of a filter that match the query, each with its score, the best first.
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
