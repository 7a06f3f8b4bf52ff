//! The meet point as a kind of item on an event's feed.

use diesel_async::AsyncPgConnection;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::declared::{EVENT_MEET_POINT, EventMeetPoint, MEET_POINT_CHANGED, MeetPointChanged};
use super::store;
use crate::crew::feed::kinds::{FeedKind, Item, Removed};
use crate::foundation::errors::Result;
use crate::realtime::declared::Added;

/// The kind of item. An event has one at most, whose id is the event's.
pub struct MeetPointItems;

impl FeedKind for MeetPointItems {
    fn name(&self) -> &'static str {
        "meet_point"
    }

    fn since<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        event_id: Uuid,
        after: i64,
        _limit: i64,
    ) -> BoxFuture<'a, Result<Vec<Item>>> {
        async move {
            let Some((seq, meet_point)) = store::since(conn, event_id, after).await? else { return Ok(Vec::new()) };
            let changed = MeetPointChanged { meet_point: Some(meet_point), seq };
            Ok(vec![Item::new(seq, MEET_POINT_CHANGED, &changed)?])
        }
        .boxed()
    }

    fn newest<'a>(&'a self, conn: &'a mut AsyncPgConnection, event_id: Uuid) -> BoxFuture<'a, Result<Vec<Added>>> {
        async move {
            let meet_point = store::find(conn, event_id).await?;
            Ok(vec![EVENT_MEET_POINT.of(&EventMeetPoint { meet_point })?])
        }
        .boxed()
    }

    fn removed(&self, _event_id: Uuid, seq: i64) -> Removed {
        let announcement = MEET_POINT_CHANGED.of(&MeetPointChanged { meet_point: None, seq });
        Removed::Announced(announcement.expect("null and a number have a JSON"))
    }
}
