//! A mail server, as small as one can be: it takes every mail over a real TCP socket and keeps it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::client::PATIENCE;

/// A mail that came.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Headers and body as they came.
    pub raw: String,
    /// The same, with the body decoded if it is quoted-printable. Lines end with `\n`.
    pub text: String,
    /// The line that greeted this server.
    pub greeting: String,
}

impl Mail {
    /// The token in its one link to this page.
    pub fn token(&self, page: &str) -> String {
        let link = format!("{page}#token=");
        let mut found = self.text.split(&link).skip(1);
        let rest = found.next().unwrap_or_else(|| panic!("no link to {page} in {}", self.text));
        assert!(found.next().is_none(), "two links in {}", self.text);
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
    }
}

/// A running one; ends with this value.
pub struct MailServer {
    /// `smtp://127.0.0.1:…`
    pub url: String,
    /// How many mails are refused with a 451 before one is taken.
    refusals: Arc<AtomicUsize>,
    mails: watch::Receiver<Vec<Mail>>,
    task: AbortHandle,
}

impl MailServer {
    pub async fn start() -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", listener.local_addr().expect("its address"));
        let (keep, mails) = watch::channel(Vec::new());
        let refusals = Arc::new(AtomicUsize::new(0));
        let (keep, refuse) = (Arc::new(keep), Arc::clone(&refusals));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (keep, refuse) = (Arc::clone(&keep), Arc::clone(&refuse));
                tokio::spawn(async move {
                    // A client that goes away in the middle has sent no mail.
                    let _ = serve(stream, &keep, &refuse).await;
                });
            }
        });
        MailServer { url, refusals, mails, task: task.abort_handle() }
    }

    /// The settings of a server that sends by it.
    pub fn settings(&self) -> [(&str, &str); 3] {
        [
            ("PODIUM_SMTP_URL", &self.url),
            ("PODIUM_MAIL_FROM", "Podium <no-reply@podium.example>"),
            ("PODIUM_PUBLIC_URL", "https://podium.example"),
        ]
    }

    /// Refuses the next mails for the moment.
    pub fn refuse(&self, count: usize) {
        self.refusals.store(count, Ordering::SeqCst);
    }

    /// Waits until so many have come, and gives them all.
    pub async fn mails(&self, count: usize) -> Vec<Mail> {
        let mut mails = self.mails.clone();
        let wait = mails.wait_for(|mails| mails.len() >= count);
        let all = tokio::time::timeout(PATIENCE, wait).await.expect("the mails did not come").expect("the mail server");
        all.clone()
    }

    /// Those that have come by now.
    pub fn now(&self) -> Vec<Mail> {
        self.mails.borrow().clone()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, keep: &watch::Sender<Vec<Mail>>, refuse: &AtomicUsize) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let (mut to, mut greeting) = (Vec::new(), String::new());
    write.write_all(b"220 mail.test ESMTP\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "EHLO" | "HELO" => {
                greeting = line;
                b"250-mail.test\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
            }
            "MAIL" if refuse.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok() => {
                b"451 not now\r\n"
            }
            "RCPT" => {
                to.push(line.split(['<', '>']).nth(1).unwrap_or_default().to_owned());
                b"250 ok\r\n"
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut raw = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    raw.push_str(&format!("{line}\r\n"));
                }
                let (to, text, greeting) = (std::mem::take(&mut to), decoded(&raw), greeting.clone());
                let mail = Mail { to, raw, text, greeting };
                keep.send_modify(|mails| mails.push(mail));
                b"250 taken\r\n"
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => b"250 ok\r\n",
        };
        write.write_all(answer).await?;
    }
    Ok(())
}

/// Undoes quoted-printable (RFC 2045, 6.7), where a mail says that it is.
fn decoded(raw: &str) -> String {
    let text = raw.replace("\r\n", "\n");
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    if !head.contains("Content-Transfer-Encoding: quoted-printable") {
        return text;
    }
    let folded = body.replace("=\n", "");
    let mut parts = folded.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).expect("two hex digits"));
        bytes.extend_from_slice(rest.as_bytes());
    }
    format!("{head}\n\n{}", String::from_utf8(bytes).expect("UTF-8"))
}
