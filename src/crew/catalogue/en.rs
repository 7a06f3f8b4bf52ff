//! English.

use super::{InviteNote, MailText, Moment, Texts};

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The texts in English.
pub(super) struct English;

fn day(moment: &Moment) -> String {
    let Moment { weekday, day, month, year, .. } = *moment;
    format!("{} {day} {} {year}", WEEKDAYS[weekday % 7], MONTHS[month % 12])
}

impl Texts for English {
    fn verify_mail(&self) -> MailText {
        MailText {
            subject: "Confirm your address for Podium",
            before: "Hello,\n\n\
                someone signed up for Podium with this address. If it was you, please\n\
                confirm it:",
            after: "The link is valid for three days. If it was not you, there is nothing\n\
                you need to do.",
        }
    }

    fn reset_mail(&self) -> MailText {
        MailText {
            subject: "Choose a new password for Podium",
            before: "Hello,\n\n\
                someone asked for a new password for your Podium account. If it was\n\
                you, choose one here:",
            after: "The link is valid for one hour and works once. All your devices are\n\
                then signed out. If it was not you, there is nothing you need to do:\n\
                your password stays as it is.",
        }
    }

    fn event_title(&self, artist: &str, venue: &str, city: &str) -> String {
        format!("{artist} at {venue}, {city}")
    }

    fn cancelled(&self, title: &str) -> String {
        format!("Called off: {title}")
    }

    fn event_ahead(&self, when: &str) -> String {
        format!("{when}. Find your crew for the show.")
    }

    fn event_over(&self, when: &str) -> String {
        format!("This was on {when}.")
    }

    fn when(&self, starts: &Moment, until: Option<&Moment>, zone: &str) -> String {
        let until = until.map(|until| format!(", to {}", day(until))).unwrap_or_default();
        format!("{}, {:02}:{:02}{until}, {zone}", day(starts), starts.hour, starts.minute)
    }

    fn zone_of(&self, city: &str) -> String {
        format!("{city} time")
    }

    fn invite_title(&self, inviter: &str, pod: &str) -> String {
        format!("{inviter} invites you to {pod}")
    }

    fn invite_note(&self, note: InviteNote) -> String {
        match note {
            InviteNote::Free(1, seats) => format!("1 of {seats} seats is free."),
            InviteNote::Free(free, seats) => format!("{free} of {seats} seats are free."),
            InviteNote::Full => "All seats are taken at the moment.".to_owned(),
            InviteNote::UsedUp => "This invitation has been used up.".to_owned(),
            InviteNote::Expired => "This invitation has expired.".to_owned(),
            InviteNote::Revoked => "This invitation was withdrawn.".to_owned(),
            InviteNote::Closed => "The pod was closed.".to_owned(),
        }
    }
}
