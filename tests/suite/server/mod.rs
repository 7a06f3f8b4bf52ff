//! The program as an operator meets it.

mod command_line;
mod demo;
mod drain;
mod life;
