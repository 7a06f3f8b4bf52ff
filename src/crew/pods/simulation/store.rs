//! The simulated Postgres, which commits one change after the other.

use std::collections::BTreeMap;

use crate::crew::messages::Kind;

/// A change of the log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    pub position: i64,
    pub seq: i64,
    pub kind: Kind,
    pub person: usize,
}

/// The committed state.
#[derive(Default)]
pub struct Store {
    pub log: Vec<Entry>,
    /// The seq of each message id.
    pub ids: BTreeMap<u64, i64>,
    /// The members, each with the position of the line of joining.
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

    /// Returns each message once, in its newest form as of a head, if that is above `after`, in ascending order.
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

    /// Returns the members at a head of the log.
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
