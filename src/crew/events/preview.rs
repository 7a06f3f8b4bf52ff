//! What a link to an event says of itself.

use chrono::Utc;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::Event;
use super::service::Events;
use super::slug::EventKey;
use super::time::Phase;
use crate::foundation::errors::{Code, Result};
use crate::foundation::http::{Preview, Previews};

/// The pages of events: `/events/<id or slug>`.
pub struct EventPreviews(pub Events);

impl Previews for EventPreviews {
    fn page(&self) -> &'static str {
        "event"
    }

    fn find<'a>(&'a self, name: &'a str) -> LocalBoxFuture<'a, Result<Option<Preview>>> {
        async move {
            let Some(key) = EventKey::parse(name) else { return Ok(None) };
            match self.0.find(key).await {
                Ok(event) => Ok(Some(preview(&event, event.time().phase(Utc::now())))),
                Err(error) if error.code == Code::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        }
        .boxed_local()
    }
}

fn preview(event: &Event, phase: Phase) -> Preview {
    let Event { slug, artist, venue, city, .. } = event;
    let off = if event.cancelled_at.is_some() { "Called off: " } else { "" };
    let when = match phase {
        Phase::Over => format!("This was on {}.", event.time().describe()),
        Phase::Upcoming | Phase::On => format!("{}. Find your crew for the show.", event.time().describe()),
    };
    let description = if event.cancelled_at.is_some() { format!("{}.", event.time().describe()) } else { when };
    Preview {
        title: format!("{off}{artist} at {venue}, {city}"),
        description,
        path: format!("/events/{slug}"),
        listed: true,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_link_tells_who_plays_where_and_when() {
        let event = Event {
            id: Uuid::nil(),
            slug: "low".into(),
            artist: "Low".into(),
            city: "New York".into(),
            venue: "Bowery Ballroom".into(),
            date_utc: "2027-06-06T00:00:00Z".parse().expect("a time"),
            ends_at: None,
            time_zone: Some("America/New_York".into()),
            created_by: Uuid::nil(),
            cancelled_at: None,
        };
        let upcoming = preview(&event, Phase::Upcoming);
        assert_eq!(upcoming.title, "Low at Bowery Ballroom, New York");
        let when = "Saturday 5 June 2027, 20:00, New York time";
        assert_eq!(upcoming.description, format!("{when}. Find your crew for the show."));
        assert_eq!(preview(&event, Phase::Over).description, format!("This was on {when}."));
        let off = preview(&Event { cancelled_at: Some(Utc::now()), ..event }, Phase::Upcoming);
        assert_eq!(off.title, "Called off: Low at Bowery Ballroom, New York");
        assert_eq!(off.description, format!("{when}."));
    }
}
