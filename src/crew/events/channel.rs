//! The topic `event:<id>`, for the event's members. Its events come from the event's [feed](crate::crew::feed).

use std::rc::Rc;
use std::sync::Arc;

use actix::Addr;
use futures_util::future::LocalBoxFuture;

use super::declared::{EVENT, EventJoined, EventLimits};
use super::hosts::Role;
use super::slug::EventKey;
use super::{Event, store};
use crate::crew::feed::actor::{Counts, EventActor};
use crate::crew::feed::hub::EventHub;
use crate::crew::feed::store::{Head, head};
use crate::foundation::db::{Access, Caller};
use crate::foundation::errors::{Code, Result};
use crate::foundation::http::MAX_ITEMS;
use crate::realtime::channel::{Admission, Channel, Joining, Member};
use crate::realtime::declared::Added;
use crate::realtime::enter::{ask, enter};

/// Serves the events' topics.
pub struct EventChannel {
    hub: Arc<EventHub>,
}

impl EventChannel {
    /// Serves these events.
    pub fn new(hub: Arc<EventHub>) -> Self {
        EventChannel { hub }
    }
}

impl Channel for EventChannel {
    fn join(&self, joining: Joining) -> LocalBoxFuture<'static, Result<Admission>> {
        let hub = Arc::clone(&self.hub);
        Box::pin(async move {
            let session = Rc::clone(&joining.session);
            session.in_turn(join(hub, joining)).await
        })
    }

    fn joined(&self, member: &Member<'_>) {
        self.hub.topics().joined(member);
    }
}

/// The rows that a join reads for its caller, in one snapshot.
struct Snapshot {
    event: Event,
    role: Role,
    head: Head,
    added: Vec<Added>,
}

async fn join(hub: Arc<EventHub>, joining: Joining) -> Result<Admission> {
    let (event_id, user_id) = (joining.id, joining.session.user_id());
    let (database, patience, caller) = (hub.database(), hub.limits().send_wait, Caller::user(user_id));
    let check = async || {
        let check = async |conn: &mut _| store::require_member(conn, event_id, user_id).await;
        database.scope(&caller, Access::Snapshot, check).await
    };
    let read = async |conn: &mut _| {
        let role = store::hosts::role(conn, event_id, user_id).await?;
        let event = store::find(conn, EventKey::Id(event_id)).await?;
        let head = head(conn, event_id).await?.ok_or(Code::NotFound)?;
        let mut added = hub.kinds().newest(conn, event_id).await?;
        added.extend(hub.joins().read(conn, event_id, user_id).await?);
        Ok(Snapshot { event, role, head, added })
    };
    let read = async |actor: &Addr<EventActor>| {
        let snapshot = database.scope(&caller, Access::Snapshot, &read).await?;
        // Numbers are asked after that: what the topic sent of them before is in what is answered.
        let known = snapshot.added.iter().flat_map(|added| added.known()).copied().collect();
        let numbers = ask(actor, Counts { user_id, known }, patience).await?.ok_or(Code::Unavailable)??;
        Ok((snapshot, numbers))
    };
    let start = || hub.find_or_start(event_id);
    let (snapshot, numbers) = enter(hub.topics(), &joining, patience, check, start, read).await?;
    // An actor that has received less over the bus reads the rest now, not at the next sweep.
    let position = snapshot.head.seq;
    hub.reaches(event_id, position);
    let Snapshot { event, role, head, mut added } = snapshot;
    added.extend(numbers.tallies);
    let reply = EventJoined {
        event,
        role,
        present: numbers.present,
        head: position,
        epoch: head.epoch,
        server_time: head.now,
        limits: EventLimits { frame_bytes: hub.limits().frame_bytes, page: MAX_ITEMS as usize },
    };
    EVENT.admit(&reply, &added, position, 0)
}
