//! The presence of people on a topic: pure state, in the shapes of Phoenix's presence.
//!
//! The key is a person's id. A person has as many metas as sessions on the topic, at most [`METAS`] a node, each with
//! its own `phx_ref`, by which clients tell metas apart. A meta is not a certain session: while their number stays, so
//! do the metas, and people who come and go between two diffs are not in them.
//!
//! **Diffs.** [`Presence::show`] returns what has changed since it was called last. Its caller decides how often, and so
//! how much people receive, whatever one of them does. A new session is sent the whole state ([`Presence::state`]),
//! which may be newer than the last diff: the next one repeats what it has, and takes back what has gone since.
//!
//! **Across nodes.** Each node owns the entries of its own sessions, and announces all of them ([`Gossip`]).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Instant;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::gossip::Gossip;
use super::subscription::SubscriptionId;
use crate::foundation::metrics;

/// The most metas of a person and a node.
pub const METAS: usize = 3;

/// A person, and the number of one of the person's metas on its node.
pub type Entry = (Uuid, u64);

/// A meta: its person, its node, and its number there.
type Meta = (Uuid, Uuid, u64);

/// A session of a person on the topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PresenceMeta {
    /// A unique reference of the meta.
    pub phx_ref: String,
}

/// A person on the topic.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PresencePerson {
    /// The person's sessions, at most three a node.
    pub metas: Vec<PresenceMeta>,
}

/// People by id.
pub type People = BTreeMap<Uuid, PresencePerson>;

/// The people on the topic, by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = BTreeMap<Uuid, PresencePerson>)]
pub struct PresenceState(pub People);

/// Sessions that have come to the topic, and sessions that have gone, by the ids of their people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PresenceDiff {
    /// The sessions that have come.
    #[schema(value_type = BTreeMap<Uuid, PresencePerson>)]
    pub joins: People,
    /// The sessions that have gone.
    #[schema(value_type = BTreeMap<Uuid, PresencePerson>)]
    pub leaves: People,
}

/// The sessions on a topic.
#[derive(Debug)]
pub struct Presence {
    /// The id of this node.
    here: Uuid,
    /// The sessions of each person on this node.
    sessions: HashMap<Uuid, BTreeSet<u64>>,
    /// People whose sessions on this node have changed since the last diff.
    moved: BTreeSet<Uuid>,
    gossip: Gossip<BTreeSet<Entry>>,
    /// The metas as of the last diff.
    shown: BTreeSet<Meta>,
    /// The metas that only new sessions have received, since the last diff.
    promised: BTreeSet<Meta>,
    /// Whether this node's entries have changed since the last diff.
    own_moved: bool,
    counted: Counted,
}

/// The changes since the last diff.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The `presence_diff`, if there is any change.
    pub diff: Option<PresenceDiff>,
    /// Whether this node's entries have changed, so that it must announce them.
    pub own: bool,
}

impl Presence {
    /// Returns an empty presence. Other nodes know this node as `here`.
    pub fn new(here: Uuid) -> Self {
        Presence {
            here,
            sessions: HashMap::new(),
            moved: BTreeSet::new(),
            gossip: Gossip::default(),
            shown: BTreeSet::new(),
            promised: BTreeSet::new(),
            own_moved: false,
            counted: Counted::default(),
        }
    }

    /// Adds a session of this node.
    pub fn track(&mut self, user_id: Uuid, session: SubscriptionId) {
        self.sessions.entry(user_id).or_default().insert(session.number());
        self.moved.insert(user_id);
        self.count();
    }

    /// Removes a session of this node.
    pub fn untrack(&mut self, user_id: Uuid, session: SubscriptionId) {
        let Some(sessions) = self.sessions.get_mut(&user_id) else { return };
        sessions.remove(&session.number());
        if sessions.is_empty() {
            self.sessions.remove(&user_id);
        }
        self.moved.insert(user_id);
        self.count();
    }

    /// Records another node's announcement of all its entries.
    pub fn announced(&mut self, node: Uuid, version: u64, entries: Vec<Entry>, now: Instant) {
        self.gossip.announced(node, version, entries.into_iter().collect(), now);
        self.count();
    }

    /// Removes a node that is gone, and its sessions.
    pub fn forget(&mut self, node: Uuid) {
        self.gossip.forget(node);
        self.count();
    }

