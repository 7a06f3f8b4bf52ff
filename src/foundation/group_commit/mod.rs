//! Group commit: many small writes to Postgres, each with an answer of its own, as few large statements.
//!
//! A feature with frequent writes that must be fast (messages of a pod, votes of a ballot) makes each an [`Entry`], and
//! implements a [`Target`] that groups the entries and announces the results. [`GroupCommit::submit`] takes an entry
//! and returns a future that resolves once Postgres has committed it.
//!
//! ```text
//! submit ──> queue of the subject's writer ──> Target::write ──> Writer::commit ──> Entry::commit    one statement
//!                                                                      │<─────────── verdicts        committed
//!                                                                      ├──> Entry::judge, for each
//!                                                                      ├──> Entry::announce          once a group
//!                                                                      └──> answers
//! ```
//!
//! **Concurrency.** There are as many writers as [`Options`] says, each with one queue and one connection, and each is
//! a future that the user of the kit runs on a thread. An entry goes to the writer that its subject hashes to, so
//! entries of one subject are written in the order in which they were submitted; entries of different subjects have no
//! order. A writer takes everything that waits the moment its connection is free, up to [`GROUP`], and writes it at
//! once. There is no timer: an idle system answers immediately, a busy one forms larger groups by itself.
//!
//! **Life.** A writer connects when it starts, and again when its connection is lost. It ends when all handles
//! ([`GroupCommit`]) are dropped and its queue is empty; [`GroupCommit::drain`] only waits for the queues. Dropping a
//! future cancels nothing: a submitted entry is written.
//!
//! **Invariants.**
//! - *Durable before visible.* An entry is announced and answered only after Postgres has confirmed the commit. A group
//!   is announced before its entries are answered.
//! - *A group is one statement*, outside an explicit transaction: all of it is committed, or nothing.
//! - *Safe repeats.* When a connection is lost, it is unknown whether the group was committed. The writer ends the
//!   backend process, so that nothing of the group is still running, and sends the same group again. So an entry must
//!   carry an id by which its statement recognizes it and returns its first outcome.
//! - *Cause of a failure.* A SQLSTATE of class 22 or 23 is caused by an entry: the group is halved until that entry is
//!   alone, and only it is refused. 08, 40, 53, 55, 57 and 25006, and a missing answer, are caused by the server or the
//!   connection: the same group is sent again on a new connection. An unexpected failure is sent once more on a new
//!   connection, then halved, and an entry that fails alone is answered `unavailable`, so that it delays no other for
//!   long.
//! - *Bounds.* The queues hold as many entries as [`Options`] says; further ones are answered `overloaded` at once, and
//!   nothing was done. An entry without an outcome at its deadline is answered `unavailable`.
//! - *No lost outcome.* If an entry was given up and may have been committed, its subject is suspect:
//!   [`Target::recheck`] is called with it as soon as there is a connection again, even if no entry waits.
//! - *Epochs.* [`Target::connected`] is called with the database's epoch (`podium.epoch()`) before anything is
//!   committed on a new connection. After a failover the epoch is different.
//!
//! **Repeats in a group.** Two entries of one group may repeat or contradict each other. The kit keeps both, in order,
//! and the statement decides the result of the second; the journal needs that. Where only the last entry of a person
//! counts, and where `INSERT … ON CONFLICT` does not allow two changes of a row, [`Target::write`] uses
//! [`Group::last_of_each`]: the last entry is written, and the earlier ones get the same answer.
//!
//! **Imports** only other parts of `foundation`. It knows neither threads nor topics nor domains.

mod connection;
mod ticket;
mod writer;

use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::vec::Drain;

use tokio::sync::mpsc;

pub use self::connection::{Connection, Failure};
use self::ticket::Ticket;
pub use self::ticket::{Group, Waiting};
pub use self::writer::{GROUP, Writer};
use super::errors::{Code, Error, Result};
use super::metrics::Metric;

/// A kind of entry that is committed in groups.
pub trait Entry: Send + Sync + Sized + 'static {
    /// The target that it is written for.
    type Target: Target;
    /// The answer to its submitter.
    type Answer: Clone + Send + 'static;
    /// The database's result for one entry.
    type Verdict: Send;
    /// The results of a committed group that are to be announced.
    type News: Default;

    /// Whether its groups are counted by [`Metrics::group`] and [`Metrics::seconds`].
    const MEASURED: bool = true;

    /// Returns the subject. Entries of one subject keep their order.
    fn subject(&self) -> <Self::Target as Target>::Subject;

    /// Returns the name of the entry in the log: an id, and no text of people.
    fn label(&self) -> String;

    /// Commits a group by one statement. Returns a verdict for each entry, in order, once all of it is committed.
    fn commit(
        connection: &mut Connection,
        group: &Group<Self>,
    ) -> impl Future<Output = Result<Vec<Self::Verdict>, Failure>> + Send;

    /// Returns the answer for a verdict, and adds its announcement to the group's news. `repeated` says that an earlier
    /// attempt had no outcome, so that the entry may have been committed then without an announcement.
    ///
    /// # Errors
    /// The refusal that the verdict means.
    fn judge(self, verdict: Self::Verdict, repeated: bool, news: &mut Self::News) -> Result<Self::Answer>;

    /// Announces the results of a group. Called once a group, before its entries are answered.
    fn announce(target: &Self::Target, news: Self::News);

    /// Returns the answer for an entry that Postgres refused for this cause (SQLSTATE 22 or 23).
    fn refused(&self, cause: &str) -> Error;
}

