//! The process of Postgres: its start and its end.

use std::env;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::{Client, Config, NoTls};

use crate::account::Account;
use crate::error::EmbeddedError;
use crate::folder::StateFolder;
use crate::leftover::{self, PidFile, WAYS_OUT};
use crate::programs::Programs;

/// How long a start is repeated while parts of the previous Postgres still exist.
const BLOCKED_PATIENCE: Duration = Duration::from_secs(10);

/// How long Postgres may take until it is ready. After a crash of the machine it may replay up to a gigabyte of log.
const READY_PATIENCE: Duration = Duration::from_secs(300);

/// The size, in bytes, above which a log is emptied after a copy was made; so there are at most two of them.
const LOG_LIMIT: u64 = 16 * 1024 * 1024;

/// The parameters of a start.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    pub folder: StateFolder,
    pub programs: Programs,
    pub account: Account,
}

impl Launch {
    /// Starts Postgres and waits until it accepts connections.
    pub async fn start(&self) -> Result<Server, EmbeddedError> {
        let deadline = Instant::now() + BLOCKED_PATIENCE;
        loop {
            if leftover::stop(&self.folder, &self.account).await? {
                self.folder.remove_socket();
            }
            self.folder.prepare_socket(&self.account)?;
            trim_log(&self.folder.log).map_err(EmbeddedError::files("trim", &self.folder.log))?;
            let mut server = self.spawn()?;
            match server.ready(&self.folder).await {
                Err(EmbeddedError::Start { said, .. }) if is_blocked(&said) && Instant::now() < deadline => {
                    tracing::info!(%said, "Postgres cannot start yet");
                    sleep(Duration::from_millis(250)).await;
                }
                Err(error) => return Err(error),
                Ok(()) => return Ok(server),
            }
        }
    }

    fn spawn(&self) -> Result<Server, EmbeddedError> {
        let StateFolder { data, settings, log, socket, .. } = &self.folder;
        let open = || {
            let file = File::options().append(true).create(true).mode(0o600).open(log)?;
            Ok((file.metadata()?.len(), file.try_clone()?, file))
        };
        let (log_start, out, err) = open().map_err(EmbeddedError::files("open", log))?;
        let mut command = Command::new(&self.programs.postgres);
        clean_environment(&mut command);
        command
            .arg("-D")
            .arg(data)
            .args(setting("config_file", &settings.to_string_lossy()))
            // A list whose items may be quoted.
            .args(setting("unix_socket_directories", &quoted(socket)))
            .args(setting("unix_socket_permissions", "0700"))
            .args(setting("listen_addresses", ""))
            .args(setting("port", "5432"))
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            // Ctrl-C in the terminal is for the owner, which stops Postgres when it is done with it.
            .process_group(0);
        self.account.run(&mut command);
        let child =
            command.spawn().map_err(|source| EmbeddedError::Run { program: self.programs.postgres.clone(), source })?;
        Ok(Server { child, log: log.clone(), log_start })
    }
}

/// A Postgres that is this process's child. Dropping it requests a shutdown without waiting.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
    /// The offset in the log at which its own lines begin.
    log_start: u64,
}

impl Server {
    /// Waits until it accepts connections. A `postmaster.pid` counts only if it names this child: one left by another
    /// process also says "ready".
    async fn ready(&mut self, folder: &StateFolder) -> Result<(), EmbeddedError> {
        let deadline = Instant::now() + READY_PATIENCE;
        loop {
            if let Some(status) = self.status()? {
                let said = match self.last_words() {
                    nothing if nothing.is_empty() => status.to_string(),
                    said => said,
                };
                return Err(EmbeddedError::Start { said, log: self.log.clone() });
            }
            let announced = PidFile::read(&folder.data).is_some_and(|file| file.ready && Some(file.pid) == self.pid());
            if announced && connect(folder, "postgres").await.is_ok() {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(EmbeddedError::Slow {
                    seconds: READY_PATIENCE.as_secs(),
                    said: self.last_words(),
                    log: self.log.clone(),
                });
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn status(&mut self) -> Result<Option<ExitStatus>, EmbeddedError> {
        self.child.try_wait().map_err(|source| EmbeddedError::Run { program: PathBuf::from("postgres"), source })
    }

    /// Returns the process id, or `None` once it has ended.
    pub fn pid(&self) -> Option<i32> {
        self.child.id().and_then(|pid| i32::try_from(pid).ok())
    }

    /// Waits until it ends, and returns how.
    pub async fn exited(&mut self) -> String {
        let status = match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        format!("{status}: {}", self.last_words())
    }

    /// Stops it: open transactions are rolled back, and memory is written to disk; if that takes too long, immediately.
    pub async fn stop(mut self) -> Result<(), EmbeddedError> {
        for (signal, patience) in WAYS_OUT {
            self.signal(signal);
            if timeout(patience, self.child.wait()).await.is_ok() {
                return match signal {
                    Signal::SIGKILL => Err(EmbeddedError::Killed),
                    _ => Ok(()),
                };
            }
            tracing::warn!(%signal, "Postgres did not stop in time");
        }
        Err(EmbeddedError::Killed)
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            // Not reaped yet, so the id is still this child's.
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }

    /// Returns the last lines that it wrote to the log.
    fn last_words(&self) -> String {
        let read = || -> io::Result<String> {
            let mut file = File::open(&self.log)?;
            // The log may have been trimmed meanwhile.
            let length = file.metadata()?.len();
            let start = if length < self.log_start { 0 } else { self.log_start };
            file.seek(SeekFrom::Start(start.max(length.saturating_sub(8192))))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(last_lines(&String::from_utf8_lossy(&bytes)))
        };
        read().unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal(Signal::SIGINT);
    }
}

/// Connects to `database` over the private socket.
pub(crate) async fn connect(folder: &StateFolder, database: &str) -> Result<Client, EmbeddedError> {
    let (client, connection) = Config::new()
        .host_path(&folder.socket)
        .user(folder.identity.name)
        .dbname(database)
        .connect_timeout(Duration::from_secs(5))
        .connect(NoTls)
        .await?;
    // Ends with the client.
    tokio::spawn(connection);
    Ok(client)
}

/// Copies a log that has grown large, and empties it. Postgres continues to append to the same file.
pub(crate) fn trim_log(log: &Path) -> io::Result<()> {
    match fs::metadata(log) {
        Ok(found) if found.len() > LOG_LIMIT => {
            fs::copy(log, log.with_extension("log.1"))?;
            File::options().write(true).open(log)?.set_len(0)
        }
        _ => Ok(()),
    }
}

/// Removes the owner's environment, so that neither secrets nor the many `PG…` variables reach Postgres.
pub(crate) fn clean_environment(command: &mut Command) {
    const KEPT: [&str; 4] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"];
    command.env_clear().env("LC_ALL", "C").env("TZ", "UTC").current_dir("/");
    for name in KEPT {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
}

/// Returns the end of a log, in one line.
pub(crate) fn last_lines(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().rev().map(str::trim).filter(|line| !line.is_empty()).take(4).collect();
    lines.reverse();
    lines.join(" | ")
}

/// Returns `true` if the cause is temporary: a server that is stopping, or the backends of one that was killed.
fn is_blocked(said: &str) -> bool {
    (said.contains("lock file") && said.contains("already exists")) || said.contains("pre-existing shared memory block")
}

fn setting(name: &str, value: &str) -> [String; 2] {
    ["-c".to_owned(), format!("{name}={value}")]
}

fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('"', "\"\""))
}
