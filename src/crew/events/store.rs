//! The queries of events and their members.

pub mod bars;
pub mod hosts;
pub mod members;
pub mod search;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind;
use diesel::result::Error::DatabaseError;
use diesel::sql_types::{Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::upsert::excluded;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::hosts::Role;
use super::members::{EventMember, Membership, MyEvent};
use super::slug::{self, EventKey};
use super::time::Over;
use super::{Event, Filter, NewEvent, Since};
use crate::crew::profiles;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::http::PagePosition;
use crate::foundation::schema::{event_members, events};
use crate::foundation::settings::Allowance;

/// How many suffixes are tried for a slug that is taken. Each one fails once in 28 million.
const SUFFIXES: usize = 3;

#[diesel::declare_sql_function]
extern "SQL" {
    /// Returns a hash that is the same for events that count as one.
    #[sql_name = "podium.event_same_key"]
    fn event_key(artist: Text, venue: Text, date: Timestamptz, zone: Nullable<Text>) -> Text;

    /// Returns a hash that is the same for names that count as one.
    #[sql_name = "podium.name_key"]
    fn name_key(name: Text) -> Text;

    /// Returns when a person may make an event again.
    #[sql_name = "podium.event_allowance"]
    fn event_allowance(by: SqlUuid, count: Integer, seconds: Integer) -> Nullable<Timestamptz>;
}

/// Stores a new event by `by`, within `limit`. Also returns whether it is new, and not what an earlier call with the
/// same id stored.
///
/// # Errors
/// [`Code::Conflict`] when the id is another person's, the given slug is taken, or the same event exists already (its `id` is in
/// the error); [`Code::RateLimited`].
pub async fn create(
    conn: &mut AsyncPgConnection,
    by: Uuid,
    new: &NewEvent,
    limit: Option<Allowance>,
) -> Result<(Event, bool)> {
    let id = new.id.unwrap_or_else(Uuid::now_v7);
    if let Some(refusal) = refused_by(conn, by, limit).await? {
        // A repeat makes nothing. It may have waited for its first try, so that is looked up afterwards.
        return made_by(conn, id, by).await?.map(|event| (event, false)).ok_or(refusal);
    }
    let mut slug = new.slug.clone().unwrap_or_else(|| slug::slug_of(&new.artist, &new.city, new.time().day()));
    for _ in 0..=SUFFIXES {
        if let Some(event) = insert(conn, id, by, &slug, new).await? {
            return Ok((event, true));
        }
        // An event has the id or the slug, or is the same. Its transaction has ended, since the insert waited for it.
        if let Some(event) = made_by(conn, id, by).await? {
            return Ok((event, false));
        }
        if let Some(same) = same_as(conn, &new.artist, &new.venue, new.date_utc, new.time_zone.as_deref()).await? {
            return Err(same.refusal());
        }
        if new.slug.is_some() {
            break;
        }
        slug = slug::with_suffix(&slug::slug_of(&new.artist, &new.city, new.time().day()));
    }
    Err(Error::because(Code::Conflict, "the slug is already taken").with("slug", slug))
}

/// Returns the event with this id, if `by` made it.
async fn made_by(conn: &mut AsyncPgConnection, id: Uuid, by: Uuid) -> Result<Option<Event>> {
    match events::table.find(id).select(Event::as_select()).first::<Event>(conn).await.optional()? {
        Some(event) if event.created_by != by => Err(Code::Conflict.into()),
        found => Ok(found),
    }
}

/// Returns the error if the person has reached the limit. Otherwise holds a lock on the person's count until the
/// transaction ends.
async fn refused_by(conn: &mut AsyncPgConnection, by: Uuid, limit: Option<Allowance>) -> Result<Option<Error>> {
    let Some(limit) = limit else { return Ok(None) };
    let [count, seconds] = limit.as_sql();
    let again: Option<DateTime<Utc>> = diesel::select(event_allowance(by, count, seconds)).get_result(conn).await?;
    Ok(again.map(|again| Error::rate_limited_until(Some(again))))
}

/// An event of the same artist and venue on the same day.
struct Same {
    id: Uuid,
    slug: String,
}

impl Same {
    fn refusal(self) -> Error {
        let reason = "the same artist already plays there on the same day";
        Error::because(Code::Conflict, reason).with("id", self.id).with("slug", self.slug)
    }
}

async fn same_as(
    conn: &mut AsyncPgConnection,
    artist: &str,
    venue: &str,
    date_utc: DateTime<Utc>,
    time_zone: Option<&str>,
) -> Result<Option<Same>> {
    let found = events::table
        .filter(
            event_key(events::artist, events::venue, events::date_utc, events::time_zone)
                .eq(event_key(artist, venue, date_utc, time_zone)),
        )
        .filter(events::cancelled_at.is_null().and(not(events::twin)))
        .select((events::id, events::slug))
        .first(conn)
        .await
        .optional()?;
    Ok(found.map(|(id, slug)| Same { id, slug }))
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
        events::meet_point_public.eq(new.meet_point_public),
    );
    let insert = diesel::insert_into(events::table).values(row).on_conflict_do_nothing();
    Ok(insert.returning(Event::as_returning()).get_result(conn).await.optional()?)
}

