//! The operations on invitations.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Accepted, Invite, NewInvite, Preview, calls, is_code, new_code, store};
use crate::crew::journal::service::Journal;
use crate::crew::pods;
use crate::crew::pods::settings::JoinLimits;
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::db::{Access, Caller, Database};
use crate::foundation::errors::{Code, Result};
use crate::foundation::http::{Limit, PagePosition, PublicUrl};

/// The service of invitations. Cheap to clone.
#[derive(Clone)]
pub struct Invites(Arc<Inner>);

struct Inner {
    database: Database,
    journal: Journal,
    joins: JoinLimits,
    public: PublicUrl,
}

impl Invites {
    /// Makes the service, whose links lead to this address.
    pub fn new(database: Database, journal: Journal, joins: JoinLimits, public: PublicUrl) -> Self {
        Invites(Arc::new(Inner { database, journal, joins, public }))
    }

    /// Makes an invitation to a pod, at the time of `now`. Also returns whether this call made it, and not an earlier
    /// one.
    ///
    /// # Errors
    /// `invalid`, `not_member`, `not_found`, `conflict`, `rate_limited`, `unavailable`.
    pub async fn make(
        &self,
        who: &SignedIn,
        pod_id: Uuid,
        new: &NewInvite,
        now: DateTime<Utc>,
    ) -> Result<(Invite, bool)> {
        new.check(now)?;
        // It locks the pod.
        let _turn = self.0.journal.turn(who.user_id)?;
        let id = new.id.unwrap_or_else(Uuid::now_v7);
        let (code, subject) = (new_code(), (id, pod_id, who.user_id));
        let fresh = self.0.database.service(async |conn| store::make(conn, subject, &code, new).await).await?;
        let find = async |conn: &mut _| store::find(conn, id).await;
        let link = self.0.database.scope(&who.caller, Access::Snapshot, find).await?;
        Ok((link.at(&self.0.public), fresh))
    }

    /// Returns a pod's invitations after a position, the newest first.
    ///
    /// # Errors
    /// `not_member`, `not_found`, `unavailable`.
    pub async fn of_pod(
        &self,
        who: &SignedIn,
        pod_id: Uuid,
        before: Option<PagePosition>,
        limit: Limit,
    ) -> Result<Vec<Invite>> {
        let work = async |conn: &mut _| {
            pods::store::require_member(conn, pod_id, who.user_id).await?;
            store::of_pod(conn, pod_id, before, limit.rows()).await
        };
        let links = self.0.database.scope(&who.caller, Access::Snapshot, work).await?;
        Ok(links.into_iter().map(|link| link.at(&self.0.public)).collect())
    }

    /// Revokes an invitation.
    ///
    /// # Errors
    /// `forbidden`, `not_member`, `not_found`, `rate_limited`, `unavailable`.
    pub async fn revoke(&self, who: &SignedIn, pod_id: Uuid, id: Uuid) -> Result<()> {
        let _turn = self.0.journal.turn(who.user_id)?;
        self.0.database.service(async |conn| store::revoke(conn, id, pod_id, who.user_id).await).await
    }

    /// Returns what an invitation shows to anyone who knows the code.
    ///
    /// # Errors
    /// `not_found` when there is no such code; `unavailable`.
    pub async fn preview(&self, code: &str) -> Result<Preview> {
        if !is_code(code) {
            return Err(Code::NotFound.into());
        }
        let work = async |conn: &mut _| store::preview(conn, code).await;
        self.0.database.scope(&Caller::NOBODY, Access::Snapshot, work).await
    }

    /// Accepts an invitation: joins the event and takes the lowest free seat, in one step. A member is answered their
    /// seat, and the invitation is not used.
    ///
    /// # Errors
    /// `pod_full`; `conflict` with the invitation's `state`, or `too_many_pods`; `forbidden` for a person who is barred
    /// from the pod or the event; `not_found`; `rate_limited`, `overloaded`, `unavailable`.
    pub async fn accept(&self, who: &SignedIn, code: String) -> Result<Accepted> {
        let (turn, limits) = (self.0.journal.turn(who.user_id)?, self.0.joins);
        // To learn which pod's log to change, and a refusal that needs no lock.
        let Preview { pod, event, .. } = self.preview(&code).await?;
        let judge = async |conn: &mut _| store::may_accept(conn, &code, who.user_id, limits).await;
        let seat = match self.0.database.service(judge).await?.judged(calls::refusal)? {
            Some(seat) => seat,
            None => self.0.journal.call(turn, calls::accept(pod.id, who.user_id, code, limits)).await?.taken()?,
        };
        Ok(Accepted { pod_id: pod.id, event_id: event.id, seat })
    }
}
