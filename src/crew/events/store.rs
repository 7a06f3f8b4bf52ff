//! Every query of events and their members.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind;
use diesel::result::Error::DatabaseError;
use diesel::sql_types::{Bool, Text};
use diesel::upsert::excluded;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::members::{EventMember, Membership, MyEvent};
use super::slug::{self, EventKey};
use super::{Event, Filter, NewEvent};
use crate::crew::place::Place;
use crate::crew::profiles;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::schema::{event_members, events};

/// How many endings are tried for a slug that is taken. Each one fails once in 28 million.
const SUFFIXES: usize = 3;

diesel::define_sql_function! {
    /// Postgres' own small letters, which its indexes are made of.
    fn lower(text: Text) -> Text;
}

/// Stores a new event for `by`. Also answers whether it is new, or what an earlier call with the same id stored.
///
/// # Errors
/// [`Code::Conflict`] when the id is another's, or the given slug is taken.
pub async fn create(conn: &mut AsyncPgConnection, by: Uuid, new: &NewEvent) -> Result<(Event, bool)> {
    let id = new.id.unwrap_or_else(Uuid::now_v7);
    let mut slug = new.slug.clone().unwrap_or_else(|| slug::slug_of(&new.artist, &new.city, new.date_utc));
    for _ in 0..=SUFFIXES {
        if let Some(event) = insert(conn, id, by, &slug, new).await? {
            return Ok((event, true));
        }
        // Something has the id or the slug. Whoever had it uncommitted is through, since the insert waited for them.
        if let Some(event) = events::table.find(id).select(Event::as_select()).first(conn).await.optional()? {
            return if event.created_by == by { Ok((event, false)) } else { Err(Code::Conflict.into()) };
        }
        if new.slug.is_some() {
            break;
        }
        slug = slug::with_suffix(&slug::slug_of(&new.artist, &new.city, new.date_utc));
    }
    Err(Error::because(Code::Conflict, "the slug is already taken").with("slug", slug))
}

async fn insert(conn: &mut AsyncPgConnection, id: Uuid, by: Uuid, slug: &str, new: &NewEvent) -> Result<Option<Event>> {
    let row = (
        events::id.eq(id),
        events::slug.eq(slug),
        events::artist.eq(&new.artist),
        events::city.eq(&new.city),
        events::venue.eq(&new.venue),
        events::date_utc.eq(new.date_utc),
        events::ends_at.eq(new.ends_at),
        events::time_zone.eq(&new.time_zone),
        events::created_by.eq(by),
    );
    let insert = diesel::insert_into(events::table).values(row).on_conflict_do_nothing();
    Ok(insert.returning(Event::as_returning()).get_result(conn).await.optional()?)
}

