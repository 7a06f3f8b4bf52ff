//! Who asks: the extractor that every handler with a caller takes, and the profile behind a token.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, LocalBoxFuture};
use parking_lot::RwLock;
use uuid::Uuid;

use super::store;
use crate::foundation::auth::{Identity, Tokens};
use crate::foundation::db::{Access, Caller, Database};
use crate::foundation::errors::{Error, Result};
use crate::foundation::recent::Recent;
use crate::realtime::handshake::SignIn;

/// How many people a node remembers at least; twice as many at most.
const REMEMBERED: usize = 50_000;

/// Who wants to know that somebody has come with a token.
pub trait Arrivals: Send + Sync {
    /// Somebody has come, over HTTP or on a socket. `None` when there is nothing to do; else their request waits for it, whatever
    /// comes of it.
    fn arrived(&self, identity: &Identity) -> Option<BoxFuture<'static, ()>>;
}

/// Makes sure that whoever comes with a token has a profile. Cheap to clone.
///
/// It remembers whose profile it has seen, so that only their first request asks Postgres. Who is forgotten costs one statement
/// at their next request.
#[derive(Clone)]
pub struct SignIns(Arc<Inner>);

struct Inner {
    database: Database,
    known: Recent,
    arrivals: RwLock<Vec<Arc<dyn Arrivals>>>,
}

impl SignIns {
    /// Remembers nobody yet.
    pub fn new(database: Database) -> Self {
        SignIns(Arc::new(Inner { database, known: Recent::of_size(REMEMBERED), arrivals: RwLock::default() }))
    }

    /// Tells of everybody who comes from now on.
    pub fn tell(&self, arrivals: Arc<dyn Arrivals>) {
        self.0.arrivals.write().push(arrivals);
    }

    /// Makes sure that the person behind a token has a profile; HTTP and sockets call it alike. Costs a statement the
    /// first time, and none afterwards.
    ///
    /// # Errors
    /// [`Code::Unavailable`](crate::foundation::errors::Code::Unavailable) when Postgres cannot be asked.
    pub async fn ensure(&self, identity: &Identity) -> Result<()> {
        let work: Vec<_> = self.0.arrivals.read().iter().filter_map(|arrivals| arrivals.arrived(identity)).collect();
        for work in work {
            work.await;
        }
        if self.0.known.has(identity.user_id) {
            return Ok(());
        }
        let name = super::first_name(identity.name.as_deref(), identity.email.as_deref());
        let work = async |conn: &mut _| store::ensure(conn, identity.user_id, &name, identity.email.as_deref()).await;
        self.0.database.scope(&Caller::user(identity.user_id), Access::Write, work).await?;
        self.0.known.add(identity.user_id);
        Ok(())
    }

    /// Returns what sockets are signed in by: their token is judged, and its person has a profile after that.
    pub fn of_sockets(&self, tokens: Arc<Tokens>) -> SignIn {
        let sign_ins = self.clone();
        Arc::new(move |token| {
            let (tokens, sign_ins) = (Arc::clone(&tokens), sign_ins.clone());
            async move {
                let identity = tokens.verify(&token)?;
                sign_ins.ensure(&identity).await?;
                Ok(identity)
            }
            .boxed_local()
        })
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

impl SignedIn {
    /// Returns the person of a socket, who has signed in when it was opened.
    pub fn of(user_id: Uuid) -> Self {
        SignedIn { user_id, caller: Caller::user(user_id) }
    }
}

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        async move {
            let identity = Identity::extract(&request).await?;
            let sign_ins = request.app_data::<web::Data<SignIns>>();
            let sign_ins = sign_ins.ok_or_else(|| Error::internal("the server was put together without a part"))?;
            sign_ins.ensure(&identity).await?;
            Ok(SignedIn { user_id: identity.user_id, caller: identity.caller() })
        }
        .boxed_local()
    }
}
