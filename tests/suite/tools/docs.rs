//! The documents: no line above 120 columns, no link or anchor that leads nowhere, no file and no name that is not there, and
//! a list of libraries that is the one of Cargo.toml.

mod names;
mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use self::names::Names;
use self::page::{Page, anchors_of};

/// How long a line is at most.
const COLUMNS: usize = 120;

/// Documents whose lines may be longer, and why.
const LONG: &[(&str, &str)] = &[];

/// What a document names although it is not there, and why.
const MADE_UP: &[(&str, &str)] = &[("docs/ADD_A_FEATURE.md", "min_age")];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Folders that hold nothing of ours.
fn is_foreign(name: &str) -> bool {
    ["target", "node_modules", "dist"].contains(&name) || name.starts_with('.')
}

/// The files below a folder, by their path from the root, with `/`.
fn files(folder: &Path, keep: &impl Fn(&str) -> bool, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !is_foreign(&name) {
                files(&path, keep, found);
            }
        } else if keep(&name) {
            found.push(path.strip_prefix(root()).expect("inside").to_string_lossy().replace('\\', "/"));
        }
    }
}

/// Every document, by its path.
fn pages() -> BTreeMap<String, Page> {
    let mut paths = Vec::new();
    files(root(), &|name| name.ends_with(".md"), &mut paths);
    let page = |path: String| {
        let text = fs::read_to_string(root().join(&path)).expect("a document");
        (path, Page::new(&text))
    };
    paths.into_iter().map(page).collect()
}

/// The lines of a document that are too long. A line that is one address cannot be shorter.
fn long_lines(path: &str, text: &str) -> Vec<String> {
    let is_address = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().filter(|word| *word != "-").collect();
        matches!(words[..], [word] if word.contains("://"))
    };
    let lines = text.lines().enumerate().filter(|(_, line)| line.chars().count() > COLUMNS && !is_address(line));
    lines.map(|(at, line)| format!("{path}:{}: {} columns", at + 1, line.chars().count())).collect()
}

/// Where a link from a document leads: the path from the root, and the anchor.
fn target(from: &str, link: &str) -> (String, Option<String>) {
    let (path, anchor) = match link.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor.to_owned())),
        None => (link, None),
    };
    if path.is_empty() {
        return (from.to_owned(), anchor);
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    (parts.join("/"), anchor)
}

/// The links of a document that lead nowhere. `exists` knows files, `anchors` the anchors of documents.
fn dead_links(
    from: &str,
    page: &Page,
    exists: impl Fn(&str) -> bool,
    anchors: impl Fn(&str) -> Option<BTreeSet<String>>,
) -> Vec<String> {
    let mut dead = Vec::new();
    for link in page.links.iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
        let (path, anchor) = target(from, link);
        if !path.is_empty() && !exists(&path) {
            dead.push(format!("{from}: {link}: there is no such file"));
        } else if let (Some(anchor), Some(known)) = (anchor, anchors(&path))
            && !known.contains(&anchor)
        {
            dead.push(format!("{from}: {link}: there is no such anchor"));
        }
    }
    dead
}