/// Returns the events of a filter, in order of date.
pub async fn list(
    conn: &mut AsyncPgConnection,
    filter: &Filter,
    after: Option<PagePosition>,
    limit: i64,
) -> Result<Vec<Event>> {
    let Since::NotOver(now) = filter.since else {
        return page(conn, filtered(filter), after, limit).await;
    };
    // Of the events that began more than 12 hours ago nearly all are over: a hundred thousand of a month must not be
    // read for the few that are not. So these few come from an index of their own, and the others follow.
    let Over { open_end, .. } = Over::at(now);
    let mut found = Vec::new();
    if after.is_none_or(|place| place.time <= open_end) {
        let long = filtered(filter).filter(events::date_utc.le(open_end)).filter(sql::<Bool>(LONG));
        found = page(conn, long, after, limit).await?;
    }
    let rest = limit - i64::try_from(found.len()).unwrap_or(limit);
    if rest > 0 {
        found.extend(page(conn, filtered(filter).filter(events::date_utc.gt(open_end)), after, rest).await?);
    }
    Ok(found)
}

/// The condition of `idx_events_long`: the events that may last longer than [`OPEN_END`](super::time::OPEN_END).
const LONG: &str = "ends_at - date_utc > interval '12 hours'";

async fn page(
    conn: &mut AsyncPgConnection,
    mut query: events::BoxedQuery<'_, Pg>,
    after: Option<PagePosition>,
    limit: i64,
) -> Result<Vec<Event>> {
    if let Some(PagePosition { time: date, id }) = after {
        query = query.filter(events::date_utc.ge(date).and(events::date_utc.gt(date).or(events::id.gt(id))));
    }
    let query = query.select(Event::as_select()).order((events::date_utc, events::id)).limit(limit);
    Ok(query.load(conn).await?)
}

/// Adds the conditions of a filter to a boxed query of events, alone or joined with what belongs to them.
macro_rules! narrowed {
    ($query:expr, $filter:expr) => {{
        let (mut query, filter): (_, &Filter) = ($query, $filter);
        match filter.since {
            Since::Start(from) => query = query.filter(events::date_utc.ge(from)),
            Since::NotOver(now) => {
                let Over { now, open_end, longest } = Over::at(now);
                let open = events::ends_at.is_null().and(events::date_utc.gt(open_end));
                let not_over = events::ends_at.gt(now).or(open).assume_not_null();
                query = query.filter(events::date_utc.gt(longest)).filter(not_over);
            }
        }
        if let Some(to) = filter.to {
            query = query.filter(events::date_utc.le(to));
        }
        if let Some(artist) = &filter.artist {
            query = query.filter(name_key(events::artist).eq(name_key(artist)));
        }
        if let Some(city) = &filter.city {
            query = query.filter(name_key(events::city).eq(name_key(city)));
        }
        query
    }};
}
use narrowed;

fn filtered(filter: &Filter) -> events::BoxedQuery<'_, Pg> {
    narrowed!(events::table.into_boxed(), filter)
}

/// Returns the event with this id or slug.
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

