//! Finds `initdb` and `postgres` on this machine.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::account::Account;
use crate::error::EmbeddedError;
use crate::identity::Identity;

/// The folders used by distributions and Homebrew for programs outside the `PATH`; `*` stands for one folder's name.
const USUAL: [&str; 7] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
    "/usr/libexec/postgresql*",
    "/usr/local/pgsql/bin",
];

/// Postgres's programs of one version.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    pub initdb: PathBuf,
    pub postgres: PathBuf,
    pub major: u32,
}

impl Programs {
    /// Finds the first folder with both programs, new enough and executable by `account`: only the `setting` if there
    /// is one, else the `PATH`, `pg_config --bindir`, and the usual folders, the newest first. With `made_by`, the
    /// version of an existing cluster, only the same major version is accepted.
    pub async fn find(
        identity: &'static Identity,
        setting: Option<&Path>,
        made_by: Option<(u32, &Path)>,
        account: &Account,
    ) -> Result<Programs, EmbeddedError> {
        if let Some(folder) = setting {
            let programs = Programs::inspect(identity, folder, account)
                .await
                .map_err(|why| EmbeddedError::WrongBin { identity, folder: folder.to_path_buf(), why })?;
            return programs.matching(made_by);
        }
        Programs::first(identity, candidates().await, made_by, account).await
    }

    async fn first(
        identity: &'static Identity,
        folders: Vec<PathBuf>,
        made_by: Option<(u32, &Path)>,
        account: &Account,
    ) -> Result<Programs, EmbeddedError> {
        let mut passed_over = Vec::new();
        let mut other_version = None;
        for folder in folders {
            match Programs::inspect(identity, &folder, account).await {
                Ok(programs) => match programs.matching(made_by) {
                    Ok(programs) => return Ok(programs),
                    Err(why) => other_version = Some(why),
                },
                Err(why) => passed_over.push(format!("{}: {why}", folder.display())),
            }
        }
        Err(other_version.unwrap_or(EmbeddedError::NoPostgres { identity, passed_over }))
    }

    fn matching(self, made_by: Option<(u32, &Path)>) -> Result<Programs, EmbeddedError> {
        match made_by {
            Some((made_by, data)) if made_by != self.major => {
                Err(EmbeddedError::OtherVersion { data: data.to_path_buf(), made_by })
            }
            _ => Ok(self),
        }
    }

    /// Returns the programs in `folder`, or the reason why they cannot be used.
    async fn inspect(identity: &Identity, folder: &Path, account: &Account) -> Result<Programs, String> {
        let initdb = folder.join("initdb");
        let postgres = folder.join("postgres");
        for program in [&initdb, &postgres] {
            if !program.is_file() {
                let name = program.file_name().unwrap_or_default().display();
                return Err(format!("no `{name}` there"));
            }
        }
        let mut command = Command::new(&postgres);
        command.arg("--version").current_dir("/");
        account.run(&mut command);
        let said = output(command)
            .await
            .ok_or_else(|| format!("`postgres --version` does not run as the account `{}`", account.name))?;
        let major = major(&said).ok_or_else(|| format!("unknown version \"{said}\""))?;
        if major < identity.oldest {
            return Err(format!("version {major} is too old"));
        }
        Ok(Programs { initdb, postgres, major })
    }
}

/// Returns the folders with an `initdb`, best first, without duplicates.
async fn candidates() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    let mut pg_config = Command::new("pg_config");
    pg_config.arg("--bindir");
    folders.extend(output(pg_config).await.map(PathBuf::from));
    folders.extend(USUAL.iter().flat_map(|pattern| expand(Path::new(pattern))));
    let mut seen = HashSet::new();
    folders.retain(|folder| folder.is_absolute() && folder.join("initdb").is_file() && seen.insert(folder.clone()));
    folders
}

