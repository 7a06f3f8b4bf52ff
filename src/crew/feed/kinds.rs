//! The kinds of items and the tallies of a feed. Features register their own when they are mounted.

use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parking_lot::RwLock;
use serde::Serialize;
use uuid::Uuid;

use super::marks::{Due, TALLIES};
use super::subjects::{SubjectCount, Subjects};
use crate::foundation::errors::Result;
use crate::realtime::declared::{Added, Addition, Announcement, Event};
use crate::realtime::domain::MountError;

/// An item of a feed that is new or has changed.
#[derive(Debug)]
pub struct Item {
    /// The item's number in the feed (`wall_seq`), which the payload contains as `seq`.
    pub seq: i64,
    /// The event and its payload, such as `pod:opened`.
    pub announcement: Announcement,
}

impl Item {
    /// Creates an item that is sent as this event. The payload contains `seq`, too.
    ///
    /// # Errors
    /// `internal` for a value that has no JSON.
    pub fn new<P: Serialize>(seq: i64, event: Event<P>, payload: &P) -> Result<Self> {
        Ok(Item { seq, announcement: event.of(payload)? })
    }
}

/// The consequence of a row of `event_removals`.
#[derive(Debug, PartialEq)]
pub enum Removed {
    /// An event for every session, such as `post:removed`.
    Announced(Announcement),
    /// A person is no longer a member: this ends the person's subscriptions, and sends nothing to the others.
    Ends(Uuid),
    /// No event.
    Nothing,
}

/// A kind of item. Each reading covers one event, in one snapshot.
pub trait FeedKind: Send + Sync + 'static {
    /// Returns the name that its trigger passes to `podium.feed_stamp` and that `event_removals` holds, such as `pod`.
    fn name(&self) -> &'static str;

    /// Reads the items with a number above `after`, in ascending order, `limit` at most. As the service.
    fn since<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        event_id: Uuid,
        after: i64,
        limit: i64,
    ) -> BoxFuture<'a, Result<Vec<Item>>>;

    /// Reads the newest items for a join reply, each field under a unique name. On behalf of the member who joins.
    fn newest<'a>(&'a self, _conn: &'a mut AsyncPgConnection, _event_id: Uuid) -> BoxFuture<'a, Result<Vec<Added>>> {
        async { Ok(Vec::new()) }.boxed()
    }

    /// Returns the consequence of an item's removal with the number `seq`.
    fn removed(&self, id: Uuid, seq: i64) -> Removed;
}

/// The result of counting a tally.
#[derive(Debug, Clone)]
pub struct Count {
    /// A number that differs whenever the value does.
    pub revision: i64,
    /// The event that is sent when the value has changed, such as `members:count`.
    pub announcement: Announcement,
    /// The value as fields of a join reply.
    pub added: Added,
}

impl Count {
    /// Creates a count from its event and from its fields of a join reply.
    ///
    /// # Errors
    /// `internal` for a value that has no JSON.
    pub fn new<P: Serialize, T: Serialize>(
        revision: i64,
        (event, payload): (Event<P>, &P),
        (addition, fields): (Addition<T>, &T),
    ) -> Result<Self> {
        Ok(Count { revision, announcement: event.of(payload)?, added: addition.of(fields)? })
    }
}

/// A counter of an event, sent without a number. The last value is always sent.
pub trait Tally: Send + Sync + 'static {
    /// Returns the name of the pushed event, such as `members:count`. Nodes name the tally by it on the bus.
    fn event(&self) -> &'static str;

    /// Returns the tally's label in the sweep's metrics, such as `members`.
    fn field(&self) -> &'static str;

    /// Counts the tally. As the service.
    fn read<'a>(&'a self, conn: &'a mut AsyncPgConnection, event_id: Uuid) -> BoxFuture<'a, Result<Count>>;

    /// Reads the revisions of these events, in one statement. As the service.
    fn revisions<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        events: Vec<Uuid>,
    ) -> BoxFuture<'a, Result<Vec<(Uuid, i64)>>>;
}

/// A counter of many subjects of an event, such as the votes of each poll. Each subject has a revision that only ascends.
/// The last value of each live subject is always sent; the tally decides which are live, such as the open polls, at most
/// [`LIVE`](super::subjects::LIVE) an event.
///
/// A join reply that contains values names their revisions ([`Added::knowing`]), and the session is sent later ones only.
pub trait KeyedTally: Send + Sync + 'static {
    /// Returns the name of the pushed event, such as `poll:tally`. Nodes name the tally by it on the bus.
    fn event(&self) -> &'static str;

    /// Returns the tally's label in the sweep's metrics, such as `polls`.
    fn field(&self) -> &'static str;

    /// Counts these subjects of an event, in one statement. Those that are gone, or have no tally any more, are left out.
    /// As the service.
    fn read<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        event_id: Uuid,
        subjects: &'a Subjects,
    ) -> BoxFuture<'a, Result<Vec<SubjectCount>>>;

    /// Reads, for each of these events, the sum of `podium.tally_check` over its live subjects, 0 without any; in one
    /// statement. As the service.
    fn checks<'a>(
        &'a self,
        conn: &'a mut AsyncPgConnection,
        events: Vec<Uuid>,
    ) -> BoxFuture<'a, Result<Vec<(Uuid, i64)>>>;
}

