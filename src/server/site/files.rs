//! The files of the client.
//!
//! The build names each asset by its content, so that browsers keep it for ever. It also compresses each file once, as
//! well as possible, so that no request waits for it.

use std::borrow::Cow;
use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    self, AcceptEncoding, ETag, Encoding, EntityTag, Header, HeaderValue, Preference, Quality,
};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use rust_embed::RustEmbed;

use crate::foundation::http::is_held;

/// The name of the coding without compression.
const PLAIN: &str = "identity";

/// The client's page. It is filled in for each address, and not served as a file.
const INDEX: &str = "index.html";

/// The list of the client's pages. It is for the server, and not served as a file.
const LIST: &str = "pages.json";

/// The folder of the files that are named by their content.
const HASHED: &str = "assets/";

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Built;

/// A file of the client.
pub struct Asset {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    kind: HeaderValue,
    tag: String,
}

/// The files of the web client, by path.
pub struct Files(HashMap<String, Asset>);

impl Files {
    /// Loads the files in the binary, or in a debug build those of the folder.
    pub fn load() -> Self {
        let names: Vec<Cow<'static, str>> = Built::iter().filter(|name| !is_compressed(name)).collect();
        let assets = names.into_iter().filter_map(|name| Some((name.to_string(), Asset::load(&name)?)));
        Files(assets.filter(|(name, _)| !name.starts_with('.')).collect())
    }

    /// Removes and returns the client's page, if there is one.
    pub fn take_page(&mut self) -> Option<String> {
        self.take(INDEX)
    }

    /// Removes and returns the list of the client's pages, if there is one.
    pub fn take_list(&mut self) -> Option<String> {
        self.take(LIST)
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name).map(|asset| String::from_utf8_lossy(&asset.plain).into_owned())
    }

    /// Returns the file with this name.
    pub fn get(&self, name: &str) -> Option<&Asset> {
        self.0.get(name)
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

    /// Answers with the file, or with 304 if the client has it.
    pub fn answer(&self, request: &HttpRequest, lifetime: &'static str) -> HttpResponse {
        let (coding, body) = self.coded(request);
        // Each coding is a form of its own, with its own tag.
        let tag = EntityTag::new_strong(format!("{}-{coding}", self.tag));
        let fresh = is_held(request, &tag);
        let mut answer = HttpResponseBuilder::new(if fresh { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
        answer
            .insert_header(ETag(tag))
            .insert_header((header::CACHE_CONTROL, lifetime))
            .insert_header((header::VARY, "accept-encoding"))
            .insert_header((header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"));
        if fresh {
            return answer.finish();
        }
        // A font is compressed already; the header keeps the server from compressing it again.
        if coding != PLAIN || self.kind == "font/woff2" {
            answer.insert_header((header::CONTENT_ENCODING, coding));
        }
        answer.content_type(self.kind.clone()).body(body.clone())
    }

    fn coded(&self, request: &HttpRequest) -> (&'static str, &Bytes) {
        // A malformed header asks for no coding.
        let accepted = AcceptEncoding::parse(request).unwrap_or(AcceptEncoding(Vec::new()));
        if let Some(brotli) = self.brotli.as_ref().filter(|_| accepts(&accepted, Encoding::brotli())) {
            return ("br", brotli);
        }
        if let Some(gzip) = self.gzip.as_ref().filter(|_| accepts(&accepted, Encoding::gzip())) {
            return ("gzip", gzip);
        }
        (PLAIN, &self.plain)
    }
}

fn is_compressed(name: &str) -> bool {
    name.ends_with(".br") || name.ends_with(".gz")
}

/// Returns `true` if the client accepts this coding by name; `q=0` refuses it.
fn accepts(accepted: &AcceptEncoding, coding: Encoding) -> bool {
    let coding = Preference::Specific(coding);
    accepted.iter().any(|entry| entry.item == coding && entry.quality > Quality::ZERO)
}

/// Returns the `Cache-Control` of a file.
pub fn lifetime(name: &str) -> &'static str {
    if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" }
}

/// Returns the media type by a file's extension. Text is UTF-8.
fn media_type(name: &str) -> HeaderValue {
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let kind = if kind.type_() == mime_guess::mime::TEXT { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    HeaderValue::try_from(kind).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn codings_are_taken_as_they_are_offered() {
        let accepting = |list: &str| {
            let request = TestRequest::default().insert_header((header::ACCEPT_ENCODING, list)).to_http_request();
            let accepted = AcceptEncoding::parse(&request).expect("a list");
            (accepts(&accepted, Encoding::brotli()), accepts(&accepted, Encoding::gzip()))
        };
        assert_eq!(accepting("gzip, deflate, br;q=0.9"), (true, true));
        assert_eq!(accepting("gzip, deflate, br, zstd"), (true, true));
        assert_eq!(accepting("GZIP ; q=0.001,,deflate"), (false, true));
        assert_eq!(accepting("gzip;q=0, br; q=0.0"), (false, false));
        assert_eq!(accepting("br;q=0.000, gzip;q=1.0, *;q=0"), (false, true));
        for nothing in ["", "brotli", "*", "identity", "x-gzip"] {
            assert_eq!(accepting(nothing), (false, false), "{nothing}");
        }
    }

    #[test]
    fn every_ending_that_the_client_has_has_its_media_type() {
        for (name, kind) in [
            ("index.html", "text/html; charset=utf-8"),
            ("assets/index-1a.js", "text/javascript; charset=utf-8"),
            ("assets/index-1a.css", "text/css; charset=utf-8"),
            ("list.json", "application/json"),
            ("manifest.webmanifest", "application/manifest+json"),
            ("icons/podium.svg", "image/svg+xml"),
            ("icons/share.png", "image/png"),
            ("favicon.ico", "image/x-icon"),
            ("assets/a.woff2", "font/woff2"),
            ("robots.txt", "text/plain; charset=utf-8"),
            ("LICENCE", "application/octet-stream"),
            ("a.nothing", "application/octet-stream"),
        ] {
            assert_eq!(media_type(name), kind, "{name}");
        }
    }

    #[test]
    fn a_form_that_is_held_is_not_sent_again() {
        let asset = Asset {
            plain: Bytes::from_static(b"plain"),
            brotli: Some(Bytes::from_static(b"brotli")),
            gzip: None,
            kind: media_type("a.js"),
            tag: "0a".to_owned(),
        };
        let ask = |held: &'static str, codings: &'static str| {
            let request = TestRequest::default()
                .insert_header((header::IF_NONE_MATCH, held))
                .insert_header((header::ACCEPT_ENCODING, codings))
                .to_http_request();
            let answer = asset.answer(&request, "no-cache");
            (
                answer.status().as_u16(),
                answer.headers().get(header::ETAG).expect("a tag").to_str().expect("ASCII").to_owned(),
            )
        };
        let (brotli, plain) = ("\"0a-br\"".to_owned(), "\"0a-identity\"".to_owned());
        assert_eq!(ask("\"0a-br\"", "br"), (304, brotli.clone()));
        assert_eq!(ask("\"x\", W/\"0a-br\"", "gzip, br"), (304, brotli.clone()));
        assert_eq!(ask("\"0a-identity\"", "br"), (200, brotli));
        assert_eq!(ask("\"0a-br\"", "gzip"), (200, plain.clone()));
        assert_eq!(ask("0a-identity", ""), (200, plain));
    }
}
