//! Several nodes on one database, over a bus that fails.

mod at_scale;
mod bus_tls;
mod clocks;
mod events;
mod lost_news;
mod several;
