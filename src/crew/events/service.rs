//! The operations on events.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use parking_lot::RwLock;
use uuid::Uuid;

use super::badges;
use super::counts::{CountedEvent, EventCounts};
use super::hosts::{Host, Role, RoleObserver, Standing};
use super::members::{EventMember, Joining, Membership, MyEvent};
use super::slug::EventKey;
use super::store::search::{Ranked, search};
use super::store::{self, Dated};
use super::{Event, EventChange, Filter, NewEvent, calls};
use crate::crew::feed::hub::EventHub;
use crate::crew::feed::kinds::TallyId;
use crate::crew::journal::service::Journal;
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::db::{Access, Caller, Database};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::http::{Limit, PagePosition};
use crate::foundation::settings::Allowance;

/// The service of events. Cheap to clone.
#[derive(Clone)]
pub struct Events(Arc<Inner>);

struct Inner {
    database: Database,
    journal: Journal,
    hub: Arc<EventHub>,
    members: TallyId,
    counts: EventCounts,
    limit: Option<Allowance>,
    observers: RwLock<Vec<Arc<dyn RoleObserver>>>,
}

impl Events {
    /// Makes the service. `limit` is how many events a person may make in a time.
    pub fn new(
        database: Database,
        journal: Journal,
        hub: Arc<EventHub>,
        members: TallyId,
        limit: Option<Allowance>,
    ) -> Self {
        let (counts, observers) = (EventCounts::new(), RwLock::default());
        Events(Arc::new(Inner { database, journal, hub, members, counts, limit, observers }))
    }

    /// Adds an observer of the roles that this node gives from now on.
    pub fn observe(&self, observer: Arc<dyn RoleObserver>) {
        self.0.observers.write().push(observer);
    }

    /// Makes an event. Also returns whether this call made it, and not an earlier one.
    ///
    /// # Errors
    /// `invalid`; `conflict` when the id or the slug is taken, or there is such an event; `rate_limited`; `unavailable`.
    pub async fn create(&self, who: &SignedIn, new: NewEvent) -> Result<(Event, bool)> {
        let new = new.checked()?;
        let work = async |conn: &mut _| store::create(conn, who.user_id, &new, self.0.limit).await;
        self.0.database.scope(&who.caller, Access::Write, work).await
    }

