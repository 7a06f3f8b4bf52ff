//! The files of the client.
//!
//! The build names each asset by its content, so that browsers keep it for ever. It also compresses each file once, as
//! well as possible, so that no request waits for it.

use std::borrow::Cow;
use std::collections::HashMap;

use actix_web::http::header::HeaderValue;
use bytes::Bytes;
use rust_embed::RustEmbed;

use crate::foundation::http::Asset;

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

/// The files of the web client, by path.
pub struct Files(HashMap<String, Asset>);

impl Files {
    /// Loads the files in the binary, or in a debug build those of the folder.
    pub fn load() -> Self {
        let names: Vec<Cow<'static, str>> = Built::iter().filter(|name| !is_compressed(name)).collect();
        let assets = names.into_iter().filter_map(|name| Some((name.to_string(), load(&name)?)));
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
        self.0.remove(name).map(|asset| String::from_utf8_lossy(asset.plain()).into_owned())
    }

    /// Returns the file with this name.
    pub fn get(&self, name: &str) -> Option<&Asset> {
        self.0.get(name)
    }
}

fn load(name: &str) -> Option<Asset> {
    let file = Built::get(name)?;
    let bytes = |file: rust_embed::EmbeddedFile| match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let [brotli, gzip] = ["br", "gz"].map(|ending| Built::get(&format!("{name}.{ending}")).map(bytes));
    let hash = file.metadata.sha256_hash();
    Some(Asset::built(media_type(name), &hash, bytes(file), brotli, gzip))
}

fn is_compressed(name: &str) -> bool {
    name.ends_with(".br") || name.ends_with(".gz")
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
    use super::*;

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
}
