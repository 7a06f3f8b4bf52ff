//! Learns which sign-ins have ended on other nodes: each node asks Postgres every two seconds. This is one statement on
//! a small index, works without a bus, and misses nothing. It also finds what a command or a trigger has ended, as when
//! a person's role or profile is taken away.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::service::Accounts;
use super::store;

/// How often to ask.
const EVERY: Duration = Duration::from_secs(2);

/// How far back each question reaches. Longer than the time between a row's timestamp and its commit, and than the time
/// between the check of a socket's token and its entry in the relay: a sign-in that is read again then finds the socket
/// there.
const BACK: Duration = Duration::from_secs(20);

/// How often expired rows are deleted.
const TIDY: Duration = Duration::from_secs(60 * 60);

/// Applies, for ever, what ended on other nodes, and deletes expired rows.
pub(super) async fn watch(accounts: Accounts) {
    let inner = &accounts.0;
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut tidied, mut seen) = (None::<Instant>, None::<Instant>);
    loop {
        tick.tick().await;
        // The first question, and one after Postgres was unreachable, reaches back as far as a token may still be
        // valid.
        let back = seen.map_or(inner.tokens.taken_for(inner.access_lifetime), |seen| seen.elapsed()) + BACK;
        let began = Instant::now();
        match inner.database.service(async |conn| store::ended(conn, back).await).await {
            Ok(ended) => {
                seen = Some(began);
                accounts.end(&ended);
            }
            Err(error) => tracing::debug!(%error, "cannot read which sign-ins have ended"),
        }
        if tidied.is_none_or(|tidied| tidied.elapsed() >= TIDY) {
            tidied = Some(Instant::now());
            let spent = inner.refresh_lifetime;
            if let Err(error) = inner.database.service(async |conn| store::tidy(conn, spent).await).await {
                tracing::warn!(%error, "cannot delete expired rows of accounts");
            }
        }
    }
}
