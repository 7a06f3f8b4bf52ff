//! The operations on profiles.

use uuid::Uuid;

use super::sign_in::SignedIn;
use super::{Me, MeChange, Profile, store};
use crate::foundation::db::{Access, Database};
use crate::foundation::errors::Result;

/// The service of profiles. Cheap to clone.
#[derive(Clone)]
pub struct Profiles(Database);

impl Profiles {
    /// Makes the service.
    pub fn new(database: Database) -> Self {
        Profiles(database)
    }

    /// Returns the caller's profile.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn me(&self, who: &SignedIn) -> Result<Me> {
        self.0.scope(&who.caller, Access::Snapshot, async |conn| store::me(conn, who.user_id).await).await
    }

    /// Changes the caller's profile, and returns it as it is then.
    ///
    /// # Errors
    /// `invalid`, `unavailable`.
    pub async fn change(&self, who: &SignedIn, change: MeChange) -> Result<Me> {
        let change = change.checked()?;
        let work = async |conn: &mut _| store::change(conn, who.user_id, change).await;
        self.0.scope(&who.caller, Access::Write, work).await
    }

    /// Returns the profiles of these people that the caller may see, in no order.
    ///
    /// # Errors
    /// `unavailable`.
    pub async fn people(&self, who: &SignedIn, ids: &[Uuid]) -> Result<Vec<Profile>> {
        self.0.scope(&who.caller, Access::Snapshot, async |conn| store::people(conn, ids).await).await
    }

    /// Returns another person's profile.
    ///
    /// # Errors
    /// `not_found`, also if the caller may not see it; `unavailable`.
    pub async fn profile(&self, who: &SignedIn, id: Uuid) -> Result<Profile> {
        self.0.scope(&who.caller, Access::Snapshot, async |conn| store::profile(conn, id).await).await
    }
}
