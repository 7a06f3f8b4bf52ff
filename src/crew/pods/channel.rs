//! The topic `pod:<id>` of a pod's members.

use std::rc::Rc;

use actix::Addr;
use futures_util::future::LocalBoxFuture;
use uuid::Uuid;

use super::actor::{PodActor, Typing};
use super::declared::{
    DeletePush, EditPush, HistoryPush, POD, PodJoin, PodJoined, PodLimits, ReactionPush, ReadPush, TypingPush,
};
use super::service::Pods;
use super::store;
use super::store::realtime::{self, Reader, Snapshot};
use crate::crew::messages::{self, Amended, Amendment, MessagePage, NewMessage, PAGE_DEFAULT, PAGE_MAX, Sent, Span};
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::db::{Access, Caller};
use crate::foundation::errors::{Code, Error, Result};
use crate::realtime::channel::{Admission, Channel, Joining, Member};
use crate::realtime::declared::Nothing;
use crate::realtime::enter::enter;

/// The channel of the pods' topics.
pub struct PodChannel {
    pods: Pods,
}

impl PodChannel {
    /// Creates the channel of these pods.
    pub fn new(pods: Pods) -> Self {
        PodChannel { pods }
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

    fn joined(&self, member: &Member<'_>) {
        self.pods.topics().joined(member);
    }
}

impl PodChannel {
    /// Sends a message. It is submitted before this returns, so the order of one session's messages is kept.
    pub fn send(&self, member: &Member<'_>, message: NewMessage) -> Result<impl Future<Output = Result<Sent>> + use<>> {
        Ok(self.pods.send(member.id, member.session.user_id(), message))
    }

    /// Edits a message.
    pub fn edit(&self, member: &Member<'_>, push: EditPush) -> Result<impl Future<Output = Result<Amended>> + use<>> {
        let EditPush { id, text, mentions, op } = push;
        Ok(self.amend(member, id, Amendment::Edit { text, mentions }, op))
    }

    /// Deletes a message.
    pub fn delete(
        &self,
        member: &Member<'_>,
        push: DeletePush,
    ) -> Result<impl Future<Output = Result<Amended>> + use<>> {
        Ok(self.amend(member, push.id, Amendment::Delete, push.op))
    }

    /// Adds or removes a reaction.
    pub fn react(
        &self,
        member: &Member<'_>,
        push: ReactionPush,
    ) -> Result<impl Future<Output = Result<Amended>> + use<>> {
        let ReactionPush { id, emoji, on, op } = push;
        Ok(self.amend(member, id, Amendment::React { emoji, on }, op))
    }

    fn amend(
        &self,
        member: &Member<'_>,
        id: Uuid,
        change: Amendment,
        op: Option<Uuid>,
    ) -> impl Future<Output = Result<Amended>> + use<> {
        self.pods.amend(member.id, member.session.user_id(), id, change, op)
    }

    /// Reads a stretch of the log.
    pub fn history(
        &self,
        member: &Member<'_>,
        push: HistoryPush,
    ) -> Result<impl Future<Output = Result<MessagePage>> + use<>> {
        let (span, limit) = span(&push)?;
        let (pods, session, pod_id) = (self.pods.clone(), Rc::clone(member.session), member.id);
        Ok(async move {
            let who = SignedIn::of(session.user_id());
            session.in_turn(pods.log(&who, pod_id, span, limit)).await
        })
    }

    /// Moves the caller's read mark.
    pub fn read(&self, member: &Member<'_>, push: ReadPush) -> Result<impl Future<Output = Result<Nothing>> + use<>> {
        let stored = self.pods.read(member.id, member.session.user_id(), push.seq);
        Ok(async move { stored.await.map(|()| Nothing {}) })
    }

    /// Sets whether the caller types.
    ///
    /// # Errors
    /// `rate_limited`, `not_found`, `overloaded`.
    pub fn typing(&self, member: &Member<'_>, push: TypingPush) -> Result<Nothing> {
        let TypingPush { on } = push;
        self.pods.may_type(member.session.user_id())?;
        let live = self.pods.topics().find(member.id).ok_or(Code::NotFound)?;
        let under_way = self.pods.under_way(member.id, member.session.user_id());
        live.address
            .try_send(Typing { subscription: member.subscription.id, on, under_way })
            .map_err(|_| Error::new(Code::Overloaded))?;
        Ok(Nothing {})
    }
}

async fn join(pods: Pods, joining: Joining) -> Result<Admission> {
    let PodJoin { after, epoch } = POD.read(&joining.payload)?;
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
        let added = pods.joins().read(conn, pod_id, user_id).await?;
        Ok((snapshot, page, reset, added))
    };
    let read = async |_: &Addr<PodActor>| database.scope(&caller, Access::Snapshot, &read).await;
    let start = || pods.actor(pod_id);
    let (snapshot, page, reset, added) = enter(pods.topics(), &joining, limits.send_wait, check, start, read).await?;
    // An actor that has received less from the bus repairs itself now, and not at the next sweep.
    pods.reaches(pod_id, snapshot.head);
    let floor = floor(&snapshot, user_id)?;
    let Snapshot { pod, members, head, epoch, now, .. } = snapshot;
    let MessagePage { messages, more, next } = page;
    let limits = PodLimits { text_chars: limits.text_chars, frame_bytes: limits.frame_bytes, page: PAGE_MAX };
    let reply = PodJoined { pod, members, head, epoch, messages, more, next, reset, server_time: now, limits };
    POD.admit(&reply, &added, head, floor)
}

fn floor(snapshot: &Snapshot, user_id: Uuid) -> Result<i64> {
    let mut seats = snapshot.members.iter().zip(&snapshot.since);
    let seat = seats.find(|(member, _)| member.user_id == user_id);
    seat.map(|(_, since)| *since).ok_or_else(|| Code::NotMember.into())
}

/// Returns the range that a `history` push requests.
fn span(history: &HistoryPush) -> Result<(Span, usize)> {
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

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;
    use crate::crew::pods::declared::READ_HISTORY;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.into()).unwrap()
    }

    #[test]
    fn a_join_takes_any_empty_payload() {
        for text in ["{}", "null", r#"{"other":1}"#] {
            assert!(POD.read(&raw(text)).unwrap().after.is_none());
        }
        assert_eq!(POD.read(&raw(r#"{"after":7}"#)).unwrap().after, Some(7));
        assert!(POD.read(&raw(r#"{"after":"x"}"#)).is_err());
    }

    #[test]
    fn history_goes_one_way_and_has_a_limit() {
        let span = |text: &str| READ_HISTORY.read(&raw(text)).and_then(|history| span(&history));
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
