//! Addresses and descriptors.

use std::net::{SocketAddr, TcpListener};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::{Domain, Socket, Type};

use super::ServerError;
use crate::realtime::socket;

/// Connections that the kernel keeps for us until they are accepted: as many as may come back at once after a restart.
const BACKLOG: i32 = 4_096;

/// Connections beside the sockets: for HTTP, and so that a socket too many is told 503 rather than left waiting.
const BESIDE_SOCKETS: usize = 1_024;

/// Descriptors for Postgres, files and pipes.
const OTHER_DESCRIPTORS: u64 = 512;

/// An address that is taken, but not yet listened on: whoever connects is refused rather than left waiting while
/// migrations run.
pub(super) struct Listener {
    name: &'static str,
    /// The real one, also where port 0 was asked for.
    pub address: SocketAddr,
    socket: Socket,
}

impl Listener {
    /// Takes the address that the setting `name` asks for.
    pub fn bind(name: &'static str, address: SocketAddr) -> Result<Self, ServerError> {
        let bind = || {
            let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
            // A restart need not wait for the connections of the process before.
            socket.set_reuse_address(true)?;
            socket.bind(&address.into())?;
            let real = socket.local_addr()?.as_socket().unwrap_or(address);
            Ok(Listener { name, address: real, socket })
        };
        bind().map_err(|cause| ServerError::Listen { name, address, cause })
    }

    /// Lets clients in.
    pub fn listen(self) -> Result<TcpListener, ServerError> {
        let Listener { name, address, socket } = self;
        socket.listen(BACKLOG).map_err(|cause| ServerError::Listen { name, address, cause })?;
        Ok(socket.into())
    }
}

/// How many connections of which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// Sockets; more are told 503.
    pub sessions: usize,
    /// Sockets and HTTP together; more are left waiting in the kernel.
    pub connections: usize,
}

impl Room {
    /// As many sockets as are wished for, as far as the system gives us descriptors. Raises its limit to what it may be.
    pub fn make(wished: usize) -> Self {
        let each = socket::descriptors();
        let limit = getrlimit(Resource::Nofile);
        let needed = OTHER_DESCRIPTORS + each * (wished.saturating_add(BESIDE_SOCKETS) as u64);
        if limit.current.is_some_and(|current| current < needed) {
            // Root may raise what others may only raise up to.
            let beyond = limit.maximum.map(|maximum| maximum.max(needed));
            let raised = [
                Rlimit { current: Some(needed), maximum: beyond },
                Rlimit { current: limit.maximum.map(|maximum| maximum.min(needed)), maximum: limit.maximum },
            ];
            if raised.into_iter().all(|limit| setrlimit(Resource::Nofile, limit).is_err()) {
                tracing::debug!("the limit of open files stays as it is");
            }
        }
        let descriptors = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let room = Room::within(wished, descriptors, each);
        if room.sessions < wished {
            tracing::info!(
                descriptors,
                sessions = room.sessions,
                "open files bound the sockets below PODIUM_LIMIT_SESSIONS; `ulimit -n` raises them"
            );
        }
        room
    }

    fn within(wished: usize, descriptors: u64, each: u64) -> Self {
        let possible = (descriptors.saturating_sub(OTHER_DESCRIPTORS) / each).max(64);
        let possible = usize::try_from(possible).unwrap_or(usize::MAX);
        let beside = BESIDE_SOCKETS.min(possible / 4);
        let sessions = wished.min(possible - beside);
        Room { sessions, connections: sessions + beside }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_leave_room_for_http_and_files() {
        assert_eq!(Room::within(50_000, u64::MAX, 2), Room { sessions: 50_000, connections: 51_024 });
        assert_eq!(Room::within(50_000, 20_000, 2), Room { sessions: 8_720, connections: 9_744 });
        assert_eq!(Room::within(50_000, 20_000, 1), Room { sessions: 18_464, connections: 19_488 });
        assert_eq!(Room::within(10, 1_024, 2), Room { sessions: 10, connections: 74 });
        assert_eq!(Room::within(50_000, 256, 2), Room { sessions: 48, connections: 64 });
    }
}
