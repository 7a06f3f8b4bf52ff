//! A session: one websocket of one person.
//!
//! The session parses frames, applies Phoenix's rules about joins and refs (`topics`), passes pushes to the channel of
//! their topic, and writes the contents of its [`Outbox`]. It makes no decision about any topic. Besides the handshake,
//! which starts it, it is the only code that uses actix-web-actors.
//!
//! While the socket is jammed, actix polls neither this actor nor its futures. So nothing here may be needed to end the
//! session: the relay's clock and [`super::socket::SocketControl`] end it from outside.

mod fragments;
mod topics;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use ::metrics::Counter;
use actix::{Actor, ActorContext, ActorFuture, AsyncContext, StreamHandler};
use actix_web_actors::ws;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use self::fragments::Fragments;
use self::topics::JoinedTopic;
use super::channel::{Channels, Response, SessionContext, empty};
use super::declared::phoenix::{SOCKET, UNREADABLE, names};
use super::outbox::{Drained, Ending, Outbox, OutboxLimits};
use super::relay::Relay;
use super::socket::SocketControl;
use crate::foundation::auth::Identity;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::limits::{Admitted, Rates};
use crate::foundation::metrics;
use crate::wire::frame::{Incoming, Ref, Status, Version};

/// Bytes that leave the outbox before actix is asked whether the socket takes more. Bytes that have left are a copy to
/// which none of our limits apply.
const WRITE: usize = 32 * 1024;

/// The limits of a session.
#[derive(Clone)]
pub struct SessionLimits {
    /// Bytes of one message, over all its fragments.
    pub frame_bytes: usize,
    /// Topics that the session may have joined at a time.
    pub topics: usize,
    /// The rate at which the session's person may join topics, on all sessions together.
    pub joins: Arc<Rates<Uuid>>,
    /// Rate of frames from the client, if limited.
    pub frames: Option<Quota>,
    /// Bytes of pushes that are not answered yet.
    pub unanswered_bytes: usize,
    /// Limits of the queue to the client.
    pub outbox: OutboxLimits,
}

/// A session's places: among the sockets that this node may hold, and among those of its person.
pub type Places = (OwnedSemaphorePermit, Admitted<Uuid>);

/// The actor context of a session.
type Socket = ws::WebsocketContext<Session>;

/// A websocket of a person.
pub struct Session {
    /// The id under which the log names the session.
    id: Uuid,
    /// The protocol version of its frames.
    version: Version,
    received: u64,
    counters: Counters,
    context: Rc<SessionContext>,
    channels: Arc<Channels>,
    limits: SessionLimits,
    relay: Rc<Relay>,
    key: u64,
    topics: HashMap<Box<str>, JoinedTopic>,
    fragments: Fragments,
    frames: Option<DefaultDirectRateLimiter>,
    in_flight: usize,
    unanswered: topics::Unanswered,
    _places: Places,
}

/// Counters of frames, looked up once a thread.
#[derive(Clone)]
struct Counters {
    received: Counter,
    sent: Counter,
}

impl Counters {
    fn of_thread() -> Self {
        thread_local!(static COUNTERS: OnceCell<Counters> = const { OnceCell::new() });
        let find = || Counters {
            received: metrics::FRAMES_IN.counter(metrics::NONE),
            sent: metrics::FRAMES_OUT.counter(metrics::NONE),
        };
        COUNTERS.with(|cell| cell.get_or_init(find).clone())
    }
}

