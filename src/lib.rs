//! Podium: the realtime backend for people who go to live events together.
//!
//! The layers, each of which imports only from those after it:
//!
//! | layer | what it is |
//! | --- | --- |
//! | `server` | mounts the domains, binds, drains |
//! | `crew` | a domain: people, the events that they go to, and the pods that they form there |
//! | `realtime` | the engine and the topic kit: sessions, relays, hubs, presence; knows topics and bytes |
//! | `wire` | Phoenix frames and topics: pure functions |
//! | `foundation` | settings, database, sign-in, group commit, errors, telemetry |
//!
//! docs/ARCHITECTURE.md follows a message through them.

pub mod crew;
pub mod foundation;
pub mod realtime;
pub mod server;
pub mod wire;
