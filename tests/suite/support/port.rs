//! Ports for servers that need a fixed one, and may need the same again.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// Below the ports that the kernel gives out (32768 and above, or 49152), so that none of the other tests' sockets
/// takes one while its server is away.
const FIRST: u32 = 10_000;
const COUNT: u32 = 20_000;

/// How many a test takes before it comes to those of the process after it.
const EACH: u32 = 16;

/// A free port of this machine's, which no test beside this one asks for.
pub fn free() -> SocketAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = std::process::id().wrapping_mul(EACH).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, (FIRST + number % COUNT) as u16));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
