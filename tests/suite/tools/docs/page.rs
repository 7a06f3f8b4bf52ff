//! A document as the checks read it: not all of Markdown, only what ours use.

use std::collections::BTreeSet;

/// What a document holds.
pub struct Page {
    pub text: String,
    /// Where its links and pictures lead, as they are written.
    pub links: Vec<String>,
    /// What stands between backticks, blocks of code aside.
    pub spans: Vec<String>,
    pub anchors: BTreeSet<String>,
}

impl Page {
    pub fn new(text: &str) -> Self {
        let prose = without_blocks(text);
        let (plain, spans) = without_spans(&prose);
        Page { text: text.to_owned(), links: links_of(&plain), spans, anchors: anchors_of(text) }
    }
}

/// The lines outside of blocks of code; those inside are empty.
fn without_blocks(text: &str) -> String {
    let mut inside = false;
    let mut prose = String::new();
    for line in text.lines() {
        let fence = line.trim_start().starts_with("```");
        if !inside && !fence {
            prose.push_str(line);
        }
        inside ^= fence;
        prose.push('\n');
    }
    prose
}

/// The text without what stands between backticks, and that.
fn without_spans(prose: &str) -> (String, Vec<String>) {
    let (mut plain, mut spans) = (String::new(), Vec::new());
    let mut rest = prose;
    while let Some(start) = rest.find('`') {
        let ticks = rest[start..].len() - rest[start..].trim_start_matches('`').len();
        let (fence, behind) = (&rest[start..start + ticks], &rest[start + ticks..]);
        plain.push_str(&rest[..start]);
        // A span ends in its paragraph.
        let paragraph = behind.split("\n\n").next().unwrap_or_default();
        match paragraph.find(fence) {
            Some(end) => {
                spans.push(behind[..end].split_whitespace().collect::<Vec<_>>().join(" "));
                plain.push('`');
                rest = &behind[end + ticks..];
            }
            None => rest = behind,
        }
    }
    plain.push_str(rest);
    (plain, spans)
}

fn links_of(plain: &str) -> Vec<String> {
    let mut links = Vec::new();
    for (lead, end) in [("](", ')'), ("src=\"", '"'), ("href=\"", '"')] {
        let found = plain.split(lead).skip(1).filter_map(|behind| behind.split_once(end));
        links.extend(found.map(|(link, _)| link.to_owned()).filter(|link| !link.contains(char::is_whitespace)));
    }
    links
}

/// The anchors of a document's headings, as GitHub makes them.
pub fn anchors_of(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for heading in without_blocks(text).lines().filter(|line| line.starts_with('#')) {
        let title = heading.trim_start_matches('#').trim();
        // Of a link, what it is called.
        let title = title.replace("](", "\u{0}");
        let mut shown = String::new();
        let mut skips = false;
        for c in title.chars() {
            match c {
                '\u{0}' => skips = true,
                ')' if skips => skips = false,
                c if skips || !(c.is_alphanumeric() || " -_".contains(c)) => {}
                c => shown.extend(c.to_lowercase()),
            }
        }
        let anchor = shown.replace(' ', "-");
        let numbered = (1..).map(|n| format!("{anchor}-{n}"));
        let free = std::iter::once(anchor.clone()).chain(numbered).find(|anchor| !anchors.contains(anchor));
        anchors.extend(free);
    }
    anchors
}

#[test]
fn anchors_are_those_of_github() {
    let text =
        "# Why it *holds*\n## `user:<id>`: your own topic\n## [A link](x.md) here\n## Why it holds\n```\n# no\n```\n";
    let anchors: Vec<String> = anchors_of(text).into_iter().collect();
    assert_eq!(anchors, ["a-link-here", "userid-your-own-topic", "why-it-holds", "why-it-holds-1"]);
}

#[test]
fn spans_are_found_over_lines_and_not_in_blocks() {
    let page = Page::new("A `b\nc` and ``d ` e``.\n\nAn open ` tick.\n\n```sh\n`f`\n```\n`g`\n");
    assert_eq!(page.spans, ["b c", "d ` e", "g"]);
}
