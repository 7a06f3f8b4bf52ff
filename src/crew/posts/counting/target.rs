//! The target of the writers: votes and taps of all posts, and the marks that a commit sets.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::vec::Drain;

use uuid::Uuid;

use super::kept::KeptTallies;
use super::taps::{self, Taps};
use super::vote::{self, Vote};
use crate::crew::feed::hub::EventHub;
use crate::crew::feed::kinds::KeyedTallyId;
use crate::foundation::group_commit::{Connection, Failure, Group, Target, Waiting, Writer};

/// Posts that have moved, by event.
pub type Moved = HashMap<Uuid, HashSet<Uuid>>;

/// The votes and taps of all posts.
pub struct Counts {
    pub(super) hub: Arc<EventHub>,
    pub(super) polls: KeyedTallyId,
    pub(super) hype: KeyedTallyId,
    pub(super) kept: Arc<KeptTallies>,
}

impl Counts {
    /// Marks posts of which a tally must be read.
    pub(super) fn moved(&self, tally: KeyedTallyId, moved: Moved) {
        for (event_id, posts) in moved {
            self.hub.counted_of(event_id, tally, &Vec::from_iter(posts));
        }
    }
}

/// An entry in a writer's queue.
pub enum Queued {
    /// A vote.
    Vote(Waiting<Vote>),
    /// Taps.
    Taps(Waiting<Taps>),
}

impl From<Waiting<Vote>> for Queued {
    fn from(vote: Waiting<Vote>) -> Self {
        Queued::Vote(vote)
    }
}

impl From<Waiting<Taps>> for Queued {
    fn from(taps: Waiting<Taps>) -> Self {
        Queued::Taps(taps)
    }
}

impl Target for Counts {
    /// A post.
    type Subject = Uuid;
    type Queued = Queued;

    async fn prepare(&self, connection: &mut Connection) -> Result<(), Failure> {
        for statement in [vote::CAST, taps::ADD] {
            connection.prepare(statement).await?;
        }
        Ok(())
    }

    async fn write(&self, writer: &mut Writer<Self>, taken: Drain<'_, Queued>) {
        let (mut votes, mut taps) = (Group::default(), Group::default());
        for queued in taken {
            match queued {
                Queued::Vote(vote) => votes.push(vote),
                Queued::Taps(waiting) => taps.push(waiting),
            }
        }
        writer.commit(votes).await;
        writer.commit(taps).await;
    }

    fn connected(&self, _epoch: &str) {
        // What was counted may be of another epoch.
        self.kept.clear();
    }

    fn recheck(&self, _suspects: HashSet<Uuid>) {
        // The events of the posts are not known where there was no answer.
        self.hub.recheck_tallies(&[self.polls, self.hype]);
    }
}
