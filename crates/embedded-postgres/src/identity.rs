//! The program that embeds Postgres.

/// The program that embeds Postgres: the names derived from it, and its names of the settings.
///
/// A program has one, as a `static`. It must never change: the next start finds the earlier files by it.
#[derive(Debug, PartialEq, Eq)]
pub struct Identity {
    /// The program's name, in lower case letters. The cluster, its database, the superuser, the lock file, and folders
    /// below `/tmp` and `/var/lib` are named after it.
    pub name: &'static str,
    /// The name in sentences.
    pub title: &'static str,
    /// The oldest supported major version of Postgres.
    pub oldest: u32,
    /// The default state folder, in the working directory; see [`state_folder`](crate::state_folder).
    pub default_state: &'static str,
    /// The setting that names the state folder.
    pub state_setting: &'static str,
    /// The setting that names the folder of Postgres's programs.
    pub bin_setting: &'static str,
    /// The setting that names an external database instead.
    pub url_setting: &'static str,
}

/// The identity in unit tests.
#[cfg(test)]
pub(crate) static EXAMPLE: Identity = Identity {
    name: "example",
    title: "Example",
    oldest: 15,
    default_state: ".example",
    state_setting: "EXAMPLE_STATE",
    bin_setting: "EXAMPLE_BIN",
    url_setting: "EXAMPLE_URL",
};
