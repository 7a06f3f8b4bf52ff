//! The reader of changes that pods' actors have missed.
//!
//! While the bus is down, every live pod misses something with each sweep, on every node. So readings are combined:
//! requests that arrive during a reading are served by the next one, all in two statements, however many pods they
//! concern. There is no timer: a single request is read at once, and under load readings become larger, not more. This
//! also keeps repairs from feeding on an overload: a slow Postgres is queried less often.
//!
//! **Bounds.** Each actor has one request at a time. A reading serves [`PODS`] requests and about [`ROWS`] rows.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use diesel_async::AsyncPgConnection;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::metrics::{POD_READINGS, POD_REPAIRS};
use super::store::realtime;
use crate::crew::messages::{self, MessagePage};
use crate::foundation::db::Database;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::metrics;

/// Maximum pods of a reading.
const PODS: usize = 128;

/// Approximate rows of a reading, shared by its pods. Each gets at least [`LEAST`].
const ROWS: usize = 1024;

/// Minimum rows that are read of a pod.
const LEAST: usize = 16;

/// A request of one actor.
struct Want {
    pod_id: Uuid,
    after: i64,
    answer: oneshot::Sender<Result<Stretch>>,
}

/// All changes of a pod's log after a position.
#[derive(Debug)]
pub struct Stretch {
    /// The messages, each once, in the order of their newest changes. `more` is set if there are further ones.
    pub page: MessagePage,
    /// The position up to which the page is complete.
    pub upto: i64,
}

/// A handle to the reader. Cheap to clone.
#[derive(Clone)]
pub struct Repairs(mpsc::UnboundedSender<Want>);

impl Repairs {
    /// Creates the reader. Returns a handle, and the task that reads as long as the node lives.
    pub fn new(database: Database) -> (Self, impl Future<Output = ()> + Send + 'static) {
        // Bounded by the number of actors: each has one request at a time.
        let (wants, waiting) = mpsc::unbounded_channel();
        (Repairs(wants), read_all(database, waiting))
    }

    /// Reads what has changed after a position.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn read(&self, pod_id: Uuid, after: i64) -> Result<Stretch> {
        let (answer, answered) = oneshot::channel();
        self.0.send(Want { pod_id, after, answer }).map_err(|_| Error::from(Code::Unavailable))?;
        answered.await.unwrap_or_else(|_| Err(Code::Unavailable.into()))
    }
}

async fn read_all(database: Database, mut waiting: mpsc::UnboundedReceiver<Want>) {
    let mut wants = Vec::with_capacity(PODS);
    while !wants.is_empty() || waiting.recv_many(&mut wants, PODS).await > 0 {
        let mut asked: HashMap<Uuid, i64> = HashMap::with_capacity(wants.len());
        let mut is_second = |want: &mut Want| match asked.entry(want.pod_id) {
            Entry::Occupied(_) => true,
            Entry::Vacant(free) => {
                free.insert(want.after);
                false
            }
        };
        // A stopping actor and its successor may both have a request for one pod: they are read one after the other.
        let later: Vec<Want> = wants.extract_if(.., |want| is_second(want)).collect();
        POD_REPAIRS.counter(metrics::NONE).increment(wants.len() as u64);
        POD_READINGS.counter(metrics::NONE).increment(1);
        match database.service(async |conn| read(conn, asked).await).await {
            Ok(mut found) => {
                for want in wants.drain(..) {
                    // A pod that does not exist has no changes.
                    let stretch = found.remove(&want.pod_id).unwrap_or(Stretch { page: empty(), upto: want.after });
                    let _ = want.answer.send(Ok(stretch));
                }
            }
            Err(cause) => {
                tracing::warn!(pods = wants.len(), %cause, "repair could not read; retrying");
                for want in wants.drain(..) {
                    let _ = want.answer.send(Err(Code::Unavailable.into()));
                }
            }
        }
        wants = later;
    }
}

/// Reads the heads first and the rows second: everything up to a head is committed, and a position without a row was
/// superseded.
async fn read(conn: &mut AsyncPgConnection, after: HashMap<Uuid, i64>) -> Result<HashMap<Uuid, Stretch>> {
    let heads = realtime::heads(conn, after.keys().copied().collect()).await?;
    let limit = (ROWS / heads.len().max(1)).clamp(LEAST, messages::PAGE_MAX);
    let stretches = heads.iter().map(|(pod_id, head)| (*pod_id, after[pod_id], *head)).collect();
    let mut pages = messages::store::changed(conn, stretches, limit).await?;
    let stretch = |(pod_id, head): (Uuid, i64)| {
        let page = pages.remove(&pod_id).unwrap_or_else(empty);
        let upto = match (page.more, page.next) {
            (true, Some(next)) => next,
            _ => head.max(after[&pod_id]),
        };
        (pod_id, Stretch { page, upto })
    };
    Ok(heads.into_iter().map(stretch).collect())
}

fn empty() -> MessagePage {
    MessagePage { messages: Vec::new(), more: false, next: None }
}
