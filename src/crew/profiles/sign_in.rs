//! The caller of a request: the extractor that handlers take, and the profile that belongs to a token.

use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, LocalBoxFuture};
use parking_lot::RwLock;
use uuid::Uuid;

use super::store;
use crate::foundation::auth::{Identity, Tokens};
use crate::foundation::db::{Access, Caller, Database};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::recent::Recent;
use crate::realtime::handshake::SignIn;

/// How many people a node remembers: at least this many, at most twice as many.
const REMEMBERED: usize = 50_000;

/// Observes the use of tokens.
pub trait Arrivals: Send + Sync {
    /// Handles a token that was presented, over HTTP or on a socket. `None` when there is nothing to do; else the
    /// request waits for the work, and goes on whether it succeeds or not.
    fn arrived(&self, identity: &Identity) -> Option<BoxFuture<'static, ()>>;
}

/// Ensures that the person of a token has a profile. Cheap to clone.
///
/// It remembers which profiles exist, so that only a person's first request asks Postgres. A forgotten person costs one
/// statement at their next request.
#[derive(Clone)]
pub struct SignIns(Arc<Inner>);

struct Inner {
    database: Database,
    known: Recent,
    arrivals: RwLock<Vec<Arc<dyn Arrivals>>>,
}

impl SignIns {
    /// Makes one that remembers nobody.
    pub fn new(database: Database) -> Self {
        SignIns(Arc::new(Inner { database, known: Recent::of_size(REMEMBERED), arrivals: RwLock::default() }))
    }

    /// Adds an observer of the tokens that are presented from now on.
    pub fn observe(&self, arrivals: Arc<dyn Arrivals>) {
        self.0.arrivals.write().push(arrivals);
    }

    /// Ensures that the person of a token has a profile, for HTTP and sockets alike. Costs a statement the first time,
    /// and none afterwards.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when Postgres is unreachable.
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

    /// Returns the function that signs sockets in: it verifies the token, and ensures that its person has a profile.
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

/// A caller who is signed in and has a profile.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The person.
    pub user_id: Uuid,
    /// The identity under which the request's transactions run.
    pub caller: Caller,
    /// Whether the e-mail address of their account is confirmed, or need not be.
    pub confirmed: bool,
}

impl SignedIn {
    /// Returns the person of a socket, who signed in when it was opened.
    pub fn of(user_id: Uuid) -> Self {
        SignedIn { user_id, caller: Caller::user(user_id), confirmed: true }
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
            let sign_ins = sign_ins.ok_or_else(|| Error::internal("no SignIns in the app's data"))?;
            sign_ins.ensure(&identity).await?;
            Ok(SignedIn { user_id: identity.user_id, caller: identity.caller(), confirmed: identity.confirmed })
        }
        .boxed_local()
    }
}

/// A caller who is signed in, and whose e-mail address is confirmed or need not be: for what others see who did not
/// ask for it. Without it a person may join events, and talk in pods to which they were invited.
#[derive(Debug, Clone)]
pub struct Confirmed(SignedIn);

impl Deref for Confirmed {
    type Target = SignedIn;

    fn deref(&self) -> &SignedIn {
        &self.0
    }
}

impl FromRequest for Confirmed {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let signed_in = SignedIn::from_request(request, payload);
        async move {
            let who = signed_in.await?;
            if who.confirmed { Ok(Confirmed(who)) } else { Err(Code::Unconfirmed.into()) }
        }
        .boxed_local()
    }
}

/// A caller who need not be signed in. A token that is there must be valid.
#[derive(Debug, Clone)]
pub struct Visitor(Option<SignedIn>);

impl Visitor {
    /// Returns the person, if they are signed in.
    pub fn user_id(&self) -> Option<Uuid> {
        self.0.as_ref().map(|who| who.user_id)
    }

    /// Returns the identity under which the request's transactions run.
    pub fn caller(&self) -> Caller {
        self.0.as_ref().map_or(Caller::NOBODY, |who| who.caller)
    }
}

impl FromRequest for Visitor {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !request.headers().contains_key(AUTHORIZATION) {
            return async { Ok(Visitor(None)) }.boxed_local();
        }
        let signed_in = SignedIn::from_request(request, payload);
        async move { Ok(Visitor(Some(signed_in.await?))) }.boxed_local()
    }
}
