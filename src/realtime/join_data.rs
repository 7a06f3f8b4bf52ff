//! What other features add to the answer of a join: a topic is one feature's, and what is told there may be of several.

use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use futures_util::future::BoxFuture;
use parking_lot::RwLock;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

use crate::foundation::errors::{Error, Result};

/// Fields of an answer, each under a name that no other has.
pub type Fields = Vec<(&'static str, Box<RawValue>)>;

/// Returns a field with this value.
///
/// # Errors
/// `internal` for a value without JSON.
pub fn field(name: &'static str, value: &impl Serialize) -> Result<(&'static str, Box<RawValue>)> {
    Ok((name, to_raw_value(value).map_err(Error::internal)?))
}

/// Adds to the answer of a join.
pub trait JoinData: Send + Sync + 'static {
    /// Reads the fields for one who joins the topic with this id: in the snapshot that the answer is read in, on their behalf, and
    /// after it is known that they may join.
    fn read<'a>(&'a self, conn: &'a mut AsyncPgConnection, id: Uuid, user_id: Uuid) -> BoxFuture<'a, Result<Fields>>;
}

/// Who adds to the joins of one kind of topic. Cheap to clone.
#[derive(Clone, Default)]
pub struct Joins(Arc<RwLock<Vec<Arc<dyn JoinData>>>>);

impl Joins {
    /// Adds one, from the next join on.
    pub fn add(&self, data: impl JoinData) {
        self.0.write().push(Arc::new(data));
    }

    /// Returns whether nobody adds anything.
    pub fn is_empty(&self) -> bool {
        self.0.read().is_empty()
    }

    /// Reads what all of them add.
    ///
    /// # Errors
    /// Those of the first that cannot be read: then the join is refused, since it would be answered without what was promised.
    pub async fn read(&self, conn: &mut AsyncPgConnection, id: Uuid, user_id: Uuid) -> Result<Fields> {
        let all = self.0.read().clone();
        let mut fields = Fields::new();
        for data in all {
            fields.extend(data.read(conn, id, user_id).await?);
        }
        Ok(fields)
    }
}

/// Fields of an answer as an object.
pub mod as_object {
    use serde::Serializer;
    use serde::ser::SerializeMap;

    use super::Fields;

    /// Writes them as an object's fields, or flattened into one.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(fields: &Fields, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(fields.len()))?;
        for (name, value) in fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
