//! Many websockets on one thread, without blocking: connect, read and write.
//!
//! One poll, one large buffer that all sockets read into, and no allocation per frame, so that one core reads hundreds
//! of thousands of frames per second. An idle socket owns nothing but its descriptor and a few empty vectors.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::wire::websocket::{self, BINARY, CLOSE, PING, PONG, TEXT};

/// The most bytes of one read. The kernel's buffer of a busy socket is rarely fuller.
const BUFFER: usize = 256 * 1024;

/// The key of every client: nothing is protected by it here. The answer is checked all the same.
const KEY: &str = "cG9kaXVtLWxvYWR0ZXN0IQ==";

/// The reasons why a socket has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The server answered the upgrade with this HTTP status.
    Refused(u16),
    /// The server closed with this code.
    Closed(u16),
    /// The connection broke.
    Broken(String),
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ended::Refused(status) => write!(f, "refused with HTTP {status}"),
            Ended::Closed(code) => write!(f, "closed with {code}"),
            Ended::Broken(why) => write!(f, "broken: {why}"),
        }
    }
}

/// Receives the events of sockets. `now` is nanoseconds of the sockets' clock.
pub trait Listener {
    /// Called after the upgrade.
    fn opened(&mut self, sockets: &mut Sockets, id: usize, now: u64);
    /// Called for a complete text.
    fn text(&mut self, sockets: &mut Sockets, id: usize, text: &[u8], now: u64);
    /// Called at the end. The id may be connected again.
    fn ended(&mut self, sockets: &mut Sockets, id: usize, why: Ended, now: u64);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SocketState {
    Unused,
    Connecting,
    Upgrading,
    Open,
}

struct Socket {
    stream: Option<TcpStream>,
    state: SocketState,
    /// The beginning of an incomplete frame, or of the upgrade's answer.
    partial: Vec<u8>,
    /// The fragments of a message so far.
    fragments: Vec<u8>,
    /// Bytes that the kernel has not accepted yet; before the upgrade, the request.
    out: Vec<u8>,
    /// Counts connections, to recognize what belongs to an earlier one.
    generation: u32,
}

/// Many websockets.
pub struct Sockets {
    poll: Poll,
    events: Events,
    sockets: Vec<Socket>,
    buffer: Vec<u8>,
    frame: Vec<u8>,
    epoch: Instant,
    alarm: Alarm,
    /// Sockets with bytes to flush at the end of the turn.
    unsent: Vec<usize>,
}

impl Sockets {
    /// Makes room for `count` sockets, none connected. Times count from `epoch`.
    ///
    /// # Errors
    /// If the system has no poll.
    pub fn new(count: usize, epoch: Instant) -> io::Result<Self> {
        let poll = Poll::new()?;
        let alarm = Alarm::new(&poll)?;
        let unused = || Socket {
            stream: None,
            state: SocketState::Unused,
            partial: Vec::new(),
            fragments: Vec::new(),
            out: Vec::new(),
            generation: 0,
        };
        Ok(Sockets {
            poll,
            events: Events::with_capacity(4096),
            sockets: (0..count).map(|_| unused()).collect(),
            buffer: vec![0; BUFFER],
            frame: Vec::new(),
            epoch,
            alarm,
            unsent: Vec::new(),
        })
    }

    /// Returns the nanoseconds since the epoch.
    pub fn now(&self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }

    /// Returns `true` if this socket is open.
    pub fn is_open(&self, id: usize) -> bool {
        self.sockets[id].state == SocketState::Open
    }

    /// Starts to connect. `request` is the path and query.
    ///
    /// # Errors
    /// If the system has no socket left.
    pub fn connect(&mut self, id: usize, address: SocketAddr, host: &str, request: &str) -> io::Result<()> {
        let mut stream = TcpStream::connect(address)?;
        self.poll.registry().register(&mut stream, Token(id), Interest::READABLE | Interest::WRITABLE)?;
        let socket = &mut self.sockets[id];
        socket.out.clear();
        socket.partial.clear();
        socket.fragments.clear();
        write!(
            socket.out,
            "GET {request} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
        )?;
        socket.stream = Some(stream);
        socket.state = SocketState::Connecting;
        socket.generation = socket.generation.wrapping_add(1);
        Ok(())
    }

    /// Queues a text. It is sent at the end of the turn, together with the socket's other texts in it, or by
    /// [`Sockets::flush`].
    pub fn send(&mut self, id: usize, text: &[u8]) {
        let socket = &mut self.sockets[id];
        if socket.state != SocketState::Open {
            return;
        }
        if socket.out.is_empty() {
            self.unsent.push(id);
        }
        websocket::write_masked(&mut socket.out, TEXT, text);
    }

