//! One writer: its queue, its connection, and what it does when either fails.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::metrics::Histogram;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::batch::{Batch, Group, News, Work, refusal};
use super::sql::{Backend, Connection, Failure, Outcome};
use super::{Call, Deliver, Done, Entry, Ticket};
use crate::crew::pods::change::{Change, KIND};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::metrics;
use crate::wire::topic::Topic;

/// Entries in one group at most. Beyond some dozens a larger group costs Postgres as much a message.
const GROUP: usize = 256;

/// Between attempts to connect; doubled up to the last.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));

/// How often what fails for a reason that nobody foresaw is sent again as it is, on a new connection. After that it is
/// halved, so that an entry at which Postgres always fails costs its neighbours some milliseconds, and nobody for ever.
const ODDITIES: u32 = 1;

/// Serves one queue until it is closed and empty.
pub(super) async fn run(index: usize, url: String, mut entries: mpsc::Receiver<Entry>, deliver: Arc<dyn Deliver>) {
    let mut writer = Writer {
        index,
        url,
        deliver,
        connection: None,
        lost: None,
        suspects: Suspects::default(),
        group: metrics::JOURNAL_GROUP.spread(metrics::NONE),
        seconds: metrics::JOURNAL_SECONDS.spread(metrics::NONE),
    };
    let mut taken = Vec::with_capacity(GROUP);
    // Being connected before the first message comes makes it as fast as the rest.
    let _ = writer.connect().await;
    loop {
        let received = tokio::select! {
            received = entries.recv_many(&mut taken, GROUP) => received,
            // What was given up may be stored. Nobody has to write again for it to be looked for.
            () = writer.clear_suspects() => continue,
        };
        if received == 0 {
            return;
        }
        let mut batch = Batch::default();
        for entry in taken.drain(..) {
            // What came before it is written before it.
            if !batch.takes(&entry) {
                writer.write(std::mem::take(&mut batch)).await;
            }
            match entry {
                Entry::Append(append, ticket) => batch.appends.push((append, ticket)),
                Entry::Amend(amend, ticket) => batch.amends.push((amend, ticket)),
                Entry::Call(call, ticket) => writer.call(call, ticket).await,
            }
        }
        writer.write(batch).await;
    }
}

struct Writer {
    index: usize,
    url: String,
    deliver: Arc<dyn Deliver>,
    connection: Option<Connection>,
    /// Who served the last connection that was given up.
    lost: Option<Backend>,
    suspects: Suspects,
    group: Histogram,
    seconds: Histogram,
}

/// The pods of which something was given up while its outcome was unknown.
#[derive(Default)]
struct Suspects {
    pods: HashSet<Uuid>,
    all: bool,
}

impl Writer {
    async fn write(&mut self, batch: Batch) {
        self.commit(batch.appends).await;
        self.commit(batch.amends).await;
    }

    async fn commit<W: Work>(&mut self, group: Group<W>) {
        // Halves of a group that failed wait here, the first on top.
        let mut stack = vec![group];
        while let Some(mut group) = stack.pop() {
            let mut backoff = BACKOFF.0;
            // Whether an earlier attempt may have been committed.
            let mut attempted = false;
            let mut oddities = 0;
            loop {
                self.give_up_late(&mut group, attempted);
                if group.is_empty() {
                    break;
                }
                let attempt = match self.connect().await {
                    Ok(connection) => {
                        attempted = true;
                        let start = Instant::now();
                        let verdicts = W::commit(connection, &group).await;
                        self.seconds.record(start.elapsed());
                        verdicts
                    }
                    Err(failure) => Err(failure),
                };
                match attempt {
                    Ok(verdicts) => {
                        self.committed(group, verdicts);
                        break;
                    }
                    Err(Failure::Group(cause)) if group.len() == 1 => {
                        for (work, ticket) in group {
                            let (pod_id, id) = (work.pod_id(), work.id());
                            tracing::warn!(%pod_id, %id, %cause, "Postgres refused an entry");
                            ticket.answer(Err(Error::because(Code::Invalid, "the database refused this message")));
                        }
                        break;
                    }
                    Err(Failure::Odd(cause)) if oddities < ODDITIES => {
                        oddities += 1;
                        self.lost(&cause, &mut backoff).await;
                    }
                    Err(Failure::Odd(cause)) if group.len() == 1 => {
                        for (work, ticket) in group {
                            let (pod_id, id) = (work.pod_id(), work.id());
                            tracing::error!(%pod_id, %id, %cause, "Postgres fails at an entry; it is given up");
                            self.suspect(Some(pod_id));
                            ticket.answer(Err(Code::Unavailable.into()));
                        }
                        self.give_up_connection();
                        break;
                    }
                    Err(Failure::Group(_) | Failure::Odd(_)) => {
                        let second = group.split_off(group.len() / 2);
                        stack.push(second);
                        stack.push(group);
                        break;
                    }
                    Err(Failure::Again(cause)) => self.lost(&cause, &mut backoff).await,
                }
            }
        }
    }

