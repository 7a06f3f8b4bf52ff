//! Web addresses that people enter: of a picture, and of a page at Instagram.
//!
//! A link must lead where it seems to lead. So an address is parsed as browsers parse it, and only `https` is accepted.
//! A page at Instagram has Instagram's host: `https://instagram.com@elsewhere.example` and
//! `https://instagram.com.elsewhere.example` do not. The parsed form is stored, so that no reader parses it
//! differently.

use serde::{Serialize, Serializer};
use url::{Position, Url};

/// The longest accepted address, in bytes.
pub const MAX_BYTES: usize = 2_048;

const INSTAGRAM: [&str; 2] = ["instagram.com", "www.instagram.com"];

/// Returns the address of a picture, in the form that is stored.
///
/// # Errors
/// Says what the address must be.
pub fn picture(text: &str) -> Result<String, &'static str> {
    let url = https(text).ok_or("must be an https address")?;
    fitting(url)
}

/// Returns the address of a page at Instagram, in the form that is stored.
///
/// # Errors
/// Says what the address must be.
pub fn instagram(text: &str) -> Result<String, &'static str> {
    let is_page = |url: &Url| {
        url.host_str().is_some_and(|host| INSTAGRAM.contains(&host))
            && url[Position::BeforeUsername..Position::BeforeHost].is_empty()
            && url.port().is_none()
            && url.path().len() > 1
    };
    let url = https(text).filter(is_page).ok_or("must be an https address at instagram.com or www.instagram.com")?;
    fitting(url)
}

/// Serializes the address of a picture, for `serialize_with`; `null` for an address stored before these rules.
///
/// # Errors
/// Those of the serializer.
#[allow(clippy::ref_option, reason = "serde hands it over so")]
pub fn show_picture<S: Serializer>(url: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    url.as_deref().filter(|url| is_https(url)).serialize(serializer)
}

fn is_https(text: &str) -> bool {
    text.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
}

fn https(text: &str) -> Option<Url> {
    let text = text.trim();
    // A browser would skip these, or read them as something else.
    let is_odd = |c: char| c.is_control() || c.is_whitespace() || "<>\"\\^`{|}".contains(c);
    if !is_https(text) || text[8..].starts_with('/') || text.contains(is_odd) {
        return None;
    }
    Url::parse(text).ok().filter(|url| url.has_host())
}

fn fitting(url: Url) -> Result<String, &'static str> {
    let text = String::from(url);
    if text.len() <= MAX_BYTES { Ok(text) } else { Err("must be at most 2048 bytes") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_at_an_https_address() {
        for (text, stored) in [
            ("https://x.org/a.png?x=1#y", "https://x.org/a.png?x=1#y"),
            ("HTTPS://[::1]:8080/a", "https://[::1]:8080/a"),
            (" https://X.org ", "https://x.org/"),
        ] {
            assert_eq!(picture(text).as_deref(), Ok(stored));
        }
        for bad in [
            "",
            "http://x.org/a.png",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https:x.org",
            "ftp://x.org",
            "https://x.org/a b",
            "x.org",
            "data:image/png;base64,AA==",
            "https://a\\b",
        ] {
            assert!(picture(bad).is_err(), "{bad}");
        }
        assert!(picture(&format!("https://x.org/{}", "a".repeat(MAX_BYTES))).is_err());
        assert!(picture(&format!("https://x.org/{}", "ü".repeat(MAX_BYTES / 3))).is_err(), "as it is stored");
    }

    #[test]
    fn a_page_at_instagram_is_at_instagram() {
        for (text, stored) in [
            ("https://instagram.com/ana", "https://instagram.com/ana"),
            ("https://www.Instagram.com/ana/?hl=de", "https://www.instagram.com/ana/?hl=de"),
            ("https://instagram.com:443/ana", "https://instagram.com/ana"),
        ] {
            assert_eq!(instagram(text).as_deref(), Ok(stored));
        }
        for bad in [
            "https://instagram.com",
            "https://instagram.com/",
            "http://instagram.com/ana",
            "https://instagram.com@evil.example/ana",
            "https://ana@instagram.com/ana",
            "https://ana:b@instagram.com/ana",
            "https://instagram.com.evil.example/ana",
            "https://evil.example/instagram.com/ana",
            "https://evilinstagram.com/ana",
            "https://m.instagram.com/ana",
            "https://instagram.com:8443/ana",
            "https://instagram.com./ana",
            "https://instagram.com\\@evil.example/ana",
            "https://evil.example\\instagram.com/ana",
            "https://evil.example#@instagram.com/ana",
            "https://instagr\u{430}m.com/ana",
            "https://xn--instagrm-xfg.com/ana",
            "https:/instagram.com/ana",
            "https:instagram.com/ana",
            "https://instagram\t.com/ana",
            "instagram.com/ana",
            "@ana",
        ] {
            assert!(instagram(bad).is_err(), "{bad}");
        }
    }
}
