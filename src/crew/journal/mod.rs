//! The journal: the only writer of pods' logs.
//!
//! It is a [group commit](crate::foundation::group_commit) over pods: whatever that promises of order, repeats, bounds
//! and lost connections holds here. Added to it are the sorts of entries, and who is told of what was committed.
//!
//! **Sorts.** Texts ([`Append`]) and changes to messages ([`Amend`]) are committed in groups, one group after the other
//! (`batch`). Changes of membership and of pods or events themselves ([`Call`]) are committed one by one, each in its
//! place. Calls are data that the feature which owns them builds: the journal knows none of them.
//!
//! **Order.** The entries of a pod never overtake each other. A [`Call`] about an event has its order among those of
//! that event, and none among the entries of its pods.
//!
//! **Durable before visible.** Only what Postgres has committed is answered and delivered, each change encoded once.
//!
//! **Safe retry.** Texts are known by the client's id, changes to messages by their `op`, calls by what they come to:
//! [`Call::done_if`] names the refusals that an earlier attempt explains. Pods whose outcome was lost are read again
//! ([`Deliver::recheck`]).
//!
//! **Imports** messages, and what is below the crew. It knows topics of the kind `pod`, and no feature that writes.

mod amend;
mod append;
mod batch;
mod call;
pub mod change;
pub mod mount;
mod news;

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use std::vec::Drain;

use uuid::Uuid;

pub use self::amend::Amend;
pub use self::append::Append;
use self::batch::{Batch, Queued};
pub use self::call::{Call, Done};
use self::change::Change;
use crate::crew::messages::{self, Amended, Sent};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::group_commit::{self, Connection, Failure, GroupCommit, Metrics, Target, Writer};
use crate::foundation::metrics;
use crate::realtime::threads::Threads;

/// To whom the journal tells what was committed.
pub trait Deliver: Send + Sync + 'static {
    /// These changes of one pod, ascending, have been committed by this node.
    fn committed(&self, pod_id: Uuid, changes: Vec<Change>);

    /// The pod's log reaches up to here; the changes themselves are not at hand.
    fn heard_of(&self, pod_id: Uuid, position: i64);

    /// The outcome of something about this pod was lost (`None`: about any pod): look at Postgres.
    fn recheck(&self, pod_id: Option<Uuid>);

    /// The pod is gone with its event.
    fn gone(&self, pod_id: Uuid);

    /// This node has committed what the members of this event see of a pod, or `members` of it have come or gone.
    fn wall_moved(&self, event_id: Uuid, members: bool);

    /// The database that the journal is connected to has this line of history.
    fn epoch(&self, epoch: &str);
}

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// This pod alone.
    Pod(Uuid),
    /// This event, and any of its pods.
    Event(Uuid),
}

/// How a journal is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where Postgres is.
    pub url: String,
    /// Writers.
    pub writers: usize,
    /// Entries that may wait, over all writers.
    pub entries: usize,
    /// How long an entry waits for its outcome.
    pub wait: Duration,
}

/// To whom it is told, once that is known.
type Delivery = Arc<OnceLock<Arc<dyn Deliver>>>;

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
            metrics: Metrics {
                group: metrics::JOURNAL_GROUP,
                seconds: metrics::JOURNAL_SECONDS,
                retries: metrics::JOURNAL_RETRIES,
            },
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

/// The pods' logs, which entries are written to.
pub struct Logs {
    deliver: Delivery,
}

impl Logs {
    fn tell(&self, tell: impl FnOnce(&dyn Deliver)) {
        match self.deliver.get() {
            Some(deliver) => tell(&**deliver),
            None => tracing::error!("something was committed, and it is not known to whom to tell it"),
        }
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

/// Returns the refusal that a function of the database answers with this code, where many functions have it in common.
/// The codes are those of the protocol. Those that one feature alone has are read by that feature.
pub fn refusal(code: &str) -> Error {
    match code {
        "conflict" => Code::Conflict.into(),
        "not_found" => Code::NotFound.into(),
        "not_member" => Code::NotMember.into(),
        "forbidden" => Code::Forbidden.into(),
        "invalid" => Code::Invalid.into(),
        other => Error::internal(format!("the database answered {other}")),
    }
}

/// Returns the refusal of a text, or of a change to a message.
fn refusal_of_message(code: &str) -> Error {
    messages::refusal(code).unwrap_or_else(|| refusal(code))
}
