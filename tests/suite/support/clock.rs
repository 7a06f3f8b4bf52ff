//! Servers whose clock is wrong, by libfaketime from the system's packages.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::needs;
use super::server::Server;

/// The settings of a server whose clock is off by this, such as `+60s`. What it measures with the clock that only runs
/// forward is not changed, as with a real clock that is wrong.
pub fn off_by(offset: &'static str) -> [(&'static str, &'static str); 4] {
    [
        ("LD_PRELOAD", library()),
        ("FAKETIME", offset),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("DONT_FAKE_MONOTONIC", "1"),
    ]
}

/// How far a server's clock is ahead of this machine's, by the date of an answer.
pub async fn seconds_ahead(server: &Server) -> i64 {
    let answer = server.http("GET", "/openapi.json", None, None).await;
    let date = answer.headers["date"].to_str().expect("a date");
    (DateTime::parse_from_rfc2822(date).expect("a date").to_utc() - Utc::now()).num_seconds()
}

fn library() -> &'static str {
    const PLACES: [&str; 4] = [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
        "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
        "/usr/lib64/faketime/libfaketimeMT.so.1",
        "/usr/lib/faketime/libfaketimeMT.so.1",
    ];
    needs::uses("faketime");
    let found = PLACES.into_iter().find(|place| Path::new(place).exists());
    found.expect("libfaketime, which `make test` installs")
}
