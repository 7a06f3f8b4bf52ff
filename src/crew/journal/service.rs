//! The journal's interface, and how its writers group entries.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use std::vec::Drain;

use uuid::Uuid;

use super::amend::{self, Amend};
use super::append::{self, Append};
use super::batch::{Batch, Queued};
use super::call::{Call, Done};
use super::line::Line;
use super::logs::{Delivery, Logs};
use super::metrics::{JOURNAL_GROUP, JOURNAL_RETRIES, JOURNAL_SECONDS};
use super::turns::{Turn, Turns};
use super::{Deliver, Options, Subject};
use crate::crew::messages::{Amended, Sent};
use crate::foundation::errors::Result;
use crate::foundation::group_commit::{self, Connection, Entry, Failure, GroupCommit, Metrics, Target, Writer};
use crate::realtime::threads::Threads;

/// A handle to the writers. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    commits: GroupCommit<Logs>,
    deliver: Delivery,
    /// The lines of calls before the writers.
    lines: Arc<[Line]>,
    turns: Arc<Turns>,
}

impl Journal {
    /// Starts the writers, each on the thread of its number. They begin when the threads enter; [`Journal::deliver_to`]
    /// must be called before.
    pub fn start(options: &Options, threads: &Threads) -> Self {
        let turns = Arc::new(Turns::new(&options.changes));
        let writers = options.writers.max(1);
        let lines = (0..writers).map(|_| Line::new(options.entries / writers, options.wait)).collect();
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
        Journal { commits, deliver, lines, turns }
    }

    /// Sets the receiver of what is committed. Only the first call has an effect.
    pub fn deliver_to(&self, deliver: Arc<dyn Deliver>) {
        if self.deliver.set(deliver).is_err() {
            tracing::error!("the journal has a receiver already");
        }
    }

    /// Submits a text to its writer at once, and returns a future of the outcome. The order of calls is the order in
    /// the log.
    ///
    /// # Errors
    /// `overloaded`, `unavailable`, `conflict`, `not_found`, `not_member`.
    pub fn append(&self, append: Append) -> impl Future<Output = Result<Sent>> + use<> {
        self.commits.submit(append)
    }

    /// Submits a change of a message to its writer at once, and returns a future of the outcome. It is ordered among
    /// the pod's texts.
    ///
    /// # Errors
    /// `overloaded`, `unavailable`, `conflict`, `forbidden`, `invalid`, `not_found`, `not_member`.
    pub fn amend(&self, amend: Amend) -> impl Future<Output = Result<Amended>> + use<> {
        self.commits.submit(amend)
    }

    /// Takes a person's turn to change memberships, pods or events. It comes first, since it costs the database nothing.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn turn(&self, by: Uuid) -> Result<Turn> {
        self.turns.take(by)
    }

    /// Submits a call to its writer as soon as it has a place there, and returns the outcome.
    ///
    /// # Errors
    /// `overloaded`, `unavailable`, and the refusals of the function.
    pub async fn call(&self, turn: Turn, call: Call) -> Result<Done> {
        let place = self.lines[self.commits.writer(&call.subject())].enter().await?;
        self.commits.submit(call.holding(turn, place)).await
    }

    /// Returns the number of the pod's writer.
    pub fn writer(&self, pod_id: Uuid) -> usize {
        self.commits.writer(&Subject::Pod(pod_id))
    }

    /// Waits until all entries are written, for `patience` at most. Returns whether they were.
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
            // Entries keep their order: what came before this one is written first.
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
        // The unknown change may be in any pod of the event.
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
