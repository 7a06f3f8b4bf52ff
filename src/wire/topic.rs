//! Topics, which sessions join: `kind:id`.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

/// A topic as it is written on the wire, such as `pod:0198…`. Cheap to clone.
///
/// The id is in canonical form, so two spellings of one UUID cannot be two topics of one pod.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Topic(Arc<str>);

impl Topic {
    /// Returns the topic of a kind and an id.
    pub fn of(kind: &str, id: Uuid) -> Self {
        Topic(format!("{kind}:{id}").into())
    }

    /// Parses a topic. Returns `None` unless it is `kind:` and a UUID in canonical form (lower case, with hyphens).
    pub fn parse(text: &str) -> Option<(&str, Uuid)> {
        let (kind, id) = text.split_once(':')?;
        let parsed = Uuid::try_parse(id).ok()?;
        let mut canonical = Uuid::encode_buffer();
        (parsed.hyphenated().encode_lower(&mut canonical) == id).then_some((kind, parsed))
    }

    /// Returns the topic's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_a_kind_and_a_canonical_uuid() {
        let id = Uuid::from_u128(7);
        assert_eq!(Topic::parse("pod:00000000-0000-0000-0000-000000000007"), Some(("pod", id)));
        assert_eq!(Topic::of("pod", id).as_str(), "pod:00000000-0000-0000-0000-000000000007");
        for odd in ["pod", "pod:", "pod:7", "", ":", "pod:{00000000-0000-0000-0000-000000000007}"] {
            assert_eq!(Topic::parse(odd), None, "{odd}");
        }
        assert_eq!(Topic::parse("pod:0000000000000000000000000000000A"), None, "one spelling a topic");
        assert_eq!(Topic::parse("pod:00000000-0000-0000-0000-00000000000A"), None, "one spelling a topic");
    }
}
