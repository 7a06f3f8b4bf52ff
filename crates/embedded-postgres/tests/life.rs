//! The private Postgres: it starts, keeps its data, and recovers from what an earlier process left behind.
//!
//! Each test makes a cluster of its own, without fsync.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use embedded_postgres::{Embedded, EmbeddedError, Health, Identity, Options};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::{Client, NoTls};

/// The variable that names the state folder to the process that [`owner`] runs in.
const OWNER_STATE: &str = "EMBEDDED_TEST_OWNER_STATE";

static EXAMPLE: Identity = Identity {
    name: "example",
    title: "Example",
    oldest: 15,
    default_state: ".example",
    state_setting: "EXAMPLE_STATE",
    bin_setting: "EXAMPLE_BIN",
    url_setting: "EXAMPLE_URL",
};

/// Returns a folder that Postgres's account may enter also when the tests run as root.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).expect("open to all");
    folder
}

fn options(state: &Path) -> Options {
    Options { identity: &EXAMPLE, state: state.to_path_buf(), postgres_bin: None, durable: false }
}

async fn start(state: &Path) -> Embedded {
    Embedded::start(&options(state)).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn write_note(postgres: &Embedded, text: &str) {
    let client = connect(&postgres.url()).await.expect("a connection");
    client.batch_execute("CREATE TABLE IF NOT EXISTS notes (text text)").await.expect("a table");
    client.execute("INSERT INTO notes VALUES ($1)", &[&text]).await.expect("a row");
}

async fn notes(postgres: &Embedded) -> Vec<String> {
    let client = connect(&postgres.url()).await.expect("a connection");
    let rows = client.query("SELECT text FROM notes ORDER BY text", &[]).await.expect("the notes");
    rows.iter().map(|row| row.get(0)).collect()
}

fn pid_file(state: &Path) -> PathBuf {
    state.join("postgres/postmaster.pid")
}

fn postmaster(state: &Path) -> Pid {
    let text = fs::read_to_string(pid_file(state)).expect("postmaster.pid");
    Pid::from_raw(text.lines().next().expect("a line").parse().expect("a process id"))
}

/// Returns `true` if a process runs, and not if it is dead and only waits to be reaped.
fn runs(pid: Pid) -> bool {
    let dead = fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "));
    kill(pid, None).is_ok() && !dead
}

async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        sleep(Duration::from_millis(5)).await;
    }
}

/// Runs in a process of its own, for tests that kill the owner of Postgres.
#[tokio::test]
#[ignore = "the other tests run it in a process that they kill"]
async fn owner() {
    let Some(state) = env::var_os(OWNER_STATE) else { return };
    let postgres = start(Path::new(&state)).await;
    write_note(&postgres, "from the owner").await;
    println!("\nowner is ready");
    sleep(Duration::from_secs(120)).await;
}

/// Lets another process start Postgres, kills that process, and returns the postmaster that is left.
fn leave_postgres(state: &Path) -> Pid {
    let mut owner = spawn_owner(state);
    let mut lines = BufReader::new(owner.stdout.take().expect("its output")).lines();
    assert!(lines.any(|line| line.expect("text") == "owner is ready"));
    owner.kill().expect("a kill");
    owner.wait().expect("its end");
    let left = postmaster(state);
    assert!(runs(left), "Postgres went with its owner: nothing to test");
    left
}

fn spawn_owner(state: &Path) -> Child {
    Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "owner", "--ignored", "--nocapture"])
        .env(OWNER_STATE, state)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program again")
}

#[tokio::test]
async fn it_keeps_its_data_over_stops_and_its_own_death() {
    let folder = folder();
    // So long that the socket needs another folder.
    let state = folder.path().join("long".repeat(20)).join("state");

    let postgres = start(&state).await;
    assert!(!state.join("socket").exists());
    let client = connect(&postgres.url()).await.expect("a connection");
    let row = client
        .query_one(
            "SELECT current_user::text, current_database()::text, current_setting('server_encoding'),
                current_setting('listen_addresses'), current_setting('TimeZone'),
                current_setting('unix_socket_directories')",
            &[],
        )
        .await
        .expect("the settings");
    let said: Vec<String> = (0..5).map(|column| row.get(column)).collect();
    assert_eq!(said, ["example", "example", "UTF8", "", "UTC"]);
    let socket = PathBuf::from(row.get::<_, String>(5).trim_matches('"'));
    assert_eq!(fs::metadata(&socket).expect("the socket's folder").mode() & 0o777, 0o700);
    write_note(&postgres, "first").await;
    let first = postmaster(&state);
    postgres.stop().await.expect("a stop");
    assert!(!runs(first), "the first postmaster still runs");
    assert!(!pid_file(&state).exists() && !socket.exists());

    let postgres = start(&state).await;
    write_note(&postgres, "second").await;

    // It dies by itself, and is started again.
    let second = postmaster(&state);
    let mut health = postgres.health();
    kill(second, Signal::SIGKILL).expect("a kill");
    timeout(Duration::from_secs(20), async {
        health.wait_for(|health| matches!(health, Health::Down(_))).await.expect("down");
        health.wait_for(|health| *health == Health::Running).await.expect("running");
    })
    .await
    .expect("in time");
    assert_ne!(postmaster(&state), second);
    assert_eq!(notes(&postgres).await, ["first", "second"]);
    let third = postmaster(&state);
    postgres.stop().await.expect("a stop");
    assert!(!runs(third), "the last postmaster still runs");
}

