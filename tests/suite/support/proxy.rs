//! A TCP proxy between client and server, which can cut what goes through it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinHandle};

use super::server::Server;

/// A proxy. It ends with this value.
pub struct Proxy {
    /// `http://127.0.0.1:…`
    pub url: String,
    connections: Arc<Mutex<Vec<AbortHandle>>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// A proxy of this server.
    pub async fn start(server: &Server) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let to: SocketAddr = server.url.trim_start_matches("http://").parse().expect("the server's address");
        let connections: Arc<Mutex<Vec<AbortHandle>>> = Arc::default();
        let kept = Arc::clone(&connections);
        let accepting = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let through = tokio::spawn(async move {
                    if let Ok(mut server) = TcpStream::connect(to).await {
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                    }
                });
                kept.lock().expect("the connections").push(through.abort_handle());
            }
        });
        Proxy { url, connections, accepting }
    }

    /// Drops every connection that goes through it now.
    pub fn cut(&self) {
        self.connections.lock().expect("the connections").drain(..).for_each(|each| each.abort());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
        self.accepting.abort();
    }
}
