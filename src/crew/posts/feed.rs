//! Posts as a kind of item on an event's feed, and as fields of its join reply.

use diesel_async::AsyncPgConnection;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::PostView;
use super::counting::known_revisions;
use super::declared::{
    EVENT_POSTS, EventPosts, POLL_CLOSED, POST_CHANGED, POST_NEW, POST_REMOVED, PollClosed, PostIs, PostRemoved,
};
use super::store::{self, Changed};
use crate::crew::feed::kinds::{FeedKind, Item, Removed};
use crate::crew::remarks;
use crate::foundation::errors::Result;
use crate::foundation::http::{Page, PageQuery};
use crate::realtime::declared::Added;
use crate::realtime::join_data::JoinData;

/// The number of posts in a join reply.
const NEWEST: i64 = 20;

/// The kind of item.
pub struct PostItems;

impl FeedKind for PostItems {
    fn name(&self) -> &'static str {
        "post"
    }

    fn since<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        event_id: Uuid,
        after: i64,
        limit: i64,
    ) -> BoxFuture<'a, Result<Vec<Item>>> {
        async move {
            let changed = store::since(conn, event_id, after, limit).await?;
            changed.into_iter().map(|changed| item(after, changed)).collect()
        }
        .boxed()
    }

    fn removed(&self, post_id: Uuid, seq: i64) -> Removed {
        let announcement = POST_REMOVED.of(&PostRemoved { post_id, seq });
        Removed::Announced(announcement.expect("an id and a number have a JSON"))
    }
}

/// Returns the item of a post, for sessions that have the feed up to `after`.
fn item(after: i64, Changed { came, post }: Changed) -> Result<Item> {
    let seq = post.seq;
    if came > after {
        return Item::new(seq, POST_NEW, &PostIs { post, seq });
    }
    // Nothing changes in a poll after it is closed: the closing is its last change.
    match (post.closed_at, &post.tally) {
        (Some(closed_at), Some(tally)) => {
            let (rev, voters, counts) = (tally.rev, tally.voters, tally.counts.clone().unwrap_or_default());
            let closed = PollClosed { post_id: post.id, rev, voters, counts, closed_at, post, seq };
            Item::new(seq, POLL_CLOSED, &closed)
        }
        _ => Item::new(seq, POST_CHANGED, &PostIs { post, seq }),
    }
}

/// The newest posts, in a join reply. They are read for the person who joins, whose own votes and reactions they have.
pub struct NewestPosts;

impl JoinData for NewestPosts {
    fn read<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        event_id: Uuid,
        user_id: Uuid,
    ) -> BoxFuture<'a, Result<Vec<Added>>> {
        async move {
            let limit = PageQuery { limit: Some(NEWEST), cursor: None }.limit()?;
            let posts = store::list(conn, event_id, user_id, None, None, limit.rows()).await?;
            let page = Page::of(posts, limit, PostView::place);
            let counted = page.items.iter().map(|view| (view.post.id, view.post.remarks_revision));
            let mut known = known_revisions(&page.items);
            known.extend(remarks::tally::known(counted));
            let posts = EVENT_POSTS.of(&EventPosts { posts: page.items, posts_next: page.next })?;
            Ok(vec![posts.knowing(known)])
        }
        .boxed()
    }
}
