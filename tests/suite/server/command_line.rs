//! `podium` as an operator meets it: help, settings, tokens, migrations.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use podium::foundation::auth::Tokens;
use podium::foundation::settings::Secret;
use podium::server::domains;
use uuid::Uuid;

use crate::support::database::Database;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// Runs `podium` with these arguments and nothing in its environment but `settings`.
fn podium(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podium"));
    command.args(arguments).env_clear();
    for name in ["PATH", "HOME", "LD_LIBRARY_PATH"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(settings.iter().copied()).output().expect("running podium")
}

#[track_caller]
fn printed(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", output.status);
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// The one line on stderr with which the start stopped.
#[track_caller]
fn stopped(output: &Output) -> String {
    let line = String::from_utf8(output.stderr.clone()).expect("text");
    assert_eq!(output.status.code(), Some(1), "{line}");
    assert_eq!(line.trim_end().lines().count(), 1, "{line}");
    line.trim_end().to_owned()
}

#[test]
fn help_teaches() {
    let text = printed(&podium(&["--help"], &[]));
    for word in ["serve", "migrate", "token", "role", "demo", "config", "schema", "document", "Examples:", "curl"] {
        assert!(text.contains(word), "{word} is missing in\n{text}");
    }
    for command in ["serve", "migrate", "token", "config"] {
        let text = printed(&podium(&[command, "--help"], &[]));
        for setting in domains::settings().iter() {
            assert!(text.contains(&format!("--{} ", setting.flag())), "{} in {command}", setting.name);
            assert!(text.contains(setting.name), "{} in {command}", setting.name);
        }
    }
    assert_eq!(podium(&[], &[]).status.code(), Some(2));
}

#[test]
fn a_wrong_setting_stops_every_command_with_one_line() {
    for command in ["serve", "migrate", "demo", "config"] {
        let line = stopped(&podium(&[command], &[("PODIUM_LIMIT_MESSAGES", "plenty")]));
        assert_eq!(
            line,
            "podium: PODIUM_LIMIT_MESSAGES: the value \"plenty\" (environment) is not valid; \
             expected rate/burst with both above 0, such as 10/20, or off"
        );
    }
    let line = stopped(&podium(&["config", "--listen", "here"], &[("PODIUM_LISTEN", "127.0.0.1:0")]));
    assert!(line.contains("PODIUM_LISTEN: the value \"here\" (flag)"), "{line}");
}

#[test]
fn config_prints_what_is_in_force_and_hides_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("podium.toml");
    std::fs::write(&file, "drain = \"3s\"\njwt_secret = \"hunter2hunter2hunter2hunter2hunter2\"\n").expect("a file");
    let text = printed(&podium(
        &["config", "--limit-topics", "7"],
        &[
            ("PODIUM_CONFIG", file.to_str().expect("a path")),
            ("DATABASE_URL", "postgres://ann:hunter2@db.example/podium"),
        ],
    ));
    assert!(!text.contains("hunter2"), "{text}");
    let line = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).expect("a line");
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("PODIUM_LIMIT_TOPICS"), "PODIUM_LIMIT_TOPICS 7 # flag");
    assert_eq!(line("PODIUM_DRAIN"), format!("PODIUM_DRAIN 3s # {}", file.display()));
    assert_eq!(line("PODIUM_JWT_SECRET"), format!("PODIUM_JWT_SECRET ******** # {}", file.display()));
    assert_eq!(line("DATABASE_URL"), "DATABASE_URL postgres://********@db.example/podium # environment");
    assert_eq!(line("PODIUM_LISTEN"), "PODIUM_LISTEN 127.0.0.1:4000 # default");
}

#[test]
fn documents_are_printed_without_settings_or_a_database() {
    let text = printed(&podium(&["document", "openapi"], &[("PODIUM_LIMIT_MESSAGES", "plenty")]));
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(document["paths"]["/v1/me"]["get"].is_object(), "{text}");
    assert_eq!(podium(&["document"], &[]).status.code(), Some(2));
}

#[test]
fn a_mistyped_variable_is_reported() {
    let output = podium(&["config"], &[("PODIUM_LIMIT_MESSAGE", "off")]);
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success() && printed.contains("PODIUM_LIMIT_MESSAGE is set but is not a setting"),
        "{printed}"
    );
}

