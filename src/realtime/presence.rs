//! Who is on a topic: pure state, in the shapes of Phoenix's presence.
//!
//! The key is a person's id; each of their sessions on the topic is one meta with a `phx_ref` of its own, by which
//! clients tell metas apart. Methods answer the payload to send, so that nothing here knows how it is sent.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::subscription::SubscriptionId;

/// The sessions on one topic.
#[derive(Debug, Default)]
pub struct Presence {
    people: BTreeMap<Uuid, Vec<Meta>>,
}

#[derive(Debug)]
struct Meta {
    session: SubscriptionId,
    phx_ref: String,
}

impl Meta {
    fn json(&self) -> Value {
        json!({ "phx_ref": self.phx_ref })
    }
}

impl Presence {
    /// A session has come. Answers the `presence_diff` for the others; `None` if it was there already.
    pub fn track(&mut self, user_id: Uuid, session: SubscriptionId) -> Option<Value> {
        let metas = self.people.entry(user_id).or_default();
        if metas.iter().any(|meta| meta.session == session) {
            return None;
        }
        let meta = Meta { session, phx_ref: session.to_string() };
        let joins = person(user_id, vec![meta.json()]);
        metas.push(meta);
        Some(json!({ "joins": joins, "leaves": {} }))
    }

    /// A session has gone. Answers the `presence_diff`; `None` if it was not there.
    pub fn untrack(&mut self, user_id: Uuid, session: SubscriptionId) -> Option<Value> {
        let metas = self.people.get_mut(&user_id)?;
        let index = metas.iter().position(|meta| meta.session == session)?;
        let meta = metas.remove(index);
        if metas.is_empty() {
            self.people.remove(&user_id);
        }
        Some(json!({ "joins": {}, "leaves": person(user_id, vec![meta.json()]) }))
    }

    /// The whole `presence_state`.
    pub fn state(&self) -> Value {
        let people = self.people.iter().map(|(user_id, metas)| {
            (user_id.to_string(), json!({ "metas": metas.iter().map(Meta::json).collect::<Vec<_>>() }))
        });
        Value::Object(people.collect())
    }

    /// Whether the person has a session here.
    pub fn has(&self, user_id: Uuid) -> bool {
        self.people.contains_key(&user_id)
    }
}

fn person(user_id: Uuid, metas: Vec<Value>) -> Value {
    json!({ user_id.to_string(): { "metas": metas } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_session_is_a_meta_and_the_last_one_to_go_takes_the_person() {
        let (ada, phone, laptop) = (Uuid::from_u128(1), SubscriptionId::from(1), SubscriptionId::from(2));
        let mut presence = Presence::default();
        let joined = presence.track(ada, phone).unwrap();
        assert_eq!(joined["joins"][ada.to_string()]["metas"].as_array().unwrap().len(), 1);
        assert_eq!(presence.track(ada, phone), None);
        presence.track(ada, laptop).unwrap();
        assert_eq!(presence.state()[ada.to_string()]["metas"].as_array().unwrap().len(), 2);
        let left = presence.untrack(ada, phone).unwrap();
        assert_eq!(left["leaves"], joined["joins"], "the same phx_ref leaves that came");
        assert_eq!(presence.untrack(ada, phone), None);
        assert!(presence.has(ada));
        presence.untrack(ada, laptop).unwrap();
        assert_eq!(presence.state(), json!({}));
    }
}
