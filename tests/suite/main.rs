//! The server from outside: real sockets, a real Postgres, each test with its own database.

#![allow(clippy::unwrap_used, reason = "a test says by a panic that it failed")]

mod access;
mod bad_input;
mod change_stress;
mod change_walk;
mod changes;
mod command_line;
mod crash;
mod demo;
mod drain;
mod embedded;
mod full;
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
mod load;
mod log_stress;
mod membership;
mod nodes;
mod outage;
mod outsider;
mod presence;
mod read_marks;
mod reading;
mod readme;
mod resume;
mod retry;
mod revoked;
mod schema;
mod seats;
mod server_life;
mod slow_reader;
mod support;
mod talk;
mod user_topic;
