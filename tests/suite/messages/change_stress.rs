//! Changes to messages under every race at once: several writers that send, edit, delete and react, repeat each other's changes
//! by their op, people who come and go, and backends that are killed amid it. Afterwards every change that was ever answered is
//! replayed in the order of its seq, and must lead to the table.
//!
//! `PODIUM_TEST_STRESS` and `PODIUM_TEST_STRESS_SEED` as in `log_stress`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use tokio_postgres::{Client, Error, NoTls};
use uuid::Uuid;

use crate::support::database::Database;

const PEOPLE: usize = 8;
const PODS: usize = 3;
const WRITERS: u64 = 4;
const GROUPS: usize = 120;
const EMOJI: [&str; 4] = ["🔥", "❤️", "👍🏽", "🎸"];

/// One change on its way, as a client would send and repeat it.
#[derive(Clone, Debug)]
struct Change {
    pod: Uuid,
    id: Uuid,
    user: Uuid,
    what: &'static str,
    value: String,
    op: Uuid,
}

#[derive(Default)]
struct Shared {
    people: Vec<Uuid>,
    pods: Vec<Uuid>,
    /// Pod, id and author of each text.
    texts: Vec<(Uuid, Uuid, Uuid)>,
    changes: Vec<Change>,
    answers: HashMap<Uuid, HashSet<i64>>,
    fresh: HashMap<Uuid, u32>,
    backends: HashSet<i32>,
    codes: BTreeMap<String, u32>,
    wrong: Vec<String>,
}

#[derive(Clone)]
struct World {
    url: String,
    shared: Arc<Mutex<Shared>>,
}

impl World {
    fn with<T>(&self, work: impl FnOnce(&mut Shared) -> T) -> T {
        work(&mut self.shared.lock().expect("no task panicked"))
    }

    async fn connect(&self) -> Client {
        loop {
            let attempt = async {
                let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await?;
                tokio::spawn(connection);
                client.batch_execute("SET ROLE podium_service").await?;
                let pid = client.query_one("SELECT pg_backend_pid()", &[]).await?.get(0);
                self.with(|shared| shared.backends.insert(pid));
                Ok(client)
            };
            match attempt.await {
                Ok(client) => return client,
                Err(error) if lost(&error) => tokio::time::sleep(Duration::from_millis(1)).await,
                Err(error) => panic!("cannot connect: {error:?}"),
            }
        }
    }
}

fn lost(error: &Error) -> bool {
    error.is_closed() || error.code().is_none_or(|code| code.code().starts_with("57") || code.code().starts_with("08"))
}

/// A new change, or a repeat of anybody's, now and then in another's name.
fn change(shared: &mut Shared, rng: &mut StdRng) -> Option<Change> {
    if let Some(known) = shared.changes.choose(rng)
        && rng.random_bool(0.3)
    {
        let mut known = known.clone();
        if rng.random_bool(0.1) {
            known.user = *shared.people.choose(rng)?;
        }
        return Some(known);
    }
    // Mostly of the newest, so that several change the same.
    let newest = &shared.texts[shared.texts.len().saturating_sub(12)..];
    let (pod, id, author) = *newest.choose(rng)?;
    let user = if rng.random_bool(0.5) { author } else { *shared.people.choose(rng)? };
    let (what, value) = match rng.random_range(0..20) {
        0..6 => ("edit", rng.random_range(0..4).to_string()),
        6..7 => ("delete", String::new()),
        7..15 => ("on", (*EMOJI.choose(rng)?).to_owned()),
        _ => ("off", (*EMOJI.choose(rng)?).to_owned()),
    };
    let change = Change { pod, id, user, what, value, op: Uuid::from_u128(rng.random()) };
    shared.changes.push(change.clone());
    Some(change)
}

