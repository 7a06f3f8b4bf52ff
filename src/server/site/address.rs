//! Tells the client's addresses, the API's, and unknown ones apart.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;

/// The first words of addresses for programs: the API's, the operators', and the folders of files.
const PROGRAMS: [&str; 9] = ["v1", "socket", "docs", "openapi.json", "metrics", "healthz", "readyz", "assets", "icons"];

/// The characters that are percent-encoded in a name.
const UNSAFE: AsciiSet = NON_ALPHANUMERIC.remove(b'-');

/// A page of the client, as its build lists it in `pages.json` (from `web/src/pages.ts`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ClientPage {
    /// The name in the table.
    pub page: String,
    /// The address, such as `/events/:id`; `:id` stands for any one word.
    path: String,
    /// The scripts and styles that the page needs besides those of every page.
    pub files: Vec<String>,
}

/// All pages of the client.
#[derive(Debug)]
pub struct Pages(Vec<ClientPage>);

/// The page that a path asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Address<'a> {
    /// A page of the client.
    Page {
        /// The page.
        page: &'a ClientPage,
        /// The words in the place of its parameters, decoded.
        names: Vec<String>,
    },
    /// An unknown page.
    Unknown,
}

impl Pages {
    /// Parses the list as the client's build writes it. Without one there is only the page at `/`, which says that the
    /// client was not built.
    pub fn read(list: Option<&str>) -> Self {
        let listed = list.and_then(|list| match serde_json::from_str(list) {
            Ok(pages) => Some(pages),
            Err(error) => {
                tracing::error!(%error, "pages.json of the web client could not be parsed: build the client again");
                None
            }
        });
        let alone = || vec![ClientPage { page: "inbox".into(), path: "/".into(), files: Vec::new() }];
        Pages(listed.unwrap_or_else(alone))
    }

    /// Parses a path, without its leading slash. Returns `None` for an address of programs and for a file.
    ///
    /// A trailing slash is ignored, and so is punctuation that the sentence around a link may add, such as a full stop
    /// or a bracket.
    pub fn find(&self, path: &str) -> Option<Address<'_>> {
        let Ok(path) = percent_decode_str(path).decode_utf8() else { return Some(Address::Unknown) };
        let path = path.trim_end_matches('/');
        let path =
            Some(path.trim_end_matches(|c: char| !c.is_alphanumeric())).filter(|path| !path.is_empty()).unwrap_or(path);
        let words: Vec<&str> = path.split('/').collect();
        if PROGRAMS.contains(&words[0]) {
            return None;
        }
        let page = self.0.iter().find_map(|page| Some(Address::Page { page, names: page.names(&words)? }));
        match page {
            None if is_file(path) => None,
            page => Some(page.unwrap_or(Address::Unknown)),
        }
    }
}

impl ClientPage {
    fn words(&self) -> impl Iterator<Item = &str> {
        self.path.trim_start_matches('/').split('/')
    }

    /// Returns the words in the place of the parameters, if these are the words of the page's address.
    fn names(&self, words: &[&str]) -> Option<Vec<String>> {
        if self.words().count() != words.len() {
            return None;
        }
        let mut names = Vec::new();
        for (wanted, word) in self.words().zip(words) {
            match wanted.starts_with(':') {
                true if word.is_empty() => return None,
                true => names.push((*word).to_owned()),
                false if wanted != *word => return None,
                false => {}
            }
        }
        Some(names)
    }

    /// Returns the page's address with these names.
    pub fn address(&self, names: &[String]) -> String {
        let mut names = names.iter();
        let words = self.words().map(|word| match word.strip_prefix(':').and_then(|_| names.next()) {
            Some(name) => utf8_percent_encode(name, &UNSAFE).to_string(),
            None => word.to_owned(),
        });
        format!("/{}", words.collect::<Vec<_>>().join("/"))
    }
}

/// Returns `true` if the last part of the path has an extension, as a file's name does.
fn is_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| !ending.is_empty() && ending.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages() -> Pages {
        Pages::read(Some(
            r#"[{"page":"inbox","path":"/","files":["/assets/a.js"]},{"page":"pod","path":"/pods/:id","files":[]},
            {"page":"events","path":"/events","files":[]},{"page":"event","path":"/events/:id","files":[]},
            {"page":"me","path":"/me","files":[]},{"page":"invite","path":"/i/:code","files":[]},
            {"page":"seat","path":"/halls/:hall/seats/:seat","files":[]},{"page":"signin","path":"/signin","files":[]}]"#,
        ))
    }

    fn found(path: &str) -> Option<(String, Vec<String>)> {
        match pages().find(path)? {
            Address::Page { page, names } => Some((page.page.clone(), names)),
            Address::Unknown => Some(("nobody".to_owned(), Vec::new())),
        }
    }

    fn page(page: &str, names: &[&str]) -> Option<(String, Vec<String>)> {
        Some((page.to_owned(), names.iter().map(|name| (*name).to_owned()).collect()))
    }

    #[test]
    fn the_clients_addresses_are_its_own_alone() {
        for (path, name, names) in [
            ("", "inbox", &[][..]),
            ("events", "events", &[]),
            ("events/x-1", "event", &["x-1"]),
            ("pods/0190", "pod", &["0190"]),
            ("i/abc", "invite", &["abc"]),
            ("me", "me", &[]),
            ("signin", "signin", &[]),
            ("signin.", "signin", &[]),
            ("pods/0190).", "pod", &["0190"]),
            ("halls/a/seats/b", "seat", &["a", "b"]),
        ] {
            assert_eq!(found(path), page(name, names), "{path}");
            assert_eq!(found(&format!("{path}/")), page(name, names), "{path}/");
        }
        for path in [
            "event",
            "me/x",
            "events/a/b",
            "i",
            "i/)",
            "i//",
            "pods",
            "/events",
            "etc/passwd",
            "%ff",
            ")",
            "EVENTS",
            "halls//seats/b",
            ":id",
        ] {
            assert_eq!(found(path), page("nobody", &[]), "{path}");
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
            assert_eq!(found(path), None, "{path}");
        }
    }

    #[test]
    fn what_a_sentence_puts_behind_a_link_is_no_part_of_it() {
        for behind in
            [".", ")", ",", ").", "!", "?%21", "%29", "%E2%80%9D", "%C2%BB", "%E3%80%82", "/", "./", "%22", "*_"]
        {
            assert_eq!(found(&format!("i/abc{behind}")), page("invite", &["abc"]), "{behind}");
            assert_eq!(found(&format!("events/low-1{behind}")), page("event", &["low-1"]), "{behind}");
        }
        // Letters are not punctuation.
        assert_eq!(found("i/abc%C3%A4"), page("invite", &["abcä"]));
    }

    #[test]
    fn an_address_is_encoded_again() {
        let address = |path: &str| match pages().find(path) {
            Some(Address::Page { page, names }) => page.address(&names),
            other => panic!("{other:?}"),
        };
        assert_eq!(address(""), "/");
        assert_eq!(address("pods/a-\"b%3Ec"), "/pods/a-%22b%3Ec");
        assert_eq!(address("halls/a%20b/seats/c"), "/halls/a%20b/seats/c");
    }

    #[test]
    fn without_a_list_there_is_the_first_page_alone() {
        for list in [None, Some("[{}]")] {
            let pages = Pages::read(list);
            assert!(matches!(pages.find(""), Some(Address::Page { .. })));
            assert_eq!(pages.find("events"), Some(Address::Unknown));
            assert_eq!(pages.find("v1/me"), None);
        }
    }
}
