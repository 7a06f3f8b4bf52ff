//! Mails, by SMTP or, without a mail server, as lines of the log.
//!
//! A mail is a few words and one link. It is in plain text, and holds nothing that a stranger wrote: whoever types
//! somebody else's address into a form must not get to say something to them in our name.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use thiserror::Error;

use super::metrics;
use super::settings::AccountSettings;

/// How long the mail server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait before it is tried again; after the last one the mail is given up.
const AGAIN: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(15)];

/// Why mails cannot be sent at all. Each is one line.
#[derive(Debug, Error)]
pub enum MailError {
    /// There is a server, but nobody to send as.
    #[error("PODIUM_MAIL_FROM is not set; expected a mail address, since PODIUM_SMTP_URL names a mail server")]
    NoSender,
    /// The address of the server cannot be used.
    #[error("PODIUM_SMTP_URL cannot be used: {0}")]
    Server(#[from] lettre::transport::smtp::Error),
    /// The sender's address cannot be used.
    #[error("PODIUM_MAIL_FROM cannot be used: {0}")]
    Sender(#[from] lettre::address::AddressError),
}

/// A mail.
#[derive(Debug, Clone)]
pub struct Mail {
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: &'static str,
    /// What it says before the link.
    pub before: &'static str,
    /// The link, which is a key: it must reach nobody else.
    pub link: String,
    /// What it says after the link.
    pub after: &'static str,
}

/// Sends mails.
pub struct Mailer {
    way: Way,
}

enum Way {
    Smtp { transport: Box<AsyncSmtpTransport<Tokio1Executor>>, from: Mailbox },
    Log,
}

impl Mailer {
    /// As the settings say.
    ///
    /// # Errors
    /// [`MailError`] when they do not fit together.
    pub fn new(settings: &AccountSettings) -> Result<Self, MailError> {
        let Some(url) = &settings.smtp_url else { return Ok(Mailer { way: Way::Log }) };
        let from = settings.mail_from.as_deref().ok_or(MailError::NoSender)?.parse()?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose())?.timeout(Some(PATIENCE)).build();
        Ok(Mailer { way: Way::Smtp { transport: Box::new(transport), from } })
    }

    /// Sends a mail, and tries again for some seconds if the server cannot take it now. What cannot be sent is told to
    /// the log and counted; whoever waits for it asks for another.
    pub async fn send(&self, mail: Mail) {
        let (transport, from) = match &self.way {
            Way::Smtp { transport, from } => (transport, from),
            Way::Log => {
                metrics::MAILS.count(&[("outcome", "logged")]).increment(1);
                tracing::info!(to = mail.to, link = mail.link, "no PODIUM_SMTP_URL: a mail's link");
                return;
            }
        };
        let message = match letter(from, mail) {
            Ok(message) => message,
            Err(cause) => return failed(cause.as_ref()),
        };
        let mut waits = AGAIN.iter();
        loop {
            match (transport.send(message.clone()).await, waits.next()) {
                (Ok(_), _) => return metrics::MAILS.count(&[("outcome", "sent")]).increment(1),
                (Err(cause), Some(wait)) if !cause.is_permanent() => {
                    tracing::warn!(%cause, "the mail server does not take a mail; trying again");
                    tokio::time::sleep(*wait).await;
                }
                (Err(cause), _) => return failed(&cause),
            }
        }
    }
}

/// The address is left out: a log is read by more people than the mail would have been.
fn failed(cause: &dyn std::error::Error) {
    metrics::MAILS.count(&[("outcome", "failed")]).increment(1);
    tracing::error!(%cause, "a mail was not sent");
}

fn letter(from: &Mailbox, mail: Mail) -> Result<Message, Box<dyn std::error::Error>> {
    let Mail { to, subject, before, link, after } = mail;
    let message = Message::builder().from(from.clone()).to(Mailbox::new(None, to.parse()?)).subject(subject);
    let body = format!("{before}\n\n{link}\n\n{after}\n");
    Ok(message.message_id(None).header(ContentType::TEXT_PLAIN).body(body)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foundation::settings::{Secret, Settings};

    #[test]
    fn a_server_needs_a_sender() {
        let mut settings = Settings::default().accounts;
        assert!(Mailer::new(&settings).is_ok());
        settings.smtp_url = Some(Secret::new("smtp://127.0.0.1:1"));
        assert!(matches!(Mailer::new(&settings), Err(MailError::NoSender)));
        settings.mail_from = Some("Podium <no-reply@podium.example>".into());
        assert!(Mailer::new(&settings).is_ok());
    }

    #[test]
    fn a_letter_is_plain_text_with_its_link() {
        let link = format!("https://podium.example/verify#token={}", "x".repeat(43));
        let mail = Mail {
            to: "ana@example.org".into(),
            subject: "Subject",
            before: "Before.",
            link: link.clone(),
            after: "After.",
        };
        let text = String::from_utf8(letter(&"a@b.example".parse().unwrap(), mail).unwrap().formatted()).unwrap();
        // Quoted-printable: lines are folded by `=` at their end, and `=` itself is `=3D`.
        let read = text.replace("=\r\n", "").replace("=3D", "=");
        assert!(read.contains(&format!("Before.\r\n\r\n{link}\r\n\r\nAfter.")), "{text}");
        assert!(text.contains("To: ana@example.org\r\n") && text.contains("text/plain"), "{text}");
    }
}
