//! Data that other features add to a join reply: a topic belongs to one feature, and may carry events of several.

use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use futures_util::future::BoxFuture;
use parking_lot::RwLock;
use uuid::Uuid;

use super::declared::Added;
use crate::foundation::errors::Result;

/// A source of fields for join replies.
pub trait JoinData: Send + Sync + 'static {
    /// Reads the fields for a person who joins the topic `id`. Runs in the snapshot of the join reply, as the person,
    /// and after it is known that the person may join.
    fn read<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        id: Uuid,
        user_id: Uuid,
    ) -> BoxFuture<'a, Result<Vec<Added>>>;
}

/// The sources of fields for one kind of topic. Cheap to clone.
#[derive(Clone, Default)]
pub struct Joins(Arc<RwLock<Vec<Arc<dyn JoinData>>>>);

impl Joins {
    /// Adds a source, from the next join on.
    pub fn add(&self, data: impl JoinData) {
        self.0.write().push(Arc::new(data));
    }

    /// Returns whether there is no source.
    pub fn is_empty(&self) -> bool {
        self.0.read().is_empty()
    }

    /// Reads the fields of all sources.
    ///
    /// # Errors
    /// Those of the first source that fails. The join is then refused, since its reply would lack promised fields.
    pub async fn read(&self, conn: &mut AsyncPgConnection, id: Uuid, user_id: Uuid) -> Result<Vec<Added>> {
        let all = self.0.read().clone();
        let mut fields = Vec::new();
        for data in all {
            fields.extend(data.read(conn, id, user_id).await?);
        }
        Ok(fields)
    }
}
