//! The address of Redis, and the certificates by which it is trusted.

use std::path::Path;

use redis::{Client, IntoConnectionInfo, ProtocolVersion, RedisError, TlsCertificates};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::foundation::settings::Secret;

/// The reason why there is no bus. Names the setting, and shows nothing of its value.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {why}")]
pub struct BusError {
    setting: &'static str,
    why: String,
}

impl BusError {
    fn url(why: &str) -> Self {
        BusError { setting: "REDIS_URL", why: why.to_owned() }
    }

    fn ca(why: String) -> Self {
        BusError { setting: "PODIUM_REDIS_CA", why }
    }
}

/// A Redis that is not connected yet.
pub struct Address {
    /// The client that connects to it.
    pub client: Client,
    /// The password, which must not appear in any text.
    password: Option<String>,
}

impl Address {
    /// Reads the address from a URL. Over TLS, Redis must have a certificate issued by one of `ca`, a PEM file, or
    /// without it by one that the system trusts.
    ///
    /// # Errors
    /// [`BusError`] if the URL is not one of Redis, or the file holds no certificate.
    pub fn read(url: &Secret, ca: Option<&Path>) -> Result<Self, BusError> {
        // Another part of the process may have installed one already; then that one is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // The parser's own error would show the password.
        let invalid = |_: RedisError| BusError::url("must be the URL of a Redis");
        let info = url.expose().into_connection_info().map_err(invalid)?;
        let password = info.redis_settings().password().filter(|password| !password.is_empty()).map(str::to_owned);
        // Redis would require one more permission for the library to give its name.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3).set_skip_set_lib_name();
        let info = info.set_redis_settings(settings);
        let client = match ca {
            None => Client::open(info).map_err(invalid)?,
            Some(_) if !url.expose().starts_with("rediss://") => {
                return Err(BusError::ca("has no effect without TLS: REDIS_URL must begin with rediss://".to_owned()));
            }
            Some(file) => {
                let certificates = TlsCertificates { client_tls: None, root_cert: Some(certificates(file)?) };
                Client::build_with_tls(info, certificates)
                    .map_err(|_| BusError::ca(format!("{} holds an invalid certificate", file.display())))?
            }
        };
        Ok(Address { client, password })
    }

    /// Returns the cause in one line, without the password: some servers repeat input that they do not understand.
    pub fn describe(&self, cause: &RedisError) -> String {
        let mut text = cause.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(password) = &self.password {
            text = text.replace(password.as_str(), "********");
        }
        if let Some((end, _)) = text.char_indices().nth(MOST) {
            text.truncate(end);
            text.push('…');
        }
        text
    }
}

/// Maximum characters of a cause; that of a pipeline would be as long as the pipeline.
const MOST: usize = 200;

fn certificates(file: &Path) -> Result<Vec<u8>, BusError> {
    let bytes = std::fs::read(file).map_err(|cause| BusError::ca(format!("{}: {cause}", file.display())))?;
    match CertificateDer::pem_slice_iter(&bytes).next() {
        Some(Ok(_)) => Ok(bytes),
        _ => Err(BusError::ca(format!("{} holds no PEM certificate", file.display()))),
    }
}

#[cfg(test)]
mod tests {
    use redis::ErrorKind;

    use super::*;

    fn refused(url: &str, ca: Option<&str>) -> String {
        match Address::read(&Secret::new(url), ca.map(Path::new)) {
            Ok(_) => panic!("{url} was accepted"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn an_invalid_address_is_reported_without_its_password() {
        let text = refused("redis://ann:hunter2@[::1", None);
        assert!(text.starts_with("REDIS_URL: ") && !text.contains("hunter2"), "{text}");
        let text = refused("redis://127.0.0.1", Some("/nowhere/ca.pem"));
        assert!(text.starts_with("PODIUM_REDIS_CA: ") && text.contains("rediss://"), "{text}");
        let text = refused("rediss://127.0.0.1", Some("/nowhere/ca.pem"));
        assert!(text.starts_with("PODIUM_REDIS_CA: /nowhere/ca.pem: "), "{text}");
        let text = refused("rediss://127.0.0.1", Some("/dev/null"));
        assert!(text.ends_with("holds no PEM certificate"), "{text}");
    }

    #[test]
    fn a_cause_is_one_short_line_without_the_password() {
        let address = Address::read(&Secret::new("redis://ann:hunter2@127.0.0.1"), None).unwrap();
        let detail = format!("unknown command HELLO,\r\n with args 3 AUTH ann hunter2 {}", "x".repeat(500));
        let text = address.describe(&RedisError::from((ErrorKind::Client, "refused", detail)));
        assert!(text.contains("AUTH ann ********") && !text.contains("hunter2"), "{text}");
        assert!(!text.contains('\n') && text.chars().count() <= MOST + 1, "{text}");
    }
}
