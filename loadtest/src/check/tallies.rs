//! The proof of what is counted: what every session was shown of posts' votes and taps, compared with each other and with
//! what was acknowledged.
//!
//! | fault | rule |
//! | --- | --- |
//! | unordered | a session was shown a revision that was not higher than the one before, also when it joined again |
//! | divergent | two sessions were shown different figures for one revision, or two final ones |
//! | lost | a session was not shown the final figures |
//! | miscounted | the final figures are not the sum of what was acknowledged |

use std::collections::HashMap;

use super::{Fault, Finding, Findings};

/// The figures of a post at a revision: of a poll its voters and the votes for each option, of hype the taps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// The revision, which only ascends.
    pub rev: u64,
    /// The figures.
    pub counts: Vec<u64>,
}

/// The way on which figures came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The reply to a join.
    Join,
    /// A push.
    Push,
    /// The push that closes the poll.
    Closing,
}

/// The newest figures of a post that one session was shown.
#[derive(Debug, Clone, Default)]
struct Shown {
    figures: Option<Figures>,
    /// When it was first shown these figures.
    at: u64,
    pushes: u64,
    closed: bool,
}

#[derive(Debug)]
struct Post {
    name: String,
    /// The figures at each revision, as the first session was shown them.
    known: HashMap<u64, Vec<u64>>,
    sessions: Vec<Shown>,
}

/// The books of a run.
#[derive(Debug, Default)]
pub struct Tallies {
    posts: Vec<Post>,
    findings: Findings,
    pushes: u64,
}

impl Tallies {
    /// Adds a post and returns its number.
    pub fn post(&mut self, name: &str, sessions: usize) -> usize {
        let sessions = vec![Shown::default(); sessions];
        self.posts.push(Post { name: name.to_owned(), known: HashMap::new(), sessions });
        self.posts.len() - 1
    }

    /// Records what a session was shown of a post.
    pub fn shown(&mut self, post: usize, session: usize, way: Way, figures: Figures, now: u64) {
        let book = &mut self.posts[post];
        let Shown { figures: last, at, pushes, closed } = &mut book.sessions[session];
        let (rev, before) = (figures.rev, last.as_ref().map(|last| last.rev));
        // Each push must have a higher revision. A join and a closing may repeat the last one.
        let ascends = match way {
            Way::Push => !*closed && before.is_none_or(|before| rev > before),
            Way::Join | Way::Closing => before.is_none_or(|before| rev >= before),
        };
        let mut wrong = (!ascends).then_some(Fault::Unordered);
        let known = book.known.entry(rev).or_insert_with(|| figures.counts.clone());
        if *known != figures.counts {
            wrong = Some(Fault::Divergent);
        }
        *closed |= way == Way::Closing;
        if way != Way::Join {
            self.pushes += 1;
            *pushes += 1;
        }
        if last.as_ref() != Some(&figures) {
            (*last, *at) = (Some(figures), now);
        }
        if let Some(fault) = wrong {
            self.note(fault, post, Some(rev), Some(session));
        }
    }

    /// Returns the number of pushes.
    pub fn pushes(&self) -> u64 {
        self.pushes
    }

    /// Returns `true` if every session was shown these figures of each post last.
    pub fn all_show(&self, expected: &[Vec<u64>]) -> bool {
        let shows = |(post, expected): (&Post, &Vec<u64>)| post.sessions.iter().all(|shown| shown.shows(expected));
        self.posts.iter().zip(expected).all(shows)
    }

    /// Returns `true` if every session was shown the closing of each post.
    pub fn all_closed(&self) -> bool {
        self.posts.iter().all(|post| post.sessions.iter().all(|shown| shown.closed))
    }

    /// Returns when each session was shown the figures that it was shown last, of each post.
    pub fn times(&self) -> impl Iterator<Item = (usize, u64)> {
        let sessions = self.posts.iter().flat_map(|post| post.sessions.iter().enumerate());
        sessions.map(|(session, shown)| (session, shown.at))
    }

    /// Returns the least and the most pushes about one post to one session.
    pub fn spread(&self) -> Option<(u64, u64)> {
        let pushes = || self.posts.iter().flat_map(|post| &post.sessions).map(|shown| shown.pushes);
        Some((pushes().min()?, pushes().max()?))
    }

    /// Adds the sessions that were not shown the closing of a post.
    pub fn find_unclosed(&mut self) {
        for post in 0..self.posts.len() {
            for session in 0..self.posts[post].sessions.len() {
                let Shown { closed, figures, .. } = &self.posts[post].sessions[session];
                let rev = figures.as_ref().map(|figures| figures.rev);
                if !closed {
                    self.note(Fault::Lost, post, rev, Some(session));
                }
            }
        }
    }

    /// Adds a fault found by other bookkeeping.
    pub fn note(&mut self, fault: Fault, post: usize, rev: Option<u64>, session: Option<usize>) {
        let pod = self.posts.get(post).map_or_else(String::new, |post| post.name.clone());
        self.findings.add(Finding { fault, pod, seq: rev, member: session });
    }

