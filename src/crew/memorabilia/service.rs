//! The operations on memorabilia.

use uuid::Uuid;

use super::{Memorabilia, NewMemorabilia, ShelfItem, store};
use crate::crew::events::store::require_member;
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::db::{Access, Database};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::http::{Limit, PagePosition};

/// The service of memorabilia. Cheap to clone.
#[derive(Clone)]
pub struct Shelves(Database);

impl Shelves {
    /// Makes the service.
    pub fn new(database: Database) -> Self {
        Shelves(database)
    }

    /// Returns what the caller keeps of an event.
    ///
    /// # Errors
    /// `not_found`, `unavailable`.
    pub async fn find(&self, who: &SignedIn, event_id: Uuid) -> Result<Memorabilia> {
        let work = async |conn: &mut _| store::find(conn, event_id, who.user_id).await;
        self.0.scope(&who.caller, Access::Snapshot, work).await
    }

    /// Stores what the caller keeps of an event, in place of what they have kept so far. Also returns whether it is new.
    ///
    /// # Errors
    /// `invalid`, `not_member`, `not_found`, `unavailable`.
    pub async fn put(&self, who: &SignedIn, event_id: Uuid, new: NewMemorabilia) -> Result<(Memorabilia, bool)> {
        let new = new.checked()?;
        let work = async |conn: &mut _| {
            require_member(conn, event_id, who.user_id).await?;
            store::put(conn, event_id, who.user_id, &new).await
        };
        self.0.scope(&who.caller, Access::Write, work).await
    }

    /// Deletes what the caller keeps of an event.
    ///
    /// # Errors
    /// `not_found`, `unavailable`.
    pub async fn delete(&self, who: &SignedIn, event_id: Uuid) -> Result<()> {
        let work = async |conn: &mut _| match store::delete(conn, event_id, who.user_id).await? {
            true => Ok(()),
            false => Err(Error::because(Code::NotFound, "the caller keeps nothing of the event")),
        };
        self.0.scope(&who.caller, Access::Write, work).await
    }

    /// Returns what the caller keeps of all events after a position, the newest first.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn list(&self, who: &SignedIn, before: Option<PagePosition>, limit: Limit) -> Result<Vec<ShelfItem>> {
        let work = async |conn: &mut _| store::shelf(conn, who.user_id, before, limit.rows()).await;
        self.0.scope(&who.caller, Access::Snapshot, work).await
    }
}
