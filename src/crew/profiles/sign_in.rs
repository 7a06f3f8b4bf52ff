//! Who asks: the extractor that every handler with a caller takes, and the profile behind a token.

use std::collections::HashSet;
use std::mem;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use parking_lot::Mutex;
use uuid::Uuid;

use super::store;
use crate::crew::accounts;
use crate::foundation::auth::Identity;
use crate::foundation::db::{Access, Caller, Database};
use crate::foundation::errors::{Error, Result};

/// How many people a node remembers at least; twice as many at most, of 16 bytes each.
const REMEMBERED: usize = 50_000;

/// Which people are known to have a profile, so that only their first request asks Postgres. An account's pairs of tokens,
/// which are known to have arrived, are remembered among them by an id of their own.
///
/// Bounded by generations: when the young one is full it becomes the old one, and the old one is forgotten. Who is
/// forgotten costs one statement at their next request.
#[derive(Debug)]
pub struct KnownProfiles {
    generations: Mutex<Generations>,
    size: usize,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashSet<Uuid>,
    old: HashSet<Uuid>,
}

impl KnownProfiles {
    /// Remembers nobody yet.
    pub fn new() -> Self {
        KnownProfiles::of_size(REMEMBERED)
    }

    fn of_size(size: usize) -> Self {
        KnownProfiles { generations: Mutex::default(), size }
    }

    /// Whether this person's profile was seen. Keeps those who come often.
    fn has(&self, user_id: Uuid) -> bool {
        let mut generations = self.generations.lock();
        if generations.young.contains(&user_id) {
            return true;
        }
        let known = generations.old.contains(&user_id);
        if known {
            generations.add(user_id, self.size);
        }
        known
    }

    fn add(&self, user_id: Uuid) {
        self.generations.lock().add(user_id, self.size);
    }
}

impl Default for KnownProfiles {
    fn default() -> Self {
        KnownProfiles::new()
    }
}

impl Generations {
    fn add(&mut self, user_id: Uuid, size: usize) {
        if self.young.len() >= size {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(user_id);
    }
}

/// Makes sure that the person behind a token has a profile; HTTP and sockets call it alike. Costs a statement the
/// first time, and none afterwards.
///
/// # Errors
/// [`Code::Unavailable`](crate::foundation::errors::Code::Unavailable) when Postgres cannot be asked.
pub async fn ensure(database: &Database, known: &KnownProfiles, identity: &Identity) -> Result<()> {
    receipt(database, known, identity).await;
    if known.has(identity.user_id) {
        return Ok(());
    }
    let name = super::first_name(identity.name.as_deref(), identity.email.as_deref());
    let caller = Caller::user(identity.user_id);
    database
        .scope(&caller, Access::Write, async |conn| {
            store::ensure(conn, identity.user_id, &name, identity.email.as_deref()).await
        })
        .await?;
    known.add(identity.user_id);
    Ok(())
}

/// Notes that the pair of tokens arrived which this one is of, once a pair. It is for telling a lost answer from a thief, and
/// nobody is kept waiting or out if it cannot be noted.
async fn receipt(database: &Database, known: &KnownProfiles, identity: &Identity) {
    let (Some(sign_in), Some(generation)) = (identity.sign_in, identity.generation) else { return };
    if known.has(generation) {
        return;
    }
    match database.service(async |conn| accounts::store::seen(conn, sign_in, generation).await).await {
        Ok(()) => known.add(generation),
        Err(error) => tracing::debug!(%error, "cannot note that tokens arrived"),
    }
}

/// One who has signed in, and has a profile.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The person.
    pub user_id: Uuid,
    /// On whose behalf the request's transactions run.
    pub caller: Caller,
}

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            let identity = Identity::extract(&request).await?;
            ensure(part::<Database>(&request)?, part::<KnownProfiles>(&request)?, &identity).await?;
            Ok(SignedIn { user_id: identity.user_id, caller: identity.caller() })
        }
        .boxed_local()
    }
}

fn part<T: 'static>(request: &HttpRequest) -> Result<&web::Data<T>> {
    request.app_data::<web::Data<T>>().ok_or_else(|| Error::internal("the server was put together without a part"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_are_bounded_and_the_frequent_stay() {
        let known = KnownProfiles::of_size(10);
        let frequent = Uuid::now_v7();
        known.add(frequent);
        for _ in 0..1_000 {
            known.add(Uuid::now_v7());
            assert!(known.has(frequent));
        }
        let generations = known.generations.lock();
        assert!(generations.young.len() + generations.old.len() <= 20);
    }

    #[test]
    fn the_rare_are_forgotten() {
        let known = KnownProfiles::of_size(10);
        let rare = Uuid::now_v7();
        known.add(rare);
        (0..30).for_each(|_| known.add(Uuid::now_v7()));
        assert!(!known.has(rare));
    }
}
