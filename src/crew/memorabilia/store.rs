//! The queries of memorabilia. Row level security lets each person reach their own alone.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind;
use diesel::result::Error::DatabaseError;
use diesel::sql_types::Bool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::{Memorabilia, NewMemorabilia, ShelfItem};
use crate::crew::events::Event;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::http::PagePosition;
use crate::foundation::schema::{events, memorabilia};

/// Returns what `user_id` keeps of the event.
///
/// # Errors
/// [`Code::NotFound`] when there is nothing.
pub async fn find(conn: &mut AsyncPgConnection, event_id: Uuid, user_id: Uuid) -> Result<Memorabilia> {
    let own = memorabilia::table.filter(memorabilia::event_id.eq(event_id).and(memorabilia::user_id.eq(user_id)));
    match own.select(Memorabilia::as_select()).first(conn).await.optional()? {
        Some(found) => Ok(found),
        None => Err(Error::because(Code::NotFound, "the caller keeps nothing of the event")),
    }
}

/// Stores what `user_id` keeps of the event, in place of what they have kept so far. Also returns whether it is new.
///
/// # Errors
/// [`Code::NotFound`] when there is no such event.
pub async fn put(
    conn: &mut AsyncPgConnection,
    event_id: Uuid,
    user_id: Uuid,
    new: &NewMemorabilia,
) -> Result<(Memorabilia, bool)> {
    let content = (
        memorabilia::opener_guess.eq(&new.opener_guess),
        memorabilia::peak_moment.eq(&new.peak_moment),
        memorabilia::song_of_night.eq(&new.song_of_night),
        memorabilia::crowd_energy.eq(&new.crowd_energy),
        memorabilia::crowd_level.eq(new.crowd_level),
        memorabilia::notes.eq(&new.notes),
    );
    let stored = diesel::insert_into(memorabilia::table)
        .values((memorabilia::event_id.eq(event_id), memorabilia::user_id.eq(user_id), content))
        .on_conflict((memorabilia::event_id, memorabilia::user_id))
        .do_update()
        .set(content)
        // A row that was inserted has not been locked by anybody.
        .returning((Memorabilia::as_returning(), sql::<Bool>("xmax = 0")))
        .get_result(conn)
        .await;
    match stored {
        // Its maker has deleted the event meanwhile.
        Err(DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => Err(Error::new(Code::NotFound)),
        outcome => Ok(outcome?),
    }
}

/// Deletes what `user_id` keeps of the event. Returns whether there was anything.
pub async fn delete(conn: &mut AsyncPgConnection, event_id: Uuid, user_id: Uuid) -> Result<bool> {
    let own = memorabilia::event_id.eq(event_id).and(memorabilia::user_id.eq(user_id));
    Ok(diesel::delete(memorabilia::table.filter(own)).execute(conn).await? > 0)
}

/// Returns what `user_id` keeps of all events, the newest first.
pub async fn shelf(
    conn: &mut AsyncPgConnection,
    user_id: Uuid,
    before: Option<PagePosition>,
    limit: i64,
) -> Result<Vec<ShelfItem>> {
    use memorabilia::{created_at, id};
    let mut query = memorabilia::table
        .inner_join(events::table)
        .filter(memorabilia::user_id.eq(user_id))
        .select((Memorabilia::as_select(), Event::as_select()))
        .into_boxed();
    if let Some(place) = before {
        query = query.filter(created_at.le(place.time).and(created_at.lt(place.time).or(id.lt(place.id))));
    }
    let rows: Vec<(Memorabilia, Event)> = query.order((created_at.desc(), id.desc())).limit(limit).load(conn).await?;
    Ok(rows.into_iter().map(|(memorabilia, event)| ShelfItem { memorabilia, event }).collect())
}
