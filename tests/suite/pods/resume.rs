//! Sockets break at any moment: every client comes back with `after`, and ends with the same log as Postgres.

use std::cell::Cell;
use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::{Client, Pushed, Reply};
use crate::support::pod_client::{PodClient, assert_same_log, number, stored};
use crate::support::server::{Person, Server};

/// How often each client's connection breaks.
const CUTS: usize = 10;

/// What one client sends in all.
const EACH: usize = 80;

async fn unlimited() -> Server {
    Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await
}

/// Sends so many texts on one socket, all at once, and waits until they are stored.
async fn say_many(server: &Server, person: &Person, pod: Uuid, count: usize, text: &str) {
    let client = PodClient::joined(server, person, pod).await;
    // Some at a time: all at once would be more than may wait for its own socket.
    let numbers: Vec<usize> = (0..count).collect();
    for numbers in numbers.chunks(16) {
        let say = |number: &usize| client.say(Uuid::now_v7(), &format!("{number} {text}"));
        let pushed: Vec<_> = numbers.iter().map(say).collect();
        for pushed in &pushed {
            client.client().reply(pushed).await.ok();
        }
    }
}

/// A client whose connection breaks again and again, and who sends again what was not answered.
struct Unlucky {
    client: PodClient,
    unsent: Vec<Uuid>,
    pushed: Vec<(Uuid, Pushed)>,
    answers: HashMap<Uuid, Value>,
    random: StdRng,
}

impl Unlucky {
    fn answered(&mut self, id: Uuid, reply: Reply) {
        let answer = reply.ok();
        let first = self.answers.entry(id).or_insert_with(|| answer.clone());
        assert_eq!(*first, answer, "every answer to one id is the same");
    }

    /// Connects, and sends a part of what is not known to be stored.
    async fn come_back(&mut self, server: &Server, most: usize) {
        self.client.connect(server).await;
        let ids: Vec<Uuid> =
            self.unsent.iter().copied().filter(|id| !self.answers.contains_key(id)).take(most).collect();
        self.pushed =
            ids.into_iter().map(|id| (id, self.client.say(id, &format!("from {}", self.client.person.name)))).collect();
    }

    /// Takes note of what has been answered so far.
    fn note_answers(&mut self) {
        for (id, pushed) in std::mem::take(&mut self.pushed) {
            if let Some(reply) = self.client.client().reply_now(&pushed) {
                self.answered(id, reply);
            }
        }
    }

