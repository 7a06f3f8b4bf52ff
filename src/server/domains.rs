//! The only list of the domains of this server.

use crate::crew;
use crate::foundation::http::Document;
use crate::foundation::metrics::{self, Metric};
use crate::foundation::settings::Rows;
use crate::realtime::declared::{self, Declaration};
use crate::realtime::domain::{Domain, Feature, MountError, Mounted, Parts, Routes};

/// All domains. Each may import those before it, and find their services in [`Parts`]; the layer test checks the
/// imports against this order.
pub const DOMAINS: &[Domain] = &[crew::DOMAIN];

fn features() -> impl Iterator<Item = &'static Feature> {
    DOMAINS.iter().flat_map(|domain| domain.0)
}

/// Returns the routes of all domains.
pub fn routes() -> Vec<Routes> {
    features().flat_map(|feature| feature.routes).copied().collect()
}

/// Returns the OpenAPI document of all routes.
pub fn openapi() -> Document {
    let routes = routes();
    Document::of(|config| routes.iter().for_each(|register| register(config)))
}

/// Returns the declarations of all domains.
pub fn declared() -> Vec<Declaration> {
    features().flat_map(|feature| feature.declared).copied().collect()
}

/// Returns the AsyncAPI document of all declarations.
pub fn asyncapi() -> declared::document::Document {
    declared::document::Document::of(declared())
}

/// Returns all settings: the server's own, and those of the domains.
pub fn settings() -> Rows {
    Rows::with(features().map(|feature| feature.settings))
}

/// Returns all metrics, of the server and of the domains.
pub fn metrics() -> Vec<Metric> {
    metrics::ALL.iter().chain(features().flat_map(|feature| feature.metrics)).copied().collect()
}

/// Mounts all domains.
///
/// # Errors
/// Returns the [`MountError`] of the first domain that fails.
pub fn mount(parts: &mut Parts) -> Result<Mounted, MountError> {
    let mut all = Mounted::default();
    for domain in DOMAINS {
        all.add(domain.mount(parts)?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foundation::metrics::Kind;
    use crate::realtime::declared::What;

    #[test]
    fn the_page_of_settings_is_the_table() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/SETTINGS.md")).unwrap();
        assert_eq!(page, settings().markdown(), "run `cargo run -- config --markdown > docs/SETTINGS.md`");
    }

    #[test]
    fn declarations_are_unique_and_both_documents_have_the_same_types() {
        let (declared, sockets, http) = (declared(), asyncapi(), openapi());
        let name = |each: &Declaration| match each.what {
            What::Topic { .. } => "topic".to_owned(),
            What::Push { name, .. } => format!("push {name}"),
            What::Event { name, .. } => format!("event {name}"),
            What::Addition { .. } => format!("addition {}", each.about),
        };
        let mut names: Vec<_> = declared.iter().map(|each| (each.topic, name(each))).collect();
        names.sort();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
        let topics: Vec<_> = names.iter().filter(|(_, name)| name == "topic").map(|(topic, _)| *topic).collect();
        assert!(declared.iter().all(|each| topics.contains(&each.topic) && !each.about.trim().is_empty()), "{names:?}");
        let types = sockets.json()["components"]["schemas"].as_object().unwrap();
        let text = sockets.json().to_string();
        for name in text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(types.contains_key(name), "{name} is referred to, and is not there");
        }
        let shared =
            types.iter().filter_map(|(name, of)| Some((name, of, http.json()["components"]["schemas"].get(name)?)));
        for (name, one, other) in shared.clone() {
            assert_eq!(one, other, "{name}");
        }
        assert!(shared.count() >= 8);
    }

    #[test]
    fn every_default_is_of_its_own_form() {
        let loaded = settings().load(&crate::foundation::settings::Sources::default()).expect("the defaults");
        assert_eq!(loaded.in_force.len(), settings().iter().count());
    }

    #[test]
    fn names_follow_prometheus_and_are_declared_once() {
        let all = metrics();
        for metric in &all {
            let counts = metric.name.ends_with("_total");
            assert_eq!(counts, metric.kind == Kind::Counter, "{}", metric.name);
            assert!(metric.help.ends_with('.'), "{}", metric.name);
            assert_eq!(all.iter().filter(|other| other.name == metric.name).count(), 1, "{}", metric.name);
        }
    }

    #[test]
    fn each_metric_is_documented_and_alerts_use_no_other() {
        let all = metrics();
        let manual = include_str!("../../docs/OPERATIONS.md");
        for metric in all.iter().filter(|metric| metric.name.starts_with("podium_")) {
            assert!(manual.contains(&format!("`{}", metric.name)), "{} is not in OPERATIONS.md", metric.name);
        }
        let alerts = include_str!("../../deploy/alerts.yaml");
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        for word in alerts.split(|c| !is_name(c)).filter(|word| word.starts_with("podium_")) {
            let known = all.iter().any(|metric| match metric.kind {
                Kind::Histogram(_) => {
                    ["_bucket", "_sum", "_count"].iter().any(|part| word == format!("{}{part}", metric.name))
                }
                _ => word == metric.name,
            });
            assert!(known, "alerts.yaml uses {word}, which is not a metric");
        }
    }
}
