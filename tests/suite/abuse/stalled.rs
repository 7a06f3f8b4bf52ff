//! Requests that stop in the middle. Each costs a place for connections, of which a node has so many; the server gives
//! each of them up.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::server::Server;
use crate::support::timing::took;

/// How long a place may be held by a request that does not go on.
const PROMISED: Duration = Duration::from_secs(30);

/// When the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a request begins, and what is then sent again and again, if anything.
pub(super) const KINDS: [(&str, &str); 20] = [
    // Nothing, and heads that stop.
    ("", ""),
    ("GET /v1/badges HTTP/1.1\r\nHo", ""),
    ("GET /v1/badges HTTP/1.1\r\nHost: x\r\n", "X: y\r\n"),
    // Chunks that nobody reads.
    ("GET /v1/badges HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", ""),
    ("GET /v1/badges HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf", ""),
    ("GET /v1/badges HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
    ("HEAD /v1/badges HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", ""),
    ("DELETE /v1/me HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
    ("PUT /nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", ""),
    ("POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", ""),
    ("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n", ""),
    ("GET /socket/websocket HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", ""),
    // Bodies that are read, and stop.
    (
        "POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        "",
    ),
    (
        "POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        "1\r\n \r\n",
    ),
    ("POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{", ""),
    ("GET /v1/badges HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n", "x"),
    ("POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 99\r\n\r\n{", " "),
    (
        "POST /v1/auth/register HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/json\r\n\
         Content-Length: 99\r\n\r\n",
        "",
    ),
    ("POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n", " "),
    // Another protocol is asked for, and not spoken.
    (
        "GET /socket/websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        "x",
    ),
];

/// Begins a request, goes on with it as slowly as one likes, and returns when the server has ended the connection.
async fn stalls(address: &str, begin: &str, again: &str) {
    let socket = TcpStream::connect(address).await.expect("a connection");
    let (mut read, mut write) = socket.into_split();
    write.write_all(begin.as_bytes()).await.expect("the beginning");
    let goes_on = async {
        while !again.is_empty() && write.write_all(again.as_bytes()).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        std::future::pending::<()>().await;
    };
    let ends = async {
        let mut bytes = [0; 1024];
        while read.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
    };
    tokio::select! {
        () = goes_on => {}
        () = ends => {}
        () = tokio::time::sleep(PATIENCE) => panic!("{begin:?} and {again:?} keep a connection"),
    }
}

#[tokio::test]
async fn a_request_that_stops_gives_its_place_back() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let address = server.url.trim_start_matches("http://");
    let began = Instant::now();
    let attack = join_all(KINDS.iter().flat_map(|kind| [kind; 3]).map(|(begin, again)| stalls(address, begin, again)));
    let victim = async {
        for _ in 0..20 {
            server.get("/v1/me", &ana).await.ok(200);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::join!(attack, victim);
    took("every place is free again", began.elapsed(), PROMISED);
}
