//! The server from outside: real sockets, a real Postgres, each test with its own database.

mod access;
mod bad_input;
mod demo;
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
mod outsider;
mod presence;
mod reading;
mod resume;
mod retry;
mod schema;
mod seats;
mod support;
mod talk;
