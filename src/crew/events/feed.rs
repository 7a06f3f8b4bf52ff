//! An event's members on its feed: who has left, and how many there are.

use diesel_async::AsyncPgConnection;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::declared::{EVENT_MEMBERS, EventMembers, MEMBERS_COUNT};
use super::store::members::{count, counts};
use crate::crew::feed::declared::CountIs;
use crate::crew::feed::kinds::{Count, FeedKind, Item, Removed, Tally};
use crate::foundation::errors::Result;

/// Who has left. So a session ends exactly where its person left, and one who has come back since is not ended by an old
/// departure.
pub struct Departures;

impl FeedKind for Departures {
    fn name(&self) -> &'static str {
        "member"
    }

    /// Who comes is only counted.
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

/// How many members there are, those who hide included: a number names nobody.
///
/// They are counted, and not kept count of: a counter would be one more lock for every join of an event.
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
