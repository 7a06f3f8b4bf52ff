//! The parts that all routes share: extractors, problem documents, lists, origins, the OpenAPI document.
//!
//! A handler uses [`Json`], [`Query`] and [`Path`] of this module instead of actix's: they name the value that is
//! wrong, where actix's refuse with the same codes but without a pointer. Every refusal that leaves the server, also
//! one of the framework, is a [`Problem`] document ([`as_problems`]).

mod api_page;
mod asset;
mod client;
mod extract;
mod openapi;
mod origin;
mod page;
mod page_position;
mod preview;
mod problem;
mod public;
mod public_url;
pub mod refusals;
mod swallow;
mod versioned;

use actix_web::middleware::DefaultHeaders;
use actix_web::web;

use super::limits::Budget;
use super::settings::Limits;

pub use api_page::{ApiPage, FOR_A_RELEASE, serve as serve_api_page};
pub use asset::{Asset, without_identity};
pub use client::ClientAddress;
pub use extract::{Json, Path, Query};
pub use openapi::Document;
pub use origin::{check as check_origin, cors};
pub use page::{Limit, MAX_ITEMS, Page, PageQuery};
pub use page_position::PagePosition;
pub use preview::{Preview, Previews};
pub use problem::{AsItIs, Problem, as_problems, fallback, head_as_get};
pub use public::{IfNoneMatchHeader, Public, PublicFile, is_held, tagged};
pub use public_url::PublicUrl;
pub use swallow::held_to_document;
pub use versioned::{IfMatch, IfMatchHeader, Versioned};

/// Configures how bodies, queries and paths are extracted; for the `configure` of every worker's app, which share the
/// budget of bodies.
pub fn extractors(limits: &Limits) -> impl Fn(&mut web::ServiceConfig) + Clone + Send + use<> {
    let body = limits.body_bytes;
    let all = Budget::new(limits.bodies_bytes, "the node receives as many bytes as it has room for");
    move |config| {
        config
            .app_data(extract::BodyLimits { each: body, all: all.clone() })
            .app_data(web::PayloadConfig::new(body))
            .app_data(
                web::JsonConfig::default().limit(body).error_handler(|error, _| extract::body_error(error).into()),
            )
            .app_data(web::QueryConfig::default().error_handler(|error, _| extract::query_error(&error).into()))
            .app_data(web::PathConfig::default().error_handler(|_, _| extract::no_such_path().into()));
    }
}

/// Returns the headers of every answer. An answer is for the caller alone, and must not be embedded in another site's
/// page.
pub fn security_headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("X-Frame-Options", "DENY"))
        .add(("Content-Security-Policy", "frame-ancestors 'none'"))
        .add(("Referrer-Policy", "no-referrer"))
        .add(("Cache-Control", "no-store"))
}

#[cfg(test)]
mod tests;
