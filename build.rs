//! The migrations are part of the binary, so a change to one must build it again; and so is the web client, but in a
//! debug build, which reads its folder when it starts. The folder is there even if the client was never built, since
//! cargo would take a missing one for changed at each build.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    if std::env::var_os("PROFILE").is_some_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=web/dist");
    }
}
