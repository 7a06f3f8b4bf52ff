//! The operations on pods, used by HTTP and by sockets alike.

use std::sync::{Arc, Weak};

use actix::{Actor, Addr};
use uuid::Uuid;

use super::actor::PodActor;
use super::dto::{Order, PodDetail, PodView};
use super::hub::PodHub;
use super::observer::Observer;
use super::read_marks::ReadMarks;
use super::repairs::Repairs;
use super::settings::JoinLimits;
use super::sweep::Sweep;
use super::under_way::UnderWay;
use super::{JoinPolicy, NewPod, actor, calls, store};
use crate::crew::events;
use crate::crew::events::service::Events;
use crate::crew::feed::hub::EventHub;
use crate::crew::journal::Turn;
use crate::crew::journal::amend::Amend;
use crate::crew::journal::append::Append;
use crate::crew::journal::call::{Call, Done};
use crate::crew::journal::service::Journal;
use crate::crew::messages::{self, Amended, Amendment, MessagePage, NewMessage, Sent, Span};
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::db::{Access, Database};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::http::{Limit, PagePosition};
use crate::foundation::limits::Rates;
use crate::foundation::settings::Limits;
use crate::realtime::bus::Receive;
use crate::realtime::domain::Parts;
use crate::realtime::hub::{Hub, Receivers};
use crate::realtime::join_data::Joins;

/// The pods of this node. Cheap to clone.
#[derive(Clone)]
pub struct Pods(Arc<Inner>);

struct Inner {
    database: Database,
    journal: Journal,
    hub: Arc<PodHub>,
    /// The receivers of packets from other nodes.
    receivers: Receivers,
    marks: ReadMarks,
    repairs: Repairs,
    limits: Limits,
    joins: JoinLimits,
    messages: Rates<Uuid>,
    typing: Rates<Uuid>,
    under_way: UnderWay,
}

impl Pods {
    /// Starts the pods: delivers what the journal and other nodes commit. The sweep finds what the bus has lost.
    pub fn start(parts: &Parts, feed: Arc<EventHub>, events: Events, journal: Journal) -> Self {
        let (database, limits, threads) = (&parts.database, &parts.settings.limits, &parts.threads);
        let (bus, nodes) = (Arc::clone(&parts.bus), parts.nodes.clone());
        let hub = Arc::new(PodHub::new(bus, nodes.clone(), feed, events, threads.clone()));
        if let Some(nodes) = &nodes {
            threads.spare().spawn(Sweep::new(database.clone(), Arc::clone(&hub), nodes.status()).run());
        }
        journal.deliver_to(hub.clone());
        let (marks, writing) = ReadMarks::new(database.clone(), Arc::clone(&hub));
        threads.spare().spawn(writing);
        let (repairs, reading) = Repairs::new(database.clone());
        threads.spare().spawn(reading);
        Pods(Arc::new(Inner {
            database: database.clone(),
            journal,
            receivers: hub.receivers(),
            hub,
            marks,
            repairs,
            messages: Rates::new("messages", limits.messages),
            typing: Rates::new("typing", limits.typing),
            under_way: UnderWay::default(),
            joins: parts.settings.own::<JoinLimits>(),
            limits: limits.clone(),
        }))
    }

    /// Returns a pod, with its members if the caller is one of them.
    ///
    /// # Errors
    /// `not_found`, also for a pod that the caller cannot see; `unavailable`.
    pub async fn detail(&self, who: &SignedIn, id: Uuid) -> Result<PodDetail> {
        self.0.database.scope(&who.caller, Access::Snapshot, async |conn| store::detail(conn, id).await).await
    }

    /// Returns a pod that the caller has opened, even if it was closed since: a repeat is answered like the first
    /// request.
    ///
    /// # Errors
    /// `not_found`, `unavailable`.
    pub async fn opened(&self, who: &SignedIn, id: Uuid) -> Result<PodDetail> {
        self.0.database.scope(&who.caller, Access::Snapshot, async |conn| store::opened(conn, id).await).await
    }

