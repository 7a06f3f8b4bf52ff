//! A session: one websocket of one person. The one file that knows actix-web-actors.
//!
//! It reads frames, keeps to Phoenix's rules about joins and refs, hands pushes to the channel of their topic, and
//! writes what its [`Outbox`] holds. It decides nothing about any topic.
//!
//! While the socket is jammed actix polls neither this actor nor its futures, so nothing here may be needed to end it:
//! the relay's clock and [`super::socket::SocketControl`] do that from outside.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use ::metrics::Counter;
use actix::fut::wrap_future;
use actix::{Actor, ActorContext, ActorFuture, ActorFutureExt, AsyncContext, StreamHandler};
use actix_http::ws::Item;
use actix_web_actors::ws;
use bytes::BytesMut;
use bytestring::ByteString;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde_json::value::RawValue;
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use super::channel::{Admission, Answer, Channel, Channels, Joining, Member, Response, SessionContext, empty};
use super::outbox::{Drained, Ending, Outbox, OutboxLimits};
use super::relay::Relay;
use super::socket::SocketControl;
use super::subscription::Subscription;
use crate::foundation::auth::Identity;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::metrics;
use crate::wire::frame::{Incoming, Ref, Status, Version};
use crate::wire::topic::Topic;

/// Pushes of one session that may be under way; one more is told `overloaded`.
const IN_FLIGHT: usize = 1024;

/// Pushes that may wait for the join of their topic.
const WAITING: usize = 256;

/// Bytes that leave the outbox before actix is asked whether the socket takes more. What has left is a copy, and no
/// limit of ours holds for it.
const WRITE: usize = 32 * 1024;

/// What sessions may do.
#[derive(Debug, Clone)]
pub struct SessionLimits {
    /// Bytes of one message, over all its fragments.
    pub frame_bytes: usize,
    /// Topics at a time.
    pub topics: usize,
    /// Frames that a client may send, if there is a limit.
    pub frames: Option<Quota>,
    /// What may wait for it.
    pub outbox: OutboxLimits,
}

/// One websocket of one person.
pub struct Session {
    /// What it is called in the log.
    id: Uuid,
    /// In which form it sends and gets frames.
    version: Version,
    received: u64,
    counters: Counters,
    context: Rc<SessionContext>,
    channels: Arc<Channels>,
    limits: SessionLimits,
    relay: Rc<Relay>,
    key: u64,
    topics: HashMap<Box<str>, Place>,
    fragments: Option<BytesMut>,
    frames: Option<DefaultDirectRateLimiter>,
    in_flight: usize,
    /// Its place among the sockets that this node holds at most.
    _permit: OwnedSemaphorePermit,
}

/// What sessions count for every frame; found once a thread.
#[derive(Clone)]
struct Counters {
    received: Counter,
    sent: Counter,
}

impl Counters {
    fn of_thread() -> Self {
        thread_local!(static COUNTERS: OnceCell<Counters> = const { OnceCell::new() });
        let find = || Counters {
            received: metrics::FRAMES_IN.count(metrics::NONE),
            sent: metrics::FRAMES_OUT.count(metrics::NONE),
        };
        COUNTERS.with(|cell| cell.get_or_init(find).clone())
    }
}

/// A topic that this session has joined, or is about to.
struct Place {
    channel: Arc<dyn Channel>,
    id: Uuid,
    join_ref: Option<Ref>,
    subscription: Rc<Subscription>,
    /// What was pushed before the join was answered.
    waiting: Option<Vec<Push>>,
}

impl Place {
    /// Answers what was pushed before a join that came to nothing, as to a topic that was never joined.
    fn refuse_waiting(self, ctx: &mut ws::WebsocketContext<Session>) {
        let version = self.subscription.version();
        for push in self.waiting.into_iter().flatten() {
            let (join_ref, topic) = (self.join_ref.as_ref(), self.subscription.topic.as_str());
            reply(ctx, version, join_ref, push.reference.as_ref(), topic, Err(Code::UnmatchedTopic.into()));
        }
    }
}

/// A push, taken out of its frame.
struct Push {
    reference: Option<Ref>,
    event: String,
    payload: Box<RawValue>,
}

impl Session {
    /// A session for this person, on the calling worker thread.
    pub fn new(
        identity: Identity,
        channels: Arc<Channels>,
        limits: SessionLimits,
        version: Version,
        socket: Option<SocketControl>,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        let outbox = Rc::new(Outbox::new(limits.outbox, socket, expiry(&identity)).speaking(version));
        outbox.belongs_to(identity.sign_in);
        let relay = Relay::current();
        let id = Uuid::now_v7();
        metrics::SESSIONS.level(metrics::NONE).increment(1.0);
        tracing::info!(socket = %id, user_id = %identity.user_id, "socket opened");
        Session {
            id,
            version,
            received: 0,
            counters: Counters::of_thread(),
            key: relay.enter(&outbox),
            context: Rc::new(SessionContext::new(identity, outbox)),
            frames: limits.frames.map(RateLimiter::direct),
            channels,
            limits,
            relay,
            topics: HashMap::new(),
            fragments: None,
            in_flight: 0,
            _permit: permit,
        }
    }

