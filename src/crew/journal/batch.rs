//! The batch that a writer commits at once: texts in one group, then changes to messages in another. Each entry is
//! answered by itself.

use super::amend::Amend;
use super::append::Append;
use super::call::Call;
use super::logs::Logs;
use crate::foundation::group_commit::{Entry, Group, Waiting, Writer};

/// An entry in a writer's queue.
pub enum Queued {
    /// A text.
    Append(Waiting<Append>),
    /// A change to a message.
    Amend(Waiting<Amend>),
    /// A call.
    Call(Waiting<Call>),
}

impl From<Waiting<Append>> for Queued {
    fn from(append: Waiting<Append>) -> Self {
        Queued::Append(append)
    }
}

impl From<Waiting<Amend>> for Queued {
    fn from(amend: Waiting<Amend>) -> Self {
        Queued::Amend(amend)
    }
}

impl From<Waiting<Call>> for Queued {
    fn from(call: Waiting<Call>) -> Self {
        Queued::Call(call)
    }
}

/// Entries that are committed one group after the other. Those of one pod keep their order, since [`Batch::takes`]
/// refuses an entry that would have to come between the groups. Those of different pods have no order.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) appends: Group<Append>,
    pub(super) amends: Group<Amend>,
}

impl Batch {
    /// Returns whether the entry may join this batch. If not, the batch must be written first. A reply is not in the
    /// same group as the message to which it replies, since a group is judged as a whole.
    pub(super) fn takes(&self, queued: &Queued) -> bool {
        match queued {
            Queued::Append(waiting) => {
                let append = waiting.entry();
                !self.amends.is_about(&append.subject())
                    && append.reply_to.is_none_or(|reply| !self.appends.entries().any(|other| other.id == reply))
            }
            Queued::Amend(_) => true,
            Queued::Call(_) => self.appends.is_empty() && self.amends.is_empty(),
        }
    }

    /// Commits the texts, then the changes.
    pub(super) async fn write(self, writer: &mut Writer<Logs>) {
        writer.commit(self.appends).await;
        writer.commit(self.amends).await;
    }
}
