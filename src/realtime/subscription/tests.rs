//! Tests of what a subscription delivers, and when it ends.

use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use super::*;
use crate::realtime::outbox::{Drained, OutboxLimits};

const ADA: Uuid = Uuid::from_u128(1);

fn joining() -> (Rc<Outbox>, Subscription) {
    let limits = OutboxLimits { frames: 100, bytes: 10_000, idle: Duration::from_secs(60) };
    let outbox = Rc::new(Outbox::new(limits, None, Instant::now() + Duration::from_secs(60)));
    let subscription = Subscription::joining(Topic::of("pod", Uuid::nil()), ADA, None, Rc::clone(&outbox));
    (outbox, subscription)
}

fn text(text: &str) -> Encoded {
    ByteString::from(text).into()
}

fn log(position: i64, origin: i64, ends: Ends) -> Arc<Frame> {
    Arc::new(Frame { text: text(&position.to_string()), reach: Reach::Log { position, origin, ends } })
}

fn drained(outbox: &Outbox) -> Vec<String> {
    let cx = Context::from_waker(Waker::noop());
    std::iter::from_fn(|| match outbox.take(&cx) {
        Drained::Frame(frame) => Some(frame.to_string()),
        _ => None,
    })
    .collect()
}

#[test]
fn what_came_during_the_join_follows_its_answer_without_a_gap_or_a_repeat() {
    let (outbox, subscription) = joining();
    (3..=6).for_each(|n| subscription.offer(&log(n, n, Ends::Nobody)));
    assert!(drained(&outbox).is_empty());
    subscription.activate(4, 0);
    subscription.offer(&log(6, 6, Ends::Nobody));
    subscription.offer(&log(7, 7, Ends::Nobody));
    assert_eq!(drained(&outbox), ["5", "6", "7"]);
}

#[test]
fn a_join_that_missed_something_starts_over_and_then_misses_nothing() {
    let (outbox, subscription) = joining();
    (1..=50).for_each(|n| subscription.offer(&log(n, n, Ends::Nobody)));
    assert!(!subscription.has_missed());
    (51..=70).for_each(|n| subscription.offer(&log(n, n, Ends::Nobody)));
    assert!(subscription.has_missed());
    subscription.start_over();
    (71..=75).for_each(|n| subscription.offer(&log(n, n, Ends::Nobody)));
    assert!(!subscription.has_missed());
    subscription.activate(72, 0);
    assert_eq!(drained(&outbox), ["73", "74", "75"]);
    assert!(!outbox.is_ending(), "nobody is cut for a join");
}

#[test]
fn a_removal_from_before_the_answer_does_not_end_who_was_let_in_again() {
    let (outbox, subscription) = joining();
    subscription.offer(&log(3, 3, Ends::User(ADA)));
    subscription.activate(4, 4);
    subscription.offer(&log(5, 5, Ends::Nobody));
    assert_eq!(drained(&outbox), ["5"]);
}

#[test]
fn a_removal_during_the_join_ends_it_with_the_answer() {
    let (outbox, subscription) = joining();
    subscription.offer(&log(5, 5, Ends::User(ADA)));
    subscription.offer(&log(6, 6, Ends::Nobody));
    subscription.activate(4, 0);
    assert_eq!(drained(&outbox), [Version::V2.close(None, subscription.topic.as_str()).to_string()]);
    assert!(subscription.has_ended());
}

#[test]
fn changes_to_what_was_before_ones_coming_stay_hidden() {
    let (outbox, subscription) = joining();
    subscription.activate(10, 8);
    subscription.offer(&log(11, 7, Ends::Nobody));
    subscription.offer(&log(12, 8, Ends::Nobody));
    assert_eq!(drained(&outbox), ["12"]);
}

#[test]
fn a_state_is_sent_though_the_log_has_gone_on_but_not_one_from_before_the_join() {
    let (outbox, subscription) = joining();
    let state = |as_of| Arc::new(Frame { text: text(&format!("s{as_of}")), reach: Reach::State { as_of } });
    subscription.offer(&state(3));
    subscription.activate(4, 0);
    (5..=6).for_each(|n| subscription.offer(&log(n, n, Ends::Nobody)));
    subscription.offer(&state(5));
    assert_eq!(drained(&outbox), ["5", "6", "s5"]);
}

#[test]
fn a_halted_session_receives_nothing_until_it_is_sent_back_and_a_newcomer_is_not_halted() {
    let frame = |reach| Arc::new(Frame { text: Encoded::default(), reach });
    let (outbox, halted) = joining();
    halted.activate(4, 0);
    let (others, newcomer) = joining();
    for subscription in [&halted, &newcomer] {
        subscription.offer(&frame(Reach::Halt));
    }
    assert!(newcomer.has_missed(), "what was read for its join may be of the history that is over");
    newcomer.start_over();
    newcomer.activate(2, 0);
    for subscription in [&halted, &newcomer] {
        subscription.offer(&log(5, 5, Ends::Nobody));
        let part = subscription.id.number() % 3;
        subscription.offer(&frame(Reach::EndOfHalt { part: (part + 1) % 3, parts: 3 }));
        assert!(!subscription.has_ended(), "it is not their turn");
        subscription.offer(&frame(Reach::EndOfHalt { part, parts: 3 }));
        subscription.offer(&log(6, 6, Ends::Nobody));
    }
    assert_eq!(drained(&outbox), [Version::V2.error(None, halted.topic.as_str()).to_string()]);
    assert!(halted.has_ended() && !newcomer.has_ended());
    assert_eq!(drained(&others), ["5", "6"]);
}

#[test]
fn what_is_of_the_moment_is_not_kept_for_a_join_under_way() {
    let (outbox, subscription) = joining();
    let passing = |except| Arc::new(Frame { text: text("p"), reach: Reach::Passing { except } });
    subscription.offer(&passing(None));
    subscription.activate(0, 0);
    assert!(drained(&outbox).is_empty());
    subscription.offer(&passing(Some(subscription.id)));
    assert!(drained(&outbox).is_empty());
    subscription.offer(&passing(None));
    assert_eq!(drained(&outbox), ["p"]);
}

#[test]
fn a_revision_that_the_reply_has_is_not_sent_and_later_ones_are() {
    let (outbox, subscription) = joining();
    let key = |id| StateKey { event: "poll:tally", id: Uuid::from_u128(id) };
    let frame = |id, revision| {
        let reach = Reach::Revision { key: key(id), revision };
        Arc::new(Frame { text: text(&format!("{id}@{revision}")), reach })
    };
    for revision in [4, 7] {
        subscription.offer(&frame(1, revision));
        subscription.offer(&frame(2, revision));
    }
    // The actor was behind the reply in the first, and has sent more of the second than the reply has.
    let known = [(1, 7), (2, 5)].map(|(id, revision)| KnownRevision { key: key(id), revision });
    subscription.activate_knowing(10, 0, known.to_vec());
    assert_eq!(drained(&outbox), ["2@7"]);
    for revision in [5, 7, 8, 9] {
        subscription.offer(&frame(1, revision));
    }
    subscription.offer(&frame(3, 1));
    assert_eq!(drained(&outbox), ["1@8", "1@9", "3@1"], "of the third the reply has nothing");
}
