//! The texts that the crew's features send to people, a file a language: mails and previews of links.
//!
//! [`Texts`] has a method for each text. A language implements all of them, so a missing translation does not compile.
//! A text with values in it is one method, so each language puts them in its own order. Lines of mails have at most 72
//! characters.

mod de;
mod en;

use crate::foundation::language::Language;

/// A mail without its link, which stands on a line of its own between the two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailText {
    /// Its subject.
    pub subject: &'static str,
    /// The text before the link.
    pub before: &'static str,
    /// The text after the link.
    pub after: &'static str,
}

/// A moment as a calendar and a clock show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Days since Monday, 0 to 6.
    pub weekday: usize,
    /// Day of the month, from 1.
    pub day: u32,
    /// Months since January, 0 to 11.
    pub month: usize,
    /// Year.
    pub year: i32,
    /// Hour, 0 to 23.
    pub hour: u32,
    /// Minute, 0 to 59.
    pub minute: u32,
}

/// The state of an invitation, as its preview shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteNote {
    /// It can be accepted: the free seats, and all seats.
    Free(i32, i16),
    /// All seats are taken.
    Full,
    /// It was accepted as often as it allows.
    UsedUp,
    /// It has expired.
    Expired,
    /// It was revoked.
    Revoked,
    /// The pod is closed.
    Closed,
}

/// All texts in one language.
pub trait Texts: Sync {
    /// The mail with the link that confirms an address. The link is valid for three days.
    fn verify_mail(&self) -> MailText;

    /// The mail with the link to choose a new password. The link is valid for an hour, once.
    fn reset_mail(&self) -> MailText;

    /// The title of an event's preview.
    fn event_title(&self, artist: &str, venue: &str, city: &str) -> String;

    /// The same title, of an event that is cancelled.
    fn cancelled(&self, title: &str) -> String;

    /// The description of an event that is to come or is on; `when` is what [`Texts::when`] returns.
    fn event_ahead(&self, when: &str) -> String;

    /// The description of an event that is over.
    fn event_over(&self, when: &str) -> String;

    /// The time of an event. `until` is its last day, if it lasts longer than a day.
    fn when(&self, starts: &Moment, until: Option<&Moment>, zone: &str) -> String;

    /// A time zone by its city.
    fn zone_of(&self, city: &str) -> String;

    /// The title of an invitation's preview.
    fn invite_title(&self, inviter: &str, pod: &str) -> String;

    /// The state of the invitation.
    fn invite_note(&self, note: InviteNote) -> String;
}

/// Returns the texts in this language.
pub fn of(language: Language) -> &'static dyn Texts {
    match language {
        Language::English => &en::English,
        Language::German => &de::German,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_mails_are_short() {
        for language in Language::ALL {
            for mail in [of(*language).verify_mail(), of(*language).reset_mail()] {
                let MailText { subject, before, after } = mail;
                let long = [subject, before, after].into_iter().flat_map(str::lines).find(|l| l.chars().count() > 72);
                assert_eq!(long, None, "{language:?}");
                assert!([subject, before, after].iter().all(|part| !part.trim().is_empty()), "{language:?}");
            }
        }
    }

    #[test]
    fn languages_differ() {
        let (en, de) = (of(Language::English), of(Language::German));
        assert_ne!(en.verify_mail(), de.verify_mail());
        assert_ne!(en.reset_mail(), de.reset_mail());
    }
}
