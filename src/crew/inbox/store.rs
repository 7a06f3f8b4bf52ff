//! The queries of inboxes.

pub mod flags;
mod places;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Int2, Int4, Int8, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

pub use self::places::{Activity, Membership, activity, end_of, memberships, now};
use super::{Flags, InboxEntry};
use crate::crew::messages;
use crate::crew::pods::dto::PodView;
use crate::crew::pods::store::{free, policy};
use crate::crew::pods::{Member, Pod};
use crate::foundation::errors::{Error, Result};
use crate::foundation::http::PagePosition;
use crate::foundation::prepared::{Statement, prepared};

type SqlUuid = diesel::sql_types::Uuid;

struct Inbox;

impl Statement for Inbox {
    const SQL: &'static str = "SELECT pod_id, event_id, name, kind, seats, join_policy, created_by, created_at, read_seq, head, \
         unread, last_message, active_at, members FROM podium.inbox($1, $2, $3)";
}

#[derive(QueryableByName)]
struct InboxRow {
    #[diesel(sql_type = SqlUuid)]
    pod_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    event_id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Int2)]
    seats: i16,
    #[diesel(sql_type = Text)]
    join_policy: String,
    #[diesel(sql_type = SqlUuid)]
    created_by: Uuid,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Int8)]
    read_seq: i64,
    #[diesel(sql_type = Int8)]
    head: i64,
    #[diesel(sql_type = Int4)]
    unread: i32,
    #[diesel(sql_type = Jsonb)]
    last_message: Value,
    #[diesel(sql_type = Timestamptz)]
    active_at: DateTime<Utc>,
    #[diesel(sql_type = Jsonb)]
    members: Value,
}

/// Returns the caller's pods, the newest activity first.
pub async fn list(
    conn: &mut AsyncPgConnection,
    user_id: Uuid,
    before: Option<PagePosition>,
    limit: i64,
) -> Result<Vec<InboxEntry>> {
    let (time, pod_id) = before.map(|place| (place.time, place.id)).unzip();
    let rows: Vec<InboxRow> = prepared::<Inbox>()
        .bind::<Int4, _>(i32::try_from(limit).unwrap_or(i32::MAX))
        .bind::<Nullable<Timestamptz>, _>(time)
        .bind::<Nullable<SqlUuid>, _>(pod_id)
        .load(conn)
        .await?;
    let ids = rows.iter().map(|row| row.pod_id).collect();
    let flags = flags::of_pods(conn, ids, user_id).await?;
    let entry = |row: InboxRow| {
        let flags = flags.get(&row.pod_id).copied().unwrap_or_default();
        row.entry(flags)
    };
    rows.into_iter().map(entry).collect()
}

impl InboxRow {
    fn entry(self, flags: Flags) -> Result<InboxEntry> {
        let members: Vec<Member> = serde_json::from_value(self.members).map_err(Error::internal)?;
        let free_seats = free(self.seats, i32::try_from(members.len()).unwrap_or(i32::MAX));
        let pod = Pod {
            id: self.pod_id,
            event_id: self.event_id,
            name: self.name,
            kind: self.kind,
            seats: self.seats,
            join_policy: policy(&self.join_policy)?,
            created_by: self.created_by,
            created_at: self.created_at,
            closed_at: None,
        };
        Ok(InboxEntry {
            view: PodView { pod, free_seats },
            head: self.head,
            read_seq: self.read_seq,
            unread: self.unread,
            last_message: messages::store::of_json(self.last_message)?,
            active_at: self.active_at,
            members,
            flags,
        })
    }
}
