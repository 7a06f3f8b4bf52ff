//! `pod:<id>`: the live side of a pod, for its members.

use std::collections::BTreeMap;
use std::rc::Rc;

use actix::Addr;
use chrono::Utc;
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::actor::{PodActor, Typing};
use super::service::Pods;
use super::store::realtime::{self, Reader, Snapshot};
use super::{Member as Seat, Pod, store};
use crate::crew::messages::{self, Amendment, Message, MessagePage, NewMessage, PAGE_DEFAULT, PAGE_MAX, Span};
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::db::{Access, Caller};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::settings::Limits;
use crate::realtime::channel::{
    Admission, Answer, Channel, Joining, Member, Response, SessionContext, empty, loose_payload, payload, response,
};
use crate::realtime::enter::enter;
use crate::realtime::join_data::{Fields, as_object};

/// Serves the pods' topics.
pub struct PodChannel {
    pods: Pods,
}

impl PodChannel {
    /// Serves these pods.
    pub fn new(pods: Pods) -> Self {
        PodChannel { pods }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct JoinPayload {
    after: Option<i64>,
    epoch: Option<String>,
}

#[derive(Serialize)]
struct JoinReply<'a> {
    pod: &'a Pod,
    members: &'a [Seat],
    head: i64,
    epoch: &'a str,
    messages: &'a [Message],
    more: bool,
    next: Option<i64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reset: bool,
    server_time: chrono::DateTime<Utc>,
    limits: BTreeMap<&'static str, usize>,
    /// What other features add.
    #[serde(flatten, serialize_with = "as_object::serialize")]
    fields: &'a Fields,
}

#[derive(Deserialize)]
struct HistoryPayload {
    before: Option<i64>,
    after: Option<i64>,
    limit: Option<i64>,
}

#[derive(Deserialize)]
struct TypingPayload {
    on: bool,
}

#[derive(Deserialize)]
struct ReadPayload {
    seq: i64,
}

#[derive(Deserialize)]
struct EditPayload {
    id: Uuid,
    text: String,
    mentions: Option<Vec<Uuid>>,
    op: Option<Uuid>,
}

impl EditPayload {
    fn amendment(self) -> (Uuid, Amendment, Option<Uuid>) {
        (self.id, Amendment::Edit { text: self.text, mentions: self.mentions }, self.op)
    }
}

#[derive(Deserialize)]
struct DeletePayload {
    id: Uuid,
    op: Option<Uuid>,
}

impl DeletePayload {
    fn amendment(self) -> (Uuid, Amendment, Option<Uuid>) {
        (self.id, Amendment::Delete, self.op)
    }
}

#[derive(Deserialize)]
struct ReactionPayload {
    id: Uuid,
    emoji: String,
    on: bool,
    op: Option<Uuid>,
}

impl ReactionPayload {
    fn amendment(self) -> (Uuid, Amendment, Option<Uuid>) {
        (self.id, Amendment::React { emoji: self.emoji, on: self.on }, self.op)
    }
}

impl Channel for PodChannel {
    fn join(&self, joining: Joining) -> LocalBoxFuture<'static, Result<Admission>> {
        let pods = self.pods.clone();
        Box::pin(async move {
            let session = Rc::clone(&joining.session);
            session.in_turn(join(pods, joining)).await
        })
    }

    fn push(&self, member: &Member<'_>, event: &str, raw: &RawValue) -> Answer {
        match event {
            "message:new" => match payload::<NewMessage>(raw) {
                Ok(message) => {
                    let stored = self.pods.send(member.id, member.session.user_id(), message);
                    Answer::later(async move { response(&stored.await?) })
                }
                Err(error) => Answer::refuse(error),
            },
            "history" => match payload::<HistoryPayload>(raw).and_then(span) {
                Ok((span, limit)) => {
                    let read = history(self.pods.clone(), Rc::clone(member.session), member.id, span, limit);
                    Answer::later(async move { response(&read.await?) })
                }
                Err(error) => Answer::refuse(error),
            },
            "typing" => Answer::Now(self.typing(member, raw)),
            "message:edit" => self.amend(member, payload(raw).map(EditPayload::amendment)),
            "message:delete" => self.amend(member, payload(raw).map(DeletePayload::amendment)),
            "reaction:set" => self.amend(member, payload(raw).map(ReactionPayload::amendment)),
            "read" => match payload(raw) {
                Ok(ReadPayload { seq }) => {
                    let stored = self.pods.read(member.id, member.session.user_id(), seq);
                    Answer::later(async move {
                        stored.await?;
                        empty()
                    })
                }
                Err(error) => Answer::refuse(error),
            },
            _ => Answer::refuse(Code::UnknownEvent),
        }
    }

    fn joined(&self, member: &Member<'_>) {
        self.pods.topics().joined(member);
    }
}

impl PodChannel {
    fn amend(&self, member: &Member<'_>, read: Result<(Uuid, Amendment, Option<Uuid>)>) -> Answer {
        match read {
            Ok((id, change, op)) => {
                let stored = self.pods.amend(member.id, member.session.user_id(), id, change, op);
                Answer::later(async move { response(&stored.await?) })
            }
            Err(error) => Answer::refuse(error),
        }
    }

    fn typing(&self, member: &Member<'_>, raw: &RawValue) -> Result<Response> {
        let TypingPayload { on } = payload(raw)?;
        self.pods.may_type(member.session.user_id())?;
        let live = self.pods.topics().find(member.id).ok_or(Code::NotFound)?;
        let under_way = self.pods.under_way(member.id, member.session.user_id());
        live.address
            .try_send(Typing { subscription: member.subscription.id, on, under_way })
            .map_err(|_| Error::new(Code::Overloaded))?;
        empty()
    }
}

