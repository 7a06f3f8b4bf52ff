//! Joining a topic that has an actor: the session attaches, and its join is answered with a snapshot that the actor's
//! later frames continue.
//!
//! The session is [subscribed](super::relay::Relay::subscribe) on its relay before any of this, and the subscription
//! buffers what the actor sends meanwhile. So each committed change is either in the snapshot or comes after the reply.

use std::time::Duration;

use actix::{Addr, Handler, MailboxError, Message};

use super::attendance::{Attach, Detach};
use super::channel::Joining;
use super::hub::Hub;
use super::subscription::SubscriptionId;
use super::topic_actor::TopicActor;
use crate::foundation::errors::{Code, Result};

/// Number of times that a join is read if the buffer overflows each time.
const READINGS: usize = 5;

/// Number of times that a join looks for an actor if the one it finds has just stopped.
const ATTEMPTS: usize = 5;

/// Attaches a session to the topic's actor, and returns the snapshot for the join reply. The session is detached when
/// its subscription ends, in whatever way.
///
/// - `check` checks whether the session may join. It is called only if there is no actor yet, so that a client without
///   the right cannot start one; `read` is what grants or refuses the join.
/// - `start` returns the topic's actor, starting it if necessary.
/// - `read` reads the snapshot, and may query the actor. It is called again if the buffer of the subscription has
///   overflowed meanwhile.
///
/// The actor has `patience` to answer.
///
/// # Errors
/// Those of `check` and `read`, `not_found` if there is no such topic, and `unavailable`.
pub async fn enter<A: TopicActor, T>(
    hub: &Hub<A>,
    joining: &Joining,
    patience: Duration,
    check: impl AsyncFnOnce() -> Result<()>,
    start: impl Fn() -> Addr<A>,
    read: impl AsyncFn(&Addr<A>) -> Result<T>,
) -> Result<T> {
    if hub.find(joining.id).is_none() {
        check().await?;
    }
    let attachment = attach(joining, patience, start).await?;
    let mut readings = 1;
    let snapshot = loop {
        // From here on the subscription buffers whatever the actor sends. All that it sent before is committed, and so
        // part of what is read now.
        joining.subscription.start_over();
        let snapshot = read(&attachment.actor).await?;
        if readings == READINGS || !joining.subscription.has_missed() {
            break snapshot;
        }
        readings += 1;
    };
    joining.subscription.hold(attachment);
    Ok(snapshot)
}

/// A session's attachment to its topic's actor. Detaches when dropped.
struct Attachment<A: TopicActor> {
    actor: Addr<A>,
    subscription: SubscriptionId,
}

impl<A: TopicActor> Drop for Attachment<A> {
    fn drop(&mut self) {
        // One for each attachment, so their number has the same bound.
        self.actor.do_send(Detach(self.subscription));
    }
}

async fn attach<A: TopicActor>(
    joining: &Joining,
    patience: Duration,
    start: impl Fn() -> Addr<A>,
) -> Result<Attachment<A>> {
    for _ in 0..ATTEMPTS {
        // Created first: an actor that answers too late, or after the caller has gone, has attached the session and
        // must detach it.
        let attachment = Attachment { actor: start(), subscription: joining.subscription.id };
        let attach = Attach {
            subscription: joining.subscription.id,
            user_id: joining.session.user_id(),
            relay: joining.relay.clone(),
        };
        if let Some(outcome) = ask(&attachment.actor, attach, patience).await? {
            outcome?;
            return Ok(attachment);
        }
        // The actor was about to stop; the next turn starts its successor.
    }
    Err(Code::Unavailable.into())
}

