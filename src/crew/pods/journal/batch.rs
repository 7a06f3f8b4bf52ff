//! What a writer commits at once: texts in one group, then changes to messages in another, each answered one by one.

use uuid::Uuid;

use super::sql::{Amendation, Connection, Failure, Verdict};
use super::{Amend, Append, Entry, Ticket};
use crate::crew::messages::{Amended, Kind, Message, Sent};
use crate::foundation::errors::{Code, Error, Result};

/// Entries of one sort, with where their answers go.
pub(super) type Group<W> = Vec<(W, Ticket<<W as Work>::Answer>)>;

/// Entries that are committed one group after the other. Those of one pod keep their order, since [`Batch::takes`] none
/// that would have to stand between the groups; those of different pods have no order to keep.
#[derive(Default)]
pub(super) struct Batch {
    pub appends: Group<Append>,
    pub amends: Group<Amend>,
}

impl Batch {
    /// Whether the entry may be part of this batch, or everything in it must be written before. An answer does not stand in
    /// one group with what it answers, since a group is judged as a whole.
    pub(super) fn takes(&self, entry: &Entry) -> bool {
        match entry {
            Entry::Append(append, _) => {
                !self.amends.iter().any(|(amend, _)| amend.pod_id == append.pod_id)
                    && append.reply_to.is_none_or(|reply| !self.appends.iter().any(|(other, _)| other.id == reply))
            }
            Entry::Amend(..) => true,
            Entry::Call(..) => self.appends.is_empty() && self.amends.is_empty(),
        }
    }
}

/// What one entry of a group came to, besides its answer.
pub(super) enum News {
    /// The log has got this.
    Changed(Message),
    /// Nothing new; the log reaches at least up to here.
    Repeated(i64),
}

/// A sort of entry that is committed in groups.
pub(super) trait Work: Sized {
    /// What who asked is answered.
    type Answer;
    /// What the database says of one.
    type Verdict;

    /// The pod.
    fn pod_id(&self) -> Uuid;

    /// The message.
    fn id(&self) -> Uuid;

    /// Commits a group. Answers a verdict for each, in order, once it is committed.
    async fn commit(connection: &Connection, group: &Group<Self>) -> Result<Vec<Self::Verdict>, Failure>;

    /// What the verdict means.
    fn judged(self, verdict: Self::Verdict) -> Result<(Self::Answer, News)>;
}

impl Work for Append {
    type Answer = Sent;
    type Verdict = Verdict;

    fn pod_id(&self) -> Uuid {
        self.pod_id
    }

    fn id(&self) -> Uuid {
        self.id
    }

    async fn commit(connection: &Connection, group: &Group<Self>) -> Result<Vec<Verdict>, Failure> {
        connection.append(group.iter().map(|(append, _)| append)).await
    }

    fn judged(self, verdict: Verdict) -> Result<(Sent, News)> {
        let Append { id, user_id, text, reply_to, mentions, .. } = self;
        let (Some(seq), Some(at), "ok") = (verdict.seq, verdict.at, verdict.code.as_str()) else {
            return Err(refusal(&verdict.code));
        };
        let news = match verdict.fresh {
            true => {
                let message = Message::fresh(id, seq, user_id, Kind::Text, text, at);
                News::Changed(Message { reply_to, mentions, ..message })
            }
            false => News::Repeated(seq),
        };
        Ok((Sent { id, seq, at, fresh: verdict.fresh }, news))
    }
}

impl Work for Amend {
    type Answer = Amended;
    type Verdict = Amendation;

    fn pod_id(&self) -> Uuid {
        self.pod_id
    }

    fn id(&self) -> Uuid {
        self.id
    }

    async fn commit(connection: &Connection, group: &Group<Self>) -> Result<Vec<Amendation>, Failure> {
        connection.amend(group.iter().map(|(amend, _)| amend)).await
    }

    fn judged(self, verdict: Amendation) -> Result<(Amended, News)> {
        let (Some(seq), "ok") = (verdict.seq, verdict.code.as_str()) else {
            return Err(refusal(&verdict.code));
        };
        Ok((Amended { id: self.id, seq }, verdict.message.map_or(News::Repeated(seq), News::Changed)))
    }
}

/// The functions' codes are those of the protocol, or say in more detail which value is wrong.
pub(in crate::crew) fn refusal(code: &str) -> Error {
    match code {
        "conflict" => Code::Conflict.into(),
        "deleted" => Error::because(Code::Conflict, "the message has been deleted"),
        "not_found" => Code::NotFound.into(),
        "not_member" => Code::NotMember.into(),
        "forbidden" => Code::Forbidden.into(),
        "pod_full" => Code::PodFull.into(),
        "invalid" => Code::Invalid.into(),
        "invalid_reply" => Error::invalid("/reply_to", "no message of this pod that you may see"),
        "invalid_mentions" => Error::invalid("/mentions", "not all are members of this pod"),
        "invalid_heir" => Error::invalid("/user_id", "no member of this pod"),
        "invite_closed" => spent("closed", "the pod is closed"),
        "invite_revoked" => spent("revoked", "the invitation was taken back"),
        "invite_expired" => spent("expired", "the invitation has expired"),
        "invite_used_up" => spent("used_up", "the invitation is used up"),
        "too_many_reactions" => Error::invalid("/emoji", "the message has as many different reactions as it may have"),
        other => Error::internal(format!("the database answered {other}")),
    }
}

/// An invitation that lets nobody in any more.
fn spent(state: &str, reason: &'static str) -> Error {
    Error::because(Code::Conflict, reason).with("state", state)
}