    /// Returns the pods of an event that are not closed, after a position in this order.
    ///
    /// # Errors
    /// `not_member` of the event, `not_found`, `unavailable`.
    pub async fn of_event(
        &self,
        who: &SignedIn,
        event_id: Uuid,
        order: Order,
        behind: Option<PagePosition>,
        limit: Limit,
    ) -> Result<Vec<PodView>> {
        let work = async |conn: &mut _| {
            events::store::require_member(conn, event_id, who.user_id).await?;
            store::of_event(conn, event_id, order, behind, limit.rows()).await
        };
        self.0.database.scope(&who.caller, Access::Snapshot, work).await
    }

    /// Returns a page of a pod's log, of at most `limit` messages.
    ///
    /// # Errors
    /// `not_member`, `not_found`, `unavailable`.
    pub async fn log(&self, who: &SignedIn, pod_id: Uuid, span: Span, limit: usize) -> Result<MessagePage> {
        let work = async |conn: &mut _| {
            store::require_member(conn, pod_id, who.user_id).await?;
            messages::store::page(conn, pod_id, span, limit).await
        };
        self.0.database.scope(&who.caller, Access::Snapshot, work).await
    }

    /// Opens a pod, whose creator takes seat 1 as its owner. Returns whether this call did it, rather than an earlier
    /// one.
    ///
    /// # Errors
    /// `not_found` and `not_member` of the event, `conflict`, `invalid`, `rate_limited`, and those of
    /// [`Journal::call`].
    pub async fn open(&self, by: Uuid, new: NewPod) -> Result<bool> {
        let (turn, id, event_id) = (self.turn(by)?, new.id, new.event_id);
        let may_open = async |conn: &mut _| {
            // A repeat is answered like the first request, also when the person has left since.
            if store::standing::is_known(conn, id).await? {
                return Ok(());
            }
            events::store::require_member(conn, event_id, by).await
        };
        self.0.database.service(may_open).await?;
        let done = self.call(turn, calls::open(by, new, self.0.limits.pods, self.0.joins)).await?;
        Ok(done.fresh)
    }

    /// Takes the lowest free seat. Returns the seat, or the one that the person has already.
    ///
    /// # Errors
    /// `pod_full`, `not_member` of the event, `forbidden` for people who are not admitted or are barred, `not_found`;
    /// `rate_limited` for people who have joined it too often; `conflict` for people who are in too many pods of the
    /// event.
    pub async fn join(&self, pod_id: Uuid, user_id: Uuid) -> Result<i16> {
        let (turn, limits) = (self.turn(user_id)?, self.0.joins);
        let judge = async |conn: &mut _| store::standing::may_join(conn, pod_id, user_id, limits).await;
        if let Some(seat) = self.0.database.service(judge).await?.judged(calls::refusal)? {
            return Ok(seat);
        }
        let done = self.call(turn, calls::join(pod_id, user_id, limits)).await?;
        done.taken()
    }

    /// Checks that the owner has admitted the person, or that they are a member already.
    ///
    /// # Errors
    /// `unconfirmed`, `unavailable`.
    pub async fn require_admitted(&self, pod_id: Uuid, user_id: Uuid) -> Result<()> {
        let work = async |conn: &mut _| store::realtime::is_admitted(conn, pod_id, user_id).await;
        if self.0.database.service(work).await? { Ok(()) } else { Err(Code::Unconfirmed.into()) }
    }

    /// Takes a person's turn to change memberships or pods.
    ///
    /// # Errors
    /// Those of [`Journal::turn`].
    pub fn turn(&self, by: Uuid) -> Result<Turn> {
        self.0.journal.turn(by)
    }

    /// Submits a call to the journal: one of pods, or of a feature that changes pods by a function of its own.
    ///
    /// # Errors
    /// Those of [`Journal::call`].
    pub async fn call(&self, turn: Turn, call: Call) -> Result<Done> {
        self.0.journal.call(turn, call).await
    }

    /// Returns how often a person may join pods, and how many.
    pub fn join_limits(&self) -> JoinLimits {
        self.0.joins
    }

