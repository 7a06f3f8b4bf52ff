//! The page that shows the declarations, and the routes of page and document. The page has no scripts, and is written once
//! when the server starts.

use std::fmt::Write;

use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::document::{ABOUT, CLOSES, Document, SOCKET_PATH, address, frame, key, kinds};
use super::phoenix::names::{JOIN, REPLY};
use super::phoenix::{self, CODES};
use super::{What, example};
use crate::foundation::http::{Asset, FOR_A_RELEASE};

/// The path of the document.
pub const PATH: &str = "/asyncapi.json";

/// The path of the page.
pub const PAGE_PATH: &str = "/docs/socket";

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884;--soft:#8881}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem 1rem 4rem}
h2{margin-top:3rem;border-bottom:1px solid var(--line)}
section{margin:1.5rem 0;padding:.25rem 1rem 1rem;border:1px solid var(--line);border-radius:.5rem}
code,pre{font:.875em/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
pre{background:var(--soft);padding:.5rem .75rem;border-radius:.25rem;white-space:pre-wrap}
table{border-collapse:collapse;width:100%}
th,td{text-align:start;vertical-align:top;padding:.25rem .75rem .25rem 0;border-top:1px solid var(--line)}
nav a{margin-inline-end:1rem;white-space:nowrap}";

/// Registers the document and its page.
pub fn serve(config: &mut web::ServiceConfig, page: &web::Data<Page>) {
    config.app_data(page.clone()).route(PATH, web::get().to(as_json)).route(PAGE_PATH, web::get().to(as_page));
}

async fn as_json(request: HttpRequest, page: web::Data<Page>) -> HttpResponse {
    page.document.answer(&request, FOR_A_RELEASE).await
}

async fn as_page(request: HttpRequest, page: web::Data<Page>) -> HttpResponse {
    let mut answer = page.text.answer(&request, FOR_A_RELEASE).await;
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, page.policy.clone());
    answer
}

/// The document and the page of the declarations, as files.
pub struct Page {
    document: Asset,
    text: Asset,
    policy: HeaderValue,
}

impl Page {
    /// Writes the page of a document.
    pub fn of(document: &Document) -> Self {
        let mut page = Writer { out: String::new(), schemas: &document.json()["components"]["schemas"] };
        page.whole(document);
        let style = STANDARD.encode(Sha256::digest(STYLE));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        Page {
            document: Asset::new(HeaderValue::from_static("application/json"), document.json().to_string()),
            text: Asset::new(HeaderValue::from_static("text/html; charset=utf-8"), page.out),
            policy: HeaderValue::try_from(policy).expect("a digest in base64 is ASCII"),
        }
    }
}

struct Writer<'a> {
    out: String,
    schemas: &'a Value,
}

