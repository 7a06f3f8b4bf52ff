//! One member of a pod: one task, one socket, one log. Gets over whatever happens to the socket, by PROTOCOL alone:
//! comes back, resumes, and sends again with the same id what was not answered.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;
use serde_json::value::RawValue;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message as Packet};
use tokio_tungstenite::{WebSocketStream, client_async};
use uuid::Uuid;

use super::log::{Log, Stamp};
use super::thing::Thing;
use super::wire::{self, Answer, Frame, Page, Reply};
use super::{Order, Shared};
use crate::support::server::Person;

/// Things of one member that may be unanswered at a time.
const AT_ONCE: usize = 32;

/// How often a member shows that it lives, though it has nothing to say.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// One who talks and hears.
pub struct Member {
    pub person: Person,
    pub pod: Uuid,
    pub log: Log,
    /// Where each message was stored, as its answer said.
    pub said: HashMap<Uuid, i64>,
    /// Changes that were done, with the position of each as its answer said.
    pub changed: Vec<(Thing, i64)>,
    /// When what was said elsewhere was said, and how long it took until it was shown here; microseconds.
    pub delays: Vec<(u64, u32)>,
    topic: String,
    epoch: Option<String>,
    /// Which of the servers it prefers, or is at.
    node: usize,
    shared: Arc<Shared>,
    orders: watch::Receiver<Order>,
    open: Vec<Open>,
    begun: usize,
    due: Instant,
    heartbeat: Instant,
    refs: u64,
    rng: StdRng,
}

/// Something that waits for its answer.
struct Open {
    thing: Thing,
    /// Its ref on the current socket.
    pushed: Option<u64>,
    /// Not to be sent before.
    not_before: Instant,
    sent_before: bool,
}

/// What only matters while a socket lives.
#[derive(Default)]
struct Session {
    join: u64,
    joined: bool,
    page: Option<u64>,
    is_over: bool,
    out: Vec<String>,
}

impl Member {
    pub fn new(person: Person, pod: Uuid, node: usize, shared: Arc<Shared>, orders: watch::Receiver<Order>) -> Self {
        let rng = StdRng::seed_from_u64(person.id.as_u128() as u64);
        let now = Instant::now();
        Member {
            topic: format!("pod:{pod}"),
            person,
            pod,
            log: Log::default(),
            said: HashMap::new(),
            changed: Vec::new(),
            delays: Vec::new(),
            epoch: None,
            node,
            shared,
            orders,
            open: Vec::new(),
            begun: 0,
            due: now,
            heartbeat: now + HEARTBEAT,
            refs: 1000,
            rng,
        }
    }

    /// Lives until all is said and heard.
    pub async fn live(mut self) -> Member {
        loop {
            let mut socket = self.connect().await;
            self.open.iter_mut().for_each(|open| open.pushed = None);
            let mut session = Session::default();
            let is_done = self.serve(&mut socket, &mut session).await;
            self.shared.at_home.fetch_sub(usize::from(session.joined), Relaxed);
            if is_done {
                return self;
            }
            self.shared.lost.fetch_add(1, Relaxed);
        }
    }

