//! A Phoenix client for tests, written from PROTOCOL alone: it shares no code with the server, so that both cannot be
//! wrong in the same way. Its `join_ref` is never its `ref`, as with other people's clients.
//!
//! Every frame that it receives is checked against the declarations of the server ([`super::declared`]): one that is not
//! declared, or does not fit, fails the test.
//!
//! A [`Client`] is one socket. It reads all the time and keeps every frame in the order in which it came; a test
//! that waits for one takes it out. A [`super::pod_client::PodClient`] keeps the log of a pod on top.

use std::collections::HashMap;
use std::io::{ErrorKind, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use base64::Engine;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{CloseFrame, Frame as Raw};
use tokio_tungstenite::tungstenite::{self, Message};
use uuid::Uuid;

use super::declared::Declared;
use super::server::{Person, Server};

/// How long anything may take on a busy machine. Nothing is decided by it: a test that reaches it has failed.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How a client gives its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Query,
    Subprotocol,
    Header,
}

/// A refused handshake.
#[derive(Debug)]
pub struct Refused {
    /// 0 when there was no answer.
    pub status: u16,
    pub body: Value,
}

/// A frame from the server.
#[derive(Debug, Clone)]
pub struct Frame {
    pub join_ref: Value,
    pub reference: Value,
    pub topic: String,
    pub event: String,
    pub payload: Value,
}

/// What a push or a join was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: String,
    pub response: Value,
}

impl Reply {
    /// Asserts that it went well, and gives the response.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, "ok", "answered {}", self.response);
        self.response
    }

    /// Asserts that it was refused with this code, for a reason in words, and gives the response.
    #[track_caller]
    pub fn refused(self, code: &str) -> Value {
        assert_eq!(
            (self.status.as_str(), &self.response["code"]),
            ("error", &json!(code)),
            "answered {}",
            self.response
        );
        assert!(self.response["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{}", self.response);
        self.response
    }
}

/// How a socket ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With a close frame of this code (1005: without a code).
    Closed(u16),
    /// Without a close frame.
    Broken,
}

/// A push whose reply may be waited for.
#[derive(Debug, Clone)]
#[must_use = "wait for the reply with `Client::reply`, or say `let _ =`"]
pub struct Pushed(pub String);

/// The pushes without a reply yet, by their ref: topic, event and payload.
type Unanswered = Mutex<HashMap<String, (String, String, Value)>>;

/// One socket.
pub struct Client {
    /// The subprotocol that the server chose.
    pub subprotocol: Option<String>,
    older: bool,
    writes: mpsc::UnboundedSender<Message>,
    seen: Arc<Mutex<Seen>>,
    changed: watch::Receiver<u64>,
    refs: AtomicU64,
    joins: Mutex<HashMap<String, String>>,
    pushed: Arc<Unanswered>,
    tcp: TcpStream,
    tasks: [AbortHandle; 2],
}

/// What has come so far.
#[derive(Default)]
pub struct Seen {
    /// Every frame in the order of coming, and whether it was taken.
    frames: Vec<(Frame, bool)>,
    /// Where the reply to each ref is among them.
    replies: HashMap<String, usize>,
    end: Option<End>,
    /// The first frame that is not as it is declared.
    fault: Option<String>,
}

impl Client {
    /// Opens a socket for a person, the token in the query.
    pub async fn open(server: &Server, person: &Person) -> Client {
        Client::try_open(server, &person.token, Way::Query).await.expect("a socket")
    }

    /// Opens a socket that speaks version 1, whose frames are objects and which a missing `vsn` means.
    pub async fn open_older(server: &Server, person: &Person) -> Client {
        let url = format!("{}?token={}", server.socket_url(), person.token);
        Client::handshake(&url, &[]).await.expect("a socket")
    }

    /// Opens a socket with a token given one way or another.
    pub async fn try_open(server: &Server, token: &str, way: Way) -> Result<Client, Refused> {
        let url = format!("{}?vsn=2.0.0", server.socket_url());
        match way {
            Way::Query => Client::handshake(&format!("{url}&token={token}"), &[]).await,
            Way::Header => Client::handshake(&url, &[("authorization", &format!("Bearer {token}"))]).await,
            Way::Subprotocol => {
                let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(token);
                let offered = format!("phoenix, base64url.bearer.phx.{encoded}");
                Client::handshake(&url, &[("sec-websocket-protocol", &offered)]).await
            }
        }
    }

