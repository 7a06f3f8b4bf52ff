//! Read marks: the position up to which each person has read a pod.
//!
//! Marks move often: each message may move five of them. So they are not lines of the log, nor a transaction each:
//! marks that come within [`PACE`] are gathered, the highest one of a person in a pod counts, and one call writes those
//! of all pods. A person's mark is written and sent at most twice a second, and a first one at once.
//!
//! **Unknown outcomes.** If the call fails, the callers are answered, and the marks are written again with the next
//! call. If they were stored after all, they are sent then.
//!
//! **Bounds.** [`WAITING`] marks and callers; further ones are refused with `overloaded`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};
use uuid::Uuid;

use super::hub::PodHub;
use super::store::realtime::{self, Mark};
use crate::crew::journal;
use crate::foundation::db::Database;
use crate::foundation::errors::{Code, Error, Result};

/// Pause between two calls.
const PACE: Duration = Duration::from_millis(500);

/// Maximum marks of a call.
const CALL: usize = 256;

/// Maximum waiting callers and marks.
const WAITING: usize = 65_536;

/// A pod and a person.
type Reader = (Uuid, Uuid);

#[derive(Default)]
struct Due {
    /// The highest position; never negative.
    seq: i64,
    askers: Vec<oneshot::Sender<Result<()>>>,
    /// Whether an earlier call may have stored it without sending it.
    unsure: bool,
}

#[derive(Default)]
struct Waiting {
    due: HashMap<Reader, Due>,
    count: usize,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    wake: Notify,
}

/// A handle to the read marks. Cheap to clone.
#[derive(Clone)]
pub struct ReadMarks(Arc<Shared>);

impl ReadMarks {
    /// Creates the read marks. Returns a handle, and the task that writes them as long as the node lives.
    pub fn new(database: Database, live: Arc<PodHub>) -> (Self, impl Future<Output = ()> + Send) {
        let shared = Arc::new(Shared::default());
        (ReadMarks(Arc::clone(&shared)), run(shared, database, live))
    }

    /// Sets the mark of a person to `seq`. Returns once it is stored.
    ///
    /// # Errors
    /// `not_member`, `not_found`, `overloaded`, `unavailable`.
    pub async fn read(&self, pod_id: Uuid, user_id: Uuid, seq: i64) -> Result<()> {
        let (asker, answer) = oneshot::channel();
        {
            let mut waiting = self.0.waiting.lock();
            if waiting.count >= WAITING {
                return Err(Code::Overloaded.into());
            }
            waiting.count += 1;
            let due = waiting.due.entry((pod_id, user_id)).or_default();
            due.seq = due.seq.max(seq);
            due.askers.push(asker);
        }
        self.0.wake.notify_one();
        answer.await.unwrap_or_else(|_| Err(Code::Unavailable.into()))
    }
}

async fn run(shared: Arc<Shared>, database: Database, live: Arc<PodHub>) {
    loop {
        shared.wake.notified().await;
        let due = {
            let mut waiting = shared.waiting.lock();
            waiting.count = 0;
            std::mem::take(&mut waiting.due)
        };
        let mut due = due.into_iter().peekable();
        while due.peek().is_some() {
            let part: Vec<(Reader, Due)> = due.by_ref().take(CALL).collect();
            let unsure = write(part, &database, &live).await;
            if !unsure.is_empty() {
                let mut waiting = shared.waiting.lock();
                for (reader, seq) in unsure {
                    let due = waiting.due.entry(reader).or_default();
                    (due.seq, due.unsure) = (due.seq.max(seq), true);
                    waiting.count += 1;
                }
                shared.wake.notify_one();
            }
        }
        tokio::time::sleep(PACE).await;
    }
}

/// Writes marks, sends them and answers the callers. Returns the marks whose outcome is unknown.
async fn write(part: Vec<(Reader, Due)>, database: &Database, live: &PodHub) -> Vec<(Reader, i64)> {
    let asked: Vec<(Reader, i64)> = part.iter().map(|(reader, due)| (*reader, due.seq)).collect();
    match database.service(async |conn| realtime::mark_read(conn, &asked).await).await {
        Ok(marks) => {
            let mut moved: HashMap<Uuid, Vec<Mark>> = HashMap::new();
            let mut answers = Vec::with_capacity(part.len());
            for (((pod_id, _), due), mark) in part.into_iter().zip(marks) {
                let answer = mark.map_err(|code| journal::refusal(&code)).map(|mark| {
                    if mark.moved || due.unsure {
                        moved.entry(pod_id).or_default().push(mark);
                    }
                });
                answers.push((due.askers, answer));
            }
            moved.into_iter().for_each(|(pod_id, marks)| live.read(pod_id, marks));
            answers.into_iter().for_each(|(askers, answer)| tell(askers, &answer));
            Vec::new()
        }
        Err(error) => {
            tracing::warn!(cause = %error.reason, "read marks could not be written");
            let is_unknown = error.code == Code::Unavailable;
            let answer = Err(error);
            part.into_iter().for_each(|(_, due)| tell(due.askers, &answer));
            if is_unknown { asked } else { Vec::new() }
        }
    }
}

fn tell(askers: Vec<oneshot::Sender<Result<()>>>, answer: &Result<(), Error>) {
    for asker in askers {
        // The caller may have gone.
        let _ = asker.send(answer.clone());
    }
}
