//! Channels: a channel serves one kind of topic. It decides who may join, and handles the pushes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::outbox::Outbox;
use super::relay::RelayHandle;
use super::subscription::{KnownRevision, Subscription};
use crate::foundation::auth::Identity;
use crate::foundation::errors::{Code, Error, FieldError, Result};
use crate::foundation::strict::{self, Unread};

/// An encoded `response` of a reply.
pub type Response = Box<RawValue>;

/// Serves one kind of topic for every session.
///
/// Methods run on the session's thread and must not block it; work that takes time belongs in the returned future.
pub trait Channel: Send + Sync + 'static {
    /// Decides whether the session may join, and reads the reply. The subscription exists already, so nothing is missed
    /// between the reading and the reply.
    fn join(&self, joining: Joining) -> LocalBoxFuture<'static, Result<Admission>>;

    /// Runs after the join has been answered, for what must follow the reply, such as `presence_state`.
    fn joined(&self, _member: &Member<'_>) {}
}

/// A handler of a push. Work that must keep the order of one session's pushes is done before it returns; the rest may
/// follow in the future.
pub type Handler = Arc<dyn Fn(&Member<'_>, &RawValue) -> Answer + Send + Sync>;

/// A kind of topic, with its channel and the handlers of its pushes.
pub struct Served {
    channel: Arc<dyn Channel>,
    pushes: HashMap<&'static str, Handler>,
}

impl Served {
    /// Returns a kind of topic without pushes.
    pub fn new(channel: Arc<dyn Channel>) -> Self {
        Served { channel, pushes: HashMap::new() }
    }

    /// Hands pushes of this name to a handler.
    pub fn add(&mut self, name: &'static str, handler: Handler) {
        self.pushes.insert(name, handler);
    }

    /// Returns the channel.
    pub fn channel(&self) -> &dyn Channel {
        &*self.channel
    }

    /// Hands a push to its handler.
    pub fn push(&self, member: &Member<'_>, event: &str, payload: &RawValue) -> Answer {
        match self.pushes.get(event) {
            Some(handler) => handler(member, payload),
            None => Answer::refuse(Code::UnknownEvent),
        }
    }
}

/// A join in progress.
pub struct Joining {
    /// The session.
    pub session: Rc<SessionContext>,
    /// The topic's id.
    pub id: Uuid,
    /// The session's subscription to the topic.
    pub subscription: Rc<Subscription>,
    /// The relay of the session's thread.
    pub relay: RelayHandle,
    /// The payload of `phx_join`.
    pub payload: Box<RawValue>,
}

/// The result of a join that is granted.
pub struct Admission {
    /// The response for the client.
    pub response: Response,
    /// The position up to which the response contains the log; live frames follow after it.
    pub position: i64,
    /// The position from which on the person can see items. Entries about older ones are not sent.
    pub floor: i64,
    /// The revisions of states that the response contains.
    pub known: Vec<KnownRevision>,
}

/// A session on a topic that it has joined.
pub struct Member<'a> {
    /// The session.
    pub session: &'a Rc<SessionContext>,
    /// The topic's id.
    pub id: Uuid,
    /// The session's subscription to the topic.
    pub subscription: &'a Rc<Subscription>,
}

/// The answer to a push.
pub enum Answer {
    /// An answer that is ready.
    Now(Result<Response>),
    /// An answer that is ready when the future completes.
    Later(LocalBoxFuture<'static, Result<Response>>),
}

impl Answer {
    /// Returns an answer that refuses the push.
    pub fn refuse(error: impl Into<Error>) -> Self {
        Answer::Now(Err(error.into()))
    }

    /// Returns an answer that takes time.
    pub fn later(future: impl Future<Output = Result<Response>> + 'static) -> Self {
        Answer::Later(Box::pin(future))
    }
}

/// The part of a session that channels use.
pub struct SessionContext {
    /// The session's identity.
    pub identity: RefCell<Identity>,
    /// The queue of frames to the client.
    pub outbox: Rc<Outbox>,
    reads: Semaphore,
}

impl SessionContext {
    /// Creates the context of a new session.
    pub fn new(identity: Identity, outbox: Rc<Outbox>) -> Self {
        SessionContext { identity: RefCell::new(identity), outbox, reads: Semaphore::new(1) }
    }

    /// Returns the session's person.
    pub fn user_id(&self) -> Uuid {
        self.identity.borrow().user_id
    }

    /// Runs `read`, whose result may be a whole page, when it is its turn: one at a time per session, and only once the
    /// session has written most of its queue. So a client that requests many pages at once gets them as fast as it
    /// reads, and is not cut for it.
    pub async fn in_turn<T>(&self, read: impl Future<Output = T>) -> T {
        let _turn = self.reads.acquire().await;
        self.outbox.room().await;
        read.await
    }
}

/// Encodes a response.
///
/// # Errors
/// [`Code::Internal`] for a value that has no JSON, such as a map whose keys are not strings.
pub fn response(value: &impl Serialize) -> Result<Response> {
    serde_json::value::to_raw_value(value).map_err(Error::internal)
}

/// Returns the empty response, `{}`.
pub fn empty() -> Result<Response> {
    response(&serde_json::Map::new())
}

/// Parses the payload of a push, and refuses unknown fields.
///
/// # Errors
/// [`Code::Invalid`], naming what is wrong.
pub fn payload<'a, T: serde::Deserialize<'a>>(payload: &'a RawValue) -> Result<T> {
    let mut json = serde_json::Deserializer::from_str(object(payload)?);
    strict::read(&mut json).map_err(|Unread { cause, mut unknown }| match cause {
        Some(cause) if !strict::is_data(&cause) => misshapen(),
        Some(cause) => {
            let detail = strict::without_position(&cause).into();
            unknown.push(FieldError { pointer: "".into(), detail });
            Error::invalid_fields(unknown)
        }
        None => Error::invalid_fields(unknown),
    })
}

/// Parses a payload and ignores unknown fields: that of a join, or of a push that Phoenix's own clients send by
/// themselves.
///
/// # Errors
/// [`Code::Invalid`], naming what is wrong.
pub fn loose_payload<'a, T: serde::Deserialize<'a>>(payload: &'a RawValue) -> Result<T> {
    serde_json::from_str(object(payload)?).map_err(|cause| match strict::is_data(&cause) {
        true => Error::invalid("", strict::without_position(&cause)),
        false => misshapen(),
    })
}

fn object(payload: &RawValue) -> Result<&str> {
    // serde would read an array as the fields in their order.
    if payload.get().starts_with('[') {
        return Err(Error::invalid("", "must be an object"));
    }
    Ok(payload.get())
}

fn misshapen() -> Error {
    Error::because(Code::Malformed, "the payload cannot be parsed")
}

/// The kinds of topics that are served, by name.
pub type Channels = HashMap<&'static str, Arc<Served>>;
