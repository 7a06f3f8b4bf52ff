//! Random schedules of arrivals, losses, repeats and edits, checked against a simple model: the log itself.

use std::collections::{BTreeMap, HashSet};

use bytestring::ByteString;
use proptest::prelude::*;

use super::*;
use crate::realtime::subscription::{Ends, Frame, Reach};

/// A change of the model's log.
#[derive(Debug, Clone, Copy)]
struct Entry {
    position: i64,
    seq: i64,
    kind: Kind,
    user_id: Uuid,
}

fn change(entry: &Entry, known: i64) -> Change {
    let event = if entry.seq > known { "new" } else { "changed" };
    Change {
        position: entry.position,
        kind: entry.kind,
        user_id: entry.user_id,
        is_new: entry.seq > known,
        frame: std::sync::Arc::new(Frame {
            text: ByteString::from(format!("{event} {}", entry.seq)).into(),
            reach: Reach::Log { position: entry.position, origin: entry.seq, ends: Ends::Nobody },
        }),
    }
}

/// Returns what the database answers to a reading of everything after `after`: each message once, in its newest form.
fn read(log: &[Entry], after: i64, limit: usize, known: i64) -> (Vec<Change>, i64, bool) {
    let mut newest: BTreeMap<i64, Entry> = BTreeMap::new();
    for entry in log {
        let created = newest.get(&entry.seq).copied().unwrap_or(*entry);
        newest.insert(entry.seq, Entry { position: entry.position, ..created });
    }
    let mut rows: Vec<Entry> = newest.into_values().filter(|entry| entry.position > after).collect();
    rows.sort_by_key(|entry| entry.position);
    let head = log.last().map_or(0, |entry| entry.position);
    if rows.len() > limit {
        rows.truncate(limit);
        let upto = rows[limit - 1].position;
        return (rows.iter().map(|entry| change(entry, known)).collect(), upto, true);
    }
    (rows.iter().map(|entry| change(entry, known)).collect(), head, false)
}

#[derive(Debug, Clone)]
enum Step {
    /// Commits a text, an edit of the nth message, a join or a leave.
    Commit(u8, u8),
    /// Delivers the nth change in flight.
    Arrive(u8),
    /// Delivers the nth change in flight, which will arrive again.
    Repeat(u8),
    /// Loses the nth change in flight; perhaps its position is heard of.
    Lose(u8, bool),
    /// Reads what is missing, in pages of this size.
    Repair(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..10u8, any::<u8>()).prop_map(|(what, which)| Step::Commit(what, which)),
        4 => any::<u8>().prop_map(Step::Arrive),
        1 => any::<u8>().prop_map(Step::Repeat),
        1 => (any::<u8>(), any::<bool>()).prop_map(|(which, heard)| Step::Lose(which, heard)),
        1 => (1..5u8).prop_map(Step::Repair),
    ];
    prop::collection::vec(step, 1..200)
}

struct Model {
    log: Vec<Entry>,
    in_flight: Vec<Entry>,
    state: PodState,
    delivered: Vec<(i64, String)>,
    start: i64,
}

impl Model {
    fn new() -> Self {
        Model {
            log: Vec::new(),
            in_flight: Vec::new(),
            state: PodState::new(0, [], false),
            delivered: Vec::new(),
            start: 0,
        }
    }

    fn commit(&mut self, what: u8, which: u8) {
        let position = self.log.len() as i64 + 1;
        let user_id = Uuid::from_u128(u128::from(which % 6));
        let texts: Vec<Entry> = self.log.iter().filter(|e| e.kind == Kind::Text).copied().collect();
        let entry = match what {
            0..=5 => Entry { position, seq: position, kind: Kind::Text, user_id },
            6 | 7 if !texts.is_empty() => Entry { position, ..texts[which as usize % texts.len()] },
            8 => Entry { position, seq: position, kind: Kind::Joined, user_id },
            _ => Entry { position, seq: position, kind: Kind::Left, user_id },
        };
        self.log.push(entry);
        self.in_flight.push(entry);
    }

    fn take(&mut self, which: u8) -> Option<Entry> {
        (!self.in_flight.is_empty()).then(|| self.in_flight.remove(which as usize % self.in_flight.len()))
    }

    fn deliver(&mut self, changes: Vec<Change>) {
        for change in changes {
            self.delivered.push((change.position, change.frame.text.v2().to_string()));
        }
        self.check();
    }

    fn arrive(&mut self, entry: Entry) {
        // The journal does not know what clients have: an original is new, an edit is a change.
        let encoded = change(&entry, entry.position - 1);
        let out = self.state.arrived(encoded);
        self.deliver(out);
    }

