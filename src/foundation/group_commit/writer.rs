//! A writer: its queue, its connection, and its handling of failures.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::metrics::{Counter, Histogram};
use tokio::sync::mpsc;

use super::connection::{Backend, Connection, Failure, opened};
use super::ticket::Group;
use super::{Entry, Options, Target};
use crate::foundation::errors::Code;
use crate::foundation::metrics;

/// The most entries that a writer takes at once. Beyond some dozens, a larger group no longer lowers the cost of an
/// entry.
pub const GROUP: usize = 256;

/// The first and the longest wait between attempts to connect; it doubles in between.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));

/// How often a group with an unexpected failure is sent again unchanged, on a new connection. After that it is halved,
/// so that an entry at which Postgres always fails delays its neighbours by some milliseconds only.
const ODDITIES: u32 = 1;

/// Serves one queue until it is closed and empty.
pub(super) async fn run<T: Target>(
    index: usize,
    options: Options,
    mut entries: mpsc::Receiver<T::Queued>,
    target: Arc<T>,
) {
    let mut writer = Writer {
        index,
        target: Arc::clone(&target),
        connection: None,
        lost: None,
        suspects: HashSet::new(),
        group: options.metrics.group.histogram(metrics::NONE),
        seconds: options.metrics.seconds.histogram(metrics::NONE),
        retries: options.metrics.retries.counter(metrics::NONE),
        options,
    };
    let mut taken = Vec::with_capacity(GROUP);
    // Connecting before the first entry makes it as fast as the rest.
    if let Err(failure) = writer.connect().await {
        tracing::warn!(
            name = writer.options.name,
            writer = index,
            cause = failure.cause(),
            "writer cannot connect yet"
        );
    }
    loop {
        let received = tokio::select! {
            received = entries.recv_many(&mut taken, GROUP) => received,
            // An entry that was given up may be stored. Its subject is checked even if no further entry comes.
            () = writer.clear_suspects() => continue,
        };
        if received == 0 {
            return;
        }
        target.write(&mut writer, taken.drain(..)).await;
    }
}

/// A writer, as it is passed to [`Target::write`].
pub struct Writer<T: Target> {
    index: usize,
    options: Options,
    target: Arc<T>,
    connection: Option<Connection>,
    /// The backend of the last discarded connection.
    lost: Option<Backend>,
    /// The subjects of entries that were given up with an unknown outcome.
    suspects: HashSet<T::Subject>,
    group: Histogram,
    seconds: Histogram,
    retries: Counter,
}

/// A group, or a half of one that has failed.
struct Part<E: Entry> {
    group: Group<E>,
    /// Whether an earlier attempt may have been committed.
    unknown: bool,
}

/// The result of an attempt to commit a part.
enum End<E: Entry> {
    /// All entries are answered.
    Answered,
    /// The part is tried again in two halves.
    Halved(Part<E>, Part<E>),
}

impl<T: Target> Writer<T> {
    /// Commits a group and answers each of its entries, in every case. Returns when all are answered.
    pub async fn commit<E: Entry<Target = T>>(&mut self, group: Group<E>) {
        // Halves of a group that failed wait here, the first on top.
        let mut stack = vec![Part { group, unknown: false }];
        while let Some(part) = stack.pop() {
            if let End::Halved(first, second) = self.attempt(part).await {
                stack.push(second);
                stack.push(first);
            }
        }
    }

    async fn attempt<E: Entry<Target = T>>(&mut self, part: Part<E>) -> End<E> {
        let Part { mut group, mut unknown } = part;
        let mut backoff = BACKOFF.0;
        let mut oddities = 0;
        loop {
            self.give_up_late(&mut group, unknown);
            if group.is_empty() {
                return End::Answered;
            }
            match self.send(&group, &mut unknown).await {
                Ok((verdicts, repeated)) => {
                    self.committed(group, verdicts, repeated);
                    return End::Answered;
                }
                Err(Failure::Lost(cause)) => self.try_again(&cause, &mut backoff).await,
                Err(Failure::Unforeseen(cause)) if oddities < ODDITIES => {
                    oddities += 1;
                    self.try_again(&cause, &mut backoff).await;
                }
                Err(Failure::Refused(_) | Failure::Unforeseen(_)) if group.len() > 1 => {
                    let second = Group(group.0.split_off(group.len() / 2));
                    return End::Halved(Part { group, unknown }, Part { group: second, unknown });
                }
                Err(Failure::Refused(cause)) => {
                    self.refuse(group, &cause);
                    return End::Answered;
                }
                Err(Failure::Unforeseen(cause)) => {
                    self.give_up(group, &cause);
                    return End::Answered;
                }
            }
        }
    }

