//! The languages of Podium's texts: mails, previews of links, and the web client. This is the only list of them on the
//! server.
//!
//! A person's language is the one they have chosen (`profiles.language`), else the one that the request prefers
//! (`Accept-Language`), else English.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{AcceptLanguage, Header, Preference, Quality};
use actix_web::{FromRequest, HttpRequest};
use diesel::deserialize::{self, Queryable};
use diesel::pg::Pg;
use diesel::sql_types::{Nullable, Text};
use serde::Serialize;
use utoipa::ToSchema;

/// A language that Podium has all its texts in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// German.
    #[serde(rename = "de")]
    German,
}

impl Language {
    /// All of them.
    pub const ALL: &'static [Language] = &[Language::English, Language::German];

    /// The detail of the error for a value that is none of them.
    pub const EXPECTED: &'static str = "must be one of `en`, `de`";

    /// Returns the BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }

    /// Returns the language with this tag.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Language::ALL.iter().copied().find(|language| language.tag() == tag)
    }

    /// Returns the language that a request prefers, or `None` if it names none of ours. `de-AT` is German. A language
    /// with the weight 0 is not wanted.
    pub fn preferred(request: &HttpRequest) -> Option<Self> {
        let AcceptLanguage(mut items) = AcceptLanguage::parse(request).ok()?;
        items.retain(|item| item.quality > Quality::ZERO);
        let ranked = AcceptLanguage(items).ranked();
        ranked.into_iter().find_map(|item| match item {
            Preference::Specific(tag) => Language::from_tag(&tag.primary_language().to_ascii_lowercase()),
            Preference::Any => None,
        })
    }
}

/// The language that a request prefers, as an argument of a handler: English where it names none of ours.
impl FromRequest for Language {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Language::preferred(request).unwrap_or_default()))
    }
}

/// A language as it is stored. One that a newer version has stored and this one does not have is none.
#[derive(Debug, Clone, Copy)]
pub struct StoredLanguage(Option<Language>);

impl Queryable<Nullable<Text>, Pg> for StoredLanguage {
    type Row = Option<String>;

    fn build(tag: Self::Row) -> deserialize::Result<Self> {
        Ok(StoredLanguage(tag.and_then(|tag| Language::from_tag(&tag))))
    }
}

impl From<StoredLanguage> for Option<Language> {
    fn from(StoredLanguage(language): StoredLanguage) -> Self {
        language
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::ACCEPT_LANGUAGE;
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn each_language_has_a_tag_of_its_own() {
        for language in Language::ALL {
            assert_eq!(Language::from_tag(language.tag()), Some(*language));
            assert_eq!(serde_json::json!(language), language.tag());
            assert!(Language::EXPECTED.contains(&format!("`{}`", language.tag())));
        }
        assert_eq!(Language::from_tag("EN").or(Language::from_tag("de-DE")), None);
    }

    #[test]
    fn a_request_prefers_what_it_weighs_most() {
        let preferred = |header: &str| {
            let request = TestRequest::default().insert_header((ACCEPT_LANGUAGE, header)).to_http_request();
            Language::preferred(&request)
        };
        for german in
            ["de", "DE", "de-AT", "fr, de;q=0.5, en;q=0.4", "en;q=0.1, de-CH;q=0.2", "de, en", "en;q=0, de", "!!, de"]
        {
            assert_eq!(preferred(german), Some(Language::German), "{german}");
        }
        for english in ["en-GB,en;q=0.9,de;q=0.8", "fr;q=1, en;q=0.5, de;q=0.5"] {
            assert_eq!(preferred(english), Some(Language::English), "{english}");
        }
        for none in ["", "*", "fr", "de;q=0", "nonsense nonsense", ";;;"] {
            assert_eq!(preferred(none), None, "{none}");
        }
        assert_eq!(Language::preferred(&TestRequest::default().to_http_request()), None);
    }
}
