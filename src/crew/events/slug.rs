//! Slugs: the names of events in URLs.
//!
//! A slug has lower case letters, digits and single hyphens, and never the form of an id, so that a URL may hold either
//! in the same place.

use chrono::NaiveDate;
use rand::Rng;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

/// The longest slug, in characters.
pub const MAX_SLUG: usize = 120;

/// The longest part that a slug takes of a name, so that date and suffix still fit.
const MAX_PART: usize = 50;

/// The name of an event in a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKey {
    /// By its id.
    Id(Uuid),
    /// By its slug.
    Slug(String),
}

impl EventKey {
    /// Parses a part of a path. `None` for what is neither an id nor a possible slug.
    pub fn parse(text: &str) -> Option<Self> {
        match Uuid::try_parse(text) {
            Ok(id) => Some(EventKey::Id(id)),
            Err(_) => is_slug(text).then(|| EventKey::Slug(text.to_owned())),
        }
    }
}

/// Returns whether this has the form of a slug.
pub fn is_slug(text: &str) -> bool {
    let letters = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.len() <= MAX_SLUG && text.split('-').all(letters) && !looks_like_id(text)
}

/// Returns whether these are 32 hexadecimal digits, with hyphens or without, of which the last twelve are not
/// separated, as in a UUID. (In a slug that ends with a date they are.)
fn looks_like_id(text: &str) -> bool {
    let hex = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_hexdigit);
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    digits.len() == 32 && hex(&digits) && text.as_bytes().last_chunk::<12>().is_some_and(|end| hex(end))
}

/// Returns the slug of an event that was made without one: artist, city, and the day in the event's zone.
pub fn slug_of(artist: &str, city: &str, day: NaiveDate) -> String {
    let parts = [part_of(artist), part_of(city), day.format("%Y-%m-%d").to_string()];
    parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join("-")
}

/// Returns the slug with a random suffix.
pub fn with_suffix(slug: &str) -> String {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut random = rand::rng();
    let suffix: String = (0..5).map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())])).collect();
    format!("{slug}-{suffix}")
}

/// Returns the part of a slug for a name. Letters that Unicode decomposes lose their marks; those that it does not
/// decompose, and those that German writes with two, are listed here. Others, such as Japanese, are left out: a
/// transliteration would be a guess.
fn part_of(name: &str) -> String {
    let mut part = String::new();
    for c in name.nfc().flat_map(char::to_lowercase) {
        if part.len() >= MAX_PART {
            break;
        }
        match c {
            // Left out, and not replaced by a hyphen: "don't" is one word.
            '\'' | '’' | '\u{300}'..='\u{36f}' => {}
            'ä' | 'æ' => part.push_str("ae"),
            'đ' | 'ð' => part.push('d'),
            'ħ' => part.push('h'),
            'ı' => part.push('i'),
            'ł' => part.push('l'),
            'ö' | 'ø' | 'œ' => part.push_str("oe"),
            'ß' => part.push_str("ss"),
            'þ' => part.push_str("th"),
            'ü' => part.push_str("ue"),
            '&' => part.push_str("and"),
            // The base letter without its marks.
            _ => match std::iter::once(c).nfd().find(char::is_ascii_alphanumeric) {
                Some(letter) => part.push(letter),
                None if part.ends_with('-') || part.is_empty() => {}
                None => part.push('-'),
            },
        }
    }
    part.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date() -> NaiveDate {
        NaiveDate::from_ymd_opt(2027, 3, 9).expect("a day")
    }

    #[test]
    fn a_slug_is_made_of_artist_city_and_date() {
        assert_eq!(slug_of("Sigur Rós", "Reykjavík", date()), "sigur-ros-reykjavik-2027-03-09");
        assert_eq!(slug_of("Guns N' Roses", " Köln ", date()), "guns-n-roses-koeln-2027-03-09");
        assert_eq!(slug_of("AC/DC", "São Paulo", date()), "ac-dc-sao-paulo-2027-03-09");
        assert_eq!(
            slug_of("Ko\u{308}ln & Bjo\u{308}rk", "ŠĄŻÜß Þór", date()),
            "koeln-and-bjoerk-sazuess-thor-2027-03-09"
        );
        assert_eq!(slug_of("İstanbul ﬁ", "Đà Nẵng", date()), "istanbul-da-nang-2027-03-09");
        assert_eq!(slug_of("宇多田ヒカル", "東京", date()), "2027-03-09");
    }

    #[test]
    fn a_slug_never_looks_like_an_id() {
        for good in ["a", "sigur-ros-2027", "1989", &"a".repeat(MAX_SLUG)] {
            assert!(is_slug(good), "{good}");
        }
        let id = "0192f0c1-2345-7abc-8def-0123456789ab";
        let bare = id.replace('-', "");
        for bad in ["", "-a", "a-", "a--b", "A", "a b", "ä", "a/b", id, &bare, &"a".repeat(MAX_SLUG + 1)] {
            assert!(!is_slug(bad), "{bad}");
        }
        assert_eq!(EventKey::parse(&bare).map(|key| matches!(key, EventKey::Id(_))), Some(true));
        assert_eq!(EventKey::parse("A\0"), None);
    }

    proptest! {
        #[test]
        fn every_made_slug_is_one(artist in ".{0,80}", city in ".{0,80}") {
            let slug = slug_of(&artist, &city, date());
            prop_assert!(is_slug(&slug), "{}", slug);
            prop_assert!(is_slug(&with_suffix(&slug)));
        }
    }
}