/// A tally of either kind.
#[derive(Clone)]
pub(super) enum AnyTally {
    /// One value an event.
    One(Arc<dyn Tally>),
    /// One value a subject.
    Keyed(Arc<dyn KeyedTally>),
}

impl AnyTally {
    pub(super) fn event(&self) -> &'static str {
        match self {
            AnyTally::One(tally) => tally.event(),
            AnyTally::Keyed(tally) => tally.event(),
        }
    }

    pub(super) fn field(&self) -> &'static str {
        match self {
            AnyTally::One(tally) => tally.field(),
            AnyTally::Keyed(tally) => tally.field(),
        }
    }

    /// Reads what the sweep compares with what was sent.
    pub(super) async fn revisions(&self, conn: &mut AsyncPgConnection, events: Vec<Uuid>) -> Result<Vec<(Uuid, i64)>> {
        match self {
            AnyTally::One(tally) => tally.revisions(conn, events).await,
            AnyTally::Keyed(tally) => tally.checks(conn, events).await,
        }
    }
}

/// The id of a tally: its index in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TallyId(pub(super) usize);

impl TallyId {
    /// Returns the mark that the tally must be read.
    pub(super) fn due(self) -> Due {
        Due::tally(self.0)
    }
}

/// The id of a keyed tally: its index in the same list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyedTallyId(pub(super) usize);

/// The list of kinds and tallies. Cheap to clone.
#[derive(Clone, Default)]
pub struct Kinds(Arc<RwLock<Lists>>);

#[derive(Default)]
struct Lists {
    kinds: Vec<Arc<dyn FeedKind>>,
    tallies: Vec<AnyTally>,
}

impl Kinds {
    /// Adds a kind.
    ///
    /// # Errors
    /// [`MountError`] if there is a kind with its name.
    pub fn add_kind(&self, kind: impl FeedKind) -> Result<(), MountError> {
        let mut lists = self.0.write();
        if lists.kinds.iter().any(|known| known.name() == kind.name()) {
            return Err(MountError::new(format!("the kind of feed item {} is registered already", kind.name())));
        }
        lists.kinds.push(Arc::new(kind));
        Ok(())
    }

    /// Adds a tally.
    ///
    /// # Errors
    /// [`MountError`] if there is a tally with its field, or if the list is full.
    pub fn add_tally(&self, tally: impl Tally) -> Result<TallyId, MountError> {
        self.add(AnyTally::One(Arc::new(tally))).map(TallyId)
    }

    /// Adds a keyed tally.
    ///
    /// # Errors
    /// Those of [`Kinds::add_tally`].
    pub fn add_keyed_tally(&self, tally: impl KeyedTally) -> Result<KeyedTallyId, MountError> {
        self.add(AnyTally::Keyed(Arc::new(tally))).map(KeyedTallyId)
    }

    fn add(&self, tally: AnyTally) -> Result<usize, MountError> {
        let mut lists = self.0.write();
        if lists.tallies.iter().any(|known| known.field() == tally.field()) {
            return Err(MountError::new(format!("the tally {} is registered already", tally.field())));
        }
        if lists.tallies.len() == TALLIES {
            return Err(MountError::new(format!("there must be at most {TALLIES} tallies")));
        }
        lists.tallies.push(tally);
        Ok(lists.tallies.len() - 1)
    }

    /// Returns the kinds.
    pub fn kinds(&self) -> Vec<Arc<dyn FeedKind>> {
        self.0.read().kinds.clone()
    }

    /// Returns the tallies, in the order of their ids.
    pub(super) fn tallies(&self) -> Vec<AnyTally> {
        self.0.read().tallies.clone()
    }

    /// Returns the index of the tally with this event.
    pub(super) fn find_tally(&self, event: &str) -> Option<usize> {
        self.0.read().tallies.iter().position(|tally| tally.event() == event)
    }

    /// Reads the fields of all kinds for a join reply, on behalf of the member who joins.
    ///
    /// # Errors
    /// Those of the kinds.
    pub async fn newest(&self, conn: &mut AsyncPgConnection, event_id: Uuid) -> Result<Vec<Added>> {
        let mut fields = Vec::new();
        for kind in self.kinds() {
            fields.extend(kind.newest(conn, event_id).await?);
        }
        Ok(fields)
    }
}
