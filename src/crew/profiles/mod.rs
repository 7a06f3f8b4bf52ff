//! Profiles: the people.
//!
//! A profile comes into being at the first request, or the first socket, that carries a token with its id as `sub`
//! ([`SignIns`](sign_in::SignIns)). Everything about oneself is at `/v1/me`; of others one sees a name, a picture, and the Instagram page
//! if they reveal it, and that only of those with whom one shares an event.

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

/// What a person sees of themselves.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = profiles)]
pub struct Me {
    /// The `sub` of the person's tokens.
    pub id: Uuid,
    /// The name that others see.
    pub display_name: String,
    /// For the person alone.
    #[schema(required)]
    pub email: Option<String>,
    /// Where the picture is.
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

/// What a person sees of another.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = people)]
pub struct Profile {
    /// The profile's id.
    pub id: Uuid,
    /// The person's name.
    pub display_name: String,
    /// Where the picture is.
    #[schema(required)]
    pub avatar_url: Option<String>,
    /// The Instagram page, if the person reveals it.
    #[schema(required)]
    pub ig_url: Option<String>,
}

/// A change to one's own profile. What is absent stays; `null` clears an address.
#[derive(Debug, Clone, Default, Deserialize, AsChangeset, ToSchema)]
#[diesel(table_name = profiles)]
pub struct MeChange {
    /// One line of 1 to 80 characters.
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
    /// The same change as it is stored.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::foundation::errors::Code::Invalid) when a value is out of its bounds.
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

    /// Whether nothing is to be changed.
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

/// The name of a new profile: that of the token, else what stands before the `@` of its address, else `Guest`. A name that
/// nobody can be asked about is mended, not refused.
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
