//! The log of one pod as a client keeps it, by PROTOCOL alone: over cuts, resumes and pages.
//!
//! It holds the server to what it promises on the way: live pushes ascend and come after the join's head, pages ascend
//! and come after what was asked for, and no change comes twice on one socket but in a page.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use uuid::Uuid;

use super::client::{Client, End, Frame, Pushed, Way};
use super::server::{Person, Server};

/// A client of one pod.
pub struct PodClient {
    pub person: Person,
    pub pod: Uuid,
    topic: String,
    /// Every message by its seq, in the newest form that was heard of.
    pub log: BTreeMap<i64, Value>,
    /// From where on to resume; `None` before the first join.
    pub position: Option<i64>,
    pub epoch: Option<String>,
    /// How many pages were asked for to catch up, over all resumes.
    pub pages: usize,
    /// How many joins were answered, over all resumes.
    pub joins: usize,
    /// How many join replies said `reset`.
    pub resets: usize,
    socket: Option<Socket>,
}

/// The current socket, and what only matters while it lives.
struct Socket {
    client: Client,
    /// Frames of it that have been looked at.
    looked_at: usize,
    join: Pushed,
    /// The history that was asked for, and after which position.
    page: Option<(Pushed, i64)>,
    /// The head that the join was answered with.
    head: Option<i64>,
    /// The newest live change.
    live: Option<i64>,
    refused: Option<Value>,
    /// Whether `phx_close` came.
    closed: bool,
    /// Whether `phx_error` came.
    failed: bool,
    end: Option<End>,
}

impl PodClient {
    /// A client that has not been here yet.
    pub fn new(person: &Person, pod: Uuid) -> Self {
        PodClient {
            person: person.clone(),
            pod,
            topic: format!("pod:{pod}"),
            log: BTreeMap::new(),
            position: None,
            epoch: None,
            pages: 0,
            joins: 0,
            resets: 0,
            socket: None,
        }
    }

    /// A client that has joined.
    pub async fn joined(server: &Server, person: &Person, pod: Uuid) -> Self {
        let mut client = PodClient::new(person, pod);
        client.connect(server).await;
        client.until("the join", PodClient::is_current).await;
        client
    }

    /// Opens a new socket and asks to join from the position that was reached.
    pub async fn connect(&mut self, server: &Server) {
        let client = Client::try_open(server, &self.person.token, Way::Query).await.expect("a socket");
        self.connect_by(client);
    }

    /// Asks to join on this socket from the position that was reached.
    pub fn connect_by(&mut self, client: Client) {
        let payload = match (self.position, &self.epoch) {
            (Some(after), Some(epoch)) => json!({"after": after, "epoch": epoch}),
            (Some(after), None) => json!({"after": after}),
            (None, _) => json!({}),
        };
        let join = client.start_join(&self.topic, payload);
        self.socket = Some(Socket {
            client,
            looked_at: 0,
            join,
            page: None,
            head: None,
            live: None,
            refused: None,
            closed: false,
            failed: false,
            end: None,
        });
    }

    /// Asks to join again on the socket that there is, as clients do after `phx_error`.
    pub fn join_again(&mut self) {
        let before = self.socket.take().expect("a socket");
        self.connect_by(before.client);
        self.socket.as_mut().expect("a socket").looked_at = before.looked_at;
    }

    /// The socket.
    pub fn client(&self) -> &Client {
        &self.socket.as_ref().expect("a socket").client
    }

    /// Drops the connection without a word, as it stands: what came but was not looked at is lost with it.
    pub fn cut(&mut self, reset: bool) {
        if let Some(socket) = self.socket.take() {
            socket.client.cut(reset);
        }
    }

    /// Pushes a text; the answer may be waited for.
    pub fn say(&self, id: Uuid, text: &str) -> Pushed {
        self.client().push(&self.topic, "message:new", json!({"id": id, "text": text}))
    }

    /// Whether it has joined and caught up with the head of that time.
    pub fn is_current(&self) -> bool {
        self.socket.as_ref().is_some_and(|socket| socket.head.is_some() && socket.page.is_none())
    }

    /// Whether the topic or the socket is over.
    pub fn is_over(&self) -> bool {
        self.socket
            .as_ref()
            .is_none_or(|socket| socket.closed || socket.failed || socket.refused.is_some() || socket.end.is_some())
    }

    /// With what the join was refused.
    pub fn refusal(&self) -> Option<&Value> {
        self.socket.as_ref()?.refused.as_ref()
    }

