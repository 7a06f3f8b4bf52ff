//! Cards of pods, a kind of item on an event's feed: the part of a pod that the event's members see.

use diesel_async::AsyncPgConnection;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::declared::{CARD_CHANGED, CARD_CLOSED, CARD_OPENED, EVENT_PODS, EventPods, PodCard, PodCardClosed};
use super::dto::{Order, PodView};
use super::store::cards::{Card, cards};
use super::store::of_event;
use crate::crew::feed::kinds::{FeedKind, Item, Removed};
use crate::foundation::errors::Result;
use crate::foundation::http::{Page, PageQuery};
use crate::realtime::declared::Added;

/// The kind of item.
pub struct Cards;

impl FeedKind for Cards {
    fn name(&self) -> &'static str {
        "pod"
    }

    fn since<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        event_id: Uuid,
        after: i64,
        limit: i64,
    ) -> BoxFuture<'a, Result<Vec<Item>>> {
        async move {
            let changed = cards(conn, event_id, after, limit).await?;
            changed.into_iter().map(|card| item(after, card)).collect()
        }
        .boxed()
    }

    /// Reads the newest pods, and the cursor of the next page.
    fn newest<'a>(&'a self, conn: &'a mut AsyncPgConnection, event_id: Uuid) -> BoxFuture<'a, Result<Vec<Added>>> {
        async move {
            let limit = PageQuery::default().limit()?;
            let pods = of_event(conn, event_id, Order::Newest, None, limit.rows()).await?;
            let page = Page::of(pods, limit, PodView::place);
            Ok(vec![EVENT_PODS.of(&EventPods { pods: page.items, next: page.next })?])
        }
        .boxed()
    }

    /// Pods are closed rather than removed, and deleted only with their event.
    fn removed(&self, _id: Uuid, _seq: i64) -> Removed {
        Removed::Nothing
    }
}

/// Returns the item of a card, for sessions that have the feed up to `after`.
fn item(after: i64, card: Card) -> Result<Item> {
    let seq = card.wall_seq;
    match card.view {
        None => Item::new(seq, CARD_CLOSED, &PodCardClosed { pod_id: card.pod_id, seq }),
        Some(view) => {
            let event = if card.wall_from > after { CARD_OPENED } else { CARD_CHANGED };
            Item::new(seq, event, &PodCard { pod: view, seq })
        }
    }
}