    /// What waits to be written to it.
    pub fn outbox(&self) -> &Rc<Outbox> {
        &self.context.outbox
    }

    fn receive(&mut self, text: &str, ctx: &mut ws::WebsocketContext<Self>) {
        let incoming = match self.version.decode(text) {
            Ok(incoming) => incoming,
            Err(cause) => {
                // Nobody knows which push it was meant to be, so it can be answered to none: the socket itself tells.
                let error = Error::because(Code::Malformed, cause.to_string());
                ctx.text(self.version.push("phoenix", "error", &error.response()));
                return;
            }
        };
        match (&*incoming.topic, &*incoming.event) {
            ("phoenix", "heartbeat") => reply(ctx, self.version, None, incoming.reference.as_ref(), "phoenix", empty()),
            (_, "phx_join") => self.join(&incoming, ctx),
            (_, "phx_leave") => self.leave(&incoming, ctx),
            _ => self.push(&incoming, ctx),
        }
    }

    fn join(&mut self, incoming: &Incoming<'_>, ctx: &mut ws::WebsocketContext<Self>) {
        let (join_ref, reference) = (incoming.join_ref.as_ref(), incoming.reference.as_ref());
        let found =
            Topic::parse(&incoming.topic).and_then(|(kind, id)| Some((self.channels.get(kind)?.clone(), kind, id)));
        let Some((channel, kind, id)) = found else {
            return reply(ctx, self.version, join_ref, reference, &incoming.topic, Err(Code::UnmatchedTopic.into()));
        };
        // As in Phoenix: a second join of a topic closes the first.
        if let Some(place) = self.topics.remove(&*incoming.topic) {
            self.flush(ctx);
            self.relay.unsubscribe(&place.subscription, true);
            place.refuse_waiting(ctx);
        }
        self.topics.retain(|_, place| !place.subscription.has_ended());
        if self.topics.len() >= self.limits.topics {
            let error = Error::because(Code::Overloaded, "too many channels joined");
            return reply(ctx, self.version, join_ref, reference, &incoming.topic, Err(error));
        }

        let subscription = self.relay.subscribe(
            Topic::of(kind, id),
            self.context.user_id(),
            incoming.join_ref.clone(),
            &self.context.outbox,
        );
        let joining = Joining {
            session: Rc::clone(&self.context),
            id,
            subscription: Rc::clone(&subscription),
            relay: self.relay.handle(),
            payload: incoming.payload.to_owned(),
        };
        let answer = channel.join(joining);
        let place = Place {
            channel,
            id,
            join_ref: incoming.join_ref.clone(),
            subscription: Rc::clone(&subscription),
            waiting: Some(Vec::new()),
        };
        self.topics.insert(incoming.topic.as_ref().into(), place);
        let reference = incoming.reference.clone();
        ctx.spawn(wrap_future::<_, Self>(answer).map(move |outcome, session, ctx| {
            session.answer_join(&subscription, reference, outcome, ctx);
        }));
    }

    fn answer_join(
        &mut self,
        subscription: &Rc<Subscription>,
        reference: Option<Ref>,
        outcome: Result<Admission>,
        ctx: &mut ws::WebsocketContext<Self>,
    ) {
        let topic = subscription.topic.as_str();
        let current = self.topics.get_mut(topic).filter(|place| place.subscription.id == subscription.id);
        let Some(place) = current else {
            // Another join, or a leave, has come in between; it has answered for this one.
            return self.relay.unsubscribe(subscription, false);
        };
        let join_ref = place.join_ref.clone();
        // Its channel has tried to read it anew, or does not: the client asks again.
        let outcome = match subscription.has_missed() {
            true => outcome.and(Err(Error::because(Code::Overloaded, "the topic is busier than it could be read"))),
            false => outcome,
        };
        let admission = match outcome {
            Ok(admission) => admission,
            Err(error) => {
                self.relay.unsubscribe(subscription, false);
                reply(ctx, self.version, join_ref.as_ref(), reference.as_ref(), topic, Err(error));
                if let Some(place) = self.topics.remove(topic) {
                    place.refuse_waiting(ctx);
                }
                return;
            }
        };
        let waiting = place.waiting.take().unwrap_or_default();
        // The answer goes through the outbox, so that what follows it on this topic does follow it.
        let text = self.version.reply(join_ref.as_ref(), reference.as_ref(), topic, Status::Ok, &admission.response);
        self.outbox().push(text);
        subscription.activate(admission.position, admission.floor);
        if !subscription.has_ended()
            && let Some(place) = self.topics.get(topic)
        {
            place.channel.joined(&Member { session: &self.context, id: place.id, subscription });
        }
        // Replies do not go through the outbox: the answer to the join must be out before theirs.
        self.flush(ctx);
        for push in waiting {
            self.hand_over(topic, push, ctx);
        }
    }

