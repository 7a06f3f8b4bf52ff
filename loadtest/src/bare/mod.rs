//! The bare server: hand-made frames over bare sockets, on one thread, without storage, rights or presence.
//!
//! It does only what a delivery needs (a read, a frame, a copy into each member's buffer, a write), and so shows the
//! limit of the machine, to compare other servers' figures with. It implements as much of the protocol as the scenarios
//! need, accepts every token, and answers every HTTP request with success.
//!
//! Deliberate faults can be switched on to test the checks.

mod fault;
mod said;
mod wall;

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

pub use self::fault::Fault;
use self::said::{AT, Said};
use self::wall::Counted;
use crate::wire::phoenix;
use crate::wire::websocket::{self, CLOSE, PING, PONG, TEXT};

/// The token of the listening socket.
const LISTENER: usize = usize::MAX;

/// The most bytes queued for one socket before it is closed.
const OUT: usize = 64 << 20;

struct Client {
    stream: TcpStream,
    upgraded: bool,
    partial: Vec<u8>,
    out: Vec<u8>,
    dirty: bool,
    user: String,
    /// The joined topics.
    topics: Vec<usize>,
}

struct Topic {
    name: String,
    seq: u64,
    members: Vec<usize>,
    /// The message that [`Fault::Swap`] and [`Fault::Diverge`] hold back from the last member.
    held: Option<Said>,
}

/// The server.
pub struct Bare {
    poll: Poll,
    listener: TcpListener,
    clients: Vec<Option<Client>>,
    free: Vec<usize>,
    topics: Vec<Topic>,
    names: HashMap<String, usize>,
    /// The polls and the posts that people tap on.
    posts: Vec<Counted>,
    dirty: Vec<usize>,
    buffer: Vec<u8>,
    frame: Vec<u8>,
    fault: Option<Fault>,
    said: u64,
}

