//! A client of an event's topic that keeps the picture which the topic tells: what its join was answered with, and what
//! followed.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::client::{Client, Frame, Reply};
use super::pod_client::number;
use super::server::{Person, Server, id_of, list};
use super::wait::until;

/// One session that has joined an event's topic.
pub struct EventClient {
    pub client: Client,
    pub topic: String,
    /// What the join was answered with.
    pub joined: Value,
}

/// What a session has received.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The open pods with their newest cards.
    pub pods: BTreeMap<Uuid, Value>,
    pub members: i64,
    pub present: i64,
    /// Whether the topic was closed.
    pub closed: bool,
}

impl Picture {
    /// The free seats of a pod that is listed.
    pub fn free(&self, pod: Uuid) -> Option<i64> {
        self.pods.get(&pod).map(|card| number(&card["free_seats"]))
    }
}

/// The topic of an event.
pub fn topic(event: Uuid) -> String {
    format!("event:{event}")
}

/// Opens a socket and tries to join.
pub async fn try_join(server: &Server, person: &Person, event: Uuid) -> (Client, Reply) {
    let client = Client::open(server, person).await;
    let reply = client.join(&topic(event), json!({})).await;
    (client, reply)
}

impl EventClient {
    /// A new socket that has joined.
    pub async fn join(server: &Server, person: &Person, event: Uuid) -> EventClient {
        let (client, reply) = try_join(server, person, event).await;
        EventClient { client, topic: topic(event), joined: reply.ok() }
    }

    /// The frames of the topic since the join was answered.
    pub fn received(&self) -> Vec<Frame> {
        let frames = self.client.frames();
        let join_ref = json!(self.client.join_ref(&self.topic));
        let answered = frames.iter().position(|frame| frame.event == "phx_reply" && frame.join_ref == join_ref);
        let after = frames.into_iter().skip(answered.map_or(0, |at| at + 1));
        after.filter(|frame| frame.topic == self.topic).collect()
    }

    /// How many frames of this event were received.
    pub fn count(&self, event: &str) -> usize {
        self.received().iter().filter(|frame| frame.event == event).count()
    }

    /// What was received on the topic so far. Each change must have a higher number than the one before.
    pub fn picture(&self) -> Picture {
        let pods = list(&self.joined, "pods").iter().map(|card| (id_of(card), card.clone())).collect();
        let (members, present) = (number(&self.joined["members"]), number(&self.joined["present"]));
        let mut picture = Picture { pods, members, present, closed: false };
        let mut last = number(&self.joined["head"]);
        for Frame { event, payload, .. } in self.received() {
            assert!(!picture.closed, "{event} came after the end: {payload}");
            if let Some(seq) = payload.get("seq").map(number) {
                assert!(seq > last, "{event} {payload} after {last}");
                last = seq;
            }
            match event.as_str() {
                "pod:opened" | "pod:changed" => {
                    let card = &payload["pod"];
                    picture.pods.insert(id_of(card), card.clone());
                }
                "pod:closed" => {
                    let id = payload["pod_id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
                    picture.pods.remove(&id);
                }
                "members:count" => picture.members = number(&payload["count"]),
                "presence:count" => picture.present = number(&payload["count"]),
                "phx_close" => picture.closed = true,
                // What other features send is declared, which every frame is held against.
                _ => {}
            }
        }
        picture
    }

    /// Waits until what was received is so.
    pub async fn until(&self, what: &str, holds: impl Fn(&Picture) -> bool) -> Picture {
        until(what, async || holds(&self.picture())).await;
        self.picture()
    }

    /// Waits until the received pods are those that are listed to this person over HTTP.
    pub async fn until_like_the_list(&self, server: &Server, person: &Person, event: Uuid) {
        let listed = listed(server, person, event, "opened").await;
        let listed: BTreeMap<Uuid, Value> = listed.iter().map(|card| (id_of(card), card.clone())).collect();
        until("the list", async || self.picture().pods == listed).await;
    }
}

/// The pods of an event as HTTP lists them, all pages.
pub async fn listed(server: &Server, person: &Person, event: Uuid, order: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/events/{event}/pods?limit=200&order={order}{cursor}");
        let page = server.get(&path, person).await.ok(200);
        all.extend_from_slice(list(&page, "items"));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}