/// Returns the event with the number of its last change in its feed, if that is above `after`. As the service.
pub async fn changed_since(conn: &mut AsyncPgConnection, id: Uuid, after: i64) -> Result<Option<(i64, Event)>> {
    let row = events::table.find(id).filter(events::changed_seq.gt(after));
    Ok(row.select((events::changed_seq, Event::as_select())).first(conn).await.optional()?)
}

/// An event, and when it was made and last changed.
pub struct Dated {
    /// The event.
    pub event: Event,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Returns the event with this id or slug, and the times of its changes.
///
/// # Errors
/// [`Code::NotFound`] when there is none.
pub async fn find_dated(conn: &mut AsyncPgConnection, key: EventKey) -> Result<Dated> {
    let columns = (Event::as_select(), events::created_at, events::updated_at);
    let events = events::table.select(columns);
    let (event, created_at, updated_at) = match key {
        EventKey::Id(id) => events.find(id).first(conn).await?,
        EventKey::Slug(slug) => events.filter(events::slug.eq(slug)).first(conn).await?,
    };
    Ok(Dated { event, created_at, updated_at })
}

/// Returns the event, locked for a change.
///
/// # Errors
/// [`Code::NotFound`] when there is none; [`Code::Forbidden`] if the caller may not change it.
pub async fn lock(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Event> {
    let locked = events::table.find(id).select(Event::as_select()).for_no_key_update();
    if let Some(event) = locked.first(conn).await.optional()? {
        return Ok(event);
    }
    // Row level security allows the lock only if the caller may change the event.
    find(conn, EventKey::Id(id)).await?;
    Err(Error::because(Code::Forbidden, "only the person who made an event may change it"))
}

/// Stores a changed event, and returns it as it is stored.
///
/// # Errors
/// [`Code::Conflict`] when it would be the same as another event; its `id` is in the error.
pub async fn save(conn: &mut AsyncPgConnection, event: &Event) -> Result<Event> {
    let row = (
        events::artist.eq(&event.artist),
        events::city.eq(&event.city),
        events::venue.eq(&event.venue),
        events::date_utc.eq(event.date_utc),
        events::ends_at.eq(event.ends_at),
        events::time_zone.eq(&event.time_zone),
        events::cancelled_at.eq(event.cancelled_at),
        events::meet_point_public.eq(event.meet_point_public),
    );
    let update = diesel::update(events::table.find(event.id)).set(row).returning(Event::as_returning());
    // In a nested transaction, so that the other event can still be read.
    match conn.transaction(async |conn| update.get_result(conn).await).await {
        Err(DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            let same = same_as(conn, &event.artist, &event.venue, event.date_utc, event.time_zone.as_deref()).await?;
            // It is gone already.
            Err(same.map_or_else(|| Code::Conflict.into(), Same::refusal))
        }
        outcome => Ok(outcome?),
    }
}

/// Makes `user_id` a member of the event, or changes the membership.
///
/// # Errors
/// [`Code::NotFound`] when there is no such event, [`Code::Forbidden`] when the person is barred from it.
pub async fn join(
    conn: &mut AsyncPgConnection,
    event_id: Uuid,
    user_id: Uuid,
    badges: &[Value],
    hidden: bool,
) -> Result<Membership> {
    find(conn, EventKey::Id(event_id)).await?;
    bars::require_none(conn, event_id, user_id).await?;
    let row = (
        event_members::event_id.eq(event_id),
        event_members::user_id.eq(user_id),
        event_members::vibe_badges.eq(badges),
        event_members::hidden.eq(hidden),
    );
    let (role, joined_at): (String, _) = diesel::insert_into(event_members::table)
        .values(row)
        .on_conflict((event_members::event_id, event_members::user_id))
        .do_update()
        .set((
            event_members::vibe_badges.eq(excluded(event_members::vibe_badges)),
            event_members::hidden.eq(excluded(event_members::hidden)),
        ))
        .returning((event_members::role, event_members::joined_at))
        .get_result(conn)
        .await
        .map_err(|error| match error {
            // Its maker has deleted it meanwhile.
            DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => Error::new(Code::NotFound),
            other => other.into(),
        })?;
    let role = Role::read(&role);
    Ok(Membership { event_id, user_id, vibe_badges: badges.to_vec(), hidden, role, joined_at })
}

/// Checks that `user_id` is a member of the event.
///
/// # Errors
/// [`Code::NotFound`] when there is no such event, [`Code::NotMember`] when they are not a member.
pub async fn require_member(conn: &mut AsyncPgConnection, event_id: Uuid, user_id: Uuid) -> Result<()> {
    let membership = event_members::table.find((event_id, user_id));
    let member: bool = events::table.find(event_id).select(exists(membership)).first(conn).await?;
    if member { Ok(()) } else { Err(Error::because(Code::NotMember, "the caller must be a member of the event")) }
}

/// What a membership says beside whom or what it is of: badges, whether it is hidden, role, and time of joining.
type MembershipOf<T> = (T, Vec<Value>, bool, String, DateTime<Utc>);

/// Returns the event's members whom the caller may see, in the order in which they joined; with `badge` only members
/// with that badge.
pub async fn members(
    conn: &mut AsyncPgConnection,
    event_id: Uuid,
    badge: Option<&str>,
    after: Option<PagePosition>,
    limit: i64,
) -> Result<Vec<EventMember>> {
    use event_members::{hidden, joined_at, role, user_id, vibe_badges};
    let columns = (user_id, vibe_badges, hidden, role, joined_at);
    let mut query = event_members::table.filter(event_members::event_id.eq(event_id)).select(columns).into_boxed();
    if let Some(badge) = badge {
        let worn = sql::<Bool>("EXISTS (SELECT 1 FROM unnest(event_members.vibe_badges) b WHERE b ->> 'key' = ");
        query = query.filter(worn.bind::<Text, _>(badge.to_owned()).sql(")"));
    }
    if let Some(PagePosition { time, id }) = after {
        query = query.filter(joined_at.ge(time).and(joined_at.gt(time).or(user_id.gt(id))));
    }
    let query = query.order((joined_at, user_id)).limit(limit);
    let rows: Vec<MembershipOf<Uuid>> = query.load(conn).await?;
    // Names come from a view that checks each person: asked by id, it checks only those of the page.
    let ids: Vec<Uuid> = rows.iter().map(|row| row.0).collect();
    let mut people: HashMap<_, _> = HashMap::new();
    for person in profiles::store::people(conn, &ids).await? {
        people.insert(person.id, person);
    }
    let member = |(id, badges, is_hidden, given, time): MembershipOf<Uuid>| {
        let person = people.remove(&id)?;
        Some(EventMember {
            user_id: id,
            display_name: person.display_name,
            avatar_url: person.avatar_url,
            ig_url: person.ig_url,
            vibe_badges: badges,
            hidden: is_hidden,
            role: Role::read(&given),
            joined_at: time,
        })
    };
    Ok(rows.into_iter().filter_map(member).collect())
}

/// Returns the events of `user_id`, the latest first.
pub async fn of_member(
    conn: &mut AsyncPgConnection,
    user_id: Uuid,
    before: Option<PagePosition>,
    limit: i64,
) -> Result<Vec<MyEvent>> {
    let mut query = event_members::table
        .inner_join(events::table.on(events::id.eq(event_members::event_id)))
        .filter(event_members::user_id.eq(user_id))
        .select((
            Event::as_select(),
            event_members::vibe_badges,
            event_members::hidden,
            event_members::role,
            event_members::joined_at,
        ))
        .into_boxed();
    if let Some(PagePosition { time: date, id }) = before {
        query = query.filter(events::date_utc.le(date).and(events::date_utc.lt(date).or(events::id.lt(id))));
    }
    let query = query.order((events::date_utc.desc(), events::id.desc())).limit(limit);
    let rows: Vec<MembershipOf<Event>> = query.load(conn).await?;
    let mine = |(event, vibe_badges, hidden, role, joined_at): MembershipOf<Event>| {
        let role = Role::read(&role);
        MyEvent { event, vibe_badges, hidden, role, joined_at }
    };
    Ok(rows.into_iter().map(mine).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crew::events::time::OPEN_END;

    #[test]
    fn the_index_of_long_events_uses_the_length_of_an_open_one() {
        assert_eq!(LONG, format!("ends_at - date_utc > interval '{} hours'", OPEN_END.num_hours()));
    }
}