    /// Opens a socket at an address with further headers. It speaks version 2 if the address says so, else version 1.
    pub async fn handshake(url: &str, headers: &[(&str, &str)]) -> Result<Client, Refused> {
        let older = !url.contains("vsn=2.");
        let mut request = url.into_client_request().expect("a request");
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a header's name");
            request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a header's value"));
        }
        let address = request.uri().authority().expect("an address").as_str().to_owned();
        let Ok(stream) = tokio::net::TcpStream::connect(address).await else {
            return Err(Refused { status: 0, body: Value::Null });
        };
        stream.set_nodelay(true).expect("no delay");
        let stream = stream.into_std().expect("the socket");
        let tcp = stream.try_clone().expect("a duplicate");
        let stream = tokio::net::TcpStream::from_std(stream).expect("the socket");
        let opened = tokio::time::timeout(PATIENCE, tokio_tungstenite::client_async(request, stream)).await;
        let (socket, response) = match opened.expect("an answer to the handshake") {
            Ok(opened) => opened,
            Err(tungstenite::Error::Http(response)) => {
                let status = response.status().as_u16();
                let body = response.into_body().unwrap_or_default();
                return Err(Refused { status, body: serde_json::from_slice(&body).unwrap_or(Value::Null) });
            }
            Err(tungstenite::Error::Io(_) | tungstenite::Error::Protocol(ProtocolError::HandshakeIncomplete)) => {
                return Err(Refused { status: 0, body: Value::Null });
            }
            Err(error) => panic!("no handshake: {error}"),
        };
        let subprotocol = response.headers().get("sec-websocket-protocol");
        let subprotocol = subprotocol.map(|value| value.to_str().expect("a name").to_owned());
        let (mut sink, mut stream) = socket.split();
        let (writes, mut waiting) = mpsc::unbounded_channel();
        let writer = tokio::spawn(async move {
            while let Some(message) = waiting.recv().await {
                if sink.send(message).await.is_err() {
                    return;
                }
            }
            // The client was dropped: so is the connection.
        });
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (notice, changed) = watch::channel(0);
        let kept = Arc::clone(&seen);
        let pushed: Arc<Unanswered> = Arc::default();
        let (declared, unanswered) = (Declared::read(), Arc::clone(&pushed));
        let reader = tokio::spawn(async move {
            loop {
                let next = stream.next().await;
                let is_over = matches!(next, Some(Err(_)) | None);
                {
                    let mut seen = kept.lock().expect("what came");
                    match next {
                        Some(Ok(Message::Text(text))) => {
                            let frame = if older { read_older(&text) } else { read(&text) };
                            let held = hold(declared, &unanswered, &frame);
                            seen.fault = seen.fault.take().or(held.err());
                            seen.add(frame);
                        }
                        Some(Ok(Message::Close(frame))) => {
                            seen.end.get_or_insert(End::Closed(frame.map_or(1005, |frame| frame.code.into())));
                        }
                        Some(Ok(Message::Binary(bytes))) => panic!("the server sent binary: {bytes:?}"),
                        Some(Ok(_)) => {}
                        Some(Err(_)) | None => {
                            seen.end.get_or_insert(End::Broken);
                        }
                    }
                }
                notice.send_modify(|count| *count += 1);
                if is_over {
                    return;
                }
            }
        });
        let tasks = [writer.abort_handle(), reader.abort_handle()];
        // A number far from that of any join_ref, so that nobody who mixes the two up gets through.
        let refs = AtomicU64::new(1000);
        Ok(Client { subprotocol, older, writes, seen, changed, refs, joins: Mutex::default(), pushed, tcp, tasks })
    }

    /// Joins a topic and waits for the answer.
    pub async fn join(&self, topic: &str, payload: Value) -> Reply {
        let pushed = self.start_join(topic, payload);
        self.reply(&pushed).await
    }

    /// Asks to join a topic. Later pushes belong to this join.
    pub fn start_join(&self, topic: &str, payload: Value) -> Pushed {
        let join_ref = format!("j{}", self.next_ref());
        self.joins.lock().expect("the joins").insert(topic.to_owned(), join_ref.clone());
        self.send(Some(&join_ref), topic, "phx_join", payload)
    }

    /// Leaves a topic and waits for the answer.
    pub async fn leave(&self, topic: &str) -> Reply {
        let pushed = self.push(topic, "phx_leave", json!({}));
        self.reply(&pushed).await
    }

    /// The `join_ref` of the last join of a topic.
    pub fn join_ref(&self, topic: &str) -> Option<String> {
        self.joins.lock().expect("the joins").get(topic).cloned()
    }

    /// Pushes an event to a topic, with the `join_ref` of its last join.
    pub fn push(&self, topic: &str, event: &str, payload: Value) -> Pushed {
        self.send(self.join_ref(topic).as_deref(), topic, event, payload)
    }

    /// Pushes an event and waits for the answer.
    pub async fn ask(&self, topic: &str, event: &str, payload: Value) -> Reply {
        let pushed = self.push(topic, event, payload);
        self.reply(&pushed).await
    }

    /// Says something in a pod and waits for the answer.
    pub async fn say(&self, pod: Uuid, id: Uuid, text: &str) -> Reply {
        self.ask(&format!("pod:{pod}"), "message:new", json!({"id": id, "text": text})).await
    }

    /// Sends a frame with a `join_ref` of the caller's choice.
    pub fn send(&self, join_ref: Option<&str>, topic: &str, event: &str, payload: Value) -> Pushed {
        let reference = self.next_ref().to_string();
        let push = (topic.to_owned(), event.to_owned(), payload.clone());
        self.pushed.lock().expect("what was pushed").insert(reference.clone(), push);
        let frame = match self.older {
            true => json!({"topic": topic, "event": event, "payload": payload, "ref": reference}),
            false => json!([join_ref, reference, topic, event, payload]),
        };
        self.send_text(&frame.to_string());
        Pushed(reference)
    }

    /// Asks for a heartbeat, to see that the socket still serves.
    pub async fn heartbeat(&self) {
        let pushed = self.send(None, "phoenix", "heartbeat", json!({}));
        assert_eq!(self.reply(&pushed).await.ok(), json!({}));
    }

    /// Sends any text as one text frame.
    pub fn send_text(&self, text: &str) {
        self.write(Message::text(text));
    }

    /// Sends a binary frame.
    pub fn send_binary(&self, bytes: &[u8]) {
        self.write(Message::binary(bytes.to_vec()));
    }

    /// Sends a text message of any bytes, in fragments if there are several. `last` says whether it ends with them.
    pub fn send_fragments(&self, parts: &[&[u8]], last: bool) {
        for (index, part) in parts.iter().enumerate() {
            let code = if index == 0 { Data::Text } else { Data::Continue };
            let is_last = last && index + 1 == parts.len();
            self.write(Message::Frame(Raw::message(part.to_vec(), OpCode::Data(code), is_last)));
        }
    }

    /// Sends one more fragment.
    pub fn send_continuation(&self, part: &[u8], last: bool) {
        self.write(Message::Frame(Raw::message(part.to_vec(), OpCode::Data(Data::Continue), last)));
    }

    /// Sends a ping.
    pub fn ping(&self, bytes: &[u8]) {
        self.write(Message::Ping(bytes.to_vec().into()));
    }

    /// Writes any bytes to the TCP connection, past everything that knows of websockets.
    pub fn send_bytes(&self, bytes: &[u8]) {
        (&self.tcp).write_all(bytes).expect("room in the socket's buffer");
    }

    /// Writes zeros past everything that knows of websockets, until the server takes no more or `most` are written.
    /// Answers how many it took.
    pub async fn flood(&self, most: usize) -> usize {
        let zeros = [0; 64 * 1024];
        let mut written = 0;
        while written < most && self.seen().end.is_none() {
            match (&self.tcp).write(&zeros) {
                Ok(count) => written += count,
                Err(full) if full.kind() == ErrorKind::WouldBlock => tokio::time::sleep(Duration::from_millis(1)).await,
                Err(_) => break,
            }
            tokio::task::yield_now().await;
        }
        written
    }

    /// Sends a close frame.
    pub fn close(&self, code: u16) {
        self.write(Message::Close(Some(CloseFrame { code: code.into(), reason: "".into() })));
    }

    /// Drops the connection without a word; with `reset` the server's kernel hears of an error instead of an end.
    pub fn cut(&self, reset: bool) {
        self.tasks.iter().for_each(AbortHandle::abort);
        if reset {
            // It takes effect when the last descriptor is closed, which this client's end does.
            let _ = socket2::SockRef::from(&self.tcp).set_linger(Some(Duration::ZERO));
        } else {
            let _ = self.tcp.shutdown(Shutdown::Both);
        }
    }

    /// The answer to a push.
    pub async fn reply(&self, pushed: &Pushed) -> Reply {
        match self.reply_or_end(pushed).await {
            Ok(reply) => reply,
            Err(end) => panic!("the socket ended ({end:?}) before the reply to {}", pushed.0),
        }
    }

    /// The answer to a push, or the socket's end if that comes first.
    pub async fn reply_or_end(&self, pushed: &Pushed) -> Result<Reply, End> {
        let what = format!("the reply to {}", pushed.0);
        self.wait_until(&what, |seen| seen.reply(pushed).map(Ok).or_else(|| seen.end.map(Err))).await
    }

    /// The answer to a push, if it has come.
    pub fn reply_now(&self, pushed: &Pushed) -> Option<Reply> {
        self.seen().reply(pushed)
    }

    /// The next push of an event on a topic that nobody has taken yet.
    pub async fn event(&self, topic: &str, event: &str) -> Value {
        self.event_where(topic, event, |_| true).await
    }

    /// The next push of an event on a topic whose payload is wanted. Others stay for later calls.
    pub async fn event_where(&self, topic: &str, event: &str, mut wanted: impl FnMut(&Value) -> bool) -> Value {
        let what = format!("{event} on {topic}");
        let mut looked_at = 0;
        let find = |seen: &mut Seen| {
            let from = std::mem::replace(&mut looked_at, seen.frames.len());
            seen.take(from, |frame| frame.topic == topic && frame.event == event && wanted(&frame.payload))
        };
        self.wait_until(&what, find).await.payload
    }

    /// The message with this id, pushed live.
    pub async fn message(&self, pod: Uuid, id: Uuid) -> Value {
        self.event_where(&format!("pod:{pod}"), "message:new", |message| message["id"] == json!(id)).await
    }

    /// How the socket ended, once it has.
    pub async fn ended(&self) -> End {
        self.wait_until("the socket's end", |seen| seen.end).await
    }

    /// How the socket has ended, if it has.
    pub fn end(&self) -> Option<End> {
        self.seen().end
    }

    /// How the socket ended, if it did so in this time.
    pub async fn ended_within(&self, time: Duration) -> Option<End> {
        tokio::time::timeout(time, self.ended()).await.ok()
    }

    /// Waits until `find` returns a value.
    pub async fn wait_until<T>(&self, what: &str, mut find: impl FnMut(&mut Seen) -> Option<T>) -> T {
        let mut changed = self.changed.clone();
        let waiting = async {
            loop {
                changed.borrow_and_update();
                if let Some(found) = find(&mut self.seen()) {
                    return found;
                }
                if changed.changed().await.is_err() {
                    // The reader is gone; what it has kept may still hold it.
                    return find(&mut self.seen()).unwrap_or_else(|| panic!("the socket ended before {what}"));
                }
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(found) => found,
            Err(_) => {
                let seen = self.seen();
                let last: Vec<_> = seen.frames.iter().rev().take(5).map(|(frame, _)| frame).collect();
                panic!(
                    "waited in vain for {what}; end {:?}, {} frames, the last {last:#?}",
                    seen.end,
                    seen.frames.len()
                );
            }
        }
    }

    /// Every frame so far, taken or not, in the order of coming.
    pub fn frames(&self) -> Vec<Frame> {
        self.seen().frames.iter().map(|(frame, _)| frame.clone()).collect()
    }

    /// The frames from the `from`-th on.
    pub fn frames_from(&self, from: usize) -> Vec<Frame> {
        self.seen().frames.iter().skip(from).map(|(frame, _)| frame.clone()).collect()
    }

    /// The payloads of an event on a topic so far, taken or not.
    pub fn heard(&self, topic: &str, event: &str) -> Vec<Value> {
        let frames = self.frames();
        frames
            .into_iter()
            .filter(|frame| frame.topic == topic && frame.event == event)
            .map(|frame| frame.payload)
            .collect()
    }

    fn next_ref(&self) -> u64 {
        self.refs.fetch_add(1, Ordering::Relaxed)
    }

    fn write(&self, message: Message) {
        // An ended connection is found by the test that waits for its answer.
        let _ = self.writes.send(message);
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        let seen = self.seen.lock().expect("what came");
        let Some(fault) = &seen.fault else { return seen };
        let fault = fault.clone();
        // Released first: a poisoned lock would hide the fault from the next reader.
        drop(seen);
        panic!("{fault}");
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
        let fault = self.seen.lock().ok().and_then(|seen| seen.fault.clone());
        if let Some(fault) = fault.filter(|_| !std::thread::panicking()) {
            panic!("{fault}");
        }
    }
}

