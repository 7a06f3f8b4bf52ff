//! The operations on meet points.

use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::{MeetPoint, NewMeetPoint, store};
use crate::crew::events;
use crate::crew::events::hosts::Standing;
use crate::crew::events::slug::EventKey;
use crate::crew::feed::hub::EventHub;
use crate::crew::profiles::sign_in::{SignedIn, Visitor};
use crate::foundation::db::{Access, Database};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::http::IfMatch;

/// The service of meet points. Cheap to clone.
#[derive(Clone)]
pub struct MeetPoints {
    database: Database,
    hub: Arc<EventHub>,
}

impl MeetPoints {
    /// Makes the service.
    pub fn new(database: Database, hub: Arc<EventHub>) -> Self {
        MeetPoints { database, hub }
    }

    /// Returns an event's meet point: for its members, its hosts and its maker, and for everybody if the event says so.
    ///
    /// # Errors
    /// `not_member`; `not_found` when there is no such event, or no meet point; `unavailable`.
    pub async fn find(&self, who: &Visitor, event_id: Uuid) -> Result<MeetPoint> {
        let work = async |conn: &mut _| match store::find(conn, event_id).await? {
            Some(meet_point) => Ok(meet_point),
            None => Err(absent(conn, who, event_id).await?),
        };
        self.database.scope(&who.caller(), Access::Snapshot, work).await
    }

    /// Sets an event's meet point, or replaces the version that the condition names. Also returns whether it is new.
    ///
    /// # Errors
    /// `invalid`, `forbidden`, `not_member`, `not_found`; `precondition_failed` when it has another version, or there is
    /// none; `precondition_required` when there is one, and no condition; `unavailable`.
    pub async fn put(
        &self,
        who: &SignedIn,
        event_id: Uuid,
        new: NewMeetPoint,
        condition: &IfMatch,
    ) -> Result<(MeetPoint, bool)> {
        let new = new.checked()?;
        let work = async |conn: &mut _| {
            let sets = may_set(conn, who, event_id).await?;
            if *condition != IfMatch::Absent {
                let replaced = store::replace(conn, event_id, &new, versions(condition)).await?;
                return match replaced {
                    Some(meet_point) => Ok((meet_point, false)),
                    None => Err(outdated(conn, event_id).await?),
                };
            }
            let created = if sets { store::create(conn, event_id, who.user_id, &new).await? } else { None };
            match created {
                Some(meet_point) => Ok((meet_point, true)),
                None if store::find(conn, event_id).await?.is_some() => Err(Code::PreconditionRequired.into()),
                None => Err(not_a_host()),
            }
        };
        let put = self.database.scope(&who.caller, Access::Write, work).await?;
        self.hub.moved(event_id);
        Ok(put)
    }

    /// Removes an event's meet point, if it has the version that the condition names.
    ///
    /// # Errors
    /// `forbidden`, `not_member`, `not_found`; `precondition_failed` when it has another version, or there is none;
    /// `unavailable`.
    pub async fn remove(&self, who: &SignedIn, event_id: Uuid, condition: &IfMatch) -> Result<()> {
        let work = async |conn: &mut _| {
            may_set(conn, who, event_id).await?;
            match store::remove(conn, event_id, versions(condition)).await? {
                true => Ok(()),
                false if *condition == IfMatch::Absent => Err(none()),
                false => Err(outdated(conn, event_id).await?),
            }
        };
        self.database.scope(&who.caller, Access::Write, work).await?;
        self.hub.moved(event_id);
        Ok(())
    }
}

/// Checks that the caller may change the event's meet point. Returns whether they may also set one where there is none:
/// a moderator may not.
async fn may_set(conn: &mut AsyncPgConnection, who: &SignedIn, event_id: Uuid) -> Result<bool> {
    match events::store::hosts::standing(conn, event_id, who.user_id).await? {
        Standing::Maker | Standing::Host => Ok(true),
        _ if who.caller.moderator => Ok(false),
        Standing::Member => Err(not_a_host()),
        Standing::Outsider => Err(not_a_member()),
    }
}

/// Returns the reason why the caller found no meet point.
async fn absent(conn: &mut AsyncPgConnection, who: &Visitor, event_id: Uuid) -> Result<Error> {
    let event = events::store::find(conn, EventKey::Id(event_id)).await?;
    if event.meet_point_public || who.caller().moderator {
        return Ok(none());
    }
    let standing = match who.user_id() {
        Some(user_id) => events::store::hosts::standing(conn, event_id, user_id).await?,
        None => Standing::Outsider,
    };
    Ok(if standing == Standing::Outsider { not_a_member() } else { none() })
}

/// Returns the reason why no version of a condition is the current one.
async fn outdated(conn: &mut AsyncPgConnection, event_id: Uuid) -> Result<Error> {
    Ok(match store::find(conn, event_id).await? {
        Some(_) => Error::new(Code::PreconditionFailed),
        None => Error::because(Code::PreconditionFailed, "the event has no meet point any more"),
    })
}

fn versions(condition: &IfMatch) -> Option<&[Uuid]> {
    match condition {
        IfMatch::Versions(versions) => Some(versions),
        IfMatch::Absent | IfMatch::Any => None,
    }
}

fn none() -> Error {
    Error::because(Code::NotFound, "the event has no meet point")
}

fn not_a_host() -> Error {
    Error::because(Code::Forbidden, "only the event's maker and its hosts may set the meet point")
}

fn not_a_member() -> Error {
    Error::because(Code::NotMember, "the caller must be a member of the event")
}
