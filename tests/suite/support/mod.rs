//! What the tests share: a server to talk to and a database to talk about. Nothing here is the server's own code.

pub mod server;
