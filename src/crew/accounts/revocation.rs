//! What ended on other nodes: each asks Postgres every two seconds. That is one statement on a small index, works without a
//! bus, and repairs itself; and it is what ends the devices of a person whose role or profile was taken away by a command or
//! a trigger, of which no node would hear otherwise.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::service::Accounts;
use super::store;

/// How often.
const EVERY: Duration = Duration::from_secs(2);

/// How far back each look reaches. Longer than a commit may come after the time that it wrote, and than a handshake may
/// take between its token's check and the socket's entry with the relay: what is told again then finds it there.
const BACK: Duration = Duration::from_secs(20);

/// How often what is over is taken away.
const TIDY: Duration = Duration::from_secs(60 * 60);

/// Does, for ever, what nobody asks for: hears of what ended on other nodes, and takes away what is over.
pub(super) async fn watch(accounts: Accounts) {
    let inner = &accounts.0;
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut tidied, mut seen) = (None::<Instant>, None::<Instant>);
    loop {
        tick.tick().await;
        // The first look, and one after Postgres was away, goes as far back as a token may live that was given out before.
        let back = seen.map_or(inner.tokens.taken_for(inner.access_lifetime), |seen| seen.elapsed()) + BACK;
        let began = Instant::now();
        match inner.database.service(async |conn| store::ended(conn, back).await).await {
            Ok(ended) => {
                seen = Some(began);
                accounts.end(&ended);
            }
            Err(error) => tracing::debug!(%error, "cannot ask what ended"),
        }
        if tidied.is_none_or(|tidied| tidied.elapsed() >= TIDY) {
            tidied = Some(Instant::now());
            let spent = inner.refresh_lifetime;
            if let Err(error) = inner.database.service(async |conn| store::tidy(conn, spent).await).await {
                tracing::warn!(%error, "cannot tidy up after accounts");
            }
        }
    }
}
