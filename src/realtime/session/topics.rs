//! The topics of a session: Phoenix's rules about joins, leaves and refs.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use actix::fut::wrap_future;
use actix::{ActorFutureExt, AsyncContext};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{Asked, Session, Socket, reply};
use crate::foundation::errors::{Code, Error, Result};
use crate::realtime::channel::{Admission, Answer, Joining, Member, Served, empty};
use crate::realtime::subscription::Subscription;
use crate::wire::frame::{Incoming, Ref, Status};
use crate::wire::topic::Topic;

/// Pushes of one session that may be in progress; further ones are refused with `overloaded`.
const IN_FLIGHT: usize = 1024;

/// Pushes that may wait for the join of their topic.
const WAITING: usize = 256;

/// What a push costs beside its payload, about.
const PUSH: usize = 128;

/// The bytes of a session's pushes that are not answered yet.
pub(super) type Unanswered = Rc<Cell<usize>>;

/// The bytes of one push, until it is answered.
struct Weight {
    bytes: usize,
    all: Unanswered,
}

impl Weight {
    fn of(payload: &RawValue, all: &Unanswered, most: usize) -> Result<Self> {
        let bytes = payload.get().len() + PUSH;
        if all.get() + bytes > most {
            return Err(Error::because(Code::Overloaded, "too many bytes wait for their answers"));
        }
        all.set(all.get() + bytes);
        Ok(Weight { bytes, all: Rc::clone(all) })
    }
}

impl Drop for Weight {
    fn drop(&mut self) {
        self.all.set(self.all.get() - self.bytes);
    }
}

/// A topic that a session has joined or is joining.
pub(super) struct JoinedTopic {
    served: Arc<Served>,
    id: Uuid,
    join_ref: Option<Ref>,
    pub(super) subscription: Rc<Subscription>,
    /// Pushes that arrived before the join was answered.
    waiting: Option<Vec<Push>>,
}

impl JoinedTopic {
    /// Refuses the pushes that waited for a join that failed, like pushes to a topic that was never joined.
    fn refuse_waiting(self, ctx: &mut Socket) {
        let (version, topic) = (self.subscription.version(), self.subscription.topic.as_str());
        for push in self.waiting.into_iter().flatten() {
            let asked = Asked { join_ref: self.join_ref.as_ref(), reference: push.reference.as_ref(), topic };
            reply(ctx, version, asked, Err(Code::UnmatchedTopic.into()));
        }
    }
}

/// A push, copied from its frame.
struct Push {
    reference: Option<Ref>,
    event: String,
    payload: Box<RawValue>,
    weight: Weight,
}

impl Session {
    pub(super) fn join(&mut self, incoming: &Incoming<'_>, ctx: &mut Socket) {
        let asked = Asked::by(incoming);
        let found =
            Topic::parse(&incoming.topic).and_then(|(kind, id)| Some((self.channels.get(kind)?.clone(), kind, id)));
        let Some((served, kind, id)) = found else {
            return reply(ctx, self.version, asked, Err(Code::UnmatchedTopic.into()));
        };
        // Nothing was done: an earlier join of the topic goes on.
        if let Err(error) = self.limits.joins.take(&self.context.user_id()) {
            return reply(ctx, self.version, asked, Err(error));
        }
        // As in Phoenix: a second join of a topic closes the first.
        if let Some(place) = self.topics.remove(&*incoming.topic) {
            self.flush(ctx);
            self.relay.unsubscribe(&place.subscription, true);
            place.refuse_waiting(ctx);
        }
        self.topics.retain(|_, place| !place.subscription.has_ended());
        if self.topics.len() >= self.limits.topics {
            let error = Error::because(Code::Overloaded, "too many topics joined");
            return reply(ctx, self.version, asked, Err(error));
        }

        let weight = match Weight::of(incoming.payload, &self.unanswered, self.limits.unanswered_bytes) {
            Ok(weight) => weight,
            Err(error) => return reply(ctx, self.version, asked, Err(error)),
        };
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
        let answer = served.channel().join(joining);
        let place = JoinedTopic {
            served,
            id,
            join_ref: incoming.join_ref.clone(),
            subscription: Rc::clone(&subscription),
            waiting: Some(Vec::new()),
        };
        self.topics.insert(incoming.topic.as_ref().into(), place);
        let reference = incoming.reference.clone();
        ctx.spawn(wrap_future::<_, Self>(answer).map(move |outcome, session, ctx| {
            drop(weight);
            session.answer_join(&subscription, reference.as_ref(), outcome, ctx);
        }));
    }