/// Holds a frame against what is declared.
fn hold(declared: &Declared, pushed: &Unanswered, frame: &Frame) -> Result<(), String> {
    if frame.event != "phx_reply" {
        return declared.event(&frame.topic, &frame.event, &frame.payload);
    }
    let push = frame.reference.as_str().and_then(|reference| pushed.lock().expect("what was pushed").remove(reference));
    declared.reply(push.as_ref(), &frame.topic, &frame.payload)
}

impl Seen {
    /// How many frames there are.
    pub fn count(&self) -> usize {
        self.frames.len()
    }

    /// How the socket has ended, if it has.
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// Whether a frame has come of which this holds, taken or not.
    pub fn any(&self, holds: impl Fn(&Frame) -> bool) -> bool {
        self.frames.iter().any(|(frame, _)| holds(frame))
    }

    fn add(&mut self, frame: Frame) {
        if frame.event == "phx_reply"
            && let Some(reference) = frame.reference.as_str()
        {
            let before = self.replies.insert(reference.to_owned(), self.frames.len());
            assert!(before.is_none(), "a second reply: {frame:?}");
        }
        self.frames.push((frame, false));
    }

    fn reply(&self, pushed: &Pushed) -> Option<Reply> {
        let (frame, _) = &self.frames[*self.replies.get(&pushed.0)?];
        let Some(status) = frame.payload["status"].as_str() else { panic!("no reply: {frame:?}") };
        Some(Reply { status: status.to_owned(), response: frame.payload["response"].clone() })
    }

