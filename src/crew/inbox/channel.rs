//! `user:<id>`: one's own topic. What it tells comes from the [actor](super::actor).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::service::Inboxes;
use crate::foundation::auth::Tokens;
use crate::foundation::errors::{Code, Error, Result};
use crate::realtime::channel::{Admission, Answer, Channel, Joining, Member, Response, loose_payload, response};
use crate::realtime::join_data::{Fields, as_object};
use crate::realtime::session;

/// Serves everyone's own topic.
pub struct UserChannel {
    inboxes: Inboxes,
    tokens: Arc<Tokens>,
}

impl UserChannel {
    /// Serves these inboxes; `tokens` judges renewals.
    pub fn new(inboxes: Inboxes, tokens: Arc<Tokens>) -> Self {
        UserChannel { inboxes, tokens }
    }

    /// The socket lives on with a newer token of the same person.
    fn renew(&self, member: &Member<'_>, raw: &RawValue) -> Result<Response> {
        #[derive(Deserialize)]
        struct Renewal {
            token: String,
        }
        let Renewal { token } = loose_payload(raw)?;
        let identity = self.tokens.verify(&token)?;
        if identity.user_id != member.session.user_id() {
            return Err(Error::because(Code::Forbidden, "the token is somebody else's"));
        }
        member.session.outbox.renew(session::expiry(&identity));
        member.session.outbox.belongs_to(identity.sign_in);
        let expires_at = identity.expires_at;
        *member.session.identity.borrow_mut() = identity;
        response(&json!({ "expires_at": expires_at }))
    }
}

#[derive(Serialize)]
struct JoinReply {
    user_id: Uuid,
    server_time: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    /// What other features add.
    #[serde(flatten, serialize_with = "as_object::serialize")]
    fields: Fields,
}

impl Channel for UserChannel {
    fn join(&self, joining: Joining) -> LocalBoxFuture<'static, Result<Admission>> {
        let inboxes = self.inboxes.clone();
        Box::pin(async move {
            if joining.id != joining.session.user_id() {
                return Err(Error::because(Code::Forbidden, "only one's own topic"));
            }
            let watching = inboxes.watch(joining.id, joining.subscription.id, joining.relay.clone()).await?;
            joining.subscription.hold(watching);
            let expires_at = joining.session.identity.borrow().expires_at;
            // Read after the session watches: what is told meanwhile comes after the answer.
            let fields = inboxes.joined(joining.id).await?;
            let reply = JoinReply { user_id: joining.id, server_time: Utc::now(), expires_at, fields };
            Ok(Admission { response: response(&reply)?, position: 0, floor: 0 })
        })
    }

    fn push(&self, member: &Member<'_>, event: &str, raw: &RawValue) -> Answer {
        match event {
            "access_token" => Answer::Now(self.renew(member, raw)),
            _ => Answer::refuse(Code::UnknownEvent),
        }
    }
}