impl Writer<'_> {
    fn add(&mut self, html: impl AsRef<str>) {
        self.out.push_str(html.as_ref());
        self.out.push('\n');
    }

    fn whole(&mut self, document: &Document) {
        let kinds = kinds(&document.declared);
        self.add("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Podium's sockets</title>");
        self.add("<meta name=\"viewport\" content=\"width=device-width\">");
        self.add(format!("<style>{STYLE}</style></head><body><h1>Podium's sockets</h1>"));
        self.add(prose(ABOUT));
        self.add(format!(
            "<p>The same as AsyncAPI 3: <a href=\"{PATH}\">{PATH}</a>. HTTP: <a href=\"/docs/\">/docs</a>. A socket is opened at \
             <code>GET {SOCKET_PATH}?vsn=2.0.0&amp;token=…</code>; the token may also come as <code>Authorization: Bearer</code>, or \
             as the subprotocol <code>base64url.bearer.phx.…</code>.</p>"
        ));
        let topics = kinds.iter().map(|kind| format!("<a href=\"#{kind}\"><code>{}</code></a>", address(kind)));
        let rest =
            ["<a href=\"#codes\">codes</a>", "<a href=\"#closes\">close codes</a>", "<a href=\"#types\">types</a>"];
        let links: Vec<String> = topics.chain(rest.map(str::to_owned)).collect();
        self.add(format!("<nav>{}</nav>", links.join(" ")));
        for kind in kinds {
            self.kind(kind, document);
        }
        self.add("<h2 id=\"codes\">Codes of refusals</h2><table>");
        for (code, what) in CODES {
            self.add(format!("<tr><td><code>{code}</code></td><td>{}</td></tr>", inline(what)));
        }
        self.add("</table><h2 id=\"closes\">Close codes</h2><table>");
        for (ending, what) in CLOSES {
            self.add(format!("<tr><td><code>{}</code></td><td>{}</td></tr>", ending.code(), inline(what)));
        }
        self.add("</table><h2 id=\"types\">Types</h2>");
        for (name, schema) in self.schemas.as_object().into_iter().flatten() {
            self.add(format!("<section id=\"type.{name}\"><h3><code>{name}</code></h3>"));
            self.schema(schema);
            self.add("</section>");
        }
        self.add("</body></html>");
    }

    fn kind(&mut self, kind: &str, document: &Document) {
        self.add(format!("<h2 id=\"{kind}\"><code>{}</code></h2>", address(kind)));
        let of_kind: Vec<_> = document.declared.iter().filter(|each| phoenix::is_of(each, kind)).collect();
        for each in &of_kind {
            let What::Topic { join, .. } = each.what else { continue };
            self.add(prose(&each.text()));
            let messages = &document.json()["components"]["messages"];
            let answer = messages[format!("{kind}.reply.{JOIN}")]["payload"]["properties"]["response"].clone();
            let payload = json!({"$ref": format!("#/components/schemas/{}", (join.name)())});
            self.push(kind, JOIN, "Joins the topic. A second join of it closes the first.", &payload, &answer);
        }
        for each in &of_kind {
            if let What::Push { name, payload, reply, .. } = each.what {
                let [payload, reply] =
                    [payload, reply].map(|shape| json!({"$ref": format!("#/components/schemas/{}", (shape.name)())}));
                self.push(kind, name, &each.text(), &payload, &reply);
            }
        }
        for each in &of_kind {
            if let What::Event { name, payload } = each.what {
                let payload = json!({"$ref": format!("#/components/schemas/{}", (payload.name)())});
                self.add(format!("<section id=\"{kind}.send.{}\"><h3>Sends <code>{name}</code></h3>", key(name)));
                self.add(prose(&each.text()));
                self.add(format!("<p>Payload: {}</p>", of_type(&payload)));
                self.example(kind, name, None, &payload);
                self.add("</section>");
            }
        }
    }

    fn push(&mut self, kind: &str, name: &str, about: &str, payload: &Value, reply: &Value) {
        self.add(format!("<section id=\"{kind}.receive.{}\"><h3>Push <code>{name}</code></h3>", key(name)));
        self.add(prose(about));
        self.add(format!("<p>Payload: {}. Reply: {}</p>", of_type(payload), of_type(reply)));
        self.example(kind, name, Some(name), payload);
        let answer = json!({
            "type": "object",
            "properties": {"status": {"const": "ok"}, "response": reply},
        });
        let empty = Map::new();
        let example = example::of(&answer, self.schemas.as_object().unwrap_or(&empty));
        let framed = frame(kind, REPLY, Some(name), &example);
        self.add(format!("<pre>{}</pre></section>", escape(&framed.to_string())));
    }

    fn example(&mut self, kind: &str, name: &str, asked: Option<&str>, payload: &Value) {
        let empty = Map::new();
        let example = example::of(payload, self.schemas.as_object().unwrap_or(&empty));
        let framed = frame(kind, name, asked, &example);
        self.add(format!("<pre>{}</pre>", escape(&framed.to_string())));
    }

    fn schema(&mut self, schema: &Value) {
        if let Some(about) = schema["description"].as_str() {
            self.add(prose(about));
        }
        if let Some(values) = schema["enum"].as_array() {
            let values: Vec<String> =
                values.iter().map(|value| format!("<code>{}</code>", escape(&value.to_string()))).collect();
            self.add(format!("<p>One of {}.</p>", values.join(", ")));
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            match part.get("$ref") {
                Some(_) => self.add(format!("<p>The fields of {}, and</p>", of_type(part))),
                None => self.schema(part),
            }
        }
        let Some(fields) = schema["properties"].as_object().filter(|fields| !fields.is_empty()) else { return };
        let needed = schema["required"].as_array().cloned().unwrap_or_default();
        self.add("<table>");
        for (name, field) in fields {
            let optional = if needed.contains(&json!(name)) { "" } else { " (may be left out)" };
            let about = inline(field["description"].as_str().unwrap_or_default());
            let row =
                format!("<tr><td><code>{name}</code></td><td>{}{optional}</td><td>{about}</td></tr>", of_type(field));
            self.add(row);
        }
        self.add("</table>");
    }
}

