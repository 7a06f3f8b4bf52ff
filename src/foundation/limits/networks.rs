//! Limits by address.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use uuid::Uuid;

use super::rates::Rates;
use crate::foundation::errors::Result;
use crate::foundation::http::ClientAddress;
use crate::foundation::settings::Rate;

/// A network as it is counted: an IPv4 address, or the first bits of an IPv6 address, and their number.
pub type Network = (IpAddr, u8);

/// The widths of IPv6 networks that are counted, and how many times the limit of the narrowest one they have. A home
/// has a /64 or a /56, a site a /48.
const WIDTHS: [(u8, u32); 3] = [(64, 1), (56, 4), (48, 16)];

/// Returns the networks of a client, the narrowest first, each with the number of times that a limit of one address
/// holds for it. Connections without an address, as in tests, count as one.
pub fn networks(client: ClientAddress) -> impl Iterator<Item = (Network, usize)> {
    let address = client.0.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
    let counted = if address.is_ipv4() { 1 } else { WIDTHS.len() };
    WIDTHS[..counted].iter().map(move |(bits, times)| match address {
        IpAddr::V6(v6) => ((IpAddr::V6(prefix(v6, *bits)), *bits), *times as usize),
        v4 => ((v4, 32), 1),
    })
}

fn prefix(address: Ipv6Addr, bits: u8) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - u32::from(bits))))
}

/// A rate by address.
pub struct Addresses {
    /// One map for each width, so that many narrow networks do not push out a wide one.
    by_width: [Rates<Network>; WIDTHS.len()],
}

impl Addresses {
    /// Makes a rate with this name in the `RateLimit` headers. `None` allows everything.
    pub fn new(name: &'static str, rate: Option<Rate>) -> Self {
        let times = |rate: Rate, times: u32| {
            let times = NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN);
            Rate { per_second: rate.per_second.saturating_mul(times), burst: rate.burst.saturating_mul(times) }
        };
        let of = |(_, many): (u8, u32)| Rates::new(name, rate.map(|rate| times(rate, many)));
        Addresses { by_width: WIDTHS.map(of) }
    }

    /// Counts one use by this client.
    ///
    /// # Errors
    /// Those of [`Rates::take`].
    pub fn take(&self, client: ClientAddress) -> Result<()> {
        // The narrowest first: what it refuses must not use up the limit of its neighbours.
        networks(client).zip(&self.by_width).try_for_each(|((network, _), rates)| rates.take(&network))
    }
}

/// A caller as it is counted: the person of a valid token, else the network of the address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Counted {
    /// The person of a valid token.
    Person(Uuid),
    /// The network of a client without one.
    Address(Network),
}

impl Counted {
    /// Returns how a caller is counted. Of an IPv6 address it is the widest network, since all of it may be one client.
    pub fn of(person: Option<Uuid>, client: ClientAddress) -> Self {
        match (person, networks(client).last()) {
            (Some(person), _) => Counted::Person(person),
            (None, Some((network, _))) => Counted::Address(network),
            (None, None) => Counted::Address((IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0)),
        }
    }
}

/// A rate by caller: of the person if there is a valid token, else of the address.
pub struct Callers {
    people: Rates<Uuid>,
    addresses: Addresses,
}

impl Callers {
    /// Makes a rate with this name in the `RateLimit` headers, by person and by address.
    pub fn new(name: &'static str, person: Option<Rate>, address: Option<Rate>) -> Self {
        Callers { people: Rates::new(name, person), addresses: Addresses::new(name, address) }
    }

    /// Counts one use by the person of a valid token, or by a client without one.
    ///
    /// # Errors
    /// Those of [`Rates::take`].
    pub fn take(&self, person: Option<Uuid>, client: ClientAddress) -> Result<()> {
        match person {
            Some(person) => self.people.take(&person),
            None => self.addresses.take(client),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> ClientAddress {
        ClientAddress(Some(address.parse().unwrap()))
    }

    fn rate() -> Option<Rate> {
        Some(Rate { per_second: NonZeroU32::MIN, burst: 10.try_into().unwrap() })
    }

    #[test]
    fn a_network_is_counted_at_every_width() {
        let of = |address: &str| networks(from(address)).map(|((net, bits), _)| format!("{net}/{bits}")).collect();
        let one: Vec<String> = of("2001:db8:1:2:3::4");
        assert_eq!(one, ["2001:db8:1:2::/64", "2001:db8:1::/56", "2001:db8:1::/48"]);
        let one: Vec<String> = of("192.0.2.7");
        assert_eq!(one, ["192.0.2.7/32"]);
    }

    #[test]
    fn many_networks_of_one_site_have_the_sites_limit() {
        let addresses = Addresses::new("test", rate());
        let allowed =
            (0..65_536_u32).filter(|number| addresses.take(from(&format!("2001:db8:1:{number:x}::1"))).is_ok()).count();
        assert!((160..200).contains(&allowed), "{allowed}");
        assert!(addresses.take(from("2001:db8:2::1")).is_ok(), "another site");
        assert!((0..1_000).filter(|_| addresses.take(from("192.0.2.1")).is_ok()).count() < 20);
    }

    #[test]
    fn what_one_home_is_refused_does_not_count_for_its_neighbours() {
        let addresses = Addresses::new("test", rate());
        (0..1_000).for_each(|_| drop(addresses.take(from("2001:db8:1:1::1"))));
        assert!((0..10).all(|_| addresses.take(from("2001:db8:1:2::1")).is_ok()));
    }

    #[test]
    fn a_crowd_with_tokens_shares_an_address_and_no_limit() {
        let callers = Callers::new("test", rate(), rate());
        (0..100).for_each(|_| drop(callers.take(None, from("192.0.2.1"))));
        assert!(callers.take(None, from("192.0.2.1")).is_err());
        assert!((0..2_000).all(|_| callers.take(Some(Uuid::new_v4()), from("192.0.2.1")).is_ok()));
    }
}
