//! Finding, sending to and removing topics.

use std::time::Duration;

use super::probe::{Crash, KIND, Probe, Sessions, Word, event, hub, joining, pushed};
use super::*;
use crate::realtime::attendance::Attach;
use crate::realtime::relay::Relay;

const ID: Uuid = Uuid::from_u128(7);
const ADA: Uuid = Uuid::from_u128(1);

#[actix::test]
async fn a_topic_has_one_actor_and_one_that_stops_late_leaves_its_successor_in() {
    let (_, hub) = hub(true);
    let mut stopping = None;
    let live = hub.find_or_start(ID, 0, |thread, start| {
        stopping = Some(start.generation);
        Probe::begin(&hub, ID, thread, start)
    });
    let (first, generation) = (live.address, stopping.unwrap());
    assert!(first == Probe::of(&hub, ID));
    first.send(Crash).await.unwrap();
    let second = Probe::of(&hub, ID);
    assert!(first != second && second.send(Sessions).await.is_ok());
    // As if the first were dropped only now.
    drop(Registration { hub: Arc::clone(&hub), id: ID, generation, ready: None });
    assert_eq!(hub.count(), 1);
    assert!(hub.find(ID).is_some_and(|live| live.address == second));
}

#[actix::test]
async fn an_actor_without_sessions_stops_and_is_found_no_more() {
    let (bus, hub) = hub(false);
    let actor = Probe::of(&hub, ID);
    tokio::time::sleep(Duration::from_millis(1900)).await;
    assert!(hub.find(ID).is_some() && actor.connected());
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(hub.find(ID).is_none() && !actor.connected());
    let topic = Topic::of(KIND, ID).to_string();
    assert_eq!(*bus.published.lock(), [(topic, Word::ask())], "it asked who is there, and had nobody to speak for");
}

#[actix::test]
async fn an_announcement_reaches_every_session_and_the_other_nodes_once() {
    let (bus, hub) = hub(false);
    let (joined, late) = (joining(ID, ADA), joining(ID, ADA));
    let actor = Probe::of(&hub, ID);
    for joining in [&joined, &late] {
        let (subscription, relay) = (joining.subscription.id, Relay::current().handle());
        actor.send(Attach { subscription, user_id: ADA, relay }).await.unwrap().unwrap();
    }
    joined.subscription.activate(5, 0);
    bus.published.lock().clear();
    hub.announce(ID, event("board"), &serde_json::json!({ "first": "Ada" }));
    assert_eq!(pushed(&joined.session.outbox).await, ["board"]);
    assert!(pushed(&late.session.outbox).await.is_empty(), "its join has not been answered");
    late.subscription.activate(9, 0);
    assert_eq!(pushed(&late.session.outbox).await, ["board"]);
    let (topic, text) =
        (Topic::of(KIND, ID), r#"[null,null,"probe:00000000-0000-0000-0000-000000000007","board",{"first":"Ada"}]"#);
    assert_eq!(*bus.published.lock(), [(topic.to_string(), Word(format!("event {text}")))]);

    // As a packet arrives on another node.
    let receivers = Receivers::default().with(KIND, {
        let hub = Arc::clone(&hub);
        move |id, _, Word(text)| hub.event(id, ByteString::from(text.trim_start_matches("event ")).into())
    });
    let (_, receiver) = receivers.by_kind().next().unwrap();
    receiver.upgrade().unwrap().received(ID, Uuid::nil(), format!("event {text}").as_bytes());
    receiver.upgrade().unwrap().received(ID, Uuid::nil(), &[255]);
    assert_eq!(pushed(&joined.session.outbox).await, ["board"]);
}

#[actix::test]
async fn a_query_about_a_topic_without_sessions_is_answered() {
    let (bus, hub) = hub(false);
    hub.asked_about(ID, |version| Word(format!("nobody, {version}")));
    hub.asked_about(ID, |version| Word(format!("nobody, {version}")));
    let said: Vec<_> = bus.published.lock().drain(..).map(|(_, word)| word.0).collect();
    assert_eq!(said, ["nobody, 1", "nobody, 2"]);
    Probe::of(&hub, ID);
    hub.asked_about(ID, |version| Word(format!("nobody, {version}")));
    tokio::time::sleep(Duration::from_millis(20)).await;
    let said: Vec<_> = bus.published.lock().drain(..).map(|(_, word)| word.0).collect();
    assert_eq!(said, ["ask", "0 here"], "its actor answers");
}

#[actix::test]
async fn alone_nothing_is_published() {
    let (bus, hub) = hub(true);
    Probe::of(&hub, ID);
    hub.announce(ID, event("board"), &());
    hub.announce(Uuid::nil(), event("board"), &());
    hub.back();
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert!(bus.published.lock().is_empty());
}
