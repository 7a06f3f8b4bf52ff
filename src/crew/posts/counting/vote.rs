//! Votes, as entries that are committed in groups.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::kept::KeptTallies;
use super::target::{Counts, Moved};
use super::{options, refusal};
use crate::crew::posts::Tally;
use crate::crew::posts::body::Results;
use crate::crew::posts::numbers::are_shown;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::group_commit::{Connection, Entry, Failure, Group};

/// The statement that takes votes.
pub(super) const CAST: &str = "SELECT code, event_id, moved, results, tally, took, closed_at \
     FROM podium.ballots_cast($1, $2, $3, $4) ORDER BY ord";

/// A vote that was taken.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Voted {
    /// The positions of the chosen options; empty if the vote was withdrawn.
    pub options: Vec<u8>,
    /// The tally, as it was a moment ago. A later one has a higher `rev`.
    pub tally: Tally,
}

/// A vote.
pub struct Vote {
    /// The poll.
    pub post_id: Uuid,
    /// The voter.
    pub user_id: Uuid,
    /// The options as bits; 0 to withdraw.
    pub mask: i32,
    /// The tallies for the answers.
    pub kept: Arc<KeptTallies>,
}

/// The database's answer to a vote.
pub struct Verdict {
    code: String,
    event_id: Option<Uuid>,
    moved: bool,
    /// The tally of the poll: the final one if it is closed.
    known: Option<(Tally, Results)>,
    closed_at: Option<DateTime<Utc>>,
}

impl Entry for Vote {
    type Target = Counts;
    type Answer = Voted;
    type Verdict = Verdict;
    type News = Moved;

    fn subject(&self) -> Uuid {
        self.post_id
    }

    fn label(&self) -> String {
        self.post_id.to_string()
    }

    async fn commit(connection: &mut Connection, group: &Group<Self>) -> Result<Vec<Verdict>, Failure> {
        let polls: HashSet<Uuid> = group.entries().map(|vote| vote.post_id).collect();
        let kept = group.entries().next().map(|vote| Arc::clone(&vote.kept)).unwrap_or_default();
        let (known, due) = kept.look_up(polls, Instant::now());
        let known = known.into_iter().map(|(poll, kept)| (poll, (kept.tally, kept.results)));
        let mut known: HashMap<Uuid, (Tally, Results)> = known.collect();
        let posts: Vec<Uuid> = group.entries().map(|vote| vote.post_id).collect();
        let users: Vec<Uuid> = group.entries().map(|vote| vote.user_id).collect();
        let masks: Vec<i32> = group.entries().map(|vote| vote.mask).collect();
        let rows = connection.query(CAST, &[&posts, &users, &masks, &due]).await?;
        let (mut counted, mut took) = (Vec::new(), Duration::ZERO);
        let mut verdicts = Vec::with_capacity(rows.len());
        for (row, vote) in rows.iter().zip(group.entries()) {
            // The first row of each poll that was counted, or is closed, has its tally.
            if let (Some(results), Some(tally)) = (row.try_get(3)?, row.try_get(4)?) {
                let (tally, results) = read_tally(results, tally)?;
                counted.push((vote.post_id, tally.clone(), results));
                took = Duration::try_from_secs_f64(row.try_get(5)?).unwrap_or_default();
                known.insert(vote.post_id, (tally, results));
            }
            verdicts.push(Verdict {
                code: row.try_get(0)?,
                event_id: row.try_get(1)?,
                moved: row.try_get(2)?,
                known: known.get(&vote.post_id).cloned(),
                closed_at: row.try_get(6)?,
            });
        }
        kept.put(counted, took, Instant::now());
        Ok(verdicts)
    }

    fn judge(self, verdict: Verdict, repeated: bool, news: &mut Moved) -> Result<Voted> {
        // An earlier attempt may have been committed, and its change be known to nobody.
        if let (true, Some(event_id)) = (verdict.moved || repeated, verdict.event_id) {
            news.entry(event_id).or_default().insert(self.post_id);
        }
        match (verdict.code.as_str(), verdict.known) {
            ("ok", Some((tally, results))) => {
                let counts = tally.counts.filter(|_| are_shown(results, false, self.mask != 0));
                Ok(Voted { options: options(self.mask), tally: Tally { counts, ..tally } })
            }
            ("closed", Some((tally, _))) => Err(closed(&tally, verdict.closed_at)),
            // Its time is over, and nobody has counted it yet: the service does, and refuses the vote with the result.
            ("due", _) => Err(Code::PollClosed.into()),
            (code, _) => Err(refusal(code)),
        }
    }

    fn announce(counts: &Counts, moved: Moved) {
        counts.moved(counts.polls, moved);
    }

    fn refused(&self, _cause: &str) -> Error {
        Error::because(Code::Invalid, "the database refused this vote")
    }
}

/// Returns the refusal of a vote in a closed poll.
pub(super) fn closed(tally: &Tally, closed_at: Option<DateTime<Utc>>) -> Error {
    Error::new(Code::PollClosed).with("tally", tally).with("closed_at", closed_at)
}

fn read_tally(results: &str, tally: Value) -> Result<(Tally, Results), Failure> {
    let results = serde_json::from_value(Value::String(results.to_owned()));
    let read = results.and_then(|results| Ok((serde_json::from_value(tally)?, results)));
    read.map_err(|cause| Failure::Unforeseen(cause.to_string()))
}
