//! The account that runs Postgres.
//!
//! Postgres refuses to run as root, and as an account without an entry in the password file. So root runs it as
//! `postgres` if that account exists and as `nobody` otherwise. That account must be able to enter the state folder,
//! and owns the cluster in it.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use nix::unistd::{Uid, User};
use tokio::process::Command;

use crate::error::EmbeddedError;
use crate::identity::Identity;

/// The account that Postgres's programs run as.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub name: String,
    uid: u32,
    gid: u32,
    /// Whether this process runs as root and its children do not.
    switched: bool,
}

impl Account {
    /// Returns the account that runs this process; for root, the one that owns `data` already, else `postgres`, else
    /// `nobody`.
    pub fn choose(data: Option<&Path>, identity: &'static Identity) -> Result<Account, EmbeddedError> {
        let me = Uid::effective();
        if !me.is_root() {
            let user = User::from_uid(me).ok().flatten();
            return user
                .map(|user| Account::from_user(user, false))
                .ok_or_else(|| EmbeddedError::NoAccount { identity, who: format!("the user id {me}") });
        }
        // The package `postgresql` may have been installed after the cluster was made: its owner stays the same.
        let owner = data
            .and_then(|data| fs::metadata(data).ok())
            .map(|found| found.uid())
            .filter(|uid| *uid != 0)
            .and_then(|uid| User::from_uid(Uid::from_raw(uid)).ok().flatten());
        owner
            .or_else(|| User::from_name("postgres").ok().flatten())
            .or_else(|| User::from_name("nobody").ok().flatten())
            .map(|user| Account::from_user(user, true))
            .ok_or_else(|| EmbeddedError::NoAccount { identity, who: "neither `postgres` nor `nobody`".to_owned() })
    }

    fn from_user(user: User, switched: bool) -> Account {
        Account { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw(), switched }
    }

    /// Makes `command` run as this account, without root's supplementary groups.
    pub fn run(&self, command: &mut Command) {
        if self.switched {
            command.gid(self.gid).uid(self.uid);
        }
    }

    /// Makes this account the owner of a file or folder.
    pub fn own(&self, path: &Path) -> io::Result<()> {
        if self.switched { chown(path, Some(self.uid), Some(self.gid)) } else { Ok(()) }
    }

    /// Returns `true` if this account (or root, before the hand-over) owns `found`.
    pub fn owns(&self, found: &fs::Metadata) -> bool {
        found.uid() == self.uid || (self.switched && found.uid() == 0)
    }

    /// Allows this account, and no other, to pass through root's folder `path`.
    pub fn admit(&self, path: &Path) -> io::Result<()> {
        if !self.switched || self.may_enter(&fs::metadata(path)?) {
            return Ok(());
        }
        chown(path, None, Some(self.gid))?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o710))
    }

    /// Returns the first folder above `path` that this account may not enter. Access control lists are ignored.
    pub fn barrier(&self, path: &Path) -> Option<PathBuf> {
        if !self.switched {
            return None;
        }
        let mut above: Vec<&Path> = path.ancestors().skip(1).collect();
        above.reverse();
        above
            .into_iter()
            .find(|folder| fs::metadata(folder).is_ok_and(|found| !self.may_enter(&found)))
            .map(Path::to_path_buf)
    }

    fn may_enter(&self, folder: &fs::Metadata) -> bool {
        let bit = if folder.uid() == self.uid {
            0o100
        } else if folder.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        folder.mode() & bit != 0
    }
}
