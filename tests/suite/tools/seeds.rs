//! docs/SEEDS.md has an entry for everything that the first designs name, and what it says is here is here.
//!
//! The list of names, seeds.txt, is written by scripts/seeds.py from the designs, which are not part of this repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::database::Database;

const NAMES: &str = include_str!("seeds.txt");

/// What an entry may call a place in the database, and whether it exists, as a query of its name.
const PLACES: [(&str, &str); 8] = [
    ("table", "SELECT 1 FROM pg_class WHERE oid = to_regclass($1::text) AND relkind IN ('r', 'p')"),
    ("view", "SELECT 1 FROM pg_class WHERE oid = to_regclass($1::text) AND relkind IN ('v', 'm')"),
    ("index", "SELECT 1 FROM pg_class WHERE oid = to_regclass($1::text) AND relkind IN ('i', 'I')"),
    (
        "function",
        "SELECT 1 FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname || '.' || proname = $1::text",
    ),
    ("type", "SELECT 1 WHERE to_regtype($1::text) IS NOT NULL"),
    (
        "column",
        "SELECT 1 FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
         WHERE pg_table_is_visible(c.oid) AND relname || '.' || attname = $1::text AND NOT attisdropped",
    ),
    ("extension", "SELECT 1 FROM pg_extension WHERE extname = $1::text"),
    ("role", "SELECT 1 FROM pg_roles WHERE rolname = $1::text"),
];

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/SEEDS.md")).expect("read the page")
}

/// An item of a list that stands under a design: its names, and what it says of them.
struct Entry {
    design: String,
    names: Vec<String>,
    text: String,
}

/// The items of the page's lists, each in one line, with the heading of the second level above it.
fn items(page: &str) -> Vec<(String, String)> {
    let (mut heading, mut items) = (String::new(), Vec::<(String, String)>::new());
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            heading = title.to_owned();
        } else if let Some(item) = line.strip_prefix("- ") {
            items.push((heading.clone(), item.to_owned()));
        } else if let (Some(more), Some((_, item))) = (line.strip_prefix("  "), items.last_mut()) {
            item.push(' ');
            item.push_str(more.trim());
        }
    }
    items
}

/// The parts of a text that stand between marks, each with what stands before it.
fn marked<'a>(text: &'a str, mark: &str) -> Vec<(&'a str, &'a str)> {
    let parts: Vec<&str> = text.split(mark).collect();
    parts.chunks(2).filter(|two| two.len() == 2).map(|two| (two[0], two[1])).collect()
}

/// Splits an item at the first colon outside of backticks and bold.
fn split(item: &str) -> Option<(&str, &str)> {
    let colons = item.match_indices(": ").map(|(at, _)| at);
    let outside = |at: &usize| ["`", "**"].iter().all(|mark| item[..*at].matches(mark).count() % 2 == 0);
    let at = colons.into_iter().find(outside)?;
    Some((&item[..at], &item[at + 2..]))
}

/// The names that an entry begins with: bold ones, and those in backticks, of which the ones in brackets are parts.
fn names(head: &str) -> Vec<String> {
    let mut names: Vec<String> = marked(head, "**").into_iter().map(|(_, name)| name.to_owned()).collect();
    let mut whole = String::new();
    let mut inside = false;
    for (before, name) in marked(head, "`") {
        inside = (inside && !before.contains(')')) || before.ends_with('(');
        if inside {
            names.push(format!("{whole}.{name}"));
        } else {
            whole = name.to_owned();
            names.push(whole.clone());
        }
    }
    names
}

fn entries(page: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (heading, item) in items(page) {
        let design = marked(&heading, "`").first().map(|(_, code)| (*code).to_owned());
        if let (Some(design), Some((head, text))) = (design, split(&item))
            && (head.starts_with('`') || head.starts_with("**"))
        {
            entries.push(Entry { design, names: names(head), text: text.to_owned() });
        }
    }
    entries
}

/// The names of later work.
fn later_work(page: &str) -> Vec<String> {
    let listed = items(page).into_iter().filter(|(heading, _)| heading == "What comes later");
    listed.filter_map(|(_, item)| marked(&item, "**").first().map(|(_, name)| (*name).to_owned())).collect()
}