    /// Takes the first frame from the `from`-th on that is wanted and not taken yet.
    fn take(&mut self, from: usize, mut wanted: impl FnMut(&Frame) -> bool) -> Option<Frame> {
        let mut rest = self.frames.iter_mut().skip(from);
        let (frame, taken) = rest.find(|(frame, taken)| !taken && wanted(frame))?;
        *taken = true;
        Some(frame.clone())
    }
}

/// Reads a frame, whose five parts the protocol fixes.
fn read(text: &str) -> Frame {
    let parts: [Value; 5] = serde_json::from_str(text).unwrap_or_else(|error| panic!("no frame ({error}): {text}"));
    let [join_ref, reference, topic, event, payload] = parts;
    let (Value::String(topic), Value::String(event)) = (topic, event) else { panic!("no frame: {text}") };
    assert!(payload.is_object(), "a payload is an object: {text}");
    Frame { join_ref, reference, topic, event, payload }
}

/// A frame of version 1 has these four fields and no other.
fn read_older(text: &str) -> Frame {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Fields {
        topic: String,
        event: String,
        payload: Value,
        r#ref: Value,
    }
    let fields: Fields = serde_json::from_str(text).unwrap_or_else(|error| panic!("no frame ({error}): {text}"));
    assert!(text.starts_with('{') && fields.payload.is_object(), "frame and payload are objects: {text}");
    let Fields { topic, event, payload, r#ref } = fields;
    Frame { join_ref: Value::Null, reference: r#ref, topic, event, payload }
}
