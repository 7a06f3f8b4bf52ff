//! The realtime engine: sessions, relays, presence, the bus between nodes, and the registry of live topics.
//!
//! The engine handles topics and bytes. It knows nothing of pods, posts or profiles: the [`channel::Channel`] of a kind
//! of topic says what that topic means.
//!
//! Threads: each HTTP worker thread has one [`relay::Relay`]. All sessions of the thread live beside it, so delivering
//! a frame to a session takes no lock and no message. The topics' actors run on these threads too, and send to relays
//! through bounded queues.

pub mod attendance;
pub mod audience;
pub mod bus;
pub mod channel;
pub mod declared;
pub mod domain;
pub mod enter;
pub mod gather;
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