    fn leave(&mut self, incoming: &Incoming<'_>, ctx: &mut ws::WebsocketContext<Self>) {
        let (join_ref, reference) = (incoming.join_ref.as_ref(), incoming.reference.as_ref());
        if let Some(place) = self.topics.get(&*incoming.topic).filter(|place| !place.subscription.has_ended()) {
            if incoming.join_ref.is_some() && incoming.join_ref != place.join_ref {
                // The client has raced a close that it will hear of.
                return;
            }
            let left = self.topics.remove(&*incoming.topic);
            self.flush(ctx);
            reply(ctx, self.version, join_ref, reference, &incoming.topic, empty());
            if let Some(place) = left {
                self.relay.unsubscribe(&place.subscription, true);
                place.refuse_waiting(ctx);
            }
            return;
        }
        self.topics.remove(&*incoming.topic);
        reply(ctx, self.version, join_ref, reference, &incoming.topic, empty());
    }

    fn push(&mut self, incoming: &Incoming<'_>, ctx: &mut ws::WebsocketContext<Self>) {
        let place = self.topics.get_mut(&*incoming.topic).filter(|place| !place.subscription.has_ended());
        let Some(place) = place else {
            let error = Error::new(Code::UnmatchedTopic);
            return reply(
                ctx,
                self.version,
                incoming.join_ref.as_ref(),
                incoming.reference.as_ref(),
                &incoming.topic,
                Err(error),
            );
        };
        if incoming.join_ref.is_some() && incoming.join_ref != place.join_ref {
            // As in Phoenix: a stale push to a former join is dropped; its client knows that join to be over.
            return;
        }
        let push = Push {
            reference: incoming.reference.clone(),
            event: incoming.event.clone().into_owned(),
            payload: incoming.payload.to_owned(),
        };
        match &mut place.waiting {
            Some(waiting) if waiting.len() >= WAITING => {
                let join_ref = place.join_ref.clone();
                reply(
                    ctx,
                    self.version,
                    join_ref.as_ref(),
                    push.reference.as_ref(),
                    &incoming.topic,
                    Err(Code::Overloaded.into()),
                );
            }
            Some(waiting) => waiting.push(push),
            None => self.hand_over(&incoming.topic, push, ctx),
        }
    }

    fn hand_over(&mut self, topic: &str, push: Push, ctx: &mut ws::WebsocketContext<Self>) {
        let Some(place) = self.topics.get(topic).filter(|place| !place.subscription.has_ended()) else {
            return reply(ctx, self.version, None, push.reference.as_ref(), topic, Err(Code::UnmatchedTopic.into()));
        };
        let join_ref = place.join_ref.clone();
        if self.in_flight >= IN_FLIGHT {
            return reply(
                ctx,
                self.version,
                join_ref.as_ref(),
                push.reference.as_ref(),
                topic,
                Err(Code::Overloaded.into()),
            );
        }
        let member = Member { session: &self.context, id: place.id, subscription: &place.subscription };
        match place.channel.push(&member, &push.event, &push.payload) {
            Answer::Now(outcome) => {
                reply(ctx, self.version, join_ref.as_ref(), push.reference.as_ref(), topic, outcome)
            }
            Answer::Later(future) => {
                self.in_flight += 1;
                let topic = place.subscription.topic.clone();
                ctx.spawn(wrap_future::<_, Self>(future).map(move |outcome, session, ctx| {
                    session.in_flight -= 1;
                    // What was read or stored after the token expired is not told any more.
                    if session.outbox().is_ending() {
                        return;
                    }
                    reply(ctx, session.version, join_ref.as_ref(), push.reference.as_ref(), topic.as_str(), outcome);
                }));
            }
        }
    }

    /// Writes what waits before something that must come after it.
    fn flush(&self, ctx: &mut ws::WebsocketContext<Self>) {
        while let Some(text) = self.outbox().pop() {
            ctx.text(text);
        }
    }

