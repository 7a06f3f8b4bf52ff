//! Taps on hype, as entries that are committed in groups.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::refusal;
use super::target::{Counts, Moved};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::group_commit::{Connection, Entry, Failure, Group};

/// The statement that adds taps.
pub(super) const ADD: &str =
    "SELECT ord, code, event_id, accepted, mine, wait_ms, moved FROM podium.taps_add($1, $2, $3, $4)";

/// Taps that were accepted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TapsAccepted {
    /// The device.
    pub source: String,
    /// All taps of the device that have been accepted.
    pub accepted: i64,
    /// All taps of the caller's devices that have been accepted.
    pub mine: i64,
    /// Milliseconds after which more may be accepted; 0 if all were.
    pub retry_after_ms: i64,
}

/// Taps of one device.
pub struct Taps {
    /// The post.
    pub post_id: Uuid,
    /// The person.
    pub user_id: Uuid,
    /// The device.
    pub source: String,
    /// All its taps.
    pub total: i64,
}

/// The database's answer to taps.
pub struct Verdict {
    code: String,
    event_id: Option<Uuid>,
    accepted: Option<i64>,
    mine: Option<i64>,
    wait_ms: i64,
    moved: bool,
}

impl Entry for Taps {
    type Target = Counts;
    type Answer = TapsAccepted;
    type Verdict = Verdict;
    type News = Moved;

    fn subject(&self) -> Uuid {
        self.post_id
    }

    fn label(&self) -> String {
        self.post_id.to_string()
    }

    async fn commit(connection: &mut Connection, group: &Group<Self>) -> Result<Vec<Verdict>, Failure> {
        let posts: Vec<Uuid> = group.entries().map(|taps| taps.post_id).collect();
        let users: Vec<Uuid> = group.entries().map(|taps| taps.user_id).collect();
        let sources: Vec<&str> = group.entries().map(|taps| taps.source.as_str()).collect();
        let totals: Vec<i64> = group.entries().map(|taps| taps.total).collect();
        let rows = connection.query(ADD, &[&posts, &users, &sources, &totals]).await?;
        let mut verdicts = HashMap::with_capacity(rows.len());
        for row in &rows {
            let verdict = Verdict {
                code: row.try_get(1)?,
                event_id: row.try_get(2)?,
                accepted: row.try_get(3)?,
                mine: row.try_get(4)?,
                wait_ms: row.try_get(5)?,
                moved: row.try_get(6)?,
            };
            verdicts.insert(row.try_get::<_, i32>(0)?, verdict);
        }
        // The rows come in the order of their locks.
        Ok((1..=posts.len() as i32).map_while(|ord| verdicts.remove(&ord)).collect())
    }

    fn judge(self, verdict: Verdict, repeated: bool, news: &mut Moved) -> Result<TapsAccepted> {
        if let (true, Some(event_id)) = (verdict.moved || repeated, verdict.event_id) {
            news.entry(event_id).or_default().insert(self.post_id);
        }
        match (verdict.code.as_str(), verdict.accepted, verdict.mine) {
            ("ok", Some(accepted), Some(mine)) => {
                Ok(TapsAccepted { source: self.source, accepted, mine, retry_after_ms: verdict.wait_ms })
            }
            (code, ..) => Err(refusal(code)),
        }
    }

    fn announce(counts: &Counts, moved: Moved) {
        counts.moved(counts.hype, moved);
    }

    fn refused(&self, _cause: &str) -> Error {
        Error::because(Code::Invalid, "the database refused these taps")
    }
}