/// Sends a message to an actor and waits for the answer. Returns `None` if the actor has stopped.
///
/// # Errors
/// `unavailable` if it does not answer in time.
pub async fn ask<A, M>(actor: &Addr<A>, question: M, patience: Duration) -> Result<Option<M::Result>>
where
    A: TopicActor + Handler<M>,
    M: Message<Result: Send> + Send + 'static,
{
    match tokio::time::timeout(patience, actor.send(question)).await {
        Ok(Ok(answer)) => Ok(Some(answer)),
        Ok(Err(MailboxError::Closed)) => Ok(None),
        Ok(Err(MailboxError::Timeout)) | Err(_) => Err(Code::Unavailable.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::FutureExt;
    use uuid::Uuid;

    use super::*;
    use crate::realtime::hub::probe::{Probe, Sessions, event, hub, joining, stranger};

    const ID: Uuid = Uuid::from_u128(7);
    const ADA: Uuid = Uuid::from_u128(1);
    const PATIENCE: Duration = Duration::from_secs(5);

    #[actix::test]
    async fn a_stranger_starts_no_actor_and_is_asked_for_where_there_is_one() {
        let (_, hub) = hub(true);
        let joining = joining(ID, ADA);
        let start = || Probe::of(&hub, ID);
        let read = async |_: &Addr<Probe>| Ok(());
        let refused = enter(&hub, &joining, PATIENCE, stranger, start, read).await;
        assert_eq!((refused.unwrap_err().code, hub.count()), (Code::NotMember, 0));
        let actor = start();
        enter(&hub, &joining, PATIENCE, stranger, start, read).await.unwrap();
        assert_eq!(actor.send(Sessions).await.unwrap(), 1, "it is the reading that lets in");
        joining.subscription.end(false);
        assert_eq!(actor.send(Sessions).await.unwrap(), 0);
    }

    #[actix::test]
    async fn a_join_that_is_refused_or_given_up_is_detached() {
        let (_, hub) = hub(true);
        let joining = joining(ID, ADA);
        let actor = Probe::of(&hub, ID);
        let start = || actor.clone();
        let check = async || Ok(());
        let refusing = async |actor: &Addr<Probe>| {
            assert_eq!(actor.send(Sessions).await.unwrap(), 1, "it is attached before it is read");
            Err::<(), _>(Code::NotMember.into())
        };
        assert!(enter(&hub, &joining, PATIENCE, check, start, refusing).await.is_err());
        assert_eq!(actor.send(Sessions).await.unwrap(), 0);
        // The session ends after the actor has attached it, and before this is known here.
        let reading = async |_: &Addr<Probe>| Ok(());
        let mut entering = Box::pin(enter(&hub, &joining, PATIENCE, check, start, reading));
        assert!((&mut entering).now_or_never().is_none());
        assert_eq!(actor.send(Sessions).await.unwrap(), 1);
        drop(entering);
        assert_eq!(actor.send(Sessions).await.unwrap(), 0);
    }

    #[actix::test]
    async fn a_join_that_missed_something_is_read_again_until_it_has_not() {
        let (_, hub) = hub(true);
        let joining = joining(ID, ADA);
        let readings = Cell::new(0);
        let read = async |actor: &Addr<Probe>| {
            let nth = readings.get();
            readings.set(nth + 1);
            if nth < 2 {
                (0..20).for_each(|_| hub.announce(ID, event("much"), &()));
                actor.send(Sessions).await.unwrap();
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok(nth)
        };
        let start = || Probe::of(&hub, ID);
        let check = async || Ok(());
        assert_eq!(enter(&hub, &joining, PATIENCE, check, start, read).await.unwrap(), 2);
        assert!(!joining.subscription.has_missed());
    }

    #[actix::test]
    async fn an_actor_that_has_just_stopped_has_a_successor() {
        let (_, hub) = hub(true);
        let joining = joining(ID, ADA);
        let stopped = Probe::of(&hub, ID);
        stopped.send(crate::realtime::hub::probe::Crash).await.unwrap();
        let calls = Cell::new(0);
        let start = || {
            calls.set(calls.get() + 1);
            if calls.get() == 1 { stopped.clone() } else { Probe::of(&hub, ID) }
        };
        let read = async |actor: &Addr<Probe>| Ok(actor.clone());
        let actor = enter(&hub, &joining, PATIENCE, async || Ok(()), start, read).await.unwrap();
        assert!(actor != stopped);
        assert_eq!((calls.get(), actor.send(Sessions).await.unwrap()), (2, 1));
    }
}
