//! Declarations of everything that goes over a socket: kinds of topics, pushes of clients, events of the server, and
//! fields that features add to join replies.
//!
//! A feature declares its own with [`declare!`](crate::declare), for its own topics and for those of other features, and
//! names the list in its [`Feature`](super::domain::Feature). Events are encoded by their declaration ([`Event::frame`]),
//! so an event has no other name and no other type of payload than is declared. A push goes to the handler that is
//! mounted for its declaration ([`Mounted::pushes`](super::domain::Mounted::pushes)). The AsyncAPI document
//! ([`document`]) is made from the lists.
//!
//! ```ignore
//! declare! {
//!     /// The votes of a poll have changed. Sent at most four times a second a poll.
//!     VOTED: Event<Tally> = (feed::KIND, "poll:voted");
//!     /// Votes in a poll.
//!     VOTE: Push<Vote, Nothing> = (feed::KIND, "poll:vote", Extra::Refused);
//! }
//! ```

pub mod document;
mod example;
pub mod page;
pub mod phoenix;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::channel::{Admission, Response, loose_payload, payload, response};
use super::subscription::KnownRevision;
use crate::foundation::errors::{Error, Result};
use crate::wire::frame::{self, Encoded};
use crate::wire::topic::Topic;

/// Defines declarations as constants, and `DECLARED`, the list of them. The comment of a declaration is its description
/// in the AsyncAPI document.
#[macro_export]
macro_rules! declare {
    ($($(#[doc = $about:literal])+ $name:ident: $kind:ty = ($($part:expr),+);)+) => {
        $(
            $(#[doc = $about])+
            pub const $name: $kind = <$kind>::declare(concat!($($about, "\n"),+), $($part),+);
        )+

        /// All declarations of this module.
        pub const DECLARED: &[$crate::realtime::declared::Declaration] = &[$($name.declaration()),+];
    };
}

/// An object without fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Nothing {}

/// The treatment of fields that the type of a push does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extra {
    /// Refused: a field that is not read must not look done.
    Refused,
    /// Ignored: clients of other makers add fields.
    Ignored,
}

/// A kind of topic, `kind:<id>`, with the payload `J` of a join and the reply `R`.
pub struct TopicKind<J, R> {
    /// The kind.
    pub kind: &'static str,
    about: &'static str,
    types: PhantomData<fn() -> (J, R)>,
}

/// A push of clients on a kind of topic, with the payload `P` and the reply `R`.
pub struct Push<P, R> {
    /// The kind of topic.
    pub topic: &'static str,
    /// The event's name.
    pub name: &'static str,
    about: &'static str,
    extra: Extra,
    types: PhantomData<fn() -> (P, R)>,
}

/// An event of the server on a kind of topic, with the payload `P`.
pub struct Event<P> {
    /// The kind of topic.
    pub topic: &'static str,
    /// The event's name.
    pub name: &'static str,
    about: &'static str,
    types: PhantomData<fn() -> P>,
}

/// Fields that a feature adds to the join reply of a kind of topic: those of `T`.
pub struct Addition<T> {
    /// The kind of topic.
    pub topic: &'static str,
    about: &'static str,
    types: PhantomData<fn() -> T>,
}

macro_rules! plain {
    ($($name:ident<$($of:ident),+>)+) => {$(
        impl<$($of),+> Clone for $name<$($of),+> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<$($of),+> Copy for $name<$($of),+> {}
    )+};
}

plain!(TopicKind<J, R> Push<P, R> Event<P> Addition<T>);

impl<J, R> TopicKind<J, R> {
    /// Declares a kind of topic.
    pub const fn declare(about: &'static str, kind: &'static str) -> Self {
        TopicKind { kind, about, types: PhantomData }
    }

    /// Reads the payload of a join. `null` is read as `{}`: clients of other languages send it.
    ///
    /// # Errors
    /// `invalid` naming what does not fit.
    pub fn read(self, raw: &RawValue) -> Result<J>
    where
        J: DeserializeOwned + Default,
    {
        Ok(loose_payload::<Option<J>>(raw)?.unwrap_or_default())
    }

    /// Returns the reply to a join, with the fields that features add. It contains the log up to `position`; entries about
    /// things older than `floor` are not for the session.
    ///
    /// # Errors
    /// `internal` for a value that has no JSON.
    pub fn admit(self, reply: &R, added: &[Added], position: i64, floor: i64) -> Result<Admission>
    where
        R: Serialize,
    {
        let known = added.iter().flat_map(|added| added.known()).copied().collect();
        Ok(Admission { response: joined(&response(reply)?, added)?, position, floor, known })
    }

    /// Returns the declaration without its types.
    pub const fn declaration(self) -> Declaration
    where
        J: ToSchema,
        R: ToSchema,
    {
        let what = What::Topic { join: Shape::of::<J>(), joined: Shape::of::<R>() };
        Declaration { topic: self.kind, about: self.about, what }
    }
}

impl<P, R> Push<P, R> {
    /// Declares a push.
    pub const fn declare(about: &'static str, topic: &'static str, name: &'static str, extra: Extra) -> Self {
        Push { topic, name, about, extra, types: PhantomData }
    }

    /// Reads the payload.
    ///
    /// # Errors
    /// `invalid` naming what does not fit.
    pub fn read(self, raw: &RawValue) -> Result<P>
    where
        P: DeserializeOwned,
    {
        match self.extra {
            Extra::Refused => payload(raw),
            Extra::Ignored => loose_payload(raw),
        }
    }

    /// Encodes the reply.
    ///
    /// # Errors
    /// `internal` for a value that has no JSON.
    pub fn reply(self, reply: &R) -> Result<Response>
    where
        R: Serialize,
    {
        response(reply)
    }

    /// Returns the declaration without its types.
    pub const fn declaration(self) -> Declaration
    where
        P: ToSchema,
        R: ToSchema,
    {
        let (payload, reply) = (Shape::of::<P>(), Shape::of::<R>());
        let what = What::Push { name: self.name, payload, reply, extra: self.extra };
        Declaration { topic: self.topic, about: self.about, what }
    }
}

impl<P> Event<P> {
    /// Declares an event.
    pub const fn declare(about: &'static str, topic: &'static str, name: &'static str) -> Self {
        Event { topic, name, about, types: PhantomData }
    }

    /// Encodes the event once for all sessions of a topic.
    pub fn frame(self, topic: &Topic, payload: &P) -> Encoded
    where
        P: Serialize,
    {
        let on = topic.as_str();
        debug_assert!(on.split(':').next() == Some(self.topic), "{} is sent on {on}", self.name);
        frame::push(on, self.name, payload)
    }

    /// Encodes the payload, to be sent later.
    ///
    /// # Errors
    /// `internal` for a value that has no JSON.
    pub fn of(self, payload: &P) -> Result<Announcement>
    where
        P: Serialize,
    {
        let event = Event { topic: self.topic, name: self.name, about: self.about, types: PhantomData };
        Ok(Announcement { event, payload: to_raw_value(payload).map_err(Error::internal)? })
    }

    /// Returns the declaration without its type.
    pub const fn declaration(self) -> Declaration
    where
        P: ToSchema,
    {
        let what = What::Event { name: self.name, payload: Shape::of::<P>() };
        Declaration { topic: self.topic, about: self.about, what }
    }
}

impl<T> Addition<T> {
    /// Declares fields of a join reply.
    pub const fn declare(about: &'static str, topic: &'static str) -> Self {
        Addition { topic, about, types: PhantomData }
    }

    /// Encodes the fields.
    ///
    /// # Errors
    /// `internal` for a value that has no JSON.
    pub fn of(self, fields: &T) -> Result<Added>
    where
        T: Serialize,
    {
        Ok(Added { fields: to_raw_value(fields).map_err(Error::internal)?, known: Vec::new() })
    }

    /// Returns the declaration without its type.
    pub const fn declaration(self) -> Declaration
    where
        T: ToSchema,
    {
        Declaration { topic: self.topic, about: self.about, what: What::Addition { fields: Shape::of::<T>() } }
    }
}

/// An event with its encoded payload.
#[derive(Clone)]
pub struct Announcement {
    /// The event.
    pub event: Event<Box<RawValue>>,
    /// The payload.
    pub payload: Box<RawValue>,
}

impl Announcement {
    /// Encodes the event for all sessions of a topic.
    pub fn frame(&self, topic: &Topic) -> Encoded {
        self.event.frame(topic, &self.payload)
    }
}

impl fmt::Debug for Announcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.event.name, self.payload)
    }
}

