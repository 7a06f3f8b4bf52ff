//! The database by itself: its rules, its access, and how dear its reads are.

mod access;
mod plans;
mod prepared;
mod rules;
