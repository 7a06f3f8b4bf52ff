//! The web client, as `web/dist` was when the binary was built: its files, and its page at each of its addresses.
//!
//! A debug build reads the folder at start instead, so that a change of the client needs no new server. Where the
//! client was not built, its pages say how to build it; the API does not need it.
//!
//! A request for an address of the client gets its page, unless it accepts only other types: browsers do, and programs
//! that preview a shared link. The head of the page describes its content ([`page`]). At an unknown address, browsers
//! get the page with 404. Programs, and every request at the API's addresses, get a problem document.

mod address;
mod files;
mod page;

use std::time::Duration;

use actix_web::http::header::{self, Accept, Header};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use tokio::time::timeout;

use self::address::{Address, ClientPage, Pages};
use self::files::Files;
use self::page::{Page, Template};
use crate::foundation::http::{self, AsItIs, Preview, Previews, PublicUrl, tagged};
use crate::foundation::language::Language;

/// The policy of the client's page: it may run and load files of this server, talk to this server, and show pictures
/// from anywhere. Only the framework's templates may become HTML.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
    img-src 'self' data: https:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
    trusted-types svelte-trusted-html podium-worker";

/// The policy of the page that says how to build the client.
const PLAIN_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// How long a page waits for its texts. After that it is served without them.
const PATIENCE: Duration = Duration::from_secs(1);

/// The page of a server without its client.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Podium</title>\
    <h1>Podium is running</h1>\
    <p>This server was built without its web client. <code>make run</code> builds both; or build the client alone, \
    with Node 20.19 or later, then the server again:</p>\
    <pre>make web\ncargo build</pre>\
    <p>The API needs no client: see <a href=\"/docs\">/docs</a>.</p></html>\n";

/// The web client, and the sources of its pages' previews.
pub struct Site {
    files: Files,
    /// `None` where the client was not built.
    template: Option<Template>,
    pages: Pages,
    previews: Vec<Box<dyn Previews>>,
    public: PublicUrl,
}

impl Site {
    /// Loads the files in the binary, or in a debug build those of the folder.
    pub fn load(public: PublicUrl, previews: Vec<Box<dyn Previews>>) -> Self {
        let mut files = Files::load();
        let template = files.take_page().map(|page| Template::read(&page));
        let pages = Pages::read(files.take_list().as_deref());
        Site { files, template, pages, previews, public }
    }

    async fn find(&self, request: &HttpRequest) -> Option<HttpResponse> {
        if request.method() != Method::GET {
            return None;
        }
        let path = request.path().strip_prefix('/')?;
        if let Some(file) = self.files.get(path) {
            return Some(file.answer(request, files::lifetime(path)).await);
        }
        let address = self.pages.find(path)?;
        wants_page(request).then_some(())?;
        let language = Language::preferred(request).unwrap_or_default();
        let (status, page, files) = match &address {
            Address::Page { page, names } => {
                let (status, about) = self.page(page, names, language).await;
                (status, about, &page.files[..])
            }
            Address::Unknown => (StatusCode::NOT_FOUND, Page::Nothing, &[][..]),
        };
        Some(self.answer(request, status, &page, language, files))
    }

    /// Returns the page at an address of the client.
    async fn page(&self, page: &ClientPage, names: &[String], language: Language) -> (StatusCode, Page) {
        let general = || Page::General { path: page.address(names) };
        let kind = self.previews.iter().find(|previews| previews.page() == page.page);
        let Some((previews, name)) = kind.zip(names.first()) else { return (StatusCode::OK, general()) };
        match timeout(PATIENCE, previews.find(name, language)).await {
            Ok(Ok(Some(preview))) => (StatusCode::OK, Page::About(Preview::in_lines(preview))),
            Ok(Ok(None)) => (StatusCode::NOT_FOUND, Page::Nothing),
            // The client shows the error itself, and works with what it has stored.
            Ok(Err(cause)) => {
                tracing::debug!(%cause, "a page is served without its texts");
                (StatusCode::OK, general())
            }
            Err(_) => (StatusCode::OK, general()),
        }
    }

    fn answer(
        &self,
        request: &HttpRequest,
        status: StatusCode,
        page: &Page,
        language: Language,
        files: &[String],
    ) -> HttpResponse {
        let (body, policy) = match &self.template {
            Some(template) => (template.fill(page, language, files, &self.public), PAGE_POLICY),
            None => (NOT_BUILT.to_owned(), PLAIN_POLICY),
        };
        let asked_each_time = header::CacheControl(vec![header::CacheDirective::NoCache]);
        let mut answer = tagged(request, status, body.into_bytes(), "text/html; charset=utf-8", asked_each_time);
        let headers = answer.headers_mut();
        for (name, value) in [
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
            (header::VARY, "accept, accept-language"),
        ] {
            headers.append(name, header::HeaderValue::from_static(value));
        }
        answer.extensions_mut().insert(AsItIs);
        answer
    }
}

/// The app's default service: the web client, and a problem document for every other request.
pub async fn serve(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    match site.find(&request).await {
        Some(answer) => answer,
        None => http::fallback(request).await.map_into_boxed_body(),
    }
}

/// Returns `true` if the request accepts a page: it names no type, or HTML is among those that it accepts.
fn wants_page(request: &HttpRequest) -> bool {
    if request.headers().get(header::ACCEPT).is_none_or(|accept| accept.is_empty()) {
        return true;
    }
    // A malformed header does not come from our programs.
    let Some(Accept(kinds)) = Accept::parse(request).ok().filter(|kinds| !kinds.is_empty()) else { return true };
    // The most specific type decides.
    let closeness = kinds.iter().filter_map(|kind| {
        let close = match (kind.item.type_().as_str(), kind.item.subtype().as_str()) {
            ("text", "html") => 2,
            ("text", "*") => 1,
            ("*", "*") => 0,
            _ => return None,
        };
        Some((close, kind.quality))
    });
    let closest = closeness.max_by_key(|(close, _)| *close);
    closest.is_some_and(|(_, quality)| quality > header::Quality::ZERO)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_page_is_served_unless_only_other_types_are_accepted() {
        let wants = |accept: &str| {
            wants_page(&TestRequest::default().insert_header((header::ACCEPT, accept)).to_http_request())
        };
        assert!(wants_page(&TestRequest::default().to_http_request()));
        for yes in [
            "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
            "*/*",
            "",
            "text/*;q=0.1",
            "application/json, text/plain, */*",
            "application/json, text/html;q=0.5",
            "nonsense",
        ] {
            assert!(wants(yes), "{yes}");
        }
        for no in ["application/json", "application/problem+json, application/json", "image/*", "text/html;q=0, */*"] {
            assert!(!wants(no), "{no}");
        }
    }
}