    async fn call(&mut self, call: Call, ticket: Ticket<Done>) {
        let mut backoff = BACKOFF.0;
        let mut attempts = 0;
        let mut oddities = 0;
        loop {
            if Instant::now() >= ticket.deadline {
                if attempts > 0 {
                    self.suspect(call.subject().ok());
                }
                return ticket.answer(Err(Code::Unavailable.into()));
            }
            let attempt = match self.connect().await {
                Ok(connection) => {
                    attempts += 1;
                    connection.call(&call).await
                }
                Err(failure) => Err(failure),
            };
            match attempt {
                Ok(outcome) => {
                    let answer = self.called(&call, outcome, attempts > 1);
                    return ticket.answer(answer);
                }
                Err(Failure::Group(cause)) => return ticket.answer(Err(Error::internal(cause))),
                Err(Failure::Odd(cause)) if oddities >= ODDITIES => {
                    tracing::error!(?call, %cause, "Postgres fails at a call; it is given up");
                    self.suspect(call.subject().ok());
                    self.give_up_connection();
                    return ticket.answer(Err(Code::Unavailable.into()));
                }
                Err(Failure::Odd(cause)) => {
                    oddities += 1;
                    self.lost(&cause, &mut backoff).await;
                }
                Err(Failure::Again(cause)) => self.lost(&cause, &mut backoff).await,
            }
        }
    }

    /// A live connection. After a loss, tells of the pods whose outcome nobody knows.
    async fn connect(&mut self) -> Result<&Connection, Failure> {
        if self.connection.as_ref().is_none_or(Connection::is_closed) {
            self.give_up_connection();
            let connection = Connection::open(&self.url, self.lost).await?;
            self.lost = None;
            tracing::info!(writer = self.index, "the journal is connected");
            // Before anything is committed there: what was read of another history does not hold for it.
            self.deliver.epoch(connection.epoch());
            self.connection = Some(connection);
            let suspects = std::mem::take(&mut self.suspects);
            if suspects.all {
                self.deliver.recheck(None);
            }
            suspects.pods.into_iter().for_each(|pod_id| self.deliver.recheck(Some(pod_id)));
        }
        self.connection.as_ref().ok_or_else(|| Failure::Again("no connection".into()))
    }

    /// Connects again if there are pods to be read again. Never returns if there are none.
    async fn clear_suspects(&mut self) {
        if !self.suspects.all && self.suspects.pods.is_empty() {
            return std::future::pending().await;
        }
        while self.connect().await.is_err() {
            tokio::time::sleep(BACKOFF.1).await;
        }
    }

