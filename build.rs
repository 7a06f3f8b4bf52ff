//! The migrations are part of the binary, so a change to one must build it again.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
