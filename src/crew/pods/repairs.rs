//! Reads what pods' actors miss.
//!
//! While the bus is away every live pod misses something with each sweep, on every node. So readings are gathered: what is
//! wanted while one is under way is read by the next, all of it in two statements, however many pods it is about. There is
//! no timer: one alone is read at once, and under load there are not more readings, but larger ones. That is also what keeps
//! this from feeding on an overload: a Postgres that is slow is asked less often.
//!
//! **Bounds.** Each actor wants one thing at a time; [`PODS`] of them are read together, and about [`ROWS`] rows.

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

/// Pods in one reading at most.
const PODS: usize = 128;

/// Rows in one reading, about: each pod's part of it, and never less than a few.
const ROWS: usize = 1024;

/// The least rows that are read of a pod.
const LEAST: usize = 16;

/// What one actor wants to know.
struct Want {
    pod_id: Uuid,
    after: i64,
    answer: oneshot::Sender<Result<Stretch>>,
}

/// All changes of a pod's log after a position.
#[derive(Debug)]
pub struct Stretch {
    /// The messages, each once, in the order of their newest changes; `more` if there are further ones.
    pub page: MessagePage,
    /// Up to where these are all.
    pub upto: i64,
}

/// The way to the reader. Cheap to clone.
#[derive(Clone)]
pub struct Repairs(mpsc::UnboundedSender<Want>);

impl Repairs {
    /// The reader, to be driven for ever, and the way to it.
    pub fn new(database: Database) -> (Self, impl Future<Output = ()> + Send + 'static) {
        // Bounded by those who ask: an actor has one question at a time.
        let (wants, waiting) = mpsc::unbounded_channel();
        (Repairs(wants), read_all(database, waiting))
    }

    /// What has changed since `after`.
    ///
    /// # Errors
    /// As the database's.
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
        // An actor that stops and its successor may both want something of one pod: one after the other.
        let later: Vec<Want> = wants.extract_if(.., |want| is_second(want)).collect();
        POD_REPAIRS.counter(metrics::NONE).increment(wants.len() as u64);
        POD_READINGS.counter(metrics::NONE).increment(1);
        match database.service(async |conn| read(conn, asked).await).await {
            Ok(mut found) => {
                for want in wants.drain(..) {
                    // Where there is no such pod, there is nothing after any position.
                    let stretch = found.remove(&want.pod_id).unwrap_or(Stretch { page: empty(), upto: want.after });
                    let _ = want.answer.send(Ok(stretch));
                }
            }
            Err(cause) => {
                tracing::warn!(pods = wants.len(), %cause, "a repair could not read; it will be tried again");
                for want in wants.drain(..) {
                    let _ = want.answer.send(Err(Code::Unavailable.into()));
                }
            }
        }
        wants = later;
    }
}

/// First the heads, then the rows: all up to a head is committed, and what is missing among the rows was superseded.
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
