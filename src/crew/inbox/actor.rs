//! `user:<id>`: what a person receives of their pods without joining each topic.
//!
//! One actor a node watches the pods of everyone who has a `user:` topic open here. The memberships that it keeps say
//! only where to look: what it sends is read from Postgres each time, for the members of that moment. So a person who
//! was removed receives nothing of what came after, however late this actor learns of the removal.
//!
//! Activity is sent at most once a second for each pod, and all that is due is read in one statement.
//!
//! **Other nodes.** The actor listens to the bus for each pod that it watches, and for each person, on whose topic
//! other nodes send the pods that the person joins. What the bus has lost is found by comparing what is known of these
//! people's pods with Postgres (`compare`). Lines of a log are identified by their position, so a late or repeated one
//! changes nothing.

mod compare;
mod marked;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use actix::fut::wrap_future;
use actix::{Actor, ActorFutureExt, AsyncContext, Context, Handler};
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::declared::{
    OWN_READ, OwnPodJoined, OwnPodRemoved, OwnRead, POD_ACTIVITY, POD_JOINED, POD_REMOVED, PodActivity, RemovalReason,
};
use super::messages::{Announce, Notice, Read, Shared, Unwatch, Watch};
use super::store::{self, Activity, Membership};
use super::{Flags, KIND};
use crate::crew::journal::change;
use crate::crew::messages::Kind;
use crate::crew::pods::store::realtime::{self, Reader};
use crate::foundation::db::Database;
use crate::foundation::errors::Result;
use crate::realtime::bus::{Bus, Listening};
use crate::realtime::declared::Event;
use crate::realtime::relay::{RelayHandle, deliver_to};
use crate::realtime::subscription::{Frame, Reach, SubscriptionId};
use crate::wire::frame::{self, Encoded};
use crate::wire::topic::Topic;

/// The shortest time between two activities of one pod.
const PACE: Duration = Duration::from_secs(1);

/// How long activity of several pods is gathered, so that one statement reads all of it.
const GATHER: Duration = Duration::from_millis(100);

/// How long departures are remembered, for lines that come late.
const MEMORY: Duration = Duration::from_secs(60);

/// The inboxes of the people who watch on this node.
pub struct Inbox {
    database: Database,
    bus: Arc<dyn Bus>,
    shared: Arc<Shared>,
    people: HashMap<Uuid, Person>,
    /// The pods of these people.
    pods: HashMap<Uuid, Watched>,
    /// Pods whose activity is to be sent.
    due: HashSet<Uuid>,
    /// When a pod's activity was last sent, kept for [`PACE`].
    announced: HashMap<Uuid, Instant>,
    /// Departures of the last [`MEMORY`], by person and pod: the line's position, and when.
    gone: HashMap<(Uuid, Uuid), (i64, Instant)>,
    reading: bool,
    comparing: bool,
}

struct Person {
    topic: Topic,
    sessions: HashMap<SubscriptionId, RelayHandle>,
    pods: HashMap<Uuid, KnownPod>,
    listening: Listening,
}

struct Watched {
    people: HashSet<Uuid>,
    _listening: Listening,
}

/// The state of a pod that was sent to one of its members, or read before.
#[derive(Debug, Clone, Copy)]
struct KnownPod {
    /// The position of the line by which they joined.
    since: i64,
    /// The highest seq that they have read.
    read: i64,
    head: i64,
    /// Their flags.
    flags: Flags,
    /// When this node learned of it.
    entered: Instant,
}

impl Actor for Inbox {
    type Context = Context<Self>;
}

impl Inbox {
    /// Makes an actor that nobody watches.
    pub fn new(database: Database, bus: Arc<dyn Bus>, shared: Arc<Shared>) -> Self {
        Inbox {
            database,
            bus,
            shared,
            people: HashMap::new(),
            pods: HashMap::new(),
            due: HashSet::new(),
            announced: HashMap::new(),
            gone: HashMap::new(),
            reading: false,
            comparing: false,
        }
    }
}

impl Inbox {
    fn send<P: Serialize>(&self, user_id: Uuid, event: Event<P>, payload: &P) {
        self.send_text(user_id, |topic| event.frame(topic, payload));
    }

    fn send_text(&self, user_id: Uuid, text: impl FnOnce(&Topic) -> Encoded) {
        let Some(person) = self.people.get(&user_id) else { return };
        let text = text(&person.topic);
        let frame = Arc::new(Frame { text, reach: Reach::State { as_of: 0 } });
        deliver_to(person.sessions.values(), &person.topic, &[frame]);
    }

    fn enter(&mut self, user_id: Uuid, pod_id: Uuid, known: KnownPod) {
        if let Some(person) = self.people.get_mut(&user_id) {
            person.pods.insert(pod_id, known);
            let watched = self.pods.entry(pod_id).or_insert_with(|| Watched {
                people: HashSet::new(),
                _listening: self.bus.listen(&Topic::of(change::KIND, pod_id)),
            });
            watched.people.insert(user_id);
        }
    }

