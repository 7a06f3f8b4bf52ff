//! A reader that stops, and one that trickles, while their pod is busy: they are cut and forgotten, and nobody else
//! notices. Who is honest is never cut, however much there is to read.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::support::client::{Client, PATIENCE};
use crate::support::pod_client::{PodClient, assert_same_log, number, stored};
use crate::support::raw::RawSocket;
use crate::support::server::{Person, Server};

/// One person sends without a limit, and has all the sockets that are slow.
const MANY: [(&str, &str); 2] = [("PODIUM_LIMIT_MESSAGES", "off"), ("PODIUM_LIMIT_PERSON_SOCKETS", "1000")];

/// Slow readers of each kind. So many that a copy of what waits for each of them, which is more than 80 MiB, is far
/// above what the allocator holds or returns meanwhile by itself, which is some 10 MiB in either direction.
const SLOW: usize = 40;

/// A slow reader's share of the kernel, and what it reads a second at most.
const BUFFER: usize = 16 * 1024;
const TRICKLE: usize = 48 * 1024;

/// Within which a slow reader must be gone; 20 s are promised.
const GONE: Duration = Duration::from_secs(30);

/// What the server's memory may grow by meanwhile, in KiB. All of them share the one mebibyte that waits; beside it
/// each has up to 160 KiB on the way to the kernel, 13 MiB for all. Where each keeps a copy, it grows by 55 to 72 MiB.
const GROWTH: i64 = 36 * 1024;

/// One who listens, and notes when what was said is heard.
struct Ear {
    /// The highest seq heard.
    last: Arc<AtomicI64>,
    /// How long each message was under way, in microseconds.
    delays: Arc<Mutex<Vec<u64>>>,
    task: JoinHandle<()>,
}

