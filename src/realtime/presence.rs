//! The presence of people on a topic: pure state, in the shapes of Phoenix's presence.
//!
//! The key is a person's id. Each session of the person on the topic is one meta with its own `phx_ref`, by which
//! clients tell metas apart. Methods return the payload to send, so nothing here depends on how it is sent.
//!
//! **Across nodes.** Each node owns the entries of its own sessions, and announces all of them ([`Gossip`]).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::gossip::Gossip;
use super::subscription::SubscriptionId;
use crate::foundation::metrics;

/// A person, and the number of one of the person's sessions on its node.
pub type Entry = (Uuid, u64);

/// A session on the topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PresenceMeta {
    /// A unique reference of the session.
    pub phx_ref: String,
}

/// The sessions of a person on the topic.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PresencePerson {
    /// The sessions.
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
    gossip: Gossip<BTreeSet<Entry>>,
    counted: Counted,
}

impl Presence {
    /// Returns an empty presence. Other nodes know this node as `here`.
    pub fn new(here: Uuid) -> Self {
        Presence { here, gossip: Gossip::default(), counted: Counted::default() }
    }

    /// Adds a session. Returns the `presence_diff` for the others, or `None` if the session was there already.
    pub fn track(&mut self, user_id: Uuid, session: SubscriptionId) -> Option<PresenceDiff> {
        let entry = (user_id, session.number());
        let is_new = self.gossip.own_mut().insert(entry);
        self.count();
        is_new.then(|| PresenceDiff { joins: people(self.here, [entry]), leaves: People::new() })
    }

    /// Removes a session. Returns the `presence_diff`, or `None` if the session was not there.
    pub fn untrack(&mut self, user_id: Uuid, session: SubscriptionId) -> Option<PresenceDiff> {
        let entry = (user_id, session.number());
        let was_there = self.gossip.own_mut().remove(&entry);
        self.count();
        was_there.then(|| PresenceDiff { joins: People::new(), leaves: people(self.here, [entry]) })
    }

    /// Records another node's announcement of all its sessions. Returns the `presence_diff`, if anything changed.
    pub fn announced(&mut self, node: Uuid, version: u64, entries: Vec<Entry>, now: Instant) -> Option<PresenceDiff> {
        let (before, entries) = self.gossip.announced(node, version, entries.into_iter().collect(), now)?;
        let joins = people(node, entries.difference(&before).copied());
        let leaves = people(node, before.difference(entries).copied());
        self.count();
        (!joins.is_empty() || !leaves.is_empty()).then_some(PresenceDiff { joins, leaves })
    }

    /// Removes a node that is gone, and its sessions. Returns the `presence_diff`, if it had any.
    pub fn forget(&mut self, node: Uuid) -> Option<PresenceDiff> {
        let entries = self.gossip.forget(node).filter(|entries| !entries.is_empty())?;
        self.count();
        Some(PresenceDiff { joins: People::new(), leaves: people(node, entries) })
    }

    /// Returns the announcements of the nodes.
    pub fn gossip(&self) -> &Gossip<BTreeSet<Entry>> {
        &self.gossip
    }

    /// Returns the sessions of this node, to be announced.
    pub fn own(&self) -> Vec<Entry> {
        self.gossip.own().iter().copied().collect()
    }

    /// Returns the payload of `presence_state`.
    pub fn state(&self) -> PresenceState {
        let mut all = people(self.here, self.gossip.own().iter().copied());
        for (node, entries) in self.gossip.others() {
            for (user_id, mut person) in people(node, entries.iter().copied()) {
                all.entry(user_id).or_default().metas.append(&mut person.metas);
            }
        }
        PresenceState(all)
    }

    /// Returns whether the person has a session on any node.
    pub fn has(&self, user_id: Uuid) -> bool {
        let among = |entries: &BTreeSet<Entry>| entries.range((user_id, 0)..=(user_id, u64::MAX)).next().is_some();
        among(self.gossip.own()) || self.gossip.others().any(|(_, entries)| among(entries))
    }

    fn count(&mut self) {
        let remote = self.gossip.others().map(|(_, entries)| entries.len()).sum();
        self.counted.set(self.gossip.own().len(), remote);
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

/// Returns the metas of a node's sessions, by person. A `phx_ref` names node and session, so it is unique.
fn people(node: Uuid, entries: impl IntoIterator<Item = Entry>) -> People {
    let mut people = People::new();
    for (user_id, session) in entries {
        let phx_ref = format!("{:08x}-{session:x}", node.as_fields().0);
        people.entry(user_id).or_default().metas.push(PresenceMeta { phx_ref });
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_session_is_a_meta_and_the_last_one_to_go_takes_the_person() {
        let (ada, phone, laptop) = (Uuid::from_u128(1), SubscriptionId::from(1), SubscriptionId::from(2));
        let mut presence = Presence::new(Uuid::new_v4());
        let joined = presence.track(ada, phone).unwrap();
        assert_eq!(joined.joins[&ada].metas.len(), 1);
        assert_eq!(presence.track(ada, phone), None);
        presence.track(ada, laptop).unwrap();
        assert_eq!(presence.state().0[&ada].metas.len(), 2);
        let left = presence.untrack(ada, phone).unwrap();
        assert_eq!(left.leaves, joined.joins, "the same phx_ref leaves that came");
        assert_eq!(presence.untrack(ada, phone), None);
        assert!(presence.has(ada));
        presence.untrack(ada, laptop).unwrap();
        assert_eq!(serde_json::to_string(&presence.state()).unwrap(), "{}");
    }

    const HERE: Uuid = Uuid::from_u128(1 << 96);
    const THERE: Uuid = Uuid::from_u128(2 << 96);
    const ADA: Uuid = Uuid::from_u128(1);
    const BEN: Uuid = Uuid::from_u128(2);

    #[test]
    fn another_nodes_announcement_is_whole_and_an_older_one_is_dropped() {
        let (mut presence, now) = (Presence::new(HERE), Instant::now());
        presence.track(ADA, SubscriptionId::from(1)).unwrap();
        let came = presence.announced(THERE, 5, vec![(ADA, 1), (BEN, 2)], now).unwrap();
        assert_eq!(came.joins.len(), 2);
        assert_eq!(presence.state().0[&ADA].metas.len(), 2);
        assert_eq!(presence.announced(THERE, 5, vec![(ADA, 1), (BEN, 2)], now), None, "nothing has changed");
        assert_eq!(presence.announced(THERE, 4, vec![], now), None, "it is older");
        let went = presence.announced(THERE, 6, vec![(ADA, 1)], now).unwrap();
        assert_eq!((went.joins, went.leaves), (People::new(), people(THERE, [(BEN, 2)])));
        assert!(!presence.has(BEN) && presence.has(ADA));
        assert_eq!(presence.own(), [(ADA, 1)]);
    }

    #[test]
    fn a_node_that_is_gone_takes_its_sessions_alone() {
        let (mut presence, now) = (Presence::new(HERE), Instant::now());
        presence.track(ADA, SubscriptionId::from(1)).unwrap();
        presence.announced(THERE, 1, vec![(ADA, 1)], now).unwrap();
        let went = presence.forget(THERE).unwrap();
        assert_eq!(went.leaves, people(THERE, [(ADA, 1)]));
        assert_eq!(presence.forget(THERE), None);
        assert!(presence.has(ADA));
    }
}
