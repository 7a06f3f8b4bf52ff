//! Memorabilia: what a person keeps of an event, one for each event, for themself alone.
//!
//! Members of the event write theirs. A person who has left the event keeps what they have written: it is theirs to read and
//! delete. Nobody else reads it, moderators included, and nothing of it is sent over sockets.

pub mod mount;
mod routes;
pub mod service;
pub mod store;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::crew::events::Event;
use crate::foundation::errors::Result;
use crate::foundation::fields::Fields;
use crate::foundation::schema::memorabilia;

/// The longest line, in characters.
pub const MAX_LINE: usize = 200;

/// The longest account of the best moment, in characters.
pub const MAX_MOMENT: usize = 2_000;

/// The longest notes, in characters.
pub const MAX_NOTES: usize = 10_000;

/// The caller's memories of an event.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = memorabilia)]
pub struct Memorabilia {
    /// Its id.
    pub id: Uuid,
    /// The event.
    pub event_id: Uuid,
    /// The song that the caller expected first.
    #[schema(required)]
    pub opener_guess: Option<String>,
    /// The best moment.
    #[schema(required)]
    pub peak_moment: Option<String>,
    /// The song of the night.
    #[schema(required)]
    pub song_of_night: Option<String>,
    /// The crowd's energy, in words.
    #[schema(required)]
    pub crowd_energy: Option<String>,
    /// The crowd's energy, from 0 to 10.
    #[schema(required)]
    pub crowd_level: Option<i16>,
    /// Other notes.
    #[schema(required)]
    pub notes: Option<String>,
    /// When it was written first.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// The caller's memories of an event, with the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ShelfItem {
    /// The memories.
    #[serde(flatten)]
    pub memorabilia: Memorabilia,
    /// The event.
    pub event: Event,
}

/// The caller's memories of an event, as a whole: what is absent, null or blank is not there.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct NewMemorabilia {
    /// The song that the caller expected first: one line of at most 200 characters.
    pub opener_guess: Option<String>,
    /// The best moment: at most 2,000 characters, with line breaks.
    pub peak_moment: Option<String>,
    /// The song of the night: one line of at most 200 characters.
    pub song_of_night: Option<String>,
    /// The crowd's energy, in words: one line of at most 200 characters.
    pub crowd_energy: Option<String>,
    /// The crowd's energy, from 0 to 10.
    #[schema(minimum = 0, maximum = 10)]
    pub crowd_level: Option<i16>,
    /// Other notes: at most 10,000 characters, with line breaks.
    pub notes: Option<String>,
}

impl NewMemorabilia {
    /// Returns it as it is stored.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::foundation::errors::Code::Invalid) with everything that is wrong.
    pub fn checked(self) -> Result<Self> {
        let mut fields = Fields::new();
        let opener_guess = fields.optional_line("/opener_guess", self.opener_guess.as_deref(), MAX_LINE);
        let peak_moment = fields.optional_text("/peak_moment", self.peak_moment.as_deref(), MAX_MOMENT);
        let song_of_night = fields.optional_line("/song_of_night", self.song_of_night.as_deref(), MAX_LINE);
        let crowd_energy = fields.optional_line("/crowd_energy", self.crowd_energy.as_deref(), MAX_LINE);
        let level = self.crowd_level;
        let in_range = level.is_none_or(|level| (0..=10).contains(&level));
        fields.check(in_range, "/crowd_level", "must be between 0 and 10");
        let notes = fields.optional_text("/notes", self.notes.as_deref(), MAX_NOTES);
        fields.done()?;
        Ok(NewMemorabilia { opener_guess, peak_moment, song_of_night, crowd_energy, crowd_level: level, notes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_wrong_is_named() {
        let wrong = NewMemorabilia {
            opener_guess: Some("two\nlines".into()),
            peak_moment: Some("x".repeat(2_001)),
            song_of_night: Some("x".repeat(201)),
            crowd_energy: Some("x".repeat(201)),
            crowd_level: Some(11),
            notes: Some("x".repeat(10_001)),
        };
        let wrong = wrong.checked().expect_err("six faults").errors;
        let pointers: Vec<_> = wrong.iter().map(|error| error.pointer.as_ref()).collect();
        let all = ["/opener_guess", "/peak_moment", "/song_of_night", "/crowd_energy", "/crowd_level", "/notes"];
        assert_eq!(pointers, all);
    }

    #[test]
    fn a_blank_field_is_not_there() {
        let blank =
            NewMemorabilia { notes: Some(" \n".into()), crowd_energy: Some(" wild ".into()), ..Default::default() };
        let stored = blank.checked().expect("a good one");
        assert_eq!((stored.notes, stored.crowd_energy.as_deref()), (None, Some("wild")));
    }
}
