//! Declarations of what posts send on an event's topic.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Post, PostView, Tally};
use crate::crew::feed::KIND;
use crate::declare;
use crate::realtime::declared::{Addition, Event};

/// A post that is new or has changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostIs {
    /// The post, as everybody sees it.
    pub post: Post,
    /// The number of the change in the event's feed.
    pub seq: i64,
}

/// A post that was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostRemoved {
    /// Its id.
    pub post_id: Uuid,
    /// The number of the deletion in the event's feed.
    pub seq: i64,
}

/// A poll that was closed, with its final tally.
#[derive(Debug, Serialize, ToSchema)]
pub struct PollClosed {
    /// The poll's id.
    pub post_id: Uuid,
    /// The revision of the final tally.
    pub rev: i64,
    /// The number of people who voted.
    pub voters: i64,
    /// The votes for each option, in the poll's order.
    pub counts: Vec<i64>,
    /// When it was closed.
    pub closed_at: DateTime<Utc>,
    /// The closed poll, as everybody sees it.
    pub post: Post,
    /// The number of the closing in the event's feed.
    pub seq: i64,
}

/// The votes of an open poll, as everybody sees them.
#[derive(Debug, Serialize, ToSchema)]
pub struct PollTallyIs {
    /// The poll's id.
    pub post_id: Uuid,
    /// The tally. `counts` is null unless the poll shows them at any time.
    #[serde(flatten)]
    pub tally: Tally,
}

/// The taps on a post of the kind `hype`.
#[derive(Debug, Serialize, ToSchema)]
pub struct HypeIs {
    /// The post's id.
    pub post_id: Uuid,
    /// All accepted taps. The number only grows.
    pub total: i64,
}

/// The posts of an event, in a join reply.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventPosts {
    /// The newest 20, the newest first.
    pub posts: Vec<PostView>,
    /// The `cursor` of the next page of `GET /v1/events/{id}/posts`; null if there is none.
    #[schema(required)]
    pub posts_next: Option<String>,
}

declare! {
    /// A member has posted something.
    POST_NEW: Event<PostIs> = (KIND, "post:new");
    /// The author has changed a post. Votes, taps, comments and reactions are not changes of a post: they are sent
    /// without a number.
    POST_CHANGED: Event<PostIs> = (KIND, "post:changed");
    /// A post was deleted.
    POST_REMOVED: Event<PostRemoved> = (KIND, "post:removed");
    /// A poll was closed. Its tally is final.
    POLL_CLOSED: Event<PollClosed> = (KIND, "poll:closed");
    /// The votes of a poll have changed. Sent at most four times a second, for all polls that have moved; the last tally of an
    /// open poll is always sent. `rev` ascends, also from the join reply on. Answers to requests may be ahead or behind:
    /// show the tally with the highest `rev`.
    POLL_TALLY: Event<PollTallyIs> = (KIND, "poll:tally");
    /// The taps on a post have grown. Sent like `poll:tally`.
    HYPE: Event<HypeIs> = (KIND, "hype");
    /// The event's newest posts.
    EVENT_POSTS: Addition<EventPosts> = (KIND);
}