/// The user of the kit: it groups entries and announces results.
pub trait Target: Send + Sync + Sized + 'static {
    /// The subject of entries.
    type Subject: Clone + Eq + Hash + fmt::Debug + Send + Sync + 'static;
    /// An item of a queue: a [`Waiting`] entry, or an enum of them if there are several kinds.
    type Queued: Send + 'static;

    /// Prepares the frequent statements on a new connection, so that the first entry is as fast as the rest. Other
    /// statements are prepared at their first use.
    fn prepare(&self, connection: &mut Connection) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Writes the items that a writer has taken from its queue, in this order, by [`Writer::commit`].
    fn write(&self, writer: &mut Writer<Self>, taken: Drain<'_, Self::Queued>) -> impl Future<Output = ()> + Send;

    /// Called when a writer has connected to a database with this epoch. Nothing has been committed there yet.
    fn connected(&self, epoch: &str);

    /// Called when the outcome of entries about these subjects is unknown: their state must be read from Postgres.
    fn recheck(&self, suspects: HashSet<Self::Subject>);
}

/// The options of the writers.
#[derive(Debug, Clone)]
pub struct Options {
    /// The name of the connections in the log, and in `pg_stat_activity`.
    pub name: &'static str,
    /// The URL of Postgres. Its login may take the role `podium_service`.
    pub url: String,
    /// The number of writers, at least one.
    pub writers: usize,
    /// The most entries that may wait, over all writers.
    pub entries: usize,
    /// The longest that an entry waits for its outcome.
    pub wait: Duration,
    /// The metrics.
    pub metrics: Metrics,
}

/// The metrics of writers, without labels.
#[derive(Debug, Clone, Copy)]
pub struct Metrics {
    /// A histogram of the entries of a group.
    pub group: Metric,
    /// A histogram of the time that a commit took, in seconds.
    pub seconds: Metric,
    /// A counter of groups that were sent again.
    pub retries: Metric,
}

/// A writer's future, to be run on any thread.
pub type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The handle of the writers. Cheap to clone.
pub struct GroupCommit<T: Target> {
    writers: Arc<[mpsc::Sender<T::Queued>]>,
    pending: Arc<AtomicUsize>,
    wait: Duration,
}

impl<T: Target> Clone for GroupCommit<T> {
    fn clone(&self) -> Self {
        GroupCommit { writers: Arc::clone(&self.writers), pending: Arc::clone(&self.pending), wait: self.wait }
    }
}

impl<T: Target> GroupCommit<T> {
    /// Makes the writers, and passes the future of each to `spawn`, with its number.
    pub fn start(options: &Options, target: T, mut spawn: impl FnMut(usize, Work)) -> Self {
        let target = Arc::new(target);
        let count = options.writers.max(1);
        let capacity = (options.entries / count).max(1);
        let writers = (0..count).map(|index| {
            let (queue, entries) = mpsc::channel(capacity);
            spawn(index, Box::pin(writer::run(index, options.clone(), entries, Arc::clone(&target))));
            queue
        });
        GroupCommit { writers: writers.collect(), pending: Arc::default(), wait: options.wait }
    }

    /// Queues an entry now, and returns the future of its answer. Entries of one subject are written in the order of
    /// the calls.
    ///
    /// # Errors
    /// `overloaded` if the writer's queue is full; `unavailable` if the outcome is not known in time; those of
    /// [`Entry::judge`] and [`Entry::refused`].
    pub fn submit<E>(&self, entry: E) -> impl Future<Output = Result<E::Answer>> + use<E, T>
    where
        E: Entry<Target = T>,
        T::Queued: From<Waiting<E>>,
    {
        let queue = &self.writers[self.writer(&entry.subject())];
        let submitted = queue.try_reserve().map(|place| {
            let deadline = Instant::now() + self.wait;
            let (ticket, outcome) = Ticket::new(deadline, &self.pending);
            place.send(Waiting::new(entry, ticket).into());
            (deadline, outcome)
        });
        let submitted = submitted.map_err(|_| Error::new(Code::Overloaded));
        async move {
            let (deadline, outcome) = submitted?;
            match tokio::time::timeout_at(deadline.into(), outcome).await {
                Ok(Ok(outcome)) => outcome,
                // An entry is dropped without an answer only if the node stops.
                Ok(Err(_)) | Err(_) => Err(Error::new(Code::Unavailable)),
            }
        }
    }

    /// Returns the number of the subject's writer.
    pub fn writer(&self, subject: &T::Subject) -> usize {
        let mut hasher = DefaultHasher::new();
        subject.hash(&mut hasher);
        (hasher.finish() % self.writers.len() as u64) as usize
    }

    /// Waits until all entries are written, or `patience` has passed. Returns `true` if all are written.
    pub async fn drain(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        while self.pending.load(Ordering::Acquire) > 0 {
            if Instant::now() >= deadline {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        true
    }
}
