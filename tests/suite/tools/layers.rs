//! Imports run downward only: `main → server → domains → realtime → wire → foundation`, and inside a domain from a feature to
//! those before it. The order of the domains is that of `server/domains.rs`, and that of a domain's features stands in its
//! `mod.rs`.
//!
//! `cargo nextest run -E 'test(layers)' --no-capture` prints the figures; with `PODIUM_TEST_SOURCES` those of another tree.

mod faults;
mod paths;

use std::path::{Path, PathBuf};

use self::faults::{House, circles, faults, shared, upward};
use self::paths::Source;
use super::sources::files;

fn root() -> PathBuf {
    std::env::var_os("PODIUM_TEST_SOURCES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), PathBuf::from)
}

/// The sources under a folder, by their path in it.
fn sources(root: &Path) -> Vec<Source> {
    files(root, &["rs"]).iter().map(|file| Source::new(&file.path, &file.text)).collect()
}

#[test]
fn imports_run_downward_only() {
    let sources = sources(&root());
    assert!(sources.len() > 100, "the sources were found");
    let house = House::of(&sources);
    assert!(house.domains.contains(&"crew".to_owned()), "the list of domains was read");
    assert!(house.features["crew"].contains(&"pods".to_owned()), "the list of features was read");
    let found = faults(&house, &sources);
    assert!(found.is_empty(), "{found:#?}");
}

/// The features that import each other in circles, and the imports between files of one feature that run back up: none. With
/// `--no-capture` they are shown.
#[test]
fn the_figures_of_the_house() {
    let (sources, is_ours) = (sources(&root()), std::env::var_os("PODIUM_TEST_SOURCES").is_none());
    let features = circles(&faults::between_features(&sources));
    println!("circles between features: {}", features.len());
    features.iter().for_each(|circle| println!("  {}", circle.join(" ↔ ")));
    let kit = |feature: &str, rooms: &[&str]| -> Vec<String> {
        rooms.iter().map(|room| format!("crew/{feature}/{room}")).collect()
    };
    let rooms = ["actor", "hub", "live.rs", "live/", "channel.rs"];
    let (pods, events) = (kit("pods", &rooms), [kit("events", &rooms), kit("feed", &rooms)].concat());
    let [pods, events] = [&pods, &events].map(|paths| paths.iter().map(String::as_str).collect::<Vec<&str>>());
    println!("lines that the actors, hubs and channels of pods and events share: {}", shared(&sources, &pods, &events));
    for feature in ["pods", "events", "feed", "inbox", "journal", "accounts", "profiles", "invites", "messages"] {
        let found = upward(&sources, &format!("crew/{feature}/"));
        println!("imports that run back up between files of crew/{feature}: {}", found.len());
        found.iter().for_each(|(from, to)| println!("  {from} -> {to}"));
        assert!(found.is_empty() || !is_ours, "crew/{feature}");
    }
}

/// Routes take apart, call the service, and answer.
#[test]
fn routes_reach_neither_databases_nor_actors() {
    let mut wrong = Vec::new();
    for source in sources(&root()).iter().filter(|source| source.path.ends_with("routes.rs")) {
        let rooms = source.named.iter().flat_map(|path| path.iter().take(4).map(move |room| (path, room)));
        let reached = rooms.filter(|(_, room)| ["db", "hub", "actor"].contains(&room.as_str()));
        wrong.extend(reached.map(|(path, _)| format!("{} names {}", source.path, path.join("::"))));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A house of these files, and what is wrong with it.
fn house(files: &[(&str, &str)]) -> Vec<String> {
    let lists = [
        ("server/domains.rs", "pub const DOMAINS: &[Domain] = &[crew::DOMAIN, lineup::DOMAIN];"),
        ("crew/mod.rs", r#"pub const FEATURES: &[Feature] = &[f("profiles", p), f("events", e), f("pods", p)];"#),
    ];
    let sources: Vec<Source> = lists.iter().chain(files).map(|(path, text)| Source::new(path, text)).collect();
    faults(&House::of(&sources), &sources)
}

#[test]
fn what_runs_downward_is_no_fault() {
    let files = [
        ("crew/pods/mod.rs", "use crate::crew::events::Event;\nuse super::profiles;\nuse crate::realtime::bus;"),
        ("crew/events/store.rs", "// not crate::crew::pods\nuse crate::foundation::db;\nuse super::Event;"),
        ("lineup/mod.rs", "use crate::crew::{events::Event, profiles};"),
        ("server/app.rs", "use crate::realtime::domain::Mounted;\nuse super::domains;"),
        ("main.rs", "use podium::crew::demo;"),
    ];
    assert_eq!(house(&files), Vec::<String>::new());
}

#[test]
fn an_upward_import_is_a_fault() {
    for (path, text) in [
        ("foundation/db.rs", "use crate::realtime::bus;"),
        ("wire/frame.rs", "fn f() { crate::crew::pods::f() }"),
        ("realtime/hub.rs", "use crate::{crew::pods, wire};"),
        ("crew/pods/mod.rs", "use crate::lineup::artists;"),
        ("crew/pods/mod.rs", "use crate::server::base;"),
    ] {
        assert_eq!(house(&[(path, text)]).len(), 1, "{path}: {text}");
    }
}

#[test]
fn a_circle_between_features_is_a_fault() {
    for text in [
        "use crate::crew::pods::Pods;",
        "use crate::crew::{pods, profiles};",
        "use super::super::pods;",
        "use crate::crew::pods as other;",
        "fn f() -> crate::crew::pods::Pods {}",
    ] {
        assert_eq!(house(&[("crew/events/store.rs", text)]).len(), 1, "{text}");
    }
    assert_eq!(house(&[("crew/events/mod.rs", "use super::pods;")]).len(), 1);
    assert_eq!(house(&[("crew/polls/mod.rs", "")]).len(), 1, "a feature that is not in the list");
}

#[test]
fn a_feature_named_in_the_server_is_a_fault() {
    for (path, text) in [
        ("server/app.rs", "use crate::crew;"),
        ("server/engine.rs", "use crate::crew::pods::Pods;"),
        ("server.rs", "use crate::{crew::demo, foundation};"),
    ] {
        assert_eq!(house(&[(path, text)]).len(), 1, "{path}: {text}");
    }
}

#[test]
fn an_import_that_runs_back_up_between_files_is_counted() {
    let sources: Vec<Source> = [
        ("crew/pods/mod.rs", "mod actor; mod state; use self::actor::Actor; pub struct Pod;"),
        ("crew/pods/actor.rs", "mod log; use super::Pod; use super::state::State; use self::log::Log;"),
        ("crew/pods/actor/log.rs", "use super::Actor;"),
        ("crew/pods/state.rs", ""),
    ]
    .iter()
    .map(|(path, text)| Source::new(path, text))
    .collect();
    assert_eq!(upward(&sources, "crew/pods/").len(), 2, "mod ↔ actor, and actor ↔ log");
}
