//! The feed of an event: what its members are told in one numbered order, on the topic `event:<id>`.
//!
//! **Items.** Whatever is to be told of an event takes the next number of the event's feed (`events.wall_seq`) with its commit, and
//! is stamped with it by `podium.feed_stamp`, one trigger for all tables. What is gone leaves a row of `event_removals`. Each sort
//! of item is a [`FeedKind`](kinds::FeedKind), which reads its own table, and registers itself when its feature is mounted.
//!
//! **Tallies.** A counter that need not be told at each step has no number: a [`Tally`](kinds::Tally) is read when it has moved, and
//! told if it differs.
//!
//! **Who tells.** The bus, the journal and the sweep only say that there is something to read. The event's [actor] reads the
//! range since its number in one snapshot (`reading`), at most four times a second, encodes it once for the node, and hands it out
//! in order. So it does not matter who said so, or how often.
//!
//! It knows events by their ids alone. Who may join the topic, and what the answer says of the event, is the events' affair.

pub mod actor;
pub mod hub;
pub mod kinds;
mod marks;
pub mod metrics;
pub mod mount;
pub mod packet;
mod reading;
pub mod store;
mod sweep;

/// The kind of an event's topic.
pub const KIND: &str = "event";

/// How many times as long as reading a counter has taken it is left alone: so counting keeps Postgres busy for a fiftieth of the
/// time at most.
pub const SHARE: u32 = 50;
