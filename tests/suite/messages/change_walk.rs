//! Random sequences of all pushes that change the log, from several clients at once whose connections break: a client
//! that comes back, over however many pages, ends with the state of a fresh join, which is that of Postgres and of a
//! model.

use std::collections::{BTreeMap, HashMap};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::{Client, Pushed, Reply};
use crate::support::pod_client::{PodClient, id_in, number};
use crate::support::server::{Person, Server};

const ROUNDS: usize = 14;
const EMOJI: [&str; 5] = ["🔥", "❤️", "👍🏽", "🎸", "🇩🇪"];

/// One push, by the id under which it may be repeated.
#[derive(Clone)]
struct Push {
    key: Uuid,
    event: &'static str,
    payload: Value,
}

/// A client that does anything, and repeats what was not answered.
struct Talker {
    client: PodClient,
    open: Vec<(Push, Option<Pushed>)>,
    done: Vec<Push>,
    answers: HashMap<Uuid, Value>,
    random: StdRng,
}

impl Talker {
    fn invent(&mut self, people: &[Person]) -> Push {
        let random = &mut self.random;
        let me = json!(self.client.person.id);
        let texts: Vec<&Value> = self.client.log.values().filter(|message| message["kind"] == "text").collect();
        let mine: Vec<&Value> = texts.iter().copied().filter(|message| message["user_id"] == me).collect();
        let key = Uuid::from_u128(random.random());
        let text = format!("{} {}", self.client.person.name, random.random_range(0..1_000_000));
        let read = random.random_range(0..=self.client.last());
        let (event, payload) = match (random.random_range(0..100), texts.choose(random), mine.choose(random)) {
            (0..5, ..) => ("read", json!({"seq": read})),
            (45..65, _, Some(message)) => ("message:edit", json!({"id": message["id"], "text": text, "op": key})),
            (65..70, _, Some(message)) => ("message:delete", json!({"id": message["id"], "op": key})),
            (70..100, Some(message), _) => {
                let (emoji, on) = (EMOJI.choose(random), random.random_bool(0.7));
                ("reaction:set", json!({"id": message["id"], "emoji": emoji, "on": on, "op": key}))
            }
            (35..45, Some(message), _) => {
                let named = people.choose(random).map(|person| person.id);
                ("message:new", json!({"id": key, "text": text, "reply_to": message["id"], "mentions": [named, named]}))
            }
            _ => ("message:new", json!({"id": key, "text": text})),
        };
        Push { key, event, payload }
    }

    fn push(&mut self, push: Push) {
        let topic = format!("pod:{}", self.client.pod);
        let pushed = self.client.client().push(&topic, push.event, push.payload.clone());
        self.open.push((push, Some(pushed)));
    }

    /// What a push was answered is what it is answered ever after.
    fn answered(&mut self, push: Push, reply: Reply) {
        if reply.status == "ok" {
            let first = self.answers.entry(push.key).or_insert_with(|| reply.response.clone());
            assert_eq!(*first, reply.response, "{} {}", push.event, push.payload);
            self.done.push(push);
        } else if reply.response["code"] == "overloaded" {
            // Nothing was done: later.
            self.open.push((push, None));
        } else {
            // Deleted meanwhile; and what was done once is never refused.
            assert_eq!(reply.response["code"], "conflict", "{} {}: {}", push.event, push.payload, reply.response);
            assert!(matches!(push.event, "message:edit" | "reaction:set") && !self.answers.contains_key(&push.key));
        }
    }

    fn note_answers(&mut self) {
        for (push, pushed) in std::mem::take(&mut self.open) {
            match pushed.as_ref().and_then(|pushed| self.client.client().reply_now(pushed)) {
                Some(reply) => self.answered(push, reply),
                None => self.open.push((push, None)),
            }
        }
    }

    async fn come_back(&mut self, server: &Server) {
        self.client.connect(server).await;
        let mut again: Vec<Push> = std::mem::take(&mut self.open).into_iter().map(|(push, _)| push).collect();
        // Long answered ones too, over whatever was done since.
        for _ in 0..3 {
            again.extend(self.done.choose(&mut self.random).cloned());
        }
        again.into_iter().for_each(|push| self.push(push));
    }

    async fn talk(mut self, server: &Server, people: &[Person]) -> Talker {
        for _ in 0..ROUNDS {
            self.come_back(server).await;
            self.client.until("the join", PodClient::is_current).await;
            for _ in 0..self.random.random_range(1..3) {
                // Of what is done only a text surely takes a position: the rest may be what is so already.
                let mut texts = 0;
                for _ in 0..self.random.random_range(5..25) {
                    let push = self.invent(people);
                    texts += i64::from(push.event == "message:new");
                    self.push(push);
                }
                let wanted = self.client.position.unwrap_or(0) + self.random.random_range(0..5).min(texts);
                self.client.until("what is done", |client| client.position >= Some(wanted)).await;
            }
            self.note_answers();
            let reset = self.random.random_bool(0.5);
            self.client.cut(reset);
        }
        self.client.connect(server).await;
        self.client.until("the join", PodClient::is_current).await;
        while !self.open.is_empty() {
            let open: Vec<Push> = std::mem::take(&mut self.open).into_iter().map(|(push, _)| push).collect();
            open.into_iter().for_each(|push| self.push(push));
            for (push, pushed) in std::mem::take(&mut self.open) {
                let reply = self.client.client().reply(&pushed.expect("pushed on this socket")).await;
                self.answered(push, reply);
            }
        }
        self
    }
}