    fn give_up_connection(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.lost = Some(connection.backend());
        }
    }

    async fn lost(&mut self, cause: &str, backoff: &mut Duration) {
        tracing::warn!(writer = self.index, cause, "the journal will try again");
        metrics::JOURNAL_RETRIES.count(metrics::NONE).increment(1);
        self.give_up_connection();
        tokio::time::sleep(*backoff).await;
        *backoff = (*backoff * 2).min(BACKOFF.1);
    }

    /// Answers what has waited too long. What may have been committed unseen makes its pod suspect.
    fn give_up_late<W: Work>(&mut self, group: &mut Group<W>, attempted: bool) {
        let now = Instant::now();
        if group.iter().all(|(_, ticket)| ticket.deadline > now) {
            return;
        }
        for (work, ticket) in std::mem::take(group) {
            if ticket.deadline > now {
                group.push((work, ticket));
                continue;
            }
            if attempted {
                self.suspect(Some(work.pod_id()));
            }
            ticket.answer(Err(Code::Unavailable.into()));
        }
    }

    fn suspect(&mut self, pod_id: Option<Uuid>) {
        match pod_id {
            Some(pod_id) => drop(self.suspects.pods.insert(pod_id)),
            None => self.suspects.all = true,
        }
    }

    fn committed<W: Work>(&mut self, group: Group<W>, verdicts: Vec<W::Verdict>) {
        if verdicts.len() != group.len() {
            tracing::error!(entries = group.len(), verdicts = verdicts.len(), "the journal's answer does not fit");
        }
        self.group.record(group.len() as f64);
        let mut changes: HashMap<Uuid, (Topic, Vec<Change>)> = HashMap::new();
        let mut answers = Vec::with_capacity(group.len());
        for ((work, ticket), verdict) in group.into_iter().zip(verdicts) {
            let pod_id = work.pod_id();
            let (answer, news) = match work.judged(verdict) {
                Ok((answer, news)) => (Ok(answer), Some(news)),
                Err(refusal) => (Err(refusal), None),
            };
            answers.push((ticket, answer));
            match news {
                Some(News::Changed(message)) => {
                    let (topic, changes) =
                        changes.entry(pod_id).or_insert_with(|| (Topic::of(KIND, pod_id), Vec::new()));
                    changes.push(Change::of(topic, &message, message.changed_seq - 1));
                }
                // Its first commit may have been answered to nobody.
                Some(News::Repeated(position)) => self.deliver.heard_of(pod_id, position),
                None => {}
            }
        }
        for (pod_id, (_, changes)) in changes {
            self.deliver.committed(pod_id, changes);
        }
        answers.into_iter().for_each(|(ticket, answer)| ticket.answer(answer));
    }

    fn called(&mut self, call: &Call, outcome: Outcome, repeated: bool) -> Result<Done> {
        let fresh = !outcome.lines.is_empty();
        let mut changes: HashMap<Uuid, (Topic, Vec<Change>)> = HashMap::new();
        for (pod_id, line) in outcome.lines {
            let (topic, changes) = changes.entry(pod_id).or_insert_with(|| (Topic::of(KIND, pod_id), Vec::new()));
            changes.push(Change::of(topic, &line, line.seq - 1));
        }
        for (pod_id, (_, changes)) in changes {
            self.deliver.committed(pod_id, changes);
        }
        if repeated {
            // The first attempt may have written lines that nobody was told of.
            self.deliver.recheck(call.subject().ok());
        }
        if let (Call::DeleteEvent { .. }, "ok") = (call, outcome.code.as_str()) {
            outcome.pods.iter().for_each(|pod_id| self.deliver.gone(*pod_id));
        }
        let told = fresh || repeated || (outcome.code == "ok" && call.is_about_a_card());
        if let (true, Some(event_id)) = (told, call.event().or(outcome.event_id)) {
            self.deliver.wall_moved(event_id, call.is_about_members());
        }
        let already_done = repeated
            && matches!(
                (call, outcome.code.as_str()),
                (Call::Leave { .. } | Call::LeaveEvent { .. }, "not_member" | "not_found")
                    | (Call::DeleteEvent { .. } | Call::Close { .. }, "not_found")
            );
        match outcome.code.as_str() {
            "ok" => Ok(Done { seat: outcome.seat, fresh }),
            "rate_limited" => Err(Error::rate_limited_until(outcome.again)),
            _ if already_done => Ok(Done { seat: None, fresh: false }),
            code => Err(refusal(code)),
        }
    }
}