    /// The highest seq in the log.
    pub fn last(&self) -> i64 {
        self.log.last_key_value().map_or(0, |(seq, _)| *seq)
    }

    /// `(seq, id)` of everything in the log.
    pub fn order(&self) -> Vec<(i64, Uuid)> {
        self.log.iter().map(|(seq, message)| (*seq, id_in(message))).collect()
    }

    /// Takes in what has come, and waits for more, until the condition holds.
    pub async fn until(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        loop {
            let looked_at = self.take_in();
            if holds(self) {
                return;
            }
            let Some(socket) = &self.socket else { panic!("no socket to wait for {what}") };
            assert!(
                !self.is_over(),
                "over before {what}: refused {:?}, closed {}, end {:?}",
                socket.refused,
                socket.closed,
                socket.end
            );
            socket
                .client
                .wait_until(what, |seen| (seen.count() > looked_at || seen.end().is_some()).then_some(()))
                .await;
        }
    }

    /// The same, but also ends when the topic or the socket is over.
    pub async fn until_or_over(&mut self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        loop {
            let looked_at = self.take_in();
            if holds(self) || self.is_over() {
                return;
            }
            let Some(socket) = &self.socket else { return };
            socket
                .client
                .wait_until(what, |seen| (seen.count() > looked_at || seen.end().is_some()).then_some(()))
                .await;
        }
    }

    /// Takes in what has come. Answers how many frames that were in all.
    fn take_in(&mut self) -> usize {
        let Some(mut socket) = self.socket.take() else { return 0 };
        // Asked for first, so that all that came before it is among the frames.
        socket.end = socket.client.end();
        let frames = socket.client.frames_from(socket.looked_at);
        socket.looked_at += frames.len();
        for frame in &frames {
            if frame.topic == self.topic {
                self.take(&mut socket, frame);
            }
        }
        let looked_at = socket.looked_at;
        self.socket = Some(socket);
        looked_at
    }

    fn take(&mut self, socket: &mut Socket, frame: &Frame) {
        match frame.event.as_str() {
            "phx_reply" if frame.reference == json!(socket.join.0) => self.take_join(socket, frame),
            "phx_reply" => self.take_page(socket, frame),
            "message:new" | "message:changed" => self.take_live(socket, frame),
            "phx_close" => socket.closed = true,
            "phx_error" => {
                // That of a former join is nobody's any more.
                socket.failed |= frame.join_ref == json!(socket.client.join_ref(&self.topic));
            }
            _ => {}
        }
    }

    fn take_join(&mut self, socket: &mut Socket, frame: &Frame) {
        assert!(socket.live.is_none(), "live before the join's answer");
        let answer = &frame.payload["response"];
        if frame.payload["status"] != "ok" {
            socket.refused = Some(answer.clone());
            return;
        }
        self.joins += 1;
        let head = number(&answer["head"]);
        let epoch = answer["epoch"].as_str().expect("an epoch").to_owned();
        let after = self.position.filter(|_| answer.get("reset").is_none());
        if answer.get("reset").is_some() {
            assert_eq!(answer["reset"], true);
            self.resets += 1;
            self.log.clear();
        }
        let messages = answer["messages"].as_array().expect("messages");
        match after {
            Some(after) => self.check_page(messages, after),
            // The newest, as they are shown.
            None => assert!(messages.is_sorted_by_key(|message| number(&message["seq"])), "the newest: {messages:?}"),
        }
        messages.iter().for_each(|message| self.apply(message));
        socket.head = Some(head);
        self.epoch = Some(epoch);
        self.position = Some(head);
        if after.is_some() {
            self.go_on(socket, answer, head);
        }
    }

    fn take_page(&mut self, socket: &mut Socket, frame: &Frame) {
        let Some((pushed, after)) = &socket.page else { return };
        if frame.reference != json!(pushed.0) {
            return;
        }
        assert_eq!(frame.payload["status"], "ok", "a page: {}", frame.payload);
        let answer = &frame.payload["response"];
        let messages = answer["messages"].as_array().expect("messages");
        self.check_page(messages, *after);
        messages.iter().for_each(|message| self.apply(message));
        socket.page = None;
        let head = socket.head.expect("a page comes after the join");
        self.go_on(socket, answer, head);
    }

