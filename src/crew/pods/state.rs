//! The state of a pod's actor: order, hold-back, repair and members. Pure, so that it can be tested a million times a
//! second.
//!
//! **Input.** Changes arrive from this node's journal and from the bus: early, late, twice or never.
//!
//! **Invariants.** Changes leave in strictly ascending order of position. None is skipped, except one that a later
//! state of the same message has replaced. Missing changes are read from Postgres ([`PodState::wants`],
//! [`PodState::repaired`]). A reading covers the whole range up to the head that it saw, so a position without a row
//! was superseded and is not waited for.

use std::collections::{BTreeMap, HashSet};

use uuid::Uuid;

use crate::crew::journal::change::Change;
use crate::crew::messages::Kind;

/// Maximum number of changes that are held back. Further ones are dropped, and read from Postgres with the gap.
const HELD: usize = 4096;

/// The log as this node has it, and the pod's members.
#[derive(Debug)]
pub struct PodState {
    /// The position up to which everything has been delivered.
    delivered: i64,
    /// What was delivered before a repair of several pages began: clients know messages up to here.
    known: Option<i64>,
    /// The highest position heard of.
    heard: i64,
    held: BTreeMap<i64, Change>,
    members: HashSet<Uuid>,
    closed: bool,
}

impl PodState {
    /// Creates the state from a reading of Postgres at a head.
    pub fn new(head: i64, members: impl IntoIterator<Item = Uuid>, closed: bool) -> Self {
        PodState {
            delivered: head,
            known: None,
            heard: head,
            held: BTreeMap::new(),
            members: members.into_iter().collect(),
            closed,
        }
    }

    /// Takes a committed change. Returns the changes to deliver now, in order.
    pub fn arrived(&mut self, change: Change) -> Vec<Change> {
        self.heard = self.heard.max(change.position);
        if change.position <= self.delivered {
            return Vec::new();
        }
        if self.held.len() < HELD || (change.position == self.delivered + 1 && self.known.is_none()) {
            self.held.insert(change.position, change);
        }
        self.release()
    }

    /// Notes a position that the log has reached.
    pub fn heard_of(&mut self, head: i64) {
        self.heard = self.heard.max(head);
    }

    /// Returns the position after which Postgres must be read, if anything is missing.
    pub fn wants(&self) -> Option<i64> {
        (self.heard > self.delivered).then_some(self.delivered)
    }

    /// Returns the seq above which a message is new to clients, to encode the rows of a repair.
    pub fn known(&self) -> i64 {
        self.known.unwrap_or(self.delivered)
    }

    /// Takes a reading of everything after `after` up to `upto`, in ascending order; `more` says whether it goes on.
    /// Returns the changes to deliver.
    pub fn repaired(&mut self, after: i64, rows: Vec<Change>, upto: i64, more: bool) -> Vec<Change> {
        // The gap has closed meanwhile. Rows that are marked new may be known by now, and `more` may stand for changes
        // that have arrived: believing it would make this node wait for a position that the log has not reached.
        if after != self.delivered {
            return Vec::new();
        }
        self.known = more.then_some(self.known());
        // A reading that was shared with another request may begin earlier.
        let mut out: Vec<Change> = rows.into_iter().filter(|change| change.position > self.delivered).collect();
        out.iter().for_each(|change| self.apply(change.kind, change.user_id));
        self.delivered = self.delivered.max(upto);
        self.heard = self.heard.max(self.delivered + i64::from(more));
        out.extend(self.release());
        out
    }

    fn release(&mut self) -> Vec<Change> {
        let mut out = Vec::new();
        // A page may lack a message whose newest form is in a later page. A held change of that message would reach
        // clients before the message.
        if self.known.is_some() {
            return out;
        }
        while let Some(first) = self.held.first_entry() {
            match *first.key() {
                position if position <= self.delivered => drop(first.remove()),
                position if position == self.delivered + 1 => {
                    let change = first.remove();
                    self.delivered = position;
                    self.apply(change.kind, change.user_id);
                    out.push(change);
                }
                _ => break,
            }
        }
        out
    }

    fn apply(&mut self, kind: Kind, user_id: Uuid) {
        match kind {
            Kind::Joined => drop(self.members.insert(user_id)),
            Kind::Left | Kind::Removed => drop(self.members.remove(&user_id)),
            Kind::Closed => {
                self.members.clear();
                self.closed = true;
            }
            Kind::Text | Kind::Renamed | Kind::OwnerChanged => {}
        }
    }

    /// Returns whether everything heard of has been delivered.
    pub fn is_current(&self) -> bool {
        self.heard == self.delivered
    }

    /// Returns the position up to which everything has been delivered.
    pub fn delivered(&self) -> i64 {
        self.delivered
    }

    /// Returns whether the person is a member, as far as has been delivered.
    pub fn has(&self, user_id: Uuid) -> bool {
        self.members.contains(&user_id)
    }

    /// Returns whether the pod is closed, as far as has been delivered.
    pub fn is_closed(&self) -> bool {
        self.closed
    }
}

#[cfg(test)]
mod tests;
