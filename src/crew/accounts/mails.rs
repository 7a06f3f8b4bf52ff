//! What is mailed, and when: after the answer, so that nobody can tell by its time whether there was anybody to mail to.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};

use super::keys::Key;
use super::store::{self, Purpose, Whose};
use crate::foundation::db::Database;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::http::PublicUrl;
use crate::foundation::mail::{Mail, Mailer};

/// Mails that may wait; one more is told `overloaded`, whether there is such an account or not.
const WAITING: usize = 256;

/// Mails that are being sent at the same time.
const AT_ONCE: usize = 4;

/// How long a link is good: to confirm an address, and to choose a password.
const VERIFY: Duration = Duration::from_secs(3 * 24 * 60 * 60);
const RESET: Duration = Duration::from_secs(60 * 60);

/// The way to whoever writes the mails.
pub(super) struct Mails {
    queue: mpsc::Sender<(Purpose, Whose)>,
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
                let Some((purpose, whose)) = asked.recv().await else { break };
                let writer = Arc::clone(&writer);
                actix_web::rt::spawn(async move {
                    if let Err(error) = writer.write(purpose, &whose).await {
                        tracing::error!(%error, "a mail was not written");
                    }
                    drop(place);
                });
            }
        });
        Mails { queue, writing }
    }

    /// Asks for a mail.
    ///
    /// # Errors
    /// [`Code::Overloaded`] if too many wait.
    pub fn ask(&self, purpose: Purpose, whose: Whose) -> Result<()> {
        let full = |_| Error::because(Code::Overloaded, "too many mails wait to be sent");
        self.queue.try_send((purpose, whose)).map_err(full)
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
    async fn write(&self, purpose: Purpose, whose: &Whose) -> Result<()> {
        let key = Key::random()?;
        let lifetime = match purpose {
            Purpose::Verify => VERIFY,
            Purpose::Reset => RESET,
        };
        let open = async |conn: &mut _| store::open_mail(conn, whose, purpose, &key, lifetime).await;
        let Some(to) = self.database.service(open).await? else { return Ok(()) };
        let link = |page: &str| self.public_url.to(&format!("{page}#token={}", key.text()));
        self.mailer
            .send(match purpose {
                Purpose::Verify => Mail {
                    to,
                    subject: "Confirm your address for Podium",
                    before: "Hello,\n\nsomebody signed up at Podium with this address. If it was you, please\nconfirm it:",
                    link: link("/verify"),
                    after: "The link is good for three days. If it was not you, there is nothing\nto do.",
                },
                Purpose::Reset => Mail {
                    to,
                    subject: "Choose a new password for Podium",
                    before: "Hello,\n\nsomebody asked for a new password for your account at Podium. If it\nwas you, choose one:",
                    link: link("/reset"),
                    after: "The link is good for an hour, once; all your devices are signed out\nthen. If it was not you, there is \
                            nothing to do: your password stays as it\nis.",
                },
            })
            .await;
        Ok(())
    }
}