/// What is wrong with the page, apart from its places.
fn wrong(page: &str, list: &str) -> Vec<String> {
    let entries = entries(page);
    let mut wrong = Vec::new();
    let mut wanted: BTreeMap<(String, String), usize> = BTreeMap::new();
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.splitn(3, ' ');
        let (design, _kind, name) = (parts.next(), parts.next(), parts.next());
        // A name that is that of a table and of a module has an entry as either.
        *wanted.entry((design.unwrap_or_default().to_owned(), name.unwrap_or_default().to_owned())).or_default() += 1;
    }
    for ((design, name), count) in &wanted {
        let of = entries.iter().filter(|entry| entry.design == *design && entry.names.contains(name)).count();
        if of < *count {
            wrong.push(format!("{name} of {design} has {of} of {count} entries"));
        }
    }
    let work = later_work(page);
    for entry in &entries {
        for name in &entry.names {
            if !wanted.contains_key(&(entry.design.clone(), name.clone())) {
                wrong.push(format!("{name} is not in the list of {}", entry.design));
            }
        }
        if !["here", "later (", "not here"].iter().any(|word| entry.text.starts_with(word)) {
            wrong.push(format!("{:?} begins with none of here, later and not here", entry.text));
        }
        for part in entry.text.to_lowercase().split("later (").skip(1) {
            let name = part.split(')').next().unwrap_or_default();
            if !work.iter().any(|of| of.to_lowercase() == name) {
                wrong.push(format!("{name:?} is no work that comes later"));
            }
        }
    }
    wrong
}

/// The places in the database that the entries name: what each is, and its name. Files are checked with those of all documents.
fn places(page: &str) -> Vec<(String, String)> {
    let mut places = Vec::new();
    for entry in entries(page) {
        for (before, name) in marked(&entry.text, "`") {
            let kind = before.trim_end().rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            if PLACES.iter().any(|(of, _)| *of == kind) {
                places.push((kind.to_owned(), name.to_owned()));
            }
        }
    }
    places
}

async fn missing(database: &Database, places: Vec<(String, String)>) -> Vec<String> {
    let client = database.connect().await;
    client.batch_execute("SET search_path = public").await.expect("set the search path");
    let mut missing = Vec::new();
    for (kind, name) in places {
        let (_, sql) = PLACES.iter().find(|(of, _)| *of == kind).expect("a kind of places");
        let there = !client.query(*sql, &[&name]).await.expect("ask the catalog").is_empty();
        if !there {
            missing.push(format!("{kind} {name}"));
        }
    }
    missing
}

#[test]
fn the_page_has_an_entry_for_every_name() {
    assert!(NAMES.lines().count() > 400, "the list was read");
    let wrong = wrong(&page(), NAMES);
    assert!(wrong.is_empty(), "docs/SEEDS.md, see scripts/seeds.py: {wrong:#?}");
}

#[tokio::test]
async fn what_the_page_says_is_here_exists() {
    let places = places(&page());
    assert!(places.len() > 60, "the places were read: {places:?}");
    let missing = missing(&Database::create().await, places).await;
    assert!(missing.is_empty(), "docs/SEEDS.md names what is not there: {missing:#?}");
}

#[tokio::test]
async fn what_is_wrong_is_found() {
    let page = "## What comes later\n\n- **the wall** (12): posts.\n\n## The crew: `000`\n\n- `a`, **b: c**: here, table\n  `profiles`.\n\
                - `d` (`e`, `f`): later (the wall), table `nowhere`.\n- `a`: not here, since it is not.\n";
    let list = "# Names\n000 table a\n000 module a\n000 promise b: c\n000 enum d\n000 state d.e\n000 state d.f\n";
    assert_eq!(wrong(page, list), Vec::<String>::new());
    let found = |page: &str, list: &str| wrong(page, list).join("\n");
    assert_eq!(found(page, &format!("{list}000 index g\n")), "g of 000 has 0 of 1 entries");
    assert_eq!(found(page, &format!("{list}000 state a\n")), "a of 000 has 2 of 3 entries");
    assert_eq!(found(page, &list.replace("000 state d.f\n", "")), "d.f is not in the list of 000");
    assert!(found(&page.replace("not here, ", "gone, "), list).contains("begins with none of"));
    assert!(found(&page.replace("later (the wall)", "later (the roof)"), list).contains("\"the roof\""));
    let missing = missing(&Database::create().await, places(page)).await;
    assert_eq!(missing, ["table nowhere"]);
}
