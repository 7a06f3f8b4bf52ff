//! Profiles of people.
//!
//! The first request, or the first socket, with a token of a new `sub` makes the profile
//! ([`SignIns`](sign_in::SignIns)). People see all of their own profile at `/v1/me`. Of others with whom they share an
//! event they see the name, the picture, and the Instagram page if it is revealed.

pub mod mount;
mod routes;
pub mod service;
pub mod sign_in;
pub mod store;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::foundation::errors::Result;
use crate::foundation::fields::{Fields, given};
use crate::foundation::language::{Language, StoredLanguage};
use crate::foundation::schema::people;
use crate::foundation::schema::profiles;
use crate::foundation::{address, text};

/// The longest display name, in characters.
pub const MAX_NAME: usize = 80;

/// A person's own profile.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = profiles)]
pub struct Me {
    /// The `sub` of the person's tokens.
    pub id: Uuid,
    /// The name that others see.
    pub display_name: String,
    /// The e-mail address; only the person sees it.
    #[schema(required)]
    pub email: Option<String>,
    /// The address of the picture.
    #[schema(required)]
    pub avatar_url: Option<String>,
    /// The Instagram page.
    #[schema(required)]
    pub ig_url: Option<String>,
    /// Whether others may see `ig_url`.
    pub reveal_ig: bool,
    /// The language in which the person reads Podium; null if they have not chosen one.
    #[diesel(deserialize_as = StoredLanguage)]
    #[schema(required)]
    pub language: Option<Language>,
    /// When the person was first seen.
    pub created_at: DateTime<Utc>,
}

/// Another person's profile.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = people)]
pub struct Profile {
    /// The profile's id.
    pub id: Uuid,
    /// The person's name.
    pub display_name: String,
    /// The address of the picture.
    #[schema(required)]
    pub avatar_url: Option<String>,
    /// The Instagram page, if the person reveals it.
    #[schema(required)]
    pub ig_url: Option<String>,
}

/// A person as the author of something that others read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Author {
    /// The profile's id.
    pub id: Uuid,
    /// The person's name; empty for a moderator who shares no event with them.
    pub display_name: String,
    /// The address of the picture.
    #[schema(required)]
    pub avatar_url: Option<String>,
}

impl Author {
    /// Returns an author of whom the reader may know nothing else.
    pub fn nameless(id: Uuid) -> Self {
        Author { id, display_name: String::new(), avatar_url: None }
    }
}

/// A change to one's own profile. What is absent stays; `null` clears an address.
#[derive(Debug, Clone, Default, Deserialize, AsChangeset, ToSchema)]
#[diesel(table_name = profiles)]
pub struct MeChange {
    /// The name that others see: one line of 1 to 80 characters.
    #[schema(min_length = 1, pattern = r"\S")]
    pub display_name: Option<String>,
    /// An https address, or null.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub avatar_url: Option<Option<String>>,
    /// An https address of a page at `instagram.com` or `www.instagram.com`, or null.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub ig_url: Option<Option<String>>,
    /// Whether others may see `ig_url`.
    pub reveal_ig: Option<bool>,
    /// The language in which to read Podium, or null for none: then each request's `Accept-Language` decides.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Language>)]
    pub language: Option<Option<String>>,
}

impl MeChange {
    /// Returns the change as it is stored.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::foundation::errors::Code::Invalid) when a value is not allowed.
    pub fn checked(self) -> Result<Self> {
        let mut fields = Fields::new();
        let change = MeChange {
            display_name: self.display_name.map(|name| fields.line("/display_name", &name, MAX_NAME)),
            avatar_url: self.avatar_url.map(|url| url.map(|url| fields.read("/avatar_url", address::picture(&url)))),
            ig_url: self.ig_url.map(|url| url.map(|url| fields.read("/ig_url", address::instagram(&url)))),
            reveal_ig: self.reveal_ig,
            language: self.language.map(|tag| tag.map(|tag| language(&mut fields, &tag).tag().to_owned())),
        };
        fields.done()?;
        Ok(change)
    }

    /// Returns whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        let MeChange { display_name, avatar_url, ig_url, reveal_ig, language } = self;
        display_name.is_none() && avatar_url.is_none() && ig_url.is_none() && reveal_ig.is_none() && language.is_none()
    }
}

/// Reads the language at `/language`.
pub fn language(fields: &mut Fields, tag: &str) -> Language {
    let language = Language::from_tag(tag);
    fields.check(language.is_some(), "/language", Language::EXPECTED);
    language.unwrap_or_default()
}

/// Returns the name of a new profile: the token's name, else the part of its address before the `@`, else `Guest`. A
/// bad name is repaired, not refused, since the person cannot be asked.
pub fn first_name(name: Option<&str>, email: Option<&str>) -> String {
    let local_part = email.and_then(|email| email.split('@').next());
    let mut names = name.into_iter().chain(local_part).filter_map(|name| text::mended(name, MAX_NAME));
    names.next().unwrap_or_else(|| "Guest".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_profile_is_named_by_its_token() {
        assert_eq!(first_name(Some(" Ana "), Some("ana@example.org")), "Ana");
        assert_eq!(first_name(Some(" "), Some("ana@example.org")), "ana");
        assert_eq!(first_name(None, Some("@")), "Guest");
        assert_eq!(first_name(None, None), "Guest");
        assert_eq!(first_name(Some(&"ü".repeat(200)), None), "ü".repeat(MAX_NAME));
        assert_eq!(first_name(Some("neB\u{202e}  \u{2028}Lux"), None), "neB Lux");
        assert_eq!(first_name(Some("\u{200b}\u{3164}"), Some("ana@example.org")), "ana");
    }

    #[test]
    fn a_change_is_trimmed_and_checked() {
        let change = MeChange { display_name: Some("  Ana ".into()), ig_url: Some(None), ..MeChange::default() };
        let change = change.checked().expect("a good change");
        assert_eq!(change.display_name.as_deref(), Some("Ana"));
        assert_eq!(change.ig_url, Some(None));
        assert!(!change.is_empty());
        let bad =
            MeChange { display_name: Some(" ".into()), avatar_url: Some(Some("x".into())), ..MeChange::default() };
        assert_eq!(bad.checked().expect_err("two faults").errors.len(), 2);
    }
}
