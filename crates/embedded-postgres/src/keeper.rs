//! Monitors a running Postgres: starts it again when it ends, and stops it on request.

use std::fs::File;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::Health;
use crate::error::EmbeddedError;
use crate::leftover;
use crate::server::{Launch, Server, trim_log};

/// The pause before the first new start, and the longest that it grows to by doubling.
const PAUSE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

const TRIM_LOG: Duration = Duration::from_secs(60);

/// Keeps Postgres running until `stop` is used or dropped. Holds `lock` for that time.
pub(crate) async fn keep(
    launch: Launch,
    mut server: Server,
    lock: File,
    mut stop: oneshot::Receiver<()>,
    health: watch::Sender<Health>,
) -> Result<(), EmbeddedError> {
    let mut trim = interval(TRIM_LOG);
    trim.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = &mut stop => break,
            why = server.exited() => {
                tracing::error!(%why, "embedded Postgres ended; starting it again");
                health.send_replace(Health::Down(why));
                tokio::select! {
                    _ = &mut stop => {
                        // A start may have been interrupted, and its Postgres asked to stop.
                        let ended = leftover::stop(&launch.folder, &launch.account).await;
                        drop(lock);
                        return ended.map(|_| ());
                    }
                    again = start_again(&launch) => server = again,
                }
                health.send_replace(Health::Running);
            }
            _ = trim.tick() => {
                let log = launch.folder.log.clone();
                let trimmed = tokio::task::spawn_blocking(move || trim_log(&log)).await;
                if let Ok(Err(error)) = trimmed {
                    tracing::warn!(%error, "could not trim the log of the embedded Postgres");
                }
            }
        }
    }
    let ended = server.stop().await;
    launch.folder.remove_socket();
    drop(lock);
    ended
}

/// Starts Postgres, and tries for ever: a full disk may be cleaned, and the owner waits for its database as for an
/// external one.
async fn start_again(launch: &Launch) -> Server {
    let (mut pause, longest) = PAUSE;
    loop {
        sleep(pause).await;
        match launch.start().await {
            Ok(server) => {
                tracing::info!("embedded Postgres is running again");
                return server;
            }
            Err(error) => tracing::error!(%error, "embedded Postgres could not be started"),
        }
        pause = longest.min(pause * 2);
    }
}
