//! The texts of links to events.

use chrono::Utc;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::Event;
use super::service::Events;
use super::slug::EventKey;
use super::time::Phase;
use crate::crew::catalogue;
use crate::foundation::errors::{Code, Result};
use crate::foundation::http::{Preview, Previews};
use crate::foundation::language::Language;

/// The previews of events' pages: `/events/<id or slug>`.
pub struct EventPreviews(pub Events);

impl Previews for EventPreviews {
    fn page(&self) -> &'static str {
        "event"
    }

    fn find<'a>(&'a self, name: &'a str, language: Language) -> LocalBoxFuture<'a, Result<Option<Preview>>> {
        async move {
            let Some(key) = EventKey::parse(name) else { return Ok(None) };
            match self.0.find(key).await {
                Ok(event) => Ok(Some(preview(&event, event.time().phase(Utc::now()), language))),
                Err(error) if error.code == Code::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        }
        .boxed_local()
    }
}

fn preview(event: &Event, phase: Phase, language: Language) -> Preview {
    let Event { slug, artist, venue, city, .. } = event;
    let texts = catalogue::of(language);
    let (title, when) = (texts.event_title(artist, venue, city), event.time().in_words(language));
    let (title, description) = match (event.cancelled_at, phase) {
        (Some(_), _) => (texts.cancelled(&title), format!("{when}.")),
        (None, Phase::Over) => (title, texts.event_over(&when)),
        (None, Phase::Upcoming | Phase::On) => (title, texts.event_ahead(&when)),
    };
    Preview { title, description, path: format!("/events/{slug}"), listed: true }
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
            meet_point_public: false,
        };
        let upcoming = preview(&event, Phase::Upcoming, Language::English);
        assert_eq!(upcoming.title, "Low at Bowery Ballroom, New York");
        let when = "Saturday 5 June 2027, 20:00, New York time";
        assert_eq!(upcoming.description, format!("{when}. Find your crew for the show."));
        assert_eq!(preview(&event, Phase::Over, Language::English).description, format!("This was on {when}."));
        let german = preview(&event, Phase::Upcoming, Language::German);
        assert_eq!(german.title, "Low: Bowery Ballroom, New York");
        let wann = "Samstag, 5. Juni 2027, 20:00 Uhr, Zeitzone New York";
        assert_eq!(german.description, format!("{wann}. Finde deine Crew für das Konzert."));
        let off = preview(&Event { cancelled_at: Some(Utc::now()), ..event }, Phase::Upcoming, Language::English);
        assert_eq!(off.title, "Called off: Low at Bowery Ballroom, New York");
        assert_eq!(off.description, format!("{when}."));
    }
}
