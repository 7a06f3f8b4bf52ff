//! The web client, as `web/dist` had it when the binary was built.
//!
//! A debug build reads the folder when it starts instead, so that a change of the client needs no new server. Where the
//! client was never built, its pages say how to; the API does not need it.
//!
//! The build names each asset by its content, so that browsers keep it for ever, and ask for `index.html` each time. It
//! also compresses each file once, as well as can be, so that nothing is compressed while somebody waits.

use std::borrow::Cow;
use std::collections::HashMap;

use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use bytes::Bytes;
use rust_embed::RustEmbed;

use crate::foundation::http;

/// What a page of the client may do: run and load what this server has, talk to this server, show pictures from
/// anywhere. Only the framework's templates may become HTML.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
    img-src 'self' data: https:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
    trusted-types svelte-trusted-html podium-worker";

/// What the page may do that says how to build the client.
const PLAIN_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The coding that is none.
const PLAIN: &str = "identity";

/// The client's page; all its addresses answer this.
const INDEX: &str = "index.html";

/// The folder of files that are named by their content.
const HASHED: &str = "assets/";

/// The first words of the client's addresses, and whether something may follow.
const ADDRESSES: [(&str, bool); 9] = [
    ("", false),
    ("events", true),
    ("pods", true),
    ("i", true),
    ("me", false),
    ("signin", false),
    ("signup", false),
    ("verify", false),
    ("reset", false),
];

/// Shown where the client was not built.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Podium</title>\
    <h1>Podium is running</h1>\
    <p>This server was built without its web client. <code>make run</code> builds both; or build the client alone, \
    with Node 20.19 or later, then the server again:</p>\
    <pre>make web\ncargo build</pre>\
    <p>The API needs no client: see <a href=\"/docs\">/docs</a>.</p></html>\n";

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Built;

/// A file of the client.
struct Asset {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    kind: String,
    tag: String,
}

/// The web client's files, by their paths.
pub struct Site(HashMap<String, Asset>);

impl Site {
    /// Takes the files that the binary has, or of a debug build, those of the folder.
    pub fn load() -> Self {
        let names: Vec<Cow<'static, str>> = Built::iter().filter(|name| !is_compressed(name)).collect();
        let assets = names.into_iter().filter_map(|name| Some((name.to_string(), Asset::load(&name)?)));
        Site(assets.filter(|(name, _)| !name.starts_with('.')).collect())
    }

    fn find(&self, request: &HttpRequest) -> Option<HttpResponse> {
        if request.method() != Method::GET {
            return None;
        }
        let name = request.path().trim_start_matches('/');
        if let Some(asset) = self.0.get(name).filter(|_| name != INDEX) {
            return Some(asset.answer(request, lifetime(name)));
        }
        if !is_address(name) || !wants_page(request.headers()) {
            return None;
        }
        let Some(index) = self.0.get(INDEX) else {
            let mut page = HttpResponse::Ok();
            page.insert_header((header::CONTENT_SECURITY_POLICY, PLAIN_POLICY));
            return Some(page.content_type("text/html; charset=utf-8").body(NOT_BUILT));
        };
        Some(index.answer(request, "no-cache"))
    }
}

impl Asset {
    fn load(name: &str) -> Option<Self> {
        let file = Built::get(name)?;
        let bytes = |file: rust_embed::EmbeddedFile| match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        let hash = file.metadata.sha256_hash();
        Some(Asset {
            tag: hash[..16].iter().map(|byte| format!("{byte:02x}")).collect(),
            kind: media_type(name),
            brotli: Built::get(&format!("{name}.br")).map(bytes),
            gzip: Built::get(&format!("{name}.gz")).map(bytes),
            plain: bytes(file),
        })
    }