impl PartialEq for Announcement {
    fn eq(&self, other: &Self) -> bool {
        self.event.name == other.event.name && self.payload.get() == other.payload.get()
    }
}

/// Encoded fields of a join reply.
#[derive(Debug, Clone)]
pub struct Added {
    fields: Box<RawValue>,
    known: Vec<KnownRevision>,
}

impl Added {
    /// Sets the revisions of states that the fields contain. The session is sent later ones only.
    pub fn knowing(self, known: Vec<KnownRevision>) -> Self {
        Added { known, ..self }
    }

    /// Returns the revisions of states that the fields contain.
    pub fn known(&self) -> &[KnownRevision] {
        &self.known
    }
}

/// Merges the fields of several objects into one.
fn joined(reply: &RawValue, added: &[Added]) -> Result<Response> {
    let objects = std::iter::once(reply).chain(added.iter().map(|added| &*added.fields));
    let mut all =
        String::with_capacity(reply.get().len() + added.iter().map(|each| each.fields.get().len()).sum::<usize>());
    for object in objects {
        let fields = object.get().strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        let fields = fields.ok_or_else(|| Error::internal("the fields of a join reply must be an object"))?;
        if !fields.is_empty() {
            all.push(if all.is_empty() { '{' } else { ',' });
            all.push_str(fields);
        }
    }
    all.push_str(if all.is_empty() { "{}" } else { "}" });
    RawValue::from_string(all).map_err(Error::internal)
}

