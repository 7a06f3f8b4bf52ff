//! Who embeds Postgres.

/// The program that embeds Postgres: what is named after it, and what its operators know its settings as.
///
/// A program has one, as a `static`, which never changes: by it the next start finds what the one before has left.
#[derive(Debug, PartialEq, Eq)]
pub struct Identity {
    /// The program's name, of lower case letters. The cluster, the database in it, the database's superuser, the lock's file,
    /// and folders below `/tmp` and `/var/lib` have it.
    pub name: &'static str,
    /// The name as a sentence has it.
    pub title: &'static str,
    /// The oldest major version of Postgres that serves.
    pub oldest: u32,
    /// The state folder where no other is set, in the working directory; see [`state_folder`](crate::state_folder).
    pub default_state: &'static str,
    /// The setting that names the state folder.
    pub state_setting: &'static str,
    /// The setting that names the folder of Postgres's programs.
    pub bin_setting: &'static str,
    /// The setting that names an outside database instead.
    pub url_setting: &'static str,
}

/// The one that the unit tests have.
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
