//! People who talk in their pods all the time, and get over whatever happens to their sockets, by PROTOCOL alone:
//! a client that lost its socket comes back and resumes, and what was not acknowledged is sent again with the same id.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::Rng;
use serde_json::json;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::client::{Client, End};
use super::pod_client::{PodClient, assert_same_log, number, stored};
use super::server::{Person, Server};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between attempts to connect: doubled up to the last, and a random part of it waited.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));

/// How they talk.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Between two new messages of one speaker.
    pub pace: Duration,
    /// Messages of one speaker that may be unanswered at a time.
    pub at_once: usize,
}

impl Default for Manner {
    fn default() -> Self {
        Manner { pace: Duration::from_millis(50), at_once: 4 }
    }
}

/// A group of speakers at work.
pub struct Speakers {
    said: Arc<Said>,
    tasks: Vec<JoinHandle<Speaker>>,
}

/// What they have been through so far, all together.
#[derive(Default)]
pub struct Said {
    /// Where the servers are, the preferred one first.
    urls: Mutex<Vec<String>>,
    stopping: AtomicBool,
    acknowledged: AtomicUsize,
    refused: Mutex<HashMap<String, usize>>,
    shown: AtomicUsize,
    at_home: AtomicUsize,
    ends: Mutex<Vec<(Instant, End)>>,
}

impl Said {
    /// Messages that were answered `ok`, each counted once.
    pub fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Sends that were refused with this code.
    pub fn refused(&self, code: &str) -> usize {
        self.refused.lock().expect("the refusals").get(code).copied().unwrap_or(0)
    }

    /// Messages in the speakers' logs, all logs added up.
    pub fn shown(&self) -> usize {
        self.shown.load(Ordering::Relaxed)
    }

    /// How many have joined and are current.
    pub fn at_home(&self) -> usize {
        self.at_home.load(Ordering::Relaxed)
    }

    /// When and how sockets ended.
    pub fn ends(&self) -> Vec<(Instant, End)> {
        self.ends.lock().expect("the ends").clone()
    }
}

impl Speakers {
    /// These people start to talk in this pod.
    pub fn start(server: &Server, pod: Uuid, people: &[Person], manner: Manner) -> Speakers {
        let speakers = Speakers { said: Arc::default(), tasks: Vec::new() };
        speakers.send_to(&[server]);
        speakers.with(pod, people, manner)
    }

    /// The same at an address, `http://…`, of any server.
    pub fn start_at(url: &str, pod: Uuid, people: &[Person], manner: Manner) -> Speakers {
        let speakers = Speakers { said: Arc::default(), tasks: Vec::new() };
        let url = format!("{}/socket/websocket", url.replacen("http", "ws", 1));
        *speakers.said.urls.lock().expect("the servers") = vec![url];
        speakers.with(pod, people, manner)
    }

    /// These people start to talk too.
    pub fn with(mut self, pod: Uuid, people: &[Person], manner: Manner) -> Speakers {
        for person in people {
            let speaker = Speaker::new(person, pod, manner, Arc::clone(&self.said));
            self.tasks.push(tokio::spawn(speaker.talk()));
        }
        self
    }

    /// Speakers that connect from now on try these servers in turn.
    pub fn send_to(&self, servers: &[&Server]) {
        *self.said.urls.lock().expect("the servers") = servers.iter().map(|server| server.socket_url()).collect();
    }

    /// What they have been through so far.
    pub fn said(&self) -> &Said {
        &self.said
    }

