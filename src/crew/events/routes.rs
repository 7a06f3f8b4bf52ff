//! HTTP of events.

use actix_web::guard::GuardContext;
use actix_web::{HttpResponse, delete, get, patch, post, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::badges::{BADGES, Badge};
use super::counts::CountedEvent;
use super::members::MyEvent;
use super::service::Events;
use super::slug::EventKey;
use super::store::search::Ranked;
use super::{Event, EventChange, Filter, MAX_LINE, NewEvent, Since, calendar, member_routes};
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::errors::{Code, Result};
use crate::foundation::fields::Fields;
use crate::foundation::http::{
    IfNoneMatchHeader, Json, Page, PagePosition, PageQuery, Path, Problem, Public, Query, refusals,
};
use crate::foundation::text;

/// Registers the routes of events and their members.
pub fn routes(config: &mut ServiceConfig<'_>) {
    calendar::routes(config);
    config.service(create).service(list).service(get).service(change).service(delete);
    config.service(mine).service(badges);
    member_routes::routes(config);
}

/// Create an event
///
/// With an `id` of the client's own it is safe to ask again: the same event is answered, with 200. The same artist in the same
/// venue, whatever the case, the marks on letters and how spaces, apostrophes, quotation marks and dashes are written, on the same
/// day of the event's `time_zone` (or else of UTC) is one event: join that one. One that was cancelled does not count.
#[utoipa::path(
    tag = "events",
    security(("token" = [])),
    responses(
        (status = 201, description = "The new event", body = Event),
        (status = 200, description = "The event that an earlier request with this id created", body = Event),
        (status = 409, description = "`conflict`: the id or the slug is taken; or the same artist plays in the same venue on the same day already, then `id` and `slug` say which event that is", body = Problem),
        (status = 429, description = "`rate_limited`: the caller has created as many events as they may in a day", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[post("/v1/events")]
async fn create(who: SignedIn, events: web::Data<Events>, new: Json<NewEvent>) -> Result<HttpResponse> {
    let (event, fresh) = events.create(&who, new.into_inner()).await?;
    Ok(if fresh { HttpResponse::Created().json(event) } else { HttpResponse::Ok().json(event) })
}

/// What to look for.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
struct EventQuery {
    /// Words of artist, city or venue in any order, which may be mistyped. Then the list is in order of how well they fit, and
    /// among equals by date.
    q: Option<String>,
    /// The artist's whole name, whatever its case, the marks on its letters, and how its signs are written.
    artist: Option<String>,
    /// The city's whole name, likewise.
    city: Option<String>,
    /// Those that start then or later, over or not. If absent, those that are not over now: upcoming ones, and those that are on,
    /// until their `ends_at`, or for 12 hours after their start where they have none.
    from: Option<DateTime<Utc>>,
    /// Those that start then or earlier.
    to: Option<DateTime<Utc>>,
}

impl EventQuery {
    /// The words, if there are any, and the rest.
    fn parts(self, now: DateTime<Utc>) -> Result<(Option<String>, Filter)> {
        let mut fields = Fields::new();
        // What a form was not filled with asks for nothing. What is looked for is shown to nobody, so it is mended.
        let mut line = |name, value: Option<String>| {
            let value = value.filter(|value| !value.trim().is_empty())?;
            let value = text::mended(&value, usize::MAX).unwrap_or(value);
            fields.check(value.chars().count() <= MAX_LINE, name, format!("must be at most {MAX_LINE} characters"));
            Some(value)
        };
        let (words, artist, city) = (line("?q", self.q), line("?artist", self.artist), line("?city", self.city));
        if let Some(from) = self.from {
            fields.time("?from", from);
        }
        if let Some(to) = self.to {
            fields.time("?to", to);
        }
        fields.done()?;
        let since = self.from.map_or(Since::NotOver(now), Since::Start);
        Ok((words, Filter { artist, city, since, to: self.to }))
    }
}

/// Find events
///
/// In order of date, or with `q` of how well they fit. Needs no token.
#[utoipa::path(
    tag = "events",
    security(()),
    params(EventQuery, PageQuery, IfNoneMatchHeader),
    responses(
        (status = 200, description = "A page of events", body = Page<Event>),
        refusals::Public,
        refusals::Any,
        refusals::Query,
    )
)]
#[get("/v1/events")]
async fn list(
    events: web::Data<Events>,
    query: Query<EventQuery>,
    page: Query<PageQuery>,
) -> Result<Public<Page<Event>>> {
    let (words, filter) = query.into_inner().parts(Utc::now())?;
    let limit = page.limit()?;
    let Some(words) = words else {
        let found = events.list(&filter, page.position()?, limit).await?;
        return Ok(Public::for_moments(Page::of(found, limit, place)));
    };
    let found = events.search(&words, &filter, page.position()?, limit).await?;
    let found = Page::of(found, limit, |(event, score)| Ranked { score: *score, place: place(event) });
    Ok(Public::for_moments(found.map(|(event, _)| event)))
}

fn place(event: &Event) -> PagePosition {
    PagePosition { time: event.date_utc, id: event.id }
}

/// Get an event
///
/// By its id or its slug, with how many go there and how many seats are free in pods that any of them may join. Needs no token.
#[utoipa::path(
    tag = "events",
    security(()),
    params(("id" = String, Path, description = "The event's id or slug"), IfNoneMatchHeader),
    responses(
        (status = 200, description = "The event", body = CountedEvent),
        refusals::Public,
        (status = 404, description = "`not_found`", body = Problem),
        refusals::Any,
    )
)]
#[get("/v1/events/{id}")]
async fn get(events: web::Data<Events>, id: Path<String>) -> Result<Public<CountedEvent>> {
    let key = EventKey::parse(&id).ok_or(Code::NotFound)?;
    Ok(Public::for_moments(events.counted(key).await?))
}

