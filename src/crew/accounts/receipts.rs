//! Notes which pairs of tokens have arrived, once a pair. It is for telling a lost answer from a thief, and nobody is kept waiting
//! or out if it cannot be noted.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::store;
use crate::crew::profiles::sign_in::Arrivals;
use crate::foundation::auth::Identity;
use crate::foundation::db::Database;
use crate::foundation::recent::Recent;

/// How many pairs a node remembers at least; twice as many at most.
const REMEMBERED: usize = 50_000;

/// The pairs that are known to have arrived. One that is forgotten is noted again.
pub(super) struct Receipts {
    database: Database,
    noted: Arc<Recent>,
}

impl Receipts {
    /// None yet.
    pub fn new(database: Database) -> Self {
        Receipts { database, noted: Arc::new(Recent::of_size(REMEMBERED)) }
    }
}

impl Arrivals for Receipts {
    fn arrived(&self, identity: &Identity) -> Option<BoxFuture<'static, ()>> {
        let (sign_in, generation) = identity.sign_in.zip(identity.generation)?;
        if self.noted.has(generation) {
            return None;
        }
        let (database, noted) = (self.database.clone(), Arc::clone(&self.noted));
        let noting = async move {
            match database.service(async |conn| store::seen(conn, sign_in, generation).await).await {
                Ok(()) => noted.add(generation),
                Err(error) => tracing::debug!(%error, "cannot note that tokens arrived"),
            }
        };
        Some(noting.boxed())
    }
}
