//! The load tester of Podium. Its scenarios follow in an issue of their own.

fn main() {
    eprintln!("podium-loadtest has no scenario yet");
    std::process::exit(2);
}
