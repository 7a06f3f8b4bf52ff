//! The topics that this node listens to, and which of them the bus has confirmed.
//!
//! Listeners are counted here. One task brings the bus in line with the counts ([`Interests::due`]): however quickly
//! topics come and go, the last state is what holds, and nothing piles up.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

use crate::wire::topic::Topic;

/// Time to wait for the bus to confirm a subscription. The sweep finds what is missed after that.
const PATIENCE: Duration = Duration::from_millis(250);

/// The topics that have listeners, and the waiters for their confirmation.
#[derive(Default)]
pub struct Interests {
    state: Mutex<Interested>,
    changed: Notify,
}

#[derive(Default)]
struct Interested {
    topics: HashMap<Topic, Interest>,
    due: Vec<Topic>,
    connected: bool,
}

#[derive(Default)]
struct Interest {
    listeners: usize,
    standing: Standing,
    waiting: Vec<oneshot::Sender<()>>,
}

/// The state of a topic's subscription.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Standing {
    #[default]
    Unasked,
    Asked,
    Confirmed,
}

/// Changes to request from the bus.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Topics that have listeners.
    pub subscribe: Vec<Topic>,
    /// Topics that have no listeners any more.
    pub unsubscribe: Vec<Topic>,
}

impl Interests {
    /// Adds a listener of a topic.
    pub fn listen(self: &Arc<Self>, topic: &Topic) -> Listening {
        let mut state = self.state.lock();
        let interest = state.topics.entry(topic.clone()).or_default();
        interest.listeners += 1;
        if interest.listeners == 1 {
            self.listeners_changed(&mut state, topic);
        }
        Listening(Some((Arc::clone(self), topic.clone())))
    }

    fn drop_listener(&self, topic: &Topic) {
        let mut state = self.state.lock();
        let Some(interest) = state.topics.get_mut(topic) else { return };
        interest.listeners -= 1;
        if interest.listeners == 0 {
            self.listeners_changed(&mut state, topic);
        }
    }

    /// Notes that a topic has got its first listener or lost its last. Without a connection there is nothing to
    /// request.
    fn listeners_changed(&self, state: &mut Interested, topic: &Topic) {
        if state.connected {
            state.due.push(topic.clone());
            self.changed.notify_one();
        } else if state.topics.get(topic).is_some_and(|interest| interest.listeners == 0) {
            state.topics.remove(topic);
        }
    }

    /// Waits until there may be changes to request.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Returns the changes to request now, of at most `most` topics.
    pub fn due(&self, most: usize) -> Due {
        let mut state = self.state.lock();
        let mut due = Due::default();
        for _ in 0..most {
            let Some(topic) = state.due.pop() else { break };
            let Some(interest) = state.topics.get_mut(&topic) else { continue };
            match (interest.listeners > 0, interest.standing) {
                (true, Standing::Unasked) => {
                    interest.standing = Standing::Asked;
                    due.subscribe.push(topic);
                }
                (true, Standing::Asked | Standing::Confirmed) => {}
                (false, Standing::Unasked) => drop(state.topics.remove(&topic)),
                (false, Standing::Asked | Standing::Confirmed) => {
                    state.topics.remove(&topic);
                    due.unsubscribe.push(topic);
                }
            }
        }
        due
    }

    /// Notes that the bus has confirmed these subscriptions.
    pub fn confirmed(&self, topics: &[Topic]) {
        let mut state = self.state.lock();
        for topic in topics {
            if let Some(interest) = state.topics.get_mut(topic) {
                interest.standing = Standing::Confirmed;
                interest.waiting.drain(..).for_each(|waiting| waiting.send(()).unwrap_or_default());
            }
        }
    }

    /// Notes a new connection, on which every subscription must be requested.
    pub fn connected(&self) {
        let mut state = self.state.lock();
        state.connected = true;
        state.topics.retain(|_, interest| interest.listeners > 0);
        state.due = state.topics.keys().cloned().collect();
        state.topics.values_mut().for_each(|interest| interest.standing = Standing::Unasked);
        self.changed.notify_one();
    }

