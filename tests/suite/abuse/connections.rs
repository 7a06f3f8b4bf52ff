//! Connections that say nothing.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::support::client::Client;
use crate::support::server::{Person, Server};
use crate::support::wait::until;

/// An address of this machine.
fn here(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, last)
}

/// Opens a connection from an address.
async fn connect(server: &Server, from: Ipv4Addr) -> TcpStream {
    let to: SocketAddr = server.url.trim_start_matches("http://").parse().expect("an address");
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::new(IpAddr::V4(from), 0)).expect("an address of this machine");
    socket.connect(to).await.expect("a connection")
}

/// Whether the server has ended it. It sends nothing by itself, so that nothing comes from one that is open.
async fn has_ended(connection: &mut TcpStream) -> bool {
    timeout(Duration::from_millis(1), connection.read(&mut [0; 1])).await.is_ok()
}

async fn me(server: &Server, client: &reqwest::Client, person: &Person) -> Option<u16> {
    let asked = client.get(format!("{}/v1/me", server.url)).bearer_auth(&person.token).send().await;
    asked.ok().map(|answer| answer.status().as_u16())
}

fn client_at(from: Ipv4Addr) -> reqwest::Client {
    reqwest::Client::builder().local_address(IpAddr::V4(from)).build().expect("a client")
}

#[tokio::test]
async fn silent_connections_take_the_places_of_their_own_address_alone() {
    let server = Server::start_with(&[("PODIUM_LIMIT_ADDRESS_CONNECTIONS", "20")]).await;
    let (ana, ben) = (server.person("Ana"), server.person("Ben"));
    // One who is there already, at the attacker's own address, and one at another.
    let (neighbour, other) = (client_at(here(1)), client_at(here(2)));
    assert_eq!(me(&server, &neighbour, &ana).await, Some(200));
    let socket = Client::open(&server, &ana).await;
    let mut open = Vec::new();
    for _ in 0..60 {
        open.push(connect(&server, here(1)).await);
    }
    let open = tokio::sync::Mutex::new(open);
    until("the end of all but twenty", async || {
        let mut open = open.lock().await;
        let mut ended = 0;
        for connection in open.iter_mut() {
            ended += usize::from(has_ended(connection).await);
        }
        assert!(ended <= 40, "twenty keep their places");
        ended == 40
    })
    .await;
    assert_eq!(me(&server, &neighbour, &ana).await, Some(200), "a connection with a valid token does not count");
    socket.heartbeat().await;
    assert_eq!(me(&server, &other, &ben).await, Some(200));
    assert_eq!(me(&server, &client_at(here(1)), &ben).await, None, "a new one from there has no place");
    // The places come back.
    drop(open);
    until("a place", async || me(&server, &client_at(here(1)), &ben).await == Some(200)).await;
}

#[tokio::test]
async fn a_node_whose_places_are_all_taken_is_not_ready() {
    let server = Server::start_with(&[("PODIUM_LIMIT_SESSIONS", "1")]).await;
    let ready =
        async || reqwest::get(format!("{}/readyz", server.admin_url)).await.expect("an answer").status().as_u16();
    assert_eq!(ready().await, 200);
    // As many as it has: those for sockets, and 1,024 beside them.
    let mut open = Vec::new();
    for from in [3, 4, 5] {
        for _ in 0..400 {
            open.push(quiet(&server, here(from)));
        }
    }
    until("503", async || ready().await == 503).await;
    drop(open);
    until("200", async || ready().await == 200).await;
}

/// A connection that is not waited for: those beyond the places are never accepted.
fn quiet(server: &Server, from: Ipv4Addr) -> Socket {
    let to: SocketAddr = server.url.trim_start_matches("http://").parse().expect("an address");
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::new(IpAddr::V4(from), 0).into()).expect("an address of this machine");
    socket.connect(&to.into()).expect("a connection");
    socket
}

#[tokio::test]
async fn a_person_has_a_number_of_sockets() {
    let server = Server::start_with(&[("PODIUM_LIMIT_PERSON_SOCKETS", "3")]).await;
    let (ana, ben) = (server.person("Ana"), server.person("Ben"));
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(Client::open(&server, &ana).await);
    }
    let url = format!("{}?vsn=2.0.0&token={}", server.socket_url(), ana.token);
    let refused = Client::handshake(&url, &[]).await.err().expect("a refusal");
    assert_eq!(refused.status, 429);
    Client::open(&server, &ben).await.heartbeat().await;
    open.pop();
    until("a place", async || Client::handshake(&url, &[]).await.is_ok()).await;
}

/// A person who opens and closes sockets as fast as they can has a rate.
#[tokio::test]
async fn a_person_opens_sockets_at_a_rate() {
    let server = Server::start_with(&[("PODIUM_LIMIT_CONNECTS", "1/5")]).await;
    let (ana, ben) = (server.person("Ana"), server.person("Ben"));
    let url = format!("{}?vsn=2.0.0&token={}", server.socket_url(), ana.token);
    let mut statuses = Vec::new();
    for _ in 0..10 {
        statuses.push(Client::handshake(&url, &[]).await.err().map(|refused| refused.status));
    }
    assert!(statuses[..5].iter().all(Option::is_none) && statuses.contains(&Some(429)), "{statuses:?}");
    Client::open(&server, &ben).await.heartbeat().await;
}

/// Requests have a rate: with a valid token the person's, whatever others at the address do.
#[tokio::test]
async fn requests_count_for_the_person_or_for_the_address() {
    let rates = [("PODIUM_LIMIT_REQUESTS", "1/20"), ("PODIUM_LIMIT_STRANGERS", "1/5")];
    let server = Server::start_with(&rates).await;
    let (ana, ben) = (server.person("Ana"), server.person("Ben"));
    let ask = async |token: Option<&str>| server.http("GET", "/v1/badges", token, None).await;
    let mut refused = 0;
    for _ in 0..30 {
        refused += usize::from(ask(Some(&ana.token)).await.status == 429);
    }
    assert!((1..=10).contains(&refused), "{refused}");
    let mut last = ask(None).await;
    for _ in 0..10 {
        last = ask(None).await;
    }
    assert!(last.headers["ratelimit"].to_str().unwrap().starts_with(r#""requests";r=0;t="#));
    assert_eq!(last.headers["ratelimit-policy"], r#""requests";q=5;w=5"#);
    assert!(last.headers.contains_key("retry-after"));
    last.refused(429, "rate_limited");
    // A token that is none counts for the address, too.
    ask(Some("a.b.c")).await.refused(429, "rate_limited");
    let answer = ask(Some(&ben.token)).await;
    assert_eq!(answer.headers["ratelimit-policy"], r#""requests";q=20;w=20"#);
    answer.ok(200);
    // Pages and files are not counted.
    for _ in 0..10 {
        server.http("GET", "/openapi.json", None, None).await.ok(200);
    }
}
