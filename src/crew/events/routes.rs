//! HTTP routes of events.

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
use super::{Event, EventChange, Filter, MAX_LINE, NewEvent, Since, calendar, host_routes, member_routes};
use crate::crew::profiles::sign_in::{Confirmed, SignedIn};
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
    host_routes::routes(config);
}

/// Create an event
///
/// With an `id` of the client's choice the request is safe to repeat: the answer is the same event, with 200. The same
/// artist in the same venue on the same day of the event's `time_zone` (or of UTC) is one event: join that one. Case,
/// accents, and the forms of spaces, apostrophes, quotation marks and dashes do not matter. Cancelled events do not
/// count.
#[utoipa::path(
    tag = "events",
    security(("token" = [])),
    responses(
        (status = 201, description = "The new event", body = Event),
        (status = 200, description = "The event that an earlier request with this id created", body = Event),
        (status = 403, description = "`unconfirmed`: the caller's e-mail address must be confirmed first", body = Problem),
        (status = 409, description = "`conflict`: the id or the slug is taken; or the same event exists already, and `id` and `slug` name it", body = Problem),
        (status = 429, description = "`rate_limited`: the caller has reached the limit of new events per day", body = Problem),
        refusals::Token,
        refusals::Body,
    )
)]
#[post("/v1/events")]
async fn create(who: Confirmed, events: web::Data<Events>, new: Json<NewEvent>) -> Result<HttpResponse> {
    let (event, fresh) = events.create(&who, new.into_inner()).await?;
    Ok(if fresh { HttpResponse::Created().json(event) } else { HttpResponse::Ok().json(event) })
}

/// A filter of events.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
struct EventQuery {
    /// Up to eight words of artist, city or venue in any order, which may be mistyped; further ones are ignored. One of
    /// a letter or two is the beginning of a word. The best matches come first, and among equals the earliest. At most
    /// 300 events are found that contain the words, and at most 300 where words are mistyped: the earliest.
    q: Option<String>,
    /// The artist's whole name. Case, accents and punctuation do not matter.
    artist: Option<String>,
    /// The city's whole name, compared likewise.
    city: Option<String>,
    /// The earliest start; events that are over are included. If absent, events that are not over now: upcoming ones,
    /// and those that are on, until their `ends_at`, or for 12 hours after their start if they have none.
    from: Option<DateTime<Utc>>,
    /// The latest start.
    to: Option<DateTime<Utc>>,
}

impl EventQuery {
    /// Splits the query into its words, if there are any, and the filter.
    fn parts(self, now: DateTime<Utc>) -> Result<(Option<String>, Filter)> {
        let mut fields = Fields::new();
        // An empty field of a form filters nothing. Search texts are shown to nobody, so they are repaired, not
        // refused.
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
/// In order of date, or with `q` the best matches first. Needs no token.
#[utoipa::path(
    tag = "events",
    security(()),
    params(EventQuery, PageQuery, IfNoneMatchHeader),
    responses(
        (status = 200, description = "A page of events", body = Page<Event>),
        refusals::Public,
        refusals::Search,
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
/// By its id or its slug, with the numbers of its members, open pods and free seats. Needs no token.
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

/// Guards the event's routes: its calendar file is another resource, with other methods.
fn is_no_file(context: &GuardContext<'_>) -> bool {
    !context.head().uri.path().ends_with(".ics")
}

/// Change or cancel an event
///
/// For its maker. Absent fields stay as they are; `"cancelled": true` cancels it.
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
/// For its maker, as long as nobody else has joined, since deleting an event deletes its pods. Afterwards it can be
/// cancelled.
#[utoipa::path(
    tag = "events",
    security(("token" = [])),
    params(("id" = Uuid, Path, description = "The event's id")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 403, description = "`forbidden`: not its maker", body = Problem),
        (status = 404, description = "`not_found`", body = Problem),
        (status = 409, description = "`conflict`: another person has joined; cancel it instead", body = Problem),
        refusals::Token,
    )
)]
#[delete("/v1/events/{id}", guard = "is_no_file")]
async fn delete(who: SignedIn, events: web::Data<Events>, id: Path<Uuid>) -> Result<HttpResponse> {
    events.delete(&who, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List the caller's events
///
/// The events of which the caller is a member, the latest first.
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

/// List the badges
///
/// A member of an event wears at most five of them. Needs no token.
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
