//! The server from outside: real sockets, a real Postgres, each test with its own database.

#![allow(clippy::unwrap_used, reason = "a test says by a panic that it failed")]

mod abuse;
mod accounts;
mod events;
mod faults;
mod http;
mod inbox;
mod invites;
mod messages;
mod nodes;
mod pods;
mod schema;
mod server;
mod sockets;
mod support;
mod tools;
mod wall;
mod web;