/// The events of a filter, in order of date.
pub async fn list(
    conn: &mut AsyncPgConnection,
    filter: &Filter,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Event>> {
    let mut query = events::table.select(Event::as_select()).filter(events::date_utc.ge(filter.from)).into_boxed();
    if let Some(to) = filter.to {
        query = query.filter(events::date_utc.le(to));
    }
    if let Some(artist) = &filter.artist {
        query = query.filter(lower(events::artist).eq(lower(artist)));
    }
    if let Some(city) = &filter.city {
        query = query.filter(lower(events::city).eq(lower(city)));
    }
    if let Some(Place { time: date, id }) = after {
        query = query.filter(events::date_utc.ge(date).and(events::date_utc.gt(date).or(events::id.gt(id))));
    }
    Ok(query.order((events::date_utc, events::id)).limit(limit).load(conn).await?)
}

/// The event that an address names.
///
/// # Errors
/// [`Code::NotFound`] when there is none.
pub async fn find(conn: &mut AsyncPgConnection, key: EventKey) -> Result<Event> {
    let events = events::table.select(Event::as_select());
    Ok(match key {
        EventKey::Id(id) => events.find(id).first(conn).await?,
        EventKey::Slug(slug) => events.filter(events::slug.eq(slug)).first(conn).await?,
    })
}

/// The same, locked for a change.
///
/// # Errors
/// [`Code::NotFound`] when there is none; [`Code::Forbidden`] for those who may not change it.
pub async fn lock(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Event> {
    let locked = events::table.find(id).select(Event::as_select()).for_no_key_update();
    if let Some(event) = locked.first(conn).await.optional()? {
        return Ok(event);
    }
    // Row level security lets those lock who may change.
    find(conn, EventKey::Id(id)).await?;
    Err(Error::because(Code::Forbidden, "only its maker may change an event"))
}

/// Writes a changed event back, and gives it as it is stored.
pub async fn save(conn: &mut AsyncPgConnection, event: &Event) -> Result<Event> {
    let row = (
        events::artist.eq(&event.artist),
        events::city.eq(&event.city),
        events::venue.eq(&event.venue),
        events::date_utc.eq(event.date_utc),
        events::ends_at.eq(event.ends_at),
        events::time_zone.eq(&event.time_zone),
        events::cancelled_at.eq(event.cancelled_at),
    );
    let update = diesel::update(events::table.find(event.id)).set(row);
    Ok(update.returning(Event::as_returning()).get_result(conn).await?)
}

/// Makes `user_id` a member of the event, or changes how they are one.
///
/// # Errors
/// [`Code::NotFound`] when there is no such event.
pub async fn join(
    conn: &mut AsyncPgConnection,
    event_id: Uuid,
    user_id: Uuid,
    badges: &[Value],
    hidden: bool,
) -> Result<Membership> {
    find(conn, EventKey::Id(event_id)).await?;
    let row = (
        event_members::event_id.eq(event_id),
        event_members::user_id.eq(user_id),
        event_members::vibe_badges.eq(badges),
        event_members::hidden.eq(hidden),
    );
    let joined_at = diesel::insert_into(event_members::table)
        .values(row)
        .on_conflict((event_members::event_id, event_members::user_id))
        .do_update()
        .set((
            event_members::vibe_badges.eq(excluded(event_members::vibe_badges)),
            event_members::hidden.eq(excluded(event_members::hidden)),
        ))
        .returning(event_members::joined_at)
        .get_result(conn)
        .await
        .map_err(|error| match error {
            // It was there a moment ago: its maker has deleted it meanwhile.
            DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => Error::new(Code::NotFound),
            other => other.into(),
        })?;
    Ok(Membership { event_id, user_id, vibe_badges: badges.to_vec(), hidden, joined_at })
}

/// Makes sure that `user_id` is a member of the event.
///
/// # Errors
/// [`Code::NotFound`] when there is no such event, [`Code::NotMember`] when they are not of it.
pub async fn require_member(conn: &mut AsyncPgConnection, event_id: Uuid, user_id: Uuid) -> Result<()> {
    let membership = event_members::table.find((event_id, user_id));
    let member: bool = events::table.find(event_id).select(exists(membership)).first(conn).await?;
    if member { Ok(()) } else { Err(Error::because(Code::NotMember, "only the event's members may do this")) }
}

/// The event's members whom the caller may see, in order of coming; only those who wear `badge`, if given.
pub async fn members(
    conn: &mut AsyncPgConnection,
    event_id: Uuid,
    badge: Option<&str>,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<EventMember>> {
    use event_members::{hidden, joined_at, user_id, vibe_badges};
    let columns = (user_id, vibe_badges, hidden, joined_at);
    let mut query = event_members::table.filter(event_members::event_id.eq(event_id)).select(columns).into_boxed();
    if let Some(badge) = badge {
        let worn = sql::<Bool>("EXISTS (SELECT 1 FROM unnest(event_members.vibe_badges) b WHERE b ->> 'key' = ");
        query = query.filter(worn.bind::<Text, _>(badge.to_owned()).sql(")"));
    }
    if let Some(Place { time, id }) = after {
        query = query.filter(joined_at.ge(time).and(joined_at.gt(time).or(user_id.gt(id))));
    }
    let query = query.order((joined_at, user_id)).limit(limit);
    let rows: Vec<(Uuid, Vec<Value>, bool, DateTime<Utc>)> = query.load(conn).await?;
    // Names come from a view that looks at each person: asked by id, it looks at those of the page alone.
    let ids: Vec<Uuid> = rows.iter().map(|row| row.0).collect();
    let mut people: HashMap<_, _> = HashMap::new();
    for person in profiles::store::people(conn, &ids).await? {
        people.insert(person.id, person);
    }
    let member = |(id, badges, is_hidden, time): (Uuid, Vec<Value>, bool, DateTime<Utc>)| {
        let person = people.remove(&id)?;
        Some(EventMember {
            user_id: id,
            display_name: person.display_name,
            avatar_url: person.avatar_url,
            ig_url: person.ig_url,
            vibe_badges: badges,
            hidden: is_hidden,
            joined_at: time,
        })
    };
    Ok(rows.into_iter().filter_map(member).collect())
}

/// The events of `user_id`, the latest first.
pub async fn of_member(
    conn: &mut AsyncPgConnection,
    user_id: Uuid,
    before: Option<Place>,
    limit: i64,
) -> Result<Vec<MyEvent>> {
    let mut query = event_members::table
        .inner_join(events::table.on(events::id.eq(event_members::event_id)))
        .filter(event_members::user_id.eq(user_id))
        .select((Event::as_select(), event_members::vibe_badges, event_members::hidden, event_members::joined_at))
        .into_boxed();
    if let Some(Place { time: date, id }) = before {
        query = query.filter(events::date_utc.le(date).and(events::date_utc.lt(date).or(events::id.lt(id))));
    }
    let query = query.order((events::date_utc.desc(), events::id.desc())).limit(limit);
    let rows: Vec<(Event, Vec<Value>, bool, DateTime<Utc>)> = query.load(conn).await?;
    let mine = |(event, vibe_badges, hidden, joined_at)| MyEvent { event, vibe_badges, hidden, joined_at };
    Ok(rows.into_iter().map(mine).collect())
}
