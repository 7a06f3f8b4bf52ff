//! The address of this server in the links that it gives away.

use std::net::SocketAddr;

use crate::foundation::settings::Settings;

/// The address by which clients reach this server, without a slash at its end, for handlers to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// What [`Settings::public_url`] says of a server that listens there.
    pub fn new(settings: &Settings, listens: SocketAddr) -> Self {
        PublicUrl(settings.public_url(listens))
    }

    /// A link to `path`, which begins with a slash.
    pub fn to(&self, path: &str) -> String {
        format!("{}{path}", self.0)
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
        assert_eq!(to(&unset, "[::1]:4000"), "http://[::1]:4000/i/x");
        let set = Settings { public_url: Some("https://podium.example/chat".into()), ..unset };
        assert_eq!(to(&set, "127.0.0.1:4000"), "https://podium.example/chat/i/x");
    }
}