impl Session {
    /// Creates a session of this person on the calling worker thread.
    pub fn new(
        identity: Identity,
        channels: Arc<Channels>,
        limits: SessionLimits,
        version: Version,
        socket: Option<SocketControl>,
        places: Places,
    ) -> Self {
        let outbox = Rc::new(Outbox::new(limits.outbox, socket, expiry(&identity)).speaking(version));
        outbox.belongs_to(identity.sign_in);
        let relay = Relay::current();
        let id = Uuid::now_v7();
        metrics::SESSIONS.gauge(metrics::NONE).increment(1.0);
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
            fragments: Fragments::default(),
            in_flight: 0,
            unanswered: Rc::default(),
            _places: places,
        }
    }

    /// Returns the queue of frames to the client.
    pub fn outbox(&self) -> &Rc<Outbox> {
        &self.context.outbox
    }

    fn receive(&mut self, text: &str, ctx: &mut Socket) {
        let incoming = match self.version.decode(text) {
            Ok(incoming) => incoming,
            Err(cause) => {
                // The push that this frame was meant to be is unknown, so there is no reply to send: the error is
                // pushed on the socket's own topic.
                let error = Error::because(Code::Malformed, cause.to_string());
                ctx.text(self.version.push(UNREADABLE.topic, UNREADABLE.name, &error.response()));
                return;
            }
        };
        match (&*incoming.topic, &*incoming.event) {
            (SOCKET, names::HEARTBEAT) => {
                reply(ctx, self.version, Asked { join_ref: None, ..Asked::by(&incoming) }, empty());
            }
            (_, names::JOIN) => self.join(&incoming, ctx),
            (_, names::LEAVE) => self.leave(&incoming, ctx),
            _ => self.push(&incoming, ctx),
        }
    }

    /// Writes all queued frames before something that must come after them.
    fn flush(&self, ctx: &mut Socket) {
        while let Some(text) = self.outbox().pop() {
            ctx.text(text);
        }
    }
}

/// Returns when the identity's token expires, on the monotonic clock.
pub fn expiry(identity: &Identity) -> Instant {
    let left = (identity.ends_at - chrono::Utc::now()).to_std().unwrap_or_default();
    // Beyond some decades an `Instant` may overflow, and no socket lives that long.
    Instant::now() + left.min(Duration::from_secs(60 * 60 * 24 * 365 * 10))
}

/// The push that a reply answers.
#[derive(Clone, Copy)]
struct Asked<'a> {
    join_ref: Option<&'a Ref>,
    reference: Option<&'a Ref>,
    topic: &'a str,
}

impl<'a> Asked<'a> {
    fn by(incoming: &'a Incoming<'_>) -> Self {
        let (join_ref, reference) = (incoming.join_ref.as_ref(), incoming.reference.as_ref());
        Asked { join_ref, reference, topic: &incoming.topic }
    }
}

fn reply(ctx: &mut Socket, version: Version, asked: Asked<'_>, outcome: Result<Response>) {
    let Asked { join_ref, reference, topic } = asked;
    let text = match outcome {
        Ok(response) => version.reply(join_ref, reference, topic, Status::Ok, &response),
        Err(error) => version.reply(join_ref, reference, topic, Status::Error, &error.response()),
    };
    ctx.text(text);
}

impl Actor for Session {
    type Context = Socket;

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
        metrics::SESSIONS.gauge(metrics::NONE).decrement(1.0);
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
            Ok(ws::Message::Continuation(item)) => match self.fragments.take(item, self.limits.frame_bytes) {
                Ok(Some(text)) => self.receive(&text, ctx),
                Ok(None) => {}
                Err(ending) => self.outbox().end(ending),
            },
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

/// Writes the outbox to the socket. actix polls it with the session, and only while the socket takes more.
struct Writer;

impl ActorFuture<Session> for Writer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, session: &mut Session, ctx: &mut Socket, cx: &mut Context<'_>) -> Poll<()> {
        let (mut sent, mut bytes) = (0, 0);
        let end = loop {
            if bytes >= WRITE {
                // Poll again once that is written. A jammed socket is not polled until then.
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
        metrics::SESSIONS_ENDED.counter(&[("code", ending.code().to_string())]).increment(1);
        tracing::info!(socket = %session.id, code = ending.code(), reason = ending.reason(), "socket ended");
        ctx.close(Some(ws::CloseReason {
            code: ws::CloseCode::from(ending.code()),
            description: Some(ending.reason().to_owned()),
        }));
        ctx.stop();
        Poll::Ready(())
    }
}