    fn take_out(&mut self, user_id: Uuid, pod_id: Uuid) {
        if let Some(person) = self.people.get_mut(&user_id) {
            person.pods.remove(&pod_id);
        }
        if let Some(watched) = self.pods.get_mut(&pod_id) {
            watched.people.remove(&user_id);
            if watched.people.is_empty() {
                self.pods.remove(&pod_id);
                self.due.remove(&pod_id);
                self.announced.remove(&pod_id);
            }
        }
    }

    fn known(&mut self, user_id: Uuid, pod_id: Uuid) -> Option<&mut KnownPod> {
        self.people.get_mut(&user_id)?.pods.get_mut(&pod_id)
    }

    fn line(&mut self, pod_id: Uuid, kind: Kind, user_id: Uuid, position: i64, ctx: &mut Context<Self>) {
        match kind {
            Kind::Joined => self.came(user_id, pod_id, position, ctx),
            Kind::Left => self.removed(user_id, pod_id, RemovalReason::Left, position),
            Kind::Removed => self.removed(user_id, pod_id, RemovalReason::Removed, position),
            Kind::Closed => {
                let watchers: Vec<Uuid> =
                    self.pods.get(&pod_id).into_iter().flat_map(|watched| &watched.people).copied().collect();
                watchers.into_iter().for_each(|user_id| self.removed(user_id, pod_id, RemovalReason::Closed, position));
            }
            Kind::Text | Kind::Renamed | Kind::OwnerChanged => {}
        }
    }

    fn came(&mut self, user_id: Uuid, pod_id: Uuid, position: i64, ctx: &mut Context<Self>) {
        let is_gone = self.gone.get(&(user_id, pod_id)).is_some_and(|(gone, _)| *gone > position);
        let is_known = self.known(user_id, pod_id).is_some_and(|known| known.since >= position);
        if is_gone || is_known || !self.people.contains_key(&user_id) {
            return;
        }
        self.enter(
            user_id,
            pod_id,
            KnownPod { since: position, read: 0, head: position, flags: Flags::default(), entered: Instant::now() },
        );
        self.send_joined(user_id, pod_id, ctx);
    }

    fn removed(&mut self, user_id: Uuid, pod_id: Uuid, reason: RemovalReason, position: i64) {
        // A person may be a member although it is not known here, while their pods are being read.
        let is_known = self.gone.get(&(user_id, pod_id)).is_some_and(|(gone, _)| *gone >= position);
        let has_come_again = self.known(user_id, pod_id).is_some_and(|known| known.since > position);
        if is_known || has_come_again || !self.people.contains_key(&user_id) {
            return;
        }
        self.gone.insert((user_id, pod_id), (position, Instant::now()));
        self.send(user_id, POD_REMOVED, &OwnPodRemoved { pod_id, reason });
        self.take_out(user_id, pod_id);
    }

    fn send_joined(&self, user_id: Uuid, pod_id: Uuid, ctx: &mut Context<Self>) {
        let database = self.database.clone();
        let reading =
            async move { database.service(async |conn| realtime::snapshot(conn, pod_id, Reader::Service).await).await };
        ctx.spawn(wrap_future::<_, Self>(reading).map(move |outcome, inbox, _| match outcome {
            // They may have left again. Then `pod:removed` was sent, or is about to be.
            Ok(Some(now)) if now.members.iter().any(|member| member.user_id == user_id) => {
                let (pod, members) = (Some(now.pod), Some(now.members));
                inbox.send(user_id, POD_JOINED, &OwnPodJoined { pod_id, pod, members });
            }
            Ok(_) => {}
            Err(cause) => {
                tracing::warn!(%pod_id, %cause, "cannot read a pod that a person has joined");
                inbox.send(user_id, POD_JOINED, &OwnPodJoined { pod_id, pod: None, members: None });
            }
        }));
    }

    fn send_activity(&mut self, activity: Activity) {
        let Activity { user_id, pod_id, head, unread, read_seq, last_message } = activity;
        self.send(user_id, POD_ACTIVITY, &PodActivity { pod_id, head, unread, last_message });
        // The node that wrote the mark has sent it, unless that was lost.
        self.send_read(user_id, pod_id, read_seq, unread);
    }

    fn send_read(&mut self, user_id: Uuid, pod_id: Uuid, seq: i64, unread: i32) {
        if let Some(known) = self.known(user_id, pod_id) {
            if known.read >= seq {
                return;
            }
            known.read = seq;
            // Reading on ends the mark.
            known.flags.marked_unread = false;
        }
        self.send(user_id, OWN_READ, &OwnRead { pod_id, seq, unread });
    }

    fn gather(&mut self, ctx: &mut Context<Self>) {
        if !self.reading && !self.due.is_empty() {
            self.reading = true;
            ctx.run_later(GATHER, Inbox::read);
        }
    }