async fn write(world: World, seed: u64, groups: usize) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut client = world.connect().await;
    for _ in 0..groups {
        let texts: Vec<(Uuid, Uuid, Uuid)> = world.with(|shared| {
            let mut text = || {
                Some((*shared.pods.choose(&mut rng)?, Uuid::from_u128(rng.random()), *shared.people.choose(&mut rng)?))
            };
            (0..3).filter_map(|_| text()).collect()
        });
        let pods: Vec<Uuid> = texts.iter().map(|text| text.0).collect();
        let ids: Vec<Uuid> = texts.iter().map(|text| text.1).collect();
        let users: Vec<Uuid> = texts.iter().map(|text| text.2).collect();
        let words = vec!["first"; texts.len()];
        let rows = loop {
            let sql = "SELECT code FROM podium.append($1, $2, $3, $4) ORDER BY ord";
            match client.query(sql, &[&pods, &ids, &users, &words]).await {
                Ok(rows) => break rows,
                Err(error) if lost(&error) => client = world.connect().await,
                Err(error) => panic!("append: {error:?}"),
            }
        };
        let changes: Vec<Change> = world.with(|shared| {
            let stored =
                texts.iter().zip(&rows).filter(|(_, row)| row.get::<_, &str>(0) == "ok").map(|(text, _)| *text);
            shared.texts.extend(stored);
            (0..rng.random_range(1..=12)).filter_map(|_| change(shared, &mut rng)).collect()
        });
        let settled: Vec<bool> =
            world.with(|shared| changes.iter().map(|c| shared.answers.contains_key(&c.op)).collect());
        let pods: Vec<Uuid> = changes.iter().map(|c| c.pod).collect();
        let ids: Vec<Uuid> = changes.iter().map(|c| c.id).collect();
        let users: Vec<Uuid> = changes.iter().map(|c| c.user).collect();
        let whats: Vec<&str> = changes.iter().map(|c| c.what).collect();
        let values: Vec<&str> = changes.iter().map(|c| c.value.as_str()).collect();
        let ops: Vec<Uuid> = changes.iter().map(|c| c.op).collect();
        let rows = loop {
            let sql = "SELECT code, seq, fresh FROM podium.amend($1, $2, $3, $4, $5, $6) ORDER BY ord";
            match client.query(sql, &[&pods, &ids, &users, &whats, &values, &ops]).await {
                Ok(rows) => break rows,
                Err(error) if lost(&error) => {
                    world.with(|shared| *shared.codes.entry("sent again".into()).or_default() += 1);
                    client = world.connect().await;
                }
                Err(error) => panic!("amend: {error:?}"),
            }
        };
        assert_eq!(rows.len(), changes.len());
        world.with(|shared| {
            for ((row, change), settled) in rows.iter().zip(&changes).zip(settled) {
                let code: &str = row.get(0);
                *shared.codes.entry(format!("{}: {code}", change.what)).or_default() += 1;
                let asked_by_whom = shared.changes.iter().find(|c| c.op == change.op).map(|c| c.user);
                if code == "ok" && asked_by_whom == Some(change.user) {
                    shared.answers.entry(change.op).or_default().insert(row.get(1));
                    *shared.fresh.entry(change.op).or_default() += u32::from(row.get::<_, bool>(2));
                } else if code != "ok" && settled && asked_by_whom == Some(change.user) {
                    shared.wrong.push(format!("{change:?} was ok once, and then {code}"));
                }
            }
        });
    }
}

