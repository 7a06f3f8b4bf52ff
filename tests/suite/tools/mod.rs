//! What stands beside the server: the load tester, the README, the layers of the source, and its words.

mod layers;
mod load;
mod readme;
mod report_page;
mod sources;
mod words;