/// A declaration without its types, for the document.
#[derive(Clone, Copy)]
pub struct Declaration {
    /// The kind of topic.
    pub topic: &'static str,
    /// The comment of the declaration, in Markdown. [`Declaration::text`] returns it for readers.
    pub about: &'static str,
    /// The declared thing.
    pub what: What,
}

impl Declaration {
    /// Returns the comment without the space at the beginning of each line.
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.about.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        lines.join("\n").trim().to_owned()
    }

    /// Returns the kind of topic and the event's name of a push.
    pub fn push(&self) -> Option<(&'static str, &'static str)> {
        match self.what {
            What::Push { name, .. } => Some((self.topic, name)),
            _ => None,
        }
    }
}

/// The declared thing.
#[derive(Clone, Copy)]
pub enum What {
    /// A kind of topic.
    Topic {
        /// The payload of a join.
        join: Shape,
        /// The join reply.
        joined: Shape,
    },
    /// A push of clients.
    Push {
        /// The event's name.
        name: &'static str,
        /// The payload.
        payload: Shape,
        /// The reply.
        reply: Shape,
        /// The treatment of further fields.
        extra: Extra,
    },
    /// An event of the server.
    Event {
        /// The event's name.
        name: &'static str,
        /// The payload.
        payload: Shape,
    },
    /// Fields that a feature adds to a join reply.
    Addition {
        /// The fields.
        fields: Shape,
    },
}

/// The schema of a type.
#[derive(Clone, Copy)]
pub struct Shape {
    name: fn() -> Cow<'static, str>,
    schema: fn() -> RefOr<Schema>,
    below: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl Shape {
    /// Returns the schema of a type. Its name must be unique among all schemas.
    pub const fn of<T: ToSchema>() -> Self {
        Shape { name: T::name, schema: T::schema, below: T::schemas }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn added(value: serde_json::Value) -> Added {
        Added { fields: to_raw_value(&value).unwrap(), known: Vec::new() }
    }

    #[test]
    fn a_join_reply_has_the_fields_of_all_features() {
        let reply = to_raw_value(&json!({"head": 1, "limits": {"page": 2}})).unwrap();
        let parts =
            [added(json!({"pods": [{"a": {}}], "next": null})), added(json!({})), added(json!({"members": {}}))];
        let all: serde_json::Value = serde_json::from_str(joined(&reply, &parts).unwrap().get()).unwrap();
        let wanted = json!({"head": 1, "limits": {"page": 2}, "pods": [{"a": {}}], "next": null, "members": {}});
        assert_eq!(all, wanted);
        assert_eq!(joined(&to_raw_value(&Nothing {}).unwrap(), &[]).unwrap().get(), "{}");
    }

    #[test]
    #[should_panic(expected = "board is sent on pod:")]
    fn an_event_is_not_sent_on_a_topic_that_it_is_not_declared_for() {
        let event = Event::<Nothing>::declare("", "event", "board");
        event.frame(&Topic::of("pod", Uuid::nil()), &Nothing {});
    }
}