    async fn connect(&mut self) -> WebSocketStream<TcpStream> {
        loop {
            let url = {
                let urls = self.shared.urls.lock().expect("the servers");
                self.node %= urls.len();
                format!("{}?vsn=2.0.0&token={}", urls[self.node], self.person.token)
            };
            match connect(&url).await {
                Ok(socket) => return socket,
                Err(tungstenite::Error::Http(answer)) if answer.status() != 503 => panic!("refused: {answer:?}"),
                Err(_) => self.node += 1,
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Answers whether all is done; else the socket is over.
    async fn serve(&mut self, socket: &mut WebSocketStream<TcpStream>, session: &mut Session) -> bool {
        let payload = match (self.log.position, &self.epoch) {
            (Some(after), Some(epoch)) => json!({"after": after, "epoch": epoch}),
            _ => json!({}),
        };
        session.join = self.push(&mut session.out, "phx_join", &payload);
        loop {
            for text in session.out.drain(..) {
                if socket.feed(Packet::text(text)).await.is_err() {
                    return false;
                }
            }
            if socket.flush().await.is_err() {
                return false;
            }
            let next = self.next_time(session);
            tokio::select! {
                packet = socket.next() => match packet {
                    Some(Ok(Packet::Text(text))) => self.hear(&text, session),
                    Some(Ok(Packet::Ping(_) | Packet::Pong(_))) => {}
                    Some(Ok(Packet::Binary(_) | Packet::Close(_) | Packet::Frame(_)) | Err(_)) | None => return false,
                },
                () = tokio::time::sleep_until(next.into()) => {}
                order = self.orders.changed() => {
                    order.expect("the crowd has ended");
                    // They do not begin all at once.
                    self.due = Instant::now() + self.shared.plan.pace.mul_f64(self.rng.random_range(0.0..1.0));
                }
            }
            if session.is_over {
                return false;
            }
            if session.joined && session.page.is_none() {
                if self.is_done() {
                    return true;
                }
                self.speak(session);
            }
        }
    }

    /// When there is something to do though nothing comes.
    fn next_time(&self, session: &Session) -> Instant {
        let mut next = self.heartbeat;
        if session.joined && session.page.is_none() {
            if self.has_more_to_say() {
                next = next.min(self.due);
            }
            let waiting = self.open.iter().filter(|open| open.pushed.is_none()).map(|open| open.not_before);
            next = waiting.fold(next, Instant::min);
        }
        next
    }

    fn has_more_to_say(&self) -> bool {
        self.begun < self.orders.borrow().quota && self.open.len() < AT_ONCE
    }

    fn is_done(&self) -> bool {
        let order = self.orders.borrow();
        let head = order.heads.as_ref().map(|heads| heads[&self.pod]);
        self.open.is_empty() && head.is_some_and(|head| self.log.position >= Some(head))
    }

    fn speak(&mut self, session: &mut Session) {
        let now = Instant::now();
        if now >= self.heartbeat {
            self.heartbeat = now + HEARTBEAT;
            self.refs += 1;
            session.out.push(json!([null, self.refs.to_string(), "phoenix", "heartbeat", {}]).to_string());
        }
        if now >= self.due && self.has_more_to_say() {
            let (pace, changes) = (self.shared.plan.pace, self.shared.plan.changes);
            // Who was held up does not make up for it with a burst.
            self.due = (self.due + pace.mul_f64(self.rng.random_range(0.5..1.5))).max(now);
            self.begun += 1;
            let words = format!("{} says thing {}", self.person.name, self.begun);
            let text = self.stamp().words(&words);
            self.begin(Thing::Say { id: Uuid::now_v7(), text }, now);
            if self.rng.random_bool(changes) {
                let stamp = self.stamp();
                let words = format!("{} says thing {} in other words", self.person.name, self.begun);
                let change = Thing::change(&self.log, self.person.id, &words, stamp, &mut self.rng);
                change.into_iter().for_each(|change| self.begin(change, now));
            }
        }
        let mut refs = self.refs;
        for open in self.open.iter_mut().filter(|open| open.pushed.is_none() && open.not_before <= now) {
            self.shared.again.fetch_add(usize::from(open.sent_before), Relaxed);
            open.sent_before = true;
            refs += 1;
            open.pushed = Some(refs);
            let (event, payload) = open.thing.push();
            session.out.push(frame(session.join, refs, &self.topic, event, &payload));
        }
        self.refs = refs;
    }

    fn stamp(&self) -> Stamp {
        Stamp { at: self.shared.began.elapsed().as_micros() as u64, node: self.node }
    }

    fn begin(&mut self, thing: Thing, now: Instant) {
        self.shared.unanswered.fetch_add(1, Relaxed);
        self.open.push(Open { thing, pushed: None, not_before: now, sent_before: false });
    }

    fn push(&mut self, out: &mut Vec<String>, event: &str, payload: &serde_json::Value) -> u64 {
        self.refs += 1;
        let join = if event == "phx_join" { self.refs } else { 0 };
        out.push(frame(join, self.refs, &self.topic, event, payload));
        self.refs
    }

    fn hear(&mut self, text: &str, session: &mut Session) {
        let Frame(join_ref, reference, topic, event, payload) = wire::read(text);
        if topic != self.topic {
            return;
        }
        match event {
            "phx_reply" => {
                let reference: u64 = reference.and_then(|text| text.parse().ok()).expect("a ref of ours");
                self.replied(reference, &wire::read(payload.get()), session);
            }
            "message:new" | "message:changed" => {
                assert!(join_ref.is_none() && reference.is_none(), "a broadcast has no refs: {text}");
                assert!(session.joined, "live before the join's answer: {text}");
                self.shown(event, payload);
            }
            "phx_close" => session.is_over = true,
            "phx_error" => panic!("phx_error is never sent"),
            _ => {}
        }
    }

    fn shown(&mut self, event: &str, payload: &RawValue) {
        self.shared.deliveries.fetch_add(1, Relaxed);
        let Some(said) = self.log.live(event, payload) else { return };
        if said.node != self.node {
            let now = self.shared.began.elapsed().as_micros() as u64;
            self.delays.push((said.at, now.saturating_sub(said.at) as u32));
        }
    }

    fn replied(&mut self, reference: u64, reply: &Reply<'_>, session: &mut Session) {
        let response = reply.response.get();
        if reference == session.join {
            if reply.status != "ok" {
                let code = wire::read::<Answer<'_>>(response).code.expect("a code");
                assert!(["unavailable", "overloaded"].contains(&&*code), "the join was refused: {response}");
                session.is_over = true;
                return;
            }
            let page: Page<'_> = wire::read(response);
            self.log.joined(&page);
            self.epoch = page.epoch;
            session.joined = true;
            self.shared.at_home.fetch_add(1, Relaxed);
            self.ask_for_page(session);
        } else if Some(reference) == session.page {
            assert_eq!(reply.status, "ok", "a page: {response}");
            self.log.paged(&wire::read(response));
            self.ask_for_page(session);
        } else if let Some(at) = self.open.iter().position(|open| open.pushed == Some(reference)) {
            self.answered(at, reply.status == "ok", response);
        }
    }

    fn ask_for_page(&mut self, session: &mut Session) {
        session.page = self.log.next_page().map(|after| {
            self.refs += 1;
            let payload = json!({"after": after, "limit": 200});
            session.out.push(frame(session.join, self.refs, &self.topic, "history", &payload));
            self.refs
        });
    }

    fn answered(&mut self, at: usize, ok: bool, response: &str) {
        let answer: Answer<'_> = wire::read(response);
        if ok {
            let open = self.open.swap_remove(at);
            assert_eq!(answer.id, Some(open.thing.id()), "an answer to something else");
            let seq = answer.seq.expect("a position");
            if open.thing.is_new() {
                self.said.insert(open.thing.id(), seq);
                self.shared.said.fetch_add(1, Relaxed);
            } else {
                self.changed.push((open.thing, seq));
                self.shared.changed.fetch_add(1, Relaxed);
            }
            self.shared.unanswered.fetch_sub(1, Relaxed);
            return;
        }
        let code = answer.code.unwrap_or_else(|| panic!("no code in {response}")).into_owned();
        *self.shared.refused.lock().expect("the refusals").entry(code.clone()).or_default() += 1;
        let open = &mut self.open[at];
        if code == "conflict" && !open.thing.is_new() {
            // It was deleted meanwhile.
            self.open.swap_remove(at);
            self.shared.unanswered.fetch_sub(1, Relaxed);
            return;
        }
        assert!(["unavailable", "overloaded", "rate_limited"].contains(&&*code), "refused: {response}");
        let wait = answer.retry_after_ms.unwrap_or_else(|| panic!("no retry_after_ms: {response}"));
        open.pushed = None;
        open.not_before = Instant::now() + Duration::from_millis(wait);
    }
}

async fn connect(url: &str) -> Result<WebSocketStream<TcpStream>, tungstenite::Error> {
    let request = url.into_client_request()?;
    let address = request.uri().authority().expect("an address").as_str().to_owned();
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(client_async(request, stream).await?.0)
}

/// A frame; its join_ref is never its ref, as with other people's clients.
fn frame(join: u64, reference: u64, topic: &str, event: &str, payload: &serde_json::Value) -> String {
    json!([format!("j{join}"), reference.to_string(), topic, event, payload]).to_string()
}