impl Ear {
    async fn open(server: &Server, person: &Person, pod: Uuid, start: Instant) -> Ear {
        let url = format!("{}?vsn=2.0.0&token={}", server.socket_url(), person.token);
        let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("a socket");
        let join = json!(["1", "1", format!("pod:{pod}"), "phx_join", {}]).to_string();
        futures_util::SinkExt::send(&mut socket, Message::text(join)).await.expect("a join");
        let (last, delays) = (Arc::new(AtomicI64::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (joined, notice) = tokio::sync::oneshot::channel();
        let mut joined = Some(joined);
        let (last_heard, delays_heard) = (Arc::clone(&last), Arc::clone(&delays));
        let task = tokio::spawn(async move {
            while let Some(message) = socket.next().await {
                let text = message.expect("an honest reader is not cut").into_text().expect("text");
                let now = start.elapsed().as_micros() as u64;
                let frame: [Value; 5] = serde_json::from_str(&text).expect("a frame");
                match frame[3].as_str() {
                    Some("phx_reply") => {
                        last_heard.store(number(&frame[4]["response"]["head"]), Ordering::Relaxed);
                        let _ = joined.take().expect("one reply").send(());
                    }
                    Some("message:new") => {
                        let seq = number(&frame[4]["seq"]);
                        assert_eq!(seq, last_heard.swap(seq, Ordering::Relaxed) + 1, "each once, in order");
                        let said = frame[4]["text"].as_str().and_then(|text| text.split(' ').next()?.parse().ok());
                        let said: u64 = said.expect("when it was said");
                        delays_heard.lock().expect("the delays").push(now - said);
                    }
                    _ => {}
                }
            }
        });
        notice.await.expect("a join");
        Ear { last, delays, task }
    }

    /// The 99th percentile since the last call.
    fn p99(&self) -> Duration {
        let mut delays = std::mem::take(&mut *self.delays.lock().expect("the delays"));
        delays.sort_unstable();
        Duration::from_micros(delays[delays.len() * 99 / 100])
    }
}

/// Says long things in a pod, a hundred a second, until it is dropped.
struct Mouth {
    last: Arc<AtomicI64>,
    count: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Mouth {
    fn open(client: Client, pod: Uuid, start: Instant) -> Mouth {
        let (last, count) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicU64::new(0)));
        let (last_said, counted) = (Arc::clone(&last), Arc::clone(&count));
        let task = tokio::spawn(async move {
            let mut clock = tokio::time::interval(Duration::from_millis(50));
            clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let topic = format!("pod:{pod}");
            loop {
                clock.tick().await;
                let say = |_| {
                    let text = format!("{} {}", start.elapsed().as_micros(), "ha".repeat(1_900));
                    client.push(&topic, "message:new", json!({"id": Uuid::now_v7(), "text": text}))
                };
                let pushed: Vec<_> = (0..5).map(say).collect();
                for pushed in &pushed {
                    let seq = number(&client.reply(pushed).await.ok()["seq"]);
                    last_said.store(seq, Ordering::Relaxed);
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        Mouth { last, count, task }
    }

    async fn says(&self, more: u64) {
        let goal = self.count.load(Ordering::Relaxed) + more;
        let deadline = Instant::now() + 2 * PATIENCE;
        while self.count.load(Ordering::Relaxed) < goal {
            assert!(!self.task.is_finished() && Instant::now() < deadline, "nothing more is said");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Mouth {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the server holds in memory, in KiB.
fn resident(server: &Server) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// What the kernel holds for the server's ends of these connections, in bytes.
fn unsent(server: &Server, ports: &[u16]) -> usize {
    let own = server.url.rsplit(':').next().and_then(|port| port.parse::<u16>().ok()).expect("a port");
    let table = std::fs::read_to_string("/proc/net/tcp").expect("the connections");
    let held = table.lines().skip(1).filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let port = |field: &str| u16::from_str_radix(field.rsplit(':').next()?, 16).ok();
        let ours = port(fields[1])? == own && ports.contains(&port(fields[2])?);
        ours.then(|| usize::from_str_radix(fields[4].split(':').next()?, 16).ok())?
    });
    held.sum()
}

#[tokio::test]
async fn who_does_not_read_is_cut_and_nobody_else_notices() {
    let server = Server::start_with(&MANY).await;
    let people: [Person; 5] = server.people();
    let (_, pod) = server.pod(&people).await;
    let topic = format!("pod:{pod}");
    let start = Instant::now();
    let ears = [Ear::open(&server, &people[1], pod, start).await, Ear::open(&server, &people[2], pod, start).await];
    let client = Client::open(&server, &people[0]).await;
    client.join(&topic, json!({})).await.ok();
    let mouth = Mouth::open(client, pod, start);
    mouth.says(200).await;
    let calm: Vec<Duration> = ears.iter().map(Ear::p99).collect();
    let memory = resident(&server);

    let mut ports = Vec::new();
    let mut stopped = Vec::new();
    let mut trickling = Vec::new();
    for _ in 0..SLOW {
        for who in [3, 4] {
            let mut socket = RawSocket::open(&server, &people[who], BUFFER).await;
            // Up to date, so that no page is read for it: this test is about what is sent live.
            let after = mouth.last.load(Ordering::Relaxed);
            socket.send(&json!(["1", "1", topic, "phx_join", {"after": after}])).await;
            ports.push(socket.port());
            match who {
                3 => stopped.push(socket),
                _ => trickling.push(tokio::spawn(async move { socket.trickle(TRICKLE).await })),
            }
        }
    }
    let here = Instant::now();
    assert!(server.metric("podium_sessions").await > 3.0, "they were there");
    let mut most = 0;
    let mut most_unsent = 0;
    while server.metric("podium_sessions").await > 3.0 {
        assert!(here.elapsed() < GONE, "{} are left", server.metric("podium_sessions").await - 3.0);
        most = most.max(resident(&server) - memory);
        most_unsent = most_unsent.max(unsent(&server, &ports));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let gone = here.elapsed();
    mouth.says(100).await;
    let jammed: Vec<Duration> = ears.iter().map(Ear::p99).collect();
    most = most.max(resident(&server) - memory);
    let said = mouth.last.load(Ordering::Relaxed);
    drop(mouth);
    for ear in &ears {
        let deadline = Instant::now() + PATIENCE;
        while ear.last.load(Ordering::Relaxed) < said {
            assert!(!ear.task.is_finished() && Instant::now() < deadline, "not all was heard");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    eprintln!(
        "gone after {gone:?}; p99 {calm:?} → {jammed:?}; memory +{most} KiB; the kernel held {most_unsent} bytes"
    );
    assert!(most < GROWTH, "memory grew by {most} KiB");
    // A send buffer is bounded to 128 KiB, which the kernel counts double.
    assert!(most_unsent <= ports.len() * 300 * 1024, "the kernel held {most_unsent} bytes for {}", ports.len());
    for (calm, jammed) in calm.iter().zip(&jammed) {
        assert!(*jammed < *calm * 10 + Duration::from_secs(1), "p99 went from {calm:?} to {jammed:?}");
    }
    // They find their connections ended, and the kernel keeps nothing for them.
    for trickling in trickling {
        let read = tokio::time::timeout(PATIENCE, trickling).await.expect("an end").expect("no panic");
        assert!(read > 0);
    }
    for mut socket in stopped {
        tokio::time::timeout(PATIENCE, socket.drink()).await.expect("an end");
    }
    let deadline = Instant::now() + PATIENCE;
    while unsent(&server, &ports) > 0 {
        assert!(Instant::now() < deadline, "the kernel holds {} bytes", unsent(&server, &ports));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Fills a pod's log with long texts, past the server.
async fn fill(server: &Server, pod: Uuid, person: &Person, count: usize) {
    let sql = "SELECT count(*) FROM podium.append(array_fill($1::uuid, ARRAY[$4::int]),
            ARRAY(SELECT gen_random_uuid() FROM generate_series(1, $4)), array_fill($2::uuid, ARRAY[$4]),
            array_fill($3::text, ARRAY[$4])) WHERE code = 'ok'";
    let client = server.database.connect().await;
    let text = "la".repeat(2_000);
    let row = client.query_one(sql, &[&pod, &person.id, &text, &(count as i32)]).await.expect("a long log");
    assert_eq!(row.get::<_, i64>(0), count as i64);
}

#[tokio::test]
async fn who_catches_up_a_long_log_is_never_cut() {
    let server = Server::start_with(&MANY).await;
    let people: [Person; 2] = server.people();
    let (_, pod) = server.pod(&people).await;
    fill(&server, pod, &people[0], 2_000).await;
    // The pod is busy meanwhile.
    let start = Instant::now();
    let client = Client::open(&server, &people[0]).await;
    client.join(&format!("pod:{pod}"), json!({})).await.ok();
    let mouth = Mouth::open(client, pod, start);

    // Page by page, each asked for when the one before is there.
    let mut returning = PodClient::new(&people[1], pod);
    returning.position = Some(2);
    returning.connect(&server).await;
    returning.until("the head of then", PodClient::is_current).await;
    assert!(returning.pages > 20, "in {} pages", returning.pages);
    // All pages at once, and the newest of several topics with them, on one socket.
    let impatient = Client::open(&server, &people[1]).await;
    let topic = format!("pod:{pod}");
    let joined = impatient.join(&topic, json!({"after": 2})).await.ok();
    assert_eq!(joined["more"], true);
    let pages: Vec<_> =
        (0..40).map(|page| impatient.push(&topic, "history", json!({"after": 2 + page * 40, "limit": 200}))).collect();
    for page in &pages {
        let page = impatient.reply(page).await.ok();
        assert!(page["messages"].as_array().is_some_and(|messages| messages.len() > 40));
    }
    drop(mouth);
    let last = stored(&server, pod).await.len() as i64;
    returning.until("all of it", |client| client.last() >= last).await;
    // What was still on its way when the speaker stopped may have been stored after the look.
    assert_eq!(returning.order().len() as i64, returning.last() - 2, "each once");
    impatient.heartbeat().await;
}

#[tokio::test]
async fn a_session_that_is_sent_a_long_gap_is_never_cut() {
    let server = Server::start_with(&MANY).await;
    let people: [Person; 3] = server.people();
    let (_, pod) = server.pod(&people).await;
    let mut listener = PodClient::joined(&server, &people[1], pod).await;
    // One that takes 3 MB a second, which is less than the server could give.
    let mut steady = RawSocket::open(&server, &people[2], 64 * 1024).await;
    steady.send(&json!(["1", "1", format!("pod:{pod}"), "phx_join", {}])).await;
    steady.read_until(br#""presence_state""#).await;
    // As if written by another node: no client here receives it, until the next line shows the gap.
    fill(&server, pod, &people[0], 1_500).await;
    let message = json!({"text": "Did you get all that?"});
    server.post(&format!("/v1/pods/{pod}/messages"), &people[0], message).await.ok(201);
    let all = listener.until("all of it", |client| client.last() == 1_504);
    tokio::join!(all, steady.read_at_until(3_000_000, b"Did you get all that?"));
    assert_eq!((listener.joins, listener.pages), (1, 0), "sent live");
    assert_same_log(&server, pod, &[listener]).await;
}

#[tokio::test]
async fn who_reads_at_once_is_not_cut_by_a_burst() {
    let patient = [("PODIUM_LIMIT_SEND_WAIT", "30s"), ("PODIUM_LIMIT_UNANSWERED_BYTES", "8MiB")];
    let server = Server::start_with(&[&MANY[..], &patient].concat()).await;
    let people: [Person; 2] = server.people();
    let (_, pod) = server.pod(&people).await;
    let client = Client::open(&server, &people[0]).await;
    client.join(&format!("pod:{pod}"), json!({})).await.ok();
    let mut listener = PodClient::joined(&server, &people[1], pod).await;
    // A lock is held on the pod's row, so that all of it is committed, and sent, at once: more than may wait for a
    // session.
    let mut holder = server.database.connect().await;
    let held = holder.transaction().await.expect("a transaction");
    held.execute("SELECT FROM pods WHERE id = $1 FOR UPDATE", &[&pod]).await.expect("the row");
    // Characters that JSON spells with six, behind one that can be seen.
    let text = format!("a{}", "\u{1}".repeat(3_999));
    let say = |_| client.push(&format!("pod:{pod}"), "message:new", json!({"id": Uuid::now_v7(), "text": text}));
    let pushed: Vec<_> = (0..50).map(say).collect();
    // It has read all of them.
    client.heartbeat().await;
    held.rollback().await.expect("let go");
    for pushed in &pushed {
        client.reply(pushed).await.ok();
    }
    listener.until("all of it", |client| client.last() == 52).await;
    client.heartbeat().await;
    assert_eq!(listener.joins, 1);
}

#[tokio::test]
async fn who_joins_many_long_logs_at_once_is_never_cut() {
    let server = Server::start_with(&MANY).await;
    let ana = server.person("Ana");
    let mut topics = Vec::new();
    for _ in 0..10 {
        let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
        fill(&server, pod, &ana, 100).await;
        topics.push(format!("pod:{pod}"));
    }
    let client = Client::open(&server, &ana).await;
    let joins: Vec<_> = topics.iter().map(|topic| client.start_join(topic, json!({"after": 0}))).collect();
    for join in &joins {
        assert_eq!(client.reply(join).await.ok()["head"], 101);
    }
    client.heartbeat().await;
}

#[tokio::test]
async fn who_is_busy_for_a_while_is_not_cut() {
    let server = Server::start_with(&MANY).await;
    let people: [Person; 2] = server.people();
    let (_, pod) = server.pod(&people).await;
    let topic = format!("pod:{pod}");
    let client = Client::open(&server, &people[0]).await;
    client.join(&topic, json!({})).await.ok();
    let mut busy = RawSocket::open(&server, &people[1], 4096).await;
    busy.send(&json!(["1", "1", topic, "phx_join", {}])).await;
    client.event_where(&topic, "presence_diff", |diff| diff["joins"].get(people[1].id.to_string()).is_some()).await;

    // More than the kernel takes, less than the queue's limit. It reads none of it for a while.
    let mut last = Uuid::nil();
    for _ in 0..150 {
        last = Uuid::now_v7();
        client.say(pod, last, &"ha".repeat(2_000)).await.ok();
    }
    assert!(unsent(&server, &[busy.port()]) > 0, "it was jammed");
    tokio::time::sleep(Duration::from_secs(3)).await;
    busy.read_until(last.to_string().as_bytes()).await;
    busy.send(&json!([null, "2", "phoenix", "heartbeat", {}])).await;
    busy.read_until(br#"[null,"2","phoenix","phx_reply""#).await;
    assert_eq!(server.metric("podium_sessions").await, 2.0);
}