    /// Submits a member's call. A refusal that needs no lock costs the pod nothing.
    async fn call_as_member(&self, by: Uuid, pod_id: Uuid, call: Call) -> Result<()> {
        let turn = self.turn(by)?;
        self.0.database.service(async |conn| store::standing::require_seat(conn, pod_id, by).await).await?;
        self.call(turn, call).await.map(drop)
    }

    /// Submits the owner's call, likewise.
    async fn call_as_owner(&self, by: Uuid, pod_id: Uuid, call: Call) -> Result<()> {
        let turn = self.turn(by)?;
        self.0.database.service(async |conn| store::standing::require_owner(conn, pod_id, by).await).await?;
        self.call(turn, call).await.map(drop)
    }

    /// Leaves the pod. The longest-standing member follows an owner; when the last member leaves, the pod is closed.
    ///
    /// # Errors
    /// `not_member`, `not_found`, and those of [`Journal::call`].
    pub async fn leave(&self, pod_id: Uuid, user_id: Uuid) -> Result<()> {
        self.call_as_member(user_id, pod_id, calls::leave(pod_id, user_id)).await
    }

    /// Bars a person, a member or not, for the owner. They cannot come back until admitted.
    ///
    /// # Errors
    /// `forbidden`, `not_member`, `not_found`; `invalid` for the owner's own id.
    pub async fn remove(&self, pod_id: Uuid, by: Uuid, user_id: Uuid) -> Result<()> {
        self.call_as_owner(by, pod_id, calls::remove(pod_id, by, user_id)).await
    }

    /// Lets a person take a seat, for the owner: one who is barred, or anyone if the pod is by invitation only.
    ///
    /// # Errors
    /// `forbidden`, `not_member`, `not_found`.
    pub async fn admit(&self, pod_id: Uuid, by: Uuid, user_id: Uuid) -> Result<()> {
        self.call_as_owner(by, pod_id, calls::admit(pod_id, by, user_id)).await
    }

    /// Changes the pod's name or join policy, for the owner.
    ///
    /// # Errors
    /// `forbidden`, `not_member`, `not_found`, `invalid`.
    pub async fn change(
        &self,
        pod_id: Uuid,
        by: Uuid,
        name: Option<String>,
        join_policy: Option<JoinPolicy>,
    ) -> Result<()> {
        self.call_as_owner(by, pod_id, calls::change(pod_id, by, name, join_policy)).await?;
        self.0.hub.changed(pod_id);
        Ok(())
    }

    /// Makes another member the owner, for the owner. A repeat comes from a member who owns the pod no longer.
    ///
    /// # Errors
    /// `forbidden`, `not_member`, `not_found`; `invalid` if the person is not a member.
    pub async fn hand_over(&self, pod_id: Uuid, by: Uuid, user_id: Uuid) -> Result<()> {
        self.call_as_member(by, pod_id, calls::hand_over(pod_id, by, user_id)).await
    }

    /// Closes the pod, for the owner. All memberships end.
    ///
    /// # Errors
    /// `forbidden`, `not_member`, `not_found`.
    pub async fn close(&self, pod_id: Uuid, by: Uuid) -> Result<()> {
        self.call_as_owner(by, pod_id, calls::close(pod_id, by)).await
    }

    /// Sends a message. The order of calls is the order in the log; the future completes once the message is stored.
    ///
    /// # Errors
    /// `invalid`, `rate_limited`, `overloaded`, `unavailable`, `conflict`, `not_member`, `not_found`.
    pub fn send(&self, pod_id: Uuid, user_id: Uuid, message: NewMessage) -> impl Future<Output = Result<Sent>> + use<> {
        let submitted = self.submit(pod_id, user_id, message);
        let submitted = submitted.map(|stored| (stored, self.0.under_way.begin(pod_id, user_id)));
        async move {
            let (stored, under_way) = submitted?;
            let outcome = stored.await;
            drop(under_way);
            outcome
        }
    }

    fn submit(
        &self,
        pod_id: Uuid,
        user_id: Uuid,
        mut message: NewMessage,
    ) -> Result<impl Future<Output = Result<Sent>> + use<>> {
        message.check(self.0.limits.text_chars)?;
        self.0.messages.take(&user_id)?;
        let mentions = message.named();
        let NewMessage { id, text, reply_to, .. } = message;
        let append = Append { pod_id, id, user_id, text, reply_to, mentions };
        Ok(self.0.journal.append(append))
    }