    fn repair(&mut self, limit: usize) {
        while let Some(after) = self.state.wants() {
            let (rows, upto, more) = read(&self.log, after, limit, self.state.known());
            let out = self.state.repaired(after, rows, upto, more);
            self.deliver(out);
        }
    }

    /// Checks that changes ascend, each once, and that skipped ones were superseded.
    fn check(&self) {
        assert!(self.delivered.windows(2).all(|pair| pair[0].0 < pair[1].0), "{:?}", self.delivered);
        let positions: HashSet<i64> = self.delivered.iter().map(|(position, _)| *position).collect();
        for entry in self.log.iter().filter(|e| e.position > self.start && e.position <= self.state.delivered()) {
            let superseded = self.log.iter().any(|later| later.seq == entry.seq && later.position > entry.position);
            assert!(positions.contains(&entry.position) || superseded, "{entry:?} was skipped");
        }
    }

    /// Checks that everything is delivered in its newest form, that a client would know each message, and that the
    /// members are right.
    fn finish(mut self) {
        if let Some(last) = self.log.last() {
            self.state.heard_of(last.position);
        }
        self.repair(3);
        assert_eq!(self.state.delivered(), self.log.len() as i64);
        let mut newest: BTreeMap<i64, i64> = BTreeMap::new();
        let mut members = HashSet::new();
        for entry in &self.log {
            newest.insert(entry.seq, entry.position);
            match entry.kind {
                Kind::Joined => drop(members.insert(entry.user_id)),
                Kind::Left => drop(members.remove(&entry.user_id)),
                _ => {}
            }
        }
        let positions: HashSet<i64> = self.delivered.iter().map(|(position, _)| *position).collect();
        for (seq, position) in newest {
            assert!(positions.contains(&position), "the newest form of {seq} is missing");
            let first = self.delivered.iter().find(|(_, text)| text.ends_with(&format!(" {seq}")));
            assert!(first.is_some_and(|(_, text)| text.starts_with("new ")), "{seq} was changed before it was new");
        }
        for user in (0..6).map(Uuid::from_u128) {
            assert_eq!(self.state.has(user), members.contains(&user));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn whatever_arrives_and_however_the_log_leaves_in_order(steps in steps()) {
        let mut model = Model::new();
        for step in steps {
            match step {
                Step::Commit(what, which) => model.commit(what, which),
                Step::Arrive(which) => if let Some(entry) = model.take(which) { model.arrive(entry) },
                Step::Repeat(which) => if let Some(entry) = model.take(which) {
                    model.arrive(entry);
                    model.in_flight.push(entry);
                },
                Step::Lose(which, heard) => if let Some(entry) = model.take(which) && heard {
                    model.state.heard_of(entry.position);
                },
                Step::Repair(limit) => model.repair(limit as usize),
            }
        }
        model.finish();
    }
}

fn text(position: i64) -> Change {
    change(&Entry { position, seq: position, kind: Kind::Text, user_id: Uuid::nil() }, position - 1)
}

#[test]
fn what_comes_early_waits_for_what_is_missing() {
    let mut state = PodState::new(3, [], false);
    assert!(state.arrived(text(5)).is_empty());
    assert_eq!(state.wants(), Some(3));
    let out: Vec<i64> = state.arrived(text(4)).iter().map(|change| change.position).collect();
    assert_eq!(out, [4, 5]);
    assert_eq!(state.wants(), None);
}

#[test]
fn what_is_old_is_dropped() {
    let mut state = PodState::new(3, [], false);
    assert!(state.arrived(text(3)).is_empty());
    assert!(state.is_current());
}

#[test]
fn too_much_held_back_is_forgotten_and_read_instead() {
    let mut state = PodState::new(0, [], false);
    let far = HELD as i64 + 10;
    (2..=far).for_each(|position| assert!(state.arrived(text(position)).is_empty()));
    assert_eq!(state.arrived(text(1)).len(), HELD + 1);
    let kept = HELD as i64 + 1;
    assert_eq!(state.wants(), Some(kept));
    let rows = (kept + 1..=far).map(text).collect();
    assert_eq!(state.repaired(kept, rows, far, false).len() as i64, far - kept);
    assert!(state.is_current());
}

#[test]
fn a_page_that_comes_after_its_gap_has_closed_is_no_news() {
    let mut state = PodState::new(0, [], false);
    assert!(state.arrived(text(2)).is_empty());
    assert_eq!(state.wants(), Some(0));
    assert_eq!(state.arrived(text(1)).len(), 2);
    // The first of two pages, read before: nothing is left of the second.
    assert!(state.repaired(0, vec![text(1)], 1, true).is_empty());
    assert!(state.is_current(), "it waits for {:?}, which nobody has written", state.wants());
}
