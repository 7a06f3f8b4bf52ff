//! The TCP socket under a session: its options, and how it is closed from outside.
//!
//! A session whose socket is jammed is not polled any more (actix-web #2441), so it cannot close the socket itself. To
//! close it from outside without keeping a second descriptor, which would halve the number of sessions that a node can
//! hold, [`SocketControl`] keeps the descriptor's number and the socket's cookie; the kernel never gives the same
//! cookie to another socket while it runs. To cut the connection, it duplicates the descriptor by its number
//! (`pidfd_getfd`) and checks the cookie. On other systems, or where a sandbox forbids that call, it keeps a duplicate
//! from the moment of accepting.

use std::any::Any;
use std::net::Shutdown;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::{SockRef, Socket};

/// Bytes that the kernel may hold for one reader. By default the buffer grows to 4 MB for a reader that trickles.
const SEND_BUFFER: usize = 128 * 1024;

/// Time that sent bytes may stay unacknowledged before the kernel drops the connection.
const UNACKNOWLEDGED: Duration = Duration::from_secs(8);

/// A handle by which an accepted socket can be cut from outside its session. Cheap to clone.
#[derive(Clone)]
pub struct SocketControl(Way);

#[derive(Clone)]
enum Way {
    #[cfg(target_os = "linux")]
    ByCookie(by_cookie::SocketCookie),
    Duplicate(Arc<Socket>),
}

impl SocketControl {
    fn of(socket: &SockRef<'_>) -> std::io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Some(cookie) = by_cookie::SocketCookie::of(socket) {
            return Ok(SocketControl(Way::ByCookie(cookie)));
        }
        Ok(SocketControl(Way::Duplicate(Arc::new(socket.try_clone()?))))
    }

    /// Shuts the connection down in both directions, even if bytes wait to be written. The session's task then sees an
    /// error.
    pub fn cut(&self) {
        let outcome = match &self.0 {
            #[cfg(target_os = "linux")]
            Way::ByCookie(cookie) => cookie.find().and_then(|socket| SockRef::from(&socket).shutdown(Shutdown::Both)),
            Way::Duplicate(socket) => socket.shutdown(Shutdown::Both),
        };
        if let Err(cause) = outcome {
            tracing::debug!(%cause, "the socket was gone already");
        }
    }
}

/// Returns the number of descriptors that a connection takes.
pub fn descriptors() -> u64 {
    #[cfg(target_os = "linux")]
    if by_cookie::is_possible() {
        return 1;
    }
    2
}

#[cfg(target_os = "linux")]
mod by_cookie {
    use std::io;
    use std::os::fd::{AsRawFd, OwnedFd, RawFd};
    use std::sync::OnceLock;

    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    use socket2::SockRef;

    /// A socket, identified by descriptor and cookie.
    #[derive(Clone, Copy)]
    pub(super) struct SocketCookie {
        descriptor: RawFd,
        cookie: u64,
    }

    impl SocketCookie {
        /// Returns the identity of a socket, or `None` if the socket could not be found again by it.
        pub(super) fn of(socket: &SockRef<'_>) -> Option<SocketCookie> {
            is_possible().then_some(())?;
            Some(SocketCookie { descriptor: socket.as_raw_fd(), cookie: socket.cookie().ok()? })
        }

        /// Returns the socket, if it is still open.
        pub(super) fn find(self) -> io::Result<OwnedFd> {
            let process = process().ok_or(io::ErrorKind::Unsupported)?;
            let found = pidfd_getfd(process, self.descriptor, PidfdGetfdFlags::empty())?;
            // The descriptor may have been reused for another file meanwhile.
            if SockRef::from(&found).cookie()? == self.cookie { Ok(found) } else { Err(io::ErrorKind::NotFound.into()) }
        }
    }

    pub(super) fn is_possible() -> bool {
        process().is_some()
    }

    /// Returns this process, if it may duplicate its own descriptors.
    fn process() -> Option<&'static OwnedFd> {
        static PROCESS: OnceLock<Option<OwnedFd>> = OnceLock::new();
        let open = || {
            let process = pidfd_open(getpid(), PidfdFlags::empty()).ok()?;
            pidfd_getfd(&process, process.as_raw_fd(), PidfdGetfdFlags::empty()).ok()?;
            Some(process)
        };
        PROCESS.get_or_init(open).as_ref()
    }
}

/// Sets the options of each accepted socket, for `HttpServer::on_connect`.
pub fn accepted(stream: &dyn Any, extensions: &mut Extensions) {
    let Some(stream) = stream.downcast_ref::<TcpStream>() else { return };
    let socket = SockRef::from(stream);
    // These fail only on a socket that its peer has closed already.
    let outcome = socket
        .set_tcp_nodelay(true)
        .and_then(|()| socket.set_send_buffer_size(SEND_BUFFER))
        .and_then(|()| user_timeout(&socket));
    if let Err(cause) = outcome {
        tracing::debug!(%cause, "socket options could not be set");
    }
    match SocketControl::of(&socket) {
        Ok(control) => {
            extensions.insert(control);
        }
        Err(cause) => tracing::warn!(%cause, "socket cannot be cut from outside its session"),
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn user_timeout(socket: &Socket) -> std::io::Result<()> {
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))
}

/// Does nothing. Without this option the relay's clock, which is slower, ends a reader that has stopped.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn user_timeout(_socket: &Socket) -> std::io::Result<()> {
    let _ = UNACKNOWLEDGED;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    use super::*;

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (client, listener.accept().unwrap().0)
    }

    #[test]
    fn a_socket_is_cut_in_either_way() {
        for duplicate in [false, true] {
            let (mut client, server) = pair();
            let socket = SockRef::from(&server);
            let control = if duplicate {
                SocketControl(Way::Duplicate(Arc::new(socket.try_clone().unwrap())))
            } else {
                SocketControl::of(&socket).unwrap()
            };
            control.cut();
            assert_eq!(client.read(&mut [0; 8]).unwrap(), 0);
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn another_socket_with_the_number_is_left_alone() {
        use std::os::fd::OwnedFd;

        let (client, server) = pair();
        let Some(old) = by_cookie::SocketCookie::of(&SockRef::from(&server)) else { return };
        assert_eq!(SockRef::from(&old.find().unwrap()).cookie().unwrap(), SockRef::from(&server).cookie().unwrap());
        // The descriptor is reused in place, since other tests of this process could take a free number.
        let (mut other_client, other) = pair();
        let mut number = OwnedFd::from(server);
        rustix::io::dup2(&other, &mut number).unwrap();
        assert_eq!(old.find().unwrap_err().kind(), std::io::ErrorKind::NotFound);
        SocketControl(Way::ByCookie(old)).cut();
        (&other).write_all(b"still here").unwrap();
        let mut heard = [0; 10];
        other_client.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"still here");
        drop(client);
    }
}
