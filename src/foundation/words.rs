//! The words of a search, and how each is found in a text that is folded like them.
//!
//! A folded text begins with a space, and has one between its words: so a word begins where a space stands before it.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Integer, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::errors::Result;

/// The most words of a search; further ones are ignored, as is a word that comes again.
pub const MAX_WORDS: usize = 8;

/// The length in characters from which on a word is found anywhere in a text. A shorter one has no trigram of its own,
/// and is the beginning of a word.
pub const LONG: usize = 3;

/// The words of a query, folded by the function that folds names, in their order. Words of punctuation alone, such as
/// the name of the band `!!!`, have no trigrams.
const WORDS: &str = "SELECT word, show_trgm(word) <> '{}' AS alike \
     FROM regexp_split_to_table(podium.alike($1), '\\s+') WITH ORDINALITY AS w (word, place) WHERE word <> '' \
     GROUP BY word ORDER BY min(place) LIMIT $2";

/// A word of a search.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Word {
    /// The word, folded.
    #[diesel(sql_type = Text)]
    pub word: String,
    /// Whether it has letters or digits, by which it may be like another.
    #[diesel(sql_type = Bool)]
    pub alike: bool,
}

impl Word {
    /// Returns `true` if the word is found anywhere in a text, and not at the beginning of a word alone.
    pub fn is_long(&self) -> bool {
        !self.alike || self.word.chars().count() >= LONG
    }

    /// Returns the pattern of `LIKE` that finds the word in a folded text.
    pub fn pattern(&self) -> String {
        let beginning = if self.is_long() { "" } else { " " };
        let escaped = self.word.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        format!("%{beginning}{escaped}%")
    }
}

/// Returns the words of a query, at most [`MAX_WORDS`].
///
/// # Errors
/// Those of the database.
pub async fn words(conn: &mut AsyncPgConnection, query: &str) -> Result<Vec<Word>> {
    let words = diesel::sql_query(WORDS).bind::<Text, _>(query).bind::<Integer, _>(MAX_WORDS as i32);
    Ok(words.load(conn).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_word_is_the_beginning_of_one_and_no_sign_is_a_joker() {
        let pattern = |word: &str, alike| Word { word: word.to_owned(), alike }.pattern();
        assert_eq!(pattern("berlin", true), "%berlin%");
        assert_eq!(pattern("u2", true), "% u2%");
        assert_eq!(pattern("!", false), "%!%");
        assert_eq!(pattern(r"100%_\", true), r"%100\%\_\\%");
    }
}