    /// Notes that the connection is lost, and releases all waiters.
    pub fn disconnected(&self) {
        let mut state = self.state.lock();
        state.connected = false;
        state.due.clear();
        for interest in state.topics.values_mut() {
            interest.standing = Standing::Unasked;
            interest.waiting.clear();
        }
        state.topics.retain(|_, interest| interest.listeners > 0);
    }

    /// Returns the number of topics with listeners.
    pub fn len(&self) -> usize {
        self.state.lock().topics.len()
    }

    fn wait(&self, topic: &Topic) -> Option<oneshot::Receiver<()>> {
        let mut state = self.state.lock();
        if !state.connected {
            return None;
        }
        let interest = state.topics.get_mut(topic).filter(|interest| interest.standing != Standing::Confirmed)?;
        let (sender, receiver) = oneshot::channel();
        interest.waiting.push(sender);
        Some(receiver)
    }
}

/// A listener of a topic, counted as long as it lives.
#[must_use = "nobody listens any more once this is dropped"]
pub struct Listening(Option<(Arc<Interests>, Topic)>);

impl Listening {
    /// Returns a listener for a bus that carries nothing.
    pub fn to_nothing() -> Self {
        Listening(None)
    }

    /// Waits until what is published from now on will be received, or until that takes too long. In the latter case
    /// something may be missed, which the sweep finds.
    pub fn ready(&self) -> impl Future<Output = ()> + Send + use<> {
        let waiting = self.0.as_ref().and_then(|(interests, topic)| interests.wait(topic));
        async move {
            if let Some(waiting) = waiting {
                let _ = tokio::time::timeout(PATIENCE, waiting).await;
            }
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some((interests, topic)) = self.0.take() {
            interests.drop_listener(&topic);
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn topic(n: u128) -> Topic {
        Topic::of("pod", Uuid::from_u128(n))
    }

    fn ask(interests: &Interests) -> (Vec<Topic>, Vec<Topic>) {
        let Due { subscribe, unsubscribe } = interests.due(usize::MAX);
        interests.confirmed(&subscribe);
        (subscribe, unsubscribe)
    }

    #[test]
    fn the_first_listener_subscribes_and_the_last_unsubscribes() {
        let interests = Arc::new(Interests::default());
        interests.connected();
        let first = interests.listen(&topic(1));
        let second = interests.listen(&topic(1));
        assert_eq!(ask(&interests), (vec![topic(1)], vec![]));
        drop(first);
        assert_eq!(ask(&interests), (vec![], vec![]));
        drop(second);
        // A successor came before the change was requested: the subscription stays.
        let successor = interests.listen(&topic(1));
        assert_eq!(ask(&interests), (vec![], vec![]));
        drop(successor);
        assert_eq!(ask(&interests), (vec![], vec![topic(1)]));
        assert_eq!(interests.len(), 0);
    }

    #[test]
    fn who_goes_while_the_bus_is_asked_is_taken_back_after() {
        let interests = Arc::new(Interests::default());
        interests.connected();
        let listening = interests.listen(&topic(1));
        let Due { subscribe, .. } = interests.due(usize::MAX);
        drop(listening);
        interests.confirmed(&subscribe);
        assert_eq!(ask(&interests), (vec![], vec![topic(1)]));
    }

    #[tokio::test]
    async fn a_new_connection_is_asked_for_everything_and_nobody_waits_for_a_lost_one() {
        let interests = Arc::new(Interests::default());
        let kept = interests.listen(&topic(1));
        drop(interests.listen(&topic(2)));
        kept.ready().await;
        interests.connected();
        let waiting = kept.ready();
        interests.disconnected();
        waiting.await;
        interests.connected();
        assert_eq!(ask(&interests), (vec![topic(1)], vec![]));
        kept.ready().await;
    }
}
