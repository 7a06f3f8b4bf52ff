//! An event on its own feed: its changes, the departures of members, and their number.

use diesel_async::AsyncPgConnection;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::declared::{EVENT_CHANGED, EVENT_MEMBERS, EventChanged, EventMembers, MEMBERS_COUNT};
use super::store::changed_since;
use super::store::members::{count, counts};
use crate::crew::feed::declared::CountIs;
use crate::crew::feed::kinds::{Count, FeedKind, Item, Removed, Tally};
use crate::foundation::errors::Result;

/// The kind of item for the event itself. Its trigger is `podium.event_changed`, since the event's row holds the feed's
/// counter. A deleted event has no feed.
pub struct Changes;

impl FeedKind for Changes {
    fn name(&self) -> &'static str {
        "event"
    }

    fn since<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        event_id: Uuid,
        after: i64,
        _limit: i64,
    ) -> BoxFuture<'a, Result<Vec<Item>>> {
        async move {
            let Some((seq, event)) = changed_since(conn, event_id, after).await? else { return Ok(Vec::new()) };
            Ok(vec![Item::new(seq, EVENT_CHANGED, &EventChanged { event, seq })?])
        }
        .boxed()
    }

    fn removed(&self, _id: Uuid, _seq: i64) -> Removed {
        Removed::Nothing
    }
}

/// The kind of item for people who have left. A session ends exactly at the point at which its person left, and an old
/// departure does not end the session of a person who has come back since.
pub struct Departures;

impl FeedKind for Departures {
    fn name(&self) -> &'static str {
        "member"
    }

    /// People who join are only counted.
    fn since<'a>(
        &'a self,
        _conn: &'a mut AsyncPgConnection,
        _event_id: Uuid,
        _after: i64,
        _limit: i64,
    ) -> BoxFuture<'a, Result<Vec<Item>>> {
        async { Ok(Vec::new()) }.boxed()
    }

    fn removed(&self, user_id: Uuid, _seq: i64) -> Removed {
        Removed::Ends(user_id)
    }
}

/// The number of members, including hidden ones.
///
/// They are counted each time: a stored counter would be one more lock for every join of an event.
pub struct Members;

impl Tally for Members {
    fn event(&self) -> &'static str {
        MEMBERS_COUNT.name
    }

    fn field(&self) -> &'static str {
        "members"
    }

    fn read<'a>(&'a self, conn: &'a mut AsyncPgConnection, event_id: Uuid) -> BoxFuture<'a, Result<Count>> {
        async move {
            let members = count(conn, event_id).await?;
            let count = CountIs { count: members.unsigned_abs() };
            Count::new(members, (MEMBERS_COUNT, &count), (EVENT_MEMBERS, &EventMembers { members }))
        }
        .boxed()
    }

    fn revisions<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        events: Vec<Uuid>,
    ) -> BoxFuture<'a, Result<Vec<(Uuid, i64)>>> {
        counts(conn, events).boxed()
    }
}