#[test]
fn no_line_is_above_120_columns() {
    let mut long = Vec::new();
    for (path, page) in pages().iter().filter(|(path, _)| LONG.iter().all(|(exempt, _)| exempt != path)) {
        long.extend(long_lines(path, &page.text));
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    assert!(pages.len() > 10, "the documents were found");
    let exists = |path: &str| root().join(path).exists();
    let anchors = |path: &str| pages.get(path).map(|page| page.anchors.clone());
    let dead: Vec<String> = pages.iter().flat_map(|(path, page)| dead_links(path, page, exists, anchors)).collect();
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn every_file_and_name_in_a_document_is_there() {
    let mut sources = Vec::new();
    let is_source = |name: &str| {
        let kinds = [".rs", ".sql", ".ts", ".mjs", ".svelte", ".sh", ".toml", ".yaml", ".js"];
        kinds.iter().any(|kind| name.ends_with(kind)) || name == "Makefile"
    };
    files(root(), &is_source, &mut sources);
    let texts = sources.iter().filter(|path| !path.starts_with("tests/suite/tools/docs"));
    let texts: Vec<String> = texts.map(|path| fs::read_to_string(root().join(path)).unwrap_or_default()).collect();
    let names = Names::of(texts.iter().map(String::as_str), |path| root().join(path).exists());
    let mut missing = Vec::new();
    for (path, page) in pages() {
        let made_up = MADE_UP.iter().filter(|(document, _)| *document == path).map(|(_, word)| *word);
        let made_up: Vec<&str> = made_up.collect();
        let spans = page.spans.iter().filter(|span| !made_up.iter().any(|word| span.to_lowercase().contains(word)));
        missing.extend(spans.filter_map(|span| names.missing(&path, span)).map(|what| format!("{path}: {what}")));
    }
    // A list of changes may name what is gone.
    missing.retain(|what| !what.starts_with("CHANGELOG.md"));
    assert!(missing.is_empty(), "{missing:#?}");
}

/// A block of code in a document that names its file behind the language, as in "```rust src/lib.rs".
struct Quoted {
    file: String,
    /// What is quoted, without white space; a line of `…` parts it.
    parts: Vec<String>,
}

fn without_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn quotes(text: &str) -> Vec<Quoted> {
    let mut quotes = Vec::new();
    // Every second part between fences is a block.
    for block in text.split("\n```").skip(1).step_by(2) {
        let (first, code) = block.split_once('\n').unwrap_or((block, ""));
        let Some((_, file)) = first.split_once(' ') else { continue };
        let mut parts = vec![String::new()];
        for line in code.lines() {
            match line.trim().trim_start_matches(['/', '-', ' ']) {
                "…" => parts.push(String::new()),
                _ => parts.last_mut().expect("one part at least").push_str(&without_space(line)),
            }
        }
        quotes
            .push(Quoted { file: file.to_owned(), parts: parts.into_iter().filter(|part| !part.is_empty()).collect() });
    }
    quotes
}

#[test]
fn code_that_a_document_quotes_is_that_of_the_file() {
    let (mut found, mut wrong) = (0, Vec::new());
    for (path, page) in pages() {
        for Quoted { file, parts } in quotes(&page.text) {
            found += 1;
            let text = without_space(&fs::read_to_string(root().join(&file)).unwrap_or_default());
            let mut from = 0;
            for part in parts {
                match text[from..].find(&part) {
                    Some(at) => from += at + part.len(),
                    None => wrong.push(format!("{path}: {file}: {}…", part.chars().take(80).collect::<String>())),
                }
            }
        }
    }
    assert!(found > 10 && wrong.is_empty(), "{found} blocks; what differs: {wrong:#?}");
}

#[test]
fn a_quote_is_found_with_its_gaps() {
    let page = "Text\n```rust src/a.rs\nfn a() {\n    // …\n}\n```\nMore\n```sh\nmake\n```\n```sql b.sql\nSELECT 1\n-- …\n```\n";
    let found = quotes(page);
    let found: Vec<(&str, Vec<&str>)> =
        found.iter().map(|of| (of.file.as_str(), of.parts.iter().map(String::as_str).collect())).collect();
    assert_eq!(found, [("src/a.rs", vec!["fna(){", "}"]), ("b.sql", vec!["SELECT1"])]);
}

/// The libraries that a list names: what stands as code before the first colon of each item.
fn listed(section: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in section.lines() {
        match line.strip_prefix("- ") {
            Some(item) => items.push(item.to_owned()),
            None if line.starts_with("  ") => {
                if let Some(item) = items.last_mut() {
                    item.push(' ');
                    item.push_str(line.trim());
                }
            }
            None => {}
        }
    }
    let names = items.iter().filter_map(|item| item.split_once("`:").map(|(names, _)| format!("{names}`")));
    names.flat_map(|names| names.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// What differs between the crates of a manifest and those of a list.
fn differences(manifest: &str, section: &str) -> Vec<String> {
    let manifest: toml::Table = toml::from_str(manifest).expect("a manifest");
    let crates = ["dependencies", "dev-dependencies"].iter().filter_map(|kind| manifest.get(*kind)?.as_table());
    let crates: BTreeSet<String> = crates.flat_map(|table| table.keys().cloned()).collect();
    let listed = listed(section);
    let mut wrong = Vec::new();
    wrong.extend(crates.iter().filter(|name| !listed.contains(name)).map(|name| format!("{name} is not in the list")));
    wrong.extend(listed.iter().filter(|name| !crates.contains(*name)).map(|name| format!("{name} is no dependency")));
    let count = |name: &String| listed.iter().filter(|other| *other == name).count();
    let twice: BTreeSet<&String> = listed.iter().filter(|name| count(name) > 1).collect();
    wrong.extend(twice.iter().map(|name| format!("{name} is named {} times", count(name))));
    wrong
}

#[test]
fn the_list_of_libraries_is_that_of_the_manifest() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let text = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).expect("docs/ARCHITECTURE.md");
    let (_, section) = text.split_once("\n## Libraries\n").expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let wrong = differences(&manifest, section);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_table_of_features_is_that_of_the_crew() {
    let crew = fs::read_to_string(root().join("src/crew/mod.rs")).expect("the crew");
    let features = crew.split("Feature::new(\"").skip(1).filter_map(|behind| behind.split('"').next());
    let text = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).expect("docs/ARCHITECTURE.md");
    let (_, section) = text.split_once("\n## The domains\n").expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.split("\n| `").skip(1).filter_map(|row| row.split('`').next());
    assert_eq!(rows.collect::<Vec<_>>(), features.collect::<Vec<_>>(), "docs/ARCHITECTURE.md, The domains");
}

#[test]
fn a_list_of_libraries_that_differs_is_found() {
    let manifest = "[dependencies]\nserde = \"1\"\nuuid = \"1\"\n[dev-dependencies]\ntempfile = \"3\"\n";
    let good = "Why.\n\n- `serde`,\n  `uuid`: data, see `other`: this\n- `tempfile`: folders\n";
    assert_eq!(differences(manifest, good), Vec::<String>::new());
    let bad = "- `serde`: data\n- `serde`, `regex`: again\n";
    let wrong = differences(manifest, bad);
    assert_eq!(wrong.len(), 4, "{wrong:?}");
}

#[test]
fn a_long_line_is_found_unless_it_is_one_address() {
    let long = "word ".repeat(25);
    assert_eq!(long_lines("x.md", &format!("short\n{long}")), ["x.md:2: 125 columns"]);
    assert!(long_lines("x.md", &"ä".repeat(COLUMNS)).is_empty(), "counted in characters");
    let address = format!("https://example.org/{}", "a".repeat(120));
    assert!(long_lines("x.md", &format!("- {address}")).is_empty());
    assert_eq!(long_lines("x.md", &format!("see {address}")).len(), 1);
}

#[test]
fn a_dead_link_is_found() {
    let page = Page::new(
        "# One\n[a](b.md) [b](b.md#there) [c](../c.rs) [d](#one) ![e](https://example.org/x.png)\n\
         [f](gone.md) [g](b.md#gone) [h](#gone) `[i](no-link.md)`\n```\n[j](no-link.md)\n```\n<img src=\"gone.svg\">\n",
    );
    let exists = |path: &str| ["docs/a.md", "docs/b.md", "c.rs"].contains(&path);
    let anchors = |path: &str| match path {
        "docs/a.md" => Some(page.anchors.clone()),
        "docs/b.md" => Some(anchors_of("## There\n")),
        _ => None,
    };
    let dead = dead_links("docs/a.md", &page, exists, anchors);
    let links: Vec<&str> = dead.iter().filter_map(|dead| dead.split(": ").nth(1)).collect();
    assert_eq!(links, ["gone.md", "b.md#gone", "#gone", "gone.svg"]);
}
