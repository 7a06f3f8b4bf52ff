//! Mails, sent by SMTP or, without a mail server, written to the log.
//!
//! A mail is a short text and one link. It is plain text, and contains nothing that another person wrote: a stranger
//! who enters an address into a form must not be able to send it a message in our name.

use std::sync::Arc;
use std::time::Duration;

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Body, Mailbox};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use thiserror::Error;
use url::{Host, Url};
use uuid::Uuid;

use super::metrics;
use super::settings::Settings;

/// How long the mail server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait before each further attempt; after the last one the mail is given up.
const AGAIN: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(15)];

/// The longest line that a mail may contain unencoded (RFC 5322, 2.1.1), in characters.
const MAX_LINE: usize = 998;

/// The reasons why mails cannot be sent at all. Each is one line.
#[derive(Debug, Error)]
pub enum MailError {
    /// The sender's address is missing, though there is a mail server.
    #[error("PODIUM_MAIL_FROM must be set to a mail address, since PODIUM_SMTP_URL names a mail server")]
    NoSender,
    /// The server's address cannot be used.
    #[error("PODIUM_SMTP_URL cannot be used: {0}")]
    Server(#[from] lettre::transport::smtp::Error),
    /// The sender's address cannot be used.
    #[error("PODIUM_MAIL_FROM cannot be used: {0}")]
    Sender(#[from] lettre::address::AddressError),
}

/// A mail.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The recipient's address.
    pub to: String,
    /// The subject.
    pub subject: &'static str,
    /// The text before the link.
    pub before: &'static str,
    /// The link. It is a key, and must reach nobody but the recipient.
    pub link: String,
    /// The text after the link.
    pub after: &'static str,
}

/// Sends mails. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    way: Arc<Way>,
}

enum Way {
    Smtp { transport: Box<AsyncSmtpTransport<Tokio1Executor>>, sender: Sender },
    Log,
}

/// The sender of all mails.
struct Sender {
    from: Mailbox,
    /// The domain of the sender, for the SMTP greeting and the mails' ids. Spam filters check both.
    domain: String,
}

impl Mailer {
    /// Makes the mailer of these settings.
    ///
    /// # Errors
    /// [`MailError`] if the settings contradict each other.
    pub fn new(settings: &Settings) -> Result<Self, MailError> {
        let mail = &settings.mail;
        let Some(url) = &mail.smtp_url else { return Ok(Mailer { way: Arc::new(Way::Log) }) };
        let from: Mailbox = mail.from.as_deref().ok_or(MailError::NoSender)?.parse()?;
        let domain = domain(from.email.domain(), settings.public_url.as_deref());
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose())?
            .hello_name(ClientId::Domain(domain.clone()))
            .timeout(Some(PATIENCE))
            .build();
        let way = Way::Smtp { transport: Box::new(transport), sender: Sender { from, domain } };
        Ok(Mailer { way: Arc::new(way) })
    }

    /// Sends a mail, and tries again for some seconds if the server cannot take it now. A mail that could not be sent
    /// is logged and counted; the person can request another one.
    pub async fn send(&self, mail: Mail) {
        let (transport, sender) = match &*self.way {
            Way::Smtp { transport, sender } => (transport, sender),
            Way::Log => {
                metrics::MAILS.counter(&[("outcome", "logged")]).increment(1);
                tracing::info!(to = mail.to, link = mail.link, "mail logged, since PODIUM_SMTP_URL is not set");
                return;
            }
        };
        let message = match compose(sender, mail) {
            Ok(message) => message,
            Err(cause) => return failed(cause.as_ref()),
        };
        let mut waits = AGAIN.iter();
        loop {
            match (transport.send(message.clone()).await, waits.next()) {
                (Ok(_), _) => return metrics::MAILS.counter(&[("outcome", "sent")]).increment(1),
                (Err(cause), Some(wait)) if !cause.is_permanent() => {
                    tracing::warn!(%cause, "mail server did not accept the mail; trying again");
                    tokio::time::sleep(*wait).await;
                }
                (Err(cause), _) => return failed(&cause),
            }
        }
    }
}

/// Logs and counts a failure, without the address: more people read a log than a mail.
fn failed(cause: &dyn std::error::Error) {
    metrics::MAILS.counter(&[("outcome", "failed")]).increment(1);
    tracing::error!(%cause, "mail not sent");
}

