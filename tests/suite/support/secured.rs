//! A Redis that speaks TLS alone, with users who may do no more than they must.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::process::Command;

use super::redis::Redis;

/// What a node must be allowed, as docs/OPERATIONS.md says.
pub const RIGHTS: &str = "resetchannels &podium:* -@all +publish +subscribe +unsubscribe +ping";

/// The password of the user `podium`.
pub const PASSWORD: &str = "a-password-that-no-log-may-have";

/// A running Redis with a certificate from an authority of its own.
pub struct Secured {
    pub redis: Redis,
    folder: TempDir,
}

impl Secured {
    /// Its certificate is for `localhost`. Its users are `podium`, with the [`RIGHTS`], and `admin`.
    pub async fn start() -> Secured {
        let folder = tempfile::tempdir().expect("a folder");
        authority(folder.path(), "ca").await;
        authority(folder.path(), "other").await;
        certificate(folder.path(), "ca").await;
        let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let redis = Redis::start_with(|port| {
            let options = [
                ("--port", "0".to_owned()),
                ("--tls-port", port.to_string()),
                ("--tls-cert-file", at("redis.pem")),
                ("--tls-key-file", at("redis.key")),
                ("--tls-ca-cert-file", at("ca.pem")),
                ("--tls-auth-clients", "no".to_owned()),
                ("--user", "default off".to_owned()),
                ("--user", format!("podium on >{PASSWORD} {RIGHTS}")),
                ("--user", "admin on >admin +@all ~* &*".to_owned()),
            ];
            let words = |(name, value): (&str, String)| {
                std::iter::once(name.to_owned()).chain(value.split(' ').map(str::to_owned)).collect::<Vec<_>>()
            };
            options.into_iter().flat_map(words).collect()
        });
        Secured { redis: redis.await, folder }
    }

    /// Its URL by this name and password.
    pub fn url(&self, host: &str, password: &str) -> String {
        format!("rediss://podium:{password}@{host}:{}", self.redis.address.port())
    }

    /// The file of the authority that vouches for it.
    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// That of another.
    pub fn other_ca(&self) -> PathBuf {
        self.folder.path().join("other.pem")
    }

    /// Asks it something as its administrator.
    pub async fn admin(&self, arguments: &[&str]) -> String {
        let port = self.redis.address.port().to_string();
        let mut asking = Command::new("redis-cli");
        asking.args(["--tls", "--cacert"]).arg(self.ca()).args(["-h", "localhost", "-p", &port]);
        let output = asking.args(["--user", "admin", "--pass", "admin", "--no-auth-warning"]).args(arguments).output();
        let output = output.await.expect("redis-cli");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    }
}

/// A key and a certificate that may vouch for others.
async fn authority(folder: &Path, name: &str) {
    let (key, file, subject) = (format!("{name}.key"), format!("{name}.pem"), format!("/CN=Authority {name}"));
    let mut arguments = vec!["req", "-x509", "-days", "2", "-nodes", "-newkey", "ec", "-pkeyopt"];
    arguments.extend(["ec_paramgen_curve:prime256v1", "-keyout", &key, "-out", &file, "-subj", &subject]);
    arguments.extend(["-addext", "keyUsage=critical,keyCertSign"]);
    openssl(folder, &arguments).await;
}

/// A key, and a certificate for `localhost` from this authority.
async fn certificate(folder: &Path, authority: &str) {
    let (key, file) = (format!("{authority}.key"), format!("{authority}.pem"));
    std::fs::write(folder.join("extensions"), "subjectAltName=DNS:localhost\n").expect("a file");
    let mut arguments = vec!["req", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
    arguments.extend(["-keyout", "redis.key", "-out", "redis.csr", "-subj", "/CN=redis"]);
    openssl(folder, &arguments).await;
    let mut arguments = vec!["x509", "-req", "-days", "2", "-in", "redis.csr", "-CA", &file, "-CAkey", &key];
    arguments.extend(["-CAcreateserial", "-extfile", "extensions", "-out", "redis.pem"]);
    openssl(folder, &arguments).await;
}

async fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output().await.expect("openssl");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