    fn read(&mut self, ctx: &mut Context<Self>) {
        let now = Instant::now();
        self.announced.retain(|_, announced| now.saturating_duration_since(*announced) < PACE);
        self.gone.retain(|_, (_, gone)| now.saturating_duration_since(*gone) < MEMORY);
        let pods: Vec<Uuid> = self.due.iter().filter(|pod_id| !self.announced.contains_key(pod_id)).copied().collect();
        let watched = pods.iter().filter_map(|pod_id| self.pods.get(pod_id));
        let people: HashSet<Uuid> = watched.flat_map(|watched| &watched.people).copied().collect();
        for pod_id in &pods {
            self.due.remove(pod_id);
            self.announced.insert(*pod_id, now);
        }
        if people.is_empty() {
            self.reading = false;
            // The rest is due later.
            return self.gather(ctx);
        }
        let (database, asked) = (self.database.clone(), pods.clone());
        let reading = async move {
            database.service(async |conn| store::activity(conn, pods, people.into_iter().collect()).await).await
        };
        ctx.spawn(wrap_future::<_, Self>(reading).map(move |outcome: Result<Vec<Activity>>, inbox, ctx| {
            match outcome {
                Ok(rows) => rows.into_iter().for_each(|activity| inbox.send_activity(activity)),
                Err(cause) => {
                    tracing::warn!(%cause, "cannot read activity; trying again");
                    inbox.due.extend(asked);
                }
            }
            inbox.reading = false;
            inbox.gather(ctx);
        }));
    }
}

impl Handler<Notice> for Inbox {
    type Result = ();

    fn handle(&mut self, Notice { pod_id, head, lines }: Notice, ctx: &mut Self::Context) {
        for (kind, user_id, position) in lines {
            self.line(pod_id, kind, user_id, position, ctx);
        }
        let people: Vec<Uuid> =
            self.pods.get(&pod_id).into_iter().flat_map(|watched| &watched.people).copied().collect();
        for user_id in people {
            if let Some(known) = self.known(user_id, pod_id) {
                known.head = known.head.max(head);
            }
        }
        if self.shared.lost.swap(false, Ordering::AcqRel) {
            tracing::warn!("notices were lost; all inboxes are read again");
            self.due.extend(self.pods.keys());
            self.compare(false, ctx);
        }
        if self.pods.contains_key(&pod_id) {
            self.due.insert(pod_id);
        }
        self.gather(ctx);
    }
}

impl Handler<Read> for Inbox {
    type Result = ();

    fn handle(&mut self, Read { pod_id, mark }: Read, _ctx: &mut Self::Context) {
        self.send_read(mark.user_id, pod_id, mark.seq, mark.unread);
    }
}

impl Handler<Watch> for Inbox {
    type Result = actix::ResponseActFuture<Self, Result<DateTime<Utc>>>;

    fn handle(&mut self, Watch { user_id, subscription, relay }: Watch, _ctx: &mut Self::Context) -> Self::Result {
        let person = self.people.entry(user_id).or_insert_with(|| Person {
            topic: Topic::of(KIND, user_id),
            sessions: HashMap::new(),
            pods: HashMap::new(),
            listening: self.bus.listen(&Topic::of(KIND, user_id)),
        });
        person.sessions.insert(subscription, relay);
        let (database, ready) = (self.database.clone(), person.listening.ready());
        let reading = async move {
            ready.await;
            let began = Instant::now();
            let work = async |conn: &mut _| {
                let rows = store::memberships(conn, vec![user_id]).await?;
                Ok((began, rows, store::now(conn).await?))
            };
            database.service(work).await
        };
        Box::pin(wrap_future::<_, Self>(reading).map(
            move |outcome: Result<(Instant, Vec<Membership>, DateTime<Utc>)>, inbox, _| {
                let (began, rows, now) = outcome?;
                for row in rows {
                    let has_gone =
                        inbox.gone.get(&(user_id, row.pod_id)).is_some_and(|(gone, _)| *gone > row.since_seq);
                    let is_known = inbox.known(user_id, row.pod_id).is_some_and(|known| known.since >= row.since_seq);
                    if !has_gone && !is_known {
                        inbox.enter(user_id, row.pod_id, row.known(began));
                    }
                }
                Ok(now)
            },
        ))
    }
}

impl Handler<Unwatch> for Inbox {
    type Result = ();

    fn handle(&mut self, Unwatch { user_id, subscription }: Unwatch, _ctx: &mut Self::Context) {
        let Some(person) = self.people.get_mut(&user_id) else { return };
        person.sessions.remove(&subscription);
        if person.sessions.is_empty() {
            let pods: Vec<Uuid> = person.pods.keys().copied().collect();
            pods.into_iter().for_each(|pod_id| self.take_out(user_id, pod_id));
            self.people.remove(&user_id);
        }
    }
}

impl Handler<Announce> for Inbox {
    type Result = ();

    fn handle(&mut self, Announce { user_id, event, payload }: Announce, _ctx: &mut Self::Context) {
        // By its name alone: a newer node may send what this one does not declare.
        self.send_text(user_id, |topic| frame::push(topic.as_str(), &event, &payload));
    }
}
