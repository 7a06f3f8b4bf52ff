//! The operations on inboxes, and what they receive from pods, the bus and the sweep.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix::{Actor, Addr, ArbiterHandle};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::actor::Inbox;
use super::declared::{EVENT_ROLE, OwnEventRole};
use super::messages::{Announce, Compare, Marked, Notice, Read, Shared, Unwatch, Watch};
use super::packet::Packet;
use super::{Flags, FlagsChange, InboxEntry, KIND, store};
use crate::crew::events::hosts::{Role, RoleObserver};
use crate::crew::journal::change::Change;
use crate::crew::messages::Kind;
use crate::crew::pods;
use crate::crew::pods::observer::{Observer, Origin};
use crate::crew::pods::store::realtime::Mark;
use crate::foundation::db::{Access, Caller, Database};
use crate::foundation::errors::{Error, Result};
use crate::foundation::http::PagePosition;
use crate::realtime::bus::{Bus, Receive};
use crate::realtime::declared::{Added, Announcement, Event};
use crate::realtime::join_data::Joins;
use crate::realtime::relay::RelayHandle;
use crate::realtime::subscription::SubscriptionId;
use crate::wire::topic::Topic;

/// The most notices that wait.
const MAILBOX: usize = 4096;

/// The inboxes of a node. Cheap to clone.
#[derive(Clone)]
pub struct Inboxes(Arc<Inner>);

struct Inner {
    database: Database,
    bus: Arc<dyn Bus>,
    address: Addr<Inbox>,
    shared: Arc<Shared>,
    joins: Joins,
}

impl Inboxes {
    /// Starts the node's inboxes.
    pub fn start(database: Database, bus: Arc<dyn Bus>, thread: &ArbiterHandle) -> Self {
        let shared = Arc::new(Shared::default());
        let of_actor = (database.clone(), Arc::clone(&bus), Arc::clone(&shared));
        let address = Inbox::start_in_arbiter(thread, move |ctx| {
            ctx.set_mailbox_capacity(MAILBOX);
            let (database, bus, shared) = of_actor;
            Inbox::new(database, bus, shared)
        });
        Inboxes(Arc::new(Inner { database, bus, address, shared, joins: Joins::default() }))
    }

    /// Returns the caller's pods after a position, the newest activity first.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn list(
        &self,
        caller: &Caller,
        user_id: Uuid,
        before: Option<PagePosition>,
        limit: i64,
    ) -> Result<Vec<InboxEntry>> {
        let work = async |conn: &mut _| store::list(conn, user_id, before, limit).await;
        self.0.database.scope(caller, Access::Snapshot, work).await
    }

    /// Changes the caller's flags of a pod, and returns them as they are then. The caller's devices on all nodes
    /// receive them.
    ///
    /// # Errors
    /// `not_member`, `not_found`, `unavailable`.
    pub async fn mark(&self, caller: &Caller, user_id: Uuid, pod_id: Uuid, change: FlagsChange) -> Result<Flags> {
        let work = async |conn: &mut _| {
            pods::store::require_member(conn, pod_id, user_id).await?;
            store::flags::change(conn, pod_id, user_id, change).await
        };
        let flags = self.0.database.scope(caller, Access::Write, work).await?;
        self.publish(user_id, &Packet::Marked { pod_id, flags });
        self.marked_here(pod_id, user_id, flags);
        Ok(flags)
    }

    /// Returns the registry of what features add to the answers of joins of `user:<id>`.
    pub fn joins(&self) -> &Joins {
        &self.0.joins
    }

    /// Reads what other features add to the answer of a join.
    ///
    /// # Errors
    /// `unavailable`, and those of the features.
    pub async fn joined(&self, user_id: Uuid) -> Result<Vec<Added>> {
        if self.0.joins.is_empty() {
            return Ok(Vec::new());
        }
        let work = async |conn: &mut _| self.0.joins.read(conn, user_id, user_id).await;
        self.0.database.scope(&Caller::user(user_id), Access::Snapshot, work).await
    }

    /// Sends an event that is not stored to a person's devices, on all nodes. A device that is not connected does not
    /// receive it, nor does one on another node if the bus loses it: what must arrive is stored, and read when a device
    /// joins.
    ///
    /// # Errors
    /// `internal` for a value that cannot be JSON.
    pub fn announce<P: Serialize>(&self, user_id: Uuid, event: Event<P>, payload: &P) -> Result<()> {
        let Announcement { event, payload } = event.of(payload)?;
        self.publish(user_id, &Packet::Event { event: event.name.to_owned(), payload: payload.get().to_owned() });
        self.announce_here(user_id, event.name.to_owned(), payload);
        Ok(())
    }

    /// Lets a session watch its person's pods until the returned value is dropped. Returns with it when they were read, by
    /// the database's clock.
    ///
    /// # Errors
    /// `unavailable` when the person's pods cannot be read.
    pub async fn watch(
        &self,
        user_id: Uuid,
        subscription: SubscriptionId,
        relay: RelayHandle,
    ) -> Result<(Watching, DateTime<Utc>)> {
        // Counted before the pods are read, so that everything that is committed after that is noticed.
        self.0.shared.watching.fetch_add(1, Ordering::AcqRel);
        let watching = Watching { inboxes: self.clone(), user_id, subscription };
        let answer = self.0.address.send(Watch { user_id, subscription, relay }).await;
        let now = answer.map_err(Error::internal)??;
        Ok((watching, now))
    }

    fn publish(&self, user_id: Uuid, packet: &Packet) {
        if !self.0.bus.is_alone() {
            self.0.bus.publish(&Topic::of(KIND, user_id), &packet.encode());
        }
    }

    /// Whether any session watches. While none does, notices cost nothing.
    fn is_watched(&self) -> bool {
        self.0.shared.watching.load(Ordering::Acquire) > 0
    }

    fn announce_here(&self, user_id: Uuid, event: String, payload: Box<RawValue>) {
        if self.is_watched() {
            // It is lost if the mailbox is full, as it may be lost on the bus.
            let _ = self.0.address.try_send(Announce { user_id, event, payload });
        }
    }

    fn marked_here(&self, pod_id: Uuid, user_id: Uuid, flags: Flags) {
        if self.is_watched() {
            // A lost one is found by the comparison.
            let _ = self.0.address.try_send(Marked { pod_id, user_id, flags });
        }
    }

    /// Another node has sent that a person joined a pod.
    fn joined_remotely(&self, pod_id: Uuid, user_id: Uuid, position: i64) {
        if self.is_watched() {
            let notice = Notice { pod_id, head: position, lines: vec![(Kind::Joined, user_id, position)] };
            // A lost one is found by the comparison.
            let _ = self.0.address.try_send(notice);
        }
    }
}