    fn answer_join(
        &mut self,
        subscription: &Rc<Subscription>,
        reference: Option<&Ref>,
        outcome: Result<Admission>,
        ctx: &mut Socket,
    ) {
        let topic = subscription.topic.as_str();
        let current = self.topics.get_mut(topic).filter(|place| place.subscription.id == subscription.id);
        let Some(place) = current else {
            // Another join, or a leave, has come in between and has replaced this one.
            return self.relay.unsubscribe(subscription, false);
        };
        let join_ref = place.join_ref.clone();
        let asked = Asked { join_ref: join_ref.as_ref(), reference, topic };
        // The channel has tried to read it again, or does not retry: the client joins again.
        let outcome = match subscription.has_missed() {
            true => {
                outcome.and(Err(Error::because(Code::Overloaded, "the topic changed faster than it could be read")))
            }
            false => outcome,
        };
        let admission = match outcome {
            Ok(admission) => admission,
            Err(error) => {
                self.relay.unsubscribe(subscription, false);
                reply(ctx, self.version, asked, Err(error));
                if let Some(place) = self.topics.remove(topic) {
                    place.refuse_waiting(ctx);
                }
                return;
            }
        };
        let waiting = place.waiting.take().unwrap_or_default();
        // The reply goes through the outbox, so frames that follow it on this topic come after it.
        let text = self.version.reply(asked.join_ref, asked.reference, topic, Status::Ok, &admission.response);
        self.outbox().push(text);
        subscription.activate_knowing(admission.position, admission.floor, admission.known);
        if !subscription.has_ended()
            && let Some(place) = self.topics.get(topic)
        {
            place.served.channel().joined(&Member { session: &self.context, id: place.id, subscription });
        }
        // Replies to pushes do not go through the outbox, so the join's reply must be written before them.
        self.flush(ctx);
        for push in waiting {
            self.hand_over(topic, push, ctx);
        }
    }

    pub(super) fn leave(&mut self, incoming: &Incoming<'_>, ctx: &mut Socket) {
        let asked = Asked::by(incoming);
        if let Some(place) = self.topics.get(&*incoming.topic).filter(|place| !place.subscription.has_ended()) {
            if incoming.join_ref.is_some() && incoming.join_ref != place.join_ref {
                // The client has raced a close that it is about to receive.
                return;
            }
            let left = self.topics.remove(&*incoming.topic);
            self.flush(ctx);
            reply(ctx, self.version, asked, empty());
            if let Some(place) = left {
                self.relay.unsubscribe(&place.subscription, true);
                place.refuse_waiting(ctx);
            }
            return;
        }
        self.topics.remove(&*incoming.topic);
        reply(ctx, self.version, asked, empty());
    }

    pub(super) fn push(&mut self, incoming: &Incoming<'_>, ctx: &mut Socket) {
        let place = self.topics.get_mut(&*incoming.topic).filter(|place| !place.subscription.has_ended());
        let Some(place) = place else {
            return reply(ctx, self.version, Asked::by(incoming), Err(Code::UnmatchedTopic.into()));
        };
        if incoming.join_ref.is_some() && incoming.join_ref != place.join_ref {
            // As in Phoenix: a stale push to an earlier join is dropped; its client knows that this join is over.
            return;
        }
        let asked = Asked { join_ref: place.join_ref.as_ref(), ..Asked::by(incoming) };
        let weight = match Weight::of(incoming.payload, &self.unanswered, self.limits.unanswered_bytes) {
            Ok(weight) => weight,
            Err(error) => return reply(ctx, self.version, asked, Err(error)),
        };
        let push = Push {
            reference: incoming.reference.clone(),
            event: incoming.event.clone().into_owned(),
            payload: incoming.payload.to_owned(),
            weight,
        };
        match &mut place.waiting {
            Some(waiting) if waiting.len() >= WAITING => {
                reply(ctx, self.version, asked, Err(Code::Overloaded.into()));
            }
            Some(waiting) => waiting.push(push),
            None => self.hand_over(&incoming.topic, push, ctx),
        }
    }

    /// Passes a push to its channel, and the channel's answer to the client.
    fn hand_over(&mut self, topic: &str, push: Push, ctx: &mut Socket) {
        let Some(place) = self.topics.get(topic).filter(|place| !place.subscription.has_ended()) else {
            let asked = Asked { join_ref: None, reference: push.reference.as_ref(), topic };
            return reply(ctx, self.version, asked, Err(Code::UnmatchedTopic.into()));
        };
        let asked = Asked { join_ref: place.join_ref.as_ref(), reference: push.reference.as_ref(), topic };
        if self.in_flight >= IN_FLIGHT {
            return reply(ctx, self.version, asked, Err(Code::Overloaded.into()));
        }
        let member = Member { session: &self.context, id: place.id, subscription: &place.subscription };
        match place.served.push(&member, &push.event, &push.payload) {
            Answer::Now(outcome) => reply(ctx, self.version, asked, outcome),
            Answer::Later(future) => {
                self.in_flight += 1;
                let Push { reference, weight, .. } = push;
                let (join_ref, topic) = (place.join_ref.clone(), place.subscription.topic.clone());
                ctx.spawn(wrap_future::<_, Self>(future).map(move |outcome, session, ctx| {
                    session.in_flight -= 1;
                    drop(weight);
                    // Nothing that was read or stored after the token expired is sent.
                    if session.outbox().is_ending() {
                        return;
                    }
                    let (reference, topic) = (reference.as_ref(), topic.as_str());
                    let asked = Asked { join_ref: join_ref.as_ref(), reference, topic };
                    reply(ctx, session.version, asked, outcome);
                }));
            }
        }
    }
}
