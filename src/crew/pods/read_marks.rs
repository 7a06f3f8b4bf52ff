//! Up to where people have read.
//!
//! People read along: each message that comes may move five marks. So marks are no lines of the log, and not a transaction
//! each: what comes within [`PACE`] is gathered, the highest of one person in one pod stands for all, and one call writes
//! those of all pods. A person's mark is written and told at most twice a second, and a first one at once.
//!
//! **Unknown outcomes.** When the call fails, whoever waits is answered, and the marks are written again with the next: if
//! they were stored after all, the others are told then.
//!
//! **Bounds.** [`WAITING`] marks and askers; beyond it `overloaded`.

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

/// Between two calls.
const PACE: Duration = Duration::from_millis(500);

/// Marks in one call at most.
const CALL: usize = 256;

/// Askers and marks that may wait.
const WAITING: usize = 65_536;

/// A person in a pod.
type Reader = (Uuid, Uuid);

#[derive(Default)]
struct Due {
    /// The highest position; none is negative.
    seq: i64,
    askers: Vec<oneshot::Sender<Result<()>>>,
    /// Whether an earlier call may have stored it, and told nobody.
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

/// The way to the read marks. Cheap to clone.
#[derive(Clone)]
pub struct ReadMarks(Arc<Shared>);

impl ReadMarks {
    /// The marks, and the work that writes them for as long as the node lives.
    pub fn new(database: Database, live: Arc<PodHub>) -> (Self, impl Future<Output = ()> + Send) {
        let shared = Arc::new(Shared::default());
        (ReadMarks(Arc::clone(&shared)), run(shared, database, live))
    }

    /// The person has read up to `seq`. Answered once that is stored.
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

/// Writes marks, tells of them and answers. Gives those back of which nobody knows whether they are stored.
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
        // Whoever asked may have gone.
        let _ = asker.send(answer.clone());
    }
}
