//! What waits to be written to one session.
//!
//! The relay pushes, the session drains; both live on one thread. The queue has a limit in frames and in bytes, and a
//! session that exceeds either is too slow: its queue is freed at once, and its socket closed with 4408. Whoever wants
//! to send much at a time (a page, a repair) waits for [`Outbox::room`] first, so that an honest client that
//! catches up is never cut.
//!
//! A token that has expired ends the session at the very next push, so nothing that was committed later goes out.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytestring::ByteString;
use uuid::Uuid;

use super::socket::SocketControl;
use crate::wire::frame::Version;

/// How long a closing session may take to write its close frame before its socket is cut.
const GRACE: Duration = Duration::from_secs(1);

/// How long something may wait to be written before the reader is given up.
const STALLED: Duration = Duration::from_secs(10);

/// Why a session ends, as its close code. Never 1000: older clients do not come back after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// 1001: nothing came from the client for too long.
    Idle,
    /// 1003: a frame of a type that is not served.
    Unsupported,
    /// 1007: not UTF-8.
    NotText,
    /// 1009: a frame or message above the limit.
    TooLarge,
    /// 1002: not a websocket frame.
    Protocol,
    /// 1011: the server failed.
    Failed,
    /// 1012: the node is draining; come back elsewhere.
    Draining,
    /// 4401: the token has expired, or its sign-in has ended.
    Expired,
    /// 4408: the reader is too slow.
    TooSlow,
    /// 4429: too many frames.
    TooMany,
}

impl Ending {
    /// The close code.
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

    /// The reason that goes with it.
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
    /// Frames that may wait.
    pub frames: usize,
    /// Bytes of payload that may wait.
    pub bytes: usize,
    /// How long a client may say nothing.
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
    /// The session's task, when it has drained all there was.
    writer: Option<Waker>,
    /// Those who wait for room.
    waiting: Vec<Waker>,
    /// When the session last drained, or the queue was last empty.
    moved: Instant,
    heard: Instant,
    expires: Instant,
    ending: Option<(Ending, Instant)>,
}

/// What a drain finds.
pub enum Drained {
    /// A frame to write.
    Frame(ByteString),
    /// The session ends now.
    End(Ending),
    /// Nothing; the task is woken when there is more.
    Nothing,
}

impl Outbox {
    /// An empty queue for a session whose token holds until `expires`. It speaks version 2.
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

    /// The same for a session that speaks this version.
    pub fn speaking(self, version: Version) -> Self {
        Outbox { version, ..self }
    }

    /// How what is pushed must be encoded.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Queues a frame. What comes after the end is dropped.
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

    /// Ends the session once what waits is written.
    pub fn end(&self, ending: Ending) {
        self.state.borrow_mut().end(ending, Instant::now());
    }

    /// Whether the session is ending. It is from the moment on at which its token expires.
    pub fn is_ending(&self) -> bool {
        let mut state = self.state.borrow_mut();
        if state.ending.is_none() && Instant::now() >= state.expires {
            state.end(Ending::Expired, Instant::now());
        }
        state.ending.is_some()
    }

    /// Which sign-in the session's token belongs to, if it is one of an account of ours.
    pub fn belongs_to(&self, sign_in: Option<Uuid>) {
        self.sign_in.set(sign_in);
    }

    /// The sign-in that the session belongs to.
    pub fn sign_in(&self) -> Option<Uuid> {
        self.sign_in.get()
    }

    /// A token with a later expiry has come.
    pub fn renew(&self, expires: Instant) {
        self.state.borrow_mut().expires = expires;
    }

    /// Something came from the client.
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

    /// Takes the next frame, or leaves the waker of the task that writes.
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

    /// Waits until less than a quarter of the limit waits, or the session ends.
    pub async fn room(&self) {
        poll_fn(|cx| {
            let mut state = self.state.borrow_mut();
            let has_room = state.queue.len() <= self.limits.frames / 4 && state.bytes <= self.limits.bytes / 4;
            if has_room || state.ending.is_some() {
                return Poll::Ready(());
            }
            // A session's futures share one waker, and are polled for each other's sake.
            if !state.waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
                state.waiting.push(cx.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }

    /// The frames and bytes that may wait at most; a join under way holds a part of that.
    pub fn limits(&self) -> OutboxLimits {
        self.limits
    }

    /// What only a clock notices: an expired token, a client that went silent, a reader that stopped, a close frame
    /// that cannot be written. The relay asks once a second.
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
