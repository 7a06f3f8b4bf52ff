//! The closing of polls: by a person, or when their time is over.
//!
//! Both are one function of the database, which waits for the voters who came before and counts once. At a poll's time
//! nothing need happen at once: the database refuses votes by its clock, and who comes first closes the poll with that
//! time: a late voter, or one of the nodes, which look once a second.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::refusal;
use super::vote::closed;
use crate::crew::feed::hub::EventHub;
use crate::crew::posts::store::counted::{self, Closed};
use crate::foundation::db::Database;
use crate::foundation::errors::{Code, Result};

/// Interval between two looks at the polls whose time may be over.
const PACE: Duration = Duration::from_secs(1);

/// The most polls that are closed before the next look.
const TURN: i64 = 100;

/// Closes polls whose time is over.
#[derive(Clone)]
pub struct Closing {
    database: Database,
    hub: Arc<EventHub>,
}

impl Closing {
    /// Creates it for these events.
    pub fn new(database: Database, hub: Arc<EventHub>) -> Self {
        Closing { database, hub }
    }

    /// Adds the final tally to a refusal that says only that a poll is closed. If its time is over and nobody has closed
    /// it yet, this does.
    ///
    /// # Errors
    /// Those of the outcome; `unavailable`.
    pub async fn settled<T>(&self, post_id: Uuid, outcome: Result<T>) -> Result<T> {
        match outcome {
            Err(error) if error.code == Code::PollClosed && error.details.is_empty() => {
                let Closed { tally, closed_at, code, .. } = self.close(post_id).await?;
                Err(tally.map_or_else(|| refusal(&code), |tally| closed(&tally, closed_at)))
            }
            outcome => outcome,
        }
    }

    /// Closes a poll whose time is over, unless it is closed already.
    async fn close(&self, post_id: Uuid) -> Result<Closed> {
        let closed = self.database.service(async |conn| counted::close(conn, post_id, None).await).await?;
        self.say(&closed);
        Ok(closed)
    }

    /// Announces a closing.
    pub fn say(&self, closed: &Closed) {
        if let (true, Some(event_id)) = (closed.fresh, closed.event_id) {
            self.hub.moved(event_id);
        }
    }

    /// Closes polls as their time comes, for ever.
    pub async fn run(self) {
        loop {
            tokio::time::sleep(PACE).await;
            if let Err(cause) = self.close_due().await {
                // They are found again, once Postgres answers.
                tracing::debug!(%cause, "polls could not be closed");
            }
        }
    }

    async fn close_due(&self) -> Result<()> {
        let due = self.database.service(async |conn| counted::due(conn, TURN).await).await?;
        for post_id in due {
            self.close(post_id).await?;
        }
        Ok(())
    }
}
