//! The server from outside: real sockets, a real Postgres, each test with its own database.

mod access;
mod embedded;
mod log_stress;
mod membership;
mod reading;
mod schema;
mod support;
