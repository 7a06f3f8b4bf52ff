//! What has changed on an event's wall since a number of it, read in one snapshot and encoded, once for a node.
//!
//! Whatever is to be told of an event's wall takes its number (`events.wall_seq`) with its commit. Each kind is read by its
//! own store, as many as a turn may have, and [`News`] puts them in order: a kind that comes later is a line in [`read`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use uuid::Uuid;

use super::store::live;
use crate::crew::pods::store::live::{Card, cards};
use crate::foundation::db::Database;
use crate::foundation::errors::Result;
use crate::realtime::subscription::{Ends, Frame, Reach};
use crate::wire::frame::{self, Encoded};
use crate::wire::topic::Topic;

/// Changes of one kind that are told in one turn; the rest follows in the next. Well below what may wait for a session.
const TURN: usize = 64;

/// What was found.
#[derive(Debug)]
pub enum Reading {
    /// There is no such event any more.
    Gone,
    /// The database has another line of history.
    OtherHistory,
    /// What has changed.
    News {
        /// To be told, ascending.
        frames: Vec<Arc<Frame>>,
        /// All up to here.
        upto: i64,
        /// Whether there is more.
        more: bool,
        /// How many members there are, and how long it took to count them, if that was asked.
        members: Option<(i64, Duration)>,
    },
}

/// Reads what has changed since `after`, as the service.
///
/// # Errors
/// [`Code::Unavailable`](crate::foundation::errors::Code::Unavailable).
pub async fn read(
    database: &Database,
    topic: &Topic,
    event_id: Uuid,
    after: i64,
    epoch: &str,
    count: bool,
) -> Result<Reading> {
    let work = async |conn: &mut _| {
        let Some(wall) = live::wall(conn, event_id).await? else { return Ok(Reading::Gone) };
        if wall.epoch != epoch || wall.head < after {
            return Ok(Reading::OtherHistory);
        }
        let mut news = News { upto: wall.head, changes: Vec::new() };
        if wall.head > after {
            let rows = TURN as i64 + 1;
            let changed = cards(conn, event_id, after, rows).await?;
            news.take(changed.into_iter().map(|card| (card.wall_seq, card_frame(topic, after, &card))).collect());
            let gone = live::departures(conn, event_id, after, rows).await?;
            news.take(gone.into_iter().map(|(position, user_id)| (position, departure(position, user_id))).collect());
        }
        let began = Instant::now();
        let members = match count {
            true => Some((live::count(conn, event_id).await?, began.elapsed())),
            false => None,
        };
        let (frames, upto) = news.in_order();
        Ok(Reading::News { frames, upto, more: upto < wall.head, members })
    };
    database.service_snapshot(work).await
}

/// Changes of several kinds, each read from the same position on.
struct News {
    /// Up to where all kinds were read.
    upto: i64,
    changes: Vec<(i64, Arc<Frame>)>,
}

impl News {
    /// The changes of one kind, ascending. If there are more than a turn may have, the others end where these do.
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

/// What a pod's card has become.
fn card_frame(topic: &Topic, after: i64, card: &Card) -> Arc<Frame> {
    let text = match &card.view {
        None => frame::push(topic.as_str(), "pod:closed", &json!({ "pod_id": card.pod_id, "seq": card.wall_seq })),
        Some(view) => {
            let event = if card.wall_from > after { "pod:opened" } else { "pod:changed" };
            frame::push(topic.as_str(), event, &json!({ "pod": view, "seq": card.wall_seq }))
        }
    };
    let reach = Reach::Log { position: card.wall_seq, origin: card.wall_seq, ends: Ends::Nobody };
    Arc::new(Frame { text, reach })
}

/// One has left: their sessions end here, and the others get nothing.
fn departure(position: i64, user_id: Uuid) -> Arc<Frame> {
    let reach = Reach::Log { position, origin: i64::MIN, ends: Ends::User(user_id) };
    Arc::new(Frame { text: Encoded::default(), reach })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_kind(positions: impl Iterator<Item = i64>) -> Vec<(i64, Arc<Frame>)> {
        positions.map(|position| (position, departure(position, Uuid::nil()))).collect()
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
