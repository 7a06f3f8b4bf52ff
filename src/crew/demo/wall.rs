//! The wall of the demo event: a text, hype with taps, polls with votes, comments and reactions, and where people meet.

use chrono::{DateTime, Duration, Utc};

use super::{ANA, EVENT, INES, JONAS, LEO, LUCIA, MEI, PEOPLE, SAM, TARIQ, id, unless_changed};
use crate::crew::meet_points::NewMeetPoint;
use crate::crew::meet_points::service::MeetPoints;
use crate::crew::posts::body::{BodyInput, Mode, Results};
use crate::crew::posts::counting::{Counting, TapsInput, VoteInput};
use crate::crew::posts::service::Posts;
use crate::crew::posts::{Kind, NewPost};
use crate::crew::profiles::sign_in::SignedIn;
use crate::crew::remarks::service::Remarks;
use crate::crew::remarks::{NewComment, Subject};
use crate::foundation::errors::Result;
use crate::foundation::http::IfMatch;

/// The services that the wall is written with.
#[derive(Clone)]
pub struct Wall {
    /// The service of posts.
    pub posts: Posts,
    /// The service of votes and taps.
    pub counting: Counting,
    /// The service of comments and reactions.
    pub remarks: Remarks,
    /// The service of meet points.
    pub meet_points: MeetPoints,
}

/// A post of the demo.
struct Note {
    by: usize,
    content: Content,
    votes: &'static [(usize, &'static [u8])],
    taps: &'static [(usize, i64)],
    comments: &'static [(usize, &'static str)],
    reactions: &'static [(usize, &'static str)],
}

enum Content {
    Text(&'static str),
    Hype(&'static str),
    Poll { question: &'static str, options: &'static [&'static str], mode: Mode, results: Results },
}

/// The posts, the oldest first.
const NOTES: [Note; 5] = [
    Note {
        by: LUCIA,
        content: Content::Text(
            "Hello everyone! Doors at seven, Tin Moth play at eight, the Lanterns at nine.\nThe big clock works as a \
             meeting point even when the phones don't.",
        ),
        votes: &[],
        taps: &[],
        comments: &[],
        reactions: &[(ANA, "❤️"), (MEI, "❤️"), (TARIQ, "🙌")],
    },
    Note {
        by: TARIQ,
        content: Content::Hype("The date has been on my fridge since March"),
        votes: &[],
        taps: &[(TARIQ, 38), (ANA, 31), (MEI, 12), (SAM, 25), (JONAS, 7)],
        comments: &[],
        reactions: &[(SAM, "🔥"), (LEO, "🔥")],
    },
    Note {
        by: INES,
        content: Content::Text(
            "Two friends can't make it after all: two tickets, at what they cost. Balcony, second row.",
        ),
        votes: &[],
        taps: &[],
        comments: &[
            (LEO, "I might know who needs them, I'll ask tonight"),
            (INES, "No hurry, I'll keep them until Sunday."),
            (LEO, "She takes both! I'll write to you in the pod"),
        ],
        reactions: &[(MEI, "💛")],
    },
    Note {
        by: SAM,
        content: Content::Poll {
            question: "Which photos should I take along for them to sign?",
            options: &[
                "Harbour, in the rain",
                "The one with the umbrella",
                "Encore, Leipzig",
                "Whatever fits the frame",
            ],
            mode: Mode::Multiple,
            results: Results::AfterVote,
        },
        votes: &[(JONAS, &[0, 2]), (LUCIA, &[1]), (MEI, &[1, 2]), (ANA, &[2])],
        taps: &[],
        comments: &[],
        reactions: &[],
    },
    Note {
        by: JONAS,
        content: Content::Poll {
            question: "What do they open with?",
            options: &["Harbour Lights", "Moth", "Paper Boats", "Something that nobody has heard yet"],
            mode: Mode::Single,
            results: Results::Always,
        },
        votes: &[(JONAS, &[0]), (ANA, &[1]), (MEI, &[0]), (TARIQ, &[1]), (SAM, &[3]), (INES, &[0])],
        taps: &[],
        comments: &[(ANA, "Moth first would be the end of me"), (JONAS, "bring the tissues FIRST then")],
        reactions: &[(TARIQ, "😂")],
    },
];

/// Stores the wall, and where people meet, of the event that begins at `begins`.
///
/// # Errors
/// `unavailable`, `overloaded`, `internal`.
pub async fn fill(wall: &Wall, begins: DateTime<Utc>) -> Result<()> {
    for (note, number) in NOTES.iter().zip(1..) {
        write(wall, note, number, begins).await?;
    }
    let new = NewMeetPoint {
        title: "Under the big clock".to_owned(),
        description: Some("Left of the merch table, opposite the cloakroom. Lucía wears a yellow coat.".to_owned()),
        // Half an hour before the doors, on the clocks of Hamburg.
        when_local: begins.date_naive().and_hms_opt(18, 30, 0),
        when_note: Some("and again after the support act".to_owned()),
    };
    let made = wall.meet_points.put(&person(LUCIA), EVENT, new, &IfMatch::Absent).await;
    unless_changed(made)
}

async fn write(wall: &Wall, note: &Note, number: u128, begins: DateTime<Utc>) -> Result<()> {
    let post = id(0x300 + number);
    let (kind, body) = match note.content {
        Content::Text(text) => (Kind::Text, BodyInput { text: Some(text.to_owned()), ..BodyInput::default() }),
        Content::Hype(text) => (Kind::Hype, BodyInput { text: Some(text.to_owned()), ..BodyInput::default() }),
        Content::Poll { question, options, mode, results } => {
            let body = BodyInput {
                text: None,
                question: Some(question.to_owned()),
                options: Some(options.iter().map(|option| (*option).to_owned()).collect()),
                mode: Some(mode),
                closes_at: Some(begins + Duration::hours(1)),
                results: Some(results),
            };
            (Kind::Poll, body)
        }
    };
    unless_changed(wall.posts.create(&person(note.by), EVENT, NewPost { id: Some(post), kind, body }).await)?;
    for (by, options) in note.votes {
        let vote = VoteInput { options: options.to_vec() };
        unless_changed(wall.counting.vote(&person(*by), post, &vote).await)?;
    }
    for (by, total) in note.taps {
        let taps = TapsInput { source: "demo".to_owned(), total: *total };
        unless_changed(wall.counting.tap(&person(*by), post, taps).await)?;
    }
    for ((by, text), comment) in note.comments.iter().zip(1..) {
        let new = NewComment { id: Some(id(0x4000 + 0x100 * number + comment)), text: (*text).to_owned() };
        unless_changed(wall.remarks.comment(&person(*by), Subject::Post(post), new).await)?;
    }
    for (by, emoji) in note.reactions {
        unless_changed(wall.remarks.react(&person(*by), Subject::Post(post), emoji, true).await)?;
    }
    Ok(())
}

fn person(place: usize) -> SignedIn {
    SignedIn::of(PEOPLE[place].id)
}