    /// Waits until this holds of what they have been through.
    pub async fn until(&self, what: &str, holds: impl Fn(&Said) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds(&self.said) {
            self.assert_alive();
            let said = &self.said;
            assert!(
                Instant::now() < deadline,
                "never: {what}; {} acknowledged, {} shown, {} at home, refused {:?}",
                said.acknowledged(),
                said.shown(),
                said.at_home(),
                said.refused.lock().expect("the refusals"),
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until so many more have been acknowledged.
    pub async fn until_more(&self, more: usize) {
        let goal = self.said.acknowledged() + more;
        self.until(&format!("{goal} acknowledged"), |said| said.acknowledged() >= goal).await;
    }

    /// Waits until everyone has joined and is current.
    pub async fn until_at_home(&self) {
        self.until("everyone at home", |said| said.at_home() == self.tasks.len()).await;
    }

    /// They say nothing new, wait until all that they have said is acknowledged, and leave their clients.
    pub async fn finish(mut self) -> Vec<Speaker> {
        self.said.stopping.store(true, Ordering::Relaxed);
        let mut speakers = Vec::new();
        for task in std::mem::take(&mut self.tasks) {
            let speaker = tokio::time::timeout(PATIENCE, task).await;
            let speaker = speaker.unwrap_or_else(|_| panic!("not all that was said is acknowledged"));
            speakers.push(speaker.unwrap_or_else(|died| std::panic::resume_unwind(died.into_panic())));
        }
        speakers
    }

    fn assert_alive(&self) {
        assert!(self.tasks.iter().all(|task| !task.is_finished()), "a speaker has failed, see above");
    }
}

impl Drop for Speakers {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// One who talks.
pub struct Speaker {
    pub client: PodClient,
    /// What was acknowledged, and with which seq.
    pub acknowledged: HashMap<Uuid, i64>,
    /// How often something was sent again.
    pub again: usize,
    /// The longest time between losing the topic and being current again.
    pub longest_absence: Duration,
    /// The longest time between the first sending of a message and the answer that it is stored.
    pub longest_wait: Duration,
    absent_since: Option<Instant>,
    said: Arc<Said>,
    manner: Manner,
    open: Vec<Open>,
    /// Frames of the current socket that were looked at for answers.
    looked_at: usize,
    count: usize,
    next: Instant,
    was_at_home: bool,
    shown: usize,
}

/// A message that waits for its answer.
struct Open {
    id: Uuid,
    text: String,
    /// Its ref on the current socket.
    pushed: Option<String>,
    /// Not to be sent before.
    not_before: Instant,
    sent_before: Option<Instant>,
}

impl Speaker {
    fn new(person: &Person, pod: Uuid, manner: Manner, said: Arc<Said>) -> Self {
        Speaker {
            client: PodClient::new(person, pod),
            acknowledged: HashMap::new(),
            again: 0,
            longest_absence: Duration::ZERO,
            longest_wait: Duration::ZERO,
            absent_since: None,
            said,
            manner,
            open: Vec::new(),
            looked_at: 0,
            count: 0,
            next: Instant::now(),
            was_at_home: false,
            shown: 0,
        }
    }

    async fn talk(mut self) -> Speaker {
        self.come_back().await;
        loop {
            // Takes in what there is.
            self.client.until("nothing", |_| true).await;
            self.read_answers();
            self.report();
            if self.client.is_over() {
                self.lost().await;
                continue;
            }
            if self.client.is_current() {
                let stopping = self.said.stopping.load(Ordering::Relaxed);
                if stopping && self.open.is_empty() {
                    return self;
                }
                if !stopping {
                    self.say_something_new();
                }
                self.send();
            }
            self.wait().await;
        }
    }

    fn say_something_new(&mut self) {
        let now = Instant::now();
        if now < self.next || self.open.len() >= self.manner.at_once {
            return;
        }
        self.next = now + self.manner.pace;
        self.count += 1;
        let text = format!("{} says thing {}", self.client.person.name, self.count);
        self.open.push(Open { id: Uuid::now_v7(), text, pushed: None, not_before: now, sent_before: None });
    }

    /// Sends what is not on its way.
    fn send(&mut self) {
        let now = Instant::now();
        for open in self.open.iter_mut().filter(|open| open.pushed.is_none() && open.not_before <= now) {
            self.again += usize::from(open.sent_before.is_some());
            open.sent_before.get_or_insert(now);
            open.pushed = Some(self.client.say(open.id, &open.text).0);
        }
    }

    fn read_answers(&mut self) {
        let frames = self.client.client().frames_from(self.looked_at);
        self.looked_at += frames.len();
        for frame in frames.iter().filter(|frame| frame.event == "phx_reply") {
            let mine = |open: &Open| open.pushed.as_ref().is_some_and(|pushed| frame.reference == json!(pushed));
            let Some(at) = self.open.iter().position(mine) else { continue };
            let response = &frame.payload["response"];
            if frame.payload["status"] == "ok" {
                let open = self.open.swap_remove(at);
                assert_eq!(response["id"], json!(open.id), "an answer to something else");
                self.longest_wait = self.longest_wait.max(open.sent_before.expect("it was sent").elapsed());
                self.acknowledged.insert(open.id, number(&response["seq"]));
                self.said.acknowledged.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            let code = response["code"].as_str().unwrap_or_else(|| panic!("no code in {response}")).to_owned();
            assert!(["unavailable", "overloaded", "rate_limited"].contains(&&*code), "refused: {response}");
            let wait = response["retry_after_ms"].as_u64().unwrap_or_else(|| panic!("no retry_after_ms: {response}"));
            *self.said.refused.lock().expect("the refusals").entry(code).or_default() += 1;
            self.open[at].pushed = None;
            self.open[at].not_before = Instant::now() + Duration::from_millis(wait);
        }
    }

    fn report(&mut self) {
        let at_home = self.client.is_current() && !self.client.is_over();
        if at_home != self.was_at_home {
            self.was_at_home = at_home;
            match at_home {
                true => {
                    let absence = self.absent_since.take().map_or(Duration::ZERO, |since| since.elapsed());
                    self.longest_absence = self.longest_absence.max(absence);
                    self.said.at_home.fetch_add(1, Ordering::Relaxed)
                }
                false => self.said.at_home.fetch_sub(1, Ordering::Relaxed),
            };
        }
        assert_eq!(self.client.resets, 0, "what was shown is no more");
        let shown = self.client.log.len();
        self.said.shown.fetch_add(shown - self.shown, Ordering::Relaxed);
        self.shown = shown;
    }

    /// The socket is gone, or the topic with it.
    async fn lost(&mut self) {
        self.absent_since.get_or_insert_with(Instant::now);
        match (self.client.client().end(), self.client.refusal()) {
            (Some(end), _) => self.said.ends.lock().expect("the ends").push((Instant::now(), end)),
            (None, Some(refusal)) if ["unavailable", "overloaded"].map(Some).contains(&refusal["code"].as_str()) => {}
            (None, refusal) => panic!("{} lost the topic: {refusal:?}", self.client.person.name),
        }
        self.come_back().await;
    }

    async fn come_back(&mut self) {
        self.client.cut(false);
        let mut backoff = BACKOFF.0;
        for attempt in 0.. {
            let urls = self.said.urls.lock().expect("the servers").clone();
            let url = format!("{}?vsn=2.0.0&token={}", urls[attempt % urls.len()], self.client.person.token);
            match Client::handshake(&url, &[]).await {
                Ok(client) => {
                    self.client.connect_by(client);
                    break;
                }
                Err(refused) => {
                    assert!([0, 503].contains(&refused.status), "refused: {refused:?}");
                    let part = rand::rng().random_range(0.5..1.0);
                    tokio::time::sleep(backoff.mul_f64(part)).await;
                    backoff = (backoff * 2).min(BACKOFF.1);
                }
            }
        }
        self.looked_at = 0;
        self.open.iter_mut().for_each(|open| open.pushed = None);
    }

    /// Waits for a frame, the end, or the time to say more.
    async fn wait(&self) {
        let looked_at = self.looked_at;
        let news = self
            .client
            .client()
            .wait_until("news", |seen| (seen.count() > looked_at || seen.end().is_some()).then_some(()));
        let _ = tokio::time::timeout(Duration::from_millis(10), news).await;
    }
}

/// Asserts, of speakers of one pod, that every acknowledged message is in Postgres where its answer said, that nothing
/// is there but what was acknowledged, and that each of their logs is that of Postgres.
pub async fn assert_nothing_lost(server: &Server, pod: Uuid, speakers: Vec<Speaker>) {
    let mut speakers: Vec<_> = speakers.into_iter().filter(|speaker| speaker.client.pod == pod).collect();
    let stored = stored(server, pod).await;
    let seqs: HashMap<Uuid, i64> = stored.iter().map(|(seq, id, ..)| (*id, *seq)).collect();
    let mut acknowledged = HashSet::new();
    for speaker in &speakers {
        for (id, seq) in &speaker.acknowledged {
            assert_eq!(seqs.get(id), Some(seq), "acknowledged as {seq}: {id}");
            acknowledged.insert(*id);
        }
    }
    let texts = stored.iter().filter(|(.., text)| text.contains(" says thing "));
    assert_eq!(texts.count(), acknowledged.len(), "what is stored was all acknowledged in the end");
    let last = stored.last().map_or(0, |(seq, ..)| *seq);
    for speaker in &mut speakers {
        speaker.client.until("all that is stored", |client| client.last() >= last).await;
    }
    let clients: Vec<PodClient> = speakers.into_iter().map(|speaker| speaker.client).collect();
    assert_same_log(server, pod, &clients).await;
}
