//! The client's files.
//!
//! The build names each asset by its content, so that browsers keep it for ever. It also compresses each file once, as
//! well as can be, so that nothing is compressed while somebody waits.

use std::borrow::Cow;
use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use rust_embed::RustEmbed;

/// The coding that is none.
const PLAIN: &str = "identity";

/// The client's page, which is no file: it is filled in for each address.
const INDEX: &str = "index.html";

/// The folder of files that are named by their content.
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
    kind: &'static str,
    tag: String,
}

/// The web client's files, by their paths.
pub struct Files(HashMap<String, Asset>);

impl Files {
    /// Takes the files that the binary has, or of a debug build, those of the folder.
    pub fn load() -> Self {
        let names: Vec<Cow<'static, str>> = Built::iter().filter(|name| !is_compressed(name)).collect();
        let assets = names.into_iter().filter_map(|name| Some((name.to_string(), Asset::load(&name)?)));
        Files(assets.filter(|(name, _)| !name.starts_with('.')).collect())
    }

    /// Takes the client's page out, if there is one.
    pub fn take_page(&mut self) -> Option<String> {
        self.0.remove(INDEX).map(|asset| String::from_utf8_lossy(&asset.plain).into_owned())
    }

    /// Returns the file of this name.
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

    /// Answers with it, or with 304 to whoever has it.
    pub fn answer(&self, request: &HttpRequest, lifetime: &'static str) -> HttpResponse {
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
            .insert_header((header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"));
        if fresh {
            return answer.finish();
        }
        // A font is compressed in itself; said aloud, so that the server does not try.
        if coding != PLAIN || self.kind == "font/woff2" {
            answer.insert_header((header::CONTENT_ENCODING, coding));
        }
        answer.content_type(self.kind).body(body.clone())
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

fn is_compressed(name: &str) -> bool {
    name.ends_with(".br") || name.ends_with(".gz")
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

/// How long a file may be kept.
pub fn lifetime(name: &str) -> &'static str {
    if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn media_type(name: &str) -> &'static str {
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
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

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
}
