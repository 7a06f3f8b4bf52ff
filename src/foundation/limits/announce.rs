//! The `RateLimit` headers of answers.
//!
//! They are those of the IETF's draft
//! [draft-ietf-httpapi-ratelimit-headers](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/):
//!
//! ```text
//! RateLimit-Policy: "requests";q=500;w=5
//! RateLimit: "requests";r=498;t=1
//! ```
//!
//! `q` is the number allowed at once, `w` the seconds in which that many come back, `r` the number left, and `t` the
//! seconds after which all are back.

use std::cell::RefCell;
use std::fmt::Write;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;

use crate::foundation::settings::Rate;

static POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
static LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// What a rate says of itself.
#[derive(Clone, Copy)]
struct Noted {
    name: &'static str,
    rate: Rate,
    left: u32,
}

tokio::task_local! {
    static NOTES: RefCell<Vec<Noted>>;
}

/// Notes what is left of a rate, for the answer to the current request, if there is one.
pub(super) fn note(name: &'static str, rate: Rate, left: u32) {
    let noted = Noted { name, rate, left };
    // There is none for what comes over a socket.
    let _ = NOTES.try_with(|notes| {
        let mut notes = notes.borrow_mut();
        match notes.iter_mut().find(|note| note.name == name) {
            // Of the widths of a network, the one that has least left.
            Some(note) if note.left <= left => {}
            Some(note) => *note = noted,
            None => notes.push(noted),
        }
    });
}

/// Middleware: adds the `RateLimit` headers of the rates that the request was counted by.
///
/// # Errors
/// Those of the inner service.
pub async fn announce<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let inner = async {
        let mut response = next.call(request).await?;
        let (policy, limit) = NOTES.with(|notes| headers(&notes.borrow()));
        for (name, text) in [(&POLICY, policy), (&LIMIT, limit)] {
            if let Some(value) = HeaderValue::try_from(text).ok().filter(|value| !value.is_empty()) {
                response.headers_mut().insert(name.clone(), value);
            }
        }
        Ok(response)
    };
    NOTES.scope(RefCell::default(), inner).await
}

fn headers(notes: &[Noted]) -> (String, String) {
    let (mut policy, mut limit) = (String::new(), String::new());
    for Noted { name, rate, left } in notes {
        let (burst, per_second) = (rate.burst.get(), rate.per_second.get());
        let gap = if policy.is_empty() { "" } else { ", " };
        let (window, back) = (burst.div_ceil(per_second), burst.saturating_sub(*left).div_ceil(per_second));
        // Writing to a text cannot fail.
        let _ = write!(policy, "{gap}\"{name}\";q={burst};w={window}");
        let _ = write!(limit, "{gap}\"{name}\";r={left};t={back}");
    }
    (policy, limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_have_the_drafts_form() {
        let rate = Rate { per_second: 5.try_into().unwrap(), burst: 50.try_into().unwrap() };
        let notes = [Noted { name: "registrations", rate, left: 48 }, Noted { name: "requests", rate, left: 0 }];
        let (policy, limit) = headers(&notes);
        assert_eq!(policy, r#""registrations";q=50;w=10, "requests";q=50;w=10"#);
        assert_eq!(limit, r#""registrations";r=48;t=1, "requests";r=0;t=10"#);
        assert_eq!(headers(&[]), (String::new(), String::new()));
    }
}
