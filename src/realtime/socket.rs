//! The TCP socket under a session: how it is set up, and how it is ended from outside.
//!
//! A session whose socket is jammed is not polled any more (actix-web #2441), so it cannot end itself. A duplicate of
//! the descriptor, kept from the moment of accepting, can.

use std::any::Any;
use std::net::Shutdown;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::{SockRef, Socket};

/// What the kernel may hold for one reader, in bytes. Left alone it grows to 4 MB for a reader that trickles.
const SEND_BUFFER: usize = 128 * 1024;

/// How long sent bytes may stay unacknowledged before the kernel gives the peer up.
const UNACKNOWLEDGED: Duration = Duration::from_secs(8);

/// A second handle on an accepted socket.
#[derive(Clone)]
pub struct SocketControl(Arc<Socket>);

impl SocketControl {
    /// Ends the connection in both directions, whatever waits to be written. The session's task then sees an error.
    pub fn cut(&self) {
        if let Err(cause) = self.0.shutdown(Shutdown::Both) {
            tracing::debug!(%cause, "the socket was gone already");
        }
    }
}

/// Sets up each accepted socket, for `HttpServer::on_connect`.
pub fn accepted(stream: &dyn Any, extensions: &mut Extensions) {
    let Some(stream) = stream.downcast_ref::<TcpStream>() else { return };
    let socket = SockRef::from(stream);
    // None of these can fail but on a socket that its peer has closed already, and then it does not matter.
    let outcome = socket
        .set_tcp_nodelay(true)
        .and_then(|()| socket.set_send_buffer_size(SEND_BUFFER))
        .and_then(|()| user_timeout(&socket));
    if let Err(cause) = outcome {
        tracing::debug!(%cause, "socket options");
    }
    match socket.try_clone() {
        Ok(duplicate) => {
            extensions.insert(SocketControl(Arc::new(duplicate)));
        }
        Err(cause) => tracing::warn!(%cause, "no second handle on a socket"),
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn user_timeout(socket: &Socket) -> std::io::Result<()> {
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))
}

/// Elsewhere the relay's own clock, which is slower, ends a reader that stopped.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn user_timeout(_socket: &Socket) -> std::io::Result<()> {
    let _ = UNACKNOWLEDGED;
    Ok(())
}