    /// Queues the text that `write` writes.
    pub fn send_with(&mut self, id: usize, write: impl FnOnce(&mut Vec<u8>)) {
        let mut frame = std::mem::take(&mut self.frame);
        frame.clear();
        write(&mut frame);
        self.send(id, &frame);
        self.frame = frame;
    }

    /// Passes all queued bytes to the kernel.
    pub fn flush(&mut self) {
        for id in std::mem::take(&mut self.unsent) {
            self.flush_one(id);
        }
    }

    fn flush_one(&mut self, id: usize) {
        let socket = &mut self.sockets[id];
        let Some(stream) = &mut socket.stream else { return };
        let mut sent = 0;
        while sent < socket.out.len() {
            match stream.write(&socket.out[sent..]) {
                Ok(0) => break,
                Ok(count) => sent += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // The rest is sent when the socket is writable again. A broken connection is found by reading.
                Err(_) => break,
            }
        }
        socket.out.drain(..sent);
        if socket.out.is_empty() && socket.out.capacity() > 16 * 1024 {
            socket.out = Vec::new();
        }
    }

    /// Closes a socket silently, like a phone in a tunnel, or with a close frame.
    pub fn close(&mut self, id: usize, politely: bool) {
        if politely && self.is_open(id) {
            websocket::write_masked(&mut self.sockets[id].out, CLOSE, &1000u16.to_be_bytes());
            self.flush_one(id);
        }
        let socket = &mut self.sockets[id];
        if let Some(stream) = socket.stream.take() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        (socket.state, socket.out, socket.partial, socket.fragments) =
            (SocketState::Unused, Vec::new(), Vec::new(), Vec::new());
    }

    /// Waits until something happens, at most until `until`, and passes all events to the listener.
    ///
    /// # Errors
    /// If the poll fails.
    pub fn turn(&mut self, until: u64, listener: &mut impl Listener) -> io::Result<()> {
        self.flush();
        let wait = Duration::from_nanos(until.saturating_sub(self.now()));
        let mut events = std::mem::replace(&mut self.events, Events::with_capacity(0));
        let wait = self.alarm.set(wait);
        let polled = self.poll.poll(&mut events, Some(wait));
        if let Err(error) = polled
            && error.kind() != io::ErrorKind::Interrupted
        {
            return Err(error);
        }
        for event in &events {
            let Token(id) = event.token();
            if id == ALARM {
                continue;
            }
            if event.is_writable() {
                self.writable(id);
            }
            if event.is_readable() || event.is_error() || event.is_read_closed() {
                self.readable(id, listener);
            }
        }
        self.events = events;
        self.flush();
        Ok(())
    }

    fn writable(&mut self, id: usize) {
        let socket = &mut self.sockets[id];
        if socket.state == SocketState::Connecting
            && let Some(stream) = &socket.stream
            && stream.peer_addr().is_ok()
        {
            let _ = stream.set_nodelay(true);
            socket.state = SocketState::Upgrading;
        }
        if socket.state != SocketState::Connecting && !socket.out.is_empty() {
            self.flush_one(id);
        }
    }

