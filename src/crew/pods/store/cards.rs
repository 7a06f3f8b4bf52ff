//! Cards of pods: the part of a pod that the event's members see.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::crew::pods::Pod;
use crate::crew::pods::dto::PodView;
use crate::crew::pods::store;
use crate::foundation::errors::Result;
use crate::foundation::prepared::{Statement, prepared};

/// A changed card of a pod.
#[derive(Debug)]
pub struct Card {
    /// The pod.
    pub pod_id: Uuid,
    /// The number of the event's feed with which it changed.
    pub wall_seq: i64,
    /// The number with which it was opened.
    pub wall_from: i64,
    /// The current state; `None` if the pod is closed.
    pub view: Option<PodView>,
}

#[derive(QueryableByName)]
struct CardRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = SmallInt)]
    seats: i16,
    #[diesel(sql_type = Text)]
    join_policy: String,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    created_by: Uuid,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    closed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    wall_seq: i64,
    #[diesel(sql_type = BigInt)]
    wall_from: i64,
    #[diesel(sql_type = Integer)]
    taken: i32,
}

struct CardsSince;

impl Statement for CardsSince {
    const SQL: &'static str = "SELECT p.id, p.name, p.kind, p.seats, p.join_policy, p.created_by, p.created_at, p.closed_at, p.wall_seq, \
         coalesce(p.wall_from, 0) AS wall_from, (SELECT count(*)::int FROM pod_members m WHERE m.pod_id = p.id) AS taken \
         FROM pods p WHERE p.event_id = $1 AND p.wall_seq > $2 ORDER BY p.wall_seq LIMIT $3";
}

/// Reads the cards of an event's pods that have changed after a number of its feed, in ascending order. As the service.
pub async fn cards(conn: &mut AsyncPgConnection, event_id: Uuid, after: i64, limit: i64) -> Result<Vec<Card>> {
    let rows: Vec<CardRow> = prepared::<CardsSince>()
        .bind::<diesel::sql_types::Uuid, _>(event_id)
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    let card = |row: CardRow| {
        let (pod_id, wall_seq, wall_from) = (row.id, row.wall_seq, row.wall_from);
        let view = match row.closed_at {
            Some(_) => None,
            None => Some(row.view(event_id)?),
        };
        Ok(Card { pod_id, wall_seq, wall_from, view })
    };
    rows.into_iter().map(card).collect()
}

impl CardRow {
    fn view(self, event_id: Uuid) -> Result<PodView> {
        let free_seats = store::free(self.seats, self.taken);
        let pod = Pod {
            id: self.id,
            event_id,
            name: self.name,
            kind: self.kind,
            seats: self.seats,
            join_policy: store::policy(&self.join_policy)?,
            created_by: self.created_by,
            created_at: self.created_at,
            closed_at: self.closed_at,
        };
        Ok(PodView { pod, free_seats })
    }
}
