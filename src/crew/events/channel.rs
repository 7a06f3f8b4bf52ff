//! `event:<id>`: the live side of an event, for its members. What it tells comes from the event's [feed](crate::crew::feed).

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use actix::Addr;
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde_json::value::RawValue;

use super::slug::EventKey;
use super::{Event, store};
use crate::crew::feed::actor::{Counts, EventActor, Numbers};
use crate::crew::feed::hub::EventHub;
use crate::crew::feed::store::{Head, head};
use crate::foundation::db::{Access, Caller};
use crate::foundation::errors::{Code, Result};
use crate::foundation::http::MAX_ITEMS;
use crate::realtime::channel::{Admission, Answer, Channel, Joining, Member, Response, response};
use crate::realtime::enter::{ask, enter};
use crate::realtime::join_data::{Fields, as_object, field};

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

#[derive(Serialize)]
struct JoinReply<'a> {
    event: &'a Event,
    /// What the kinds of items and the tallies answer, and what other features add.
    #[serde(flatten, serialize_with = "as_object::serialize")]
    fields: &'a Fields,
    present: u64,
    head: i64,
    epoch: &'a str,
    server_time: DateTime<Utc>,
    limits: BTreeMap<&'static str, usize>,
}

impl Channel for EventChannel {
    fn join(&self, joining: Joining) -> LocalBoxFuture<'static, Result<Admission>> {
        let hub = Arc::clone(&self.hub);
        Box::pin(async move {
            let session = Rc::clone(&joining.session);
            session.in_turn(join(hub, joining)).await
        })
    }

    fn push(&self, _member: &Member<'_>, _event: &str, _raw: &RawValue) -> Answer {
        Answer::refuse(Code::UnknownEvent)
    }

    fn joined(&self, member: &Member<'_>) {
        self.hub.topics().joined(member);
    }
}

/// What a join reads on its caller's behalf, in one snapshot.
struct Snapshot {
    event: Event,
    head: Head,
    fields: Fields,
}

async fn join(hub: Arc<EventHub>, joining: Joining) -> Result<Admission> {
    let (event_id, user_id) = (joining.id, joining.session.user_id());
    let (database, patience, caller) = (hub.database(), hub.limits().send_wait, Caller::user(user_id));
    let check = async || {
        let check = async |conn: &mut _| store::require_member(conn, event_id, user_id).await;
        database.scope(&caller, Access::Snapshot, check).await
    };
    let read = async |conn: &mut _| {
        store::require_member(conn, event_id, user_id).await?;
        let event = store::find(conn, EventKey::Id(event_id)).await?;
        let head = head(conn, event_id).await?.ok_or(Code::NotFound)?;
        let mut fields = hub.kinds().newest(conn, event_id).await?;
        fields.extend(hub.joins().read(conn, event_id, user_id).await?);
        Ok(Snapshot { event, head, fields })
    };
    let read = async |actor: &Addr<EventActor>| {
        let snapshot = database.scope(&caller, Access::Snapshot, &read).await?;
        // Numbers are asked after that: what the topic sent of them before is in what is answered.
        let numbers = ask(actor, Counts { user_id }, patience).await?.ok_or(Code::Unavailable)??;
        Ok((snapshot, numbers))
    };
    let start = || hub.find_or_start(event_id);
    let (snapshot, numbers) = enter(hub.topics(), &joining, patience, check, start, read).await?;
    // An actor that the bus has told less reads it now, and not when the sweep comes by.
    let position = snapshot.head.seq;
    hub.reaches(event_id, position);
    Ok(Admission { response: reply(&hub, snapshot, numbers)?, position, floor: 0 })
}

fn reply(hub: &EventHub, snapshot: Snapshot, numbers: Numbers) -> Result<Response> {
    let Snapshot { event, head, mut fields } = snapshot;
    for (name, value) in &numbers.tallies {
        fields.push(field(name, value)?);
    }
    response(&JoinReply {
        event: &event,
        fields: &fields,
        present: numbers.present,
        head: head.seq,
        epoch: &head.epoch,
        server_time: Utc::now(),
        limits: BTreeMap::from([("frame_bytes", hub.limits().frame_bytes), ("page", MAX_ITEMS as usize)]),
    })
}
