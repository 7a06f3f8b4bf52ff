//! What several tests need: a database to talk about, people to talk, a server to talk to, and clients to talk with.

pub mod account;
pub mod balancer;
pub mod browser;
pub mod client;
pub mod clock;
pub mod cluster;
pub mod crowd;
pub mod database;
pub mod event_client;
pub mod gate;
pub mod node;
pub mod pair;
pub mod people;
pub mod pod_client;
pub mod port;
pub mod postgres;
pub mod proxy;
pub mod raw;
pub mod redis;
pub mod resp;
pub mod secured;
pub mod server;
pub mod smtp;
pub mod speakers;
pub mod timing;
pub mod wait;
