//! How long things take. Tests print it; what is promised of it is asserted only where that is asked for, since elsewhere the
//! machine is too busy to judge by.

use std::time::Duration;

/// The variable that asks for it, as `make timings` does.
const ASKED: &str = "PODIUM_TEST_TIMINGS";

/// Prints how long something took, and holds it against what is promised if that is asked for.
#[track_caller]
pub fn took(what: &str, time: Duration, promised: Duration) {
    eprintln!("timing: {what}: {} ms of {} ms", time.as_millis(), promised.as_millis());
    let asked = std::env::var_os(ASKED).is_some_and(|value| !value.is_empty() && value != *"0");
    assert!(!asked || time <= promised, "{what} took {time:?}, and {promised:?} is promised");
}
