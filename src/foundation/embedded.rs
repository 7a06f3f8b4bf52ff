//! The embedded Postgres under Podium's name. The crate `embedded-postgres` implements it, and knows nothing of Podium.

pub use embedded_postgres::{
    Embedded, EmbeddedError, Health, Identity, Options, prepare_state_folder, state_folder, url_of_running,
};

/// The default of `PODIUM_STATE`, in the working directory.
pub const DEFAULT_STATE: &str = ".podium";

/// The names that Postgres's account, database and errors use for Podium.
pub static PODIUM: Identity = Identity {
    name: "podium",
    title: "Podium",
    // The oldest version that the schema works with.
    oldest: 15,
    default_state: DEFAULT_STATE,
    state_setting: "PODIUM_STATE",
    bin_setting: "PODIUM_POSTGRES_BIN",
    url_setting: "DATABASE_URL",
};

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn errors_name_podium_and_its_settings() {
        let identity = &PODIUM;
        let folder = || PathBuf::from("/srv/podium");
        let said = [
            EmbeddedError::NoPostgres { identity, passed_over: vec!["/old/bin: version 14 is too old".to_owned()] },
            EmbeddedError::WrongBin { identity, folder: folder(), why: "no `initdb` there".to_owned() },
            EmbeddedError::NoAccount { identity, who: "the user id 7".to_owned() },
            EmbeddedError::Barred {
                identity,
                state: folder(),
                account: "postgres".to_owned(),
                barrier: PathBuf::from("/srv"),
            },
            EmbeddedError::InUse { identity, state: folder(), pid: Some(7) },
            EmbeddedError::Leftover { identity, pid: 7, data: folder() },
        ]
        .map(|error| error.to_string());
        assert_eq!(
            said,
            [
                "no Postgres 15 or later found: install it (Debian, Ubuntu: `apt-get install postgresql`; \
                 Fedora, RHEL: `dnf install postgresql-server`; macOS: `brew install postgresql@17`), \
                 or name the folder of `initdb` and `postgres` in PODIUM_POSTGRES_BIN, or set DATABASE_URL \
                 (passed over: /old/bin: version 14 is too old)",
                "PODIUM_POSTGRES_BIN is /srv/podium: no `initdb` there; \
                 expected a folder with `initdb` and `postgres`, version 15 or later",
                "Postgres needs an account with an entry in /etc/passwd, and the user id 7 has none: \
                 run Podium as another account, or set DATABASE_URL",
                "PODIUM_STATE is /srv/podium: Postgres runs as the account `postgres`, which may not enter /srv; \
                 expected a folder that it may enter, such as /var/lib/podium",
                "another podium (pid 7) uses the state folder /srv/podium: stop it, or set PODIUM_STATE to another folder",
                "a Postgres left behind by another podium (pid 7) uses /srv/podium and does not stop",
            ]
        );
    }
}
