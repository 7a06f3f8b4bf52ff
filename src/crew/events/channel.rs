//! `event:<id>`: the live side of an event, for its members. What it tells comes from the event's [actor](super::actor).

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use actix::{Addr, MailboxError, Message};
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde_json::value::RawValue;

use super::actor::{Counts, EventActor, Numbers};
use super::hub::EventHub;
use super::slug::EventKey;
use super::store::live::Wall;
use super::{Event, store};
use crate::crew::pods::store::of_event;
use crate::crew::pods::view::{Order, PodView};
use crate::foundation::db::{Access, Caller};
use crate::foundation::errors::{Code, Result};
use crate::foundation::http::{MAX_ITEMS, Page, PageQuery};
use crate::realtime::attendance::{Attach, Detach, Joined};
use crate::realtime::channel::{Admission, Answer, Channel, Joining, Member, Response, response};
use crate::realtime::subscription::SubscriptionId;

/// How often a join is read when more happens meanwhile than can be kept.
const READINGS: usize = 5;

/// How often a join looks for a fresh actor when the one it found has just stopped.
const ATTEMPTS: usize = 5;

/// Serves the events' topics.
pub struct EventChannel {
    live: Arc<EventHub>,
}

impl EventChannel {
    /// Serves these events.
    pub fn new(live: Arc<EventHub>) -> Self {
        EventChannel { live }
    }
}

#[derive(Serialize)]
struct JoinReply<'a> {
    event: &'a Event,
    pods: &'a [PodView],
    next: &'a Option<String>,
    members: i64,
    present: u64,
    head: i64,
    epoch: &'a str,
    server_time: DateTime<Utc>,
    limits: BTreeMap<&'static str, usize>,
}

impl Channel for EventChannel {
    fn join(&self, joining: Joining) -> LocalBoxFuture<'static, Result<Admission>> {
        let live = Arc::clone(&self.live);
        Box::pin(async move {
            let session = Rc::clone(&joining.session);
            session.in_turn(join(live, joining)).await
        })
    }

    fn push(&self, _member: &Member<'_>, _event: &str, _raw: &RawValue) -> Answer {
        Answer::refuse(Code::UnknownEvent)
    }

    fn joined(&self, member: &Member<'_>) {
        if let Some(live) = self.live.find(member.id) {
            // Once a join, and never more than there are sessions: a bound of its own.
            live.address.do_send(Joined(member.subscription.id));
        }
    }
}

/// Tells the actor of the session's end, however it comes.
struct Attachment {
    actor: Addr<EventActor>,
    subscription: SubscriptionId,
}

impl Drop for Attachment {
    fn drop(&mut self) {
        // One for each attachment, so that its number has the same bound.
        self.actor.do_send(Detach(self.subscription));
    }
}

/// What a join reads on its caller's behalf, in one snapshot.
struct Snapshot {
    event: Event,
    wall: Wall,
    pods: Page<PodView>,
}

async fn join(live: Arc<EventHub>, joining: Joining) -> Result<Admission> {
    let (event_id, user_id) = (joining.id, joining.session.user_id());
    let caller = Caller::user(user_id);
    // A stranger does not get to start an actor.
    if live.find(event_id).is_none() {
        let check = async |conn: &mut _| store::require_member(conn, event_id, user_id).await;
        live.database().scope(&caller, Access::Snapshot, check).await?;
    }
    let attachment = attach(&live, &joining).await?;
    let limit = PageQuery::default().limit()?;
    let read = async |conn: &mut _| {
        store::require_member(conn, event_id, user_id).await?;
        let event = store::find(conn, EventKey::Id(event_id)).await?;
        let wall = store::live::wall(conn, event_id).await?.ok_or(Code::NotFound)?;
        let pods = of_event(conn, event_id, Order::Newest, None, limit.rows()).await?;
        Ok(Snapshot { event, wall, pods: Page::of(pods, limit, PodView::place) })
    };
    let mut readings = 1;
    let (snapshot, numbers) = loop {
        // From here on the relay keeps for this session whatever the actor tells; all that it told before of the wall is in what is
        // read now, and of numbers in what it is asked after that.
        joining.subscription.start_over();
        let snapshot = live.database().scope(&caller, Access::Snapshot, &read).await?;
        let numbers: Numbers = ask(&live, &attachment.actor, Counts { user_id }).await?.ok_or(Code::Unavailable)??;
        if readings == READINGS || !joining.subscription.has_missed() {
            break (snapshot, numbers);
        }
        readings += 1;
    };
    // An actor that the bus has told less reads it now, and not when the sweep comes by.
    live.reaches(event_id, snapshot.wall.head);
    joining.subscription.hold(attachment);
    Ok(Admission { response: reply(&live, &snapshot, numbers)?, position: snapshot.wall.head, floor: 0 })
}

/// Enters the session with the event's actor, starting one if there is none.
async fn attach(live: &Arc<EventHub>, joining: &Joining) -> Result<Attachment> {
    for _ in 0..ATTEMPTS {
        let actor = live.find_or_start(joining.id);
        let attach = Attach {
            subscription: joining.subscription.id,
            user_id: joining.session.user_id(),
            relay: joining.relay.clone(),
        };
        if let Some(outcome) = ask(live, &actor, attach).await? {
            outcome?;
            return Ok(Attachment { actor, subscription: joining.subscription.id });
        }
        // It was about to stop; a successor is started.
    }
    Err(Code::Unavailable.into())
}

/// Asks the actor. `None` when it has stopped.
async fn ask<M>(live: &EventHub, actor: &Addr<EventActor>, question: M) -> Result<Option<M::Result>>
where
    M: Message + Send + 'static,
    M::Result: Send,
    EventActor: actix::Handler<M>,
{
    match tokio::time::timeout(live.limits().send_wait, actor.send(question)).await {
        Ok(Ok(answer)) => Ok(Some(answer)),
        Ok(Err(MailboxError::Closed)) => Ok(None),
        Ok(Err(MailboxError::Timeout)) | Err(_) => Err(Code::Unavailable.into()),
    }
}

fn reply(live: &EventHub, snapshot: &Snapshot, numbers: Numbers) -> Result<Response> {
    response(&JoinReply {
        event: &snapshot.event,
        pods: &snapshot.pods.items,
        next: &snapshot.pods.next,
        members: numbers.members,
        present: numbers.present,
        head: snapshot.wall.head,
        epoch: &snapshot.wall.epoch,
        server_time: Utc::now(),
        limits: BTreeMap::from([("frame_bytes", live.limits().frame_bytes), ("page", MAX_ITEMS as usize)]),
    })
}
