//! Which addresses are the client's, which are the API's, and which are nobody's.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The client's addresses of one word. They and those below stand beside the client's own router,
/// `web/src/lib/addresses.ts`.
const ALONE: [&str; 7] = ["", "events", "me", "signin", "signup", "verify", "reset"];

/// The first words of the client's addresses that name something by a second.
const NAMED: [&str; 3] = ["events", "pods", "i"];

/// The first words of addresses that programs ask for: the API's, the operators', and the folders of files.
const PROGRAMS: [&str; 9] = ["v1", "socket", "docs", "openapi.json", "metrics", "healthz", "readyz", "assets", "icons"];

/// What a name in an address is encoded by.
const UNSAFE: AsciiSet = NON_ALPHANUMERIC.remove(b'-');

/// What a page is asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Address {
    /// A page of the client: `/<word>/<name>`.
    Page {
        /// One of [`ALONE`], or with a name of [`NAMED`].
        word: &'static str,
        /// What follows, decoded.
        name: Option<String>,
    },
    /// There is no such page.
    Nobody,
}

impl Address {
    /// Reads a path, without the slash that it begins with. `None` for what no person looks for by hand: an address of
    /// programs, or a file.
    ///
    /// A slash at the end is no other address. What a sentence puts behind a link, such as a full stop or a bracket, is no part
    /// of it.
    pub fn read(path: &str) -> Option<Self> {
        let Ok(path) = percent_decode_str(path).decode_utf8() else { return Some(Address::Nobody) };
        let path = path.trim_end_matches('/');
        let path =
            Some(path.trim_end_matches(|c: char| !c.is_alphanumeric())).filter(|path| !path.is_empty()).unwrap_or(path);
        let (first, rest) = path.split_once('/').map_or((path, None), |(first, rest)| (first, Some(rest)));
        if PROGRAMS.contains(&first) {
            return None;
        }
        let known = |words: &[&'static str]| words.iter().find(|word| **word == first).copied();
        let page = match rest {
            None => known(&ALONE).map(|word| Address::Page { word, name: None }),
            Some(name) => known(&NAMED)
                .filter(|_| !name.contains('/'))
                .map(|word| Address::Page { word, name: Some(name.to_owned()) }),
        };
        match page {
            None if is_file(path) => None,
            page => Some(page.unwrap_or(Address::Nobody)),
        }
    }
}

/// The path of a page of the client.
pub fn path(word: &str, name: Option<&str>) -> String {
    match name {
        None => format!("/{word}"),
        Some(name) => format!("/{word}/{}", utf8_percent_encode(name, &UNSAFE)),
    }
}

/// Whether the last part of the path has an ending, as a file's name does.
fn is_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| !ending.is_empty() && ending.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(word: &'static str, name: Option<&str>) -> Option<Address> {
        Some(Address::Page { word, name: name.map(str::to_owned) })
    }

    #[test]
    fn the_clients_addresses_are_its_own_alone() {
        for (path, word, name) in [
            ("", "", None),
            ("events", "events", None),
            ("events/x-1", "events", Some("x-1")),
            ("pods/0190", "pods", Some("0190")),
            ("i/abc", "i", Some("abc")),
            ("me", "me", None),
            ("signin", "signin", None),
            ("reset", "reset", None),
            ("signin.", "signin", None),
            ("pods/0190).", "pods", Some("0190")),
        ] {
            assert_eq!(Address::read(path), page(word, name), "{path}");
            assert_eq!(Address::read(&format!("{path}/")), page(word, name), "{path}/");
        }
        for path in
            ["event", "me/x", "events/a/b", "i", "i/)", "i//", "pods", "/events", "etc/passwd", "%ff", ")", "EVENTS"]
        {
            assert_eq!(Address::read(path), Some(Address::Nobody), "{path}");
        }
        for path in [
            "v1",
            "v1/me",
            "docs",
            "docs/x",
            "openapi.json",
            "metrics",
            "socket/websocket",
            "index.html",
            "assets/x.js",
            "assets",
            "nothing.png",
            ".gitkeep",
            "../Cargo.toml",
            "assets/..%2f..%2fCargo.toml",
        ] {
            assert_eq!(Address::read(path), None, "{path}");
        }
    }

    #[test]
    fn what_a_sentence_puts_behind_a_link_is_no_part_of_it() {
        for behind in
            [".", ")", ",", ").", "!", "?%21", "%29", "%E2%80%9D", "%C2%BB", "%E3%80%82", "/", "./", "%22", "*_"]
        {
            assert_eq!(Address::read(&format!("i/abc{behind}")), page("i", Some("abc")), "{behind}");
            assert_eq!(Address::read(&format!("events/low-1{behind}")), page("events", Some("low-1")), "{behind}");
        }
        // Letters are no signs.
        assert_eq!(Address::read("i/abc%C3%A4"), page("i", Some("abcä")));
    }

    #[test]
    fn a_path_is_encoded_again() {
        assert_eq!(path("", None), "/");
        assert_eq!(path("pods", Some("a-\"b>")), "/pods/a-%22b%3E");
    }
}
