//! The address of this server in links.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use actix_web::http::Uri;

use crate::foundation::settings::Settings;

/// The address by which clients reach this server, without a trailing slash, for handlers to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Returns `PODIUM_PUBLIC_URL`, or else the listen address; the loopback address if the server listens on all.
    pub fn new(settings: &Settings, mut listens: SocketAddr) -> Self {
        if listens.ip().is_unspecified() {
            let here = if listens.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
            listens.set_ip(here);
        }
        PublicUrl(settings.public_url.clone().unwrap_or_else(|| format!("http://{listens}")))
    }

    /// Returns a link to `path`, which begins with a slash.
    pub fn to(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Returns the host of the address, without its port.
    pub fn host(&self) -> String {
        self.0
            .parse::<Uri>()
            .ok()
            .and_then(|url| url.host().map(str::to_owned))
            .unwrap_or_else(|| "localhost".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_where_the_operator_says_or_where_the_server_listens() {
        let unset = Settings::default();
        let to = |settings: &Settings, listens: &str| PublicUrl::new(settings, listens.parse().unwrap()).to("/i/x");
        assert_eq!(to(&unset, "127.0.0.1:4000"), "http://127.0.0.1:4000/i/x");
        assert_eq!(to(&unset, "0.0.0.0:80"), "http://127.0.0.1:80/i/x");
        assert_eq!(to(&unset, "[::]:4000"), "http://[::1]:4000/i/x");
        let set = Settings { public_url: Some("https://podium.example/chat".into()), ..unset.clone() };
        assert_eq!(to(&set, "127.0.0.1:4000"), "https://podium.example/chat/i/x");
        let host = |settings: &Settings| PublicUrl::new(settings, "127.0.0.1:4000".parse().unwrap()).host();
        assert_eq!((host(&unset).as_str(), host(&set).as_str()), ("127.0.0.1", "podium.example"));
    }
}
