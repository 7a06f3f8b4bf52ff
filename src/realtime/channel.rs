//! What serves one kind of topic: who may join, and what each push does.

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
use super::subscription::Subscription;
use crate::foundation::auth::Identity;
use crate::foundation::errors::{Code, Error, FieldError, Result};
use crate::foundation::strict::{self, Unread};

/// A reply's `response`, encoded.
pub type Response = Box<RawValue>;

/// Serves one kind of topic for every session.
///
/// Methods run on the session's thread. They must not block it; what takes time goes into the future that they answer.
pub trait Channel: Send + Sync + 'static {
    /// Decides whether the session may join, and with what it is answered. The subscription is entered already, so
    /// that nothing is missed between what the future reads and the answer.
    fn join(&self, joining: Joining) -> LocalBoxFuture<'static, Result<Admission>>;

    /// The join has been answered: now comes what must follow the answer, such as `presence_state`.
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

/// A join under way.
pub struct Joining {
    /// The session.
    pub session: Rc<SessionContext>,
    /// The topic's id.
    pub id: Uuid,
    /// Its place on the topic.
    pub subscription: Rc<Subscription>,
    /// The relay of the session's thread.
    pub relay: RelayHandle,
    /// The payload of `phx_join`.
    pub payload: Box<RawValue>,
}

/// A join that was let in.
pub struct Admission {
    /// What the client is answered.
    pub response: Response,
    /// The log up to here is in the response; live frames follow from the next one.
    pub position: i64,
    /// Entries about things older than this are not theirs to see.
    pub floor: i64,
}

/// A session on a topic that it has joined.
pub struct Member<'a> {
    /// The session.
    pub session: &'a Rc<SessionContext>,
    /// The topic's id.
    pub id: Uuid,
    /// Its place on the topic.
    pub subscription: &'a Rc<Subscription>,
}

/// What a push is answered.
pub enum Answer {
    /// At once.
    Now(Result<Response>),
    /// When this is done.
    Later(LocalBoxFuture<'static, Result<Response>>),
}

impl Answer {
    /// A refusal.
    pub fn refuse(error: impl Into<Error>) -> Self {
        Answer::Now(Err(error.into()))
    }

    /// An answer that takes a while.
    pub fn later(future: impl Future<Output = Result<Response>> + 'static) -> Self {
        Answer::Later(Box::pin(future))
    }
}

/// What channels may know of a session.
pub struct SessionContext {
    /// Who it is.
    pub identity: RefCell<Identity>,
    /// What waits to be written to it.
    pub outbox: Rc<Outbox>,
    reads: Semaphore,
}

impl SessionContext {
    /// The context of a new session.
    pub fn new(identity: Identity, outbox: Rc<Outbox>) -> Self {
        SessionContext { identity: RefCell::new(identity), outbox, reads: Semaphore::new(1) }
    }

    /// Whose session it is.
    pub fn user_id(&self) -> Uuid {
        self.identity.borrow().user_id
    }

    /// Runs `read`, whose answer may be a whole page, when it is its turn: one at a time a session, and only once the
    /// session has written most of what it was sent before. So a client that asks for many pages at once gets them
    /// as fast as it reads, and is never cut for it.
    pub async fn in_turn<T>(&self, read: impl Future<Output = T>) -> T {
        let _turn = self.reads.acquire().await;
        self.outbox.room().await;
        read.await
    }
}

/// Encodes a response.
///
/// # Errors
/// [`Code::Internal`] for a value without JSON, such as a map whose keys are not strings.
pub fn response(value: &impl Serialize) -> Result<Response> {
    serde_json::value::to_raw_value(value).map_err(Error::internal)
}

/// The empty response, `{}`.
pub fn empty() -> Result<Response> {
    response(&serde_json::Map::new())
}

/// Reads a push's payload, of which every field must be known.
///
/// # Errors
/// [`Code::Invalid`] naming what does not fit.
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

/// Reads a payload to which clients of other makers may add: that of a join, and of what Phoenix's own clients push by themselves.
///
/// # Errors
/// [`Code::Invalid`] naming what does not fit.
pub fn loose_payload<'a, T: serde::Deserialize<'a>>(payload: &'a RawValue) -> Result<T> {
    serde_json::from_str(object(payload)?).map_err(|cause| match strict::is_data(&cause) {
        true => Error::invalid("", strict::without_position(&cause)),
        false => misshapen(),
    })
}

fn object(payload: &RawValue) -> Result<&str> {
    // serde would read a list as the fields in their order.
    if payload.get().starts_with('[') {
        return Err(Error::invalid("", "a payload is an object"));
    }
    Ok(payload.get())
}

fn misshapen() -> Error {
    Error::because(Code::Malformed, "the payload is not of the expected form")
}

/// The kinds of topics that are served, by name.
pub type Channels = HashMap<&'static str, Arc<Served>>;
