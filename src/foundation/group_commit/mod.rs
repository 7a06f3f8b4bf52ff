//! Group commit: many small writes to Postgres, each answered by itself, as few large statements.
//!
//! Whoever has something to write that comes often and must be quick (messages of a pod, votes of a ballot) makes it an
//! [`Entry`], and says in a [`Target`] how entries are put in groups and who is told of what. [`GroupCommit::submit`]
//! takes an entry; its future answers once Postgres has committed it.
//!
//! ```text
//! submit ──> queue of the subject's writer ──> Target::write ──> Writer::commit ──> Entry::commit    one statement
//!                                                                      │<─────────── verdicts        committed
//!                                                                      ├──> Entry::judge, for each
//!                                                                      ├──> Entry::tell              once a group
//!                                                                      └──> answers
//! ```
//!
//! **Concurrency.** There are as many writers as [`Options`] says, each with one queue and one connection, and each is
//! one future that the user of the kit puts on a thread. An entry goes to the writer that the hash of its subject names,
//! so entries of one subject are written in the order in which they were submitted; those of different subjects have no
//! order. A writer takes all that waits the moment its connection is free, up to [`GROUP`], and writes it at once. There
//! is no timer: an idle system answers at once, a busy one puts larger groups together by itself.
//!
//! **Life.** A writer connects when it starts, and again when its connection is lost. It ends when all handles
//! ([`GroupCommit`]) are gone and its queue is empty; [`GroupCommit::drain`] waits for the queues alone. A future that
//! is dropped takes nothing back: what was submitted is written.
//!
//! **Invariants.**
//! - *Durable before visible.* An entry is told of and answered only after Postgres has said that it is committed. What
//!   is told of a group is told before its entries are answered.
//! - *A group is one statement*, outside an explicit transaction: all of it is committed, or nothing.
//! - *Safe repeats.* When a connection is lost, nobody knows whether the group was committed. The writer ends the process
//!   of Postgres that served it, so that nothing of it is still on its way, and sends the same group again. So an entry
//!   must carry something by which its statement knows it again, and answers it with its first outcome.
//! - *Whose fault.* A SQLSTATE of class 22 or 23 is an entry's: the group is halved until that entry stands alone, and
//!   it alone is refused. 08, 40, 53, 55, 57 and 25006, and no answer at all, are the server's or the connection's: the
//!   same is sent again on a new connection. What nobody foresaw is sent once more on a new connection, then halved,
//!   and the entry at which Postgres fails alone is answered `unavailable`, so that it holds up no other for long.
//! - *Bounds.* The queues hold so many entries as [`Options`] says; what does not fit is answered `overloaded` at once,
//!   and nothing was done. What has no outcome by its deadline is answered `unavailable`.
//! - *Nothing is forgotten.* Where an entry was given up and may have been committed, its subject is suspect:
//!   [`Target::recheck`] is told of it as soon as there is a connection again, whether or not anybody writes.
//! - *One line of history.* [`Target::connected`] is told the database's epoch (`podium.epoch()`) before anything is
//!   committed on a new connection. After a failover it is another one.
//!
//! **Repeats in a group.** Two entries of one group may say the same, or contradict each other. The kit keeps each, in
//! order, and leaves it to the statement what the second comes to; the journal wants it so. Where only the last word of
//! a person counts, and where `INSERT … ON CONFLICT` does not allow a row to be met twice, [`Target::write`] takes
//! [`Group::last_of_each`]: the last one is written, and the earlier ones are answered what it is answered.
//!
//! **Imports** nothing but the rest of `foundation`. It knows no threads, no topics and no domain.

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

/// A sort of entry that is committed in groups.
pub trait Entry: Send + Sync + Sized + 'static {
    /// Whom it is written for.
    type Target: Target;
    /// What whoever submitted it is answered.
    type Answer: Clone + Send + 'static;
    /// What the database says of one.
    type Verdict: Send;
    /// What is to be told of a group that was committed.
    type News: Default;

    /// Whether its groups are counted by [`Metrics::group`] and [`Metrics::seconds`].
    const MEASURED: bool = true;

    /// Returns what it is about. Entries of one subject keep their order.
    fn subject(&self) -> <Self::Target as Target>::Subject;

    /// Returns how the log names it: an id, and nothing that people have written.
    fn label(&self) -> String;

    /// Commits a group by one statement. Returns a verdict for each entry, in order, once all of it is committed.
    fn commit(
        connection: &mut Connection,
        group: &Group<Self>,
    ) -> impl Future<Output = Result<Vec<Self::Verdict>, Failure>> + Send;

    /// Returns what the verdict means for who asked, and adds to the group's news. `repeated` says that an earlier
    /// attempt had no outcome, so that it may have been committed then, with nobody told of it.
    ///
    /// # Errors
    /// The refusal that the verdict says.
    fn judge(self, verdict: Self::Verdict, repeated: bool, news: &mut Self::News) -> Result<Self::Answer>;

    /// Tells what a group came to. Called once for each group, before its entries are answered.
    fn tell(target: &Self::Target, news: Self::News);

    /// Returns the answer to one that Postgres itself refuses for this cause (SQLSTATE 22 or 23).
    fn refused(&self, cause: &str) -> Error;
}

/// What entries are written for: how they are put in groups, and who is told of what.
pub trait Target: Send + Sync + Sized + 'static {
    /// What entries are about.
    type Subject: Clone + Eq + Hash + fmt::Debug + Send + Sync + 'static;
    /// What stands in a queue: a [`Waiting`] entry, or an enum of them where there are several sorts.
    type Queued: Send + 'static;

    /// Prepares on a new connection what is used often, so that the first entry is as fast as the rest. What is not
    /// prepared here is prepared at its first use.
    fn prepare(&self, connection: &mut Connection) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Writes what a writer has taken from its queue, in this order, by [`Writer::commit`].
    fn write(&self, writer: &mut Writer<Self>, taken: Drain<'_, Self::Queued>) -> impl Future<Output = ()> + Send;

    /// A writer is connected to a database with this line of history. Nothing has been committed there yet.
    fn connected(&self, epoch: &str);

    /// The outcome of something about these subjects was lost: look at Postgres.
    fn recheck(&self, suspects: HashSet<Self::Subject>);
}

/// How writers are set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the log, and Postgres in `pg_stat_activity`, call the connections.
    pub name: &'static str,
    /// Where Postgres is. The login there may take the role `podium_service`.
    pub url: String,
    /// Writers, at least one.
    pub writers: usize,
    /// Entries that may wait, over all writers.
    pub entries: usize,
    /// How long an entry waits for its outcome.
    pub wait: Duration,
    /// What is counted.
    pub metrics: Metrics,
}

/// What writers count, without labels.
#[derive(Debug, Clone, Copy)]
pub struct Metrics {
    /// A histogram of how many entries a group has.
    pub group: Metric,
    /// A histogram of how long Postgres took to commit a group, in seconds.
    pub seconds: Metric,
    /// A counter of groups that were sent again.
    pub retries: Metric,
}

/// A writer's future, for whichever thread is to drive it.
pub type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The way to the writers. Cheap to clone.
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
    /// Makes the writers, and gives the future of each to `spawn`, with its number.
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

    /// Hands an entry to its writer now, and returns the future of its answer. The order of calls is the order in which
    /// entries of one subject are written.
    ///
    /// # Errors
    /// `overloaded` when its writer's queue is full; `unavailable` when the outcome is not known in time; what
    /// [`Entry::judge`] and [`Entry::refused`] say.
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
                // An entry is dropped without an answer only when the node stops.
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

    /// Waits until nothing waits to be written, or the time is up. Returns whether all was.
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
