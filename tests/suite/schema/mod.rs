//! The database by itself: its rules, its access, and how dear its reads are.

mod access;
mod event_children;
mod feed_numbers;
mod page;
mod plans;
mod prepared;
mod rules;
mod sql_functions;
