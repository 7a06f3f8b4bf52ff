//! What every route shares: how requests are taken apart, how refusals are told, lists, origins, the document.
//!
//! A handler takes [`Json`], [`Query`] and [`Path`] from here rather than from actix: they name the value that is
//! wrong. Those of actix refuse with the same codes, but cannot say where. Whatever refusal leaves the server, also
//! one of the framework, is a [`Problem`] document ([`tell`]).

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

use actix_web::middleware::DefaultHeaders;
use actix_web::web;

use super::settings::Limits;

pub use client::ClientAddress;
pub use extract::{Json, Path, Query};
pub use openapi::{Document, serve as serve_document};
pub use origin::{check as check_origin, cors};
pub use page::{Limit, MAX_ITEMS, Page, PageQuery};
pub use page_position::PagePosition;
pub use preview::{Preview, Previews};
pub use problem::{AsItIs, Problem, fallback, head_as_get, tell};
pub use public::{IfNoneMatchHeader, Public, PublicFile, is_held, tagged};
pub use public_url::PublicUrl;
pub use swallow::held_to_document;

/// How bodies, queries and paths are read; for the app's `configure`.
pub fn extractors(limits: &Limits) -> impl Fn(&mut web::ServiceConfig) + use<> {
    let body = limits.body_bytes;
    move |config| {
        config
            .app_data(extract::BodyLimit(body))
            .app_data(web::PayloadConfig::new(body))
            .app_data(
                web::JsonConfig::default().limit(body).error_handler(|error, _| extract::body_error(error).into()),
            )
            .app_data(web::QueryConfig::default().error_handler(|error, _| extract::query_error(&error).into()))
            .app_data(web::PathConfig::default().error_handler(|_, _| extract::no_such_path().into()));
    }
}

/// Headers on every answer. What is answered is for the caller alone, and is never part of another site's page.
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
