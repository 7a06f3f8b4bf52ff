//! Which modules of the crate a source names.

use std::collections::BTreeSet;

/// A source, with what it names.
pub struct Source {
    /// Its path under `src`, with slashes.
    pub path: String,
    /// Its module, from the crate's root.
    pub module: Vec<String>,
    /// The paths that it names, from the crate's root, each as far as it is written.
    pub named: BTreeSet<Vec<String>>,
    /// Its text without comments.
    pub code: String,
}

impl Source {
    /// Reads a source.
    pub fn new(path: &str, text: &str) -> Self {
        let mut module: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if module.last().is_some_and(|last| last == "mod" || last == "lib" || last == "main") {
            module.pop();
        }
        let code = without_comments(&without_tests(text));
        let named = named(&code, &module);
        Source { path: path.to_owned(), module, named, code }
    }
}

/// Without the modules of tests: what a test names is no import of the code. What stands behind one is read.
fn without_tests(text: &str) -> String {
    let mut parts = text.split("#[cfg(test)]\nmod tests {");
    let mut code = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        code.push_str(part.split_once("\n}\n").map_or("", |(_, behind)| behind));
    }
    code
}

/// Without what follows `//`; where that stands in a string, the rest of a line more or less is no matter here.
fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).fold(String::new(), |mut code, line| {
        code.push_str(line);
        code.push('\n');
        code
    })
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// All paths that begin with `crate`, `super` or `self`, with what their braces hold each by itself.
fn named(code: &str, module: &[String]) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    for root in ["crate", "super", "self"] {
        for (at, _) in code.match_indices(&format!("{root}::")) {
            let before = code[..at].chars().next_back();
            // Not in the middle of a path or a word: `podium_crate::`, `super::super::`.
            if before.is_some_and(|c| is_name(c) || c == ':' || c == '$') {
                continue;
            }
            for path in expand(&code[at..]) {
                found.extend(absolute(&path, module));
            }
        }
    }
    found
}

/// The paths at the beginning of this text: one, or as many as its braces hold.
fn expand(text: &str) -> Vec<Vec<String>> {
    fn walk(rest: &mut &str, prefix: &[String], found: &mut Vec<Vec<String>>) {
        let mut path = prefix.to_vec();
        loop {
            *rest = rest.trim_start();
            if let Some(inside) = rest.strip_prefix('{') {
                *rest = inside;
                loop {
                    *rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
                    if let Some(after) = rest.strip_prefix('}') {
                        *rest = after;
                        return;
                    }
                    let length = rest.len();
                    walk(rest, &path, found);
                    if rest.len() == length {
                        return;
                    }
                }
            }
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            if end == 0 {
                break;
            }
            path.push(rest[..end].to_owned());
            *rest = &rest[end..];
            match rest.strip_prefix("::") {
                Some(after) => *rest = after,
                None => break,
            }
        }
        // `as another` is no part of the path.
        if let Some(renamed) = rest.trim_start().strip_prefix("as ") {
            *rest = renamed.trim_start().trim_start_matches(is_name);
        }
        found.push(path);
    }
    let (mut rest, mut found) = (text, Vec::new());
    walk(&mut rest, &[], &mut found);
    found
}

/// From the crate's root, where it leads to one of ours.
fn absolute(path: &[String], module: &[String]) -> Option<Vec<String>> {
    let mut base: Vec<String> = match path.first()?.as_str() {
        "crate" => Vec::new(),
        "self" | "super" => module.to_vec(),
        _ => return None,
    };
    let mut rest = &path[1..];
    if path[0] == "super" {
        base.pop()?;
        while let Some(("super", further)) = rest.split_first().map(|(first, further)| (first.as_str(), further)) {
            base.pop()?;
            rest = further;
        }
    }
    let last = if rest.last().is_some_and(|last| last == "self") { rest.len() - 1 } else { rest.len() };
    base.extend(rest[..last].iter().cloned());
    Some(base)
}

#[test]
fn paths_are_found_however_they_are_written() {
    let source = Source::new(
        "crew/events/store.rs",
        "use crate::crew::{pods::{self, Pod as Other}, profiles};\nuse super::{Event, time::Phase};\n\
         #[cfg(test)]\nmod tests {\n    use crate::no;\n}\n// crate::no\nfn f() { crate::wire::topic::Topic::of(1) }",
    );
    let named: Vec<String> = source.named.iter().map(|path| path.join("::")).collect();
    for path in [
        "crew::pods",
        "crew::pods::Pod",
        "crew::profiles",
        "crew::events::Event",
        "crew::events::time::Phase",
        "wire::topic::Topic::of",
    ] {
        assert!(named.contains(&path.to_owned()), "{path} in {named:?}");
    }
    assert!(!named.iter().any(|path| path.contains("no")));
}
