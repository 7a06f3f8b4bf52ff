//! The view that one node has of the others, and what follows from it. Pure: time is an argument.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::store::Row;

/// Silence on the bus after which a node counts as cut off from it, or this node does.
pub const SILENT: Duration = Duration::from_millis(1800);

/// Time without a heartbeat or a new row after which a node is dead. Its sessions leave the others' presence within 15
/// s of its end, even if its last heartbeat came late.
pub const DEAD: Duration = Duration::from_secs(13);

/// Maximum age of the last reading of the rows for a missing row to count.
const CURRENT: Duration = Duration::from_secs(3);

/// Time after a node's first appearance during which its row may still say that it does not hear the bus.
const SETTLED: Duration = Duration::from_secs(4);

/// Silence after which a node is dead whose row is gone or was replaced. A stopping node deletes its row, and one that
/// starts again under the same name replaces it.
const REPLACED: Duration = Duration::from_secs(4);

/// The nodes as one of them sees them.
#[derive(Debug)]
pub struct View {
    peers: HashMap<Uuid, Peer>,
    /// When this node last received its own heartbeat.
    echoed: Option<Instant>,
    /// How often this node received its own heartbeat after a silence.
    lapses: u64,
    /// When the rows were last read.
    read: Option<Instant>,
    /// When this view was created.
    started: Instant,
}

#[derive(Debug)]
struct Peer {
    node: String,
    heard: Option<Instant>,
    row: Option<RowSeen>,
    /// When the node first appeared.
    met: Instant,
}

#[derive(Debug, Clone, Copy)]
struct RowSeen {
    written: Instant,
    bus_ok: bool,
}

/// The state of the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every live node hears every other.
    Well,
    /// This node hears nothing.
    CutOff,
    /// These live nodes are not heard, or hear nothing themselves.
    Missing(Vec<String>),
}

impl View {
    /// Creates a view without other nodes.
    pub fn new(now: Instant) -> Self {
        View { peers: HashMap::new(), echoed: None, lapses: 0, read: None, started: now }
    }

    /// Notes that this node has received its own heartbeat.
    pub fn echo(&mut self, now: Instant) {
        self.lapses += u64::from(!self.hears(now));
        self.echoed = Some(now);
    }

    /// Returns how often this node has begun to hear the bus. Counted here, since a node that was halted may hear it
    /// again before it has noticed the silence.
    pub fn lapses(&self) -> u64 {
        self.lapses
    }

    /// Notes that another node was heard on the bus. Only heartbeats give its name.
    pub fn heard(&mut self, boot_id: Uuid, node: Option<&str>, now: Instant) {
        let peer = self.meet(boot_id, now);
        peer.heard = Some(now);
        if let Some(node) = node {
            peer.node = node.to_owned();
        }
    }

    fn meet(&mut self, boot_id: Uuid, now: Instant) -> &mut Peer {
        self.peers.entry(boot_id).or_insert_with(|| Peer {
            node: boot_id.to_string(),
            heard: None,
            row: None,
            met: now,
        })
    }

    /// Removes a node that has said that it stops. Returns whether it was known.
    pub fn left(&mut self, boot_id: Uuid) -> bool {
        self.peers.remove(&boot_id).is_some()
    }

    /// Records the rows of the other nodes.
    pub fn rows(&mut self, rows: Vec<Row>, now: Instant) {
        self.read = Some(now);
        self.peers.values_mut().for_each(|peer| peer.row = None);
        for row in rows {
            let Some(written) = now.checked_sub(row.age) else { continue };
            // The row of a dead node makes no node known.
            if row.age < DEAD || self.peers.contains_key(&row.boot_id) {
                let peer = self.meet(row.boot_id, now);
                peer.node = row.node;
                peer.row = Some(RowSeen { written, bus_ok: row.bus_ok });
            }
        }
    }

    /// Returns whether this node hears the bus.
    pub fn hears(&self, now: Instant) -> bool {
        self.echoed.is_some_and(|echoed| now.saturating_duration_since(echoed) < SILENT)
    }

    /// Returns whether a node was heard recently.
    pub fn is_heard(&self, boot_id: Uuid, now: Instant) -> bool {
        self.peers.get(&boot_id).is_some_and(|peer| recent(peer.heard, now, SILENT))
    }

    /// Returns the state of the bus for all live nodes.
    pub fn verdict(&self, now: Instant) -> Verdict {
        if !self.hears(now) {
            return Verdict::CutOff;
        }
        let silent = |peer: &&Peer| {
            // A node that has just come had no time to be heard, nor has this node heard others if it has just started
            // to listen.
            let since = peer.heard.unwrap_or(peer.met).max(self.started);
            let silent = now.saturating_duration_since(since) >= SILENT;
            let cut_off =
                peer.row.is_some_and(|row| !row.bus_ok && recent(Some(row.written), now, DEAD) && !peer.is_new(now));
            silent || cut_off
        };
        let mut missing: Vec<String> = self.peers.values().filter(silent).map(|peer| peer.node.clone()).collect();
        missing.sort();
        if missing.is_empty() { Verdict::Well } else { Verdict::Missing(missing) }
    }