    async fn through_cuts(mut self, server: &Server, head: &Cell<i64>) -> PodClient {
        for cut in 0..CUTS {
            self.come_back(server, 12).await;
            match self.random.random_range(0..4) {
                // Amid the handshake of the join.
                0 => {}
                1 => self.client.until("the join", PodClient::is_current).await,
                _ => {
                    let wanted = self.client.last() + self.random.random_range(1..40);
                    self.client.until("more messages", |client| client.last() >= wanted).await;
                }
            }
            self.note_answers();
            self.client.cut(self.random.random_bool(0.5));
            if cut == CUTS / 2 {
                // Long enough away for several pages.
                let wanted = self.client.position.unwrap_or(0) + 450;
                while head.get() < wanted {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        }
        self.come_back(server, EACH).await;
        for (id, pushed) in std::mem::take(&mut self.pushed) {
            let reply = self.client.client().reply(&pushed).await;
            self.answered(id, reply);
        }
        assert_eq!(self.answers.len(), EACH);
        self.client
    }
}

#[tokio::test]
async fn clients_that_are_cut_at_random_end_with_the_log_of_postgres() {
    let server = unlimited().await;
    let people: [Person; 5] = server.people();
    let (_, pod) = server.pod(&people).await;
    let seed = rand::rng().random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let unlucky = people[..4].iter().map(|person| Unlucky {
        client: PodClient::new(person, pod),
        unsent: (0..EACH).map(|_| Uuid::now_v7()).collect(),
        pushed: Vec::new(),
        answers: HashMap::new(),
        random: StdRng::seed_from_u64(random.random()),
    });
    let unlucky: Vec<_> = unlucky.collect();
    let sent: Vec<Uuid> = unlucky.iter().flat_map(|one| one.unsent.clone()).collect();
    // The fifth is lucky and keeps talking until the others are through.
    let (head, done) = (Cell::new(0), Cell::new(false));
    let lucky = PodClient::joined(&server, &people[4], pod).await;
    let steady = async {
        while !done.get() {
            let pushed: Vec<_> = (0..10).map(|_| lucky.say(Uuid::now_v7(), "la la la")).collect();
            for pushed in &pushed {
                head.set(number(&lucky.client().reply(pushed).await.ok()["seq"]));
            }
            // What is said at once is what the others wait for, not the most that can be said.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let all = async {
        let clients = join_all(unlucky.into_iter().map(|one| one.through_cuts(&server, &head))).await;
        done.set(true);
        clients
    };
    let (mut clients, ()) = tokio::join!(all, steady);
    clients.push(lucky);
    let log = stored(&server, pod).await;
    let last = log.last().unwrap().0;
    for client in &mut clients {
        client.until("the whole log", |client| client.is_current() && client.last() == last).await;
    }
    // The first join brings the newest 50 alone; what was before them the clients read now.
    for client in &mut clients {
        read_back(client).await;
    }
    assert_same_log(&server, pod, &clients).await;
    assert_eq!(clients[0].log.len() as i64, last);
    let stored_ids: Vec<Uuid> = log.iter().map(|(_, id, ..)| *id).collect();
    assert!(sent.iter().all(|id| stored_ids.contains(id)));
    for client in &clients[..4] {
        assert!(client.pages >= 2, "{} came back over {} further pages", client.person.name, client.pages);
        assert_eq!(client.resets, 0);
    }
}

/// Reads what was before the newest 50 of the first join.
async fn read_back(client: &mut PodClient) {
    let topic = format!("pod:{}", client.pod);
    let mut more = true;
    while more {
        let before = client.log.keys().next().expect("something");
        let page = client.client().ask(&topic, "history", json!({"before": before, "limit": 200})).await.ok();
        for message in page["messages"].as_array().unwrap() {
            client.log.insert(number(&message["seq"]), message.clone());
        }
        more = page["more"] == true;
    }
}

#[tokio::test]
async fn a_client_that_is_cut_amid_its_pages_goes_on_from_the_last_one() {
    let server = unlimited().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let mut client = PodClient::joined(&server, &ana, pod).await;
    client.cut(false);
    say_many(&server, &ben, pod, 700, "while she was away").await;
    // Again and again cut after the first further page, and live messages come in between.
    for number in 0..3 {
        client.connect(&server).await;
        say_many(&server, &ben, pod, 5, "while she comes back").await;
        let pages = client.pages;
        client.until("a page", |client| client.pages > pages).await;
        if number < 2 {
            client.cut(number == 0);
        }
    }
    let last = stored(&server, pod).await.last().unwrap().0;
    client.until("the whole log", |client| client.is_current() && client.last() == last).await;
    assert_same_log(&server, pod, std::slice::from_ref(&client)).await;
    assert_eq!(client.log.len() as i64, last);
}

#[tokio::test]
async fn pages_are_bounded_in_bytes_and_a_heavy_catch_up_is_not_cut_off() {
    let server = unlimited().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let mut client = PodClient::joined(&server, &ana, pod).await;
    client.cut(false);
    // 16 KB each: four mebibytes in all, said by one who takes in what they said before they say more.
    for _ in 0..16 {
        say_many(&server, &ben, pod, 16, &"🎺".repeat(3990)).await;
    }
    client.connect(&server).await;
    client.until("the whole log", |client| client.is_current() && client.last() == 258).await;
    assert!(client.pages >= 10, "{} pages", client.pages);
    assert_same_log(&server, pod, std::slice::from_ref(&client)).await;
    let pages = client.client().frames().into_iter().filter(|frame| frame.payload["response"]["messages"].is_array());
    for page in pages {
        let bytes = page.payload["response"]["messages"].to_string().len();
        assert!(bytes <= 256 * 1024, "a page of {bytes} bytes");
    }
    // All pages at once: they come as fast as they are read, and nobody is cut.
    let topic = format!("pod:{pod}");
    let asks = (0..60).map(|_| client.client().ask(&topic, "history", json!({"after": 0, "limit": 200})));
    for page in join_all(asks).await {
        assert_eq!(page.ok()["more"], true);
    }
}

#[tokio::test]
async fn a_join_without_after_brings_the_newest_and_history_goes_back() {
    let server = unlimited().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    say_many(&server, &ben, pod, 128, "").await;
    let client = Client::open(&server, &ana).await;
    let topic = format!("pod:{pod}");
    let joined = client.join(&topic, json!({})).await.ok();
    let seqs = |page: &Value| -> Vec<i64> {
        page["messages"].as_array().unwrap().iter().map(|message| number(&message["seq"])).collect()
    };
    assert_eq!(seqs(&joined), (81..=130).collect::<Vec<_>>());
    assert_eq!((&joined["head"], &joined["more"], &joined["next"]), (&json!(130), &json!(true), &json!(81)));
    let older = client.ask(&topic, "history", json!({"before": 81})).await.ok();
    assert_eq!((seqs(&older), &older["more"], &older["next"]), ((31..=80).collect(), &json!(true), &json!(31)));
    let oldest = client.ask(&topic, "history", json!({"before": 31, "limit": 200})).await.ok();
    assert_eq!((seqs(&oldest), &oldest["more"]), ((1..=30).collect(), &json!(false)));
    let newer = client.ask(&topic, "history", json!({"after": 100, "limit": 7})).await.ok();
    assert_eq!((seqs(&newer), &newer["more"], &newer["next"]), ((101..=107).collect(), &json!(true), &json!(107)));
    for odd in [
        json!({}),
        json!({"before": 1, "after": 1}),
        json!({"after": -1}),
        json!({"after": 1, "limit": 0}),
        json!({"after": 1, "limit": 201}),
        json!({"after": "1"}),
        json!({"before": 1.5}),
    ] {
        client.ask(&topic, "history", odd).await.refused("invalid");
    }
    // The page over HTTP is the same.
    let by_http = server.get(&format!("/v1/pods/{pod}/messages?before=81"), &ana).await.ok(200);
    assert_eq!(by_http, older);
}

#[tokio::test]
async fn another_line_of_history_starts_the_log_again() {
    let server = unlimited().await;
    let [ana, ben] = server.people();
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    say_many(&server, &ben, pod, 60, "").await;
    let topic = format!("pod:{pod}");
    let client = Client::open(&server, &ana).await;
    let joined = client.join(&topic, json!({})).await.ok();
    assert!(joined.get("reset").is_none(), "{joined}");
    let epoch = joined["epoch"].as_str().unwrap();
    // (payload, whether it is answered with a reset, how many messages)
    let cases = [
        (json!({"after": 12, "epoch": epoch}), false, 50),
        (json!({"after": 12}), false, 50),
        (json!({"after": 62, "epoch": epoch}), false, 0),
        (json!({"after": 0, "epoch": epoch}), false, 62),
        (json!({"after": 12, "epoch": "7000000000000000000-1"}), true, 50),
        (json!({"after": 12, "epoch": ""}), true, 50),
        (json!({"after": 63, "epoch": epoch}), true, 50),
        (json!({"after": i64::MAX}), true, 50),
    ];
    for (payload, reset, count) in cases {
        let answer = client.join(&topic, payload.clone()).await.ok();
        assert_eq!(answer.get("reset"), reset.then_some(&json!(true)), "{payload}");
        assert_eq!(answer["messages"].as_array().unwrap().len(), count, "{payload}");
        assert_eq!((&answer["head"], answer["epoch"].as_str()), (&json!(62), Some(epoch)));
    }
    for odd in [json!({"after": -1}), json!({"after": "1"}), json!({"epoch": 7}), json!([1])] {
        client.join(&topic, odd).await.refused("invalid");
    }
    // As a client does it: what it holds is replaced, and it goes on from there.
    let mut lagging = PodClient::new(&ana, pod);
    (lagging.position, lagging.epoch) = (Some(40), Some("1-1".into()));
    lagging.connect(&server).await;
    lagging.until("the join", PodClient::is_current).await;
    assert_eq!((lagging.resets, lagging.position, lagging.log.len()), (1, Some(62), 50));
    say_many(&server, &ben, pod, 1, "").await;
    lagging.until("one more", |client| client.last() == 63).await;
}

#[tokio::test]
async fn a_newcomer_sees_nothing_from_before() {
    const BEFORE: &str = "before they came";
    let server = unlimited().await;
    let [ana, ben, cleo] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let mut before = PodClient::joined(&server, &ana, pod).await;
    say_many(&server, &ben, pod, 70, BEFORE).await;
    server.join_event(event, &cleo).await;
    server.put(&format!("/v1/pods/{pod}/members/me"), &cleo, json!({})).await.ok(200);
    let mut newcomer = PodClient::joined(&server, &cleo, pod).await;
    say_many(&server, &ben, pod, 70, "after they came").await;
    newcomer.until("what came after", |client| client.last() == 143).await;
    let topic = format!("pod:{pod}");
    for payload in
        [json!({"after": 0}), json!({"after": 3}), json!({"before": 144, "limit": 200}), json!({"before": 60})]
    {
        newcomer.client().ask(&topic, "history", payload).await.ok();
    }
    let other = Client::open(&server, &cleo).await;
    for payload in [json!({}), json!({"after": 0}), json!({"after": 10}), json!({"after": 5000})] {
        let joined = other.join(&topic, payload).await.ok();
        assert_eq!(joined["head"], 143);
    }
    for query in ["", "?after=0&limit=200", "?before=144&limit=200", "?before=60"] {
        let page = server.get(&format!("/v1/pods/{pod}/messages{query}"), &cleo).await.ok(200);
        assert!(!page.to_string().contains(BEFORE), "{query}");
    }
    for socket in [newcomer.client(), &other] {
        let heard: Vec<_> = socket.frames().iter().map(|frame| frame.payload.to_string()).collect();
        assert!(heard.iter().all(|payload| !payload.contains(BEFORE)));
    }
    // Theirs begins with the line that says that they have come, and has all from there on.
    assert_eq!(newcomer.log.keys().copied().collect::<Vec<_>>(), (73..=143).collect::<Vec<_>>());
    let first = &newcomer.log[&73];
    assert_eq!((&first["kind"], &first["user_id"]), (&json!("joined"), &json!(cleo.id)));
    let inbox = server.get("/v1/me/pods", &cleo).await.ok(200);
    assert_eq!(inbox["items"][0]["unread"], 70);
    before.until("all of it", |client| client.last() == 143).await;
    assert_same_log(&server, pod, &[before, newcomer]).await;
}

/// Changes that this node did not commit itself, as another node's would be: what comes after them shows the gap, and
/// Postgres fills it, in order, for the members who may read it.
#[tokio::test]
async fn what_other_nodes_have_committed_is_read_and_sent_in_order() {
    let server = unlimited().await;
    let [ana, ben, cleo] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let topic = format!("pod:{pod}");
    let database = server.database.connect().await;
    let (mut anas, mut bens) =
        (PodClient::joined(&server, &ana, pod).await, PodClient::joined(&server, &ben, pod).await);
    let old = Uuid::now_v7();
    anas.client().say(pod, old, "before Cleo").await.ok();
    server.join_event(event, &cleo).await;
    server.put(&format!("/v1/pods/{pod}/members/me"), &cleo, json!({})).await.ok(200);
    let mut cleos = PodClient::joined(&server, &cleo, pod).await;
    let young = Uuid::now_v7();
    anas.client().say(pod, young, "after Cleo").await.ok();

    for round in 0..4 {
        let append = "SELECT seq FROM podium.append(ARRAY[$1::uuid, $1, $1], ARRAY[podium.uuid_v7(), podium.uuid_v7(), podium.uuid_v7()],
            ARRAY[$2::uuid, $2, $2], ARRAY['one', 'two', 'three'])";
        database.query(append, &[&pod, &ben.id]).await.unwrap();
        for id in [old, young] {
            change(&database, pod, id, &format!("changed {round}")).await;
        }
        // No client has received any of it, until something else is said.
        let last = number(&anas.client().say(pod, Uuid::now_v7(), "and then").await.ok()["seq"]);
        for client in [&mut anas, &mut bens, &mut cleos] {
            client.until("what was said last", |client| client.last() == last).await;
        }
    }
    for (client, sees_old) in [(&anas, true), (&bens, true), (&cleos, false)] {
        let changed = client.client().heard(&topic, "message:changed");
        let of = |id: Uuid| changed.iter().filter(|message| message["id"] == json!(id)).count();
        assert_eq!((of(old), of(young)), (if sees_old { 4 } else { 0 }, 4), "{}", client.person.name);
        let held: Vec<&Value> = client.log.values().filter(|message| message["id"] == json!(young)).collect();
        assert_eq!(held[0]["text"], "changed 3");
        // A client that comes back receives only the newest form, and nothing from before its person joined.
        let page = client.client().ask(&topic, "history", json!({"after": 5})).await.ok();
        let page = page["messages"].as_array().unwrap();
        let times = |id: Uuid| page.iter().filter(|message| message["id"] == json!(id)).count();
        assert_eq!((times(old), times(young)), (usize::from(sees_old), 1));
    }
    let all = stored(&server, pod).await;
    for client in [&anas, &bens] {
        let texts: Vec<&Value> = client.log.range(3..).map(|(_, message)| &message["text"]).collect();
        let wanted: Vec<&String> = all.iter().filter(|(seq, ..)| *seq >= 3).map(|(.., text)| text).collect();
        assert_eq!(json!(texts), json!(wanted));
    }
}

/// Changes a message as another program would.
async fn change(database: &tokio_postgres::Client, pod: Uuid, id: Uuid, text: &str) {
    let change = "WITH next AS (UPDATE pods SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq)
        UPDATE messages SET text = $3, edited_at = now(), changed_seq = next.last_seq FROM next WHERE pod_id = $1 AND id = $2";
    assert_eq!(database.execute(change, &[&pod, &id, &text]).await.unwrap(), 1);
}