#[test]
fn tokens_are_minted_with_the_secret_in_force() {
    let sub = Uuid::now_v7();
    let arguments = ["token", "--sub", &sub.to_string(), "--name", "Ann", "--role", "moderator", "--ttl", "15m"];
    let text = printed(&podium(&arguments, &[("PODIUM_JWT_SECRET", SECRET)]));
    let tokens = Tokens::new(&Secret::new(SECRET)).expect("a secret");
    let identity = tokens.verify(text.trim()).expect("a token");
    assert_eq!((identity.user_id, identity.name.as_deref(), identity.moderator), (sub, Some("Ann"), true));
    let left = (identity.expires_at - chrono::Utc::now()).num_seconds();
    assert!((890..=901).contains(&left), "{left}");

    let wrong_sub = podium(&["token", "--sub", "ann"], &[("PODIUM_JWT_SECRET", SECRET)]);
    assert_eq!(wrong_sub.status.code(), Some(2));
    let wrong_ttl = podium(&["token", "--sub", &sub.to_string(), "--ttl", "soon"], &[("PODIUM_JWT_SECRET", SECRET)]);
    assert_eq!(wrong_ttl.status.code(), Some(2));
}

#[test]
fn a_weak_or_missing_secret_stops_the_start() {
    let sub = Uuid::now_v7().to_string();
    let line = stopped(&podium(&["token", "--sub", &sub], &[("PODIUM_JWT_SECRET", "hunter2")]));
    assert!(line.contains("PODIUM_JWT_SECRET") && line.contains("at least 32 bytes"), "{line}");
    assert!(!line.contains("hunter2"), "{line}");
    for arguments in [&["serve"][..], &["token", "--sub", &sub]] {
        let outside = [
            ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing"),
            ("PODIUM_LISTEN", "127.0.0.1:0"),
            ("PODIUM_ADMIN_LISTEN", "127.0.0.1:0"),
        ];
        let line = stopped(&podium(arguments, &outside));
        assert!(line.contains("PODIUM_JWT_SECRET must be set"), "{line}");
    }
}

#[test]
fn without_any_setting_the_secret_is_made_once_and_kept() {
    // Below /tmp, where the account that runs Postgres may enter.
    let folder =
        tempfile::Builder::new().permissions(std::fs::Permissions::from_mode(0o755)).tempdir().expect("a folder");
    let state = folder.path().join("state");
    let settings = [("PODIUM_STATE", state.to_str().expect("a path"))];
    let sub = Uuid::now_v7().to_string();
    let mint = || printed(&podium(&["token", "--sub", &sub], &settings)).trim().to_owned();
    let (first, second) = (mint(), mint());
    let secret = std::fs::read_to_string(state.join("jwt-secret")).expect("the secret");
    let tokens = Tokens::new(&Secret::new(secret.trim())).expect("a secret");
    assert!(tokens.verify(&first).is_ok() && tokens.verify(&second).is_ok());
}

#[test]
fn mails_need_a_sender() {
    let settings = [
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing"),
        ("PODIUM_JWT_SECRET", SECRET),
        ("PODIUM_SMTP_URL", "smtps://podium:hunter2@mail.example"),
        ("PODIUM_LISTEN", "127.0.0.1:0"),
        ("PODIUM_ADMIN_LISTEN", "127.0.0.1:0"),
    ];
    let line = stopped(&podium(&["serve"], &settings));
    assert!(line.starts_with("podium: PODIUM_MAIL_FROM must be set to a mail address"), "{line}");
    let text = printed(&podium(&["config"], &settings));
    assert!(text.contains("smtps://********@mail.example") && !text.contains("hunter2"), "{text}");
    let line = stopped(&podium(&["config"], &[("PODIUM_SMTP_URL", "mail.example")]));
    assert!(line.starts_with("podium: PODIUM_SMTP_URL: the value ******** (environment) is not valid"), "{line}");
}

#[test]
fn an_address_in_use_is_named_before_anything_is_started() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let settings = [
        ("PODIUM_LISTEN", address.as_str()),
        ("PODIUM_ADMIN_LISTEN", "127.0.0.1:0"),
        ("PODIUM_STATE", state.to_str().expect("a path")),
    ];
    let line = stopped(&podium(&["serve"], &settings));
    assert!(line.starts_with(&format!("podium: PODIUM_LISTEN: cannot listen on {address}: ")), "{line}");
    assert!(!state.exists());
}

#[tokio::test]
async fn migrate_says_what_it_did() {
    let database = Database::create_empty().await;
    let settings = [("DATABASE_URL", database.url())];
    let text = printed(&podium(&["migrate"], &settings));
    let done: Vec<&str> = text.lines().filter(|line| !line.starts_with('{')).collect();
    assert!(done.len() >= 10, "{text}");
    let text = printed(&podium(&["migrate"], &settings));
    assert!(text.contains("the schema is up to date"), "{text}");
}

#[tokio::test]
async fn the_demo_is_filled_in_once() {
    let database = Database::create().await;
    let settings = [("DATABASE_URL", database.url()), ("PODIUM_JWT_SECRET", SECRET)];
    for _ in 0..2 {
        assert!(printed(&podium(&["demo"], &settings)).contains("demo data ready"));
    }
    let client = database.connect().await;
    let row = client.query_one("SELECT count(*) FROM events", &[]).await.expect("a count");
    assert_eq!(row.get::<_, i64>(0), 1);
}
