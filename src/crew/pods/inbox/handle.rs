//! The way to a node's inboxes: what the journal, the bus and the sweep tell them, and who watches.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use actix::{Actor, Addr, ArbiterHandle};
use uuid::Uuid;

use super::marked::Marked;
use super::{Compare, Inbox, Notice, Read, Unwatch, Watch};
use crate::crew::messages::Kind;
use crate::crew::pods::change::Change;
use crate::crew::pods::flags::Flags;
use crate::crew::pods::store::live::Mark;
use crate::foundation::db::Database;
use crate::foundation::errors::{Error, Result};
use crate::realtime::bus::Bus;
use crate::realtime::relay::RelayHandle;
use crate::realtime::subscription::SubscriptionId;

/// Notices that may wait.
const MAILBOX: usize = 4096;

/// The way to a node's inboxes. Cheap to clone.
#[derive(Clone)]
pub struct InboxHandle {
    address: Addr<Inbox>,
    shared: Arc<Shared>,
}

/// What is known without asking the actor.
#[derive(Default)]
pub(super) struct Shared {
    /// How many sessions watch. While none does, the journal's notices cost nothing.
    pub(super) watching: AtomicUsize,
    /// Notices were lost: anything may have happened.
    pub(super) lost: AtomicBool,
}

impl InboxHandle {
    /// Starts the node's inboxes.
    pub fn start(database: Database, bus: Arc<dyn Bus>, thread: &ArbiterHandle) -> Self {
        let shared = Arc::new(Shared::default());
        let kept = Arc::clone(&shared);
        let address = Inbox::start_in_arbiter(thread, move |ctx| {
            ctx.set_mailbox_capacity(MAILBOX);
            Inbox {
                database,
                bus,
                shared: kept,
                people: HashMap::new(),
                pods: HashMap::new(),
                due: HashSet::new(),
                told: HashMap::new(),
                gone: HashMap::new(),
                reading: false,
                comparing: false,
            }
        });
        InboxHandle { address, shared }
    }

    /// Tells of what was committed.
    pub fn notice(&self, pod_id: Uuid, changes: &[Change]) {
        if self.shared.watching.load(Ordering::Acquire) == 0 {
            return;
        }
        let lines = changes.iter().filter(|change| change.kind != Kind::Text);
        let lines = lines.map(|change| (change.kind, change.user_id, change.position)).collect();
        let notice = Notice { pod_id, head: changes.last().map_or(0, |change| change.position), lines };
        if self.address.try_send(notice).is_err() {
            self.shared.lost.store(true, Ordering::Release);
        }
    }

    /// Tells one's other devices up to where one has read.
    pub fn read(&self, pod_id: Uuid, mark: &Mark) {
        if self.shared.watching.load(Ordering::Acquire) > 0 {
            // As many as there are marks, which have a pace.
            self.address.do_send(Read { pod_id, mark: *mark });
        }
    }

    /// Tells one's devices what one has marked a pod with.
    pub fn marked(&self, pod_id: Uuid, user_id: Uuid, flags: Flags) {
        if self.shared.watching.load(Ordering::Acquire) > 0 {
            // One that is lost is found by comparing.
            let _ = self.address.try_send(Marked { pod_id, user_id, flags });
        }
    }

    /// Tells that a pod is gone with its event.
    pub fn gone(&self, pod_id: Uuid) {
        // Once in the life of a pod, and nothing would make up for a lost one.
        self.address.do_send(Notice { pod_id, head: 0, lines: vec![(Kind::Closed, Uuid::nil(), i64::MAX)] });
    }

    /// Another node tells that a person has come into a pod.
    pub fn joined(&self, pod_id: Uuid, user_id: Uuid, position: i64) {
        if self.shared.watching.load(Ordering::Acquire) > 0 {
            let notice = Notice { pod_id, head: position, lines: vec![(Kind::Joined, user_id, position)] };
            // One that is lost is found by comparing.
            let _ = self.address.try_send(notice);
        }
    }

    /// Compares what is known with Postgres: the bus may have lost something.
    pub fn compare(&self) {
        if self.shared.watching.load(Ordering::Acquire) > 0 {
            let _ = self.address.try_send(Compare { afresh: false });
        }
    }

    /// The database has another line of history.
    pub fn afresh(&self) {
        self.address.do_send(Compare { afresh: true });
    }

    /// A session watches its person's pods until the answer is dropped.
    ///
    /// # Errors
    /// `unavailable` when the person's pods cannot be read.
    pub async fn watch(&self, user_id: Uuid, subscription: SubscriptionId, relay: RelayHandle) -> Result<Watching> {
        // Counted before the pods are read, so that whatever is committed after the reading is noticed.
        self.shared.watching.fetch_add(1, Ordering::AcqRel);
        let watching = Watching { inbox: self.clone(), user_id, subscription };
        let answer = self.address.send(Watch { user_id, subscription, relay }).await;
        answer.map_err(Error::internal)??;
        Ok(watching)
    }
}

/// A session that watches.
pub struct Watching {
    inbox: InboxHandle,
    user_id: Uuid,
    subscription: SubscriptionId,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.inbox.shared.watching.fetch_sub(1, Ordering::AcqRel);
        self.inbox.address.do_send(Unwatch { user_id: self.user_id, subscription: self.subscription });
    }
}