#[tokio::test]
async fn one_process_a_state_folder() {
    let folder = folder();
    let state = folder.path().join("state");
    let options = options(&state);

    // Two first starts at once: one makes the cluster, the other one waits, and then says why it does not run.
    let (one, two) = tokio::join!(Embedded::start(&options), Embedded::start(&options));
    let (winner, loser) = if one.is_ok() { (one, two) } else { (two, one) };
    let winner = winner.expect("one of them starts");
    let loser = loser.expect_err("the other does not");
    assert!(matches!(loser, EmbeddedError::InUse { pid: Some(_), .. }), "{loser:?}");
    let line = loser.to_string();
    assert!(line.contains("another example") && line.contains(&state.display().to_string()), "{line}");
    write_note(&winner, "kept").await;

    // One that leaves in time makes room for the next.
    let next = tokio::spawn(async move { Embedded::start(&options).await });
    sleep(Duration::from_millis(300)).await;
    winner.stop().await.expect("a stop");
    let next = next.await.expect("no panic").expect("a start");
    assert_eq!(notes(&next).await, ["kept"]);
    next.stop().await.expect("a stop");
}

#[tokio::test]
async fn what_a_killed_process_left_is_taken_over() {
    let folder = folder();
    let state = folder.path().join("state");
    let left = leave_postgres(&state);
    let postgres = start(&state).await;
    assert!(!runs(left));
    assert_ne!(postmaster(&state), left);
    assert_eq!(notes(&postgres).await, ["from the owner"]);
    let taken = postmaster(&state);
    postgres.stop().await.expect("a stop");
    assert!(!runs(taken));

    // A stale file that says "ready", whose process id now belongs to another live program of the same account, which
    // Postgres itself would respect.
    let account = fs::metadata(state.join("postgres")).expect("the cluster");
    let mut stranger = Command::new("sleep");
    stranger.arg("60").current_dir("/");
    if Uid::effective().is_root() {
        stranger.uid(account.uid()).gid(account.gid());
    }
    let mut stranger = stranger.spawn().expect("a process");
    let stale = format!("{}\n{}\n1700000000\n5432\n/nowhere\n\n  1 1\nready   \n", stranger.id(), state.display());
    fs::write(pid_file(&state), stale).expect("a stale file");
    fs::set_permissions(pid_file(&state), fs::Permissions::from_mode(0o644)).expect("readable");
    let postgres = start(&state).await;
    assert_eq!(notes(&postgres).await, ["from the owner"]);
    assert!(stranger.try_wait().expect("its state").is_none(), "the stranger was killed");
    stranger.kill().expect("a kill");
    stranger.wait().expect("its end");
    postgres.stop().await.expect("a stop");

    // An empty one, as a full disk leaves it.
    fs::write(pid_file(&state), "").expect("an empty file");
    start(&state).await.stop().await.expect("a stop");

    // One that runs under a name that the folder no longer has could be any program: it is not touched, and Postgres
    // itself refuses to start beside it. As soon as it has gone, the start goes on.
    let left = leave_postgres(&state);
    let moved = folder.path().join("moved");
    fs::rename(&state, &moved).expect("a new name");
    let options = options(&moved);
    let waiting = tokio::spawn(async move { Embedded::start(&options).await });
    sleep(Duration::from_millis(800)).await;
    assert!(runs(left) && !waiting.is_finished());
    kill(left, Signal::SIGINT).expect("a signal");
    let postgres = waiting.await.expect("no panic").expect("a start");
    assert_eq!(notes(&postgres).await, ["from the owner"; 2]);
    postgres.stop().await.expect("a stop");
}

#[tokio::test]
async fn an_interrupted_first_start_begins_again() {
    let folder = folder();
    let state = folder.path().join("state");
    let drafts = || -> Vec<PathBuf> {
        let entries = fs::read_dir(&state).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.to_string_lossy().contains("initdb-")).collect()
    };
    let mut owner = spawn_owner(&state);
    eventually("initdb is under way", || drafts().iter().any(|draft| draft.join("PG_VERSION").exists())).await;
    owner.kill().expect("a kill");
    owner.wait().expect("its end");
    assert!(!state.join("postgres").exists(), "initdb was through already: nothing to test");

    let postgres = start(&state).await;
    write_note(&postgres, "from the start").await;
    postgres.stop().await.expect("a stop");
    // What the orphaned initdb wrote meanwhile goes at the latest when the next cluster would be made.
    assert!(state.join("postgres/PG_VERSION").exists());
}

#[tokio::test]
async fn a_folder_that_postgres_may_not_enter_is_refused() {
    if !Uid::effective().is_root() {
        return;
    }
    let closed = tempfile::tempdir().expect("a folder");
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).expect("closed to others");
    let error = Embedded::start(&options(&closed.path().join("state"))).await.expect_err("refused");
    let line = error.to_string();
    assert!(matches!(error, EmbeddedError::Barred { .. }), "{line}");
    assert!(line.contains(&closed.path().display().to_string()) && line.contains("/var/lib/example"), "{line}");
    assert!(!closed.path().join("state").exists(), "nothing is made there");
}
