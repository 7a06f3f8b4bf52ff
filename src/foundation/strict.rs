//! Deserialization that refuses unknown fields: the caller would believe that they have an effect.
//!
//! All requests are deserialized here, over HTTP and on sockets, so that no request type can forget it.

use serde::{Deserialize, Deserializer};
use serde_ignored::Path;
use serde_json::error::Category;

use super::errors::FieldError;

/// The most unknown fields that one answer lists.
const NAMED: usize = 20;

/// The reason why a value could not be deserialized.
#[derive(Debug)]
pub struct Unread<E> {
    /// The deserializer's error, unless unknown fields are all that is wrong.
    pub cause: Option<E>,
    /// The unknown fields.
    pub unknown: Vec<FieldError>,
}

/// Deserializes a value without unknown fields.
///
/// # Errors
/// [`Unread`] with the deserializer's error, or the unknown fields.
pub fn read<'de, T, D>(deserializer: D) -> Result<T, Unread<D::Error>>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let mut unknown = Vec::new();
    let read = serde_ignored::deserialize(deserializer, |path| {
        if unknown.len() < NAMED {
            let mut at = String::new();
            write_pointer(&path, &mut at);
            unknown.push(FieldError { pointer: at.into(), detail: "is not a field of this request".into() });
        }
    });
    match read {
        Ok(value) if unknown.is_empty() => Ok(value),
        Ok(_) => Err(Unread { cause: None, unknown }),
        Err(cause) => Err(Unread { cause: Some(cause), unknown }),
    }
}

/// Returns `true` if the input is JSON, and a value in it is wrong.
pub fn is_data(cause: &serde_json::Error) -> bool {
    cause.classify() == Category::Data
}

/// Returns serde_json's message without line and column, since the caller gets a pointer instead.
pub fn without_position(cause: &serde_json::Error) -> String {
    let text = cause.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(head, _)| head.to_owned())
}

/// Escapes a key for a JSON pointer (RFC 6901).
pub fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn write_pointer(path: &Path<'_>, pointer: &mut String) {
    match path {
        Path::Root => {}
        Path::Seq { parent, index } => {
            write_pointer(parent, pointer);
            pointer.push('/');
            pointer.push_str(&index.to_string());
        }
        Path::Map { parent, key } => {
            write_pointer(parent, pointer);
            pointer.push('/');
            pointer.push_str(&escaped(key));
        }
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => {
            write_pointer(parent, pointer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only its reading is looked at")]
    struct Thing {
        name: Option<String>,
        parts: Vec<Part>,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only its reading is looked at")]
    struct Part {
        size: u8,
    }

    fn unknown(text: &str) -> Vec<String> {
        match read::<Thing, _>(&mut serde_json::Deserializer::from_str(text)) {
            Ok(_) => Vec::new(),
            Err(unread) => unread.unknown.into_iter().map(|error| error.pointer.into_owned()).collect(),
        }
    }

    #[test]
    fn fields_that_nobody_knows_are_named_wherever_they_are() {
        assert!(unknown(r#"{"name": null, "parts": [{"size": 1}]}"#).is_empty());
        let text = r#"{"a/~": {"b": 1}, "parts": [{"size": 1}, {"size": 2, "sise": 3}], "nmae": "x"}"#;
        assert_eq!(unknown(text), ["/a~1~0", "/parts/1/sise", "/nmae"]);
        assert_eq!(unknown(r#"{"nmae": "x"}"#), ["/nmae"], "also where another is missing");
        let many: Vec<String> = (0..100).map(|n| format!("\"f{n}\": 0")).collect();
        assert_eq!(unknown(&format!("{{\"parts\": [], {}}}", many.join(","))).len(), NAMED);
    }
}
