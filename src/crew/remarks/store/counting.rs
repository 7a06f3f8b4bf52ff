//! The counts of comments and reactions.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Jsonb};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::super::{Counts, Subject};
use super::SqlUuid;
use crate::foundation::errors::{Error, Result};
use crate::foundation::prepared::{Statement, prepared};

#[derive(QueryableByName)]
struct CountsRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    comments: i64,
    #[diesel(sql_type = BigInt)]
    revision: i64,
    #[diesel(sql_type = Jsonb)]
    reactions: Value,
}

impl CountsRow {
    fn counts(self) -> Result<(Uuid, Counts)> {
        let reactions = serde_json::from_value(self.reactions).map_err(Error::internal)?;
        Ok((self.id, Counts { comments: self.comments, reactions, revision: self.revision }))
    }
}

/// Counts the remarks of the posts `s (id)`, each by itself whatever the planner estimates: the cost must not grow with
/// the tables.
macro_rules! counts_of_posts {
    ($posts:literal) => {
        concat!(
            "SELECT s.id, c.live AS comments, (2 * c.written - c.live + r.changes)::bigint AS revision, ",
            "r.kinds AS reactions FROM ",
            $posts,
            " CROSS JOIN LATERAL (SELECT count(*) AS written, count(*) FILTER (WHERE deleted_at IS NULL) AS live \
               FROM comments WHERE post_id = s.id) c \
             CROSS JOIN LATERAL (SELECT coalesce(sum(k.changes), 0) AS changes, \
                 coalesce(jsonb_object_agg(k.emoji, k.people) FILTER (WHERE k.people > 0), '{}') AS kinds \
               FROM (SELECT emoji, count(*) FILTER (WHERE is_on) AS people, sum(changes) AS changes \
                 FROM reactions WHERE post_id = s.id GROUP BY emoji) k) r"
        )
    };
}

struct CountsOf;

impl Statement for CountsOf {
    const SQL: &'static str = counts_of_posts!("unnest($1) s (id)");
}

/// Returns how many remarks each of these subjects has, in one statement. The caller must have read the subjects: on
/// behalf of a person, it counts only what that person may read.
pub async fn counts_of(conn: &mut AsyncPgConnection, subjects: &[Subject]) -> Result<HashMap<Subject, Counts>> {
    if subjects.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = subjects.iter().map(|subject| subject.id()).collect();
    let rows: Vec<CountsRow> = prepared::<CountsOf>().bind::<Array<SqlUuid>, _>(ids).load(conn).await?;
    rows.into_iter().map(|row| row.counts().map(|(id, counts)| (Subject::Post(id), counts))).collect()
}

struct CountsIn;

impl Statement for CountsIn {
    const SQL: &'static str =
        counts_of_posts!("(SELECT id FROM podium.newest_posts($1, $2) id UNION SELECT unnest($3)) s");
}

/// Returns how many remarks these posts of an event have, and its newest ones, in one statement. Runs as the service.
pub async fn counts_in(
    conn: &mut AsyncPgConnection,
    event_id: Uuid,
    newest: i32,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Counts)>> {
    let counts = prepared::<CountsIn>()
        .bind::<SqlUuid, _>(event_id)
        .bind::<Integer, _>(newest)
        .bind::<Array<SqlUuid>, _>(ids.to_vec());
    let rows: Vec<CountsRow> = counts.load(conn).await?;
    rows.into_iter().map(CountsRow::counts).collect()
}

#[derive(QueryableByName)]
struct CheckRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = BigInt)]
    sum: i64,
}

struct Checks;

impl Statement for Checks {
    const SQL: &'static str = "SELECT e.id, \
           coalesce(sum(podium.tally_check(p.id, (2 * c.written - c.live + r.changes)::bigint)), 0)::bigint AS sum \
         FROM unnest($1) e (id) LEFT JOIN LATERAL podium.newest_posts(e.id, $2) p (id) ON true \
         LEFT JOIN LATERAL (SELECT count(*) AS written, count(*) FILTER (WHERE deleted_at IS NULL) AS live \
           FROM comments WHERE post_id = p.id) c ON true \
         LEFT JOIN LATERAL (SELECT coalesce(sum(changes), 0) AS changes FROM reactions WHERE post_id = p.id) r ON true \
         GROUP BY e.id";
}

/// Returns, for each of these events, a number that differs when the counts of one of its newest posts have changed, in
/// one statement. Runs as the service.
pub async fn checks(conn: &mut AsyncPgConnection, events: Vec<Uuid>, newest: i32) -> Result<Vec<(Uuid, i64)>> {
    let checks = prepared::<Checks>().bind::<Array<SqlUuid>, _>(events).bind::<Integer, _>(newest);
    let rows: Vec<CheckRow> = checks.load(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.sum)).collect())
}
