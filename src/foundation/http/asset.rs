//! Files that are the same for every caller and every request: those of the web client, and those of `/docs`.
//!
//! Each is compressed once: by the build, or at the first request that accepts it compressed. Every coding is kept and
//! has a tag of its own.

use std::io::Write;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    self, AcceptEncoding, ETag, Encoding, EntityTag, Header, HeaderValue, Preference, Quality,
};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::is_held;

/// The name of the coding without compression.
const PLAIN: &str = "identity";

/// A file with its codings.
#[derive(Debug)]
pub struct Asset {
    plain: Bytes,
    brotli: Option<Bytes>,
    /// Empty until the first request that accepts gzip; `None` if compressing gains nothing.
    gzip: OnceCell<Option<Bytes>>,
    kind: HeaderValue,
    tag: String,
}

impl Asset {
    /// Makes a file that is compressed at the first request that accepts it compressed.
    pub fn new(kind: HeaderValue, plain: impl Into<Bytes>) -> Self {
        let plain = plain.into();
        let tag = tag(&Sha256::digest(&plain));
        Asset { plain, brotli: None, gzip: OnceCell::new(), kind, tag }
    }

    /// Makes a file that the build has compressed; `hash` is of its plain content. It is never compressed here.
    pub fn built(kind: HeaderValue, hash: &[u8], plain: Bytes, brotli: Option<Bytes>, gzip: Option<Bytes>) -> Self {
        Asset { plain, brotli, gzip: OnceCell::new_with(Some(gzip)), kind, tag: tag(hash) }
    }

    /// Returns the content without compression.
    pub fn plain(&self) -> &Bytes {
        &self.plain
    }

    /// Answers with the file, or with 304 if the client has it.
    pub async fn answer(&self, request: &HttpRequest, lifetime: &'static str) -> HttpResponse {
        let (coding, body) = self.coded(request).await;
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
        // Also for the plain form: it keeps the server from compressing it, whichever coding the client names.
        answer.insert_header((header::CONTENT_ENCODING, coding));
        answer.content_type(self.kind.clone()).body(body.clone())
    }

    async fn coded(&self, request: &HttpRequest) -> (&'static str, &Bytes) {
        // A malformed header asks for no coding.
        let accepted = AcceptEncoding::parse(request).unwrap_or(AcceptEncoding(Vec::new()));
        if let Some(brotli) = self.brotli.as_ref().filter(|_| accepts(&accepted, Encoding::brotli())) {
            return ("br", brotli);
        }
        if accepts(&accepted, Encoding::gzip())
            && let Some(gzip) = self.gzipped().await
        {
            return ("gzip", gzip);
        }
        (PLAIN, &self.plain)
    }

    /// Returns the content compressed, which happens once: requests that come meanwhile wait for it.
    async fn gzipped(&self) -> Option<&Bytes> {
        let compress = async || {
            let plain = self.plain.clone();
            // Away from the requests' threads. An error is that the server stops.
            web::block(move || gzip(&plain)).await.ok().flatten()
        };
        self.gzip.get_or_init(compress).await.as_ref()
    }
}

/// Returns the content compressed as well as gzip can, if that saves at least a tenth.
fn gzip(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    let small = encoder.finish().ok()?;
    (small.len() < plain.len() / 10 * 9).then(|| small.into())
}

fn tag(hash: &[u8]) -> String {
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Middleware, outside of the one that compresses: removes the header by which an [`Asset`] in its plain form keeps from
/// being compressed.
///
/// # Errors
/// Those of the inner service.
pub async fn without_identity<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut response = next.call(request).await?;
    if response.headers().get(header::CONTENT_ENCODING).is_some_and(|coding| coding == PLAIN) {
        response.headers_mut().remove(header::CONTENT_ENCODING);
    }
    Ok(response)
}

/// Returns `true` if the client accepts this coding by name; `q=0` refuses it.
fn accepts(accepted: &AcceptEncoding, coding: Encoding) -> bool {
    let coding = Preference::Specific(coding);
    accepted.iter().any(|entry| entry.item == coding && entry.quality > Quality::ZERO)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn kind() -> HeaderValue {
        HeaderValue::from_static("text/plain")
    }

    fn accepting(list: &'static str) -> HttpRequest {
        TestRequest::default().insert_header((header::ACCEPT_ENCODING, list)).to_http_request()
    }

    #[test]
    fn codings_are_taken_as_they_are_offered() {
        let accepting = |list: &'static str| {
            let accepted = AcceptEncoding::parse(&accepting(list)).expect("a list");
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

    #[actix_web::test]
    async fn a_form_that_is_held_is_not_sent_again() {
        let asset =
            Asset::built(kind(), &[10], Bytes::from_static(b"plain"), Some(Bytes::from_static(b"brotli")), None);
        let ask = async |held: &'static str, codings: &'static str| {
            let request = TestRequest::default()
                .insert_header((header::IF_NONE_MATCH, held))
                .insert_header((header::ACCEPT_ENCODING, codings))
                .to_http_request();
            let answer = asset.answer(&request, "no-cache").await;
            (
                answer.status().as_u16(),
                answer.headers().get(header::ETAG).expect("a tag").to_str().expect("ASCII").to_owned(),
            )
        };
        let (brotli, plain) = ("\"0a-br\"".to_owned(), "\"0a-identity\"".to_owned());
        assert_eq!(ask("\"0a-br\"", "br").await, (304, brotli.clone()));
        assert_eq!(ask("\"x\", W/\"0a-br\"", "gzip, br").await, (304, brotli.clone()));
        assert_eq!(ask("\"0a-identity\"", "br").await, (200, brotli));
        assert_eq!(ask("\"0a-br\"", "gzip").await, (200, plain.clone()));
        assert_eq!(ask("0a-identity", "").await, (200, plain));
    }

    #[actix_web::test]
    async fn a_file_is_compressed_once_and_only_when_a_client_accepts_it_so() {
        let asset = Asset::new(kind(), "a line of text\n".repeat(1_000));
        let body = async |list: &'static str| {
            let answer = asset.answer(&accepting(list), "no-cache").await;
            let coding =
                answer.headers().get(header::CONTENT_ENCODING).expect("a coding").to_str().expect("ASCII").to_owned();
            (coding, answer.into_body().try_into_bytes().expect("a whole body"))
        };
        let (coding, plain) = body("deflate, zstd").await;
        assert_eq!((coding.as_str(), plain.as_ptr()), ("identity", asset.plain.as_ptr()));
        assert!(!asset.gzip.initialized());
        let both = tokio::join!(body("gzip"), body("gzip, br"));
        let ((_, first), (coding, second)) = both;
        assert_eq!(coding, "gzip");
        assert!(first.len() < plain.len() / 10);
        // The very same bytes, not equal ones.
        assert_eq!(first.as_ptr(), second.as_ptr());
        assert_eq!(first.as_ptr(), body("gzip").await.1.as_ptr());
    }

    #[actix_web::test]
    async fn what_does_not_become_smaller_is_sent_as_it_is() {
        // Each digest is of the one before: noise to a compressor.
        let noise = std::iter::successors(Some(Sha256::digest("0")), |last| Some(Sha256::digest(last)));
        let asset = Asset::new(kind(), noise.take(100).flatten().collect::<Vec<u8>>());
        assert_eq!(asset.coded(&accepting("gzip")).await.0, PLAIN);
        assert_eq!(asset.gzip.get(), Some(&None), "and is not tried again");
    }
}
