//! The bounded queue of frames to one session.
//!
//! The relay pushes and the session drains, both on one thread. The queue is limited in frames and in bytes. A session
//! that exceeds either limit is too slow: its queue is freed at once and its socket closed with 4408. Code that sends
//! much at a time (a page, a repair) first waits for [`Outbox::room`], so a client that reads as fast as it can is not
//! cut while it catches up.
//!
//! An expired token ends the session at the next push, so nothing that was committed later is sent.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytestring::ByteString;
use uuid::Uuid;

use super::socket::SocketControl;
use crate::wire::frame::Version;

/// Time that a closing session has to write its close frame before its socket is cut.
const GRACE: Duration = Duration::from_secs(1);

/// Time that a frame may wait to be written before the reader counts as stalled.
const STALLED: Duration = Duration::from_secs(10);

/// The reason why a session ends, as its close code. Never 1000, after which older clients do not reconnect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// 1001: no frame from the client for too long.
    Idle,
    /// 1003: a frame of an unsupported type.
    Unsupported,
    /// 1007: not UTF-8.
    NotText,
    /// 1009: a frame or message above the limit.
    TooLarge,
    /// 1002: not a websocket frame.
    Protocol,
    /// 1011: an internal error.
    Failed,
    /// 1012: the node is draining; the client reconnects to another.
    Draining,
    /// 4401: the token has expired, or its sign-in was revoked.
    Expired,
    /// 4408: the client reads too slowly.
    TooSlow,
    /// 4429: too many frames from the client.
    TooMany,
}

impl Ending {
    /// Returns the close code.
    pub fn code(self) -> u16 {
        match self {
            Ending::Idle => 1001,
            Ending::Protocol => 1002,
            Ending::Unsupported => 1003,
            Ending::NotText => 1007,
            Ending::TooLarge => 1009,
            Ending::Failed => 1011,
            Ending::Draining => 1012,
            Ending::Expired => 4401,
            Ending::TooSlow => 4408,
            Ending::TooMany => 4429,
        }
    }

    /// Returns the reason of the close frame.
    pub fn reason(self) -> &'static str {
        match self {
            Ending::Idle => "idle",
            Ending::Protocol => "protocol error",
            Ending::Unsupported => "unsupported data",
            Ending::NotText => "invalid UTF-8",
            Ending::TooLarge => "too large",
            Ending::Failed => "internal error",
            Ending::Draining => "service restart",
            Ending::Expired => "token expired",
            Ending::TooSlow => "too slow",
            Ending::TooMany => "too many frames",
        }
    }
}

/// The limits of a session's queue.
#[derive(Debug, Clone, Copy)]
pub struct OutboxLimits {
    /// Frames that may be queued.
    pub frames: usize,
    /// Bytes of payload that may be queued.
    pub bytes: usize,
    /// Time without a frame from the client after which the session ends.
    pub idle: Duration,
}

/// The queue of one session.
pub struct Outbox {
    limits: OutboxLimits,
    version: Version,
    socket: Option<SocketControl>,
    sign_in: Cell<Option<Uuid>>,
    state: RefCell<OutboxState>,
}

struct OutboxState {
    queue: VecDeque<ByteString>,
    bytes: usize,
    /// The session's task, once it has drained the queue.
    writer: Option<Waker>,
    /// Tasks that wait for room.
    waiting: Vec<Waker>,
    /// When the session last drained, or the queue was last empty.
    moved: Instant,
    heard: Instant,
    expires: Instant,
    ending: Option<(Ending, Instant)>,
}

/// The result of draining the queue.
pub enum Drained {
    /// A frame to write.
    Frame(ByteString),
    /// The session ends now.
    End(Ending),
    /// No frame. The task is woken when there is one.
    Nothing,
}

impl Outbox {
    /// Creates an empty queue for a session of protocol version 2 whose token is valid until `expires`.
    pub fn new(limits: OutboxLimits, socket: Option<SocketControl>, expires: Instant) -> Self {
        let now = Instant::now();
        Outbox {
            limits,
            version: Version::V2,
            socket,
            sign_in: Cell::new(None),
            state: RefCell::new(OutboxState {
                queue: VecDeque::new(),
                bytes: 0,
                writer: None,
                waiting: Vec::new(),
                moved: now,
                heard: now,
                expires,
                ending: None,
            }),
        }
    }

    /// Sets the protocol version.
    pub fn speaking(self, version: Version) -> Self {
        Outbox { version, ..self }
    }

    /// Returns the protocol version in which pushes must be encoded.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Queues a frame. Frames after the end are dropped.
    pub fn push(&self, frame: ByteString) {
        let mut state = self.state.borrow_mut();
        if state.ending.is_some() {
            return;
        }
        let now = Instant::now();
        if now >= state.expires {
            state.end(Ending::Expired, now);
            return;
        }
        if state.queue.is_empty() {
            state.moved = now;
        }
        state.bytes += frame.len();
        state.queue.push_back(frame);
        if state.queue.len() > self.limits.frames || state.bytes > self.limits.bytes {
            state.end(Ending::TooSlow, now);
            return;
        }
        if let Some(writer) = state.writer.take() {
            writer.wake();
        }
    }

    /// Ends the session once the queued frames are written.
    pub fn end(&self, ending: Ending) {
        self.state.borrow_mut().end(ending, Instant::now());
    }

    /// Returns whether the session is ending, as it is from the moment at which its token expires.
    pub fn is_ending(&self) -> bool {
        let mut state = self.state.borrow_mut();
        if state.ending.is_none() && Instant::now() >= state.expires {
            state.end(Ending::Expired, Instant::now());
        }
        state.ending.is_some()
    }