/// Returns the domain of the sender's address, or else of the address by which clients reach the server.
fn domain(of_sender: &str, public_url: Option<&str>) -> String {
    let of_sender = Host::parse(of_sender).ok();
    let of_server =
        public_url.and_then(|url| Url::parse(url).ok()).and_then(|url| url.host().map(|host| host.to_owned()));
    let names = [of_sender, of_server].into_iter().flatten().filter_map(|host| match host {
        Host::Domain(name) if name != "localhost" && !name.ends_with(".localhost") => Some(name),
        _ => None,
    });
    names.into_iter().next().unwrap_or_else(|| "localhost".to_owned())
}

/// Builds the mail. It has the headers that strict readers require, and marks itself as automatic, so that no program
/// answers it. Its lines are not folded, so that the link stays whole in readers that do not unfold.
fn compose(sender: &Sender, mail: Mail) -> Result<Message, Box<dyn std::error::Error>> {
    let Mail { to, subject, before, link, after } = mail;
    let text = format!("{before}\n\n{link}\n\n{after}\n");
    let is_plain = text.is_ascii() && text.lines().all(|line| line.len() <= MAX_LINE);
    let body = match is_plain {
        true => Body::dangerous_pre_encoded(text.replace('\n', "\r\n").into(), ContentTransferEncoding::SevenBit),
        false => Body::new(text),
    };
    let generated = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    let message = Message::builder()
        .from(sender.from.clone())
        .to(Mailbox::new(None, to.parse()?))
        .subject(subject)
        .date_now()
        .message_id(Some(format!("<{}@{}>", Uuid::new_v4().simple(), sender.domain)))
        .header(MIME_VERSION_1_0)
        .raw_header(generated)
        .header(ContentType::TEXT_PLAIN);
    Ok(message.body(body)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foundation::settings::Secret;

    #[test]
    fn a_server_needs_a_sender() {
        let mut settings = Settings::default();
        assert!(Mailer::new(&settings).is_ok());
        settings.mail.smtp_url = Some(Secret::new("smtp://127.0.0.1:1"));
        assert!(matches!(Mailer::new(&settings), Err(MailError::NoSender)));
        settings.mail.from = Some("Podium <no-reply@podium.example>".into());
        assert!(Mailer::new(&settings).is_ok());
    }

    #[test]
    fn mails_are_sent_in_the_name_of_a_domain() {
        let url = Some("https://podium.example:8443/chat");
        for (of_sender, public_url, expected) in [
            ("mail.example", url, "mail.example"),
            ("Bücher.example", url, "xn--bcher-kva.example"),
            ("localhost", url, "podium.example"),
            ("[127.0.0.1]", url, "podium.example"),
            ("127.0.0.1", url, "podium.example"),
            ("localhost", Some("http://127.0.0.1:4000"), "localhost"),
            ("localhost", None, "localhost"),
        ] {
            assert_eq!(domain(of_sender, public_url), expected, "{of_sender} {public_url:?}");
        }
    }

    fn written(link: String, after: &'static str) -> String {
        let sender = Sender { from: "a@b.example".parse().unwrap(), domain: "b.example".into() };
        let mail = Mail { to: "ana@example.org".into(), subject: "Subject", before: "Before.", link, after };
        String::from_utf8(compose(&sender, mail).unwrap().formatted()).unwrap()
    }

    #[test]
    fn a_letter_is_plain_text_with_its_link() {
        let link = format!("https://podium.example/verify#token={}", "x".repeat(43));
        let text = written(link.clone(), "After.");
        assert!(text.ends_with(&format!("\r\n\r\nBefore.\r\n\r\n{link}\r\n\r\nAfter.\r\n")), "{text}");
        for header in [
            "To: ana@example.org",
            "MIME-Version: 1.0",
            "Auto-Submitted: auto-generated",
            "Content-Transfer-Encoding: 7bit",
        ] {
            assert!(text.contains(&format!("{header}\r\n")), "{header} is not in {text}");
        }
        assert!(text.contains("@b.example>\r\n") && text.contains("Date: ") && text.contains("text/plain"), "{text}");
    }

    #[test]
    fn what_is_no_plain_text_is_encoded() {
        assert!(written("x".repeat(MAX_LINE + 1), "After.").contains("Content-Transfer-Encoding: quoted-printable"));
        assert!(!written("https://x.example".into(), "Schöne Grüße").contains("ö"));
    }
}
