//! The tallies of polls and of hype, as the feed counts and sends them.

use diesel_async::AsyncPgConnection;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::crew::feed::kinds::KeyedTally;
use crate::crew::feed::subjects::{SubjectCount, Subjects};
use crate::crew::posts::declared::{HYPE, HypeIs, POLL_TALLY, PollTallyIs};
use crate::crew::posts::store::counted;
use crate::crew::posts::{Kind, PostView};
use crate::foundation::errors::Result;
use crate::realtime::subscription::{KnownRevision, StateKey};

/// The votes of each open poll.
pub struct Polls;

impl KeyedTally for Polls {
    fn event(&self) -> &'static str {
        POLL_TALLY.name
    }

    fn field(&self) -> &'static str {
        "polls"
    }

    fn read<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        event_id: Uuid,
        subjects: &'a Subjects,
    ) -> BoxFuture<'a, Result<Vec<SubjectCount>>> {
        async move {
            let counted = counted::tallies(conn, event_id, subjects).await?;
            let count = |(post_id, tally): (Uuid, super::super::Tally)| {
                SubjectCount::new(post_id, tally.rev, POLL_TALLY, &PollTallyIs { post_id, tally })
            };
            counted.into_iter().map(count).collect()
        }
        .boxed()
    }

    fn checks<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        events: Vec<Uuid>,
    ) -> BoxFuture<'a, Result<Vec<(Uuid, i64)>>> {
        counted::checks(conn, Kind::Poll, events).boxed()
    }
}

/// The taps on each post of the kind `hype`.
pub struct Hypes;

impl KeyedTally for Hypes {
    fn event(&self) -> &'static str {
        HYPE.name
    }

    fn field(&self) -> &'static str {
        "hype"
    }

    fn read<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        event_id: Uuid,
        subjects: &'a Subjects,
    ) -> BoxFuture<'a, Result<Vec<SubjectCount>>> {
        async move {
            let counted = counted::hypes(conn, event_id, subjects).await?;
            // Accepted taps are never taken back, so the total is its own revision.
            let count = |(post_id, total)| SubjectCount::new(post_id, total, HYPE, &HypeIs { post_id, total });
            counted.into_iter().map(count).collect()
        }
        .boxed()
    }

    fn checks<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        events: Vec<Uuid>,
    ) -> BoxFuture<'a, Result<Vec<(Uuid, i64)>>> {
        counted::checks(conn, Kind::Hype, events).boxed()
    }
}

/// Returns the revisions of the tallies that these posts have, for a join reply that contains them.
pub fn known_revisions(posts: &[PostView]) -> Vec<KnownRevision> {
    let known = |event, id, revision| KnownRevision { key: StateKey { event, id }, revision };
    let of = |view: &PostView| {
        let (id, post) = (view.post.id, &view.post);
        let tally = post.tally.as_ref().map(|tally| known(POLL_TALLY.name, id, tally.rev));
        [tally, post.hype.map(|total| known(HYPE.name, id, total))]
    };
    // What is 0 is never sent.
    posts.iter().flat_map(of).flatten().filter(|known| known.revision > 0).collect()
}
