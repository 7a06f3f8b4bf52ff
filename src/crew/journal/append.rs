//! Entries that append texts to logs.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::logs::Logs;
use super::news::News;
use super::{Subject, refusal_of_message};
use crate::crew::messages::{Kind, Message, Sent};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::group_commit::{Connection, Entry, Failure, Group};

/// The statement that appends plain texts.
pub(super) const PLAIN: &str = "SELECT code, seq, at, fresh FROM podium.append($1, $2, $3, $4) ORDER BY ord";

/// The same for groups with replies or mentions.
pub(super) const FULL: &str = "SELECT code, seq, at, fresh FROM podium.append($1, $2, $3, $4, $5, $6) ORDER BY ord";

/// A text to append.
#[derive(Debug)]
pub struct Append {
    /// The pod.
    pub pod_id: Uuid,
    /// The client's own id.
    pub id: Uuid,
    /// The author.
    pub user_id: Uuid,
    /// The text.
    pub text: String,
    /// The message to which it replies.
    pub reply_to: Option<Uuid>,
    /// The mentioned members, each once.
    pub mentions: Vec<Uuid>,
}

impl Append {
    /// Returns whether it is a text without reply or mentions.
    fn is_plain(&self) -> bool {
        self.reply_to.is_none() && self.mentions.is_empty()
    }
}

/// A row of `podium.append`.
pub struct Verdict {
    code: String,
    seq: Option<i64>,
    at: Option<DateTime<Utc>>,
    fresh: bool,
}

impl Entry for Append {
    type Target = Logs;
    type Answer = Sent;
    type Verdict = Verdict;
    type News = News;

    fn subject(&self) -> Subject {
        Subject::Pod(self.pod_id)
    }

    fn label(&self) -> String {
        self.id.to_string()
    }

    async fn commit(connection: &mut Connection, group: &Group<Self>) -> Result<Vec<Verdict>, Failure> {
        let is_plain = group.entries().all(Append::is_plain);
        let (mut replies, mut mentions) = (Vec::new(), Vec::new());
        let (mut pods, mut ids, mut users, mut texts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for append in group.entries() {
            pods.push(append.pod_id);
            ids.push(append.id);
            users.push(append.user_id);
            texts.push(append.text.as_str());
            if !is_plain {
                replies.push(append.reply_to);
                let named = Some(&append.mentions).filter(|mentions| !mentions.is_empty());
                mentions.push(named.map(|mentions| array(mentions)));
            }
        }
        let rows = match is_plain {
            true => connection.query(PLAIN, &[&pods, &ids, &users, &texts]).await?,
            false => connection.query(FULL, &[&pods, &ids, &users, &texts, &replies, &mentions]).await?,
        };
        let verdicts = rows.iter().map(|row| {
            Ok(Verdict { code: row.try_get(0)?, seq: row.try_get(1)?, at: row.try_get(2)?, fresh: row.try_get(3)? })
        });
        verdicts.collect::<Result<Vec<_>, tokio_postgres::Error>>().map_err(Failure::from)
    }

    fn judge(self, verdict: Verdict, _repeated: bool, news: &mut News) -> Result<Sent> {
        let Append { pod_id, id, user_id, text, reply_to, mentions } = self;
        let (Some(seq), Some(at), "ok") = (verdict.seq, verdict.at, verdict.code.as_str()) else {
            return Err(refusal_of_message(&verdict.code));
        };
        match verdict.fresh {
            true => {
                let message = Message::fresh(id, seq, user_id, Kind::Text, text, at);
                news.changed(pod_id, &Message { reply_to, mentions, ..message });
            }
            // The first commit may not have been delivered or answered.
            false => news.repeated(pod_id, seq),
        }
        Ok(Sent { id, seq, at, fresh: verdict.fresh })
    }

    fn announce(logs: &Logs, news: News) {
        logs.tell(|deliver| news.tell(deliver));
    }

    fn refused(&self, _cause: &str) -> Error {
        Error::because(Code::Invalid, "the database refused this message")
    }
}

/// Formats ids as the text of a Postgres array.
pub(super) fn array(ids: &[Uuid]) -> String {
    let ids: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    format!("{{{}}}", ids.join(","))
}
