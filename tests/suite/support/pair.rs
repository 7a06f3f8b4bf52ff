//! A Postgres with an asynchronous standby, behind one address, for a test that fails over.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, UnixStream};
use tokio::process::Command;
use tokio::task::AbortHandle;

use super::database::connect;

/// Where connections go, and those that are open.
#[derive(Default)]
struct Way {
    to: Option<PathBuf>,
    open: Vec<AbortHandle>,
}

/// The pair. Both end with this value.
pub struct Pair {
    folder: TempDir,
    /// Where whichever of them is the primary can be reached, without a database's name.
    address: SocketAddr,
    way: Arc<Mutex<Way>>,
    accepting: AbortHandle,
}

const PRIMARY: &str = "primary";
const STANDBY: &str = "standby";

impl Pair {
    /// Starts both; the standby follows.
    pub async fn start() -> Pair {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("open to all");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let way: Arc<Mutex<Way>> = Arc::default();
        let shared = Arc::clone(&way);
        let accepting = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let Some(to) = shared.lock().expect("the way").to.clone() else { continue };
                let through = tokio::spawn(async move {
                    if let Ok(mut postgres) = UnixStream::connect(to).await {
                        let _ = copy_bidirectional(&mut client, &mut postgres).await;
                    }
                });
                shared.lock().expect("the way").open.push(through.abort_handle());
            }
        });
        let pair = Pair { folder, address, way, accepting: accepting.abort_handle() };
        let primary = pair.data(PRIMARY);
        run(
            "initdb",
            &["-D", &primary, "--username=podium", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync"],
        )
        .await;
        pair.launch(PRIMARY).await;
        let standby = pair.data(STANDBY);
        let socket = pair.folder.path().to_string_lossy().into_owned();
        run(
            "pg_basebackup",
            &["-D", &standby, "-h", &socket, "-p", port(PRIMARY), "-U", "podium", "-R", "-c", "fast", "--no-sync"],
        )
        .await;
        pair.launch(STANDBY).await;
        pair.lead_to(Some(PRIMARY));
        pair
    }

    /// The URL of the maintenance database of whichever is the primary.
    pub fn url(&self) -> String {
        format!("postgres://podium@{}/postgres", self.address)
    }

    /// The standby follows no longer: what is committed from now on, it lacks.
    pub async fn part(&self) {
        self.caught_up().await;
        run("pg_ctl", &["stop", "-D", &self.data(STANDBY), "-m", "fast", "-s", "-w"]).await;
    }

    /// The primary is no more, and the standby takes its place.
    pub async fn fail_over(&self) {
        self.lead_to(None);
        run("pg_ctl", &["stop", "-D", &self.data(PRIMARY), "-m", "immediate", "-s", "-w"]).await;
        self.launch(STANDBY).await;
        run("pg_ctl", &["promote", "-D", &self.data(STANDBY), "-s", "-w"]).await;
        self.lead_to(Some(STANDBY));
    }

    /// Waits until the standby has all that was committed before.
    async fn caught_up(&self) {
        let primary = connect(&self.direct(PRIMARY)).await;
        let at: String = primary.query_one("SELECT pg_current_wal_lsn()::text", &[]).await.expect("the place").get(0);
        let standby = connect(&self.direct(STANDBY)).await;
        let sql = format!("SELECT coalesce(pg_last_wal_replay_lsn() >= '{at}', false)");
        while !standby.query_one(&sql, &[]).await.expect("its place").get::<_, bool>(0) {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    async fn launch(&self, which: &str) {
        let socket = self.folder.path().display();
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{socket}' -c port={} -c fsync=off -c max_connections=100 -c jit=off",
            port(which)
        );
        let log = format!("{}.log", self.data(which));
        run("pg_ctl", &["start", "-D", &self.data(which), "-o", &options, "-l", &log, "-s", "-w"]).await;
    }

    fn lead_to(&self, which: Option<&str>) {
        let mut way = self.way.lock().expect("the way");
        way.open.drain(..).for_each(|each| each.abort());
        way.to = which.map(|which| self.folder.path().join(format!(".s.PGSQL.{}", port(which))));
    }

    fn data(&self, which: &str) -> String {
        self.folder.path().join(which).to_string_lossy().into_owned()
    }

    fn direct(&self, which: &str) -> String {
        let host = self.folder.path().to_string_lossy().replace('/', "%2F");
        format!("postgres://podium@{host}:{}/postgres", port(which))
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.accepting.abort();
        self.lead_to(None);
        for which in [PRIMARY, STANDBY] {
            let mut stop = std::process::Command::new("sh");
            stop.args(["-c", &as_account(&format!("pg_ctl stop -D '{}' -m immediate -s", self.data(which)))]);
            let _ = stop.stderr(std::process::Stdio::null()).status();
        }
    }
}

/// They listen on no port; it is part of their socket's name.
fn port(which: &str) -> &'static str {
    if which == PRIMARY { "5501" } else { "5502" }
}

/// Postgres refuses root.
fn as_account(command: &str) -> String {
    match nix::unistd::geteuid().is_root() {
        true => format!("cd / && exec runuser -u postgres -- {command}"),
        false => format!("exec {command}"),
    }
}

async fn run(program: &str, arguments: &[&str]) {
    let quoted: Vec<String> =
        arguments.iter().map(|argument| format!("'{}'", argument.replace('\'', r"'\''"))).collect();
    let mut command = Command::new("sh");
    command.args(["-c", &as_account(&format!("{program} {}", quoted.join(" ")))]);
    // What it starts must not hold on to a pipe.
    let null = std::process::Stdio::null;
    let status = command.stdin(null()).stdout(null()).stderr(null()).status().await.expect("a shell");
    assert!(status.success(), "{program} {arguments:?}: {status}");
}
