//! The queries of meet points.

use diesel::prelude::*;
use diesel::result::DatabaseErrorKind;
use diesel::result::Error::DatabaseError;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::{MeetPoint, NewMeetPoint};
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::schema::meet_points;

/// Returns an event's meet point, if there is one and the caller may read it.
pub async fn find(conn: &mut AsyncPgConnection, event_id: Uuid) -> Result<Option<MeetPoint>> {
    Ok(meet_points::table.find(event_id).select(MeetPoint::as_select()).first(conn).await.optional()?)
}

/// Sets an event's meet point. Returns `None` if there is one.
///
/// # Errors
/// [`Code::NotFound`] when there is no such event.
pub async fn create(
    conn: &mut AsyncPgConnection,
    event_id: Uuid,
    by: Uuid,
    new: &NewMeetPoint,
) -> Result<Option<MeetPoint>> {
    let row = (
        meet_points::event_id.eq(event_id),
        meet_points::title.eq(&new.title),
        meet_points::description.eq(&new.description),
        meet_points::when_local.eq(new.when_local),
        meet_points::when_note.eq(&new.when_note),
        meet_points::created_by.eq(by),
    );
    let insert = diesel::insert_into(meet_points::table).values(row).on_conflict_do_nothing();
    match insert.returning(MeetPoint::as_returning()).get_result(conn).await.optional() {
        // Its maker has deleted the event meanwhile.
        Err(DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => Err(Error::new(Code::NotFound)),
        outcome => Ok(outcome?),
    }
}

/// Replaces an event's meet point if it has one of these versions; any, without a list. Returns `None` if it has not,
/// or if there is none.
///
/// The row is locked before its version is compared, so one of several who replace the same version succeeds.
pub async fn replace(
    conn: &mut AsyncPgConnection,
    event_id: Uuid,
    new: &NewMeetPoint,
    versions: Option<&[Uuid]>,
) -> Result<Option<MeetPoint>> {
    let row = (
        meet_points::title.eq(&new.title),
        meet_points::description.eq(&new.description),
        meet_points::when_local.eq(new.when_local),
        meet_points::when_note.eq(&new.when_note),
    );
    let update = diesel::update(meet_points::table.find(event_id)).set(row);
    let replaced = match versions {
        Some(versions) => {
            let update = update.filter(meet_points::revision.eq_any(versions));
            update.returning(MeetPoint::as_returning()).get_result(conn).await
        }
        None => update.returning(MeetPoint::as_returning()).get_result(conn).await,
    };
    Ok(replaced.optional()?)
}

/// Removes an event's meet point if it has one of these versions; any, without a list. Returns whether it did.
pub async fn remove(conn: &mut AsyncPgConnection, event_id: Uuid, versions: Option<&[Uuid]>) -> Result<bool> {
    let delete = diesel::delete(meet_points::table.find(event_id));
    let removed = match versions {
        Some(versions) => delete.filter(meet_points::revision.eq_any(versions)).execute(conn).await?,
        None => delete.execute(conn).await?,
    };
    Ok(removed > 0)
}

/// Returns an event's meet point with its number, if that is above `after`. As the service.
pub async fn since(conn: &mut AsyncPgConnection, event_id: Uuid, after: i64) -> Result<Option<(i64, MeetPoint)>> {
    let row = meet_points::table.find(event_id).filter(meet_points::wall_seq.gt(after));
    Ok(row.select((meet_points::wall_seq, MeetPoint::as_select())).first(conn).await.optional()?)
}
