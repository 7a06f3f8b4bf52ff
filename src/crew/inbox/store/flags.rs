//! The queries of a member's flags of pods.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::crew::inbox::{Flags, FlagsChange};
use crate::foundation::errors::{Code, Result};
use crate::foundation::prepared::{Statement, prepared};

#[derive(QueryableByName)]
struct FlagsRow {
    #[diesel(sql_type = SqlUuid)]
    pod_id: Uuid,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pinned_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    marked_unread: bool,
}

impl FlagsRow {
    fn flags(&self) -> Flags {
        Flags { pinned_at: self.pinned_at, marked_unread: self.marked_unread }
    }
}

struct Change;

impl Statement for Change {
    const SQL: &'static str = "WITH place AS (SELECT pod_id, user_id, read_seq FROM pod_members WHERE pod_id = $1 AND user_id = $2), \
         changed AS (INSERT INTO pod_flags AS f (pod_id, user_id, pinned_at, unread_from) \
           SELECT pod_id, user_id, CASE WHEN $3 THEN clock_timestamp() END, CASE WHEN $4 THEN read_seq END FROM place \
           ON CONFLICT (pod_id, user_id) DO UPDATE SET \
             pinned_at = CASE WHEN $3 IS NULL THEN f.pinned_at WHEN $3 THEN coalesce(f.pinned_at, excluded.pinned_at) END, \
             unread_from = CASE WHEN $4 IS NULL THEN f.unread_from ELSE excluded.unread_from END \
           RETURNING f.pod_id, f.pinned_at, f.unread_from) \
         SELECT c.pod_id, c.pinned_at, coalesce(c.unread_from >= p.read_seq, false) AS marked_unread \
         FROM changed c JOIN place p USING (pod_id)";
}

struct FlagsOf;

impl Statement for FlagsOf {
    const SQL: &'static str = "SELECT f.pod_id, f.pinned_at, coalesce(f.unread_from >= m.read_seq, false) AS marked_unread \
         FROM pod_flags f JOIN pod_members m USING (pod_id, user_id) WHERE f.pod_id = ANY ($1) AND f.user_id = $2";
}

/// Changes the caller's flags of a pod, and returns them as they are then.
///
/// # Errors
/// [`Code::NotFound`] if the caller is not a member.
pub async fn change(conn: &mut AsyncPgConnection, pod_id: Uuid, user_id: Uuid, change: FlagsChange) -> Result<Flags> {
    let rows: Vec<FlagsRow> = prepared::<Change>()
        .bind::<SqlUuid, _>(pod_id)
        .bind::<SqlUuid, _>(user_id)
        .bind::<Nullable<Bool>, _>(change.pinned)
        .bind::<Nullable<Bool>, _>(change.marked_unread)
        .load(conn)
        .await?;
    rows.as_slice().first().map(FlagsRow::flags).ok_or_else(|| Code::NotFound.into())
}

/// Returns the caller's flags of these pods. Pods without any are left out.
pub async fn of_pods(conn: &mut AsyncPgConnection, pods: Vec<Uuid>, user_id: Uuid) -> Result<HashMap<Uuid, Flags>> {
    let rows: Vec<FlagsRow> =
        prepared::<FlagsOf>().bind::<Array<SqlUuid>, _>(pods).bind::<SqlUuid, _>(user_id).load(conn).await?;
    Ok(rows.iter().map(|row| (row.pod_id, row.flags())).collect())
}