    fn readable(&mut self, id: usize, listener: &mut impl Listener) {
        let mut buffer = std::mem::take(&mut self.buffer);
        loop {
            let socket = &mut self.sockets[id];
            let Some(stream) = &mut socket.stream else { break };
            // The rest of the last read comes first, so that frames are contiguous in the buffer.
            let left = socket.partial.len();
            if buffer.len() < left + BUFFER / 2 {
                buffer.resize(left + BUFFER, 0);
            }
            buffer[..left].copy_from_slice(&socket.partial);
            let room = buffer.len() - left;
            match stream.read(&mut buffer[left..]) {
                Ok(0) => {
                    self.end(id, Ended::Broken("the server closed the connection".into()), listener);
                    break;
                }
                Ok(count) => {
                    socket.partial.clear();
                    let generation = socket.generation;
                    let taken = self.take(id, &buffer[..left + count], listener);
                    let socket = &mut self.sockets[id];
                    if socket.generation != generation || socket.stream.is_none() {
                        break;
                    }
                    let rest = &buffer[taken..left + count];
                    if !rest.is_empty() {
                        socket.partial.extend_from_slice(rest);
                    } else if socket.partial.capacity() > 0 {
                        socket.partial = Vec::new();
                    }
                    // A read that did not fill the buffer has emptied the socket (epoll(7)).
                    if count < room {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.end(id, Ended::Broken(error.to_string()), listener);
                    break;
                }
            }
        }
        if buffer.len() > 4 * BUFFER {
            buffer = vec![0; BUFFER];
        }
        self.buffer = buffer;
    }

    /// Handles the complete frames at the beginning of `bytes`, and returns their length.
    fn take(&mut self, id: usize, bytes: &[u8], listener: &mut impl Listener) -> usize {
        let now = self.now();
        let mut taken = 0;
        if self.sockets[id].state != SocketState::Open {
            match upgraded(bytes) {
                Upgrade::Partial => return 0,
                Upgrade::Done(length) => {
                    taken = length;
                    self.sockets[id].state = SocketState::Open;
                    listener.opened(self, id, now);
                }
                Upgrade::Refused(status) => {
                    self.end(id, Ended::Refused(status), listener);
                    return bytes.len();
                }
            }
        }
        let generation = self.sockets[id].generation;
        while self.sockets[id].state == SocketState::Open && self.sockets[id].generation == generation {
            let Some((frame, length)) = websocket::read(&bytes[taken..]) else { break };
            taken += length;
            match (frame.opcode, frame.last) {
                (TEXT, true) => listener.text(self, id, frame.payload, now),
                (TEXT | BINARY | 0, last) => {
                    self.sockets[id].fragments.extend_from_slice(frame.payload);
                    if last {
                        let whole = std::mem::take(&mut self.sockets[id].fragments);
                        listener.text(self, id, &whole, now);
                    }
                }
                (PING, _) => {
                    let socket = &mut self.sockets[id];
                    if socket.out.is_empty() {
                        self.unsent.push(id);
                    }
                    websocket::write_masked(&mut socket.out, PONG, frame.payload);
                }
                (CLOSE, _) => {
                    let code = frame.payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code));
                    self.end(id, Ended::Closed(code), listener);
                }
                _ => {}
            }
        }
        taken
    }

    fn end(&mut self, id: usize, why: Ended, listener: &mut impl Listener) {
        self.close(id, false);
        let now = self.now();
        listener.ended(self, id, why, now);
    }
}

enum Upgrade {
    Partial,
    Done(usize),
    Refused(u16),
}

fn upgraded(bytes: &[u8]) -> Upgrade {
    let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n") else { return Upgrade::Partial };
    let head = String::from_utf8_lossy(&bytes[..end]);
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let accept = websocket::accept(KEY.as_bytes());
    let accepted = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .any(|(name, value)| name.eq_ignore_ascii_case("sec-websocket-accept") && value.trim() == accept);
    if status == 101 && accepted { Upgrade::Done(end + 4) } else { Upgrade::Refused(status) }
}

const ALARM: usize = usize::MAX;

/// Wakes the poll with a precision of microseconds. Its own timeout has only milliseconds, which would delay sends.
struct Alarm {
    #[cfg(target_os = "linux")]
    timer: std::os::fd::OwnedFd,
}

#[cfg(target_os = "linux")]
impl Alarm {
    fn new(poll: &Poll) -> io::Result<Self> {
        use std::os::fd::AsRawFd;

        use rustix::time::{TimerfdClockId, TimerfdFlags, timerfd_create};
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        poll.registry().register(&mut mio::unix::SourceFd(&timer.as_raw_fd()), Token(ALARM), Interest::READABLE)?;
        Ok(Alarm { timer })
    }

    /// Sets the alarm, and returns the timeout that the poll needs besides.
    fn set(&self, wait: Duration) -> Duration {
        use rustix::time::{Itimerspec, TimerfdTimerFlags, Timespec, timerfd_settime};
        if wait.is_zero() || wait > Duration::from_millis(50) {
            return wait;
        }
        let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
        let value = Timespec { tv_sec: 0, tv_nsec: wait.subsec_nanos().into() };
        let new = Itimerspec { it_interval: zero, it_value: value };
        match timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &new) {
            Ok(_) => Duration::from_millis(100),
            Err(_) => wait,
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Alarm {
    fn new(_: &Poll) -> io::Result<Self> {
        Ok(Alarm {})
    }

    fn set(&self, wait: Duration) -> Duration {
        wait
    }
}

/// Raises this process's limit of descriptors by `count`.
///
/// # Errors
/// If the system's hard limit is lower; the text says what to do.
pub fn raise_descriptors(count: usize) -> Result<(), String> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let needed = count as u64 + 256;
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    limit.current = limit.maximum;
    if setrlimit(Resource::Nofile, limit).is_ok() && limit.maximum.is_none_or(|maximum| maximum >= needed) {
        return Ok(());
    }
    // Root may exceed the hard limit.
    (limit.current, limit.maximum) = (Some(needed), Some(needed));
    setrlimit(Resource::Nofile, limit)
        .map_err(|_| format!("{count} sockets need {needed} open files, which `ulimit -n` forbids: raise it"))
}
