//! Checks typing notices, which carry no id: the n-th that a member receives from a person is the n-th that the person
//! sent. They alternate between on and off, so that a missing one shows.

use crate::check::{Checks, Fault};

#[derive(Debug)]
struct Pod {
    members: usize,
    /// When each notice of each member was due.
    sent: Vec<Vec<u64>>,
    /// How many each member (first) has received from each (second).
    heard: Vec<u32>,
}

/// The notices of one thread's pods, numbered as the checks number them.
#[derive(Debug, Default)]
pub struct Notices {
    pods: Vec<Pod>,
    sent: u64,
    heard: u64,
    expected: u64,
}

impl Notices {
    /// Adds the next pod.
    pub fn pod(&mut self, members: usize) {
        self.pods.push(Pod { members, sent: vec![Vec::new(); members], heard: vec![0; members * members] });
    }

    /// Records a notice, and returns whether it is on or off.
    pub fn send(&mut self, pod: usize, member: usize, due: u64) -> bool {
        let pod = &mut self.pods[pod];
        pod.sent[member].push(due);
        self.sent += 1;
        self.expected += pod.members as u64 - 1;
        pod.sent[member].len() % 2 == 1
    }

    /// Records a notice that a member received from a sender. Returns when it was due.
    pub fn hear(&mut self, checks: &mut Checks, pod: usize, member: usize, sender: usize, on: bool) -> Option<u64> {
        self.heard += 1;
        let book = &mut self.pods[pod];
        let count = &mut book.heard[member * book.members + sender];
        if count.is_multiple_of(2) != on {
            // One is missing: continue after it.
            checks.note(Fault::Lost, pod, None, Some(member));
            *count += 1;
        }
        let due = book.sent[sender].get(*count as usize).copied();
        *count += 1;
        if due.is_none() {
            checks.note(Fault::Repeated, pod, None, Some(member));
        }
        due
    }

    /// Returns how many were sent, and how many deliveries there were.
    pub fn counts(&self) -> (u64, u64) {
        (self.sent, self.heard)
    }

    /// Returns `true` if every member has received every notice.
    pub fn complete(&self) -> bool {
        self.heard >= self.expected
    }

    /// Adds the notices that were never received.
    pub fn finish(&self, checks: &mut Checks) {
        for (number, pod) in self.pods.iter().enumerate() {
            for member in 0..pod.members {
                for sender in (0..pod.members).filter(|sender| *sender != member) {
                    let heard = pod.heard[member * pod.members + sender] as usize;
                    (heard..pod.sent[sender].len()).for_each(|_| checks.note(Fault::Lost, number, None, Some(member)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_or_doubled_is_noted() {
        let (mut checks, mut notices) = (Checks::default(), Notices::default());
        checks.pod("pod:1", 2, 2);
        notices.pod(2);
        let sent: Vec<_> = (0..4).map(|due| notices.send(0, 0, due)).collect();
        assert_eq!(sent, [true, false, true, false]);
        assert_eq!(notices.hear(&mut checks, 0, 1, 0, true), Some(0));
        assert_eq!(notices.hear(&mut checks, 0, 1, 0, true), Some(2), "the second is missing");
        assert!(!notices.complete());
        notices.finish(&mut checks);
        assert_eq!(checks.finish().counts, [(Fault::Lost, 2)].into());
    }
}
