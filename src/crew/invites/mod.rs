//! Invitations: links that let whoever opens them into an event and one of its pods, at once.
//!
//! Any member of a pod makes them, for so many people and for so long as they say; their maker and the pod's owner take
//! them back. Beside the owner's letting in they are the only way into a pod whose policy is
//! [`Invite`](super::pods::JoinPolicy::Invite). Coming in by one is a change of the pod's log like any other join, so
//! it is a call of the [journal](super::journal).

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

/// How long a code is. So many of 62 letters and digits are 131 bits, and survive whatever makes links of texts.
const CODE_CHARS: usize = 22;

/// How many people one link lets in at most, where it says a number.
pub const MAX_USES: i32 = 1_000;

/// What an invitation is good for. An [`Open`](InviteState::Open) one lets in; the others say why they do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InviteState {
    /// It lets in.
    Open,
    /// As many came by it as it was made for.
    UsedUp,
    /// Its time is over.
    Expired,
    /// Its maker or the pod's owner took it back, or the owner removed its maker.
    Revoked,
    /// The pod has no free seat at the moment.
    Full,
    /// There is no such pod any more.
    Closed,
}

impl InviteState {
    /// Reads the database's name.
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

/// A link to be made.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct NewInvite {
    /// The client's own id, which makes it safe to ask again.
    pub id: Option<Uuid>,
    /// From when on it lets nobody in; never if absent.
    pub expires_at: Option<DateTime<Utc>>,
    /// How many people it lets in, 1 to 1,000; any number if absent.
    #[schema(minimum = 1, maximum = 1000)]
    pub uses: Option<i32>,
}

impl NewInvite {
    /// Looks at the values, at the time of `now`.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::foundation::errors::Code::Invalid) with everything that is out of its bounds.
    pub fn check(&self, now: DateTime<Utc>) -> Result<()> {
        let mut fields = Fields::new();
        if let Some(end) = self.expires_at {
            fields.time("/expires_at", end).check(end > now, "/expires_at", "must lie ahead");
        }
        if let Some(uses) = self.uses {
            fields.check((1..=MAX_USES).contains(&uses), "/uses", format!("must be 1 to {MAX_USES}"));
        }
        fields.done()
    }
}

/// A link as it is stored.
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
    /// Whoever knows this may come in: 22 letters and digits.
    pub code: String,
    /// The link to share.
    pub url: String,
    /// The pod that it leads into.
    pub pod_id: Uuid,
    /// The member who made it.
    pub created_by: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
    /// From when on it lets nobody in.
    #[schema(required)]
    pub expires_at: Option<DateTime<Utc>>,
    /// How many it lets in.
    #[schema(required)]
    pub uses: Option<i32>,
    /// How many it has let in.
    pub used: i32,
    /// When it was taken back, or its maker removed.
    #[schema(required)]
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Link {
    /// As it is shown by a server at this address.
    pub fn at(self, public: &PublicUrl) -> Invite {
        let Link { id, code, pod_id, created_by, created_at, expires_at, uses, used, revoked_at } = self;
        let url = public.to(&format!("/i/{code}"));
        Invite { id, code, url, pod_id, created_by, created_at, expires_at, uses, used, revoked_at }
    }
}

impl Invite {
    /// Its place in the list of its pod.
    pub fn place(&self) -> PagePosition {
        PagePosition { time: self.created_at, id: self.id }
    }
}

/// What whoever has the link is told before they come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Preview {
    /// What it is good for now.
    pub state: InviteState,
    /// The pod.
    pub pod: InvitingPod,
    /// Its event.
    pub event: Event,
    /// Who made the link.
    pub invited_by: Inviter,
    /// From when on it lets nobody in.
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
    /// How many may be in it.
    pub seats: i16,
    /// How many seats nobody has taken; none of a pod that is closed.
    pub free_seats: i32,
}

/// Who invites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Inviter {
    /// Their name.
    pub display_name: String,
}

/// Where one has come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Accepted {
    /// The pod.
    pub pod_id: Uuid,
    /// The event.
    pub event_id: Uuid,
    /// One's seat, from 1.
    pub seat: i16,
}

/// A new code, which nobody can guess.
pub fn new_code() -> String {
    rand::rng().sample_iter(Alphanumeric).take(CODE_CHARS).map(char::from).collect()
}

/// Whether this may be a code. What is none is not asked for.
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
    fn a_link_ends_ahead_and_lets_somebody_in() {
        let now = Utc::now();
        let check = |expires_at, uses| NewInvite { id: None, expires_at, uses }.check(now);
        assert!(check(None, None).is_ok());
        assert!(check(Some(now + TimeDelta::seconds(1)), Some(1)).is_ok());
        assert!(check(None, Some(MAX_USES)).is_ok());
        assert_eq!(check(Some(now), Some(0)).expect_err("two faults").errors.len(), 2);
        assert!(check(Some(DateTime::<Utc>::MAX_UTC), Some(MAX_USES + 1)).is_err());
    }
}
