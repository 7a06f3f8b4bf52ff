//! The project's words: terms that were given up stay away from code and documents, and what is public is described by
//! a phrase that begins with a verb or a noun.
//!
//! `cargo nextest run -E 'test(words)' --no-capture` prints the counts of each area, and where they come from.

mod phrases;
mod terms;

use std::collections::BTreeMap;
use std::path::Path;

use self::terms::Scope::{Declared, Everywhere, Names};
use self::terms::{Hit, Term, find};
use super::sources::{File, files};

/// The terms, by what stands in their place.
const TERMS: &[Term] = &[
    everywhere("told", "sent, announced, notified, received, shown"),
    everywhere("afresh", "again from the start; `EpochChanged`"),
    everywhere("from afar", "from other nodes; `bus_receiver`"),
    everywhere("has something to read", "\"must contain a visible character\""),
    everywhere("whoever", "the client, caller, member or node"),
    everywhere("somebody", "a client, caller, member or node"),
    everywhere("those who", "clients, callers, members, nodes"),
    everywhere("store live", "`store/realtime`"),
    everywhere("foundation written", "`foundation/prepared`"),
    name("elsewhere", "src/", "remote"),
    name("waves", "", "rejoin_schedule"),
    name("live pods", "", "PodHub"),
    name("live events", "", "EventHub"),
    name("heir", "src/", "NewOwner"),
    name("letters", "src/crew/accounts", "mails"),
    name("endings", "src/crew/accounts", "revocation"),
    name("attempts", "src/crew/accounts", "throttle"),
    name("bodies", "src/crew/accounts", "dto"),
    declared("State"),
    declared("Known"),
    declared("Parts"),
    declared("Place"),
    declared("Found"),
    declared("look"),
];

const fn everywhere(words: &'static str, instead: &'static str) -> Term {
    Term { words, scope: Everywhere, below: "", instead }
}

const fn name(words: &'static str, below: &'static str, instead: &'static str) -> Term {
    Term { words, scope: Names, below, instead }
}

const fn declared(words: &'static str) -> Term {
    Term { words, scope: Declared, below: "", instead: "a name that says of what" }
}

/// What stays: the term, the beginning of the path, what the line holds, and why.
const KEPT_TERMS: &[(&str, &str, &str, &str)] = &[
    ("whoever", "loadtest/src/texts.rs", "whoever is late", "a text that a person writes"),
    ("somebody", "loadtest/src/texts.rs", "I just talked to somebody", "a text that a person writes"),
    ("somebody", "src/crew/demo.rs", "if somebody else needs", "a text that a person writes"),
    ("told", "", "told apart", "the ordinary meaning: distinguished"),
    ("from afar", "web/src/features/events/texts/", "from-afar", "the code of a badge"),
    ("from afar", "src/crew/", "from-afar", "the code of a badge"),
    ("somebody", "web/src/features/events/texts/", "", "a text for the screen"),
    ("somebody", "web/src/texts/", "", "a text for the screen"),
    ("somebody", "web/src/lib/known.svelte.ts", "common.somebody", "the name of that text"),
    ("whoever", "web/src/features/invites/texts/", "", "a text for the screen"),
    ("somebody", "src/foundation/schema.rs", "", "the comment of a column, until a migration changes it"),
    ("somebody", "docs/SCHEMA.md", "", "the same"),
    ("Parts", "src/realtime/domain.rs", "pub struct Parts", "the parts of a node, which each domain is given"),
];

/// Comments that stay as they are: the beginning of the path, the item, and why.
const KEPT_PHRASES: &[(&str, &str, &str)] = &[];

/// How many of each an area may still have: terms, and comments. Those that are not named: none.
const ALLOWED: &[(&str, usize, usize)] = &[];

