//! German. People are addressed with "du".

use super::{InviteNote, MailText, Moment, Texts};

const WEEKDAYS: [&str; 7] = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];

const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// The texts in German.
pub(super) struct German;

fn day(moment: &Moment) -> String {
    let Moment { weekday, day, month, year, .. } = *moment;
    format!("{}, {day}. {} {year}", WEEKDAYS[weekday % 7], MONTHS[month % 12])
}

impl Texts for German {
    fn verify_mail(&self) -> MailText {
        MailText {
            subject: "Bestätige deine Adresse für Podium",
            before: "Hallo,\n\n\
                jemand hat sich mit dieser Adresse bei Podium registriert. Wenn du das\n\
                warst, bestätige sie bitte hier:",
            after: "Der Link ist drei Tage lang gültig. Wenn du das nicht warst, musst du\n\
                nichts tun.",
        }
    }

    fn reset_mail(&self) -> MailText {
        MailText {
            subject: "Wähle ein neues Passwort für Podium",
            before: "Hallo,\n\n\
                jemand möchte ein neues Passwort für dein Konto bei Podium. Wenn du\n\
                das warst, wähle hier eines:",
            after: "Der Link ist eine Stunde lang gültig und funktioniert einmal. Danach\n\
                sind alle deine Geräte abgemeldet. Wenn du das nicht warst, musst du\n\
                nichts tun: Dein Passwort bleibt, wie es ist.",
        }
    }

    fn event_title(&self, artist: &str, venue: &str, city: &str) -> String {
        format!("{artist}: {venue}, {city}")
    }

    fn cancelled(&self, title: &str) -> String {
        format!("Abgesagt: {title}")
    }

    fn event_ahead(&self, when: &str) -> String {
        format!("{when}. Finde deine Crew für das Konzert.")
    }

    fn event_over(&self, when: &str) -> String {
        format!("Das war am {when}.")
    }

    fn when(&self, starts: &Moment, until: Option<&Moment>, zone: &str) -> String {
        let until = until.map(|until| format!(", bis {}", day(until))).unwrap_or_default();
        format!("{}, {:02}:{:02} Uhr{until}, {zone}", day(starts), starts.hour, starts.minute)
    }

    fn zone_of(&self, city: &str) -> String {
        format!("Zeitzone {city}")
    }

    fn invite_title(&self, inviter: &str, pod: &str) -> String {
        format!("{inviter} lädt dich zu „{pod}“ ein")
    }

    fn invite_note(&self, note: InviteNote) -> String {
        match note {
            InviteNote::Free(1, seats) => format!("1 von {seats} Plätzen ist frei."),
            InviteNote::Free(free, seats) => format!("{free} von {seats} Plätzen sind frei."),
            InviteNote::Full => "Im Moment sind alle Plätze besetzt.".to_owned(),
            InviteNote::UsedUp => "Diese Einladung ist aufgebraucht.".to_owned(),
            InviteNote::Expired => "Diese Einladung ist abgelaufen.".to_owned(),
            InviteNote::Revoked => "Diese Einladung wurde zurückgezogen.".to_owned(),
            InviteNote::Closed => "Der Pod wurde geschlossen.".to_owned(),
        }
    }
}