    /// Returns what has changed since the last call, which the sessions are to be sent.
    pub fn show(&mut self) -> Changes {
        let now = self.now();
        let joins = people(now.difference(&self.shown).copied());
        let before = &self.shown | &std::mem::take(&mut self.promised);
        let leaves = people(before.difference(&now).copied());
        self.shown = now;
        let diff = (!joins.is_empty() || !leaves.is_empty()).then_some(PresenceDiff { joins, leaves });
        Changes { diff, own: std::mem::take(&mut self.own_moved) }
    }

    /// Returns the payload of `presence_state`, for a new session.
    pub fn state(&mut self) -> PresenceState {
        let now = self.now();
        self.promised.extend(now.difference(&self.shown).copied());
        PresenceState(people(now))
    }

    /// Returns the metas of this moment.
    fn now(&mut self) -> BTreeSet<Meta> {
        for user_id in std::mem::take(&mut self.moved) {
            self.own_moved |= self.settle(user_id);
        }
        let mut now = BTreeSet::new();
        let others = self.gossip.others().flat_map(|(node, entries)| entries.iter().map(move |entry| (node, *entry)));
        for (node, (user_id, number)) in self.gossip.own().iter().map(|entry| (self.here, *entry)).chain(others) {
            // A node of the version before has an entry for each session.
            if now.range((user_id, node, 0)..=(user_id, node, u64::MAX)).count() < METAS {
                now.insert((user_id, node, number));
            }
        }
        now
    }

    /// Makes a person's entries as many as their sessions here, at most [`METAS`]. Returns whether they have changed.
    fn settle(&mut self, user_id: Uuid) -> bool {
        let none = BTreeSet::new();
        let sessions = self.sessions.get(&user_id).unwrap_or(&none);
        let wanted = sessions.len().min(METAS);
        let entries = self.gossip.own_mut();
        let held: Vec<Entry> = entries.range((user_id, 0)..=(user_id, u64::MAX)).copied().collect();
        for entry in held.iter().skip(wanted) {
            entries.remove(entry);
        }
        let free = sessions.iter().map(|number| (user_id, *number)).filter(|entry| !held.contains(entry));
        entries.extend(free.take(wanted.saturating_sub(held.len())));
        held.len() != wanted
    }

    /// Returns the announcements of the nodes.
    pub fn gossip(&self) -> &Gossip<BTreeSet<Entry>> {
        &self.gossip
    }

    /// Returns the entries of this node, to be announced.
    pub fn own(&self) -> Vec<Entry> {
        self.gossip.own().iter().copied().collect()
    }

    /// Returns whether the person has a session on any node.
    pub fn has(&self, user_id: Uuid) -> bool {
        let among = |entries: &BTreeSet<Entry>| entries.range((user_id, 0)..=(user_id, u64::MAX)).next().is_some();
        self.sessions.contains_key(&user_id) || self.gossip.others().any(|(_, entries)| among(entries))
    }

    fn count(&mut self) {
        let remote = self.gossip.others().map(|(_, entries)| entries.len()).sum();
        self.counted.set(self.sessions.values().map(BTreeSet::len).sum(), remote);
    }
}

/// The topic's share of the node's presence gauge. Dropping it subtracts the share.
#[derive(Debug, Default)]
struct Counted {
    here: usize,
    remote: usize,
}