    fn answer(&self, request: &HttpRequest, lifetime: &'static str) -> HttpResponse {
        let (coding, body) = self.coded(request.headers());
        // Another coding is another form, and so another tag.
        let tag = format!("\"{}-{coding}\"", self.tag);
        let known = request.headers().get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
        let fresh = known.is_some_and(|tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag));
        let mut answer = HttpResponseBuilder::new(if fresh { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
        answer
            .insert_header((header::ETAG, tag))
            .insert_header((header::CACHE_CONTROL, lifetime))
            .insert_header((header::VARY, "accept-encoding"))
            .insert_header(("Cross-Origin-Opener-Policy", "same-origin"));
        if fresh {
            return answer.finish();
        }
        // A font is compressed in itself; said aloud, so that the server does not try.
        if coding != PLAIN || self.kind == "font/woff2" {
            answer.insert_header((header::CONTENT_ENCODING, coding));
        }
        if self.kind.starts_with("text/html") {
            answer.insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY));
        }
        answer.content_type(self.kind.as_str()).body(body.clone())
    }

    fn coded(&self, headers: &HeaderMap) -> (&'static str, &Bytes) {
        if let Some(brotli) = self.brotli.as_ref().filter(|_| accepts(headers, "br")) {
            return ("br", brotli);
        }
        if let Some(gzip) = self.gzip.as_ref().filter(|_| accepts(headers, "gzip")) {
            return ("gzip", gzip);
        }
        (PLAIN, &self.plain)
    }
}

/// The app's default service: the web client, and for everything else the refusal.
pub async fn serve(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    match site.find(&request) {
        Some(answer) => answer,
        None => http::fallback(request).await.map_into_boxed_body(),
    }
}

fn is_compressed(name: &str) -> bool {
    name.ends_with(".br") || name.ends_with(".gz")
}

/// Whether the client has a page there.
fn is_address(path: &str) -> bool {
    let mut words = path.split('/');
    let first = words.next().unwrap_or_default();
    let rest: Vec<&str> = words.collect();
    let known = ADDRESSES.iter().find(|(word, _)| *word == first);
    known.is_some_and(|(_, more)| rest.is_empty() || *more && rest.len() == 1 && !rest[0].is_empty())
}

/// Whether somebody wants to look at a page, rather than a program to read an answer.
fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept
        .is_some_and(|accept| accept.split(',').any(|kind| kind.split(';').next().map(str::trim) == Some("text/html")))
}

/// Whether the client takes this coding; `q=0` says that it does not.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let refused = parts.any(|part| part.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0));
        named && !refused
    })
}

fn lifetime(name: &str) -> &'static str {
    if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn media_type(name: &str) -> String {
    let ending = name.rsplit('.').next().unwrap_or_default();
    match ending {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_clients_addresses_are_its_own_alone() {
        for path in ["", "events", "events/x-1", "pods/0190", "i/abc", "me", "signin", "reset"] {
            assert!(is_address(path), "{path}");
        }
        for path in ["v1", "v1/me", "event", "me/x", "events/", "events/a/b", "docs", "index.html", "socket/websocket"]
        {
            assert!(!is_address(path), "{path}");
        }
    }

    #[test]
    fn codings_are_taken_as_they_are_offered() {
        let accepting = |list: &str| {
            let request = TestRequest::default().insert_header((header::ACCEPT_ENCODING, list)).to_http_request();
            (accepts(request.headers(), "br"), accepts(request.headers(), "gzip"))
        };
        assert_eq!(accepting("gzip, deflate, br;q=0.9"), (true, true));
        assert_eq!(accepting("gzip;q=0, br; q=0.0"), (false, false));
        assert_eq!(accepting("brotli"), (false, false));
    }

    #[test]
    fn only_those_who_look_are_shown_a_page() {
        let wants = |accept: &str| {
            let request = TestRequest::default().insert_header((header::ACCEPT, accept)).to_http_request();
            wants_page(request.headers())
        };
        assert!(wants("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"));
        assert!(!wants("*/*") && !wants("application/json"));
    }
}
