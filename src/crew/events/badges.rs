//! The badges by which members of an event describe themselves: a fixed list, of which a member wears at most five.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::foundation::errors::Result;
use crate::foundation::fields::Fields;

/// The most badges that a member may wear at an event.
pub const MAX_WORN: usize = 5;

/// A badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Badge {
    /// Its key, which never changes.
    pub key: &'static str,
    /// Its English name.
    pub label: &'static str,
    /// Its emoji.
    pub emoji: &'static str,
}

/// A badge in a request: its key, or an object of the list, of which only the key is read.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged, expecting = "must be the key of a badge, or a badge of the list")]
pub enum BadgeName {
    /// `"front-row"`
    Key(String),
    /// `{"key": "front-row"}`
    Badge(NamedBadge),
}

/// A badge of the list, of which only the key is read.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "clients may send a badge as the list has it; only its key is read")]
pub struct NamedBadge {
    /// The key of the list.
    key: String,
    /// As in the list.
    label: Option<String>,
    /// As in the list.
    emoji: Option<String>,
}

impl BadgeName {
    fn key(&self) -> &str {
        match self {
            BadgeName::Key(key) | BadgeName::Badge(NamedBadge { key, .. }) => key,
        }
    }
}

const fn badge(key: &'static str, label: &'static str, emoji: &'static str) -> Badge {
    Badge { key, label, emoji }
}

/// All badges, in the order in which they are offered. A key is never removed, since members wear it.
pub const BADGES: &[Badge] = &[
    badge("front-row", "Front row", "🤘"),
    badge("mosh-pit", "Mosh pit", "🌀"),
    badge("by-the-bar", "By the bar", "🍻"),
    badge("balcony", "Up on the balcony", "🪑"),
    badge("at-the-back", "At the back, by the desk", "🎚️"),
    badge("dancer", "Will be dancing", "💃"),
    badge("sings-along", "Sings every word", "🎤"),
    badge("crowd-surfer", "Crowd surfer", "🏄"),
    badge("first-timer", "First time seeing them", "🌱"),
    badge("day-one-fan", "Fan from day one", "💿"),
    badge("setlist-nerd", "Setlist nerd", "📝"),
    badge("gearhead", "Here for the gear", "🎸"),
    badge("photographer", "Takes the photos", "📸"),
    badge("merch-hunter", "Merch hunter", "👕"),
    badge("vinyl-collector", "Collects vinyl", "🎶"),
    badge("early-bird", "There when doors open", "🐦"),
    badge("afterparty", "Afterparty, obviously", "🪩"),
    badge("sober", "Sober and happy", "🧃"),
    badge("solo", "Coming on my own", "🙋"),
    badge("bringing-friends", "Bringing friends", "👯"),
    badge("road-trip", "Driving, seats free", "🚗"),
    badge("from-afar", "Came from far away", "✈️"),
    badge("local-guide", "Knows the town", "🗺️"),
    badge("ear-plugs", "Has spare ear plugs", "👂"),
    badge("step-free", "Step-free please", "♿"),
    badge("quiet-company", "Quiet company welcome", "🌙"),
];

/// Returns the badge with this key.
pub fn find(key: &str) -> Option<&'static Badge> {
    BADGES.iter().find(|badge| badge.key == key)
}

/// Returns what is stored for the badges of a request: the list's objects, in the request's order.
///
/// # Errors
/// [`Code::Invalid`](crate::foundation::errors::Code::Invalid) for more than five, a repeated one, or one that is not in the list.
pub fn worn(names: &[BadgeName]) -> Result<Vec<Value>> {
    let mut fields = Fields::new();
    fields.check(names.len() <= MAX_WORN, "/vibe_badges", format!("must have at most {MAX_WORN} badges"));
    let mut seen = HashSet::new();
    let mut badges = Vec::new();
    for (place, name) in names.iter().take(MAX_WORN).enumerate() {
        let pointer = format!("/vibe_badges/{place}");
        fields.check(seen.insert(name.key()), pointer.clone(), "must not repeat a badge");
        match find(name.key()) {
            Some(badge) => badges.push(json!(badge)),
            None => {
                fields.check(false, pointer, "must be a badge of GET /v1/badges");
            }
        }
    }
    fields.done()?;
    Ok(badges)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<BadgeName> {
        serde_json::from_str(text).expect("names")
    }

    #[test]
    fn the_list_is_in_order() {
        let keys: HashSet<_> = BADGES.iter().map(|badge| badge.key).collect();
        assert_eq!(keys.len(), BADGES.len());
        for badge in BADGES {
            assert!(badge.key.len() <= 40 && badge.label.chars().count() <= 80 && badge.emoji.chars().count() <= 16);
            assert!(badge.key.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase()), "{}", badge.key);
        }
    }

    #[test]
    fn badges_are_named_by_key_alone_or_in_an_object() {
        let stored =
            worn(&names(r#"["solo", {"key": "dancer", "label": "forged", "emoji": "x"}]"#)).expect("two badges");
        assert_eq!(stored[0], json!({"key": "solo", "label": "Coming on my own", "emoji": "🙋"}));
        assert_eq!(stored[1]["label"], "Will be dancing");
    }

    #[test]
    fn an_unknown_badge_is_refused() {
        assert!(worn(&names(r#"["nobody"]"#)).is_err());
        assert!(worn(&names(r#"["solo", {"key": "solo"}]"#)).is_err());
        let six: Vec<_> = BADGES[..6].iter().map(|badge| BadgeName::Key(badge.key.into())).collect();
        assert!(worn(&six).is_err());
        assert_eq!(worn(&six[..5]).map(|badges| badges.len()).ok(), Some(5));
    }
}
