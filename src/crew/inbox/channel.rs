//! The topic `user:<id>`, for that person alone. Its events come from the [actor](super::actor).

use std::sync::Arc;

use futures_util::future::LocalBoxFuture;

use super::declared::{AccessTokenPush, TokenTaken, USER, UserJoined};
use super::service::Inboxes;
use crate::foundation::auth::Tokens;
use crate::foundation::errors::{Code, Error, Result};
use crate::realtime::channel::{Admission, Channel, Joining, Member};
use crate::realtime::session;

/// Serves the topics of people.
pub struct UserChannel {
    inboxes: Inboxes,
    tokens: Arc<Tokens>,
}

impl UserChannel {
    /// Makes the channel of these inboxes; `tokens` verifies renewals.
    pub fn new(inboxes: Inboxes, tokens: Arc<Tokens>) -> Self {
        UserChannel { inboxes, tokens }
    }

    /// Keeps the socket open with a newer token of the same person.
    ///
    /// # Errors
    /// `unauthorized` for a token that is not good, `forbidden` for another person's.
    pub fn renew(&self, member: &Member<'_>, push: AccessTokenPush) -> Result<TokenTaken> {
        let AccessTokenPush { token } = push;
        let identity = self.tokens.verify(&token)?;
        if identity.user_id != member.session.user_id() {
            return Err(Error::because(Code::Forbidden, "the token belongs to another person"));
        }
        member.session.outbox.renew(session::expiry(&identity));
        member.session.outbox.belongs_to(identity.sign_in);
        let expires_at = identity.expires_at;
        *member.session.identity.borrow_mut() = identity;
        Ok(TokenTaken { expires_at })
    }
}

impl Channel for UserChannel {
    fn join(&self, joining: Joining) -> LocalBoxFuture<'static, Result<Admission>> {
        let inboxes = self.inboxes.clone();
        Box::pin(async move {
            if joining.id != joining.session.user_id() {
                return Err(Error::because(Code::Forbidden, "only the person's own topic can be joined"));
            }
            let (watching, server_time) =
                inboxes.watch(joining.id, joining.subscription.id, joining.relay.clone()).await?;
            joining.subscription.hold(watching);
            let expires_at = joining.session.identity.borrow().expires_at;
            // Read after the session watches: what is sent meanwhile comes after the answer.
            let added = inboxes.joined(joining.id).await?;
            USER.admit(&UserJoined { user_id: joining.id, server_time, expires_at }, &added, 0, 0)
        })
    }
}
