//! A Postgres for one test alone, which may stop it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use podium::foundation::embedded::{Embedded, Options, PODIUM};
use tempfile::TempDir;

/// A Postgres. It ends with this value.
pub struct Postgres {
    folder: TempDir,
    durable: bool,
    running: Option<Embedded>,
}

impl Postgres {
    /// Starts one, without fsync.
    pub async fn start() -> Postgres {
        Postgres::start_as(false).await
    }

    /// Starts one that writes to the disk before it answers, for what measures it.
    pub async fn start_durable() -> Postgres {
        Postgres::start_as(true).await
    }

    async fn start_as(durable: bool) -> Postgres {
        let folder = tempfile::tempdir().expect("a folder");
        // Postgres's account must get in also when the tests run as root.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).expect("open to all");
        let mut postgres = Postgres { folder, durable, running: None };
        postgres.start_again().await;
        postgres
    }

    /// Where it is, as its superuser.
    pub fn url(&self) -> String {
        self.running.as_ref().expect("a running Postgres").url()
    }

    /// Stops it: who connects is refused.
    pub async fn stop(&mut self) {
        self.running.take().expect("a running Postgres").stop().await.expect("a stop");
    }

    /// Starts it again after [`Postgres::stop`], in the same place.
    pub async fn start_again(&mut self) {
        let state = self.folder.path().join("state");
        let options = Options { identity: &PODIUM, state, postgres_bin: None, durable: self.durable };
        self.running = Some(Embedded::start(&options).await.unwrap_or_else(|error| panic!("{error}")));
    }

    /// Halts all its processes as they stand: it answers nothing, and the kernel takes connections and questions for it.
    pub async fn freeze(&self) {
        let postmaster = self.postmaster().expect("a running Postgres");
        // The one that starts the others goes first.
        kill(postmaster, Signal::SIGSTOP).expect("a signal");
        let all = family(postmaster);
        for pid in &all {
            let _ = kill(*pid, Signal::SIGSTOP);
        }
        let deadline = Instant::now() + Duration::from_secs(10);
        while !all.iter().all(|pid| is_halted(*pid)) {
            assert!(Instant::now() < deadline, "Postgres does not halt");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Lets it go on after [`Postgres::freeze`].
    pub fn thaw(&self) {
        let postmaster = self.postmaster().expect("a running Postgres");
        wake(postmaster);
    }

    fn postmaster(&self) -> Option<Pid> {
        let text = fs::read_to_string(self.folder.path().join("state/postgres/postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok().map(Pid::from_raw)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Also amid a panic, when nothing can be waited for: its immediate shutdown needs nobody.
        if let Some(postmaster) = self.postmaster() {
            let _ = kill(postmaster, Signal::SIGQUIT);
            wake(postmaster);
        }
    }
}

/// A process and its children.
fn family(parent: Pid) -> Vec<Pid> {
    let processes = fs::read_dir("/proc").expect("the processes").flatten();
    let children = processes.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let fields = stat(&entry.path())?;
        (fields.1 == parent.as_raw()).then(|| Pid::from_raw(pid))
    });
    std::iter::once(parent).chain(children).collect()
}

fn is_halted(pid: Pid) -> bool {
    // One that has ended meanwhile does nothing either.
    stat(Path::new(&format!("/proc/{pid}"))).is_none_or(|(state, _)| state == "T" || state == "Z")
}

/// The state of a process, and its parent.
fn stat(folder: &Path) -> Option<(String, i32)> {
    let text = fs::read_to_string(folder.join("stat")).ok()?;
    let mut fields = text.rsplit_once(") ")?.1.split_whitespace();
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}

fn wake(postmaster: Pid) {
    for pid in family(postmaster) {
        // One that has ended meanwhile needs no waking.
        let _ = kill(pid, Signal::SIGCONT);
    }
}
