//! The files of `/docs`, and both documents: the same for everybody, compressed once, and kept by browsers.

use std::io::Read;

use flate2::read::GzDecoder;
use reqwest::StatusCode;

use crate::support::server::Server;

async fn fetch(server: &Server, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let mut request = reqwest::Client::new().get(format!("{}{path}", server.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

fn header(answer: &reqwest::Response, name: &str) -> String {
    answer.headers().get(name).map(|value| value.to_str().expect("a text").to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn the_files_of_docs_have_tags_and_travel_compressed() {
    let server = Server::start().await;
    for path in [
        "/docs/",
        "/docs/index.html",
        "/docs/swagger-ui.css",
        "/docs/swagger-ui-bundle.js",
        "/docs/swagger-initializer.js",
        "/docs/socket",
        "/openapi.json",
        "/asyncapi.json",
    ] {
        // What names neither gzip nor brotli gets the plain form: nothing is compressed for one request.
        let mut tags = Vec::new();
        let mut bodies = Vec::new();
        for (accepted, coding) in [("", ""), ("deflate, zstd", ""), ("gzip", "gzip"), ("deflate, gzip, br", "gzip")] {
            let answer = fetch(&server, path, &[("accept-encoding", accepted)]).await;
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            assert_eq!(header(&answer, "cache-control"), "public, max-age=300", "{path}");
            assert!(header(&answer, "vary").contains("accept-encoding"), "{path}");
            let coded = header(&answer, "content-encoding");
            let tag = header(&answer, "etag");
            assert!(tag.starts_with('"'), "{path}: {tag} is not strong");
            let body = answer.bytes().await.expect("a body");
            assert!(coded == coding || coded.is_empty() && body.len() < 1_000, "{path}: {accepted} got {coded}");
            let plain = match coded.as_str() {
                "gzip" => {
                    let mut plain = Vec::new();
                    GzDecoder::new(&body[..]).read_to_end(&mut plain).expect("gzip");
                    assert!(body.len() < plain.len() * 9 / 10, "{path}: {} of {} bytes", body.len(), plain.len());
                    plain
                }
                _ => body.to_vec(),
            };
            let again = fetch(&server, path, &[("accept-encoding", accepted), ("if-none-match", &tag)]).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
            assert_eq!(header(&again, "etag"), tag, "{path}");
            assert!(header(&again, "vary").contains("accept-encoding"), "{path}");
            assert_eq!(again.bytes().await.expect("no body").len(), 0, "{path}");
            tags.push((coded, tag));
            bodies.push(plain);
        }
        assert!(bodies.iter().all(|body| body == &bodies[0]), "{path}: a coding has other content");
        for (coding, tag) in &tags {
            assert!(tags.iter().all(|(other, held)| (other == coding) == (held == tag)), "{path}: {tags:?}");
        }
    }
    for path in ["/docs/nothing.js", "/docs/../Cargo.toml", "/docs/index.html/"] {
        let answer = fetch(&server, path, &[]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(header(&answer, "content-type"), "application/problem+json", "{path}");
    }
}
