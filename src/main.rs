//! The command line of Podium.

fn main() {}
