//! The sessions of a topic on this node, as the topic's actor knows them.
//!
//! **Ownership.** An actor owns its audience, and the type cannot leave the actor's thread. To send to the sessions,
//! other code sends to the actor. So each session receives a topic's frames in the order in which its actor sent them.
//!
//! **Life of a session.** It attaches before its join is read, and its relay receives every frame from then on. It is
//! present to others only after its join has been answered ([`Audience::mark_present`]). It detaches however it ends,
//! and may do so without ever having attached.
//!
//! **Cost.** A frame is sent once to each relay, by reference count, however many sessions the relay has on the topic.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use super::attendance::{Attach, Joined};
use super::declared::Event;
use super::relay::{RelayHandle, deliver_to};
use super::subscription::{Ends, Frame, Reach, SubscriptionId};
use crate::wire::frame::Encoded;
use crate::wire::topic::Topic;

/// The sessions of a topic on this node.
pub struct Audience {
    topic: Topic,
    sessions: HashMap<SubscriptionId, Attached>,
    /// Keeps the type on the thread of its actor.
    _stays: PhantomData<Rc<()>>,
}

/// An attached session.
pub struct Attached {
    /// The session's person.
    pub user_id: Uuid,
    /// The session's relay.
    relay: RelayHandle,
    /// Whether its join has been answered.
    pub is_present: bool,
}

impl Audience {
    /// Returns an empty audience for a topic.
    pub fn new(topic: Topic) -> Self {
        Audience { topic, sessions: HashMap::new(), _stays: PhantomData }
    }

    /// Returns the topic.
    pub fn topic(&self) -> &Topic {
        &self.topic
    }

    /// Returns whether no session is attached.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// Returns how many sessions are attached.
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Attaches a session, whose relay receives every frame from then on.
    pub fn attach(&mut self, Attach { subscription, user_id, relay }: Attach) {
        self.sessions.insert(subscription, Attached { user_id, relay, is_present: false });
    }

    /// Marks a session as present. Returns its person, or `None` if it was present already or is not attached.
    pub fn mark_present(&mut self, Joined(subscription): Joined) -> Option<Uuid> {
        let attached = self.sessions.get_mut(&subscription).filter(|attached| !attached.is_present)?;
        attached.is_present = true;
        Some(attached.user_id)
    }

    /// Detaches a session. Returns its entry, or `None` if it was never attached.
    pub fn detach(&mut self, subscription: SubscriptionId) -> Option<Attached> {
        self.sessions.remove(&subscription)
    }

    /// Returns the person of an attached session.
    pub fn user_of(&self, subscription: SubscriptionId) -> Option<Uuid> {
        self.sessions.get(&subscription).map(|attached| attached.user_id)
    }

    /// Sends frames to every session, in this order.
    pub fn broadcast(&self, frames: &[Arc<Frame>]) {
        deliver_to(self.sessions.values().map(|attached| &attached.relay), &self.topic, frames);
    }

    /// Sends a push to every session that has joined, except one.
    pub fn passing<P: Serialize>(&self, event: Event<P>, payload: &P, except: Option<SubscriptionId>) {
        self.broadcast(&[self.frame(event, payload, Reach::Passing { except })]);
    }

    /// Sends a push that is valid whatever comes before or after it to every session. A join in progress, which may
    /// have been read before, receives it after its reply.
    pub fn state<P: Serialize>(&self, event: Event<P>, payload: &P) {
        self.broadcast(&[self.state_frame(event, payload)]);
    }

    /// Returns the frame of such a push.
    pub fn state_frame<P: Serialize>(&self, event: Event<P>, payload: &P) -> Arc<Frame> {
        self.frame(event, payload, Reach::State { as_of: i64::MAX })
    }

