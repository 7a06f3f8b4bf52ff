//! A kind of topic for tests: an actor with the common behaviour only, on a bus that records what is published.

use std::rc::Rc;
use std::time::{Duration, Instant};

use actix::{Actor, Context};
use chrono::Utc;
use parking_lot::Mutex;
use serde_json::value::RawValue;

use super::*;
use crate::foundation::auth::Identity;
use crate::foundation::errors::{Code, Result};
use crate::realtime::attendance::{Attach, Detach, EpochChanged};
use crate::realtime::audience::Audience;
use crate::realtime::channel::{Joining, SessionContext};
use crate::realtime::gossip::Gossip;
use crate::realtime::headcount::Headcount;
use crate::realtime::outbox::{Outbox, OutboxLimits};
use crate::realtime::registry::Head;
use crate::realtime::relay::Relay;

/// The kind of its topics.
pub const KIND: &str = "probe";

/// The kind of the topics on which single nodes are queried.
pub const NODE: &str = "probe-node";

/// A packet between nodes, as the text that it is encoded to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word(pub String);

impl Packet for Word {
    fn encode(&self) -> Vec<u8> {
        self.0.clone().into_bytes()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        String::from_utf8(bytes.to_vec()).ok().map(Word)
    }

    fn ask() -> Self {
        Word("ask".to_owned())
    }

    fn ask_about(id: Uuid) -> Self {
        Word(format!("ask about {id}"))
    }

    fn event(text: ByteString) -> Self {
        Word(format!("event {text}"))
    }
}

/// A bus that records what is published, by topic.
#[derive(Default)]
pub struct Memory {
    pub is_alone: bool,
    pub published: Mutex<Vec<(String, Word)>>,
}

impl Bus for Memory {
    fn is_alone(&self) -> bool {
        self.is_alone
    }

    fn boot_id(&self) -> Uuid {
        Uuid::nil()
    }

    fn publish(&self, topic: &Topic, payload: &[u8]) {
        self.published.lock().push((topic.to_string(), Word::decode(payload).unwrap()));
    }

    fn listen(&self, _topic: &Topic) -> Listening {
        Listening::to_nothing()
    }
}

/// The actor of a probe topic.
pub struct Probe {
    registration: Registration<Probe>,
    audience: Audience,
    headcount: Headcount,
}

/// Stops the actor without withdrawing it first.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Crash;

/// Returns the number of sessions.
#[derive(Message)]
#[rtype(result = "usize")]
pub struct Sessions;

impl Probe {
    /// Returns the actor of a topic in this hub, starting it if there is none.
    pub fn of(hub: &Arc<Hub<Probe>>, id: Uuid) -> Addr<Probe> {
        hub.find_or_start(id, 0, |thread, start| Probe::begin(hub, id, thread, start)).address
    }

    /// Starts an actor.
    pub fn begin(hub: &Arc<Hub<Probe>>, id: Uuid, thread: &ArbiterHandle, start: Start) -> Addr<Probe> {
        let hub = Arc::clone(hub);
        Probe::start_in_arbiter(thread, move |_| {
            let (registration, _) = Registration::new(hub, id, start);
            Probe { registration, audience: Audience::new(Topic::of(KIND, id)), headcount: Headcount::default() }
        })
    }
}

impl Actor for Probe {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.meet_the_others(ctx);
        self.stop_when_idle(ctx);
    }
}

impl TopicActor for Probe {
    type Shared = Head;
    type Packet = Word;
    type Said = u64;

    fn registration(&self) -> &Registration<Self> {
        &self.registration
    }

    fn audience(&self) -> &Audience {
        &self.audience
    }

    fn gossip(&self) -> &Gossip<u64> {
        self.headcount.gossip()
    }

    fn tell_others(&mut self) {
        let headcount = &mut self.headcount;
        self.registration.announce(|_| Word(format!("{} here", headcount.send())));
    }
}

macro_rules! handle {
    ($message:ty, |$actor:ident, $given:pat_param, $ctx:pat_param| $body:expr) => {
        handle!($message => (), |$actor, $given, $ctx| $body);
    };
    ($message:ty => $result:ty, |$actor:ident, $given:pat_param, $ctx:pat_param| $body:expr) => {
        impl Handler<$message> for Probe {
            type Result = $result;

            fn handle(&mut self, $given: $message, $ctx: &mut Self::Context) -> $result {
                let $actor = self;
                $body
            }
        }
    };
}

handle!(Attach => Result<()>, |actor, attach, _| {
    actor.audience.attach(attach);
    Ok(())
});
handle!(Joined, |actor, joined, _| {
    if let Some(user_id) = actor.audience.mark_present(joined) {
        actor.headcount.track(user_id);
    }
});
handle!(Detach, |actor, Detach(subscription), ctx| {
    if actor.audience.detach(subscription).is_some() {
        actor.stop_when_idle(ctx);
    }
});
handle!(Broadcast, |actor, Broadcast(frame), _| actor.audience.broadcast(&[frame]));
handle!(Announced<u64>, |actor, heard, _| {
    actor.headcount.announced(heard.from, heard.version, heard.said, Instant::now());
});
handle!(Asked, |actor, _, _| actor.tell_others());
handle!(NodeGone, |actor, NodeGone(node), _| actor.headcount.forget(node));
handle!(SpeakUp, |actor, _, ctx| actor.speak_up(ctx));
handle!(EpochChanged, |actor, _, ctx| actor.send_back(ctx));
handle!(Crash, |_actor, _, ctx| actix::ActorContext::stop(ctx));
handle!(Sessions => usize, |actor, _, _| actor.audience.len());

/// Returns an event of this name, with any payload.
pub fn event<P>(name: &'static str) -> Event<P> {
    Event::declare("", KIND, name)
}

/// Returns a hub on a recording bus.
pub fn hub(is_alone: bool) -> (Arc<Memory>, Arc<Hub<Probe>>) {
    let bus = Arc::new(Memory { is_alone, ..Memory::default() });
    (Arc::clone(&bus), Hub::start(KIND, NODE, bus, None, Threads::new(1)))
}

/// Returns a join in progress, by a session of this person on this thread.
pub fn joining(id: Uuid, user_id: Uuid) -> Joining {
    let limits = OutboxLimits { frames: 10, bytes: 10_000, idle: Duration::from_secs(60) };
    let outbox = Rc::new(Outbox::new(limits, None, Instant::now() + Duration::from_secs(60)));
    let identity = Identity {
        user_id,
        name: None,
        email: None,
        moderator: false,
        sign_in: None,
        generation: None,
        confirmed: true,
        expires_at: Utc::now(),
        ends_at: Utc::now(),
    };
    Joining {
        id,
        subscription: Relay::current().subscribe(Topic::of(KIND, id), user_id, None, &outbox),
        session: Rc::new(SessionContext::new(identity, outbox)),
        relay: Relay::current().handle(),
        payload: RawValue::from_string("{}".to_owned()).unwrap(),
    }
}

/// Returns the events that a session was sent, once actors and relays have had their turn.
pub async fn pushed(outbox: &Outbox) -> Vec<String> {
    tokio::time::sleep(Duration::from_millis(20)).await;
    let event = |text: ByteString| serde_json::from_str::<Vec<serde_json::Value>>(&text).unwrap().remove(3);
    std::iter::from_fn(|| outbox.pop()).map(|text| event(text).as_str().unwrap().to_owned()).collect()
}

/// Refuses, as for a person who is not a member.
pub async fn stranger() -> Result<()> {
    Err(Code::NotMember.into())
}
