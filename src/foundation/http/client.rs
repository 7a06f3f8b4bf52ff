//! The address of the client.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, SocketAddr};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest, web};

use crate::foundation::settings::{IpNet, Settings};

/// The address of the client: of the connection, or, if that is one of `PODIUM_TRUSTED_PROXIES`, the last address in
/// `X-Forwarded-For` that is not. Any client can write that header, so no other part of it is trusted. `None` for a
/// connection without an address, as in tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub Option<IpAddr>);

impl ClientAddress {
    /// Returns the client's address of a request.
    pub fn of(request: &HttpRequest, proxies: &[IpNet]) -> Self {
        ClientAddress(request.peer_addr().map(|peer| behind(peer.ip(), request.headers(), proxies)))
    }
}

impl FromRequest for ClientAddress {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let settings = request.app_data::<web::Data<Settings>>();
        ready(Ok(ClientAddress::of(request, settings.map_or(&[], |settings| &settings.trusted_proxies))))
    }
}

fn behind(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let trusted = |address: &IpAddr| proxies.iter().any(|network| network.contains(address));
    let chain: Vec<&str> =
        headers.get_all("x-forwarded-for").flat_map(|value| value.to_str().unwrap_or_default().split(',')).collect();
    let mut client = peer.to_canonical();
    for hop in chain.iter().rev() {
        if !trusted(&client) {
            break;
        }
        match address(hop.trim()) {
            Some(address) => client = address,
            None => break,
        }
    }
    client
}

/// Parses an address with or without a port, as proxies write both.
fn address(text: &str) -> Option<IpAddr> {
    let address = text.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn client(peer: &str, forwarded: &[&str]) -> String {
        let proxies: Vec<IpNet> = ["10.0.0.0/8", "::1/128"].iter().map(|network| network.parse().unwrap()).collect();
        let mut request = TestRequest::default().peer_addr(peer.parse().unwrap());
        for value in forwarded {
            request = request.append_header(("X-Forwarded-For", *value));
        }
        ClientAddress::of(&request.to_http_request(), &proxies).0.unwrap().to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(client("192.0.2.7:1", &["198.51.100.1"]), "192.0.2.7");
        assert_eq!(client("10.0.0.1:1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1:1", &[]), "10.0.0.1");
        assert_eq!(client("[::1]:1", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(client("[::ffff:10.0.0.1]:1", &["198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn what_the_client_itself_wrote_is_not_believed() {
        assert_eq!(client("10.0.0.1:1", &["203.0.113.9, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1:1", &["203.0.113.9", "198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1:1", &["nonsense"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1:1", &["203.0.113.9, nonsense, 10.0.0.2"]), "10.0.0.2");
    }
}