impl Observer for Inboxes {
    fn committed(&self, pod_id: Uuid, changes: &[Change], origin: Origin) {
        if origin == Origin::Here {
            // Other nodes do not yet listen to this pod for the person who joins, so they receive it on the person's
            // topic.
            for change in changes.iter().filter(|change| change.kind == Kind::Joined) {
                self.publish(change.user_id, &Packet::Joined { pod_id, position: change.position });
            }
        }
        if !self.is_watched() {
            return;
        }
        let lines = changes.iter().filter(|change| change.kind != Kind::Text);
        let lines = lines.map(|change| (change.kind, change.user_id, change.position)).collect();
        let notice = Notice { pod_id, head: changes.last().map_or(0, |change| change.position), lines };
        if self.0.address.try_send(notice).is_err() {
            self.0.shared.lost.store(true, Ordering::Release);
        }
    }

    fn read(&self, pod_id: Uuid, mark: &Mark) {
        if self.is_watched() {
            // Unbounded, but read marks are written at a limited rate.
            self.0.address.do_send(Read { pod_id, mark: *mark });
        }
    }

    fn gone(&self, pod_id: Uuid) {
        // Unbounded, but sent once in the life of a pod, and nothing would repair a lost one.
        self.0.address.do_send(Notice { pod_id, head: 0, lines: vec![(Kind::Closed, Uuid::nil(), i64::MAX)] });
    }

    fn compare(&self) {
        if self.is_watched() {
            let _ = self.0.address.try_send(Compare { epoch_changed: false });
        }
    }

    fn epoch_changed(&self) {
        self.0.address.do_send(Compare { epoch_changed: true });
    }
}

impl RoleObserver for Inboxes {
    fn role_changed(&self, event_id: Uuid, user_id: Uuid, role: Role) {
        if let Err(cause) = self.announce(user_id, EVENT_ROLE, &OwnEventRole { event_id, role }) {
            tracing::error!(%cause, "role not announced");
        }
    }
}

impl Receive for Inboxes {
    fn received(&self, user_id: Uuid, from: Uuid, payload: &[u8]) {
        match Packet::decode(payload) {
            Some(Packet::Joined { pod_id, position }) => self.joined_remotely(pod_id, user_id, position),
            Some(Packet::Marked { pod_id, flags }) => self.marked_here(pod_id, user_id, flags),
            Some(Packet::Event { event, payload }) => match RawValue::from_string(payload) {
                Ok(payload) => self.announce_here(user_id, event, payload),
                Err(cause) => tracing::debug!(%from, %cause, "an event from the bus is not JSON"),
            },
            None => tracing::debug!(%from, "unknown packet on the bus dropped"),
        }
    }
}

/// A session that watches its person's pods; ends when dropped.
pub struct Watching {
    inboxes: Inboxes,
    user_id: Uuid,
    subscription: SubscriptionId,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.inboxes.0.shared.watching.fetch_sub(1, Ordering::AcqRel);
        self.inboxes.0.address.do_send(Unwatch { user_id: self.user_id, subscription: self.subscription });
    }
}
