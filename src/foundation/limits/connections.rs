//! The connections of a node, and those of an address that have shown no valid token.
//!
//! Every connection takes a place from the moment at which it is accepted, so that one machine could take all of them
//! by saying nothing. A connection therefore counts for its address until it brings a valid token, and an address has a
//! number of places only. A connection from a trusted proxy counts for nobody: the proxy speaks for many addresses,
//! and has limits of its own (`deploy/haproxy.cfg`).

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::HttpRequest;
use parking_lot::Mutex;
use tokio::time::{Instant, sleep};

use super::at_once::{Admitted, AtOnce};
use super::networks::{Network, networks};
use crate::foundation::errors::Result;
use crate::foundation::health::{Health, PartState};
use crate::foundation::http::ClientAddress;
use crate::foundation::metrics;
use crate::foundation::settings::IpNet;

/// How long every place may be taken before the node is not ready: longer than a burst of connections.
const FULL: Duration = Duration::from_secs(2);

/// How often the places are looked at.
const INTERVAL: Duration = Duration::from_millis(500);

/// The places of a node's connections. Cheap to clone.
#[derive(Clone)]
pub struct Connections(Arc<Inner>);

struct Inner {
    most: usize,
    of_address: usize,
    open: AtomicUsize,
    unproved: AtOnce<Network>,
    proxies: Vec<IpNet>,
}

/// An open connection, kept as long as it lives.
pub struct Connection {
    connections: Connections,
    unproved: Mutex<Vec<Admitted<Network>>>,
}

impl Connections {
    /// Counts connections of a node that has `most` places, of which an address has at most `of_address`, and never
    /// more than half.
    pub fn new(most: usize, of_address: usize, proxies: Vec<IpNet>) -> Self {
        let unproved = AtOnce::new(0, "this address has as many connections as are allowed");
        let of_address = of_address.min(most / 2).max(1);
        Connections(Arc::new(Inner { most, of_address, open: AtomicUsize::new(0), unproved, proxies }))
    }

    /// Counts an accepted connection.
    ///
    /// # Errors
    /// `rate_limited` when its address has no place left: the connection is to be closed.
    pub fn enter(&self, peer: IpAddr) -> Result<Arc<Connection>> {
        let inner = &self.0;
        let peer = peer.to_canonical();
        let mut unproved = Vec::new();
        if !inner.proxies.iter().any(|network| network.contains(&peer)) {
            for (network, times) in networks(ClientAddress(Some(peer))) {
                unproved.push(inner.unproved.enter_within(network, inner.of_address.saturating_mul(times))?);
            }
        }
        inner.open.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(Connection { connections: self.clone(), unproved: Mutex::new(unproved) }))
    }

    /// Reports to the node's health when every place is taken, since nobody gets in then. Never returns.
    pub async fn watch(self, health: Health) {
        let gauge = metrics::CONNECTIONS.gauge(metrics::NONE);
        let mut free = Instant::now();
        loop {
            let open = self.0.open.load(Ordering::Relaxed);
            gauge.set(open as f64);
            if open < self.0.most {
                free = Instant::now();
            }
            let state = if free.elapsed() < FULL {
                PartState::Ok
            } else {
                PartState::Unavailable("every place for a connection is taken".to_owned())
            };
            health.report("connections", state);
            sleep(INTERVAL).await;
        }
    }
}

impl Connection {
    /// Notes that the request brought a valid token: its connection does not count for its address any more.
    pub fn prove(request: &HttpRequest) {
        if let Some(connection) = request.conn_data::<Arc<Connection>>() {
            connection.unproved.lock().clear();
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.connections.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    #[test]
    fn an_address_has_a_number_of_places_and_a_proxy_all() {
        let connections = Connections::new(100, 3, vec!["10.0.0.0/8".parse().unwrap()]);
        let open: Vec<_> = (0..3).map(|_| connections.enter(from("192.0.2.1")).unwrap()).collect();
        assert!(connections.enter(from("192.0.2.1")).is_err());
        let other = connections.enter(from("192.0.2.2")).unwrap();
        let proxied: Vec<_> = (0..50).map(|_| connections.enter(from("::ffff:10.0.0.1")).unwrap()).collect();
        assert_eq!(connections.0.open.load(Ordering::Relaxed), 54);
        open[0].unproved.lock().clear();
        let more = connections.enter(from("192.0.2.1")).unwrap();
        assert!(connections.enter(from("192.0.2.1")).is_err());
        drop((open, other, proxied, more));
        assert_eq!(connections.0.open.load(Ordering::Relaxed), 0);
        assert!(connections.enter(from("192.0.2.1")).is_ok());
    }

    #[test]
    fn one_address_never_has_more_than_half() {
        let connections = Connections::new(10, 1_000, Vec::new());
        let open: Vec<_> = (0..10).map_while(|_| connections.enter(from("192.0.2.1")).ok()).collect();
        assert_eq!(open.len(), 5);
    }
}
