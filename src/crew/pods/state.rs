//! What a pod's actor knows and decides: order, hold-back, repair, members. Pure, so that it can be tested a million
//! times a second.
//!
//! Changes reach a node from its journal and from the bus: early, late, twice or never. They leave here strictly
//! ascending by position, none skipped but one that a later state of its message has replaced. What is missing is
//! read from Postgres ([`PodState::wants`], [`PodState::repaired`]); a reading answers the whole stretch up to the head that it saw, so a
//! position without a row was superseded, and nobody waits for it.

use std::collections::{BTreeMap, HashSet};

use uuid::Uuid;

use crate::crew::journal::change::Change;
use crate::crew::messages::Kind;

/// Changes that are held back at most. What comes on top is forgotten, and read from Postgres with the gap.
const HELD: usize = 4096;

/// The log as this node has it, and who is in the pod.
#[derive(Debug)]
pub struct PodState {
    /// Everything up to here has been delivered.
    delivered: i64,
    /// What was delivered before a repair of several pages began: messages up to here are known to clients.
    known: Option<i64>,
    /// The highest position heard of.
    heard: i64,
    held: BTreeMap<i64, Change>,
    members: HashSet<Uuid>,
    seats: usize,
    closed: bool,
}

impl PodState {
    /// The state as read from Postgres, at a head.
    pub fn new(head: i64, members: impl IntoIterator<Item = Uuid>, seats: usize, closed: bool) -> Self {
        PodState {
            delivered: head,
            known: None,
            heard: head,
            held: BTreeMap::new(),
            members: members.into_iter().collect(),
            seats,
            closed,
        }
    }

    /// A committed change has come. Answers what is to be delivered now, in order.
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

    /// The log is said to reach up to here.
    pub fn heard_of(&mut self, head: i64) {
        self.heard = self.heard.max(head);
    }

    /// From where Postgres must be read, if something is missing.
    pub fn wants(&self) -> Option<i64> {
        (self.heard > self.delivered).then_some(self.delivered)
    }

    /// What a message must be above to be new to clients, for the encoding of a repair.
    pub fn known(&self) -> i64 {
        self.known.unwrap_or(self.delivered)
    }

    /// A reading of everything after `after` up to `upto` has come, ascending; there is more of it if `more`.
    /// Answers what is to be delivered.
    pub fn repaired(&mut self, after: i64, rows: Vec<Change>, upto: i64, more: bool) -> Vec<Change> {
        // The gap has closed by itself meanwhile. What the rows say is new may be known by now, and `more` may be what has
        // come: taken for true, it would have this node wait for a position that the log has not reached.
        if after != self.delivered {
            return Vec::new();
        }
        self.known = more.then_some(self.known());
        // A reading that was shared with another may begin earlier.
        let mut out: Vec<Change> = rows.into_iter().filter(|change| change.position > self.delivered).collect();
        out.iter().for_each(|change| self.apply(change.kind, change.user_id));
        self.delivered = self.delivered.max(upto);
        self.heard = self.heard.max(self.delivered + i64::from(more));
        out.extend(self.release());
        out
    }

    fn release(&mut self) -> Vec<Change> {
        let mut out = Vec::new();
        // A page may lack a message because a later page has its newest form. A change to it that is held here would
        // reach clients before the message did.
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

    /// Whether everything heard of has been delivered.
    pub fn is_current(&self) -> bool {
        self.heard == self.delivered
    }

    /// The position up to which everything has been delivered.
    pub fn delivered(&self) -> i64 {
        self.delivered
    }

    /// Whether the person sits in the pod, as far as has been delivered.
    pub fn has(&self, user_id: Uuid) -> bool {
        self.members.contains(&user_id)
    }

    /// Whether every seat is taken, as far as has been delivered.
    pub fn is_full(&self) -> bool {
        self.members.len() >= self.seats
    }

    /// Whether the pod is closed, as far as has been delivered.
    pub fn is_closed(&self) -> bool {
        self.closed
    }
}

#[cfg(test)]
mod tests;
