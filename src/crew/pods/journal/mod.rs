//! The journal: the only writer of pods' logs.
//!
//! **Order.** Pods are spread over writers by id, each writer with one connection and one queue, so that the entries
//! of a pod never overtake each other. A writer takes all that waits the moment its connection is free, up to
//! a limit, and commits it as one group (texts) or two (texts, then changes to messages). There is no timer: an idle system answers at once, a busy one batches by itself.
//!
//! **Durable before visible.** Only what Postgres has committed is answered and delivered, each change encoded once.
//!
//! **Safe retry.** When a connection is lost, whether the group was committed is unknown. The writer sends the same group again on a
//! new connection: entries that were stored are answered with their first outcome. What was not resolved by its deadline
//! is answered `unavailable`, and the pods concerned are read again once Postgres is back, because their changes may be
//! stored without anyone having been told. A failure that nobody foresaw is nobody's fault: the group is sent once more on a new
//! connection, then halved, and the entry that fails alone is answered `unavailable`, so that it holds up no other for long.
//!
//! **Bounds.** Each queue has a limit; what does not fit is answered `overloaded` at once, and nothing was done.

mod batch;
mod sql;
mod writer;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub(in crate::crew) use self::batch::refusal;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::JoinPolicy;
use super::change::Change;
use crate::crew::messages::{Amended, Amendment, Sent};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::settings::Allowance;
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

/// A text to append.
#[derive(Debug)]
pub struct Append {
    /// The pod.
    pub pod_id: Uuid,
    /// The client's own id.
    pub id: Uuid,
    /// Who says it.
    pub user_id: Uuid,
    /// What.
    pub text: String,
    /// The message that it answers.
    pub reply_to: Option<Uuid>,
    /// The members that it names, each once.
    pub mentions: Vec<Uuid>,
}

impl Append {
    /// Whether it is a text and nothing else.
    fn is_plain(&self) -> bool {
        self.reply_to.is_none() && self.mentions.is_empty()
    }
}

/// A change to a message.
#[derive(Debug)]
pub struct Amend {
    /// The pod.
    pub pod_id: Uuid,
    /// The message.
    pub id: Uuid,
    /// Who asks.
    pub user_id: Uuid,
    /// What is to become of it.
    pub change: Amendment,
    /// By which a repeat is known.
    pub op: Uuid,
}

/// A change of membership, or of the pod itself.
#[derive(Debug, Clone)]
pub enum Call {
    /// Opens a pod; its maker takes seat 1.
    Open {
        /// The new pod.
        pod_id: Uuid,
        /// Its event.
        event_id: Uuid,
        /// Its maker.
        by: Uuid,
        /// Its name.
        name: String,
        /// Who may join.
        join_policy: JoinPolicy,
        /// How many pods its maker may open in a time.
        limit: Option<Allowance>,
    },
    /// A person takes a seat.
    Join {
        /// The pod.
        pod_id: Uuid,
        /// Who.
        user_id: Uuid,
    },
    /// Whoever knows an invitation's code takes a seat, and joins the event if need be.
    Accept {
        /// The pod that it leads into.
        pod_id: Uuid,
        /// Who.
        user_id: Uuid,
        /// The code.
        code: String,
    },
    /// A person leaves.
    Leave {
        /// The pod.
        pod_id: Uuid,
        /// Who.
        user_id: Uuid,
    },
    /// The owner removes a person, who then stays out.
    Remove {
        /// The pod.
        pod_id: Uuid,
        /// The owner.
        by: Uuid,
        /// Whom.
        user_id: Uuid,
    },
    /// The owner lets a person in, or in again.
    Admit {
        /// The pod.
        pod_id: Uuid,
        /// The owner.
        by: Uuid,
        /// Whom.
        user_id: Uuid,
    },
    /// The owner changes the pod.
    Change {
        /// The pod.
        pod_id: Uuid,
        /// The owner.
        by: Uuid,
        /// A new name.
        name: Option<String>,
        /// A new policy.
        join_policy: Option<JoinPolicy>,
    },
    /// The owner makes another member the owner.
    HandOver {
        /// The pod.
        pod_id: Uuid,
        /// The owner.
        by: Uuid,
        /// The next one.
        user_id: Uuid,
    },
    /// The owner closes the pod.
    Close {
        /// The pod.
        pod_id: Uuid,
        /// The owner.
        by: Uuid,
    },
    /// A person leaves an event, and with it all its pods.
    LeaveEvent {
        /// The event.
        event_id: Uuid,
        /// Who.
        user_id: Uuid,
    },
    /// The maker deletes an event that nobody else has joined.
    DeleteEvent {
        /// The event.
        event_id: Uuid,
        /// The maker.
        by: Uuid,
    },
}

impl Call {
    /// By which id it is given to a writer; `Ok` when it is about that pod alone.
    fn subject(&self) -> Result<Uuid, Uuid> {
        match self {
            Call::Open { pod_id, .. }
            | Call::Join { pod_id, .. }
            | Call::Accept { pod_id, .. }
            | Call::Leave { pod_id, .. }
            | Call::Remove { pod_id, .. }
            | Call::Admit { pod_id, .. }
            | Call::Change { pod_id, .. }
            | Call::HandOver { pod_id, .. }
            | Call::Close { pod_id, .. } => Ok(*pod_id),
            Call::LeaveEvent { event_id, .. } | Call::DeleteEvent { event_id, .. } => Err(*event_id),
        }
    }

