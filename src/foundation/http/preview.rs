//! The previews of the client's pages, for links that are shared in chats, searches and feeds.

use futures_util::future::LocalBoxFuture;

use crate::foundation::errors::Result;
use crate::foundation::language::Language;

/// The texts of a page. They are shown to anyone, so they contain nothing that a public read does not contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The title, in one line.
    pub title: String,
    /// The description, in a sentence or two.
    pub description: String,
    /// The canonical path; begins with a slash.
    pub path: String,
    /// Whether search engines may list it.
    pub listed: bool,
}

/// The previews of one kind of page, at an address with a name in it. A feature registers its own.
pub trait Previews: Send + Sync {
    /// Returns the name of the page in the client's table, `web/src/pages.ts`.
    fn page(&self) -> &'static str;

    /// Returns the texts of the page with this name in this language, or `None` if there is no such page.
    fn find<'a>(&'a self, name: &'a str, language: Language) -> LocalBoxFuture<'a, Result<Option<Preview>>>;
}

impl Preview {
    /// Returns the preview without characters that would reverse or break the line in which it is shown.
    pub fn in_lines(self) -> Self {
        Preview { title: line(&self.title), description: line(&self.description), ..self }
    }
}

fn line(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let text: String = text.chars().filter(|c| !turns(*c)).collect();
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_line_that_nothing_turns_round() {
        assert_eq!(line("neB\u{202e} \u{2028}invites\tyou \u{2067}x\u{2069}"), "neB invites you x");
        assert_eq!(line("می\u{200c}خواهم 👩\u{200d}🎤"), "می\u{200c}خواهم 👩\u{200d}🎤");
    }
}
