//! What is mailed, and when: after the answer, so that nobody can tell by its time whether there was anybody to mail to.

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

/// Mails that may wait; one more is told `overloaded`, whether there is such an account or not.
const WAITING: usize = 256;

/// Mails that are being sent at the same time.
const AT_ONCE: usize = 4;

/// How long a link is valid: to confirm an address, and to choose a password. The catalogue's texts say so too.
const VERIFY: Duration = Duration::from_secs(3 * 24 * 60 * 60);
const RESET: Duration = Duration::from_secs(60 * 60);

/// The way to whoever writes the mails.
pub(super) struct Mails {
    queue: mpsc::Sender<(Purpose, Whose, Language)>,
    writing: Arc<Semaphore>,
}

struct Writer {
    database: Database,
    mailer: Mailer,
    public_url: PublicUrl,
}

impl Mails {
    /// Begins to write, on the calling runtime.
    pub fn start(database: Database, mailer: Mailer, public_url: PublicUrl) -> Self {
        let (queue, mut asked) = mpsc::channel(WAITING);
        let writing = Arc::new(Semaphore::new(AT_ONCE));
        let (writer, places) = (Arc::new(Writer { database, mailer, public_url }), Arc::clone(&writing));
        actix_web::rt::spawn(async move {
            while let Ok(place) = Arc::clone(&places).acquire_owned().await {
                let Some((purpose, whose, language)) = asked.recv().await else { break };
                let writer = Arc::clone(&writer);
                actix_web::rt::spawn(async move {
                    if let Err(error) = writer.write(purpose, &whose, language).await {
                        tracing::error!(%error, "a mail was not written");
                    }
                    drop(place);
                });
            }
        });
        Mails { queue, writing }
    }

    /// Asks for a mail, in this language if the person has not chosen one.
    ///
    /// # Errors
    /// [`Code::Overloaded`] if too many wait.
    pub fn ask(&self, purpose: Purpose, whose: Whose, language: Language) -> Result<()> {
        let full = |_| Error::because(Code::Overloaded, "too many mails wait to be sent");
        self.queue.try_send((purpose, whose, language)).map_err(full)
    }

    /// Waits until nothing waits or is being sent, or the time is up.
    pub async fn drain(&self, patience: Duration) {
        let empty = async {
            // The writer itself holds a place while it waits for the next.
            while self.queue.capacity() < WAITING || self.writing.available_permits() < AT_ONCE - 1 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        if tokio::time::timeout(patience, empty).await.is_err() {
            tracing::warn!("mails are left unsent; whoever waits for one can ask again");
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