/// The whole log as one reads it anew, by seq.
async fn read_anew(server: &Server, person: &Person, pod: Uuid) -> BTreeMap<i64, Value> {
    let mut log = BTreeMap::new();
    let mut client = PodClient::joined(server, person, pod).await;
    log.append(&mut client.log);
    let mut before = *log.keys().next().expect("a message");
    loop {
        let asked = json!({"before": before, "limit": 200});
        let page = client.client().ask(&format!("pod:{pod}"), "history", asked).await.ok();
        let messages = page["messages"].as_array().expect("messages");
        log.extend(messages.iter().map(|message| (number(&message["seq"]), message.clone())));
        if page["more"] == false {
            return log;
        }
        before = number(&page["next"]);
    }
}

#[tokio::test]
async fn whatever_is_done_all_end_with_the_state_of_a_fresh_join() {
    let seed: u64 = std::env::var("PODIUM_TEST_STRESS_SEED")
        .map_or_else(|_| rand::random(), |value| value.parse().expect("PODIUM_TEST_STRESS_SEED is a number"));
    println!("PODIUM_TEST_STRESS_SEED={seed}");
    let settings = [("PODIUM_LIMIT_MESSAGES", "off"), ("PODIUM_LIMIT_FRAMES", "off")];
    let server = Server::start_with(&settings).await;
    let people: [Person; 5] = server.people();
    let (_, pod) = server.pod(&people).await;
    // One is away from the beginning on, one watches all the time.
    let mut away = PodClient::joined(&server, &people[3], pod).await;
    away.cut(false);
    let watcher = PodClient::joined(&server, &people[4], pod).await;
    let mut marks: HashMap<Uuid, i64> = HashMap::new();
    let talkers = people[..3].iter().enumerate().map(|(number, person)| {
        let random = StdRng::seed_from_u64(seed.wrapping_add(number as u64));
        let client = PodClient::new(person, pod);
        Talker { client, open: Vec::new(), done: Vec::new(), answers: HashMap::new(), random }.talk(&server, &people)
    });
    let talkers = futures_util::future::join_all(talkers).await;

    let database = server.database.connect().await;
    let head: i64 =
        database.query_one("SELECT last_seq FROM pods WHERE id = $1", &[&pod]).await.expect("the head").get(0);
    away.connect(&server).await;
    let mut edits: HashMap<Uuid, (i64, String)> = HashMap::new();
    let mut clients = vec![away, watcher];
    for talker in talkers {
        let read = talker.done.iter().filter(|push| push.event == "read").map(|push| number(&push.payload["seq"]));
        marks.insert(talker.client.person.id, read.max().unwrap_or(0));
        for push in talker.done.iter().filter(|push| push.event == "message:edit") {
            let at = number(&talker.answers[&push.key]["seq"]);
            let edit = edits.entry(id_in(&push.payload)).or_default();
            if at >= edit.0 {
                *edit = (at, push.payload["text"].as_str().expect("a text").to_owned());
            }
        }
        clients.push(talker.client);
    }
    for client in &mut clients {
        client.until("the head", |client| client.is_current() && client.position >= Some(head)).await;
    }
    assert!(clients[0].pages > 0, "seed {seed}: coming back took one page only");

    for client in &clients {
        let anew = read_anew(&server, &client.person, pod).await;
        let odd: Vec<_> = anew.iter().filter(|(seq, message)| client.log.get(*seq) != Some(*message)).collect();
        let same = odd.is_empty() && client.log.len() == anew.len();
        assert!(same, "seed {seed}: {} differs: {odd:?}", client.person.name);
    }
    // Marks do not move back, however often and in whatever order they were sent: a fresh join has the highest of each,
    // and who watched has heard of it.
    let fresh = Client::open(&server, &people[0]).await;
    let members = fresh.join(&format!("pod:{pod}"), json!({})).await.ok()["members"].clone();
    for (user_id, mark) in marks.into_iter().filter(|(_, mark)| *mark > 0) {
        let member = members.as_array().expect("members").iter().find(|member| member["user_id"] == json!(user_id));
        assert_eq!(member.expect("a member")["read_seq"], json!(mark), "seed {seed}: up to where {user_id} has read");
        let is_it = |read: &Value| read["user_id"] == json!(user_id) && read["seq"] == json!(mark);
        clients[1].client().event_where(&format!("pod:{pod}"), "read", is_it).await;
    }
    let log = &clients[2].log;
    assert!(log.len() > 200, "{} messages", log.len());
    let stored = database
        .query(
            "SELECT seq, changed_seq, text, data, reply_to, mentions, deleted_at IS NOT NULL
             FROM messages WHERE pod_id = $1",
            &[&pod],
        )
        .await
        .expect("the log");
    assert_eq!(stored.len(), log.len());
    for row in stored {
        let message = &log[&row.get::<_, i64>(0)];
        let data: Option<Value> = row.get(3);
        let reactions = data.and_then(|data| data.get("reactions").cloned()).unwrap_or(json!({}));
        let (changed_seq, text, reply_to): (i64, &str, Option<Uuid>) = (row.get(1), row.get(2), row.get(4));
        let found = json!([changed_seq, text, reactions, reply_to, row.get::<_, Vec<Uuid>>(5)]);
        let sent = ["changed_seq", "text", "reactions", "reply_to", "mentions"].map(|field| message[field].clone());
        assert_eq!(json!(sent), found, "seed {seed}");
        let expected = match (row.get::<_, bool>(6), edits.get(&id_in(message))) {
            (true, _) => Some(""),
            (false, Some((_, text))) => Some(text.as_str()),
            (false, None) => None,
        };
        assert!(expected.is_none_or(|text| message["text"] == text), "seed {seed}: {message}, should say {expected:?}");
        assert_eq!(message["edited_at"].is_string(), edits.contains_key(&id_in(message)), "seed {seed}: {message}");
    }
}
