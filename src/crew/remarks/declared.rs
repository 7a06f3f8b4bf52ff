//! Declarations of what remarks send on an event's topic.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Reactions;
use crate::crew::feed::KIND;
use crate::declare;
use crate::realtime::declared::Event;

/// The current counts of a post's remarks.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostCounts {
    /// The post.
    pub post_id: Uuid,
    /// The number of comments.
    pub comments: i64,
    /// The number of people who reacted with each emoji.
    #[schema(value_type = std::collections::HashMap<String, i64>)]
    pub reactions: Reactions,
}

declare! {
    /// Comments or reactions of a post have changed. Sent at most four times a second; the last counts are always sent.
    POST_COUNTS: Event<PostCounts> = (KIND, "post:counts");
}
