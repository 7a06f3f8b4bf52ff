//! `podium serve | migrate | token | role | demo | config | schema | document`.
//!
//! Every command but `document` reads the same settings ([`podium::foundation::settings`]). An error is one line on stderr
//! and exit code 1; a command line that cannot be parsed is exit code 2, as in clap.

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
      Start with an embedded Postgres and a small demo event.
  podium token --sub 0190d5a0-0000-7000-8000-000000000001 --name Ann
      Print a token for Ann that is valid for a day. Then, in another shell:
        curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:4000/v1/me
  DATABASE_URL=postgres://podium:secret@db/podium PODIUM_JWT_SECRET=$(cat secret) podium serve
      Start with an external Postgres.
  podium config --limit-messages off
      Print the settings that would be used, and the source of each value.

Settings are environment variables (PODIUM_LISTEN), keys of the TOML file that PODIUM_CONFIG names (listen), or flags
(--listen); `podium serve --help` explains them all. docs/SETTINGS.md has the same list.";

/// Reads the command line and runs the command.
pub fn main() -> ExitCode {
    let matches = command().get_matches();
    let Some((name, mut matches)) = matches.subcommand() else { return ExitCode::from(2) };
    // The settings' flags follow the innermost command.
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
            // One line, whatever a library's message contains. If stderr is closed, there is nowhere to report it.
            let _ = writeln!(io::stderr(), "podium: {}", error.to_string().replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

/// Returns the document that a command prints. It depends on the code alone, not on settings.
fn document(command: &str) -> Option<Value> {
    match command {
        "document openapi" => Some(domains::openapi().json().clone()),
        "document asyncapi" => Some(domains::asyncapi().json().clone()),
        _ => None,
    }
}

/// Runs a command that reads the settings.
fn with_settings(name: &str, matches: &ArgMatches) -> Outcome {
    let rows = domains::settings();
    let loaded = rows.load(&Sources::of_process(rows.flags(matches)))?;
    run(name, matches, loaded)
}

fn command() -> Command {
    let with_settings = |command: Command| command.args(domains::settings().args()).next_line_help(true);
    let demo = Arg::new("demo").long("demo").action(ArgAction::SetTrue).help("Write a small demo event first");
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
                     Without DATABASE_URL it runs an embedded Postgres in PODIUM_STATE. At a signal it answers 503 on \
                     /readyz, keeps serving for PODIUM_HEALTH_INTERVAL, closes its sockets over PODIUM_DRAIN, and exits with 0; \
                     a second signal exits at once.",
                )
                .arg(demo),
        ))
        .subcommand(with_settings(
            Command::new("migrate").about("Bring the database's schema up to date, and print what was applied"),
        ))
        .subcommand(with_settings(
            Command::new("token")
                .about("Print a token, signed with the secret in use")
                .long_about(
                    "Print a token, signed with the secret in use: PODIUM_JWT_SECRET, or the one kept in PODIUM_STATE. \
                     A client with this token acts as that profile until the token expires.",
                )
                .args(token_args()),
        ))
        .subcommand(role_command())
        .subcommand(with_settings(
            Command::new("demo").about("Write the small demo event, as far as it is missing"),
        ))
        .subcommand(with_settings(
            Command::new("config").about("Print the settings in use, and the source of each value").arg(markdown),
        ))
        .subcommand(with_settings(
            Command::new("schema").about("Print docs/SCHEMA.md: the tables and functions of a migrated database"),
        ))
        .subcommand(
            Command::new("document")
                .about("Print a document that describes the server's interface")
                .subcommand_required(true)
                .arg_required_else_help(true)
                .subcommand(Command::new("openapi").about("Print the OpenAPI document of HTTP, served at /openapi.json"))
                .subcommand(
                    Command::new("asyncapi").about("Print the AsyncAPI document of sockets, served at /asyncapi.json"),
                ),
        )
}

fn role_command() -> Command {
    let email = || Arg::new("email").value_name("EMAIL").required(true).help("The email address of the account");
    let role = || Arg::new("role").value_name("ROLE").required(true).value_parser(["moderator"]).help("The role");
    let what = |name: &'static str, about: &'static str| {
        Command::new(name).about(about).args([email(), role()]).args(domains::settings().args()).next_line_help(true)
    };
    Command::new("role")
        .about("Grant a role to an account, or revoke it")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(what("grant", "Grant the role; it takes effect at the next token renewal or sign-in"))
        .subcommand(what("revoke", "Revoke the role, and sign the account out on all devices"))
}

fn token_args() -> [Arg; 5] {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    [
        text("sub", "UUID", "The id of the profile; the profile is created at its first request")
            .required(true)
            .value_parser(clap::value_parser!(Uuid)),
        text("name", "NAME", "The name of a new profile"),
        text("email", "ADDRESS", "The email address of a new profile"),
        text("role", "ROLE", "The role that the token carries").value_parser(["moderator"]),
        text("ttl", "DURATION", "How long the token is valid").default_value("24h").value_parser(|text: &str| {
            settings::duration(text)
                .filter(|ttl| !ttl.is_zero())
                .ok_or("must be a duration above zero, such as 90s, 15m, 24h or 30d")
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
        warn(format!("{name} is set but is not a setting; `podium config` lists all settings"));
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

/// Resolves at the first SIGTERM or SIGINT. At the second, the process exits at once.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let (first, came) = tokio::sync::oneshot::channel();
    actix_web::rt::spawn(async move {
        let either = async |a: &mut tokio::signal::unix::Signal, b: &mut tokio::signal::unix::Signal| {
            tokio::select! { _ = a.recv() => {}, _ = b.recv() => {} }
        };
        either(&mut terminate, &mut interrupt).await;
        // Fails if the server has ended meanwhile, and then there is nothing to stop.
        let _ = first.send(());
        either(&mut terminate, &mut interrupt).await;
        tracing::warn!("second signal received: exiting at once");
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
        return print(&format!("{email} ({user_id}) no longer has the role {role} and must sign in again\n"));
    }
    if !verified {
        let doubt = format!("{email} is not confirmed: make sure that the owner of the address registered the account");
        let _ = writeln!(io::stderr(), "podium: {doubt}");
    }
    print(&format!("{email} ({user_id}) has the role {role} from the next token renewal on\n"))
}

async fn demo(settings: Settings) -> Outcome {
    // A server that never listens: demo messages are written by the same code as all others. Its ports do not matter.
    let anywhere = (std::net::Ipv4Addr::LOCALHOST, 0).into();
    let server = Server::start(Settings { listen: anywhere, admin_listen: anywhere, ..settings }).await?;
    let filled = server.fill_demo().await;
    server.stop().await;
    filled?;
    print(&format!("demo data ready\nsign in as {}; the password is {:?}\n", ACCOUNTS.join(" or "), PASSWORD))
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
        confirmed: true,
        lifetime: *matches.get_one::<Duration>("ttl").ok_or("--ttl is missing")?,
    };
    print(&format!("{}\n", base::tokens(settings)?.mint(&claims)?))
}

/// Writes to stdout. A pipe closed by its reader, such as `head`, is not an error.
fn print(text: &str) -> Outcome {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