async fn come_and_go(world: World, seed: u64, moves: usize) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut client = world.connect().await;
    for _ in 0..moves {
        let (pod, user) = world.with(|shared| {
            (*shared.pods.choose(&mut rng).expect("pods"), *shared.people[1..].choose(&mut rng).expect("people"))
        });
        let way = if rng.random_bool(0.6) { "pod_join" } else { "pod_leave" };
        match client.query(&format!("SELECT code FROM podium.{way}($1, $2)"), &[&pod, &user]).await {
            Ok(_) => {}
            Err(error) if lost(&error) => client = world.connect().await,
            Err(error) => panic!("{way}: {error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn kill(world: World, seed: u64, admin: Client) {
    let mut rng = StdRng::seed_from_u64(seed);
    loop {
        tokio::time::sleep(Duration::from_millis(40)).await;
        let all: Vec<i32> = world.with(|shared| shared.backends.iter().copied().collect());
        if let Some(pid) = all.choose(&mut rng) {
            world.with(|shared| shared.backends.remove(pid));
            admin.query("SELECT pg_terminate_backend($1)", &[pid]).await.expect("kill a backend");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_lead_to_what_they_say_whatever_races() {
    let factor: usize = std::env::var("PODIUM_TEST_STRESS").map_or(1, |value| value.parse().expect("a number"));
    let seed: u64 = std::env::var("PODIUM_TEST_STRESS_SEED")
        .map_or_else(|_| rand::random(), |value| value.parse().expect("a number"));
    println!("PODIUM_TEST_STRESS_SEED={seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let database = Database::create().await;
    let admin = database.connect().await;
    let world = World { url: database.url().to_owned(), shared: Arc::default() };
    let people: Vec<Uuid> = (0..PEOPLE).map(|_| Uuid::from_u128(rng.random())).collect();
    let event = Uuid::from_u128(rng.random());
    let people_sql = "INSERT INTO profiles (id, display_name) SELECT p, 'Person' FROM unnest($1::uuid[]) p";
    admin.execute(people_sql, &[&people]).await.expect("people");
    let event_sql = "INSERT INTO events (id, slug, artist, city, venue, date_utc, created_by) VALUES ($1, 'e', 'A', 'C', 'V', now(), $2)";
    admin.execute(event_sql, &[&event, &people[0]]).await.expect("an event");
    let members_sql = "INSERT INTO event_members (event_id, user_id) SELECT $1, p FROM unnest($2::uuid[]) p";
    admin.execute(members_sql, &[&event, &people]).await.expect("members");
    for _ in 0..PODS {
        let pod = Uuid::from_u128(rng.random());
        admin
            .query("SELECT podium.pod_open($1, $2, $3, 'Crew', 'open')", &[&pod, &event, &people[0]])
            .await
            .expect("open");
        for person in &people[1..4] {
            admin.query("SELECT podium.pod_join($1, $2)", &[&pod, person]).await.expect("join");
        }
        world.with(|shared| shared.pods.push(pod));
    }
    world.with(|shared| shared.people = people);

    let mut tasks: Vec<_> =
        (0..WRITERS).map(|n| tokio::spawn(write(world.clone(), seed.wrapping_add(n), GROUPS * factor))).collect();
    tasks.push(tokio::spawn(come_and_go(world.clone(), seed.wrapping_add(100), 150 * factor)));
    let killer = tokio::spawn(kill(world.clone(), seed, database.connect().await));
    for task in tasks {
        task.await.expect("no error but a lost connection");
    }
    killer.abort();

    let wrong = judge(&admin, &world).await;
    let codes = world.with(|shared| shared.codes.clone());
    println!("{codes:#?}");
    assert!(wrong.is_empty(), "seed {seed}: {} violations:\n{}", wrong.len(), wrong.join("\n"));
    for needed in [
        "edit: ok",
        "edit: forbidden",
        "edit: deleted",
        "delete: ok",
        "on: ok",
        "off: ok",
        "on: not_member",
        "on: not_found",
        "on: conflict",
        "sent again",
    ] {
        assert!(codes.contains_key(needed), "seed {seed}: it never came to «{needed}»");
    }
}

/// A message as the replay has it.
struct Replayed {
    author: Uuid,
    text: String,
    deleted: bool,
    reactions: BTreeMap<String, Vec<Uuid>>,
    changed_seq: i64,
}

async fn judge(admin: &Client, world: &World) -> Vec<String> {
    let (pods, changes, answers, fresh, mut wrong) = world.with(|shared| {
        let changes: HashMap<Uuid, Change> = shared.changes.iter().rev().map(|c| (c.op, c.clone())).collect();
        (shared.pods.clone(), changes, shared.answers.clone(), shared.fresh.clone(), std::mem::take(&mut shared.wrong))
    });
    wrong.extend(fresh.iter().filter(|(_, n)| **n > 1).map(|(op, n)| format!("{op} was done {n} times")));
    for pod in pods {
        let log = admin
            .query("SELECT seq, id, user_id, kind, text, data, deleted_at IS NOT NULL, changed_seq FROM messages WHERE pod_id = $1 ORDER BY seq", &[&pod])
            .await
            .expect("the log");
        let ops = admin
            .query(
                "SELECT op, message_id, user_id, seq FROM message_ops WHERE pod_id = $1 ORDER BY seq, created_at",
                &[&pod],
            )
            .await
            .expect("the ops");
        let head: i64 =
            admin.query_one("SELECT last_seq FROM pods WHERE id = $1", &[&pod]).await.expect("the head").get(0);
        let kept: HashMap<Uuid, i64> = ops.iter().map(|row| (row.get(0), row.get(3))).collect();
        for (op, given) in answers.iter().filter(|(op, _)| changes[op].pod == pod) {
            if given.len() != 1 || !kept.get(op).is_some_and(|seq| given.contains(seq)) {
                wrong.push(format!("{:?} was answered {given:?}, kept is {:?}", changes[op], kept.get(op)));
            }
        }
        // Every number was given once: to an entry, or to the first change that bears it.
        let mut steps: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        ops.iter().enumerate().for_each(|(n, row)| steps.entry(row.get(3)).or_default().push(n));
        let entries: BTreeMap<i64, usize> = log.iter().enumerate().map(|(n, row)| (row.get(0), n)).collect();
        let given: Vec<i64> = (1..=head).filter(|seq| !steps.contains_key(seq) && !entries.contains_key(seq)).collect();
        if !given.is_empty() || entries.keys().chain(steps.keys()).any(|seq| *seq > head) {
            wrong.push(format!("pod {pod}: of 1 to {head}, nobody has {given:?}"));
        }
        let mut messages: HashMap<Uuid, Replayed> = HashMap::new();
        let mut members: BTreeMap<Uuid, i64> = BTreeMap::new();
        for seq in 1..=head {
            if let Some(row) = entries.get(&seq).map(|n| &log[*n]) {
                let (id, user): (Uuid, Uuid) = (row.get(1), row.get(2));
                match row.get::<_, &str>(3) {
                    "text" => {
                        let message = Replayed {
                            author: user,
                            text: "first".into(),
                            deleted: false,
                            reactions: BTreeMap::new(),
                            changed_seq: seq,
                        };
                        messages.insert(id, message);
                    }
                    "joined" => drop(members.insert(user, seq)),
                    "left" => drop(members.remove(&user)),
                    _ => {}
                }
            }
            for (n, row) in steps.get(&seq).into_iter().flatten().map(|n| &ops[*n]).enumerate() {
                let (op, id, user): (Uuid, Uuid, Uuid) = (row.get(0), row.get(1), row.get(2));
                let change = &changes[&op];
                let Some(message) = messages.get_mut(&id) else {
                    wrong.push(format!("{change:?} changed nothing that was there at {seq}"));
                    continue;
                };
                let before = (message.text.clone(), message.deleted, message.reactions.clone());
                match change.what {
                    "edit" if !message.deleted => message.text.clone_from(&change.value),
                    "delete" => {
                        (message.text, message.deleted, message.reactions) = (String::new(), true, BTreeMap::new())
                    }
                    "on" if !message.deleted => {
                        let people = message.reactions.entry(change.value.clone()).or_default();
                        if !people.contains(&user) {
                            people.push(user);
                        }
                    }
                    "off" => {
                        if let Some(people) = message.reactions.get_mut(&change.value) {
                            people.retain(|who| *who != user);
                            if people.is_empty() {
                                message.reactions.remove(&change.value);
                            }
                        }
                    }
                    _ => wrong.push(format!("{change:?} at {seq}, after the deletion")),
                }
                let changed = before != (message.text.clone(), message.deleted, message.reactions.clone());
                let first = n == 0 && !entries.contains_key(&seq);
                if changed != first {
                    wrong.push(format!("{change:?} at {seq}: changed {changed}, though the first of its seq {first}"));
                }
                if changed && members.get(&user).is_none_or(|since| *since > entries_seq(&log, id)) {
                    wrong.push(format!("{change:?} at {seq}, by one who may not see it"));
                }
                if changed && matches!(change.what, "edit" | "delete") && message.author != user {
                    wrong.push(format!("{change:?} at {seq}, by another"));
                }
                if changed {
                    message.changed_seq = seq;
                }
            }
        }
        for row in log.iter().filter(|row| row.get::<_, &str>(3) == "text") {
            let data: Option<Value> = row.get(5);
            let reactions = data.and_then(|data| data.get("reactions").cloned()).unwrap_or(json!({}));
            let stored = (row.get::<_, &str>(4), row.get::<_, bool>(6), reactions, row.get::<_, i64>(7));
            let it = &messages[&row.get::<_, Uuid>(1)];
            let replayed = (it.text.as_str(), it.deleted, json!(it.reactions), it.changed_seq);
            if stored != replayed {
                wrong.push(format!("stored {stored:?}, replayed {replayed:?}"));
            }
        }
    }
    wrong
}

fn entries_seq(log: &[tokio_postgres::Row], id: Uuid) -> i64 {
    log.iter().find(|row| row.get::<_, Uuid>(1) == id).map_or(0, |row| row.get(0))
}
