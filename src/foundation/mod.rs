//! The parts that no domain needs to know of each other: settings, database, sign-in by token, mail, errors, telemetry.
//!
//! Imports nothing from the layers above.

pub mod address;
pub mod auth;
pub mod db;
pub mod embedded;
pub mod errors;
pub mod fields;
pub mod group_commit;
pub mod health;
pub mod http;
pub mod kept_secret;
pub mod language;
pub mod limits;
pub mod mail;
pub mod metrics;
pub mod migrate;
pub mod prepared;
pub mod recent;
pub mod schema;
pub mod schema_page;
pub mod settings;
pub mod strict;
pub mod telemetry;
pub mod text;
pub mod words;
