//! Finds public items whose doc comment begins with neither a verb nor a noun phrase.
//!
//! The rule is one of first words: a sentence that begins with one of [`OTHER_BEGINNINGS`] begins with a clause, an
//! adverbial or a pronoun. `Whether` and `When` are left to fields, where they are the usual words for a `bool` and for
//! a time; a function returns `true` if.

/// First words that begin neither a verb phrase nor a noun phrase.
const OTHER_BEGINNINGS: &[&str] = &[
    "after",
    "also",
    "although",
    "always",
    "and",
    "as",
    "at",
    "because",
    "before",
    "behind",
    "below",
    "beside",
    "between",
    "but",
    "by",
    "can",
    "could",
    "for",
    "from",
    "has",
    "have",
    "here",
    "how",
    "if",
    "in",
    "inside",
    "into",
    "is",
    "it",
    "like",
    "may",
    "must",
    "never",
    "no",
    "nobody",
    "not",
    "nothing",
    "of",
    "off",
    "on",
    "once",
    "one",
    "only",
    "or",
    "out",
    "over",
    "should",
    "since",
    "so",
    "somebody",
    "somewhere",
    "than",
    "that",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "though",
    "through",
    "to",
    "under",
    "unless",
    "until",
    "up",
    "was",
    "were",
    "what",
    "whatever",
    "when",
    "where",
    "whether",
    "which",
    "while",
    "who",
    "whoever",
    "whom",
    "whose",
    "why",
    "will",
    "with",
    "within",
    "without",
    "yet",
    "you",
];

/// A doc comment, and what it describes.
#[derive(Debug, PartialEq, Eq)]
pub struct Described {
    pub line: usize,
    /// `fn name`, `struct Name`, `field name`, `module`.
    pub item: String,
    /// The first line of the comment.
    pub doc: String,
}

impl Described {
    /// Returns `true` if the comment begins with a verb or a noun phrase.
    pub fn is_phrase(&self) -> bool {
        let word =
            self.doc.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '`').find(|word| !word.is_empty());
        let word = word.unwrap_or_default().to_lowercase();
        (["whether", "when"].contains(&&*word) && self.item.starts_with("field "))
            || !OTHER_BEGINNINGS.contains(&word.as_str())
    }
}

/// Returns the doc comments of a file: its own, and those of what is `pub` in it, to whatever extent.
pub fn described(text: &str) -> Vec<Described> {
    let mut found = Vec::new();
    let mut doc: Option<(usize, String)> = None;
    let mut attribute = false;
    let first = text.lines().enumerate().find(|(_, line)| line.starts_with("//!"));
    found.extend(first.map(|(line, doc)| described_by("module".to_owned(), line, &doc[3..])));
    for (number, line) in text.lines().map(str::trim).enumerate() {
        if let Some(text) = line.strip_prefix("///") {
            doc.get_or_insert_with(|| (number, text.to_owned()));
            continue;
        }
        if attribute || line.starts_with("#[") {
            // An attribute ends with the line that closes it.
            attribute = !line.ends_with(']');
            continue;
        }
        if let Some((at, text)) = doc.take()
            && let Some(item) = public_item(line)
        {
            found.push(described_by(item, at, &text));
        }
    }
    found
}

fn described_by(item: String, line: usize, doc: &str) -> Described {
    Described { line: line + 1, item, doc: doc.trim().to_owned() }
}

/// The kind and name of what a line declares, if it is public.
fn public_item(line: &str) -> Option<String> {
    let rest = line.strip_prefix("pub")?;
    let rest = match rest.strip_prefix('(') {
        Some(inside) => inside.split_once(')')?.1,
        None => rest,
    };
    let mut words = rest.split_whitespace().peekable();
    while words.peek().is_some_and(|word| ["async", "unsafe"].contains(word)) {
        words.next();
    }
    let mut first = words.next()?;
    let mut second = words.next().unwrap_or_default();
    if first == "const" && second == "fn" {
        (first, second) = ("fn", words.next()?);
    }
    let name = |word: &str| -> String { word.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    Some(match first {
        "fn" | "struct" | "enum" | "trait" | "const" | "static" | "type" | "mod" | "use" => {
            format!("{first} {}", name(second))
        }
        field => format!("field {}", name(field)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "//! What is tested.

/// Returns one.
pub fn one() {}

/// Whether it is two.
#[must_use]
#[expect(
    dead_code,
    reason = \"so\"
)]
pub(crate) const fn two() -> bool {}

/// A pair.
///
/// It has two.
pub struct Pair {
    /// Whether it is whole.
    pub whole: bool,
    /// `x`, of the left.
    pub left: u8,
    /// How far right.
    pub right: u8,
}

/// What nobody sees.
fn private() {}
";

    #[test]
    fn public_items_are_found_with_their_comments() {
        let found: Vec<_> = described(TEXT).into_iter().map(|found| (found.line, found.item, found.doc)).collect();
        let expected = [
            (1, "module", "What is tested."),
            (3, "fn one", "Returns one."),
            (6, "fn two", "Whether it is two."),
            (14, "struct Pair", "A pair."),
            (18, "field whole", "Whether it is whole."),
            (20, "field left", "`x`, of the left."),
            (22, "field right", "How far right."),
        ];
        assert_eq!(found, expected.map(|(line, item, doc)| (line, item.to_owned(), doc.to_owned())));
    }

    #[test]
    fn clauses_are_no_phrases() {
        let found: Vec<_> =
            described(TEXT).into_iter().filter(|found| !found.is_phrase()).map(|found| found.item).collect();
        assert_eq!(found, ["module", "fn two", "field right"]);
    }
}
