//! What any route keeps to: the document, refusals, lists, and what outsiders learn.

mod bad_input;
mod docs_files;
mod document;
mod lists;
mod outsiders;
mod schemathesis;
mod seen_text;
mod sockets_document;
mod unknown_fields;
