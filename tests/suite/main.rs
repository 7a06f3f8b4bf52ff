//! The server from outside: real sockets, a real Postgres, each test with its own database.

mod access;
mod embedded;
mod schema;
mod support;