    fn fragment(&mut self, item: Item, ctx: &mut ws::WebsocketContext<Self>) {
        let (chunk, last) = match item {
            Item::FirstText(chunk) => {
                self.fragments = Some(BytesMut::new());
                (chunk, false)
            }
            Item::FirstBinary(_) => return self.outbox().end(Ending::Unsupported),
            Item::Continue(chunk) => (chunk, false),
            Item::Last(chunk) => (chunk, true),
        };
        let Some(whole) = &mut self.fragments else { return self.outbox().end(Ending::Protocol) };
        // actix bounds each fragment; the sum is ours to bound.
        if whole.len() + chunk.len() > self.limits.frame_bytes {
            self.fragments = None;
            return self.outbox().end(Ending::TooLarge);
        }
        whole.extend_from_slice(&chunk);
        if last && let Some(whole) = self.fragments.take() {
            match ByteString::try_from(whole.freeze()) {
                Ok(text) => self.receive(&text, ctx),
                Err(_) => self.outbox().end(Ending::NotText),
            }
        }
    }
}

/// When the identity's token ends, on the clock that cannot be set back.
pub fn expiry(identity: &Identity) -> Instant {
    let left = (identity.ends_at - chrono::Utc::now()).to_std().unwrap_or_default();
    // Beyond some decades an `Instant` may overflow, and no socket lives that long.
    Instant::now() + left.min(Duration::from_secs(60 * 60 * 24 * 365 * 10))
}

fn reply(
    ctx: &mut ws::WebsocketContext<Session>,
    version: Version,
    join_ref: Option<&Ref>,
    reference: Option<&Ref>,
    topic: &str,
    outcome: Result<Response>,
) {
    let text = match outcome {
        Ok(response) => version.reply(join_ref, reference, topic, Status::Ok, &response),
        Err(error) => version.reply(join_ref, reference, topic, Status::Error, &error.response()),
    };
    ctx.text(text);
}

impl Actor for Session {
    type Context = ws::WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.spawn(Writer);
    }
}

impl Drop for Session {
    // Not in `stopped`: a connection that breaks drops the actor without it.
    fn drop(&mut self) {
        for place in self.topics.values() {
            self.relay.unsubscribe(&place.subscription, false);
        }
        self.relay.forget(self.key);
        metrics::SESSIONS.level(metrics::NONE).decrement(1.0);
        tracing::info!(socket = %self.id, user_id = %self.context.user_id(), frames = self.received, "socket closed");
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for Session {
    fn handle(&mut self, message: Result<ws::Message, ws::ProtocolError>, ctx: &mut Self::Context) {
        if self.outbox().is_ending() {
            return;
        }
        self.outbox().heard();
        self.received += 1;
        self.counters.received.increment(1);
        if self.frames.as_ref().is_some_and(|limiter| limiter.check().is_err()) {
            return self.outbox().end(Ending::TooMany);
        }
        match message {
            Ok(ws::Message::Text(text)) => self.receive(&text, ctx),
            Ok(ws::Message::Continuation(item)) => self.fragment(item, ctx),
            Ok(ws::Message::Ping(bytes)) => ctx.pong(&bytes),
            Ok(ws::Message::Binary(_)) => self.outbox().end(Ending::Unsupported),
            Ok(ws::Message::Close(reason)) => {
                ctx.close(reason);
                ctx.stop();
            }
            Ok(ws::Message::Pong(_) | ws::Message::Nop) => {}
            Err(ws::ProtocolError::Overflow) => self.outbox().end(Ending::TooLarge),
            // actix reports a text that is not UTF-8 as an I/O error of this kind.
            Err(ws::ProtocolError::Io(cause)) if cause.to_string().contains("utf-8") => {
                self.outbox().end(Ending::NotText)
            }
            Err(ws::ProtocolError::Io(_)) => ctx.stop(),
            Err(_) => self.outbox().end(Ending::Protocol),
        }
    }
}

/// Writes what the outbox holds, whenever actix polls the session, which it does only while the socket takes more.
struct Writer;

impl ActorFuture<Session> for Writer {
    type Output = ();

    fn poll(
        self: Pin<&mut Self>,
        session: &mut Session,
        ctx: &mut ws::WebsocketContext<Session>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let (mut sent, mut bytes) = (0, 0);
        let end = loop {
            if bytes >= WRITE {
                // Polled again when that is written; a jammed socket does not poll until then.
                cx.waker().wake_by_ref();
                break None;
            }
            match session.outbox().take(cx) {
                Drained::Frame(text) => {
                    sent += 1;
                    bytes += text.len();
                    ctx.text(text);
                }
                Drained::Nothing => break None,
                Drained::End(ending) => break Some(ending),
            }
        };
        session.counters.sent.increment(sent);
        let Some(ending) = end else { return Poll::Pending };
        metrics::SESSIONS_ENDED.count(&[("code", ending.code().to_string())]).increment(1);
        tracing::info!(socket = %session.id, code = ending.code(), reason = ending.reason(), "socket ended");
        ctx.close(Some(ws::CloseReason {
            code: ws::CloseCode::from(ending.code()),
            description: Some(ending.reason().to_owned()),
        }));
        ctx.stop();
        Poll::Ready(())
    }
}