    /// Sends events to one session, each [encoded](Event::frame) for this topic.
    pub fn only(&self, subscription: SubscriptionId, events: impl IntoIterator<Item = Encoded>) {
        let Some(attached) = self.sessions.get(&subscription) else { return };
        let frame = |text: Encoded| Arc::new(Frame { text, reach: Reach::Only(subscription) });
        attached.relay.deliver(&self.topic, events.into_iter().map(frame).collect());
    }

    /// Ends all subscriptions to the topic, which is gone.
    pub fn end_all(&self) {
        self.signal(Reach::Log { position: i64::MAX, origin: i64::MAX, ends: Ends::Everybody });
    }

    /// Sends a signal that is not a push. Relays act on it at this place in the order of frames.
    pub fn signal(&self, reach: Reach) {
        self.broadcast(&[Arc::new(Frame { text: Encoded::default(), reach })]);
    }

    /// Returns one handle for each relay that has a session of the topic.
    pub fn relays(&self) -> Vec<RelayHandle> {
        let relays: HashMap<usize, &RelayHandle> =
            self.sessions.values().map(|attached| (attached.relay.id(), &attached.relay)).collect();
        relays.into_values().cloned().collect()
    }

    fn frame<P: Serialize>(&self, event: Event<P>, payload: &P, reach: Reach) -> Arc<Frame> {
        Arc::new(Frame { text: event.frame(&self.topic, payload), reach })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realtime::hub::probe::{KIND, event, joining, pushed};
    use crate::realtime::outbox::Outbox;
    use crate::realtime::subscription::Subscription;

    const ADA: Uuid = Uuid::from_u128(1);
    const BEN: Uuid = Uuid::from_u128(2);

    /// Returns a session whose join of the topic has been answered.
    fn session(audience: &mut Audience, user_id: Uuid) -> (Rc<Outbox>, Rc<Subscription>) {
        let joining = joining(Uuid::nil(), user_id);
        audience.attach(Attach { subscription: joining.subscription.id, user_id, relay: joining.relay });
        joining.subscription.activate(0, 0);
        (Rc::clone(&joining.session.outbox), joining.subscription)
    }

    fn audience() -> Audience {
        Audience::new(Topic::of(KIND, Uuid::nil()))
    }

    #[actix::test]
    async fn each_session_gets_what_is_for_it_in_order_and_once() {
        let mut audience = audience();
        let (ada, first) = session(&mut audience, ADA);
        let (ben, second) = session(&mut audience, BEN);
        assert_eq!(audience.relays().len(), 1, "both have the same relay");
        audience.passing(event("a"), &(), None);
        audience.passing(event("b"), &(), Some(first.id));
        audience.only(second.id, ["c", "d"].map(|name| event(name).frame(audience.topic(), &())));
        audience.state(event("e"), &());
        assert_eq!(pushed(&ada).await, ["a", "e"]);
        assert_eq!(pushed(&ben).await, ["a", "b", "c", "d", "e"]);
        audience.end_all();
        audience.passing(event("f"), &(), None);
        assert_eq!(pushed(&ada).await, ["phx_close"]);
        assert!(first.has_ended() && second.has_ended());
    }

    #[actix::test]
    async fn a_session_is_present_once_and_detaches_once() {
        let mut audience = audience();
        let never = SubscriptionId::from(u64::MAX);
        assert_eq!(audience.mark_present(Joined(never)), None);
        assert!(audience.detach(never).is_none(), "it was never attached");
        let (ada, subscription) = session(&mut audience, ADA);
        assert!(!audience.sessions[&subscription.id].is_present);
        assert_eq!(audience.mark_present(Joined(subscription.id)), Some(ADA));
        assert_eq!(audience.mark_present(Joined(subscription.id)), None, "it was marked before");
        assert!(audience.detach(subscription.id).is_some_and(|attached| attached.is_present));
        assert!(audience.detach(subscription.id).is_none() && audience.is_empty());
        audience.passing(event("a"), &(), None);
        assert!(pushed(&ada).await.is_empty(), "nothing is sent to the relay of one who has gone");
    }
}
