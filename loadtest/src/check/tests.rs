//! A good run, and each fault by itself.

use super::*;

fn new(number: u64, seq: u64) -> Delivery {
    Delivery { number: Some(number), id: 0, seq: Some(seq), changed: Some(seq) }
}

/// Two members at head 10, who send three messages.
fn talk() -> Checks {
    let mut checks = Checks::default();
    let pod = checks.pod("pod:1", 2, 2);
    checks.joined(pod, 0, Some(10));
    checks.joined(pod, 1, Some(10));
    for number in 0..3 {
        assert_eq!(checks.sent(pod, (number % 2) as usize, number), number);
        checks.answered(number, Outcome::Stored(Some(11 + number)));
    }
    checks
}

fn faults(checks: Checks) -> Vec<(Fault, Option<u64>, Option<usize>)> {
    checks.finish().first.iter().map(|finding| (finding.fault, finding.seq, finding.member)).collect()
}

fn deliver(checks: &mut Checks, member: usize, what: &[(u64, u64)]) {
    for (number, seq) in what {
        checks.delivered(0, member, new(*number, *seq));
    }
}

#[test]
fn a_good_run_finds_nothing() {
    let mut checks = talk();
    deliver(&mut checks, 0, &[(0, 11), (1, 12), (2, 13)]);
    deliver(&mut checks, 1, &[(0, 11), (1, 12)]);
    assert_eq!(checks.delivered(0, 1, new(2, 13)), Some(2));
    assert!(checks.finish().is_empty());
}

#[test]
fn each_fault_is_named_with_its_seq() {
    let mut checks = talk();
    deliver(&mut checks, 0, &[(0, 11), (1, 12), (1, 12), (2, 13)]);
    deliver(&mut checks, 1, &[(0, 11), (2, 13)]);
    assert_eq!(faults(checks), [(Fault::Repeated, Some(12), Some(0)), (Fault::Lost, Some(12), Some(1))]);

    let mut checks = talk();
    deliver(&mut checks, 0, &[(0, 11), (1, 12), (2, 13)]);
    deliver(&mut checks, 1, &[(0, 11), (2, 13), (1, 12)]);
    assert_eq!(faults(checks), [(Fault::Unordered, Some(12), Some(1))]);
}

#[test]
fn two_orders_are_found_although_each_ascends() {
    let mut checks = Checks::default();
    checks.pod("pod:1", 2, 2);
    (0..2).for_each(|member| checks.joined(0, member, Some(10)));
    for sender in 0..2 {
        checks.sent(0, sender, 0);
    }
    deliver(&mut checks, 0, &[(0, 11), (1, 12)]);
    deliver(&mut checks, 1, &[(1, 11), (0, 12)]);
    let found = faults(checks);
    assert!(found.contains(&(Fault::Divergent, Some(11), Some(1))), "{found:?}");
    assert_eq!(found.iter().filter(|(fault, ..)| *fault == Fault::Unanswered).count(), 2);
}

#[test]
fn a_sender_is_shown_in_the_order_of_sending() {
    let mut checks = Checks::default();
    checks.pod("pod:1", 1, 1);
    checks.joined(0, 0, Some(0));
    for number in 0..2 {
        checks.sent(0, 0, 0);
        checks.answered(number, Outcome::Stored(Some(2 - number)));
    }
    deliver(&mut checks, 0, &[(1, 1), (0, 2)]);
    assert_eq!(faults(checks), [(Fault::Sender, Some(2), Some(0))]);
}

#[test]
fn an_answer_must_agree_with_what_is_shown() {
    let mut checks = talk();
    deliver(&mut checks, 0, &[(0, 11), (1, 14)]);
    assert!(faults(checks).contains(&(Fault::Answer, Some(14), Some(0))));

    let mut checks = talk();
    checks.sent(0, 0, 0);
    checks.answered(3, Outcome::Refused);
    deliver(&mut checks, 0, &[(0, 11), (1, 12), (2, 13), (3, 14)]);
    assert!(faults(checks).contains(&(Fault::Ghost, Some(14), Some(0))));
}

#[test]
fn a_state_may_be_left_out_if_a_later_one_came() {
    let mut checks = talk();
    let edit = Delivery { number: Some(1), id: 0, seq: Some(12), changed: Some(14) };
    deliver(&mut checks, 0, &[(0, 11), (1, 12), (2, 13)]);
    checks.delivered(0, 0, edit);
    deliver(&mut checks, 1, &[(0, 11), (2, 13)]);
    checks.delivered(0, 1, edit);
    assert!(checks.finish().is_empty());
}

#[test]
fn a_server_without_a_log_is_held_to_what_the_first_member_saw() {
    let bare = |number| Delivery { number: Some(number), id: 0, seq: None, changed: None };
    let start = || {
        let mut checks = Checks::default();
        checks.pod("room", 2, 2);
        (0..2).for_each(|member| checks.joined(0, member, None));
        for number in 0..3 {
            checks.sent(0, (number % 2) as usize, 0);
            checks.answered(number, Outcome::Stored(None));
        }
        checks
    };
    let mut good = start();
    for (member, number) in [(0, 1), (0, 0), (1, 1), (1, 0), (0, 2), (1, 2)] {
        good.delivered(0, member, bare(number));
    }
    assert!(good.finish().is_empty());
    let mut bad = start();
    for (member, number) in [(0, 1), (0, 0), (1, 0), (1, 1), (1, 2)] {
        bad.delivered(0, member, bare(number));
    }
    assert_eq!(faults(bad), [(Fault::Unordered, Some(1), Some(1)), (Fault::Lost, Some(3), Some(0))]);
}

#[test]
fn a_log_line_of_the_servers_own_must_reach_everybody_too() {
    let line = |seq| Delivery { number: None, id: 77, seq: Some(seq), changed: Some(seq) };
    let mut checks = talk();
    deliver(&mut checks, 0, &[(0, 11), (1, 12), (2, 13)]);
    deliver(&mut checks, 1, &[(0, 11), (1, 12), (2, 13)]);
    checks.delivered(0, 0, line(14));
    assert_eq!(faults(checks), [(Fault::Lost, Some(14), Some(1))]);
}
