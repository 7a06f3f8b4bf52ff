//! The checks after every step and at the end.

use super::*;

impl World {
    pub fn check(&self) {
        assert!(self.store.members.len() <= SEATS, "I4");
        for node in &self.nodes {
            if let Some(Actor { phase: Phase::Running(state), .. }) = &node.actor {
                let members = (0..PEOPLE).filter(|person| state.has(id(*person))).count();
                assert!(members <= SEATS, "I4: an actor with {members}");
                assert!(state.delivered() <= self.store.head(), "I1: an actor ahead of Postgres");
            }
        }
    }

    /// Lets every client come back and loses all packets, so that the sweep does the rest, and checks the result.
    pub fn finish(mut self) {
        self.bus.clear();
        for round in 0.. {
            for node in 0..NODES {
                while !self.nodes[node].unannounced.is_empty() {
                    self.tell_committed(node);
                }
                self.bus.clear();
                for _ in 0..2 {
                    self.start_actor(node);
                    self.sweep(node);
                }
                for _ in 0..200 {
                    self.repair(node);
                }
            }
            for client in 0..self.clients.len() {
                let node = self.any_node();
                let has_socket = self.sessions.values().any(|session| session.client == client);
                if !has_socket && self.store.members.contains_key(&(client % PEOPLE)) {
                    // `connect` chooses a client at random, so repeat until it chooses this one.
                    while !self.sessions.values().any(|session| session.client == client) {
                        self.connect(node);
                    }
                }
            }
            let keys: Vec<u64> = self.sessions.keys().copied().collect();
            for key in keys {
                self.drain(key);
                (0..3).for_each(|_| self.advance(key));
                self.drain(key);
            }
            self.check();
            if self.is_settled() {
                break;
            }
            assert!(round < 50, "it does not settle");
        }
        for (key, session) in &self.sessions {
            let person = session.client % PEOPLE;
            let since = self.store.members[&person];
            let want: Vec<(i64, i64)> =
                self.store.rows(0, self.store.head(), since).iter().map(|row| (row.seq, row.position)).collect();
            let have = &self.clients[session.client].log;
            let have: Vec<(i64, i64)> =
                have.iter().filter(|(seq, _)| **seq >= since).map(|(seq, at)| (*seq, *at)).collect();
            let mut want = want;
            want.sort();
            assert_eq!(have, want, "I3: client {} on socket {key}", session.client);
        }
        let mut seqs: Vec<i64> = self.store.ids.values().copied().collect();
        seqs.sort();
        seqs.dedup();
        assert_eq!(seqs.len(), self.store.ids.len(), "I5: two ids in one place");
    }

    pub fn is_settled(&self) -> bool {
        let members = &self.store.members;
        let everyone = (0..self.clients.len()).filter(|client| members.contains_key(&(client % PEOPLE))).count();
        let all_live = self
            .sessions
            .values()
            .all(|session| session.live.is_some() && members.contains_key(&(session.client % PEOPLE)));
        let all_current = self.nodes.iter().filter_map(|node| node.actor.as_ref()).all(|actor| match &actor.phase {
            Phase::Running(state) => state.is_current() && state.delivered() == self.store.head(),
            Phase::Starting { .. } => false,
        });
        self.sessions.len() == everyone && all_live && all_current
    }
}
