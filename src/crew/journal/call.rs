//! Calls: changes of membership, of pods or of events, each one function of the database that writes lines into logs.
//!
//! A call is data. The feature that owns the function builds it and states its effects, so a new call needs no change
//! here.

use std::fmt;

use chrono::{DateTime, Utc};
use tokio::sync::OwnedSemaphorePermit;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::Subject;
use super::logs::Logs;
use super::news::News;
use super::turns::Turn;
use crate::crew::messages::{Kind, Message};
use crate::foundation::errors::{Error, Result};
use crate::foundation::group_commit::{Connection, Entry, Failure, Group};

/// A call of a function that returns rows of `podium.outcome`: one for each new line of a log, or a single one that
/// names a pod without a line.
pub struct Call {
    subject: Subject,
    function: &'static str,
    arguments: Vec<Box<dyn ToSql + Send + Sync>>,
    refusal: fn(&str) -> Error,
    effects: Effects,
    /// What the call holds until it is answered.
    held: Option<(Turn, OwnedSemaphorePermit)>,
}

/// The effects of a call.
#[derive(Debug, Clone, Copy, Default)]
struct Effects {
    /// The event, if the call itself names it.
    event_id: Option<Uuid>,
    card: bool,
    members: bool,
    ends_pods: bool,
    done_if: &'static [&'static str],
}

impl Call {
    /// Creates a call of `function`, such as `podium.pod_join($1, $2)`. It is ordered among the entries of its subject.
    /// `refusal` maps the codes that the function returns instead of `ok`; `rate_limited` is handled here.
    pub fn new(subject: Subject, function: &'static str, refusal: fn(&str) -> Error) -> Self {
        Call { subject, function, arguments: Vec::new(), refusal, effects: Effects::default(), held: None }
    }

    /// Adds the next argument.
    pub fn with(mut self, argument: impl ToSql + Send + Sync + 'static) -> Self {
        self.arguments.push(Box::new(argument));
        self
    }

    /// Sets the event of the call. By default it is that of the pods in the outcome.
    pub fn about_event(mut self, event_id: Uuid) -> Self {
        self.effects.event_id = Some(event_id);
        self
    }

    /// Declares that the call may change a pod's card for the event's members without a line in the pod's log.
    pub fn may_change_a_card(mut self) -> Self {
        self.effects.card = true;
        self
    }

    /// Declares that the call may add or remove a member of the event.
    pub fn may_change_members(mut self) -> Self {
        self.effects.members = true;
        self
    }

    /// Declares that the pods which the outcome names without a line are gone.
    pub fn ends_pods(mut self) -> Self {
        self.effects.ends_pods = true;
        self
    }

    /// Sets the refusals that mean success if an earlier attempt with an unknown outcome may have done the work.
    /// Without such an attempt they are refusals.
    pub fn done_if(mut self, codes: &'static [&'static str]) -> Self {
        self.effects.done_if = codes;
        self
    }

    /// Makes the call hold the person's turn and its own place in the queue until it is answered.
    pub(super) fn holding(mut self, turn: Turn, place: OwnedSemaphorePermit) -> Self {
        self.held = Some((turn, place));
        self
    }

    /// Returns the text of the statement. It selects columns by name: a later release may return more.
    fn sql(&self) -> String {
        format!(
            "SELECT code, seat, pod_id, id, seq, user_id, kind, text, at, \
             (SELECT event_id FROM pods WHERE pods.id = called.pod_id) FROM {} called",
            self.function
        )
    }
}

/// Omits the arguments, which may be what people have written, or an invitation's code.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("subject", &self.subject).field("function", &self.function).finish_non_exhaustive()
    }
}

/// The result of a [`Call`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// The seat, for calls that give one.
    pub seat: Option<i16>,
    /// Whether a log has a new line; false for a repeat.
    pub fresh: bool,
}

impl Done {
    /// Returns the seat of a call that gives one.
    ///
    /// # Errors
    /// `internal` if there is none.
    pub fn taken(self) -> Result<i16> {
        self.seat.ok_or_else(|| Error::internal("a join without a seat"))
    }
}

/// The rows that a call returns.
pub struct Outcome {
    code: String,
    seat: Option<i16>,
    /// When a refused call may succeed again.
    again: Option<DateTime<Utc>>,
    /// The event of the pods; `None` for a pod that the call has created.
    event_id: Option<Uuid>,
    /// New lines, each with its pod, in ascending order within a pod.
    lines: Vec<(Uuid, Message)>,
    /// Pods that are named without a line.
    pods: Vec<Uuid>,
}

