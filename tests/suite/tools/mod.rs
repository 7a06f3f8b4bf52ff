//! What stands beside the server: the load tester, the README, and the layers of the source.

mod layers;
mod load;
mod readme;
mod report_page;
