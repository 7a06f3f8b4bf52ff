//! Looks after a running Postgres: starts it again when it dies, stops it when told to.

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

/// Keeps Postgres running until `stop` is used or dropped. `lock` is held as long.
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
                tracing::error!(%why, "the embedded Postgres has ended; starting it again");
                health.send_replace(Health::Down(why));
                tokio::select! {
                    _ = &mut stop => {
                        // A start may have been cut short, and its Postgres been told to end.
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
                    tracing::warn!(%error, "cannot trim the log of the embedded Postgres");
                }
            }
        }
    }
    let ended = server.stop().await;
    launch.folder.remove_socket();
    drop(lock);
    ended
}

/// Never gives up: a full disk is cleaned some day, and the owner waits for its database as it would for an outside one.
async fn start_again(launch: &Launch) -> Server {
    let (mut pause, longest) = PAUSE;
    loop {
        sleep(pause).await;
        match launch.start().await {
            Ok(server) => {
                tracing::info!("the embedded Postgres runs again");
                return server;
            }
            Err(error) => tracing::error!(%error, "the embedded Postgres does not start"),
        }
        pause = longest.min(pause * 2);
    }
}
