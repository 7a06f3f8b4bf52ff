//! Sends the mails of accounts, after the request is answered, so that the time of the answer does not reveal whether
//! there is an account.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};

use super::keys::Key;
use super::store::{self, Purpose, Recipient, Whose};
use crate::crew::catalogue::{self, MailText};
use crate::foundation::db::Database;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::http::PublicUrl;
use crate::foundation::language::Language;
use crate::foundation::mail::{Mail, Mailer};

/// The most mails of each purpose that wait. One more is refused with `overloaded`, whether there is such an account or
/// not.
const WAITING: usize = 256;

/// The most mails that are sent at the same time.
const AT_ONCE: usize = 4;

/// The time for which a link is valid: to confirm an address, and to choose a password. The catalogue's texts say so
/// too.
const VERIFY: Duration = Duration::from_secs(3 * 24 * 60 * 60);
const RESET: Duration = Duration::from_secs(60 * 60);

/// A mail that waits.
type Asked = (Purpose, Whose, Language);

/// The queues of mails. Resets go before confirmations: a person who is locked out waits for theirs, and registrations,
/// which anyone can make many of, must not delay it.
pub(super) struct Mails {
    resets: mpsc::Sender<Asked>,
    confirmations: mpsc::Sender<Asked>,
    writing: Arc<Semaphore>,
}

struct Writer {
    database: Database,
    mailer: Mailer,
    public_url: PublicUrl,
}

impl Mails {
    /// Starts sending, on the calling runtime.
    pub fn start(database: Database, mailer: Mailer, public_url: PublicUrl) -> Self {
        let (resets, mut of_resets) = mpsc::channel(WAITING);
        let (confirmations, mut of_confirmations) = mpsc::channel(WAITING);
        let writing = Arc::new(Semaphore::new(AT_ONCE));
        let (writer, places) = (Arc::new(Writer { database, mailer, public_url }), Arc::clone(&writing));
        actix_web::rt::spawn(async move {
            while let Ok(place) = Arc::clone(&places).acquire_owned().await {
                let asked: Option<Asked> = tokio::select! {
                    biased;
                    asked = of_resets.recv() => asked,
                    asked = of_confirmations.recv() => asked,
                };
                let Some((purpose, whose, language)) = asked else { break };
                let writer = Arc::clone(&writer);
                actix_web::rt::spawn(async move {
                    if let Err(error) = writer.write(purpose, &whose, language).await {
                        tracing::error!(%error, "cannot prepare a mail");
                    }
                    drop(place);
                });
            }
        });
        Mails { resets, confirmations, writing }
    }

    /// Queues a mail, in `language` if the person has not chosen one.
    ///
    /// # Errors
    /// [`Code::Overloaded`] if too many wait.
    pub fn ask(&self, purpose: Purpose, whose: Whose, language: Language) -> Result<()> {
        let full = |_| Error::because(Code::Overloaded, "too many mails are waiting to be sent");
        let queue = match purpose {
            Purpose::Reset => &self.resets,
            Purpose::Verify => &self.confirmations,
        };
        queue.try_send((purpose, whose, language)).map_err(full)
    }

    /// Waits until all mails are sent, at most for `patience`.
    pub async fn drain(&self, patience: Duration) {
        let empty = async {
            // The loop holds one permit while it waits for the next mail.
            let waiting = || [&self.resets, &self.confirmations].iter().any(|queue| queue.capacity() < WAITING);
            while waiting() || self.writing.available_permits() < AT_ONCE - 1 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        if tokio::time::timeout(patience, empty).await.is_err() {
            tracing::warn!("mails are left unsent; people can ask for them again");
        }
    }
}

impl Writer {
    async fn write(&self, purpose: Purpose, whose: &Whose, language: Language) -> Result<()> {
        let key = Key::random()?;
        let (lifetime, page) = match purpose {
            Purpose::Verify => (VERIFY, "/verify"),
            Purpose::Reset => (RESET, "/reset"),
        };
        let open = async |conn: &mut _| store::open_mail(conn, whose, purpose, &key, lifetime, language).await;
        let Some(Recipient { address: to, language }) = self.database.service(open).await? else { return Ok(()) };
        // A language that a newer version has stored and this one does not have.
        let texts = catalogue::of(Language::from_tag(&language).unwrap_or_default());
        let MailText { subject, before, after } = match purpose {
            Purpose::Verify => texts.verify_mail(),
            Purpose::Reset => texts.reset_mail(),
        };
        let link = self.public_url.to(&format!("{page}#token={}", key.text()));
        self.mailer.send(Mail { to, subject, before, link, after }).await;
        Ok(())
    }
}
