//! What a link to a page of the client says of itself where somebody shares it: in a chat, in a search, in a feed.

use futures_util::future::LocalBoxFuture;

use crate::foundation::errors::Result;

/// The texts of a page. They are shown to strangers, so they tell nothing that a public read does not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// What it is, in one line.
    pub title: String,
    /// More of it, in a sentence or two.
    pub description: String,
    /// The one address that it has, of those that lead there; begins with a slash.
    pub path: String,
    /// Whether machines that search may list it.
    pub listed: bool,
}

/// The pages of one kind: what stands at an address with a name in it. A feature registers its own.
pub trait Previews: Send + Sync {
    /// The name of the page in the client's table, `web/src/pages.ts`.
    fn page(&self) -> &'static str;

    /// Returns the texts of the page with this name, or `None` where there is no such thing.
    fn find<'a>(&'a self, name: &'a str) -> LocalBoxFuture<'a, Result<Option<Preview>>>;
}

impl Preview {
    /// The same with nothing in its texts that would turn round or break the line in which they are shown.
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
