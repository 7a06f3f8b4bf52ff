//! The counts of posts as a tally of an event's feed.
//!
//! Every post whose counts change is read and sent. The sweep, which finds what the bus has lost, compares the event's
//! newest `LIVE` posts.

use diesel_async::AsyncPgConnection;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::Counts;
use super::declared::{POST_COUNTS, PostCounts};
use super::store::counting;
use crate::crew::feed::kinds::KeyedTally;
use crate::crew::feed::subjects::{SubjectCount, Subjects};
use crate::foundation::errors::Result;
use crate::realtime::subscription::{KnownRevision, StateKey};

/// How many of an event's newest posts the sweep compares.
const LIVE: i32 = 50;

/// The tally.
pub struct PostTally;

impl KeyedTally for PostTally {
    fn event(&self) -> &'static str {
        POST_COUNTS.name
    }

    fn field(&self) -> &'static str {
        "remarks"
    }

    fn read<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        event_id: Uuid,
        subjects: &'a Subjects,
    ) -> BoxFuture<'a, Result<Vec<SubjectCount>>> {
        async move {
            let newest = if subjects.live { LIVE } else { 0 };
            let counts = counting::counts_in(conn, event_id, newest, &subjects.ids).await?;
            // A post without remarks never had any, or is gone.
            let counts = counts.into_iter().filter(|(_, counts)| counts.revision > 0);
            counts.map(|(post_id, counts)| subject_count(post_id, counts)).collect()
        }
        .boxed()
    }

    fn checks<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        events: Vec<Uuid>,
    ) -> BoxFuture<'a, Result<Vec<(Uuid, i64)>>> {
        counting::checks(conn, events, LIVE).boxed()
    }
}

fn subject_count(post_id: Uuid, counts: Counts) -> Result<SubjectCount> {
    let Counts { comments, reactions, revision } = counts;
    SubjectCount::new(post_id, revision, POST_COUNTS, &PostCounts { post_id, comments, reactions })
}

/// Returns the revisions of the counts of posts, by their ids, for a join reply that contains the counts: its session is
/// sent later ones only.
pub fn known(revisions: impl IntoIterator<Item = (Uuid, i64)>) -> Vec<KnownRevision> {
    let known = |(id, revision)| KnownRevision { key: StateKey { event: POST_COUNTS.name, id }, revision };
    revisions.into_iter().filter(|(_, revision)| *revision > 0).map(known).collect()
}