    /// Changes a message, or reacts to it. Order and completion are as in [`Pods::send`]. Idempotent with the same
    /// `op`: a repeat returns the first outcome.
    ///
    /// # Errors
    /// `invalid`, `rate_limited`, `overloaded`, `unavailable`, `not_member`; `not_found` also for a message that does
    /// not exist; `forbidden` for another person's; `conflict` for one that has been deleted.
    pub fn amend(
        &self,
        pod_id: Uuid,
        user_id: Uuid,
        id: Uuid,
        change: Amendment,
        op: Option<Uuid>,
    ) -> impl Future<Output = Result<Amended>> + use<> {
        let checked = change.checked(self.0.limits.text_chars);
        let allowed = checked.and_then(|change| self.0.messages.take(&user_id).map(|()| change));
        let submitted = allowed.map(|change| {
            // The journal needs an op for its own retries.
            let op = op.unwrap_or_else(Uuid::now_v7);
            self.0.journal.amend(Amend { pod_id, id, user_id, change, op })
        });
        async move { submitted?.await }
    }

    /// Sets the person's read mark to `seq`. A mark never moves back, and never above the head.
    ///
    /// # Errors
    /// `invalid`, `not_member`, `not_found`, `overloaded`, `unavailable`.
    pub fn read(&self, pod_id: Uuid, user_id: Uuid, seq: i64) -> impl Future<Output = Result<()>> + use<> {
        let marks = self.0.marks.clone();
        async move {
            if seq < 0 {
                return Err(Error::invalid("/seq", "must not be negative"));
            }
            marks.read(pod_id, user_id, seq).await
        }
    }

    /// Checks that the person may send a typing event now.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn may_type(&self, user_id: Uuid) -> Result<()> {
        self.0.typing.take(&user_id)
    }

    /// Returns the number of the person's messages that are on their way from this node to the pod's log.
    pub(super) fn under_way(&self, pod_id: Uuid, user_id: Uuid) -> u32 {
        self.0.under_way.count(pod_id, user_id)
    }

    /// Returns the sources of fields that features add to join replies of `pod:<id>`. Later changes are
    /// [announced](Hub::announce) on its [`topics`](Pods::topics).
    pub fn joins(&self) -> &Joins {
        self.0.hub.joins()
    }

    /// Notes that a reading has seen this head of the pod's log.
    pub(super) fn reaches(&self, pod_id: Uuid, head: i64) {
        self.0.hub.reaches(pod_id, head);
    }

    /// Adds an observer of pods.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        self.0.hub.observe(observer);
    }

    /// Returns the database.
    pub fn database(&self) -> &Database {
        &self.0.database
    }

    /// Returns the limits, which join replies contain.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Returns the receivers of packets about pods, by kind of topic.
    pub fn receivers(&self) -> impl Iterator<Item = (&'static str, Weak<dyn Receive>)> {
        self.0.receivers.by_kind()
    }

    /// Returns the live topics `pod:<id>`.
    pub fn topics(&self) -> &Hub<PodActor> {
        self.0.hub.topics()
    }

    /// Returns the number of pods that have an actor on this node.
    pub fn live(&self) -> usize {
        self.0.hub.topics().count()
    }

    /// Returns the actor of a pod, starting it if there is none.
    pub(super) fn actor(&self, pod_id: Uuid) -> Addr<PodActor> {
        let inner = &self.0;
        // On the thread of the log's writer, so that commits reach it without a hop between threads.
        let writer = inner.journal.writer(pod_id);
        inner
            .hub
            .topics()
            .find_or_start(pod_id, writer, |thread, start| {
                let (database, repairs) = (inner.database.clone(), inner.repairs.clone());
                let parts = actor::PodActorParts { database, repairs, hub: Arc::clone(inner.hub.topics()) };
                PodActor::start_in_arbiter(thread, move |ctx| PodActor::new(pod_id, start, parts, ctx))
            })
            .address
    }
}