impl Outcome {
    fn read(rows: &[Row]) -> Result<Self, tokio_postgres::Error> {
        let mut outcome = Outcome {
            code: "not_found".into(),
            seat: None,
            again: None,
            event_id: None,
            lines: Vec::new(),
            pods: Vec::new(),
        };
        for row in rows {
            outcome.read_row(row)?;
        }
        Ok(outcome)
    }

    fn read_row(&mut self, row: &Row) -> Result<(), tokio_postgres::Error> {
        self.code = row.try_get(0)?;
        self.seat = row.try_get(1)?;
        self.event_id = self.event_id.or(row.try_get(9)?);
        let pod_id: Option<Uuid> = row.try_get(2)?;
        let id: Option<Uuid> = row.try_get(3)?;
        match (pod_id, id) {
            (Some(pod_id), Some(id)) => {
                let kind: &str = row.try_get(6)?;
                let kind = Kind::read(kind).unwrap_or(Kind::Text);
                let line = Message::fresh(id, row.try_get(4)?, row.try_get(5)?, kind, row.try_get(7)?, row.try_get(8)?);
                self.lines.push((pod_id, line));
            }
            (Some(pod_id), None) => {
                self.again = row.try_get(8)?;
                self.pods.push(pod_id);
            }
            (None, _) => {}
        }
        Ok(())
    }
}

/// The committed results of calls, until they are delivered.
#[derive(Default)]
pub struct CallNews {
    lines: News,
    /// Subjects for which an earlier attempt may have written lines that were not delivered.
    unknown: Vec<Subject>,
    gone: Vec<Uuid>,
    /// Events with a change for their members, and whether members have joined or left.
    events: Vec<(Uuid, bool)>,
}

impl Entry for Call {
    type Target = Logs;
    type Answer = Done;
    type Verdict = Outcome;
    type News = CallNews;

    const MEASURED: bool = false;

    fn subject(&self) -> Subject {
        self.subject
    }

    fn label(&self) -> String {
        self.function.to_owned()
    }

    async fn commit(connection: &mut Connection, group: &Group<Self>) -> Result<Vec<Outcome>, Failure> {
        // A group of calls has one entry, as they are never combined.
        let mut outcomes = Vec::with_capacity(group.len());
        for call in group.entries() {
            let arguments: Vec<&(dyn ToSql + Sync)> =
                call.arguments.iter().map(|argument| &**argument as &(dyn ToSql + Sync)).collect();
            let rows = connection.query_as(call.function, || call.sql(), &arguments).await?;
            outcomes.push(Outcome::read(&rows)?);
        }
        Ok(outcomes)
    }

    fn judge(self, outcome: Outcome, repeated: bool, news: &mut CallNews) -> Result<Done> {
        let (effects, ok) = (self.effects, outcome.code == "ok");
        let fresh = !outcome.lines.is_empty();
        for (pod_id, line) in &outcome.lines {
            news.lines.changed(*pod_id, line);
        }
        if repeated {
            news.unknown.push(self.subject);
        }
        if ok && effects.ends_pods {
            news.gone.extend(outcome.pods);
        }
        let seen = fresh || repeated || (ok && effects.card);
        if let (true, Some(event_id)) = (seen, effects.event_id.or(outcome.event_id)) {
            news.events.push((event_id, effects.members));
        }
        match outcome.code.as_str() {
            "ok" => Ok(Done { seat: outcome.seat, fresh }),
            "rate_limited" => Err(Error::rate_limited_until(outcome.again)),
            code if repeated && effects.done_if.contains(&code) => Ok(Done { seat: None, fresh: false }),
            code => Err((self.refusal)(code)),
        }
    }

    fn announce(logs: &Logs, news: CallNews) {
        logs.tell(|deliver| {
            news.lines.tell(deliver);
            for subject in news.unknown {
                deliver.recheck(match subject {
                    Subject::Pod(pod_id) => Some(pod_id),
                    Subject::Event(_) => None,
                });
            }
            news.gone.into_iter().for_each(|pod_id| deliver.gone(pod_id));
            news.events.into_iter().for_each(|(event_id, members)| deliver.feed_moved(event_id, members));
        });
    }

    fn refused(&self, cause: &str) -> Error {
        Error::internal(cause)
    }
}
