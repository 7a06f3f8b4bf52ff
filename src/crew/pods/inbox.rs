//! `user:<id>`: what a person hears of their pods without joining each.
//!
//! One actor a node watches the pods of everyone who has a `user:` topic open here. What it keeps of memberships is
//! only where to look: what it tells is read from Postgres each time, for those who are members then. So a person who was
//! removed hears nothing of what came after, however late this actor learns of it.
//!
//! Activity is told at most once a second a pod, and all that is due is read in one statement.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix::fut::wrap_future;
use actix::{Actor, ActorFutureExt, Addr, ArbiterHandle, AsyncContext, Context, Handler, Message};
use serde_json::{Value, json};
use uuid::Uuid;

use super::change::Change;
use super::store::live::{self, Activity, Mark, Reader};
use crate::crew::messages::Kind;
use crate::foundation::db::Database;
use crate::foundation::errors::Result;
use crate::realtime::relay::RelayHandle;
use crate::realtime::subscription::{Frame, Reach, SubscriptionId};
use crate::wire::frame;
use crate::wire::topic::Topic;

/// The kind of a person's own topic.
pub const KIND: &str = "user";

/// Notices that may wait.
const MAILBOX: usize = 4096;

/// How often one pod's activity is told at most.
const PACE: Duration = Duration::from_secs(1);

/// How long activity of several pods is gathered, so that one statement reads all of it.
const GATHER: Duration = Duration::from_millis(100);

/// The way to a node's inboxes. Cheap to clone.
#[derive(Clone)]
pub struct InboxHandle {
    address: Addr<Inbox>,
    shared: Arc<Shared>,
}

/// What is known without asking the actor.
#[derive(Default)]
struct Shared {
    /// How many sessions watch. While none does, the journal's notices cost nothing.
    watching: AtomicUsize,
    /// Notices were lost: anything may have happened.
    lost: AtomicBool,
}

impl InboxHandle {
    /// Starts the node's inboxes.
    pub fn start(database: Database, thread: &ArbiterHandle) -> Self {
        let shared = Arc::new(Shared::default());
        let kept = Arc::clone(&shared);
        let address = Inbox::start_in_arbiter(thread, move |ctx| {
            ctx.set_mailbox_capacity(MAILBOX);
            Inbox {
                database,
                shared: kept,
                people: HashMap::new(),
                pods: HashMap::new(),
                due: HashSet::new(),
                told: HashMap::new(),
                reading: false,
            }
        });
        InboxHandle { address, shared }
    }

    /// Tells of what was committed.
    pub fn notice(&self, pod_id: Uuid, changes: &[Change]) {
        if self.shared.watching.load(Ordering::Acquire) == 0 {
            return;
        }
        let lines = changes.iter().filter(|change| change.kind != Kind::Text);
        let notice = Notice { pod_id, lines: lines.map(|change| (change.kind, change.user_id)).collect() };
        if self.address.try_send(notice).is_err() {
            self.shared.lost.store(true, Ordering::Release);
        }
    }

    /// Tells one's other devices up to where one has read.
    pub fn read(&self, pod_id: Uuid, mark: &Mark) {
        if self.shared.watching.load(Ordering::Acquire) > 0 {
            // As many as there are marks, which have a pace.
            self.address.do_send(Read { pod_id, mark: *mark });
        }
    }

    /// Tells that a pod is gone with its event.
    pub fn gone(&self, pod_id: Uuid) {
        // Once in the life of a pod, and nothing would make up for a lost one.
        self.address.do_send(Notice { pod_id, lines: vec![(Kind::Closed, Uuid::nil())] });
    }

    /// A session watches its person's pods until the answer is dropped.
    ///
    /// # Errors
    /// `unavailable` when the person's pods cannot be read.
    pub async fn watch(&self, user_id: Uuid, subscription: SubscriptionId, relay: RelayHandle) -> Result<Watching> {
        // Counted before the pods are read, so that whatever is committed after the reading is noticed.
        self.shared.watching.fetch_add(1, Ordering::AcqRel);
        let watching = Watching { inbox: self.clone(), user_id, subscription };
        let answer = self.address.send(Watch { user_id, subscription, relay }).await;
        answer.map_err(crate::foundation::errors::Error::internal)??;
        Ok(watching)
    }
}