    /// After a page: the next one, or the position that is reached.
    fn go_on(&mut self, socket: &mut Socket, answer: &Value, head: i64) {
        if answer["more"] == true {
            let next = number(&answer["next"]);
            assert!(next > self.position.filter(|position| *position < head).unwrap_or(-1), "a page that goes nowhere");
            self.position = Some(next);
            self.pages += 1;
            let pushed = socket.client.push(&self.topic, "history", json!({"after": next, "limit": 200}));
            socket.page = Some((pushed, next));
        } else {
            self.position = Some(socket.live.unwrap_or(head).max(head));
        }
    }

    fn take_live(&mut self, socket: &mut Socket, frame: &Frame) {
        let head = socket.head.unwrap_or_else(|| panic!("live before the join's answer: {frame:?}"));
        assert!(frame.join_ref.is_null() && frame.reference.is_null(), "a broadcast has no refs: {frame:?}");
        let position = number(&frame.payload["changed_seq"]);
        assert!(!socket.failed, "live after phx_error: {frame:?}");
        let before = socket.live.unwrap_or(head);
        assert!(position > before, "live pushes ascend and come once: {position} after {before}");
        let seq = number(&frame.payload["seq"]);
        if position == seq && !self.log.contains_key(&seq) {
            assert_eq!(frame.event, "message:new", "{frame:?}");
        }
        socket.live = Some(position);
        self.apply(&frame.payload);
        // While pages are missing, the position is theirs, whatever comes live meanwhile.
        if socket.page.is_none() {
            self.position = Some(position);
        }
    }

    fn check_page(&self, messages: &[Value], after: i64) {
        let mut before = after;
        for message in messages {
            let position = number(&message["changed_seq"]);
            assert!(position > before, "a page ascends, from after {after}: {position} after {before}");
            before = position;
        }
    }

    fn apply(&mut self, message: &Value) {
        let seq = number(&message["seq"]);
        let newer = match self.log.get(&seq) {
            Some(held) => {
                assert_eq!(held["id"], message["id"], "two messages of seq {seq}");
                number(&message["changed_seq"]) > number(&held["changed_seq"])
            }
            None => true,
        };
        if newer {
            self.log.insert(seq, message.clone());
        } else {
            assert!(
                self.log[&seq] == *message || number(&self.log[&seq]["changed_seq"]) > number(&message["changed_seq"])
            );
        }
    }
}

/// A pod's log as Postgres has it: `(seq, id, user_id, text)`.
pub async fn stored(server: &Server, pod: Uuid) -> Vec<(i64, Uuid, Uuid, String)> {
    let client = server.database.connect().await;
    let query = "SELECT seq, id, user_id, text FROM messages WHERE pod_id = $1 ORDER BY seq";
    let rows = client.query(query, &[&pod]).await.expect("the log");
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect()
}

/// Asserts that these clients have the same log as Postgres, each thing once, without a hole.
pub async fn assert_same_log(server: &Server, pod: Uuid, clients: &[PodClient]) {
    let stored = stored(server, pod).await;
    let seqs: Vec<i64> = stored.iter().map(|(seq, ..)| *seq).collect();
    assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>(), "the log has a hole");
    let order: Vec<(i64, Uuid)> = stored.iter().map(|(seq, id, ..)| (*seq, *id)).collect();
    let ids: HashMap<Uuid, i64> = order.iter().map(|(seq, id)| (*id, *seq)).collect();
    assert_eq!(ids.len(), order.len(), "an id is stored twice");
    for client in clients {
        let have = client.order();
        // A newcomer's log starts with their coming.
        let first = have.first().map_or(1, |(seq, _)| *seq);
        let want: Vec<_> = order.iter().copied().filter(|(seq, _)| *seq >= first).collect();
        if have != want {
            let missing: Vec<_> = want.iter().filter(|each| !have.contains(each)).collect();
            let odd: Vec<_> = have.iter().filter(|each| !want.contains(each)).collect();
            panic!("{}'s log differs: missing {missing:?}, odd {odd:?}", client.person.name);
        }
        for (seq, _, user_id, text) in stored.iter().filter(|(seq, ..)| *seq >= first) {
            let message = &client.log[seq];
            assert_eq!((&message["user_id"], &message["text"]), (&json!(user_id), &json!(text)));
        }
    }
}

/// The id of a message.
pub fn id_in(message: &Value) -> Uuid {
    message["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("no id in {message}"))
}

/// A whole number of the protocol.
pub fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("not a number: {value}"))
}
