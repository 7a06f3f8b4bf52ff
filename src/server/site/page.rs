//! The client's page, with a head that describes its content: for tabs, search engines, and previews of shared links.

use crate::foundation::http::{Preview, PublicUrl};
use crate::foundation::language::Language;

/// The marks in `web/index.html` around the head of all pages.
const MARKS: [&str; 2] = ["<!-- page -->", "<!-- /page -->"];

/// The name of the site.
const NAME: &str = "Podium";

/// The picture of all pages. `web/scripts/share.mjs` draws it.
const PICTURE: &str = "/icons/share.png";

/// The language attribute in `web/index.html`.
const BUILT_IN: &str = "lang=\"en\"";

/// The texts of pages in one language. Features have texts of their own.
struct Texts {
    /// The description of pages without one of their own.
    general: &'static str,
    /// The title of an unknown page.
    nothing: &'static str,
    /// The text alternative of the picture.
    picture: &'static str,
}

fn texts(language: Language) -> Texts {
    match language {
        Language::English => Texts {
            general: "Find your crew for the show: see who goes, and meet in a pod of five.",
            nothing: "Nothing here",
            picture: "Five seats in the light of one lamp, in a dark hall",
        },
        Language::German => Texts {
            general: "Finde deine Crew für das Konzert: Sieh, wer hingeht, und trefft euch zu fünft in einem Pod.",
            nothing: "Hier ist nichts",
            picture: "Fünf Plätze im Licht einer Lampe, in einem dunklen Saal",
        },
    }
}

/// The content of a page.
#[derive(Debug)]
pub enum Page {
    /// A page with texts of its own.
    About(Preview),
    /// A page with the general texts.
    General {
        /// The path of the page.
        path: String,
    },
    /// An unknown page.
    Nothing,
}

/// The client's page, without its head.
#[derive(Debug)]
pub struct Template {
    before: String,
    /// What follows the head; `None` if the page has no marks.
    behind: Option<String>,
}

impl Template {
    /// Parses the page as it was built.
    pub fn read(page: &str) -> Self {
        let parts = page.split_once(MARKS[0]).and_then(|(before, rest)| Some((before, rest.split_once(MARKS[1])?.1)));
        match parts {
            Some((before, behind)) => Template { before: before.to_owned(), behind: Some(behind.to_owned()) },
            None => Template { before: page.to_owned(), behind: None },
        }
    }

    /// Returns the page with its head in this language, for a server with this public address. The browser fetches
    /// `files` while it parses the rest, since the page will need them.
    pub fn fill(&self, page: &Page, language: Language, files: &[String], public: &PublicUrl) -> String {
        let Some(behind) = &self.behind else { return self.before.clone() };
        let before = self.before.replacen(BUILT_IN, &format!("lang=\"{}\"", language.tag()), 1);
        format!("{before}{}{}{behind}", head(page, &texts(language), public), links(files))
    }
}

fn head(page: &Page, texts: &Texts, public: &PublicUrl) -> String {
    let (title, description, path, listed) = match page {
        Page::About(preview) => (&*preview.title, &*preview.description, Some(&*preview.path), preview.listed),
        Page::General { path } => (NAME, texts.general, Some(&**path), true),
        Page::Nothing => (texts.nothing, texts.general, None, false),
    };
    let whole = if title == NAME { NAME.to_owned() } else { format!("{title} · {NAME}") };
    let picture = public.to(PICTURE);
    let mut head = format!("<title>{}</title>", escaped(&whole));
    let mut add = |kind: &str, name: &str, value: &str| {
        head.push_str(&format!("\n    <meta {kind}=\"{name}\" content=\"{}\" />", escaped(value)));
    };
    add("name", "description", description);
    if !listed {
        add("name", "robots", "noindex");
    }
    add("property", "og:site_name", NAME);
    add("property", "og:type", "website");
    add("property", "og:title", title);
    add("property", "og:description", description);
    if let Some(path) = path {
        add("property", "og:url", &public.to(path));
    }
    add("property", "og:image", &picture);
    add("property", "og:image:type", "image/png");
    add("property", "og:image:width", "1200");
    add("property", "og:image:height", "630");
    add("property", "og:image:alt", texts.picture);
    add("name", "twitter:card", "summary_large_image");
    if let Some(path) = path {
        head.push_str(&format!("\n    <link rel=\"canonical\" href=\"{}\" />", escaped(&public.to(path))));
    }
    head
}

/// Returns the links that make a browser fetch these scripts and styles early.
fn links(files: &[String]) -> String {
    let link = |file: &String| {
        // Styles are applied by the script that needs them, in the order of the build.
        let kind = if file.ends_with(".css") { "preload\" as=\"style" } else { "modulepreload" };
        format!("\n    <link rel=\"{kind}\" crossorigin href=\"{}\" />", escaped(file))
    };
    files.iter().map(link).collect()
}

/// Escapes a text for HTML, also between quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use super::*;
    use crate::foundation::settings::Settings;

    fn filled(page: &Page) -> String {
        filled_in(page, Language::English)
    }

    fn filled_in(page: &Page, language: Language) -> String {
        let settings = Settings { public_url: Some("https://podium.example".into()), ..Settings::default() };
        let public = PublicUrl::new(&settings, SocketAddr::from((Ipv4Addr::LOCALHOST, 1)));
        let built = "<html lang=\"en\"><head><!-- page --><title>Podium</title><!-- /page --></head>";
        let files = ["/assets/a.js".into(), "/assets/a.css".into()];
        Template::read(built).fill(page, language, &files, &public)
    }

    #[test]
    fn names_stay_texts() {
        let page = filled(&Page::About(Preview {
            title: "\"><script>alert('&')</script>".into(),
            description: "</title><!-- page -->".into(),
            path: "/events/x".into(),
            listed: true,
        }));
        assert!(page.starts_with(
            "<html lang=\"en\"><head><title>&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt; · Podium</title>"
        ));
        assert!(!page.contains("<script") && !page.contains("<!--"), "{page}");
        assert!(page.contains("<link rel=\"canonical\" href=\"https://podium.example/events/x\" />"), "{page}");
        assert!(page.contains("<link rel=\"modulepreload\" crossorigin href=\"/assets/a.js\" />"), "{page}");
        assert!(page.contains("<link rel=\"preload\" as=\"style\" crossorigin href=\"/assets/a.css\" />"), "{page}");
        assert!(page.ends_with("</head>") && !page.contains("noindex"), "{page}");
    }

    #[test]
    fn where_nothing_is_nothing_is_shown() {
        let page = filled(&Page::Nothing);
        assert!(page.contains("noindex") && !page.contains("canonical") && !page.contains("og:url"), "{page}");
        let general = filled(&Page::General { path: "/".into() });
        assert!(general.contains("<title>Podium</title>"), "{general}");
        assert!(general.contains("content=\"https://podium.example/\""), "{general}");
    }

    #[test]
    fn a_page_speaks_one_language() {
        let page = filled_in(&Page::General { path: "/".into() }, Language::German);
        assert!(page.starts_with("<html lang=\"de\"><head><title>Podium</title>"), "{page}");
        assert!(page.contains("Finde deine Crew") && page.contains("Fünf Plätze"), "{page}");
    }

    #[test]
    fn a_page_without_a_place_stays_as_it_is() {
        let template = Template::read("<head><title>Old</title></head>");
        let public = PublicUrl::new(&Settings::default(), SocketAddr::from((Ipv4Addr::LOCALHOST, 1)));
        let filled = template.fill(&Page::Nothing, Language::German, &[], &public);
        assert_eq!(filled, "<head><title>Old</title></head>");
    }
}