/// Returns a type in words, with links.
fn of_type(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#type.{name}\"><code>{name}</code></a>");
    }
    for (key, with) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")] {
        if let Some(parts) = schema[key].as_array() {
            return parts.iter().map(of_type).collect::<Vec<_>>().join(with);
        }
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        Value::String(one) => one.clone(),
        _ => "any".to_owned(),
    };
    let mut text = escape(&types);
    if let Some(format) = schema["format"].as_str() {
        let _ = write!(text, " ({})", escape(format));
    }
    if let Some(items) = schema.get("items") {
        let _ = write!(text, " of {}", of_type(items));
    }
    text
}

/// Returns Markdown as paragraphs of HTML, as far as the descriptions use it.
fn prose(text: &str) -> String {
    let paragraphs = text.trim().split("\n\n").map(|part| format!("<p>{}</p>", inline(part)));
    paragraphs.collect::<Vec<_>>().join("\n")
}

/// Returns one paragraph with `code`, **bold** and links.
fn inline(text: &str) -> String {
    let mut out = String::new();
    for (nth, part) in escape(text.trim()).split('`').enumerate() {
        match nth % 2 {
            0 => out.push_str(&links(part)),
            _ => {
                let _ = write!(out, "<code>{part}</code>");
            }
        }
    }
    let mut bold = String::new();
    for (nth, part) in out.split("**").enumerate() {
        bold.push_str(if nth == 0 {
            ""
        } else if nth % 2 == 1 {
            "<b>"
        } else {
            "</b>"
        });
        bold.push_str(part);
    }
    bold
}

fn links(text: &str) -> String {
    let Some((before, rest)) = text.split_once('[') else { return text.to_owned() };
    let link = rest.split_once("](").and_then(|(name, rest)| Some((name, rest.split_once(')')?)));
    match link {
        Some((name, (to, after))) if to.starts_with("https://") => {
            format!("{before}<a href=\"{to}\">{name}</a>{}", links(after))
        }
        _ => format!("{before}[{}", links(rest)),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_paragraphs_without_markup_of_their_own() {
        assert_eq!(prose(" A `x<y` is **one**.\n\nTwo."), "<p>A <code>x&lt;y</code> is <b>one</b>.</p>\n<p>Two.</p>");
        assert_eq!(
            inline("see [this](https://e.org/a) or [that]"),
            "see <a href=\"https://e.org/a\">this</a> or [that]"
        );
        assert_eq!(inline("[no](javascript:x)"), "[no](javascript:x)");
    }

    #[test]
    fn the_page_runs_nothing_and_has_the_style_that_its_policy_lets_in() {
        let page = Page::of(&Document::of([]));
        let text = std::str::from_utf8(page.text.plain()).unwrap();
        assert!(!text.contains("<script") && !text.contains("style=\""));
        let (_, rest) = text.split_once("<style>").unwrap();
        let style = rest.split_once("</style>").unwrap().0;
        let policy = page.policy.to_str().unwrap();
        assert!(policy.contains(&STANDARD.encode(Sha256::digest(style))), "{policy}");
    }
}
