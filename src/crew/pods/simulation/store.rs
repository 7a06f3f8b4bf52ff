//! The simulated Postgres: one thing after the other.

use std::collections::BTreeMap;

use crate::crew::messages::Kind;

/// One change of the log: which message it is of, and what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    pub position: i64,
    pub seq: i64,
    pub kind: Kind,
    pub person: usize,
}

/// What is committed.
#[derive(Default)]
pub struct Store {
    pub log: Vec<Entry>,
    /// Where each send's own id was stored first.
    pub ids: BTreeMap<u64, i64>,
    /// Who sits in the pod, and since which line.
    pub members: BTreeMap<usize, i64>,
}

impl Store {
    pub fn head(&self) -> i64 {
        self.log.len() as i64
    }

    pub fn write(&mut self, kind: Kind, person: usize, of: Option<Entry>) -> Entry {
        let position = self.head() + 1;
        let entry = match of {
            Some(changed) => Entry { position, ..changed },
            None => Entry { position, seq: position, kind, person },
        };
        match kind {
            Kind::Joined if of.is_none() => drop(self.members.insert(person, position)),
            Kind::Left | Kind::Removed if of.is_none() => drop(self.members.remove(&person)),
            _ => {}
        }
        self.log.push(entry);
        entry
    }

    /// Each message once, in its newest form as of a head, if that is above `after`; ascending.
    pub fn rows(&self, after: i64, head: i64, floor: i64) -> Vec<Entry> {
        let mut newest: BTreeMap<i64, Entry> = BTreeMap::new();
        for entry in &self.log[..head as usize] {
            newest.insert(entry.seq, *entry);
        }
        let mut rows: Vec<Entry> =
            newest.into_values().filter(|entry| entry.position > after && entry.seq >= floor).collect();
        rows.sort_by_key(|entry| entry.position);
        rows
    }

    /// Who sat in the pod when the log had this head.
    pub fn members_at(&self, head: i64) -> Vec<usize> {
        let mut members = Vec::new();
        for entry in self.log[..head as usize].iter().filter(|entry| entry.position == entry.seq) {
            match entry.kind {
                Kind::Joined => members.push(entry.person),
                Kind::Left | Kind::Removed => members.retain(|person| *person != entry.person),
                _ => {}
            }
        }
        members
    }
}
