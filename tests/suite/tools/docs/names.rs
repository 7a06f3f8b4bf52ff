//! What documents name: files, settings, types, functions of Rust and of SQL.

use std::collections::HashSet;

/// Where the paths of documents begin, besides the root and their own folder.
const BASES: &[&str] =
    &["", "src/", "src/crew/", "tests/suite/", "tests/suite/support/", "web/", "web/src/", "web/src/features/"];

/// What a path may leave out.
const KINDS: &[&str] = &["", ".rs", ".ts", ".svelte.ts", ".sql", ".md"];

/// What there is.
pub struct Names<'a, F> {
    words: HashSet<&'a str>,
    exists: F,
}

impl<'a, F: Fn(&str) -> bool> Names<'a, F> {
    pub fn of(texts: impl Iterator<Item = &'a str>, exists: F) -> Self {
        let words = texts.flat_map(|text| text.split(|c: char| !(c.is_alphanumeric() || c == '_')));
        Names { words: words.collect(), exists }
    }

    /// What a document says between backticks that is the name of nothing; `None` where it is no name, or is there.
    pub fn missing(&self, document: &str, span: &str) -> Option<String> {
        let call = span.split_once('(').map_or(span, |(name, _)| name);
        let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
        let names: Vec<&str> = if call.contains("::") {
            call.split("::").collect()
        } else if let Some(function) = call.strip_prefix("podium.") {
            vec![function]
        } else if is_setting(call) || is_type(call) {
            vec![call]
        } else {
            return self.path(document, span).then(|| format!("there is no file {span}"));
        };
        let names = names.iter().filter(|name| is_word(name));
        let unknown = names.copied().find(|name| !self.words.contains(name))?;
        Some(format!("nothing is called {unknown}, of {span}"))
    }

    /// Whether this is a path, and of nothing.
    fn path(&self, document: &str, span: &str) -> bool {
        let is_part = |part: &str| part.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c));
        let Some((first, _)) = span.split_once('/') else { return false };
        if first.is_empty() || ["target", "dist"].contains(&first) || !span.split('/').all(is_part) {
            return false;
        }
        let folder = document.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let mut bases: Vec<&str> = BASES.to_vec();
        bases.push(&folder);
        let begins = bases.iter().any(|base| (self.exists)(&format!("{base}{first}")));
        let is_there = |base: &str| KINDS.iter().any(|kind| (self.exists)(&format!("{base}{span}{kind}")));
        begins && !bases.iter().any(|base| is_there(base))
    }
}

fn is_setting(text: &str) -> bool {
    text.starts_with("PODIUM_") && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Whether this is written as types of two and more words are.
fn is_type(text: &str) -> bool {
    let capitals = text.chars().filter(char::is_ascii_uppercase).count();
    text.chars().all(|c| c.is_ascii_alphanumeric())
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && capitals > 1
        && text.chars().filter(char::is_ascii_lowercase).count() > capitals
}

#[test]
fn what_is_not_there_is_found_and_other_words_are_not_taken_for_names() {
    let there = ["src", "src/crew", "src/crew/pods", "src/crew/pods/state.rs", "docs", "docs/images"];
    let texts = ["impl Subscription { pub fn activate(&self) {} }", "podium.head PODIUM_NODE FeedKind crew FEATURES"];
    let names = Names::of(texts.into_iter(), |path| there.contains(&path.trim_end_matches('/')));
    for good in [
        "Subscription::activate",
        "Subscription::activate(…)",
        "crew::FEATURES",
        "podium.head",
        "PODIUM_NODE",
        "FeedKind",
        "src/crew/pods/state.rs",
        "crew/pods/state",
        "pods/",
        "images/",
        "text/html",
        "10/20",
        "pods/<id>",
        "message:new",
        "OK",
    ] {
        assert_eq!(names.missing("docs/a.md", good), None, "{good}");
    }
    for bad in [
        "Subscription::gone",
        "podium.gone(_pod uuid)",
        "PODIUM_GONE",
        "GoneKind",
        "src/gone.rs",
        "crew/pods/gone",
        "pods/gone",
    ] {
        assert!(names.missing("docs/a.md", bad).is_some(), "{bad}");
    }
}