    /// Returns the events of a filter after a position, by date.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn list(&self, filter: &Filter, after: Option<PagePosition>, limit: Limit) -> Result<Vec<Event>> {
        let work = async |conn: &mut _| store::list(conn, filter, after, limit.rows()).await;
        self.0.database.scope(&Caller::NOBODY, Access::Snapshot, work).await
    }

    /// Returns the events of a filter that match these words, the best match first, each with its score.
    ///
    /// # Errors
    /// `overloaded`, `unavailable`.
    pub async fn search(
        &self,
        words: &str,
        filter: &Filter,
        after: Option<Ranked>,
        limit: Limit,
    ) -> Result<Vec<(Event, i32)>> {
        let work = async |conn: &mut _| search(conn, words, filter, after, limit.rows()).await;
        self.0.database.search(&Caller::NOBODY, work).await
    }

    /// Returns an event.
    ///
    /// # Errors
    /// `not_found`, `unavailable`.
    pub async fn find(&self, key: EventKey) -> Result<Event> {
        self.0.database.scope(&Caller::NOBODY, Access::Snapshot, async |conn| store::find(conn, key).await).await
    }

    /// Returns an event with the times when it was made and changed.
    ///
    /// # Errors
    /// `not_found`, `unavailable`.
    pub async fn find_dated(&self, key: EventKey) -> Result<Dated> {
        self.0.database.scope(&Caller::NOBODY, Access::Snapshot, async |conn| store::find_dated(conn, key).await).await
    }

    /// Returns an event with its counts.
    ///
    /// # Errors
    /// `not_found`, `unavailable`.
    pub async fn counted(&self, key: EventKey) -> Result<CountedEvent> {
        let event = self.find(key).await?;
        let counts = self.0.counts.of(&self.0.database, event.id).await?;
        Ok(CountedEvent { event, counts })
    }

    /// Changes or cancels an event, at the time of `now`.
    ///
    /// # Errors
    /// `invalid`, `forbidden`, `not_found`; `conflict` when it would be the same as another; `unavailable`.
    pub async fn change(&self, who: &SignedIn, id: Uuid, change: EventChange, now: DateTime<Utc>) -> Result<Event> {
        let work = async |conn: &mut _| {
            let event = change.applied_to(store::lock(conn, id).await?, now)?;
            store::save(conn, &event).await
        };
        let event = self.0.database.scope(&who.caller, Access::Write, work).await?;
        self.0.hub.moved(id);
        Ok(event)
    }

    /// Deletes an event that nobody else has joined, and with it all its pods.
    ///
    /// # Errors
    /// `forbidden`, `not_found`; `conflict` when anything in it belongs to another person; `overloaded`, `unavailable`.
    pub async fn delete(&self, who: &SignedIn, id: Uuid) -> Result<()> {
        let turn = self.0.journal.turn(who.user_id)?;
        match self.standing(who, id).await? {
            Standing::Maker => self.0.journal.call(turn, calls::delete(id, who.user_id)).await.map(drop),
            _ => Err(Code::Forbidden.into()),
        }
    }

    /// Joins an event, or changes the membership.
    ///
    /// # Errors
    /// `invalid`, `not_found`, `forbidden` for people who are barred, `rate_limited`, `unavailable`.
    pub async fn join(&self, who: &SignedIn, id: Uuid, joining: &Joining) -> Result<Membership> {
        let badges = badges::worn(&joining.vibe_badges)?;
        let _turn = self.0.journal.turn(who.user_id)?;
        let work = async |conn: &mut _| store::join(conn, id, who.user_id, &badges, joining.hidden).await;
        let membership = self.0.database.scope(&who.caller, Access::Write, work).await?;
        self.members_changed(id);
        Ok(membership)
    }

    /// Sends the number of members to the event's topic. Call it when the number has changed through this node.
    pub fn members_changed(&self, id: Uuid) {
        self.0.hub.counted(id, self.0.members);
    }

    /// Leaves an event, and with it all its pods.
    ///
    /// # Errors
    /// `not_member`, `not_found`, `rate_limited`, `overloaded`, `unavailable`.
    pub async fn leave(&self, who: &SignedIn, id: Uuid) -> Result<()> {
        let turn = self.0.journal.turn(who.user_id)?;
        let work = async |conn: &mut _| store::require_member(conn, id, who.user_id).await;
        self.0.database.scope(&who.caller, Access::Snapshot, work).await?;
        self.0.journal.call(turn, calls::leave(id, who.user_id)).await.map(drop)
    }

    /// Bars a person from an event, a member or not, on behalf of its maker or a host: ends the membership in the event
    /// and all its pods, and keeps the person out until they are admitted.
    ///
    /// # Errors
    /// `forbidden` for other members, and for hosts about the maker or a host; `not_member`; `not_found` also when there
    /// is no such person; `invalid` for oneself; `rate_limited`, `overloaded`, `unavailable`.
    pub async fn remove(&self, who: &SignedIn, id: Uuid, user_id: Uuid) -> Result<()> {
        let turn = self.0.journal.turn(who.user_id)?;
        self.require_host(who, id).await?;
        self.0.journal.call(turn, calls::remove(id, who.user_id, user_id)).await.map(drop)
    }

    /// Lets a person who is barred join the event again, on behalf of its maker or a host.
    ///
    /// # Errors
    /// `forbidden`, `not_member`, `not_found`, `rate_limited`, `unavailable`.
    pub async fn admit(&self, who: &SignedIn, id: Uuid, user_id: Uuid) -> Result<()> {
        let _turn = self.0.journal.turn(who.user_id)?;
        self.require_host(who, id).await?;
        let work = async |conn: &mut _| store::bars::admit(conn, id, who.user_id, user_id).await;
        self.0.database.scope(&who.caller, Access::Write, work).await
    }

    async fn require_host(&self, who: &SignedIn, id: Uuid) -> Result<()> {
        match self.standing(who, id).await? {
            Standing::Maker | Standing::Host => Ok(()),
            Standing::Member => Err(Code::Forbidden.into()),
            Standing::Outsider => Err(Error::because(Code::NotMember, "the caller must be a member of the event")),
        }
    }

    /// Returns the caller's standing in the event.
    async fn standing(&self, who: &SignedIn, id: Uuid) -> Result<Standing> {
        let work = async |conn: &mut _| store::hosts::standing(conn, id, who.user_id).await;
        self.0.database.scope(&who.caller, Access::Snapshot, work).await
    }

    /// Returns the members of an event in the order in which they joined; with `badge` only members with that badge.
    ///
    /// # Errors
    /// `not_member`, `not_found`, `unavailable`; with `badge` also `overloaded`.
    pub async fn members(
        &self,
        who: &SignedIn,
        id: Uuid,
        badge: Option<&str>,
        after: Option<PagePosition>,
        limit: Limit,
    ) -> Result<Vec<EventMember>> {
        let work = async |conn: &mut _| {
            store::require_member(conn, id, who.user_id).await?;
            store::members(conn, id, badge, after, limit.rows()).await
        };
        // A badge that few wear is looked for in all members.
        match badge {
            Some(_) => self.0.database.search(&who.caller, work).await,
            None => self.0.database.scope(&who.caller, Access::Snapshot, work).await,
        }
    }

    /// Returns the hosts of an event whom the caller may see, in the order in which they joined.
    ///
    /// # Errors
    /// `not_member`, `not_found`, `unavailable`.
    pub async fn hosts(&self, who: &SignedIn, id: Uuid) -> Result<Vec<Host>> {
        let work = async |conn: &mut _| {
            let standing = store::hosts::standing(conn, id, who.user_id).await?;
            if standing == Standing::Outsider && !who.caller.moderator {
                return Err(Error::because(Code::NotMember, "the caller must be a member of the event"));
            }
            store::hosts::list(conn, id).await
        };
        self.0.database.scope(&who.caller, Access::Snapshot, work).await
    }

    /// Gives a member a role, on behalf of the event's maker. The member's devices receive it.
    ///
    /// # Errors
    /// `forbidden`, `not_member`; `not_found` also when the person is not a member; `unavailable`.
    pub async fn set_role(&self, who: &SignedIn, id: Uuid, user_id: Uuid, role: Role) -> Result<()> {
        let work = async |conn: &mut _| {
            if store::hosts::standing(conn, id, who.user_id).await? == Standing::Outsider {
                return Err(Error::because(Code::NotMember, "the caller must be a member of the event"));
            }
            store::hosts::set(conn, id, who.user_id, user_id, role).await
        };
        self.0.database.scope(&who.caller, Access::Write, work).await?;
        for observer in self.0.observers.read().iter() {
            observer.role_changed(id, user_id, role);
        }
        Ok(())
    }

    /// Returns the events of which the caller is a member, the latest first.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn of_member(&self, who: &SignedIn, before: Option<PagePosition>, limit: Limit) -> Result<Vec<MyEvent>> {
        let work = async |conn: &mut _| store::of_member(conn, who.user_id, before, limit.rows()).await;
        self.0.database.scope(&who.caller, Access::Snapshot, work).await
    }
}
