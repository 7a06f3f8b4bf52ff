//! `podium serve | migrate | token | role | demo | config | schema | document`.
//!
//! Every command but `document` reads the same settings ([`podium::foundation::settings`]). What goes wrong is one line on
//! stderr and exit code 1; a command line that cannot be read is 2, as clap has it.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use podium::crew::accounts::email::Email;
use podium::crew::accounts::store::{self as accounts, RoleChanged};
use podium::crew::demo::{ACCOUNTS, PASSWORD};
use podium::foundation::auth::Claims;
use podium::foundation::settings::{self, Loaded, Settings, Sources};
use podium::foundation::{schema_page, telemetry};
use podium::server::Server;
use podium::server::base::{self, Base};
use podium::server::domains;
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};
use uuid::Uuid;

type Outcome = Result<(), Box<dyn Error>>;

const EXAMPLES: &str = "\
Examples:
  podium serve --demo
      Start with a Postgres of its own, and a small demo event to look at.
  podium token --sub 0190d5a0-0000-7000-8000-000000000001 --name Ann
      Print a token for Ann, good for a day. Then, in another shell:
        curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:4000/v1/me
  DATABASE_URL=postgres://podium:secret@db/podium PODIUM_JWT_SECRET=$(cat secret) podium serve
      Start on an outside Postgres.
  podium config --limit-messages off
      Print what would be in force, and where each value comes from.

Settings are environment variables (PODIUM_LISTEN), keys of the TOML file that PODIUM_CONFIG names (listen), or flags
(--listen); `podium serve --help` explains them all. docs/SETTINGS.md is the same as a page.";

