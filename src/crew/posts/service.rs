//! The operations on posts.

use std::sync::Arc;

use chrono::Utc;
use uuid::Uuid;

use super::counting::Closing;
use super::store::{self, Locked};
use super::{Kind, NewPost, PostChange, PostView};
use crate::crew::events::store::require_member;
use crate::crew::feed::hub::EventHub;
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::db::{Access, Database};
use crate::foundation::errors::{Code, Result};
use crate::foundation::http::{Limit, PagePosition};
use crate::foundation::settings::Allowance;

/// The service of posts. Cheap to clone.
#[derive(Clone)]
pub struct Posts {
    database: Database,
    hub: Arc<EventHub>,
    closing: Closing,
    limit: Option<Allowance>,
}

impl Posts {
    /// Makes the service. `limit` is how many posts a person may write in a time.
    pub fn new(database: Database, hub: Arc<EventHub>, limit: Option<Allowance>) -> Self {
        Posts { closing: Closing::new(database.clone(), Arc::clone(&hub)), database, hub, limit }
    }

    /// Returns the posts of an event, the newest first, of one kind or of all.
    ///
    /// # Errors
    /// `not_member`, `not_found`, `unavailable`.
    pub async fn list(
        &self,
        who: &SignedIn,
        event_id: Uuid,
        kind: Option<Kind>,
        before: Option<PagePosition>,
        limit: Limit,
    ) -> Result<Vec<PostView>> {
        let work = async |conn: &mut _| {
            store::require_reader(conn, event_id, &who.caller).await?;
            store::list(conn, event_id, who.user_id, kind, before, limit.rows()).await
        };
        self.database.scope(&who.caller, Access::Snapshot, work).await
    }

    /// Returns a post.
    ///
    /// # Errors
    /// `not_found`, also for a post that the caller may not read; `unavailable`.
    pub async fn find(&self, who: &SignedIn, id: Uuid) -> Result<PostView> {
        let work = async |conn: &mut _| store::find(conn, id, who.user_id).await;
        self.database.scope(&who.caller, Access::Snapshot, work).await
    }

    /// Writes a post. Returns whether this call stored it, or an earlier one with the same id.
    ///
    /// # Errors
    /// `invalid`, `not_member`, `not_found`; `conflict` when the id is taken; `rate_limited`; `unavailable`.
    pub async fn create(&self, who: &SignedIn, event_id: Uuid, new: NewPost) -> Result<(PostView, bool)> {
        let (id, body) = (new.id.unwrap_or_else(Uuid::now_v7), new.body.checked(new.kind, Utc::now(), None)?);
        let work = async |conn: &mut _| {
            require_member(conn, event_id, who.user_id).await?;
            store::create(conn, event_id, who.user_id, (id, new.kind, &body), self.limit).await
        };
        let is_new = self.database.scope(&who.caller, Access::Write, work).await?;
        self.hub.moved(event_id);
        // Its number in the feed is given at the commit.
        Ok((self.find(who, id).await?, is_new))
    }

    /// Replaces the content of a post. A change with the `op` of an earlier one changes nothing.
    ///
    /// # Errors
    /// `invalid`, `forbidden`, `not_found`; `conflict` when a poll with votes would become another;
    /// `poll_closed`; `unavailable`.
    pub async fn change(&self, who: &SignedIn, id: Uuid, change: PostChange) -> Result<PostView> {
        let PostChange { body, op } = change;
        let work = async |conn: &mut _| {
            let Locked { row, is_over } = store::lock(conn, id).await?;
            if op.is_some_and(|op| row.last_ops.contains(&op)) {
                return Ok(None);
            }
            let body = body.checked(row.kind, Utc::now(), row.closes_at)?;
            if is_over {
                return Err(Code::PollClosed.into());
            }
            if body.stored() == row.body && body.closes_at() == row.closes_at {
                return Ok(None);
            }
            store::save(conn, &row, &body, op).await?;
            Ok(Some(row.event_id))
        };
        let changed = self.database.scope(&who.caller, Access::Write, work).await;
        if let Some(event_id) = self.closing.settled(id, changed).await? {
            self.hub.moved(event_id);
        }
        self.find(who, id).await
    }

    /// Deletes a post, with everything that belongs to it.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `unavailable`.
    pub async fn delete(&self, who: &SignedIn, id: Uuid) -> Result<()> {
        let work = async |conn: &mut _| store::delete(conn, id).await;
        let event_id = self.database.scope(&who.caller, Access::Write, work).await?;
        self.hub.moved(event_id);
        Ok(())
    }
}
