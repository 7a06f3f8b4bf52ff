//! A websocket by hand, for tests that decide themselves when and how much is read.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use socket2::{Domain, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::server::{Person, Server};

/// A websocket of which nothing is read unless asked for.
pub struct RawSocket {
    stream: TcpStream,
}

impl RawSocket {
    /// Opens one whose kernel takes about `buffer` bytes that nobody has read.
    pub async fn open(server: &Server, person: &Person, buffer: usize) -> RawSocket {
        let address: SocketAddr = server.url.trim_start_matches("http://").parse().expect("the server's address");
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        // Before connecting, so that the window is never larger.
        socket.set_recv_buffer_size(buffer).expect("a small buffer");
        socket.connect(&address.into()).expect("a connection");
        socket.set_nonblocking(true).expect("not blocking");
        let mut stream = TcpStream::from_std(socket.into()).expect("a stream");
        let request = format!(
            "GET /socket/websocket?vsn=2.0.0&token={} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            person.token
        );
        stream.write_all(request.as_bytes()).await.expect("a request");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("an answer"));
        }
        let head = String::from_utf8(head).expect("text");
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        RawSocket { stream }
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: &Value) {
        let text = frame.to_string();
        let mut bytes = vec![0x81];
        match text.len() {
            short @ ..126 => bytes.push(0x80 | short as u8),
            long => {
                bytes.push(0x80 | 126);
                bytes.extend(u16::try_from(long).expect("a frame of less than 64 KiB").to_be_bytes());
            }
        }
        // The mask that changes nothing.
        bytes.extend([0; 4]);
        bytes.extend(text.as_bytes());
        self.stream.write_all(&bytes).await.expect("room in the socket's buffer");
    }

    /// Reads at most so many bytes a second until the connection ends. Answers how many those were.
    pub async fn trickle(&mut self, bytes_a_second: usize) -> usize {
        let mut sip = vec![0; bytes_a_second.div_ceil(20)];
        let mut clock = tokio::time::interval(Duration::from_millis(50));
        clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut all = 0;
        loop {
            clock.tick().await;
            match self.stream.read(&mut sip).await {
                Ok(0) | Err(_) => return all,
                Ok(read) => all += read,
            }
        }
    }

    /// Reads as fast as it comes until the connection ends. Answers the bytes.
    pub async fn drink(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        // An error, such as a reset, is an end too; what came before it is kept.
        let _ = self.stream.read_to_end(&mut all).await;
        all
    }

    /// Reads until these bytes have come.
    pub async fn read_until(&mut self, wanted: &[u8]) {
        self.read_at_until(usize::MAX, wanted).await;
    }

    /// Reads at most so many bytes a second until these bytes have come.
    pub async fn read_at_until(&mut self, bytes_a_second: usize, wanted: &[u8]) {
        let mut tail = Vec::new();
        let mut sip = vec![0; (bytes_a_second / 100).min(64 * 1024)];
        let mut clock = tokio::time::interval(Duration::from_millis(10));
        clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let reading = async {
            while !tail.windows(wanted.len()).any(|window| window == wanted) {
                clock.tick().await;
                let from = tail.len().saturating_sub(wanted.len());
                tail.drain(..from);
                let read = self.stream.read(&mut sip).await.expect("a connection that is not cut");
                assert!(read > 0, "the connection ended");
                tail.extend_from_slice(&sip[..read]);
            }
        };
        tokio::time::timeout(super::client::PATIENCE, reading).await.expect("what was waited for");
    }

    /// The port of this end.
    pub fn port(&self) -> u16 {
        self.stream.local_addr().expect("its address").port()
    }
}
