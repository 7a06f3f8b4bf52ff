//! What several tests need.

pub mod database;
pub mod people;
