//! The feed of an event: the numbered changes that its members receive, in one order, on the topic `event:<id>`.
//!
//! **Items.** Each change takes the next number of the event's feed (`events.wall_seq`) in its transaction; the trigger
//! function `podium.feed_stamp`, which serves all tables, stamps the row with it. A deleted row leaves one in
//! `event_removals`. Each kind of item is a [`FeedKind`](kinds::FeedKind), which reads its own table and is registered
//! when its feature is mounted.
//!
//! **Tallies.** A counter whose every step need not be sent has no number: a [`Tally`](kinds::Tally) is read when it
//! may have moved, and sent if its value differs. A [`KeyedTally`](kinds::KeyedTally) has a value for each of many
//! [subjects], such as the polls of an event; what is marked, read and sent are those that have moved.
//!
//! **Delivery.** The bus, the journal and the sweep only mark what must be read. The event's [actor]
//! reads the range since its last number in one snapshot (`reading`), at most four times a second, encodes it once for
//! the node, and sends it in order. So it does not matter where a mark comes from, or how often it comes.
//!
//! The feed knows events only by their ids. Who may join the topic, and what the join reply says of the event, is
//! decided by the feature `events`.

pub mod actor;
pub mod declared;
pub mod hub;
pub mod kinds;
mod marks;
pub mod metrics;
pub mod mount;
pub mod packet;
mod reading;
pub mod store;
pub mod subjects;
mod sweep;

/// The kind of an event's topic.
pub const KIND: &str = "event";

/// Factor by which the pause after reading a tally is longer than the reading: so counting takes at
/// most a fiftieth of Postgres's time.
pub const SHARE: u32 = 50;
