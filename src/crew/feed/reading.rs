//! Readings of an event's feed: the changes since a number, in one snapshot, encoded once for the node.

use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::kinds::{AnyTally, Count, FeedKind, Item, Kinds, Removed};
use super::marks::{Dirty, Due};
use super::store;
use super::subjects::{SubjectCount, Subjects};
use crate::foundation::db::Database;
use crate::foundation::errors::Result;
use crate::realtime::subscription::{Ends, Frame, Reach};
use crate::wire::frame::Encoded;
use crate::wire::topic::Topic;

/// Changes of one kind that are sent in one round; the rest follows in the next. Well below a session's queue limit.
const TURN: usize = 64;

/// The result of a reading.
#[derive(Debug)]
pub enum Reading {
    /// There is no such event any more.
    Gone,
    /// The database has another epoch.
    OtherHistory,
    /// The changes.
    News {
        /// The frames to send, in ascending order.
        frames: Vec<Arc<Frame>>,
        /// The position up to which the frames are complete.
        upto: i64,
        /// Whether there are later changes.
        more: bool,
        /// The requested tallies.
        counted: Vec<Counted>,
    },
}

/// A tally as it was counted.
#[derive(Debug)]
pub struct Counted {
    /// The tally's index in the list.
    pub place: usize,
    /// The name of its event.
    pub event: &'static str,
    /// The result.
    pub value: Counts,
    /// The time that counting took.
    pub took: Duration,
}

/// The result of counting a tally.
#[derive(Debug)]
pub enum Counts {
    /// Of the event.
    One(Count),
    /// Of these subjects.
    Of(Subjects, Vec<SubjectCount>),
}

/// A request for a reading.
#[derive(Debug, Clone)]
pub struct Range {
    /// The event.
    pub event_id: Uuid,
    /// The number after which items are read.
    pub after: i64,
    /// The epoch of that number.
    pub epoch: String,
    /// The items and tallies to read.
    pub due: Due,
    /// The marked subjects of tallies.
    pub dirty: Dirty,
}

/// Reads the changes, as the service.
///
/// # Errors
/// [`Code::Unavailable`](crate::foundation::errors::Code::Unavailable).
pub async fn read(database: &Database, kinds: &Kinds, topic: &Topic, range: Range) -> Result<Reading> {
    let Range { event_id, after, epoch, due, dirty } = range;
    let work = async |conn: &mut _| {
        let Some(head) = store::head(conn, event_id).await? else { return Ok(Reading::Gone) };
        if head.epoch != epoch || head.seq < after {
            return Ok(Reading::OtherHistory);
        }
        let mut news = News { upto: head.seq, changes: Vec::new() };
        if head.seq > after {
            let (kinds, rows) = (kinds.kinds(), TURN as i64 + 1);
            for kind in &kinds {
                let items = kind.since(conn, event_id, after, rows).await?;
                news.take(items.into_iter().map(|item| (item.seq, item_frame(topic, &item))).collect());
            }
            let gone = store::removals(conn, event_id, after, rows).await?;
            news.take(gone.into_iter().map(|gone| (gone.seq, removal_frame(topic, &kinds, &gone))).collect());
        }
        let counted = count(conn, kinds, event_id, due, &dirty).await?;
        let (frames, upto) = news.in_order();
        Ok(Reading::News { frames, upto, more: upto < head.seq, counted })
    };
    database.service_snapshot(work).await
}

/// Counts the tallies that are due.
///
/// # Errors
/// Those of the tallies.
pub async fn count(
    conn: &mut diesel_async::AsyncPgConnection,
    kinds: &Kinds,
    event_id: Uuid,
    due: Due,
    dirty: &Dirty,
) -> Result<Vec<Counted>> {
    let mut counted = Vec::new();
    for (place, tally) in kinds.tallies().iter().enumerate().filter(|(place, _)| due.has_of_tally(*place)) {
        let began = Instant::now();
        let value = match tally {
            AnyTally::One(tally) => Counts::One(tally.read(conn, event_id).await?),
            AnyTally::Keyed(tally) => {
                let ids = dirty.get(&place).into_iter().flatten().copied().collect();
                let subjects = Subjects { live: due.has(Due::tally(place)), ids };
                // The reading before this one has taken the subject of the mark.
                let is_empty = !subjects.live && subjects.ids.is_empty();
                let counts = if is_empty { Vec::new() } else { tally.read(conn, event_id, &subjects).await? };
                Counts::Of(subjects, counts)
            }
        };
        counted.push(Counted { place, event: tally.event(), value, took: began.elapsed() });
    }
    Ok(counted)
}

