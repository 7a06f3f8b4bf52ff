//! The lines in which sign-ins wait for a password hash.
//!
//! There is a line for each address, or for the person where a device has proved itself, and the lines take turns. So
//! an address that sends thousands delays its own people and nobody else's. The room is bounded: when it is full, a
//! newcomer takes the place of the last in the longest line, unless the newcomer's own line would be as long.

use std::collections::{HashMap, VecDeque};

use crate::foundation::limits::Counted;

/// Lines of waiting `T`, at most `most` in all, and at most half of them in one line.
pub(super) struct Lines<T> {
    most: usize,
    waiting: usize,
    lines: HashMap<Counted, VecDeque<T>>,
    /// The lines that are not empty, the next one first.
    turns: VecDeque<Counted>,
}

/// The outcome for a newcomer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entered<T> {
    /// It waits.
    Waits,
    /// It waits, in the place of this one.
    Instead(T),
    /// There is no place for it.
    Refused(T),
}

impl<T> Lines<T> {
    /// Makes room for `most`.
    pub fn new(most: usize) -> Self {
        Lines { most, waiting: 0, lines: HashMap::new(), turns: VecDeque::new() }
    }

    /// Returns how many wait.
    pub fn len(&self) -> usize {
        self.waiting
    }

    /// Returns whether a newcomer would get a place.
    pub fn has_place(&self, line: &Counted) -> bool {
        let own = self.lines.get(line).map_or(0, VecDeque::len);
        own < self.most.div_ceil(2) && (self.waiting < self.most || own + 1 < self.longest().1)
    }

    /// Adds a newcomer to the end of a line.
    pub fn enter(&mut self, line: Counted, newcomer: T) -> Entered<T> {
        if !self.has_place(&line) {
            return Entered::Refused(newcomer);
        }
        let ousted = if self.waiting < self.most { None } else { self.oust() };
        let own = self.lines.entry(line.clone()).or_default();
        if own.is_empty() {
            self.turns.push_back(line);
        }
        own.push_back(newcomer);
        self.waiting += 1;
        ousted.map_or(Entered::Waits, Entered::Instead)
    }

    /// Takes the first of the line whose turn it is.
    pub fn next(&mut self) -> Option<T> {
        let line = self.turns.pop_front()?;
        let own = self.lines.get_mut(&line)?;
        let first = own.pop_front();
        if own.is_empty() {
            self.lines.remove(&line);
        } else {
            self.turns.push_back(line);
        }
        self.waiting -= usize::from(first.is_some());
        first
    }

    /// Removes those of a line that wait no more.
    pub fn forget(&mut self, line: &Counted, is_gone: impl Fn(&T) -> bool) {
        let Some(own) = self.lines.get_mut(line) else { return };
        let before = own.len();
        own.retain(|waiting| !is_gone(waiting));
        self.waiting -= before - own.len();
        if own.is_empty() {
            self.lines.remove(line);
            self.turns.retain(|turn| turn != line);
        }
    }

    fn longest(&self) -> (Option<&Counted>, usize) {
        let longest = self.lines.iter().max_by_key(|(_, line)| line.len());
        longest.map_or((None, 0), |(line, waiting)| (Some(line), waiting.len()))
    }

    /// Takes the last of the longest line. There is a line with more than one, or no newcomer would have got here.
    fn oust(&mut self) -> Option<T> {
        let line = self.longest().0?.clone();
        let last = self.lines.get_mut(&line)?.pop_back();
        self.waiting -= usize::from(last.is_some());
        self.forget(&line, |_| false);
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    fn address(last: u8) -> Counted {
        Counted::Address((std::net::Ipv4Addr::new(192, 0, 2, last).into(), 32))
    }

    #[test]
    fn the_lines_take_turns() {
        let mut lines = Lines::new(10);
        for number in 0..4 {
            assert_eq!(lines.enter(address(1), (1, number)), Entered::Waits);
        }
        assert_eq!(lines.enter(address(2), (2, 0)), Entered::Waits);
        let order: Vec<_> = std::iter::from_fn(|| lines.next()).collect();
        assert_eq!(order, [(1, 0), (2, 0), (1, 1), (1, 2), (1, 3)]);
    }

    #[test]
    fn a_newcomer_takes_the_last_place_of_the_longest_line() {
        let mut lines = Lines::new(4);
        assert!((0..2).all(|number| lines.enter(address(1), (1, number)) == Entered::Waits));
        assert_eq!(lines.enter(address(1), (1, 2)), Entered::Refused((1, 2)), "half of the room");
        assert!((0..2).all(|number| lines.enter(address(2), (2, number)) == Entered::Waits));
        assert!(matches!(lines.enter(address(3), (3, 0)), Entered::Instead((1 | 2, 1))));
        assert_eq!(lines.len(), 4);
        assert!(matches!(lines.enter(address(4), (4, 0)), Entered::Instead((1 | 2, 1))));
        assert_eq!(lines.enter(address(5), (5, 0)), Entered::Refused((5, 0)), "every line has one");
    }

    #[test]
    fn whatever_comes_and_goes_the_numbers_are_right() {
        for seed in 0..300 {
            let mut random = StdRng::seed_from_u64(seed);
            let (mut lines, mut waiting, mut number) = (Lines::new(random.random_range(1..12)), Vec::new(), 0);
            for _ in 0..200 {
                let line = random.random_range(0..5_u8);
                match random.random_range(0..4) {
                    0 | 1 => {
                        number += 1;
                        match lines.enter(address(line), number) {
                            Entered::Waits => waiting.push((line, number)),
                            Entered::Instead(ousted) => {
                                waiting.retain(|(_, one)| *one != ousted);
                                waiting.push((line, number));
                            }
                            Entered::Refused(same) => assert_eq!(same, number),
                        }
                    }
                    2 => {
                        let next = lines.next();
                        // The first of some line.
                        let first = |(line, one): &(u8, i32)| {
                            Some(*one) == next
                                && waiting.iter().find(|(other, _)| other == line) == Some(&(*line, *one))
                        };
                        assert!(next.is_none() && waiting.is_empty() || waiting.iter().any(first));
                        waiting.retain(|(_, one)| Some(*one) != next);
                    }
                    _ => {
                        let gone = waiting.iter().find(|(of, _)| *of == line).map(|(_, one)| *one);
                        lines.forget(&address(line), |one| Some(*one) == gone);
                        waiting.retain(|(_, one)| Some(*one) != gone);
                    }
                }
                assert_eq!(lines.len(), waiting.len());
                assert!(lines.len() <= lines.most && lines.turns.len() == lines.lines.len());
            }
        }
    }
}