    /// Whether it may change a pod's card without a line of its log.
    fn is_about_a_card(&self) -> bool {
        matches!(self, Call::Change { .. } | Call::LeaveEvent { .. } | Call::DeleteEvent { .. })
    }

    /// Whether it may make somebody a member of the event, or none.
    fn is_about_members(&self) -> bool {
        matches!(self, Call::Accept { .. } | Call::LeaveEvent { .. })
    }

    /// The event, as far as the call itself names it.
    fn event(&self) -> Option<Uuid> {
        match self {
            Call::Open { event_id, .. } | Call::LeaveEvent { event_id, .. } | Call::DeleteEvent { event_id, .. } => {
                Some(*event_id)
            }
            _ => None,
        }
    }
}

/// What a [`Call`] came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// The seat, after joining.
    pub seat: Option<i16>,
    /// Whether the log has got a line: false for a repeat.
    pub fresh: bool,
}

/// An entry in a writer's queue.
enum Entry {
    Append(Append, Ticket<Sent>),
    Amend(Amend, Ticket<Amended>),
    Call(Call, Ticket<Done>),
}

/// Where an entry's answer goes, and until when it is wanted.
struct Ticket<T> {
    deadline: Instant,
    answer: oneshot::Sender<Result<T>>,
    pending: Pending,
}

impl<T> Ticket<T> {
    fn answer(self, outcome: Result<T>) {
        // Whoever asked may have gone; what was committed stays committed.
        let _ = self.answer.send(outcome);
        drop(self.pending);
    }
}

/// Counts an entry as long as it lives.
struct Pending(Arc<AtomicUsize>);

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
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

/// The way to the writers. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    writers: Arc<[mpsc::Sender<Entry>]>,
    pending: Arc<AtomicUsize>,
    wait: Duration,
}

impl Journal {
    /// Starts the writers, each on the thread of its number.
    pub fn start(options: &Options, deliver: &Arc<dyn Deliver>, threads: &Threads) -> Self {
        let capacity = (options.entries / options.writers.max(1)).max(1);
        let writers = (0..options.writers.max(1)).map(|index| {
            let (queue, entries) = mpsc::channel(capacity);
            let (url, deliver) = (options.url.clone(), Arc::clone(deliver));
            threads.spawn(index, writer::run(index, url, entries, deliver));
            queue
        });
        Journal { writers: writers.collect(), pending: Arc::default(), wait: options.wait }
    }

    /// Hands a text to its writer now, and answers what comes of it. The order of calls is the order in the log.
    ///
    /// # Errors
    /// `overloaded`, `unavailable`, `conflict`, `not_found`, `not_member`.
    pub fn append(&self, append: Append) -> impl Future<Output = Result<Sent>> + use<> {
        let (ticket, outcome) = self.ticket();
        self.hand_over(append.pod_id, Entry::Append(append, ticket));
        outcome
    }

    /// Hands a change of a message to its writer now, and answers what comes of it. It stands in the log where it stands
    /// among the pod's texts.
    ///
    /// # Errors
    /// `overloaded`, `unavailable`, `conflict`, `forbidden`, `invalid`, `not_found`, `not_member`.
    pub fn amend(&self, amend: Amend) -> impl Future<Output = Result<Amended>> + use<> {
        let (ticket, outcome) = self.ticket();
        self.hand_over(amend.pod_id, Entry::Amend(amend, ticket));
        outcome
    }

    /// Hands a change of membership to its writer now, and answers what comes of it.
    ///
    /// # Errors
    /// `overloaded`, `unavailable`, and what the function of the database refuses.
    pub fn call(&self, call: Call) -> impl Future<Output = Result<Done>> + use<> {
        let (ticket, outcome) = self.ticket();
        self.hand_over(call.subject().unwrap_or_else(|event_id| event_id), Entry::Call(call, ticket));
        outcome
    }

    /// The number of the pod's writer.
    pub fn writer(&self, pod_id: Uuid) -> usize {
        spread(pod_id, self.writers.len())
    }

    /// Waits until nothing waits to be written, or the time is up. Answers whether all was.
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

    fn hand_over(&self, id: Uuid, entry: Entry) {
        if let Err(refused) = self.writers[self.writer(id)].try_send(entry) {
            match refused.into_inner() {
                Entry::Append(_, ticket) => ticket.answer(Err(Code::Overloaded.into())),
                Entry::Amend(_, ticket) => ticket.answer(Err(Code::Overloaded.into())),
                Entry::Call(_, ticket) => ticket.answer(Err(Code::Overloaded.into())),
            }
        }
    }

    fn ticket<T>(&self) -> (Ticket<T>, impl Future<Output = Result<T>> + use<T>) {
        let (answer, outcome) = oneshot::channel();
        let deadline = Instant::now() + self.wait;
        self.pending.fetch_add(1, Ordering::AcqRel);
        let ticket = Ticket { deadline, answer, pending: Pending(Arc::clone(&self.pending)) };
        let outcome = async move {
            match tokio::time::timeout_at(deadline.into(), outcome).await {
                Ok(Ok(outcome)) => outcome,
                // An entry is dropped without an answer only when the node stops.
                Ok(Err(_)) | Err(_) => Err(Error::new(Code::Unavailable)),
            }
        };
        (ticket, outcome)
    }
}

/// Which of `n` serves an id.
fn spread(id: Uuid, n: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    (hasher.finish() % n.max(1) as u64) as usize
}
