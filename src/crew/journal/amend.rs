//! Entries that change messages.

use uuid::Uuid;

use super::append::array;
use super::logs::Logs;
use super::news::News;
use super::{Subject, refusal_of_message};
use crate::crew::messages::{self, Amended, Amendment, Message};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::group_commit::{Connection, Entry, Failure, Group};

/// The statement that changes messages.
pub(super) const AMEND: &str = "SELECT code, seq, message FROM podium.amend($1, $2, $3, $4, $5, $6, $7) ORDER BY ord";

/// A change to a message.
#[derive(Debug)]
pub struct Amend {
    /// The pod.
    pub pod_id: Uuid,
    /// The message.
    pub id: Uuid,
    /// The person who changes it.
    pub user_id: Uuid,
    /// The change.
    pub change: Amendment,
    /// The id by which a repeat is recognized.
    pub op: Uuid,
}

/// A row of `podium.amend`.
pub struct Verdict {
    code: String,
    seq: Option<i64>,
    message: Option<Message>,
}

impl Entry for Amend {
    type Target = Logs;
    type Answer = Amended;
    type Verdict = Verdict;
    type News = News;

    fn subject(&self) -> Subject {
        Subject::Pod(self.pod_id)
    }

    fn label(&self) -> String {
        self.id.to_string()
    }

    async fn commit(connection: &mut Connection, group: &Group<Self>) -> Result<Vec<Verdict>, Failure> {
        let (mut pods, mut ids, mut users, mut ops) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut changes, mut values, mut mentions) = (Vec::new(), Vec::new(), Vec::new());
        for amend in group.entries() {
            pods.push(amend.pod_id);
            ids.push(amend.id);
            users.push(amend.user_id);
            ops.push(amend.op);
            let (change, value) = amend.change.as_sql();
            changes.push(change);
            values.push(value);
            mentions.push(amend.change.mentions().map(array));
        }
        let rows = connection.query(AMEND, &[&pods, &ids, &users, &changes, &values, &ops, &mentions]).await?;
        let verdicts = rows.iter().map(|row| {
            let message: Option<serde_json::Value> = row.try_get(2)?;
            let message = message.map(messages::store::of_json).transpose();
            // It is committed, but cannot be read back.
            let message = message.map_err(|error: Error| Failure::Unforeseen(error.reason.into_owned()))?;
            Ok(Verdict { code: row.try_get(0)?, seq: row.try_get(1)?, message })
        });
        verdicts.collect()
    }

    fn judge(self, verdict: Verdict, _repeated: bool, news: &mut News) -> Result<Amended> {
        let (Some(seq), "ok") = (verdict.seq, verdict.code.as_str()) else {
            return Err(refusal_of_message(&verdict.code));
        };
        match &verdict.message {
            Some(message) => news.changed(self.pod_id, message),
            None => news.repeated(self.pod_id, seq),
        }
        Ok(Amended { id: self.id, seq })
    }

    fn announce(logs: &Logs, news: News) {
        logs.tell(|deliver| news.tell(deliver));
    }

    fn refused(&self, _cause: &str) -> Error {
        Error::because(Code::Invalid, "the database refused this message")
    }
}