/// Guard: the event for calendars is another resource, which knows other methods.
fn is_no_file(context: &GuardContext<'_>) -> bool {
    !context.head().uri.path().ends_with(".ics")
}

/// Change or cancel an event
///
/// Its maker alone. What is absent stays; `"cancelled": true` calls it off.
#[utoipa::path(
    tag = "events",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id")),
    responses(
        (status = 200, description = "The event as it is now", body = Event),
        (status = 403, description = "`forbidden`: not its maker", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`conflict`: it would be the same as the event that `id` and `slug` name", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[patch("/v1/events/{id}", guard = "is_no_file")]
async fn change(
    who: SignedIn,
    events: web::Data<Events>,
    id: Path<Uuid>,
    change: Json<EventChange>,
) -> Result<Json<Event>> {
    Ok(Json(events.change(&who, *id, change.into_inner(), Utc::now()).await?))
}

/// Delete an event
///
/// Its maker alone, and only while nobody else has joined, since that would erase strangers' pods; afterwards it can
/// be cancelled.
#[utoipa::path(
    tag = "events",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 403, description = "`forbidden`: not its maker", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`conflict`: somebody else has joined; cancel it instead", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/events/{id}", guard = "is_no_file")]
async fn delete(who: SignedIn, events: web::Data<Events>, id: Path<Uuid>) -> Result<HttpResponse> {
    events.delete(&who, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One's own events
///
/// Those whose member the caller is, the latest first.
#[utoipa::path(
    tag = "events",
    security(("token" = [])),
    params(PageQuery),
    responses(
        (status = 200, description = "A page of events", body = Page<MyEvent>),
        refusals::Token,
        refusals::Query,
    )
)]
#[get("/v1/me/events")]
async fn mine(who: SignedIn, events: web::Data<Events>, page: Query<PageQuery>) -> Result<Json<Page<MyEvent>>> {
    let limit = page.limit()?;
    let mine = events.of_member(&who, page.position()?, limit).await?;
    Ok(Json(Page::of(mine, limit, |mine| PagePosition { time: mine.event.date_utc, id: mine.event.id })))
}

/// All badges
///
/// The fixed list of which a member of an event wears at most five. Needs no token.
#[utoipa::path(
    tag = "events",
    security(()),
    params(IfNoneMatchHeader),
    responses((status = 200, description = "The list", body = Page<Badge>), refusals::Public)
)]
#[get("/v1/badges")]
async fn badges() -> Public<Page<Badge>> {
    Public::for_a_release(Page::whole(BADGES.to_vec()))
}
