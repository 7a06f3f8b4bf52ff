//! What is wrong with the imports.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::Source;

/// The layers below the domains, the lowest first.
const BELOW: [&str; 3] = ["foundation", "wire", "realtime"];

/// The layers above them.
const ABOVE: [&str; 3] = ["server", "cli", "main"];

/// The orders that imports are held against.
pub struct House {
    /// The domains, the lowest first.
    pub domains: Vec<String>,
    /// Each domain's features, the lowest first.
    pub features: BTreeMap<String, Vec<String>>,
}

impl House {
    /// Reads the two lists from the code: `DOMAINS` of the server, and `FEATURES` of each domain.
    pub fn of(sources: &[Source]) -> Self {
        let list = |path: &str, name: &str| {
            let code = sources.iter().find(|source| source.path == path).map_or("", |source| &source.code);
            let list = code.split(&format!("{name}: &[")).nth(1).and_then(|rest| rest.split("&[").nth(1));
            list.and_then(|list| list.split("];").next()).unwrap_or_default().to_owned()
        };
        let domains = list("server/domains.rs", "DOMAINS");
        let domains: Vec<String> =
            domains.split(',').filter_map(|domain| domain.trim().strip_suffix("::DOMAIN")).map(str::to_owned).collect();
        let features = domains.iter().map(|domain| {
            let list = list(&format!("{domain}/mod.rs"), "FEATURES");
            (domain.clone(), list.split('"').skip(1).step_by(2).map(str::to_owned).collect())
        });
        House { features: features.collect(), domains }
    }

    fn layer(&self, name: &str) -> Option<usize> {
        let domains = self.domains.iter().map(String::as_str);
        BELOW.into_iter().chain(domains).chain(ABOVE).position(|layer| layer == name)
    }
}

/// Everything that is wrong.
pub fn faults(house: &House, sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let Some((own, feature)) = place(source) else { continue };
        let Some(layer) = house.layer(own) else { continue };
        let order = house.features.get(own).filter(|order| !order.is_empty());
        let rank = |feature: &str| order.and_then(|order| order.iter().position(|name| name == feature));
        if let (Some(_), Some(feature)) = (order, feature)
            && rank(feature).is_none()
        {
            found.push(format!("{}: {feature} is not in the list of {own}", source.path));
        }
        let mut seen = BTreeSet::new();
        for path in &source.named {
            let Some(other) = path.first() else { continue };
            let Some(reached) = house.layer(other) else { continue };
            let fault = if reached > layer {
                Some(format!("{} imports {other}, which is above it", source.path))
            } else if own == "server" && house.domains.contains(other) {
                let may = source.path == "server/domains.rs" && path.get(1).is_none_or(|name| name == "DOMAIN");
                (!may).then(|| format!("{} names the domain {other}", source.path))
            } else if other == own {
                // Of the domain's own mod.rs, which is above all features, nothing is asked.
                let ranks = feature.and_then(rank).zip(path.get(1).and_then(|name| rank(name)));
                ranks.filter(|(own, other)| other > own).map(|_| format!("{} imports {}", source.path, path[1]))
            } else {
                None
            };
            if let Some(fault) = fault.filter(|fault| seen.insert(fault.clone())) {
                found.push(fault);
            }
        }
    }
    found
}

/// The layer of a source, and the feature inside it.
fn place(source: &Source) -> Option<(&str, Option<&str>)> {
    let first = source.path.split('/').next()?.trim_end_matches(".rs");
    Some((first, source.module.get(1).map(String::as_str)))
}

/// Which feature of the crew imports which.
pub fn between_features(sources: &[Source]) -> BTreeMap<String, BTreeSet<String>> {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let features: BTreeSet<&String> = sources
        .iter()
        .filter(|s| s.module.first().is_some_and(|m| m == "crew"))
        .filter_map(|s| s.module.get(1))
        .collect();
    for source in sources.iter().filter(|source| source.module.len() > 1 && source.module[0] == "crew") {
        let own = &source.module[1];
        for path in source.named.iter().filter(|path| path.first().is_some_and(|first| first == "crew")) {
            if let Some(other) = path.get(1).filter(|other| *other != own && features.contains(other)) {
                graph.entry(own.clone()).or_default().insert(other.clone());
            }
        }
    }
    graph
}

/// Pairs and larger sets that import each other, each in the order of names.
pub fn circles(graph: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for (one, others) in graph {
        for other in others.iter().filter(|other| *other > one) {
            if graph.get(other).is_some_and(|back| back.contains(one)) {
                found.push(vec![one.clone(), other.clone()]);
            }
        }
    }
    found
}

/// The imports between files under this folder that run back up: those that a walk from the imported to the importing comes to
/// again. A file imports another if it names anything of it; a `mod` line is no import.
pub fn upward(sources: &[Source], folder: &str) -> Vec<(String, String)> {
    let files: Vec<&Source> = sources.iter().filter(|source| source.path.starts_with(folder)).collect();
    // The file of the longest module that the path begins with.
    let owner = |path: &[String]| {
        files.iter().filter(|file| path.starts_with(&file.module)).max_by_key(|file| file.module.len())
    };
    let mut graph: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in &files {
        for other in file.named.iter().filter_map(|path| owner(path)) {
            if other.path != file.path && !other.path.contains("test") && !file.path.contains("simulation") {
                graph.entry(&file.path).or_default().insert(&other.path);
            }
        }
    }
    let mut walk = Walk { graph: &graph, done: BTreeSet::new(), under_way: Vec::new(), found: Vec::new() };
    // From those whom nobody imports, as the code is read.
    let imported: BTreeSet<&str> = graph.values().flatten().copied().collect();
    let (roots, others): (Vec<&str>, Vec<&str>) =
        files.iter().map(|file| file.path.as_str()).partition(|path| !imported.contains(path));
    roots.into_iter().chain(others).for_each(|path| walk.visit(path));
    walk.found
}

struct Walk<'a> {
    graph: &'a BTreeMap<&'a str, BTreeSet<&'a str>>,
    done: BTreeSet<&'a str>,
    under_way: Vec<&'a str>,
    found: Vec<(String, String)>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, path: &'a str) {
        if self.done.contains(path) {
            return;
        }
        self.under_way.push(path);
        for other in self.graph.get(path).into_iter().flatten().copied() {
            if self.under_way.contains(&other) {
                self.found.push((path.to_owned(), other.to_owned()));
            } else {
                self.visit(other);
            }
        }
        self.under_way.pop();
        self.done.insert(path);
    }
}

/// How many lines two sets of files have in common: code alone, without imports and without the names of the two subjects, each
/// line as often as it stands in both.
pub fn shared(sources: &[Source], one: &[&str], other: &[&str]) -> usize {
    let lines = |folders: &[&str]| {
        let mut lines: BTreeMap<String, usize> = BTreeMap::new();
        let within = |source: &&Source| folders.iter().any(|folder| source.path.starts_with(folder));
        for line in sources.iter().filter(within).flat_map(|source| source.code.lines()) {
            let line = line.trim().to_lowercase().replace("pod", "topic").replace("event", "topic");
            // Brackets and names alone say nothing.
            if line.len() > 15 && !line.starts_with("use ") && !line.starts_with('#') {
                *lines.entry(line).or_default() += 1;
            }
        }
        lines
    };
    let (one, other) = (lines(one), lines(other));
    one.iter().map(|(line, count)| count.min(other.get(line).unwrap_or(&0))).sum()
}