/// Changes of several kinds, each read from the same position on.
struct News {
    /// The position up to which all kinds are complete.
    upto: i64,
    changes: Vec<(i64, Arc<Frame>)>,
}

impl News {
    /// Adds the changes of one kind, in ascending order. If there are more than fit a round, the reading ends where
    /// these do.
    fn take(&mut self, mut changes: Vec<(i64, Arc<Frame>)>) {
        if changes.len() > TURN {
            changes.truncate(TURN);
            self.upto = self.upto.min(changes.last().map_or(i64::MAX, |(position, _)| *position));
        }
        self.changes.append(&mut changes);
    }

    fn in_order(mut self) -> (Vec<Arc<Frame>>, i64) {
        self.changes.retain(|(position, _)| *position <= self.upto);
        self.changes.sort_by_key(|(position, _)| *position);
        (self.changes.into_iter().map(|(_, frame)| frame).collect(), self.upto)
    }
}

fn item_frame(topic: &Topic, item: &Item) -> Arc<Frame> {
    let text = item.announcement.frame(topic);
    Arc::new(Frame { text, reach: Reach::Log { position: item.seq, origin: item.seq, ends: Ends::Nobody } })
}

/// Returns the frame of a removal. A kind that this release does not know belongs to a newer node and sends nothing.
fn removal_frame(topic: &Topic, kinds: &[Arc<dyn FeedKind>], gone: &store::Removal) -> Arc<Frame> {
    let kind = kinds.iter().find(|kind| kind.name() == gone.kind);
    let removed = kind.map_or(Removed::Nothing, |kind| kind.removed(gone.id, gone.seq));
    let (text, origin, ends) = match removed {
        Removed::Announced(announcement) => (announcement.frame(topic), gone.seq, Ends::Nobody),
        // An origin below every floor: no session is sent the entry itself.
        Removed::Ends(user_id) => (Encoded::default(), i64::MIN, Ends::User(user_id)),
        Removed::Nothing => (Encoded::default(), i64::MIN, Ends::Nobody),
    };
    Arc::new(Frame { text, reach: Reach::Log { position: gone.seq, origin, ends } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_kind(positions: impl Iterator<Item = i64>) -> Vec<(i64, Arc<Frame>)> {
        let frame = |position| {
            let reach = Reach::Log { position, origin: i64::MIN, ends: Ends::User(Uuid::nil()) };
            (position, Arc::new(Frame { text: Encoded::default(), reach }))
        };
        positions.map(frame).collect()
    }

    fn positions(frames: &[Arc<Frame>]) -> Vec<i64> {
        let position = |frame: &Arc<Frame>| match frame.reach {
            Reach::Log { position, .. } => position,
            _ => 0,
        };
        frames.iter().map(position).collect()
    }

    #[test]
    fn kinds_come_in_one_order_and_end_where_the_shorter_reading_does() {
        let mut news = News { upto: 1000, changes: Vec::new() };
        news.take(of_kind([2, 7].into_iter()));
        news.take(of_kind([3, 900].into_iter()));
        let (frames, upto) = news.in_order();
        assert_eq!((positions(&frames), upto), (vec![2, 3, 7, 900], 1000));

        let mut news = News { upto: 1000, changes: Vec::new() };
        let many = TURN as i64 + 1;
        news.take(of_kind((1..=many).map(|n| n * 2)));
        news.take(of_kind([3, many * 2 - 1, 900].into_iter()));
        let (frames, upto) = news.in_order();
        assert_eq!(upto, TURN as i64 * 2, "what was not taken is read in the next turn");
        assert_eq!(positions(&frames).len(), TURN + 1, "one of the other kind lies before it");
        assert!(positions(&frames).is_sorted());
    }
}