    /// Removes the dead nodes, and returns them.
    pub fn bury(&mut self, now: Instant) -> Vec<Uuid> {
        // While Postgres cannot be read, a silent node may be alive.
        if !recent(self.read, now, CURRENT) {
            return Vec::new();
        }
        let dead = |peer: &Peer| {
            let heard = peer.heard.unwrap_or(peer.met);
            match peer.row {
                Some(row) => !recent(Some(row.written), now, DEAD) && !recent(Some(heard), now, DEAD),
                None => !recent(Some(heard), now, REPLACED),
            }
        };
        self.peers.extract_if(|_, peer| dead(peer)).map(|(boot_id, _)| boot_id).collect()
    }

    /// Returns the number of other live nodes.
    pub fn others(&self) -> usize {
        self.peers.len()
    }
}

impl Peer {
    /// Returns whether the node's row may still be from before it heard anything.
    fn is_new(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.met) < SETTLED
    }
}

fn recent(then: Option<Instant>, now: Instant, limit: Duration) -> bool {
    then.is_some_and(|then| now.saturating_duration_since(then) < limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: Uuid = Uuid::from_u128(1);
    const SECOND: Duration = Duration::from_secs(1);

    fn row(boot_id: Uuid, age: Duration, bus_ok: bool) -> Row {
        Row { node: format!("node {}", boot_id.as_u128()), boot_id, age, bus_ok }
    }

    fn missing(name: &str) -> Verdict {
        Verdict::Missing(vec![name.to_owned()])
    }

    #[test]
    fn the_bus_is_well_when_everyone_alive_is_heard_and_hears() {
        let start = Instant::now();
        let mut view = View::new(start);
        assert_eq!(view.verdict(start), Verdict::CutOff);
        view.echo(start);
        assert_eq!(view.verdict(start), Verdict::Well, "alone");
        view.rows(vec![row(ANNA, Duration::ZERO, true)], start);
        assert_eq!(view.verdict(start), Verdict::Well, "it may still be heard");
        let later = start + SILENT;
        view.echo(later);
        view.rows(vec![row(ANNA, Duration::ZERO, true)], later);
        assert_eq!(view.verdict(later), missing("node 1"));
        view.heard(ANNA, Some("anna"), later);
        assert_eq!(view.verdict(later), Verdict::Well);
        let later = start + SETTLED;
        view.echo(later);
        view.heard(ANNA, Some("anna"), later);
        view.rows(vec![row(ANNA, Duration::ZERO, false)], later);
        assert_eq!(view.verdict(later), missing("node 1"), "it is heard, but hears nothing");
        assert_eq!(view.verdict(later + SILENT), Verdict::CutOff);
    }

    #[test]
    fn a_node_that_was_halted_notices_it_though_its_heartbeat_comes_before_the_first_check() {
        let start = Instant::now();
        let mut view = View::new(start);
        view.echo(start);
        view.echo(start + SECOND);
        assert_eq!(view.lapses(), 1, "it has come");
        let now = start + SECOND * 20;
        view.echo(now);
        assert!(view.hears(now));
        assert_eq!(view.lapses(), 2);
    }

    #[test]
    fn who_is_silent_lives_as_long_as_its_row() {
        let start = Instant::now();
        let mut view = View::new(start);
        view.heard(ANNA, None, start);
        for second in 1..60 {
            let now = start + SECOND * second;
            view.rows(vec![row(ANNA, Duration::ZERO, false)], now);
            assert_eq!(view.bury(now), Vec::<Uuid>::new());
        }
        let end = start + SECOND * 59;
        let now = end + DEAD;
        view.rows(vec![row(ANNA, DEAD, false)], now);
        assert_eq!(view.bury(now), [ANNA]);
        view.rows(vec![row(ANNA, DEAD + SECOND, false)], now + SECOND);
        assert_eq!(view.bury(now + SECOND), Vec::<Uuid>::new(), "once");
        assert_eq!(view.others(), 0);
    }

    #[test]
    fn who_is_cut_off_from_postgres_lives_as_long_as_it_is_heard() {
        let start = Instant::now();
        let mut view = View::new(start);
        for second in 0..60 {
            let now = start + SECOND * second;
            view.heard(ANNA, Some("anna"), now);
            view.rows(vec![row(ANNA, SECOND * second, true)], now);
            view.echo(now);
            assert_eq!((view.bury(now), view.verdict(now)), (vec![], Verdict::Well));
        }
    }

    #[test]
    fn nobody_dies_while_postgres_cannot_be_read() {
        let start = Instant::now();
        let mut view = View::new(start);
        view.heard(ANNA, None, start);
        view.rows(vec![row(ANNA, Duration::ZERO, true)], start);
        assert_eq!(view.bury(start + DEAD * 10), Vec::<Uuid>::new());
        view.rows(vec![row(ANNA, DEAD * 10, true)], start + DEAD * 10);
        assert_eq!(view.bury(start + DEAD * 10), [ANNA]);
    }

    #[test]
    fn one_that_was_started_again_under_its_name_is_soon_dead() {
        let start = Instant::now();
        let mut view = View::new(start);
        view.heard(ANNA, Some("anna"), start);
        let now = start + REPLACED;
        view.rows(vec![row(Uuid::from_u128(2), Duration::ZERO, true)], now);
        assert_eq!(view.bury(now), [ANNA]);
        assert!(view.left(Uuid::from_u128(2)) && !view.left(Uuid::from_u128(2)));
    }
}
