//! The addresses that the server listens on, and the file descriptors that it may use.

use std::net::{SocketAddr, TcpListener};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::{Domain, Socket, Type};

use super::ServerError;
use crate::realtime::socket;

/// How many connections the kernel queues until they are accepted: as many as may reconnect at once after a restart.
const BACKLOG: i32 = 4_096;

/// Connections besides the sockets: for HTTP, and so that a socket above the limit gets 503 instead of waiting.
const BESIDE_SOCKETS: usize = 1_024;

/// Descriptors for Postgres, files and pipes.
const OTHER_DESCRIPTORS: u64 = 512;

/// A bound address that does not accept connections yet: clients are refused instead of waiting while migrations run.
pub(super) struct Listener {
    name: &'static str,
    /// The bound address, also where the setting has port 0.
    pub address: SocketAddr,
    socket: Socket,
}

impl Listener {
    /// Binds the address of the setting `name`.
    pub fn bind(name: &'static str, address: SocketAddr) -> Result<Self, ServerError> {
        let bind = || {
            let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
            // A restart need not wait for the connections of the previous process.
            socket.set_reuse_address(true)?;
            socket.bind(&address.into())?;
            let real = socket.local_addr()?.as_socket().unwrap_or(address);
            Ok(Listener { name, address: real, socket })
        };
        bind().map_err(|cause| ServerError::Listen { name, address, cause })
    }

    /// Starts to accept connections.
    pub fn listen(self) -> Result<TcpListener, ServerError> {
        let Listener { name, address, socket } = self;
        socket.listen(BACKLOG).map_err(|cause| ServerError::Listen { name, address, cause })?;
        Ok(socket.into())
    }
}

/// The number of connections that the server has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// Sockets; further ones get 503.
    pub sessions: usize,
    /// Sockets and HTTP together; further ones wait in the kernel's queue.
    pub connections: usize,
}

impl Room {
    /// Returns room for `wished` sockets, or for as many as there are file descriptors. Raises the limit of descriptors
    /// as far as it may.
    pub fn make(wished: usize) -> Self {
        let each = socket::descriptors();
        let limit = getrlimit(Resource::Nofile);
        let needed = OTHER_DESCRIPTORS + each * (wished.saturating_add(BESIDE_SOCKETS) as u64);
        if limit.current.is_some_and(|current| current < needed) {
            // Root may raise the hard limit; others may only raise the soft one up to it.
            let beyond = limit.maximum.map(|maximum| maximum.max(needed));
            let raised = [
                Rlimit { current: Some(needed), maximum: beyond },
                Rlimit { current: limit.maximum.map(|maximum| maximum.min(needed)), maximum: limit.maximum },
            ];
            if raised.into_iter().all(|limit| setrlimit(Resource::Nofile, limit).is_err()) {
                tracing::debug!("could not raise the limit of open files");
            }
        }
        let descriptors = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let room = Room::within(wished, descriptors, each);
        if room.sessions < wished {
            tracing::info!(
                descriptors,
                sessions = room.sessions,
                "the limit of open files allows fewer sockets than PODIUM_LIMIT_SESSIONS; raise it with `ulimit -n`"
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