/// Reads the command line and runs the command.
pub fn main() -> ExitCode {
    let matches = command().get_matches();
    let Some((name, mut matches)) = matches.subcommand() else { return ExitCode::from(2) };
    // The settings' flags stand behind the innermost command.
    let deed = matches.subcommand();
    if let Some((_, inner)) = deed {
        matches = inner;
    }
    let name = match deed {
        Some((deed, _)) => format!("{name} {deed}"),
        None => name.to_owned(),
    };
    let outcome = match document(&name) {
        Some(document) => {
            serde_json::to_string_pretty(&document).map_err(Box::from).and_then(|text| print(&(text + "\n")))
        }
        None => with_settings(&name, matches),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line, whatever a library's message holds; nobody is there to be told if stderr is closed.
            let _ = writeln!(io::stderr(), "podium: {}", error.to_string().replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

/// Returns the document that a command prints. It is made of the code alone: no setting changes it.
fn document(command: &str) -> Option<Value> {
    match command {
        "document openapi" => Some(domains::openapi().json().clone()),
        _ => None,
    }
}

/// Runs a command that goes by the settings.
fn with_settings(name: &str, matches: &ArgMatches) -> Outcome {
    let rows = domains::settings();
    let loaded = rows.load(&Sources::of_process(rows.flags(matches)))?;
    run(name, matches, loaded)
}

fn command() -> Command {
    let with_settings = |command: Command| command.args(domains::settings().args()).next_line_help(true);
    let demo = Arg::new("demo").long("demo").action(ArgAction::SetTrue).help("Fill in a small demo event first");
    let markdown =
        Arg::new("markdown").long("markdown").action(ArgAction::SetTrue).help("Print docs/SETTINGS.md instead");
    Command::new("podium")
        .about("The realtime backend for people who go to live events together")
        .version(env!("CARGO_PKG_VERSION"))
        .after_help(EXAMPLES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(120)
        .subcommand(with_settings(
            Command::new("serve")
                .about("Serve HTTP and sockets until SIGTERM or SIGINT")
                .long_about(
                    "Serve HTTP and sockets until SIGTERM or SIGINT.\n\nBrings the database's schema up to date first. \
                     Without DATABASE_URL it runs a Postgres of its own in PODIUM_STATE. At a signal it answers 503 on \
                     /readyz, serves on for PODIUM_HEALTH_INTERVAL, closes its sockets over PODIUM_DRAIN, and ends with 0; \
                     a second signal ends it at once.",
                )
                .arg(demo),
        ))
        .subcommand(with_settings(
            Command::new("migrate").about("Bring the database's schema up to date, and print what was done"),
        ))
        .subcommand(with_settings(
            Command::new("token")
                .about("Print a token, signed with the secret in force")
                .long_about(
                    "Print a token, signed with the secret in force: PODIUM_JWT_SECRET, or the one kept in PODIUM_STATE. \
                     Whoever has it acts as that profile until it expires.",
                )
                .args(token_args()),
        ))
        .subcommand(role_command())
        .subcommand(with_settings(
            Command::new("demo").about("Fill the database with the small demo event, as far as it is not there"),
        ))
        .subcommand(with_settings(
            Command::new("config").about("Print the settings in force, and where each comes from").arg(markdown),
        ))
        .subcommand(with_settings(
            Command::new("schema").about("Print docs/SCHEMA.md: the tables and functions of a database that is migrated"),
        ))
        .subcommand(
            Command::new("document")
                .about("Print a document that describes what the server serves")
                .subcommand_required(true)
                .arg_required_else_help(true)
                .subcommand(Command::new("openapi").about("Print the OpenAPI document of HTTP (docs/openapi.json)")),
        )
}

fn role_command() -> Command {
    let email = || Arg::new("email").value_name("EMAIL").required(true).help("The account's address");
    let role = || {
        Arg::new("role")
            .value_name("ROLE")
            .required(true)
            .value_parser(["moderator"])
            .help("What is allowed beyond one's own")
    };
    let what = |name: &'static str, about: &'static str| {
        Command::new(name).about(about).args([email(), role()]).args(domains::settings().args()).next_line_help(true)
    };
    Command::new("role")
        .about("Give an account a role, or take it away")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(what("grant", "Give the account the role; it has it from its next renewal on, or when it signs in"))
        .subcommand(what("revoke", "Take the role away, and sign all of the account's devices out"))
}

fn token_args() -> [Arg; 5] {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    [
        text("sub", "UUID", "The profile's id; a profile is made at its first request")
            .required(true)
            .value_parser(clap::value_parser!(Uuid)),
        text("name", "NAME", "What a new profile is called"),
        text("email", "ADDRESS", "Where a new profile is reached"),
        text("role", "ROLE", "What the token allows beyond one's own").value_parser(["moderator"]),
        text("ttl", "DURATION", "How long it is good for").default_value("24h").value_parser(|text: &str| {
            settings::duration(text)
                .filter(|ttl| !ttl.is_zero())
                .ok_or("expected a duration, such as 90s, 15m, 24h or 30d")
        }),
    ]
}

fn run(name: &str, matches: &ArgMatches, loaded: Loaded) -> Outcome {
    match name {
        "config" if matches.get_flag("markdown") => print(&domains::settings().markdown()),
        "config" => {
            warn_of_unknown(&loaded, |line| {
                let _ = writeln!(io::stderr(), "podium: {line}");
            });
            print(&settings::listing(&loaded.in_force))
        }
        // No log, which would go to stdout too.
        "schema" => actix_web::rt::System::new().block_on(schema(loaded.settings)),
        "token" => token(matches, &loaded.settings),
        "serve" => {
            let demo = matches.get_flag("demo");
            with_runtime(loaded, |settings| serve(settings, demo))
        }
        "migrate" => with_runtime(loaded, migrate),
        "role grant" | "role revoke" => {
            let text = |name: &str| matches.get_one::<String>(name).cloned().ok_or(format!("{name} is missing"));
            let (email, role, grant) = (text("email")?, text("role")?, name == "role grant");
            with_runtime(loaded, move |settings| set_role(settings, email, role, grant))
        }
        "demo" => with_runtime(loaded, demo),
        _ => unreachable!("clap knows no other command"),
    }
}

/// Starts the log and the runtime, and runs `work` on it.
fn with_runtime<F: Future<Output = Outcome>>(loaded: Loaded, work: impl FnOnce(Settings) -> F) -> Outcome {
    telemetry::init(&loaded.settings);
    warn_of_unknown(&loaded, |line| tracing::warn!("{line}"));
    actix_web::rt::System::new().block_on(work(loaded.settings))
}

fn warn_of_unknown(loaded: &Loaded, mut warn: impl FnMut(String)) {
    for name in &loaded.unknown_variables {
        warn(format!("{name} is set, but is no setting; `podium config` lists them all"));
    }
}

async fn serve(settings: Settings, demo: bool) -> Outcome {
    let stop = stop_signal()?;
    tokio::pin!(stop);
    let server = tokio::select! {
        server = Server::start(settings) => server?,
        () = &mut stop => return Ok(()),
    };
    Ok(server.serve(demo, stop).await?)
}

/// Resolves at the first SIGTERM or SIGINT. At the second, the process ends where it stands.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (first, came) = tokio::sync::oneshot::channel();
    actix_web::rt::spawn(async move {
        let either = async |a: &mut tokio::signal::unix::Signal, b: &mut tokio::signal::unix::Signal| {
            tokio::select! { _ = a.recv() => {}, _ = b.recv() => {} }
        };
        either(&mut terminate, &mut interrupt).await;
        // Nobody waits for it if the server has ended meanwhile.
        let _ = first.send(());
        either(&mut terminate, &mut interrupt).await;
        tracing::warn!("a second signal: ending at once");
        std::process::exit(130);
    });
    Ok(async move {
        // Cannot fail: the sender lives until it has sent.
        let _ = came.await;
    })
}

async fn migrate(settings: Settings) -> Outcome {
    let base = Base::open(&settings).await?;
    let done = base.migrate().await;
    base.close().await;
    let done = done?;
    if done.is_empty() {
        return print("the schema is up to date\n");
    }
    let functions = done.functions.iter().map(|signature| format!("function {signature}"));
    let lines: Vec<_> = done.migrations.iter().cloned().chain(functions).collect();
    print(&format!("{}\n", lines.join("\n")))
}

async fn schema(settings: Settings) -> Outcome {
    let base = Base::beside(&settings).await?;
    let page = async {
        match podium::foundation::migrate::pending(&base.url).await?.first() {
            Some(name) => Err(format!("the database lacks {name}; run `podium migrate` first").into()),
            None => Ok::<_, Box<dyn Error>>(schema_page::markdown(&base.url).await?),
        }
    }
    .await;
    base.close().await;
    print(&page?)
}

async fn set_role(settings: Settings, email: String, role: String, grant: bool) -> Outcome {
    let address = Email::parse(&email).map_err(|detail| format!("{email}: {detail}"))?;
    let base = Base::beside(&settings).await?;
    let done = async {
        base.migrate().await?;
        let mut connection = base.connect().await?;
        let role = Some(role.as_str()).filter(|_| grant);
        Ok::<_, Box<dyn Error>>(accounts::set_role(&mut connection, &address, role).await?)
    }
    .await;
    base.close().await;
    let RoleChanged { user_id, verified } = done?.ok_or_else(|| format!("{email} has no account"))?;
    if !grant {
        return print(&format!("{email} ({user_id}) is no {role} any more, and has to sign in again\n"));
    }
    if !verified {
        let doubt = format!("{email} is not confirmed: make sure that it was its owner who registered it");
        let _ = writeln!(io::stderr(), "podium: {doubt}");
    }
    print(&format!("{email} ({user_id}) is a {role} from the next renewal of their tokens on\n"))
}

async fn demo(settings: Settings) -> Outcome {
    // A whole server that never listens: the demo goes the way of everyone's messages. Its ports are of no matter.
    let anywhere = (std::net::Ipv4Addr::LOCALHOST, 0).into();
    let server = Server::start(Settings { listen: anywhere, admin_listen: anywhere, ..settings }).await?;
    let filled = server.fill_demo().await;
    server.stop().await;
    filled?;
    print(&format!("the demo event is there\nsign in as {}; the password is {:?}\n", ACCOUNTS.join(" or "), PASSWORD))
}

fn token(matches: &ArgMatches, settings: &Settings) -> Outcome {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let claims = Claims {
        user_id: *matches.get_one::<Uuid>("sub").ok_or("--sub is missing")?,
        name: text("name"),
        email: text("email"),
        role: text("role"),
        sign_in: None,
        generation: None,
        lifetime: *matches.get_one::<Duration>("ttl").ok_or("--ttl is missing")?,
    };
    print(&format!("{}\n", base::tokens(settings)?.mint(&claims)?))
}

/// To stdout; a pipe that is closed on the other side, as by `head`, is no error.
fn print(text: &str) -> Outcome {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