    /// Ends the checks: adds what the server counted wrong and who was not shown it.
    pub fn finish(mut self, expected: &[Vec<u64>], final_counts: &[Option<Figures>]) -> Findings {
        for (post, expected) in expected.iter().enumerate() {
            let last = final_counts.get(post).and_then(Option::as_ref);
            if last.is_none_or(|last| last.counts != *expected) {
                self.note(Fault::Miscounted, post, last.map(|last| last.rev), None);
            }
            // What the server counted is what sessions must be shown, whether it is right or not.
            let shown = last.map_or(expected, |last| &last.counts).clone();
            for session in 0..self.posts[post].sessions.len() {
                if !self.posts[post].sessions[session].shows(&shown) {
                    self.note(Fault::Lost, post, last.map(|last| last.rev), Some(session));
                }
            }
        }
        self.findings
    }
}

impl Shown {
    /// Returns `true` if these are the figures. What nobody has counted yet need not be shown.
    fn shows(&self, expected: &[u64]) -> bool {
        match &self.figures {
            Some(figures) => figures.counts == expected,
            None => expected.iter().all(|count| *count == 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(rev: u64, counts: &[u64]) -> Figures {
        Figures { rev, counts: counts.to_vec() }
    }

    /// One poll, of which two sessions are shown the same at their joins.
    fn poll() -> Tallies {
        let mut books = Tallies::default();
        books.post("post:1", 2);
        (0..2).for_each(|session| books.shown(0, session, Way::Join, figures(0, &[0, 0, 0]), 1));
        books
    }

    fn faults(books: Tallies, expected: &[u64], counted: &[u64]) -> Vec<(Fault, Option<u64>, Option<usize>)> {
        let findings = books.finish(&[expected.to_vec()], &[Some(figures(9, counted))]);
        findings.first.iter().map(|finding| (finding.fault, finding.seq, finding.member)).collect()
    }

    #[test]
    fn a_good_run_finds_nothing_and_says_how_many_and_when() {
        let mut books = poll();
        books.shown(0, 0, Way::Push, figures(1, &[1, 1, 0]), 2);
        books.shown(0, 0, Way::Push, figures(3, &[2, 1, 1]), 5);
        assert!(!books.all_show(&[vec![2, 1, 1]]));
        books.shown(0, 1, Way::Push, figures(3, &[2, 1, 1]), 4);
        // Its join repeats what it has, and the closing does: it had the figures before.
        books.shown(0, 1, Way::Join, figures(3, &[2, 1, 1]), 8);
        assert!(books.all_show(&[vec![2, 1, 1]]) && !books.all_closed());
        (0..2).for_each(|session| books.shown(0, session, Way::Closing, figures(3, &[2, 1, 1]), 9));
        assert!(books.all_closed());
        assert_eq!(books.times().collect::<Vec<_>>(), [(0, 5), (1, 4)]);
        assert_eq!((books.spread(), books.pushes()), (Some((2, 3)), 5));
        assert!(faults(books, &[2, 1, 1], &[2, 1, 1]).is_empty());
    }

    #[test]
    fn revisions_ascend_also_from_the_join_on_and_across_another() {
        let mut books = poll();
        books.shown(0, 0, Way::Push, figures(0, &[0, 0, 0]), 2);
        books.shown(0, 1, Way::Push, figures(2, &[1, 1, 0]), 2);
        books.shown(0, 1, Way::Join, figures(0, &[0, 0, 0]), 3);
        books.shown(0, 0, Way::Closing, figures(2, &[1, 1, 0]), 3);
        books.shown(0, 0, Way::Push, figures(4, &[1, 1, 0]), 4);
        books.shown(0, 1, Way::Push, figures(4, &[1, 1, 0]), 4);
        let found = faults(books, &[1, 1, 0], &[1, 1, 0]);
        assert_eq!(
            found.iter().map(|(_, rev, session)| (*rev, *session)).collect::<Vec<_>>(),
            [(Some(0), Some(0)), (Some(0), Some(1)), (Some(4), Some(0)),]
        );
        assert!(found.iter().all(|(fault, ..)| *fault == Fault::Unordered));
    }

    #[test]
    fn what_differs_is_miscounted_or_was_not_shown_is_named() {
        let mut books = poll();
        books.shown(0, 0, Way::Push, figures(9, &[2, 2, 0]), 2);
        books.shown(0, 1, Way::Push, figures(9, &[2, 1, 1]), 2);
        assert_eq!(
            faults(books, &[3, 2, 1], &[2, 2, 0]),
            [(Fault::Divergent, Some(9), Some(1)), (Fault::Miscounted, Some(9), None), (Fault::Lost, Some(9), Some(1)),]
        );
        let nobody_voted = poll();
        assert!(faults(nobody_voted, &[0, 0, 0], &[0, 0, 0]).is_empty());
    }
}
