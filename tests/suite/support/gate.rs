//! A gate between Podium and Postgres, through which for a while nothing passes, without an error.
//!
//! A connection that has lost a byte in it stays dead for ever, also after the gate has opened again: so it is when a
//! database's host vanishes, or a firewall forgets its connections. New connections get through.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio_postgres::config::Host;

/// What gets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// All.
    Everything,
    /// What Podium asks. What Postgres answers is lost.
    Questions,
    /// Neither.
    Nothing,
    /// Connections are ended, and none is made.
    Refused,
}

/// What the gate does with whom.
#[derive(Debug, Clone, Copy)]
struct Rule {
    passing: Passing,
    /// Connections with a lower number are kept waiting.
    held_below: u64,
    /// Nothing passes any more over connections with a lower number.
    forgotten_below: u64,
    /// From a question with this text on, nothing passes over its connection.
    swallowed: Option<&'static str>,
}

/// A gate. It ends, with all that goes through it, with this value.
pub struct Gate {
    /// Where Postgres is, by way of the gate.
    pub url: String,
    rule: watch::Sender<Rule>,
    opened: Arc<AtomicU64>,
    heard: Heard,
    tasks: Arc<Mutex<Vec<AbortHandle>>>,
}

/// What Podium has asked, once it is recorded.
type Heard = Arc<Mutex<Option<Vec<u8>>>>;

#[derive(Debug, Clone)]
enum Address {
    Unix(PathBuf),
    Tcp(String, u16),
}

impl Gate {
    /// An open gate before the database of this URL.
    pub async fn before(database_url: &str) -> Gate {
        let config: tokio_postgres::Config = database_url.parse().expect("the database's URL");
        let port = config.get_ports().first().copied().unwrap_or(5432);
        let address = match config.get_hosts().first().expect("its host") {
            Host::Unix(folder) => Address::Unix(folder.join(format!(".s.PGSQL.{port}"))),
            Host::Tcp(name) => Address::Tcp(name.clone(), port),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let user = encoded(config.get_user().expect("its user"));
        let password = config.get_password().map(|bytes| format!(":{}", encoded(&String::from_utf8_lossy(bytes))));
        let url = format!(
            "postgres://{user}{}@{}/{}",
            password.unwrap_or_default(),
            listener.local_addr().expect("its address"),
            config.get_dbname().expect("its name"),
        );
        let (rule, _) =
            watch::channel(Rule { passing: Passing::Everything, held_below: 0, forgotten_below: 0, swallowed: None });
        let tasks: Arc<Mutex<Vec<AbortHandle>>> = Arc::default();
        let gate = Gate { url, rule, opened: Arc::default(), heard: Arc::default(), tasks };
        let (rule, opened, heard) = (gate.rule.subscribe(), Arc::clone(&gate.opened), Arc::clone(&gate.heard));
        gate.keep(accept(listener, address, rule, opened, heard, Arc::clone(&gate.tasks)));
        gate
    }

    /// From now on only this gets through.
    pub fn lets_pass(&self, passing: Passing) {
        self.rule.send_modify(|rule| rule.passing = passing);
    }

    /// Remembers what Podium asks from now on.
    pub fn listen(&self) {
        *self.heard.lock().expect("what was asked") = Some(Vec::new());
    }

    /// How often this text was in what Podium asked. That of a statement is in it when Postgres is to parse it, and not
    /// when it has done so before.
    pub fn heard(&self, text: &str) -> usize {
        let heard = self.heard.lock().expect("what was asked");
        heard.as_ref().map_or(0, |all| all.windows(text.len()).filter(|part| *part == text.as_bytes()).count())
    }

    /// What goes over the connections of now is kept, until they are released. New ones are free.
    pub fn hold(&self) {
        let opened = self.opened.load(Ordering::Acquire);
        self.rule.send_modify(|rule| rule.held_below = opened);
    }

    /// What was kept is delivered, late as it is.
    pub fn release(&self) {
        self.rule.send_modify(|rule| rule.held_below = 0);
    }

    /// The connections of now are forgotten, as by a firewall: nothing passes over them any more. New ones are free.
    pub fn forget(&self) {
        let opened = self.opened.load(Ordering::Acquire);
        self.rule.send_modify(|rule| rule.forgotten_below = opened);
    }

    /// A connection over which this text is asked is lost with it, from now on.
    pub fn swallow(&self, text: Option<&'static str>) {
        self.rule.send_modify(|rule| rule.swallowed = text);
    }

    fn keep(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.lock().expect("the tasks").push(tokio::spawn(work).abort_handle());
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.tasks.lock().expect("the tasks").drain(..).for_each(|task| task.abort());
    }
}

async fn accept(
    listener: TcpListener,
    address: Address,
    rule: watch::Receiver<Rule>,
    opened: Arc<AtomicU64>,
    heard: Heard,
    tasks: Arc<Mutex<Vec<AbortHandle>>>,
) {
    while let Ok((podium, _)) = listener.accept().await {
        let (address, rule, number) = (address.clone(), rule.clone(), opened.fetch_add(1, Ordering::AcqRel));
        let heard = Arc::clone(&heard);
        let mut rules = rule.clone();
        let through = tokio::spawn(async move {
            let through = async {
                let _ = match address {
                    Address::Unix(path) => match UnixStream::connect(path).await {
                        Ok(postgres) => join(podium, postgres, number, rule, heard).await,
                        Err(_) => return,
                    },
                    Address::Tcp(name, port) => match TcpStream::connect((name, port)).await {
                        Ok(postgres) => join(podium, postgres, number, rule, heard).await,
                        Err(_) => return,
                    },
                };
            };
            tokio::select! {
                _ = rules.wait_for(|rule| rule.passing == Passing::Refused) => {}
                () = through => {}
            }
        });
        tasks.lock().expect("the tasks").push(through.abort_handle());
    }
}

async fn join(
    podium: impl AsyncRead + AsyncWrite,
    postgres: impl AsyncRead + AsyncWrite,
    number: u64,
    rule: watch::Receiver<Rule>,
    heard: Heard,
) -> std::io::Result<()> {
    let hear = move |bytes: &[u8]| {
        if let Some(all) = heard.lock().expect("what was asked").as_mut() {
            all.extend_from_slice(bytes);
        }
    };
    let (asks, answered) = tokio::io::split(podium);
    let (answers, asked) = tokio::io::split(postgres);
    let questions = pass(asks, asked, number, rule.clone(), |passing| passing != Passing::Nothing, hear);
    let answers = pass(answers, answered, number, rule, |passing| passing == Passing::Everything, |_| {});
    tokio::try_join!(questions, answers).map(drop)
}

/// Passes bytes on until the first that may not pass. What comes from then on is lost, its end included.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    number: u64,
    mut rule: watch::Receiver<Rule>,
    may: impl Fn(Passing) -> bool,
    hear: impl Fn(&[u8]),
) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    let mut lost = false;
    loop {
        let read = from.read(&mut buffer).await?;
        hear(&buffer[..read]);
        let rule = *rule.wait_for(|rule| number >= rule.held_below).await.map_err(std::io::Error::other)?;
        let holds = |text: &str| buffer[..read].windows(text.len()).any(|part| part == text.as_bytes());
        lost |= !may(rule.passing) || number < rule.forgotten_below || rule.swallowed.is_some_and(holds);
        match (read, lost) {
            (0, false) => return to.shutdown().await,
            (0, true) => std::future::pending().await,
            (_, false) => to.write_all(&buffer[..read]).await?,
            (_, true) => {}
        }
    }
}
