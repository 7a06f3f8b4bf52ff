//! The numbers of posts, and those of the reader: read for a whole list at once.

use std::collections::{BTreeMap, HashMap};

use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::body::Results;
use super::store::Row;
use super::store::counted::{self, Counted};
use super::{Kind, Mine, Tally, counting};
use crate::crew::remarks::{self, Subject};
use crate::foundation::errors::Result;

/// The reader of posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// All members of the event, who are sent the same. Read as the service.
    Everybody,
    /// One person, on whose behalf it is read.
    Person(Uuid),
}

/// The numbers of one post.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    /// The votes of a poll.
    pub tally: Option<Tally>,
    /// All taps on hype.
    pub hype: Option<i64>,
    /// The number of comments.
    pub comments: i64,
    /// The number of people who reacted, by emoji.
    pub reactions: BTreeMap<String, i64>,
    /// The revision of comments and reactions.
    pub remarks_revision: i64,
    /// The reader's own; empty for [`Reader::Everybody`].
    pub mine: Mine,
}

/// Returns whether a reader sees the votes for each option of a poll.
pub fn are_shown(results: Results, is_closed: bool, has_voted: bool) -> bool {
    match results {
        Results::Always => true,
        Results::AfterVote => is_closed || has_voted,
        Results::Closed => is_closed,
    }
}

/// Reads the numbers of these posts. The number of statements does not depend on the number of posts.
///
/// # Errors
/// Those of the queries.
pub async fn of(conn: &mut AsyncPgConnection, rows: &[Row], reader: Reader) -> Result<HashMap<Uuid, Numbers>> {
    let mut all = HashMap::with_capacity(rows.len());
    let counted_posts: Vec<Uuid> = rows.iter().filter(|row| row.kind != Kind::Text).map(|row| row.id).collect();
    let counted = if counted_posts.is_empty() { Vec::new() } else { counted::of(conn, counted_posts).await? };
    let counted: HashMap<Uuid, Counted> = counted.into_iter().map(|counted| (counted.post_id, counted)).collect();
    let subjects: Vec<Subject> = rows.iter().map(|row| Subject::Post(row.id)).collect();
    let mut remarks = remarks::store::counting::counts_of(conn, &subjects).await?;
    let mut reactions = match reader {
        Reader::Person(id) => remarks::store::reacting::mine_of(conn, id, &subjects).await?,
        Reader::Everybody => HashMap::new(),
    };
    for row in rows {
        let mut numbers = Numbers::default();
        if let Some(counted) = counted.get(&row.id) {
            numbers.tally = counted.tally()?;
            numbers.hype = counted.hype;
            numbers.mine.vote = counted.mask.filter(|mask| *mask != 0).map(counting::options);
            numbers.mine.hype = match reader {
                Reader::Person(_) if row.kind == Kind::Hype => Some(counted.taps.unwrap_or_default()),
                _ => None,
            };
        }
        let subject = Subject::Post(row.id);
        if let Some(counts) = remarks.remove(&subject) {
            numbers.comments = counts.comments;
            numbers.reactions = counts.reactions;
            numbers.remarks_revision = counts.revision;
        }
        numbers.mine.reactions = reactions.remove(&subject).unwrap_or_default();
        all.insert(row.id, numbers);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn votes_are_shown_when_the_poll_says() {
        for (results, open, voted, closed) in [
            (Results::Always, true, true, true),
            (Results::AfterVote, false, true, true),
            (Results::Closed, false, false, true),
        ] {
            assert_eq!(are_shown(results, false, false), open);
            assert_eq!(are_shown(results, false, true), voted);
            assert_eq!(are_shown(results, true, false), closed);
        }
    }
}
