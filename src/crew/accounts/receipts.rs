//! Records which pairs of tokens have arrived, once for each pair: this distinguishes a lost answer from a stolen
//! token. If it cannot be recorded, the request goes on.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::store;
use crate::crew::profiles::sign_in::Arrivals;
use crate::foundation::auth::Identity;
use crate::foundation::db::Database;
use crate::foundation::recent::Recent;

/// How many pairs a node remembers: at least this many, at most twice as many.
const REMEMBERED: usize = 50_000;

/// The pairs that are known to have arrived. A pair that is forgotten is recorded again.
pub(super) struct Receipts {
    database: Database,
    noted: Arc<Recent>,
}

impl Receipts {
    /// Makes an empty record.
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
                Err(error) => tracing::debug!(%error, "cannot record that tokens arrived"),
            }
        };
        Some(noting.boxed())
    }
}
