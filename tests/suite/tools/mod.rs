//! What stands beside the server: the load tester, the documents, and the layers and words of the source.

mod docs;
mod layers;
mod load;
mod readme;
mod report_page;
mod seeds;
mod sources;
mod words;
