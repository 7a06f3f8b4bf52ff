//! What several tests need: a database to talk about, people to talk, and a server to talk to.

pub mod database;
pub mod people;
pub mod server;
