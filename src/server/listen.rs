//! Addresses and descriptors.

use std::net::{SocketAddr, TcpListener};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::{Domain, Socket, Type};

use super::ServerError;

/// Connections that the kernel keeps for us until they are accepted: as many as may come back at once after a restart.
const BACKLOG: i32 = 4_096;

/// Each socket has a descriptor and a second one to cut it by; the rest is for HTTP, Postgres and files.
const DESCRIPTORS: (u64, u64) = (2, 2_048);

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

/// Raises the limit of open files as far as the system lets us, and warns if that is not enough for all sockets.
pub(super) fn raise_open_files(sessions: usize) {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if limit.current != limit.maximum && setrlimit(Resource::Nofile, raised).is_err() {
        tracing::debug!("the limit of open files stays as it is");
    }
    let needed = sessions as u64 * DESCRIPTORS.0 + DESCRIPTORS.1;
    if let Some(most) = getrlimit(Resource::Nofile).current.filter(|most| *most < needed) {
        tracing::warn!(most, needed, "too few open files for PODIUM_LIMIT_SESSIONS; raise the limit (ulimit -n)");
    }
}