async fn join(pods: Pods, joining: Joining) -> Result<Admission> {
    let JoinPayload { after, epoch } = join_payload(&joining.payload)?;
    if after.is_some_and(|after| after < 0) {
        return Err(Error::invalid("/after", "must not be negative"));
    }
    let (pod_id, user_id) = (joining.id, joining.session.user_id());
    let (database, limits, caller) = (pods.database(), pods.limits(), Caller::user(user_id));
    let check = async || {
        let check = async |conn: &mut _| store::require_member(conn, pod_id, user_id).await;
        database.scope(&caller, Access::Snapshot, check).await
    };
    let read = async |conn: &mut _| {
        let Some(snapshot) = realtime::snapshot(conn, pod_id, Reader::Member).await? else {
            store::require_member(conn, pod_id, user_id).await?;
            return Err(Error::new(Code::NotFound));
        };
        let reset = epoch.as_deref().is_some_and(|epoch| epoch != snapshot.epoch)
            || after.is_some_and(|after| after > snapshot.head);
        let page = match after.filter(|_| !reset) {
            Some(after) => messages::store::page(conn, pod_id, Span::After(after), PAGE_MAX).await?,
            None => messages::store::page(conn, pod_id, Span::Newest, PAGE_DEFAULT).await?,
        };
        let fields = pods.joins().read(conn, pod_id, user_id).await?;
        Ok((snapshot, page, reset, fields))
    };
    let read = async |_: &Addr<PodActor>| database.scope(&caller, Access::Snapshot, &read).await;
    let start = || pods.actor(pod_id);
    let (snapshot, page, reset, fields) = enter(pods.topics(), &joining, limits.send_wait, check, start, read).await?;
    // An actor that has received less from the bus repairs itself now, and not at the next sweep.
    pods.reaches(pod_id, snapshot.head);
    let floor = floor(&snapshot, user_id)?;
    Ok(Admission { response: reply(&snapshot, &page, reset, &fields, limits)?, position: snapshot.head, floor })
}

fn join_payload(raw: &RawValue) -> Result<JoinPayload> {
    // Clients of other languages send null where JavaScript's sends {}.
    Ok(loose_payload::<Option<JoinPayload>>(raw)?.unwrap_or_default())
}

fn floor(snapshot: &Snapshot, user_id: Uuid) -> Result<i64> {
    let mut seats = snapshot.members.iter().zip(&snapshot.since);
    let seat = seats.find(|(member, _)| member.user_id == user_id);
    seat.map(|(_, since)| *since).ok_or_else(|| Code::NotMember.into())
}

fn reply(snapshot: &Snapshot, page: &MessagePage, reset: bool, fields: &Fields, limits: &Limits) -> Result<Response> {
    response(&JoinReply {
        pod: &snapshot.pod,
        members: &snapshot.members,
        head: snapshot.head,
        epoch: &snapshot.epoch,
        messages: &page.messages,
        more: page.more,
        next: page.next,
        reset,
        server_time: snapshot.now,
        fields,
        limits: BTreeMap::from([
            ("text_chars", limits.text_chars),
            ("frame_bytes", limits.frame_bytes),
            ("page", PAGE_MAX),
        ]),
    })
}

/// Which stretch a `history` push asks for.
fn span(history: HistoryPayload) -> Result<(Span, usize)> {
    let limit = match history.limit {
        None => PAGE_DEFAULT,
        Some(limit) => usize::try_from(limit)
            .ok()
            .filter(|limit| (1..=PAGE_MAX).contains(limit))
            .ok_or_else(|| Error::invalid("/limit", format!("must be between 1 and {PAGE_MAX}")))?,
    };
    match (history.before, history.after) {
        (Some(before), None) if before >= 0 => Ok((Span::Before(before), limit)),
        (None, Some(after)) if after >= 0 => Ok((Span::After(after), limit)),
        (Some(_), None) | (None, Some(_)) => Err(Error::invalid("", "`before` and `after` must not be negative")),
        (Some(_), Some(_)) | (None, None) => Err(Error::invalid("", "give exactly one of `before` and `after`")),
    }
}

async fn history(
    pods: Pods,
    session: Rc<SessionContext>,
    pod_id: Uuid,
    span: Span,
    limit: usize,
) -> Result<MessagePage> {
    let who = SignedIn::of(session.user_id());
    session.in_turn(pods.log(&who, pod_id, span, limit)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.into()).unwrap()
    }

    #[test]
    fn a_join_takes_any_empty_payload() {
        for text in ["{}", "null", r#"{"other":1}"#] {
            assert!(join_payload(&raw(text)).unwrap().after.is_none());
        }
        assert_eq!(join_payload(&raw(r#"{"after":7}"#)).unwrap().after, Some(7));
        assert!(join_payload(&raw(r#"{"after":"x"}"#)).is_err());
    }

    #[test]
    fn history_goes_one_way_and_has_a_limit() {
        let span = |text: &str| payload::<HistoryPayload>(&raw(text)).and_then(span);
        assert_eq!(span(r#"{"before":9}"#).unwrap(), (Span::Before(9), PAGE_DEFAULT));
        assert_eq!(span(r#"{"after":0,"limit":200}"#).unwrap(), (Span::After(0), 200));
        for odd in [
            "{}",
            r#"{"before":1,"after":1}"#,
            r#"{"after":-1}"#,
            r#"{"after":1,"limit":0}"#,
            r#"{"after":1,"limit":201}"#,
        ] {
            assert_eq!(span(odd).unwrap_err().code, Code::Invalid, "{odd}");
        }
    }
}