/// Returns the folders that match a pattern with at most one `*`, the highest version in their name first.
fn expand(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.iter() {
        let text = part.to_string_lossy();
        let Some((before, after)) = text.split_once('*') else {
            for folder in &mut found {
                folder.push(part);
            }
            continue;
        };
        found = found
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok())
            .flatten()
            .flatten()
            .filter(|entry| {
                let name = entry.file_name();
                let name = name.to_string_lossy();
                name.starts_with(before) && name.ends_with(after)
            })
            .map(|entry| entry.path())
            .collect();
        found.sort_by_key(|folder| {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            let version = name.trim_start_matches(|c: char| !c.is_ascii_digit());
            let digits = version.split(|c: char| !c.is_ascii_digit()).next();
            let major = digits.and_then(|digits| digits.parse::<u32>().ok());
            std::cmp::Reverse(major.unwrap_or(0))
        });
    }
    found
}

/// Returns the output of a program, trimmed, if it succeeds.
async fn output(mut command: Command) -> Option<String> {
    let done = command.stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).output().await.ok()?;
    let text = String::from_utf8_lossy(&done.stdout).trim().to_owned();
    (done.status.success() && !text.is_empty()).then_some(text)
}

/// Returns the major version in the output of `postgres --version`.
fn major(said: &str) -> Option<u32> {
    let version = said.split_once(") ")?.1;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::identity::EXAMPLE;

    #[test]
    fn versions_are_read_in_all_their_forms() {
        for (said, expected) in [
            ("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", 15),
            ("postgres (PostgreSQL) 17.2", 17),
            ("postgres (PostgreSQL) 18beta1", 18),
            ("postgres (PostgreSQL) 9.6.24", 9),
        ] {
            assert_eq!(major(said), Some(expected), "{said}");
        }
        assert_eq!(major("something else"), None);
    }

    #[test]
    fn the_newest_version_comes_first() {
        let root = tempfile::tempdir().expect("a folder");
        for version in ["9.6", "15", "17"] {
            fs::create_dir_all(root.path().join(version).join("bin")).expect("a folder");
        }
        let found = expand(&root.path().join("*/bin"));
        let names: Vec<_> =
            found.iter().map(|folder| folder.strip_prefix(root.path()).expect("below the root")).collect();
        assert_eq!(names, [Path::new("17/bin"), Path::new("15/bin"), Path::new("9.6/bin")]);
    }

    /// Makes a folder with an `initdb` and a `postgres` that prints `version`, which any account may run.
    fn programs(root: &Path, name: &str, version: &str) -> PathBuf {
        let folder = root.join(name);
        fs::create_dir(&folder).expect("a folder");
        for program in ["initdb", "postgres"] {
            let path = folder.join(program);
            fs::write(&path, format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")).expect("a program");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
        }
        folder
    }

    #[tokio::test]
    async fn the_first_usable_folder_is_chosen_and_the_others_are_listed() {
        let root = tempfile::tempdir().expect("a folder");
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).expect("open to all");
        let account = Account::choose(None, &EXAMPLE).expect("an account");
        let old = programs(root.path(), "old", "14.9");
        let good = programs(root.path(), "good", "16.1");
        let newer = programs(root.path(), "newer", "18.0");
        let broken = programs(root.path(), "broken", "17.0");
        fs::write(broken.join("postgres"), "#!/bin/sh\nexit 1\n").expect("a program");

        let all = vec![broken.clone(), old.clone(), good.clone(), newer.clone()];
        let found = Programs::first(&EXAMPLE, all.clone(), None, &account).await.expect("16");
        assert_eq!((found.major, found.initdb), (16, good.join("initdb")));

        let data = Path::new("/data");
        let found = Programs::first(&EXAMPLE, all.clone(), Some((18, data)), &account).await.expect("18");
        assert_eq!(found.postgres, newer.join("postgres"));

        let error = Programs::first(&EXAMPLE, all, Some((15, data)), &account).await.expect_err("no 15");
        assert!(error.to_string().contains("was made by Postgres 15, which is not installed"), "{error}");

        let line =
            Programs::first(&EXAMPLE, vec![broken, old], None, &account).await.expect_err("none serves").to_string();
        for part in ["apt-get install", "dnf install", "brew install", "EXAMPLE_URL", "version 14 is too old"] {
            assert!(line.contains(part), "{part} is not in: {line}");
        }
        assert!(!line.contains('\n'));

        let missing = root.path().join("nowhere");
        let line = Programs::find(&EXAMPLE, Some(&missing), None, &account).await.expect_err("not there").to_string();
        assert!(line.contains("EXAMPLE_BIN") && line.contains("no `initdb` there"), "{line}");
    }
}
