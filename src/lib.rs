//! Podium: the realtime backend for people who go to live events together.
//!
//! The layers, each of which imports only from those after it:
//!
//! | layer | what it is |
//! | --- | --- |
//! | `server` | puts the parts together, binds, drains |
//! | `crew` | the domain: profiles, events, pods, messages |
//! | `realtime` | the engine: sessions, relays, presence, the registry of topics; knows topics and bytes |
//! | `wire` | Phoenix frames and topics: pure functions |
//! | `foundation` | settings, database, sign-in, errors, telemetry |
//!
//! docs/ARCHITECTURE.md follows a message through them.

pub mod crew;
pub mod foundation;
pub mod realtime;
pub mod server;
pub mod wire;
