//! What can be told on a feed: kinds of items, and tallies. Features register theirs when they are mounted.

use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parking_lot::RwLock;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use uuid::Uuid;

use super::marks::{Due, TALLIES};
use crate::foundation::errors::{Error, Result};
use crate::realtime::domain::MountError;
use crate::realtime::join_data::Fields;

/// An item of a feed that is new or has changed.
#[derive(Debug)]
pub struct Item {
    /// Its number in the feed (`wall_seq`), which its payload says as `seq`.
    pub seq: i64,
    /// The event that tells it, such as `pod:opened`.
    pub event: &'static str,
    /// What that says.
    pub payload: Box<RawValue>,
}

impl Item {
    /// Returns one with this payload.
    ///
    /// # Errors
    /// `internal` for a value without JSON.
    pub fn new(seq: i64, event: &'static str, payload: &impl Serialize) -> Result<Self> {
        Ok(Item { seq, event, payload: to_raw_value(payload).map_err(Error::internal)? })
    }
}

/// What follows from a row of `event_removals`.
#[derive(Debug, PartialEq)]
pub enum Removed {
    /// Everybody is told.
    Announced {
        /// The event that tells it, such as `post:removed`.
        event: &'static str,
        /// What that says.
        payload: Value,
    },
    /// A person is no member any more: their sessions end here, and the others are told nothing.
    Ends(Uuid),
    /// Nobody is told.
    Nothing,
}

/// A kind of item. All that it reads is of one event, and of one snapshot.
pub trait FeedKind: Send + Sync + 'static {
    /// Returns its name: what its trigger gives `podium.feed_stamp` and `event_removals` holds, such as `pod`.
    fn name(&self) -> &'static str;

    /// Reads the items whose number is above `after`, ascending, `limit` at most. As the service.
    fn since<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        event_id: Uuid,
        after: i64,
        limit: i64,
    ) -> BoxFuture<'a, Result<Vec<Item>>>;

    /// Reads what a join is answered: the newest items, each field under a name of its own. On behalf of the member who joins.
    fn newest<'a>(&'a self, _conn: &'a mut AsyncPgConnection, _event_id: Uuid) -> BoxFuture<'a, Result<Fields>> {
        async { Ok(Fields::new()) }.boxed()
    }

    /// Returns what follows from an item's removal under the number `seq`.
    fn removed(&self, id: Uuid, seq: i64) -> Removed;
}

/// What was counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Count {
    /// Differs whenever the value does.
    pub revision: i64,
    /// What is told of it.
    pub value: Value,
}

/// A counter of an event that is told without a number, the last value always.
pub trait Tally: Send + Sync + 'static {
    /// Returns the event that tells it, such as `members:count`.
    fn event(&self) -> &'static str;

    /// Returns its field in the answer of a join, such as `members`. The sweep's metrics call it so, too.
    fn field(&self) -> &'static str;

    /// Reads it. As the service.
    fn read<'a>(&'a self, conn: &'a mut AsyncPgConnection, event_id: Uuid) -> BoxFuture<'a, Result<Count>>;

    /// Reads the revision of each of these events, in one statement. As the service.
    fn revisions<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        events: Vec<Uuid>,
    ) -> BoxFuture<'a, Result<Vec<(Uuid, i64)>>>;

    /// Returns what its event says of a value.
    fn payload(&self, value: &Value) -> Value {
        json!({ "count": value })
    }
}

/// Which tally it is: its place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TallyId(pub(super) usize);

impl TallyId {
    /// Returns that it is to be read.
    pub(super) fn due(self) -> Due {
        Due::tally(self.0)
    }
}

/// The one list of kinds and tallies. Cheap to clone.
#[derive(Clone, Default)]
pub struct Kinds(Arc<RwLock<Lists>>);

#[derive(Default)]
struct Lists {
    kinds: Vec<Arc<dyn FeedKind>>,
    tallies: Vec<Arc<dyn Tally>>,
}

impl Kinds {
    /// Adds a kind.
    ///
    /// # Errors
    /// [`MountError`] if there is one of its name.
    pub fn add_kind(&self, kind: impl FeedKind) -> Result<(), MountError> {
        let mut lists = self.0.write();
        if lists.kinds.iter().any(|known| known.name() == kind.name()) {
            return Err(MountError::new(format!("there is a kind of feed item {} already", kind.name())));
        }
        lists.kinds.push(Arc::new(kind));
        Ok(())
    }

    /// Adds a tally.
    ///
    /// # Errors
    /// [`MountError`] if there is one of its field, or if there are as many as there may be.
    pub fn add_tally(&self, tally: impl Tally) -> Result<TallyId, MountError> {
        let mut lists = self.0.write();
        if lists.tallies.iter().any(|known| known.field() == tally.field()) {
            return Err(MountError::new(format!("there is a tally {} already", tally.field())));
        }
        if lists.tallies.len() == TALLIES {
            return Err(MountError::new(format!("there must be at most {TALLIES} tallies")));
        }
        lists.tallies.push(Arc::new(tally));
        Ok(TallyId(lists.tallies.len() - 1))
    }

    /// Returns the kinds.
    pub fn kinds(&self) -> Vec<Arc<dyn FeedKind>> {
        self.0.read().kinds.clone()
    }

    /// Returns the tallies, each at its place.
    pub fn tallies(&self) -> Vec<Arc<dyn Tally>> {
        self.0.read().tallies.clone()
    }

    /// Returns the place of a tally.
    pub(super) fn find_tally(&self, event: &str) -> Option<TallyId> {
        self.0.read().tallies.iter().position(|tally| tally.event() == event).map(TallyId)
    }

    /// Reads what a join is answered of all kinds, on behalf of the member who joins.
    ///
    /// # Errors
    /// Those of the kinds.
    pub async fn newest(&self, conn: &mut AsyncPgConnection, event_id: Uuid) -> Result<Fields> {
        let mut fields = Fields::new();
        for kind in self.kinds() {
            fields.extend(kind.newest(conn, event_id).await?);
        }
        Ok(fields)
    }
}
