//! The nodes: they deliver what they have committed, receive packets, start, repair, sweep, crash and stop.

use super::super::packet::{Packet, encode_changes};
use super::super::state::PodState;
use super::*;
use crate::realtime::hub::Packet as _;

impl World {
    /// Delivers the oldest committed entry to the node's own actor and to the bus.
    pub fn tell_committed(&mut self, node: usize) {
        let Some(entry) = self.nodes[node].unannounced.pop_front() else { return };
        let change = change(&entry, entry.position - 1);
        let bytes = encode_changes("1-1", std::slice::from_ref(&change));
        for (other, listener) in self.nodes.iter().enumerate() {
            if other != node && listener.actor.is_some() {
                self.bus.push(Flying { node: other, boot: listener.boot, bytes: bytes.clone() });
            }
        }
        self.committed(node, vec![change]);
    }

    /// Delivers, repeats or loses a packet on the bus.
    pub fn fly(&mut self) {
        if self.bus.is_empty() {
            return;
        }
        let at = self.rng.random_range(0..self.bus.len());
        let fate = self.rng.random_range(0..10);
        let flying = self.bus.swap_remove(at);
        if fate < 2 || self.nodes[flying.node].boot != flying.boot {
            return self.tell(|| "the bus loses something".to_owned());
        }
        let Some(Packet::Changes { changes, .. }) = Packet::decode(&flying.bytes) else { panic!("a packet") };
        let node = flying.node;
        if fate == 2 {
            self.bus.push(flying);
        }
        self.committed(node, changes);
    }

    pub fn committed(&mut self, node: usize, changes: Vec<Change>) {
        let Some(last) = changes.last().map(|change| change.position) else { return };
        let Some(actor) = &mut self.nodes[node].actor else { return };
        actor.heard = actor.heard.max(last);
        match &mut actor.phase {
            Phase::Starting { waiting, .. } => waiting.push(changes),
            Phase::Running(state) => {
                let out = changes.into_iter().flat_map(|change| state.arrived(change)).collect();
                self.deliver(node, out);
            }
        }
    }

    pub fn hear(&mut self, node: usize, position: i64) {
        if let Some(actor) = &mut self.nodes[node].actor {
            actor.heard = actor.heard.max(position);
        }
    }

    pub fn deliver(&mut self, node: usize, changes: Vec<Change>) {
        for change in changes {
            self.tell(|| format!("node {node} delivers {}", change.frame.text.v2()));
            for session in self.sessions.values().filter(|session| session.node == node && session.attached) {
                session.subscription.offer(&change.frame);
            }
        }
    }

    /// Takes a step of the actor's first reading: it reads, then the result arrives.
    pub fn start_actor(&mut self, node: usize) {
        let seen = self.store.head();
        let Some(actor) = &mut self.nodes[node].actor else { return };
        let Phase::Starting { waiting, head } = &mut actor.phase else { return };
        let Some(read) = *head else { return *head = Some(seen) };
        let waiting = std::mem::take(waiting);
        let members = self.store.members_at(read).into_iter().map(id);
        actor.phase = Phase::Running(Box::new(PodState::new(read, members, false)));
        actor.heard = actor.heard.max(read);
        self.tell(|| format!("node {node} has started at {read}"));
        waiting.into_iter().for_each(|changes| self.committed(node, changes));
    }

    /// Takes a step of a repair, with a few rows a page.
    pub fn repair(&mut self, node: usize) {
        let head = self.store.head();
        let Some(actor) = &mut self.nodes[node].actor else { return };
        let Phase::Running(state) = &mut actor.phase else { return };
        state.heard_of(actor.heard);
        let Some((after, known, head)) = actor.reading.take() else {
            actor.reading = state.wants().map(|after| (after, state.known(), head));
            return;
        };
        let limit = self.rng.random_range(1..5);
        let mut rows = self.store.rows(after, head, 0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let upto = if more { rows[limit - 1].position } else { head.max(after) };
        let rows = rows.iter().map(|entry| change(entry, known)).collect();
        let out = state.repaired(after, rows, upto, more);
        self.tell(|| format!("node {node} has repaired up to {upto}"));
        self.deliver(node, out);
    }

    /// Takes a step of a comparison of the sweep.
    pub fn sweep(&mut self, node: usize) {
        let head = self.store.head();
        let Some(actor) = &mut self.nodes[node].actor else { return };
        match actor.swept.take() {
            Some(head) => actor.heard = actor.heard.max(head),
            None => actor.swept = Some(head),
        }
    }

    pub fn crash(&mut self, node: usize) {
        self.tell(|| format!("node {node} crashes"));
        let boot = self.nodes[node].boot + 1;
        self.nodes[node] = Node { boot, ..Node::default() };
        self.sessions.retain(|_, session| session.node != node);
    }

    pub fn stop_idle(&mut self, node: usize) {
        if !self.sessions.values().any(|session| session.node == node) {
            // Packets that are on their way to it are lost.
            self.nodes[node].actor = None;
        }
    }
}
