//! What one can do with the journal, and how its writers put entries together.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use std::vec::Drain;

use uuid::Uuid;

use super::amend::{self, Amend};
use super::append::{self, Append};
use super::batch::{Batch, Queued};
use super::call::{Call, Done};
use super::logs::{Delivery, Logs};
use super::metrics::{JOURNAL_GROUP, JOURNAL_RETRIES, JOURNAL_SECONDS};
use super::{Deliver, Options, Subject};
use crate::crew::messages::{Amended, Sent};
use crate::foundation::errors::Result;
use crate::foundation::group_commit::{self, Connection, Failure, GroupCommit, Metrics, Target, Writer};
use crate::realtime::threads::Threads;

/// The way to the writers. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    commits: GroupCommit<Logs>,
    deliver: Delivery,
}

impl Journal {
    /// Starts the writers, each on the thread of its number. They begin when the threads come, and by then it must be known
    /// [to whom](Journal::deliver_to) they tell what was committed.
    pub fn start(options: &Options, threads: &Threads) -> Self {
        let options = group_commit::Options {
            name: "podium journal",
            url: options.url.clone(),
            writers: options.writers,
            entries: options.entries,
            wait: options.wait,
            metrics: Metrics { group: JOURNAL_GROUP, seconds: JOURNAL_SECONDS, retries: JOURNAL_RETRIES },
        };
        let deliver = Delivery::default();
        let logs = Logs { deliver: Arc::clone(&deliver) };
        let commits = GroupCommit::start(&options, logs, |index, work| threads.spawn(index, work));
        Journal { commits, deliver }
    }

    /// Says to whom it is told what was committed. The first one stays.
    pub fn deliver_to(&self, deliver: Arc<dyn Deliver>) {
        if self.deliver.set(deliver).is_err() {
            tracing::error!("the journal delivers to somebody already");
        }
    }

    /// Hands a text to its writer now, and returns the future of what comes of it. The order of calls is the order in
    /// the log.
    ///
    /// # Errors
    /// `overloaded`, `unavailable`, `conflict`, `not_found`, `not_member`.
    pub fn append(&self, append: Append) -> impl Future<Output = Result<Sent>> + use<> {
        self.commits.submit(append)
    }

    /// Hands a change of a message to its writer now, and returns the future of what comes of it. It stands in the log
    /// where it stands among the pod's texts.
    ///
    /// # Errors
    /// `overloaded`, `unavailable`, `conflict`, `forbidden`, `invalid`, `not_found`, `not_member`.
    pub fn amend(&self, amend: Amend) -> impl Future<Output = Result<Amended>> + use<> {
        self.commits.submit(amend)
    }

    /// Hands a call to its writer now, and returns the future of what comes of it.
    ///
    /// # Errors
    /// `overloaded`, `unavailable`, and what the function of the database refuses.
    pub fn call(&self, call: Call) -> impl Future<Output = Result<Done>> + use<> {
        self.commits.submit(call)
    }

    /// Returns the number of the pod's writer.
    pub fn writer(&self, pod_id: Uuid) -> usize {
        self.commits.writer(&Subject::Pod(pod_id))
    }

    /// Waits until nothing waits to be written, or the time is up. Returns whether all was.
    pub async fn drain(&self, patience: Duration) -> bool {
        self.commits.drain(patience).await
    }
}

impl Target for Logs {
    type Subject = Subject;
    type Queued = Queued;

    async fn prepare(&self, connection: &mut Connection) -> Result<(), Failure> {
        for statement in [append::PLAIN, append::FULL, amend::AMEND] {
            connection.prepare(statement).await?;
        }
        Ok(())
    }

    async fn write(&self, writer: &mut Writer<Self>, taken: Drain<'_, Queued>) {
        let mut batch = Batch::default();
        for entry in taken {
            // What came before it is written before it.
            if !batch.takes(&entry) {
                std::mem::take(&mut batch).write(writer).await;
            }
            match entry {
                Queued::Append(append) => batch.appends.push(append),
                Queued::Amend(amend) => batch.amends.push(amend),
                Queued::Call(call) => writer.commit(call.into()).await,
            }
        }
        batch.write(writer).await;
    }

    fn connected(&self, epoch: &str) {
        self.tell(|deliver| deliver.epoch(epoch));
    }

    fn recheck(&self, suspects: HashSet<Subject>) {
        // What was lost about an event may be in any of its pods.
        if suspects.iter().any(|subject| matches!(subject, Subject::Event(_))) {
            self.tell(|deliver| deliver.recheck(None));
        }
        for subject in suspects {
            if let Subject::Pod(pod_id) = subject {
                self.tell(|deliver| deliver.recheck(Some(pod_id)));
            }
        }
    }
}