impl Bare {
    /// Listens on this address.
    ///
    /// # Errors
    /// If it is in use.
    pub fn bind(address: SocketAddr, fault: Option<Fault>) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut listener = TcpListener::bind(address)?;
        poll.registry().register(&mut listener, Token(LISTENER), Interest::READABLE)?;
        Ok(Bare {
            poll,
            listener,
            clients: Vec::new(),
            free: Vec::new(),
            topics: Vec::new(),
            names: HashMap::new(),
            posts: Vec::new(),
            dirty: Vec::new(),
            buffer: vec![0; 256 * 1024],
            frame: Vec::new(),
            fault,
            said: 0,
        })
    }

    /// Returns the address that it listens on.
    ///
    /// # Errors
    /// If the system does not report it.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is set.
    ///
    /// # Errors
    /// If the poll fails.
    pub fn serve(&mut self, stop: &AtomicBool) -> io::Result<()> {
        let mut events = Events::with_capacity(4096);
        while !stop.load(Ordering::Relaxed) {
            match self.poll.poll(&mut events, Some(Duration::from_millis(200))) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
            for event in &events {
                let Token(id) = event.token();
                if id == LISTENER {
                    self.accept();
                    continue;
                }
                if event.is_writable() {
                    self.flush(id);
                }
                if event.is_readable() || event.is_read_closed() || event.is_error() {
                    self.read(id);
                }
            }
            self.push_all_figures();
            // Everything for a socket in one turn is sent in one write.
            for id in std::mem::take(&mut self.dirty) {
                if let Some(client) = &mut self.clients[id] {
                    client.dirty = false;
                }
                self.flush(id);
            }
        }
        Ok(())
    }

    fn accept(&mut self) {
        while let Ok((mut stream, _)) = self.listener.accept() {
            let id = self.free.pop().unwrap_or_else(|| {
                self.clients.push(None);
                self.clients.len() - 1
            });
            let registered =
                self.poll.registry().register(&mut stream, Token(id), Interest::READABLE | Interest::WRITABLE);
            if registered.is_err() || stream.set_nodelay(true).is_err() {
                self.free.push(id);
                continue;
            }
            let (partial, out) = (Vec::new(), Vec::new());
            let client =
                Client { stream, upgraded: false, partial, out, dirty: false, user: String::new(), topics: Vec::new() };
            self.clients[id] = Some(client);
        }
    }

    fn drop_client(&mut self, id: usize) {
        let Some(client) = self.clients[id].take() else { return };
        for topic in client.topics {
            self.topics[topic].members.retain(|member| *member != id);
        }
        self.free.push(id);
    }

    fn flush(&mut self, id: usize) {
        let Some(client) = &mut self.clients[id] else { return };
        let mut sent = 0;
        while sent < client.out.len() {
            match client.stream.write(&client.out[sent..]) {
                Ok(count) if count > 0 => sent += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                _ => break,
            }
        }
        client.out.drain(..sent);
        if client.out.len() > OUT {
            self.drop_client(id);
        }
    }

    fn read(&mut self, id: usize) {
        let mut buffer = std::mem::take(&mut self.buffer);
        while let Some(client) = &mut self.clients[id] {
            let left = client.partial.len();
            if buffer.len() < left + 128 * 1024 {
                buffer.resize(left + 256 * 1024, 0);
            }
            buffer[..left].copy_from_slice(&client.partial);
            let room = buffer.len() - left;
            match client.stream.read(&mut buffer[left..]) {
                Ok(count) if count > 0 => {
                    client.partial.clear();
                    let taken = self.take(id, &mut buffer[..left + count]);
                    let Some(client) = &mut self.clients[id] else { break };
                    client.partial.extend_from_slice(&buffer[taken..left + count]);
                    if client.partial.is_empty() {
                        client.partial = Vec::new();
                    }
                    if count < room {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                _ => {
                    self.drop_client(id);
                    break;
                }
            }
        }
        self.buffer = buffer;
    }

    fn take(&mut self, id: usize, bytes: &mut [u8]) -> usize {
        let mut taken = 0;
        loop {
            let Some(client) = &self.clients[id] else { return bytes.len() };
            let rest = &mut bytes[taken..];
            if !client.upgraded {
                match self.request(id, rest) {
                    0 => return taken,
                    length => taken += length,
                }
                continue;
            }
            let Some((frame, length)) = websocket::read(rest) else { return taken };
            let (opcode, mask, size) = (frame.opcode, frame.mask.unwrap_or_default(), frame.payload.len());
            let payload = &mut bytes[taken + length - size..taken + length];
            websocket::unmask(payload, mask);
            taken += length;
            match opcode {
                TEXT => self.text(id, payload),
                PING => self.send(id, PONG, payload),
                CLOSE => {
                    self.send(id, CLOSE, payload);
                    self.flush(id);
                    self.drop_client(id);
                }
                _ => {}
            }
        }
    }

    /// Answers an HTTP request, or upgrades. Returns its length, or 0 while it is incomplete.
    fn request(&mut self, id: usize, bytes: &[u8]) -> usize {
        let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n") else { return 0 };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let header = |wanted: &str| {
            let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
            lines.filter(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim()).next()
        };
        let length = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0usize);
        let Some(body) = bytes.get(end + 4..end + 4 + length) else { return 0 };
        let mut words = head.split(' ');
        let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let answer = if let Some(key) = header("sec-websocket-key") {
            let accept = websocket::accept(key.as_bytes());
            if let Some(client) = &mut self.clients[id] {
                client.upgraded = true;
                client.user = subject(token_in(path));
            }
            format!(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \
                 {accept}\r\n\r\n"
            )
        } else {
            let token = header("authorization").and_then(|value| value.strip_prefix("Bearer ")).unwrap_or("");
            let answer = self.wall(method, path, &subject(token), body);
            let status = match method {
                "POST" => "201 Created",
                "DELETE" => "204 No Content",
                _ => "200 OK",
            };
            let body = match (method, answer) {
                (_, Some(answer)) => answer.to_string().into(),
                ("DELETE", _) => "".into(),
                _ if body.is_empty() => "{}".into(),
                // Every requested object exists.
                _ => String::from_utf8_lossy(body),
            };
            let kind = "Content-Type: application/json\r\n";
            format!("HTTP/1.1 {status}\r\n{kind}Content-Length: {}\r\n\r\n{body}", body.len())
        };
        if let Some(client) = &mut self.clients[id] {
            client.out.extend_from_slice(answer.as_bytes());
        }
        self.mark(id);
        end + 4 + length
    }

    fn mark(&mut self, id: usize) {
        if let Some(client) = &mut self.clients[id]
            && !client.dirty
        {
            client.dirty = true;
            self.dirty.push(id);
        }
    }

    fn send(&mut self, id: usize, opcode: u8, payload: &[u8]) {
        if let Some(client) = &mut self.clients[id] {
            websocket::write_plain(&mut client.out, opcode, payload);
        }
        self.mark(id);
    }

    fn text(&mut self, id: usize, text: &[u8]) {
        let Some(incoming) = phoenix::read(text) else { return };
        let (Ok(topic), Ok(reference)) = (std::str::from_utf8(incoming.topic), std::str::from_utf8(incoming.reference))
        else {
            return;
        };
        match incoming.event {
            b"heartbeat" => self.reply(id, reference, topic, "{}"),
            b"phx_join" => self.join(id, reference, topic),
            b"phx_leave" => {
                self.leave(id, topic);
                self.reply(id, reference, topic, "{}");
            }
            b"message:new" => self.message(id, reference, topic, incoming.payload),
            b"typing" => self.typing(id, reference, topic, incoming.payload),
            _ => self.reply(id, reference, topic, "{}"),
        }
    }

    fn reply(&mut self, id: usize, reference: &str, topic: &str, response: &str) {
        let mut frame = std::mem::take(&mut self.frame);
        frame.clear();
        let join = phoenix::JOIN;
        let _ =
            write!(frame, r#"["{join}","{reference}","{topic}","phx_reply",{{"status":"ok","response":{response}}}]"#);
        self.send(id, TEXT, &frame);
        self.frame = frame;
    }

    /// Returns the number of a topic, which exists from then on.
    fn topic(&mut self, name: &str) -> usize {
        if let Some(topic) = self.names.get(name) {
            return *topic;
        }
        self.topics.push(Topic { name: name.to_owned(), seq: 0, members: Vec::new(), held: None });
        self.names.insert(name.to_owned(), self.topics.len() - 1);
        self.topics.len() - 1
    }

    fn join(&mut self, id: usize, reference: &str, name: &str) {
        let topic = self.topic(name);
        let Some(client) = &mut self.clients[id] else { return };
        if !client.topics.contains(&topic) {
            client.topics.push(topic);
            self.topics[topic].members.push(id);
        }
        let head = self.topics[topic].seq;
        let response =
            format!(r#"{{"head":{head},"epoch":"bare","members":[],"messages":[],"more":false,"next":null}}"#);
        self.reply(id, reference, name, &response);
        let presence = format!(r#"[null,null,"{name}","presence_state",{{}}]"#);
        self.send(id, TEXT, presence.as_bytes());
    }

    fn leave(&mut self, id: usize, name: &str) {
        let Some(&topic) = self.names.get(name) else { return };
        self.topics[topic].members.retain(|member| *member != id);
        if let Some(client) = &mut self.clients[id] {
            client.topics.retain(|joined| *joined != topic);
        }
    }

    fn message(&mut self, id: usize, reference: &str, name: &str, payload: &[u8]) {
        let (Some(&topic), Some(client)) = (self.names.get(name), &self.clients[id]) else { return };
        let Some(said) = Said::read(&client.user, payload) else { return };
        self.said += 1;
        self.topics[topic].seq += 1;
        let seq = self.topics[topic].seq;
        let response = format!(r#"{{"id":"{}","seq":{seq},"at":"{AT}"}}"#, said.id);
        self.reply(id, reference, name, &response);
        let mut frame = std::mem::take(&mut self.frame);
        said.write(&mut frame, name, seq);
        let members = std::mem::take(&mut self.topics[topic].members);
        let (usual, last) = match self.fault {
            None => (&members[..], None),
            Some(_) => members.split_last().map_or((&members[..], None), |(last, usual)| (usual, Some(*last))),
        };
        for member in usual {
            self.send(*member, TEXT, &frame);
        }
        if let (Some(fault), Some(last)) = (self.fault, last) {
            self.faulty(fault, topic, last, said, &mut frame, seq);
        }
        self.topics[topic].members = members;
        self.frame = frame;
    }

    fn typing(&mut self, id: usize, reference: &str, name: &str, payload: &[u8]) {
        let (Some(&topic), Some(client)) = (self.names.get(name), &self.clients[id]) else { return };
        let on = memchr::memmem::find(payload, b"true").is_some();
        let mut frame = std::mem::take(&mut self.frame);
        frame.clear();
        let _ = write!(frame, r#"[null,null,"{name}","typing",{{"user_id":"{}","on":{on}}}]"#, client.user);
        let members = std::mem::take(&mut self.topics[topic].members);
        for member in members.iter().filter(|member| **member != id) {
            self.send(*member, TEXT, &frame);
        }
        self.topics[topic].members = members;
        self.frame = frame;
        self.reply(id, reference, name, "{}");
    }
}

/// Returns the token in the path of an upgrade.
fn token_in(path: &str) -> &str {
    path.split(['?', '&']).find_map(|part| part.strip_prefix("token=")).unwrap_or("")
}

/// Returns the person that a token names. The signature is not checked.
fn subject(token: &str) -> String {
    let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).unwrap_or_default();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap_or_default();
    claims["sub"].as_str().unwrap_or("nobody").to_owned()
}
