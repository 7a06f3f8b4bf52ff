//! Invitations: links by which people join an event and one of its pods in one step.
//!
//! Any member of a pod makes them, with a limit of uses and of time if they like; their maker and the pod's owner
//! revoke them. A pod whose policy is [`Invite`](super::pods::JoinPolicy::Invite) is joined by an invitation, or when
//! its owner admits the person. Accepting one changes the pod's log like any other join, so it is a call of the
//! [journal](super::journal).

mod calls;
pub mod mount;
pub mod preview;
mod routes;
pub mod service;
pub mod store;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use rand::Rng;
use rand::distr::Alphanumeric;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::events::Event;
use crate::foundation::errors::Result;
use crate::foundation::fields::Fields;
use crate::foundation::http::{PagePosition, PublicUrl};
use crate::foundation::schema::invites;

/// The length of a code. 22 of 62 letters and digits are 131 bits, and no program that finds links in text cuts them.
const CODE_CHARS: usize = 22;

/// The highest limit of uses.
pub const MAX_USES: i32 = 1_000;

/// The state of an invitation. Only an `open` one can be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InviteState {
    /// It can be accepted.
    Open,
    /// It was accepted as often as it allows.
    UsedUp,
    /// It has expired.
    Expired,
    /// Its maker or the pod's owner revoked it, or the owner removed its maker.
    Revoked,
    /// The pod has no free seat at the moment.
    Full,
    /// The pod is closed.
    Closed,
}

impl InviteState {
    /// Parses the database's name.
    pub fn read(name: &str) -> Option<Self> {
        match name {
            "open" => Some(InviteState::Open),
            "used_up" => Some(InviteState::UsedUp),
            "expired" => Some(InviteState::Expired),
            "revoked" => Some(InviteState::Revoked),
            "full" => Some(InviteState::Full),
            "closed" => Some(InviteState::Closed),
            _ => None,
        }
    }
}

/// A new invitation.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct NewInvite {
    /// An id of the client's choice, which makes it safe to repeat the request.
    pub id: Option<Uuid>,
    /// When it expires; never if absent.
    pub expires_at: Option<DateTime<Utc>>,
    /// The number of people who may accept it, 1 to 1,000; unlimited if absent.
    #[schema(minimum = 1, maximum = 1000)]
    pub uses: Option<i32>,
}

impl NewInvite {
    /// Checks the values, at the time of `now`.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::foundation::errors::Code::Invalid) with everything that is wrong.
    pub fn check(&self, now: DateTime<Utc>) -> Result<()> {
        let mut fields = Fields::new();
        if let Some(end) = self.expires_at {
            fields.time("/expires_at", end).check(end > now, "/expires_at", "must be in the future");
        }
        if let Some(uses) = self.uses {
            fields.check((1..=MAX_USES).contains(&uses), "/uses", format!("must be between 1 and {MAX_USES}"));
        }
        fields.done()
    }
}

/// An invitation as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = invites)]
pub struct Link {
    id: Uuid,
    code: String,
    pod_id: Uuid,
    created_by: Uuid,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    uses: Option<i32>,
    used: i32,
    revoked_at: Option<DateTime<Utc>>,
}

/// An invitation, as the pod's members see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Invite {
    /// Its id.
    pub id: Uuid,
    /// The secret of the link: 22 letters and digits. Anyone who knows it can accept.
    pub code: String,
    /// The link to share.
    pub url: String,
    /// The pod that it leads into.
    pub pod_id: Uuid,
    /// The member who made it.
    pub created_by: Uuid,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it expires; null if never.
    #[schema(required)]
    pub expires_at: Option<DateTime<Utc>>,
    /// The number of people who may accept it; null if unlimited.
    #[schema(required)]
    pub uses: Option<i32>,
    /// The number of people who have accepted it.
    pub used: i32,
    /// When it was revoked, or its maker removed.
    #[schema(required)]
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Link {
    /// Returns it as a server at this address shows it.
    pub fn at(self, public: &PublicUrl) -> Invite {
        let Link { id, code, pod_id, created_by, created_at, expires_at, uses, used, revoked_at } = self;
        let url = public.to(&format!("/i/{code}"));
        Invite { id, code, url, pod_id, created_by, created_at, expires_at, uses, used, revoked_at }
    }
}

impl Invite {
    /// Returns its position in the list of its pod.
    pub fn place(&self) -> PagePosition {
        PagePosition { time: self.created_at, id: self.id }
    }
}

/// An invitation, as anyone sees it who has the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Preview {
    /// Its state now.
    pub state: InviteState,
    /// The pod.
    pub pod: InvitingPod,
    /// Its event.
    pub event: Event,
    /// The member who made it.
    pub invited_by: Inviter,
    /// When it expires; null if never.
    #[schema(required)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A pod, as an invitation shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InvitingPod {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The number of its seats.
    pub seats: i16,
    /// The number of free seats; 0 if the pod is closed.
    pub free_seats: i32,
}

/// The person who invites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Inviter {
    /// Their name.
    pub display_name: String,
}

/// The place that the caller has joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Accepted {
    /// The pod.
    pub pod_id: Uuid,
    /// The event.
    pub event_id: Uuid,
    /// The caller's seat, from 1.
    pub seat: i16,
}

/// Makes a code that cannot be guessed.
pub fn new_code() -> String {
    rand::rng().sample_iter(Alphanumeric).take(CODE_CHARS).map(char::from).collect()
}

/// Returns whether this has the form of a code. Other texts are not looked up.
pub fn is_code(text: &str) -> bool {
    text.len() == CODE_CHARS && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn codes_are_of_one_form_and_never_the_same() {
        let codes: HashSet<String> = (0..1_000).map(|_| new_code()).collect();
        assert_eq!(codes.len(), 1_000);
        assert!(codes.iter().all(|code| is_code(code)));
        let letters: HashSet<char> = codes.iter().flat_map(|code| code.chars()).collect();
        assert_eq!(letters.len(), 62, "all letters and digits are used");
        for wrong in ["", "short", &"a".repeat(23), &"-".repeat(22), &"ä".repeat(11)] {
            assert!(!is_code(wrong), "{wrong}");
        }
    }

    #[test]
    fn an_invitation_ends_in_the_future_and_allows_a_use() {
        let now = Utc::now();
        let check = |expires_at, uses| NewInvite { id: None, expires_at, uses }.check(now);
        assert!(check(None, None).is_ok());
        assert!(check(Some(now + TimeDelta::seconds(1)), Some(1)).is_ok());
        assert!(check(None, Some(MAX_USES)).is_ok());
        assert_eq!(check(Some(now), Some(0)).expect_err("two faults").errors.len(), 2);
        assert!(check(Some(DateTime::<Utc>::MAX_UTC), Some(MAX_USES + 1)).is_err());
    }
}
