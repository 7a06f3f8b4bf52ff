//! The server from outside: real sockets, a real Postgres, each test with its own database.

mod access;
mod embedded;
mod http_bad_input;
mod http_document;
mod http_events;
mod http_lists;
mod http_members;
mod http_messages;
mod http_outsiders;
mod http_pods;
mod http_profiles;
mod layers;
mod log_stress;
mod membership;
mod reading;
mod schema;
mod support;
mod talk;
