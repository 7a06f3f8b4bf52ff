//! The engine: sessions, relays, presence, the bus and the registry of live topics.
//!
//! It knows topics and bytes, and nothing of pods, posts or profiles: what a topic means is said by the [`channel::Channel`]
//! that serves its kind.
//!
//! Threads: each HTTP worker thread has one [`relay::Relay`], and all of the thread's sessions live beside it, so that
//! handing a frame to a session takes no lock and no message. Actors of topics live on these threads too, and speak
//! to relays through bounded queues.

pub mod attendance;
pub mod audience;
pub mod bus;
pub mod channel;
pub mod domain;
pub mod enter;
pub mod gossip;
pub mod handshake;
pub mod headcount;
pub mod hub;
pub mod inbound;
pub mod join_data;
pub mod nodes;
pub mod outbox;
pub mod pace;
pub mod presence;
pub mod registry;
pub mod rejoin;
pub mod relay;
pub mod relays;
pub mod session;
pub mod socket;
pub mod subscription;
pub mod threads;
pub mod topic_actor;
