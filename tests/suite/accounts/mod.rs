//! Accounts, profiles, and the mail that goes with them.

mod attacks;
mod language;
mod mail;
mod mail_form;
mod profiles;
mod sign_in;
mod tokens;