    /// Sets the sign-in of the session's token, if the token is from an account of this server.
    pub fn belongs_to(&self, sign_in: Option<Uuid>) {
        self.sign_in.set(sign_in);
    }

    /// Returns the sign-in of the session's token.
    pub fn sign_in(&self) -> Option<Uuid> {
        self.sign_in.get()
    }

    /// Sets a new expiry, that of a renewed token.
    pub fn renew(&self, expires: Instant) {
        self.state.borrow_mut().expires = expires;
    }

    /// Notes that the client has sent a frame.
    pub fn heard(&self) {
        self.state.borrow_mut().heard = Instant::now();
    }

    /// Takes the next frame.
    pub fn pop(&self) -> Option<ByteString> {
        let mut state = self.state.borrow_mut();
        let frame = state.queue.pop_front()?;
        state.bytes -= frame.len();
        if state.queue.is_empty() || state.queue.len().is_multiple_of(32) {
            state.moved = Instant::now();
            state.waiting.drain(..).for_each(Waker::wake);
        }
        Some(frame)
    }

    /// Takes the next frame, or registers the waker of the task that writes.
    pub fn take(&self, cx: &Context<'_>) -> Drained {
        if let Some(frame) = self.pop() {
            return Drained::Frame(frame);
        }
        let mut state = self.state.borrow_mut();
        if let Some((ending, _)) = state.ending {
            return Drained::End(ending);
        }
        if !state.writer.as_ref().is_some_and(|writer| writer.will_wake(cx.waker())) {
            state.writer = Some(cx.waker().clone());
        }
        Drained::Nothing
    }

    /// Waits until the queue is at most a quarter full, or the session ends.
    pub async fn room(&self) {
        poll_fn(|cx| {
            let mut state = self.state.borrow_mut();
            let has_room = state.queue.len() <= self.limits.frames / 4 && state.bytes <= self.limits.bytes / 4;
            if has_room || state.ending.is_some() {
                return Poll::Ready(());
            }
            // All futures of a session share one waker, so it is kept once.
            if !state.waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
                state.waiting.push(cx.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }

    /// Returns the limits of the queue. A join in progress buffers a part of them.
    pub fn limits(&self) -> OutboxLimits {
        self.limits
    }

    /// Ends the session for what only a clock detects: an expired token, a client that sends nothing, a reader that has
    /// stopped, a close frame that cannot be written. The relay calls it once a second.
    pub fn check_deadlines(&self, now: Instant) {
        let mut state = self.state.borrow_mut();
        match state.ending {
            Some((_, since)) => {
                if now.saturating_duration_since(since) >= GRACE
                    && let Some(socket) = &self.socket
                {
                    socket.cut();
                }
            }
            None if now >= state.expires => state.end(Ending::Expired, now),
            None if now.saturating_duration_since(state.heard) >= self.limits.idle => state.end(Ending::Idle, now),
            None if !state.queue.is_empty() && now.saturating_duration_since(state.moved) >= STALLED => {
                state.end(Ending::TooSlow, now);
            }
            None => {}
        }
    }
}

impl OutboxState {
    fn end(&mut self, ending: Ending, now: Instant) {
        if self.ending.is_some() {
            return;
        }
        self.ending = Some((ending, now));
        if ending == Ending::TooSlow {
            self.queue = VecDeque::new();
            self.bytes = 0;
        }
        self.waiting.drain(..).for_each(Waker::wake);
        if let Some(writer) = self.writer.take() {
            writer.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox(frames: usize, bytes: usize) -> Outbox {
        let limits = OutboxLimits { frames, bytes, idle: Duration::from_secs(60) };
        Outbox::new(limits, None, Instant::now() + Duration::from_secs(3600))
    }

    fn drained(outbox: &Outbox) -> Vec<String> {
        let cx = Context::from_waker(Waker::noop());
        let mut all = Vec::new();
        while let Drained::Frame(frame) = outbox.take(&cx) {
            all.push(frame.to_string());
        }
        all
    }

    #[test]
    fn frames_come_out_in_the_order_they_went_in() {
        let outbox = outbox(10, 1000);
        ["a", "b", "c"].into_iter().for_each(|frame| outbox.push(frame.into()));
        assert_eq!(drained(&outbox), ["a", "b", "c"]);
    }

    #[test]
    fn too_many_frames_or_bytes_end_the_session_and_free_its_memory() {
        for outbox in [outbox(2, 1000), outbox(100, 5)] {
            (0..3).for_each(|_| outbox.push("xx".into()));
            assert!(drained(&outbox).is_empty());
            assert!(matches!(outbox.take(&Context::from_waker(Waker::noop())), Drained::End(Ending::TooSlow)));
        }
    }

    #[test]
    fn nothing_goes_out_once_the_token_has_expired() {
        let outbox = outbox(10, 1000);
        outbox.push("before".into());
        outbox.renew(Instant::now());
        outbox.push("after".into());
        assert_eq!(drained(&outbox), ["before"]);
        assert!(matches!(outbox.take(&Context::from_waker(Waker::noop())), Drained::End(Ending::Expired)));
    }

    #[test]
    fn the_clock_ends_the_silent_and_the_stalled() {
        let silent = outbox(10, 1000);
        silent.check_deadlines(Instant::now() + Duration::from_secs(61));
        assert!(silent.is_ending());
        let stalled = outbox(10, 1000);
        stalled.push("x".into());
        stalled.check_deadlines(Instant::now() + Duration::from_secs(11));
        assert!(stalled.is_ending());
        let fine = outbox(10, 1000);
        fine.check_deadlines(Instant::now() + Duration::from_secs(11));
        assert!(!fine.is_ending());
    }
}