/// The folders and files that are read, and by which extensions.
const READ: &[(&str, &[&str])] = &[
    ("src", &["rs"]),
    ("crates", &["rs"]),
    ("loadtest", &["rs", "html"]),
    ("tests", &["rs"]),
    ("web/src", &["ts", "svelte", "css"]),
    ("sql/functions", &["sql"]),
    ("docs", &["md"]),
];

/// The texts of the project, but for this check, which names what it looks for.
fn project() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for (folder, extensions) in READ {
        found.extend(
            files(&root.join(folder), extensions)
                .into_iter()
                .map(|file| File { path: format!("{folder}/{}", file.path), text: file.text }),
        );
    }
    for path in ["README.md", "CONTRIBUTING.md"] {
        found.push(File { path: path.to_owned(), text: std::fs::read_to_string(root.join(path)).expect("a document") });
    }
    found.retain(|file| {
        !["tests/suite/tools/words", "web/src/generated/", "loadtest/peers/"]
            .iter()
            .any(|left_out| file.path.starts_with(left_out))
    });
    found
}

/// Prints the counts of each area, and returns what is wrong with those that have more than they may.
fn judge(hits: &[Hit], allowed: impl Fn(&str) -> usize) -> Vec<String> {
    let mut areas: BTreeMap<String, Vec<&Hit>> = BTreeMap::new();
    hits.iter().for_each(|hit| areas.entry(area(&hit.path)).or_default().push(hit));
    println!("in all: {}", hits.len());
    let mut wrong = Vec::new();
    for (area, hits) in areas {
        let allowed = allowed(&area);
        println!("{area}: {} (allowed: {allowed})", hits.len());
        hits.iter().for_each(|hit| println!("  {hit}"));
        if hits.len() > allowed {
            wrong.extend(hits.iter().map(ToString::to_string));
        }
    }
    wrong
}

/// The folder by which a path is counted.
fn area(path: &str) -> String {
    let folders: Vec<&str> = path.split('/').collect();
    let depth = match (folders[0], folders.get(1)) {
        ("src", Some(&"crew")) | ("tests", Some(&"suite")) => 3,
        ("docs", _) => 1,
        ("src", Some(&"foundation")) if path.ends_with("schema.rs") => 3,
        _ => 2,
    };
    folders[..folders.len().min(depth)].join("/")
}

#[test]
fn terms_that_were_given_up_stay_away() {
    let project = project();
    assert!(project.len() > 400, "the files were found: {}", project.len());
    let mut hits: Vec<Hit> = project.iter().flat_map(|file| find(&file.path, &file.text, TERMS)).collect();
    hits.retain(|hit| {
        let kept = |(term, below, holding, _): &(&str, &str, &str, &str)| {
            hit.term == *term && hit.path.starts_with(below) && hit.text.contains(holding)
        };
        !KEPT_TERMS.iter().any(kept)
    });
    let wrong = judge(&hits, |area| ALLOWED.iter().find(|(name, ..)| *name == area).map_or(0, |(_, terms, _)| *terms));
    let instead: Vec<String> = TERMS.iter().map(|term| format!("{} → {}", term.words, term.instead)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{instead:#?}");
}

#[test]
fn public_items_are_described_by_phrases() {
    let mut hits = Vec::new();
    for file in project().iter().filter(|file| file.path.ends_with(".rs") && !file.path.starts_with("tests/")) {
        for found in phrases::described(&file.text).iter().filter(|found| !found.is_phrase()) {
            let kept = |(below, item, _): &(&str, &str, &str)| file.path.starts_with(below) && found.item == *item;
            if !KEPT_PHRASES.iter().any(kept) {
                let text = format!("{}: {}", found.item, found.doc);
                hits.push(Hit { path: file.path.clone(), line: found.line, term: "comment", text });
            }
        }
    }
    let wrong = judge(&hits, |area| ALLOWED.iter().find(|(name, ..)| *name == area).map_or(0, |(.., docs)| *docs));
    assert!(wrong.is_empty(), "{wrong:#?}");
}