/// A session that watches.
pub struct Watching {
    inbox: InboxHandle,
    user_id: Uuid,
    subscription: SubscriptionId,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.inbox.shared.watching.fetch_sub(1, Ordering::AcqRel);
        self.inbox.address.do_send(Unwatch { user_id: self.user_id, subscription: self.subscription });
    }
}

/// The inboxes of the people who are here.
pub struct Inbox {
    database: Database,
    shared: Arc<Shared>,
    people: HashMap<Uuid, Person>,
    /// Who here may want to hear of a pod.
    pods: HashMap<Uuid, HashSet<Uuid>>,
    /// Pods whose activity is to be told.
    due: HashSet<Uuid>,
    /// When a pod's activity was told last, for as long as that matters.
    told: HashMap<Uuid, Instant>,
    reading: bool,
}

struct Person {
    topic: Topic,
    sessions: HashMap<SubscriptionId, RelayHandle>,
    pods: HashSet<Uuid>,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Notice {
    pod_id: Uuid,
    lines: Vec<(Kind, Uuid)>,
}

#[derive(Message)]
#[rtype(result = "Result<()>")]
struct Watch {
    user_id: Uuid,
    subscription: SubscriptionId,
    relay: RelayHandle,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Unwatch {
    user_id: Uuid,
    subscription: SubscriptionId,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Read {
    pod_id: Uuid,
    mark: Mark,
}

impl Actor for Inbox {
    type Context = Context<Self>;
}

impl Inbox {
    fn tell(&self, user_id: Uuid, event: &str, payload: &Value) {
        let Some(person) = self.people.get(&user_id) else { return };
        let text = frame::push(person.topic.as_str(), event, payload);
        let frame = Arc::new(Frame { text, reach: Reach::State { as_of: 0 } });
        let mut told: Vec<usize> = Vec::new();
        for relay in person.sessions.values() {
            if !told.contains(&relay.id()) {
                told.push(relay.id());
                relay.deliver(&person.topic, vec![Arc::clone(&frame)]);
            }
        }
    }

    fn enter(&mut self, user_id: Uuid, pod_id: Uuid) {
        if let Some(person) = self.people.get_mut(&user_id) {
            person.pods.insert(pod_id);
            self.pods.entry(pod_id).or_default().insert(user_id);
        }
    }

    fn take_out(&mut self, user_id: Uuid, pod_id: Uuid) {
        if let Some(person) = self.people.get_mut(&user_id) {
            person.pods.remove(&pod_id);
        }
        if let Some(watchers) = self.pods.get_mut(&pod_id) {
            watchers.remove(&user_id);
            if watchers.is_empty() {
                self.pods.remove(&pod_id);
                self.due.remove(&pod_id);
                self.told.remove(&pod_id);
            }
        }
    }

    fn line(&mut self, pod_id: Uuid, kind: Kind, user_id: Uuid, ctx: &mut Context<Self>) {
        match kind {
            Kind::Joined if self.people.contains_key(&user_id) => {
                self.enter(user_id, pod_id);
                self.tell_joined(user_id, pod_id, ctx);
            }
            Kind::Left => self.removed(user_id, pod_id, "left"),
            Kind::Removed => self.removed(user_id, pod_id, "removed"),
            Kind::Closed => {
                let watchers: Vec<Uuid> = self.pods.get(&pod_id).into_iter().flatten().copied().collect();
                watchers.into_iter().for_each(|user_id| self.removed(user_id, pod_id, "closed"));
            }
            Kind::Joined | Kind::Text | Kind::Renamed | Kind::OwnerChanged => {}
        }
    }

    fn removed(&mut self, user_id: Uuid, pod_id: Uuid, reason: &str) {
        self.tell(user_id, "pod:removed", &json!({ "pod_id": pod_id, "reason": reason }));
        self.take_out(user_id, pod_id);
    }

    fn tell_joined(&self, user_id: Uuid, pod_id: Uuid, ctx: &mut Context<Self>) {
        let database = self.database.clone();
        let reading =
            async move { database.service(async |conn| live::snapshot(conn, pod_id, Reader::Service).await).await };
        ctx.spawn(wrap_future::<_, Self>(reading).map(move |outcome, inbox, _| match outcome {
            // They may have gone again, and then `pod:removed` was told or is about to be.
            Ok(Some(now)) if now.members.iter().any(|member| member.user_id == user_id) => {
                inbox.tell(user_id, "pod:joined", &json!({ "pod_id": pod_id, "pod": now.pod, "members": now.members }));
            }
            Ok(_) => {}
            Err(cause) => {
                tracing::warn!(%pod_id, %cause, "a joined pod could not be read");
                inbox.tell(user_id, "pod:joined", &json!({ "pod_id": pod_id }));
            }
        }));
    }

    fn tell_activity(&self, activity: &Activity) {
        let Activity { user_id, pod_id, head, unread, last_message } = activity;
        let payload = json!({ "pod_id": pod_id, "head": head, "unread": unread, "last_message": last_message });
        self.tell(*user_id, "pod:activity", &payload);
    }

    fn gather(&mut self, ctx: &mut Context<Self>) {
        if !self.reading && !self.due.is_empty() {
            self.reading = true;
            ctx.run_later(GATHER, Inbox::read);
        }
    }

    fn read(&mut self, ctx: &mut Context<Self>) {
        let now = Instant::now();
        self.told.retain(|_, told| now.saturating_duration_since(*told) < PACE);
        let pods: Vec<Uuid> = self.due.iter().filter(|pod_id| !self.told.contains_key(pod_id)).copied().collect();
        let people: HashSet<Uuid> = pods.iter().filter_map(|pod_id| self.pods.get(pod_id)).flatten().copied().collect();
        for pod_id in &pods {
            self.due.remove(pod_id);
            self.told.insert(*pod_id, now);
        }
        if people.is_empty() {
            self.reading = false;
            // What remains is due later.
            return self.gather(ctx);
        }
        let (database, asked) = (self.database.clone(), pods.clone());
        let reading = async move {
            database.service(async |conn| live::activity(conn, pods, people.into_iter().collect()).await).await
        };
        ctx.spawn(wrap_future::<_, Self>(reading).map(move |outcome: Result<Vec<Activity>>, inbox, ctx| {
            match outcome {
                Ok(rows) => rows.iter().for_each(|activity| inbox.tell_activity(activity)),
                Err(cause) => {
                    tracing::warn!(%cause, "activity could not be read; it will be tried again");
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

    fn handle(&mut self, Notice { pod_id, lines }: Notice, ctx: &mut Self::Context) {
        for (kind, user_id) in lines {
            self.line(pod_id, kind, user_id, ctx);
        }
        if self.shared.lost.swap(false, Ordering::AcqRel) {
            tracing::warn!("notices were lost; all inboxes are read again");
            self.due.extend(self.pods.keys());
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
        let payload = json!({ "pod_id": pod_id, "seq": mark.seq, "unread": mark.unread });
        self.tell(mark.user_id, "read", &payload);
    }
}

impl Handler<Watch> for Inbox {
    type Result = actix::ResponseActFuture<Self, Result<()>>;

    fn handle(&mut self, Watch { user_id, subscription, relay }: Watch, _ctx: &mut Self::Context) -> Self::Result {
        let person = self.people.entry(user_id).or_insert_with(|| Person {
            topic: Topic::of(KIND, user_id),
            sessions: HashMap::new(),
            pods: HashSet::new(),
        });
        person.sessions.insert(subscription, relay);
        let database = self.database.clone();
        let reading = async move { database.service(async |conn| live::pods_of(conn, user_id).await).await };
        Box::pin(wrap_future::<_, Self>(reading).map(move |outcome: Result<Vec<Uuid>>, inbox, _| {
            outcome?.into_iter().for_each(|pod_id| inbox.enter(user_id, pod_id));
            Ok(())
        }))
    }
}

impl Handler<Unwatch> for Inbox {
    type Result = ();

    fn handle(&mut self, Unwatch { user_id, subscription }: Unwatch, _ctx: &mut Self::Context) {
        let Some(person) = self.people.get_mut(&user_id) else { return };
        person.sessions.remove(&subscription);
        if person.sessions.is_empty() {
            let pods: Vec<Uuid> = person.pods.iter().copied().collect();
            pods.into_iter().for_each(|pod_id| self.take_out(user_id, pod_id));
            self.people.remove(&user_id);
        }
    }
}
