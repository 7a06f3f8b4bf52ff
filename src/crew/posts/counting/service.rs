//! The operations on what is counted of posts.

use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::closing::Closing;
use super::kept::KeptTallies;
use super::metrics::{COUNTING_GROUP, COUNTING_RETRIES, COUNTING_SECONDS};
use super::refusal;
use super::tallies::{Hypes, Polls};
use super::taps::{Taps, TapsAccepted};
use super::target::Counts;
use super::vote::{Vote, Voted};
use super::{TapsInput, VoteInput};
use crate::crew::feed::hub::EventHub;
use crate::crew::posts::PostView;
use crate::crew::posts::store::{self, counted};
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::db::{Access, Database};
use crate::foundation::errors::Result;
use crate::foundation::group_commit::{GroupCommit, Metrics, Options};
use crate::realtime::domain::{MountError, Parts};

/// The number of writers, each with a connection of its own.
const WRITERS: usize = 2;

/// Votes, taps and closings. Cheap to clone.
#[derive(Clone)]
pub struct Counting {
    commits: GroupCommit<Counts>,
    kept: Arc<KeptTallies>,
    database: Database,
    closing: Closing,
}

impl Counting {
    /// Adds the tallies to the feed, and starts the writers and what closes polls at their time.
    ///
    /// # Errors
    /// [`MountError`] if there is no room for the tallies.
    pub fn start(parts: &Parts, hub: &Arc<EventHub>) -> Result<Self, MountError> {
        let kept = Arc::new(KeptTallies::default());
        let counts = Counts {
            hub: Arc::clone(hub),
            polls: hub.kinds().add_keyed_tally(Polls)?,
            hype: hub.kinds().add_keyed_tally(Hypes)?,
            kept: Arc::clone(&kept),
        };
        let limits = &parts.settings.limits;
        let options = Options {
            name: "podium counting",
            url: parts.database_url.clone(),
            writers: WRITERS,
            entries: limits.journal_entries,
            wait: limits.send_wait,
            metrics: Metrics { group: COUNTING_GROUP, seconds: COUNTING_SECONDS, retries: COUNTING_RETRIES },
        };
        let commits = GroupCommit::start(&options, counts, |index, work| parts.threads.spawn(index, work));
        let closing = Closing::new(parts.database.clone(), Arc::clone(hub));
        parts.threads.spare().spawn(closing.clone().run());
        Ok(Counting { commits, kept, database: parts.database.clone(), closing })
    }

    /// Votes in a poll, in place of an earlier vote.
    ///
    /// # Errors
    /// `invalid`, `not_member`, `not_found`; `poll_closed` with the final tally; `overloaded`, `unavailable`.
    pub async fn vote(&self, who: &SignedIn, post_id: Uuid, vote: &VoteInput) -> Result<Voted> {
        self.cast(who, post_id, vote.mask()?).await
    }

    /// Withdraws a vote.
    ///
    /// # Errors
    /// Those of [`Counting::vote`].
    pub async fn withdraw(&self, who: &SignedIn, post_id: Uuid) -> Result<Voted> {
        self.cast(who, post_id, 0).await
    }

    async fn cast(&self, who: &SignedIn, post_id: Uuid, mask: i32) -> Result<Voted> {
        let vote = Vote { post_id, user_id: who.user_id, mask, kept: Arc::clone(&self.kept) };
        let outcome = self.commits.submit(vote).await;
        self.closing.settled(post_id, outcome).await
    }

    /// Adds the taps of a device.
    ///
    /// # Errors
    /// `invalid`, `not_member`, `not_found`, `overloaded`, `unavailable`.
    pub async fn tap(&self, who: &SignedIn, post_id: Uuid, taps: TapsInput) -> Result<TapsAccepted> {
        taps.check()?;
        let TapsInput { source, total } = taps;
        self.commits.submit(Taps { post_id, user_id: who.user_id, source, total }).await
    }

    /// Closes a poll. Returns the post, also of a poll that is closed already.
    ///
    /// # Errors
    /// `invalid` for another kind of post, `forbidden`, `not_found`, `unavailable`.
    pub async fn close(&self, who: &SignedIn, post_id: Uuid) -> Result<PostView> {
        let work = async |conn: &mut AsyncPgConnection| {
            store::find(conn, post_id, who.user_id).await?;
            counted::close(conn, post_id, Some(who.user_id)).await
        };
        let closed = self.database.scope(&who.caller, Access::Write, work).await?;
        self.closing.say(&closed);
        if closed.code != "ok" {
            return Err(refusal(&closed.code));
        }
        let work = async |conn: &mut AsyncPgConnection| store::find(conn, post_id, who.user_id).await;
        self.database.scope(&who.caller, Access::Snapshot, work).await
    }

    /// Waits until all votes and taps are written, for `patience` at most. Returns whether they were.
    pub async fn drain(&self, patience: std::time::Duration) -> bool {
        self.commits.drain(patience).await
    }
}