impl Counted {
    fn set(&mut self, here: usize, remote: usize) {
        for (known, now, label) in [(&mut self.here, here, "here"), (&mut self.remote, remote, "elsewhere")] {
            if *known != now {
                metrics::PRESENCE.gauge(&[("sessions", label)]).increment(now as f64 - *known as f64);
                *known = now;
            }
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.set(0, 0);
    }
}

/// Returns metas by person. A `phx_ref` names node and number, so it is unique.
fn people(metas: impl IntoIterator<Item = Meta>) -> People {
    let mut people = People::new();
    for (user_id, node, number) in metas {
        let phx_ref = format!("{:08x}-{number:x}", node.as_fields().0);
        people.entry(user_id).or_default().metas.push(PresenceMeta { phx_ref });
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Uuid = Uuid::from_u128(1 << 96);
    const THERE: Uuid = Uuid::from_u128(2 << 96);
    const ADA: Uuid = Uuid::from_u128(1);
    const BEN: Uuid = Uuid::from_u128(2);

    fn session(number: u64) -> SubscriptionId {
        SubscriptionId::from(number)
    }

    /// How many metas of a person a diff brings and takes.
    fn moves(presence: &mut Presence, user_id: Uuid) -> (usize, usize) {
        let diff = presence.show().diff;
        let count = |people: &People| people.get(&user_id).map_or(0, |person| person.metas.len());
        diff.map_or((0, 0), |diff| (count(&diff.joins), count(&diff.leaves)))
    }

    #[test]
    fn each_session_is_a_meta_and_the_last_one_to_go_takes_the_person() {
        let mut presence = Presence::new(HERE);
        presence.track(ADA, session(1));
        presence.track(ADA, session(1));
        let joined = presence.show();
        assert!(joined.own && joined.diff.as_ref().is_some_and(|diff| diff.joins[&ADA].metas.len() == 1));
        assert_eq!(presence.show(), Changes::default(), "nothing has changed since");
        presence.track(ADA, session(2));
        assert_eq!(moves(&mut presence, ADA), (1, 0));
        assert_eq!(presence.state().0[&ADA].metas.len(), 2);
        presence.untrack(ADA, session(1));
        presence.untrack(ADA, session(1));
        assert_eq!(moves(&mut presence, ADA), (0, 1));
        assert!(presence.has(ADA));
        presence.untrack(ADA, session(2));
        assert!(!presence.has(ADA));
        assert_eq!(presence.show().diff.unwrap().leaves, joined.diff.unwrap().joins, "the phx_ref leaves that came");
        assert_eq!(serde_json::to_string(&presence.state()).unwrap(), "{}");
    }

    #[test]
    fn a_person_has_three_metas_however_many_sessions() {
        let mut presence = Presence::new(HERE);
        (1..=30).for_each(|number| presence.track(ADA, session(number)));
        assert_eq!(moves(&mut presence, ADA), (METAS, 0));
        (4..=30).for_each(|number| presence.untrack(ADA, session(number)));
        assert_eq!(presence.show(), Changes::default());
        presence.untrack(ADA, session(1));
        assert_eq!(moves(&mut presence, ADA), (0, 1));
        presence.announced(THERE, 1, (1..=9).map(|number| (BEN, number)).collect(), Instant::now());
        assert_eq!(moves(&mut presence, BEN), (METAS, 0), "whatever other nodes announce");
    }

    #[test]
    fn who_comes_back_before_the_next_diff_has_not_moved() {
        let mut presence = Presence::new(HERE);
        presence.track(ADA, session(1));
        presence.show();
        for number in 1..100 {
            presence.untrack(ADA, session(number));
            presence.track(ADA, session(number + 1));
        }
        assert_eq!(presence.show(), Changes::default());
        presence.track(BEN, session(200));
        presence.untrack(BEN, session(200));
        assert_eq!(presence.show(), Changes::default(), "nor who came and went");
    }

    #[test]
    fn a_new_session_has_no_ghosts() {
        let mut presence = Presence::new(HERE);
        presence.track(ADA, session(1));
        let seen = presence.state().0;
        assert_eq!(seen[&ADA].metas.len(), 1, "it sees itself at once");
        presence.untrack(ADA, session(1));
        let diff = presence.show().diff.unwrap();
        assert_eq!((diff.joins, diff.leaves), (People::new(), seen), "what it was sent is taken back");
        assert_eq!(presence.show(), Changes::default());
    }

    #[test]
    fn another_nodes_announcement_is_whole_and_an_older_one_is_dropped() {
        let (mut presence, now) = (Presence::new(HERE), Instant::now());
        presence.track(ADA, session(1));
        presence.show();
        presence.announced(THERE, 5, vec![(ADA, 1), (BEN, 2)], now);
        let came = presence.show();
        assert!(!came.own && came.diff.is_some_and(|diff| diff.joins.len() == 2));
        assert_eq!(presence.state().0[&ADA].metas.len(), 2);
        presence.announced(THERE, 5, vec![(ADA, 1), (BEN, 2)], now);
        presence.announced(THERE, 4, vec![], now);
        assert_eq!(presence.show(), Changes::default(), "nothing has changed, and what is older is dropped");
        presence.announced(THERE, 6, vec![(ADA, 1)], now);
        let went = presence.show().diff.unwrap();
        assert_eq!((went.joins, went.leaves), (People::new(), people([(BEN, THERE, 2)])));
        assert!(!presence.has(BEN) && presence.has(ADA));
        assert_eq!(presence.own(), [(ADA, 1)]);
    }

    #[test]
    fn a_node_that_is_gone_takes_its_sessions_alone() {
        let (mut presence, now) = (Presence::new(HERE), Instant::now());
        presence.track(ADA, session(1));
        presence.announced(THERE, 1, vec![(ADA, 1)], now);
        presence.show();
        presence.forget(THERE);
        assert_eq!(presence.show().diff.unwrap().leaves, people([(ADA, THERE, 1)]));
        presence.forget(THERE);
        assert_eq!(presence.show(), Changes::default());
        assert!(presence.has(ADA));
    }
}
