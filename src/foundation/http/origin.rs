//! The web pages that may use the server: CORS for HTTP, and the same rule for sockets, which browsers open without a
//! CORS request.

use actix_cors::Cors;
use actix_web::HttpRequest;
use actix_web::http::header::{self, HOST, ORIGIN};
use actix_web::http::{Method, Uri};
use actix_web::middleware::Condition;

use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::settings::Settings;

/// Returns CORS for the origins of `PODIUM_ORIGINS`. If there are none, no answer has CORS headers, and browsers block
/// other sites. Cookies are not used: the page itself sends a token.
pub fn cors(settings: &Settings) -> Condition<Cors> {
    let mut cors = Cors::default()
        .allowed_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_MATCH, header::IF_NONE_MATCH])
        .expose_headers([header::ETAG, header::LOCATION, header::RETRY_AFTER])
        .expose_headers(["x-request-id", "ratelimit", "ratelimit-policy"])
        .max_age(3_600);
    if settings.origins.iter().any(|origin| origin == "*") {
        cors = cors.allow_any_origin().send_wildcard();
    } else {
        for origin in &settings.origins {
            cors = cors.allowed_origin(origin);
        }
    }
    Condition::new(!settings.origins.is_empty(), cors)
}

/// Checks whether the page may open a socket. Clients that are not browsers send no `Origin` and may; a page of this
/// server's own address may, and pages of `PODIUM_ORIGINS`.
///
/// # Errors
/// [`Code::Forbidden`] for any other page.
pub fn check(request: &HttpRequest, settings: &Settings) -> Result<()> {
    let Some(origin) = request.headers().get(ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or_default().to_ascii_lowercase();
    if settings.origins.iter().any(|allowed| allowed == "*" || *allowed == origin) {
        return Ok(());
    }
    let place = authority(&origin);
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    let here = |address: &str| place.is_some() && authority(address) == place;
    let scheme = origin.split("://").next().unwrap_or_default();
    let same_host = host.is_some_and(|host| here(&format!("{scheme}://{}", host.to_ascii_lowercase())));
    let same_url = settings.public_url.as_deref().is_some_and(|url| {
        let url = url.to_ascii_lowercase();
        url.starts_with(&format!("{scheme}://")) && here(&url)
    });
    if same_host || same_url {
        return Ok(());
    }
    Err(Error::because(Code::Forbidden, "the origin must be this server's own or one of PODIUM_ORIGINS"))
}

/// Returns host and port of an address, the port always present.
fn authority(address: &str) -> Option<(String, u16)> {
    let uri: Uri = address.parse().ok()?;
    let usual = match uri.scheme_str()? {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    Some((uri.host()?.to_owned(), uri.port_u16().unwrap_or(usual)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn allowed(origin: Option<&str>, settings: &Settings) -> bool {
        let mut request = TestRequest::default().insert_header((HOST, "Podium.example:4000"));
        if let Some(origin) = origin {
            request = request.insert_header((ORIGIN, origin));
        }
        check(&request.to_http_request(), settings).is_ok()
    }

    #[test]
    fn without_a_setting_only_pages_of_the_server_itself_may() {
        let settings = Settings { public_url: Some("https://chat.example/podium".into()), ..Settings::default() };
        for right in ["http://podium.example:4000", "https://podium.example:4000", "https://chat.example"] {
            assert!(allowed(Some(right), &settings), "{right}");
        }
        let wrong = [
            "http://evil.example",
            "http://podium.example",
            "http://chat.example",
            "null",
            "",
            "file://",
            "http://podium.example:4000.evil.example",
        ];
        for wrong in wrong {
            assert!(!allowed(Some(wrong), &settings), "{wrong}");
        }
        assert!(allowed(None, &settings));
    }

    #[test]
    fn the_usual_port_may_be_left_out() {
        let ask = |host: &str, origin: &str| {
            let request = TestRequest::default().insert_header((HOST, host)).insert_header((ORIGIN, origin));
            check(&request.to_http_request(), &Settings::default()).is_ok()
        };
        assert!(ask("a.example", "http://a.example:80"));
        assert!(ask("a.example:443", "https://a.example"));
        assert!(!ask("a.example:80", "https://a.example"));
    }

    #[test]
    fn named_origins_may_and_a_star_is_everybody() {
        let named = Settings { origins: vec!["https://app.example".into()], ..Settings::default() };
        assert!(allowed(Some("https://APP.example"), &named));
        assert!(allowed(Some("http://podium.example:4000"), &named));
        assert!(!allowed(Some("http://app.example"), &named));
        let anybody = Settings { origins: vec!["*".into()], ..Settings::default() };
        assert!(allowed(Some("null"), &anybody));
    }
}
