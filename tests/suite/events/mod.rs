//! Events and their members.

mod alike_names;
mod calendar;
mod counts;
mod limits;
mod members;
mod over_http;
mod search;
mod times;
mod topic;
