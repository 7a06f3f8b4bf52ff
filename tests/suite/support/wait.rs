//! Waiting for what must come to hold, however slow the machine is.

use std::time::{Duration, Instant};

/// How long is waited; machines are shared.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until the condition holds.
pub async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