    /// Sends a group once. Returns the verdicts, and whether an earlier attempt may have been committed. `unknown` is
    /// set if this attempt may have been, too.
    async fn send<E: Entry<Target = T>>(
        &mut self,
        group: &Group<E>,
        unknown: &mut bool,
    ) -> Result<(Vec<E::Verdict>, bool), Failure> {
        let connection = self.connect().await?;
        let start = Instant::now();
        let verdicts = E::commit(connection, group).await;
        if E::MEASURED {
            self.seconds.record(start.elapsed());
        }
        match verdicts {
            Ok(verdicts) => Ok((verdicts, *unknown)),
            // Postgres has answered, and nothing of the group is stored.
            Err(failure @ Failure::Refused(_)) => Err(failure),
            Err(failure) => {
                *unknown = true;
                Err(failure)
            }
        }
    }

    /// Returns an open connection. After a loss, reports the subjects with an unknown outcome.
    async fn connect(&mut self) -> Result<&mut Connection, Failure> {
        if self.connection.as_ref().is_none_or(Connection::is_closed) {
            self.give_up_connection();
            let (target, options, lost) = (&self.target, &self.options, self.lost);
            let connection = opened(async {
                let mut connection = Connection::open(options.name, &options.url, lost).await?;
                target.prepare(&mut connection).await?;
                Ok(connection)
            });
            let connection = connection.await?;
            self.lost = None;
            tracing::info!(name = self.options.name, writer = self.index, "writer connected");
            // Before anything is committed there: what was read in another epoch is not valid in this one.
            self.target.connected(connection.epoch());
            self.connection = Some(connection);
            if !self.suspects.is_empty() {
                self.target.recheck(std::mem::take(&mut self.suspects));
            }
        }
        self.connection.as_mut().ok_or_else(|| Failure::Lost("no connection".into()))
    }

    /// Connects again if there are suspect subjects to report. Never returns if there are none.
    async fn clear_suspects(&mut self) {
        if self.suspects.is_empty() {
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

    /// Discards the connection, and waits before the next attempt.
    async fn try_again(&mut self, cause: &str, backoff: &mut Duration) {
        tracing::warn!(name = self.options.name, writer = self.index, cause, "writer will try again");
        self.retries.increment(1);
        self.give_up_connection();
        tokio::time::sleep(*backoff).await;
        *backoff = (*backoff * 2).min(BACKOFF.1);
    }

    /// Answers the entries that have waited too long. If one may have been committed, its subject is suspect.
    fn give_up_late<E: Entry<Target = T>>(&mut self, group: &mut Group<E>, unknown: bool) {
        let now = Instant::now();
        if group.0.iter().all(|waiting| waiting.ticket.deadline > now) {
            return;
        }
        for waiting in std::mem::take(&mut group.0) {
            if waiting.ticket.deadline > now {
                group.0.push(waiting);
                continue;
            }
            if unknown {
                self.suspects.insert(waiting.entry.subject());
            }
            waiting.ticket.answer(Err(Code::Unavailable.into()));
        }
    }

    /// Answers an entry that Postgres refused. The group has only this entry.
    fn refuse<E: Entry<Target = T>>(&mut self, group: Group<E>, cause: &str) {
        for waiting in group.0 {
            let (name, subject, entry) = (self.options.name, waiting.entry.subject(), waiting.entry.label());
            tracing::warn!(name, ?subject, entry, cause, "entry refused by Postgres");
            let refusal = waiting.entry.refused(cause);
            waiting.ticket.answer(Err(refusal));
        }
    }

    /// Answers an entry at which Postgres fails. The group has only this entry.
    fn give_up<E: Entry<Target = T>>(&mut self, group: Group<E>, cause: &str) {
        for waiting in group.0 {
            let (name, subject, entry) = (self.options.name, waiting.entry.subject(), waiting.entry.label());
            tracing::error!(name, ?subject, entry, cause, "entry given up, since Postgres fails at it");
            self.suspects.insert(subject);
            waiting.ticket.answer(Err(Code::Unavailable.into()));
        }
        self.give_up_connection();
    }

    fn committed<E: Entry<Target = T>>(&mut self, group: Group<E>, verdicts: Vec<E::Verdict>, repeated: bool) {
        let (entries, said) = (group.len(), verdicts.len());
        if E::MEASURED {
            self.group.record(entries as f64);
        }
        let mut news = E::News::default();
        let mut answers = Vec::with_capacity(entries);
        let mut verdicts = verdicts.into_iter();
        for waiting in group.0 {
            match verdicts.next() {
                Some(verdict) => answers.push((waiting.ticket, waiting.entry.judge(verdict, repeated, &mut news))),
                // An error of the statement: the group may be committed, with unknown outcomes.
                None => {
                    self.suspects.insert(waiting.entry.subject());
                    answers.push((waiting.ticket, Err(Code::Unavailable.into())));
                }
            }
        }
        if said != entries {
            tracing::error!(name = self.options.name, entries, said, "the database's answer does not fit the group");
            self.give_up_connection();
        }
        E::announce(&self.target, news);
        answers.into_iter().for_each(|(ticket, answer)| ticket.answer(answer));
    }
}
