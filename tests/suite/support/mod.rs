//! What several tests need: a database to talk about and a server to talk to.

pub mod database;
pub mod server;
