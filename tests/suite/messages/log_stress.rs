//! The log under every race at once: several writers with repeats across them, comings and goings, removals, pods that
//! open and close, people who leave the event and come back, and backends that are killed amid all of it. Afterwards
//! the log is read from end to end and must tell one consistent story.
//!
//! `PODIUM_TEST_STRESS=20` runs twenty times as long; `PODIUM_TEST_STRESS_SEED` repeats a run's choices, though not its
//! races.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use tokio_postgres::{Client, Error, NoTls, Row};
use uuid::Uuid;

use crate::support::database::Database;

const PEOPLE: usize = 20;
const WRITERS: u64 = 4;
const GROUPS: usize = 120;
const MOVERS: u64 = 4;
const MOVES: usize = 250;

/// One text on its way, as a client would send and repeat it.
#[derive(Clone)]
struct Entry {
    pod: Uuid,
    id: Uuid,
    user: Uuid,
    text: String,
}

/// What an entry was answered.
type Answer = (i64, DateTime<Utc>);

/// What all tasks share.
#[derive(Default)]
struct Shared {
    people: Vec<Uuid>,
    events: Vec<Uuid>,
    /// Each pod and its event.
    pods: Vec<(Uuid, Uuid)>,
    /// Entries that may be repeated by anybody.
    sent: Vec<Entry>,
    /// By pod, id and author.
    answers: HashMap<(Uuid, Uuid, Uuid), HashSet<Answer>>,
    fresh: HashMap<(Uuid, Uuid), u32>,
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
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().expect("no task panicked")
    }

    fn count(&self, what: impl Into<String>) {
        *self.shared().codes.entry(what.into()).or_default() += 1;
    }
}

/// A connection of the service, made anew when the killer has taken it.
struct Link {
    world: World,
    client: Option<Client>,
}

impl Link {
    async fn client(&mut self) -> &Client {
        if self.client.as_ref().is_none_or(Client::is_closed) {
            loop {
                match self.connect().await {
                    Ok(client) => {
                        self.client = Some(client);
                        break;
                    }
                    Err(error) if lost(&error) => tokio::time::sleep(Duration::from_millis(1)).await,
                    Err(error) => panic!("cannot connect: {error:?}"),
                }
            }
        }
        self.client.as_ref().expect("just connected")
    }

    /// Who sits where at this moment: pod, event and person.
    async fn seats(&mut self) -> Vec<(Uuid, Uuid, Uuid)> {
        let sql = "SELECT pod_id, event_id, user_id FROM pod_members";
        let rows = self.client().await.query(sql, &[]).await.unwrap_or_default();
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
    }

    async fn connect(&self) -> Result<Client, Error> {
        let (client, connection) = tokio_postgres::connect(&self.world.url, NoTls).await?;
        tokio::spawn(connection);
        client.batch_execute("SET ROLE podium_service").await?;
        let pid = client.query_one("SELECT pg_backend_pid()", &[]).await?.get(0);
        self.world.shared().backends.insert(pid);
        Ok(client)
    }
}

/// Whether the connection is gone, so that the outcome is unknown.
fn lost(error: &Error) -> bool {
    error.is_closed() || error.code().is_none_or(|code| code.code().starts_with("57") || code.code().starts_with("08"))
}

/// Sends groups of new entries, repeats of anybody's, and other people's ids; a group whose outcome is unknown goes
/// again.
async fn write(world: World, seed: u64, groups: usize) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut link = Link { world: world.clone(), client: None };
    for _ in 0..groups {
        let seats = link.seats().await;
        let group: Vec<Entry> = {
            let mut shared = world.shared();
            (0..rng.random_range(1..=30)).map(|_| entry(&mut shared, &seats, &mut rng)).collect()
        };
        let settled: Vec<bool> = {
            let shared = world.shared();
            group.iter().map(|e| shared.answers.contains_key(&(e.pod, e.id, e.user))).collect()
        };
        let pods: Vec<Uuid> = group.iter().map(|e| e.pod).collect();
        let ids: Vec<Uuid> = group.iter().map(|e| e.id).collect();
        let users: Vec<Uuid> = group.iter().map(|e| e.user).collect();
        let texts: Vec<&str> = group.iter().map(|e| e.text.as_str()).collect();
        let rows = loop {
            let sql = "SELECT ord, code, seq, at, fresh FROM podium.append($1, $2, $3, $4)";
            match link.client().await.query(sql, &[&pods, &ids, &users, &texts]).await {
                Ok(rows) => break rows,
                Err(error) if lost(&error) => world.count("append: sent again"),
                Err(error) => panic!("append: {error:?}"),
            }
        };
        let mut shared = world.shared();
        assert_eq!(rows.len(), group.len());
        for (n, ((row, entry), settled)) in rows.iter().zip(&group).zip(settled).enumerate() {
            assert_eq!(row.get::<_, i32>(0) as usize, n + 1);
            let code: &str = row.get(1);
            *shared.codes.entry(format!("append: {code}")).or_default() += 1;
            if code == "ok" {
                let key = (entry.pod, entry.id, entry.user);
                shared.answers.entry(key).or_default().insert((row.get(2), row.get(3)));
                *shared.fresh.entry((entry.pod, entry.id)).or_default() += u32::from(row.get::<_, bool>(4));
            } else if settled {
                shared.wrong.push(format!("{} was ok once, and then {code}", entry.id));
            }
        }
    }
}

fn entry(shared: &mut Shared, seats: &[(Uuid, Uuid, Uuid)], rng: &mut StdRng) -> Entry {
    if let Some(sent) = shared.sent.choose(rng)
        && rng.random_bool(0.45)
    {
        let mut entry = sent.clone();
        if rng.random_bool(0.1) {
            entry.user = *shared.people.choose(rng).expect("people");
        }
        return entry;
    }
    let (pod, user) = match seats.choose(rng) {
        Some((pod, _, user)) if rng.random_bool(0.8) => (*pod, *user),
        _ => (shared.pods.choose(rng).expect("pods").0, *shared.people.choose(rng).expect("people")),
    };
    let entry = Entry { pod, id: Uuid::from_u128(rng.random()), user, text: "t".repeat(rng.random_range(1..80)) };
    if shared.sent.len() < 400 {
        shared.sent.push(entry.clone());
    } else {
        let place = rng.random_range(0..400);
        shared.sent[place] = entry.clone();
    }
    entry
}

/// Comes and goes in every way there is.
async fn come_and_go(world: World, seed: u64, moves: usize) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut link = Link { world: world.clone(), client: None };
    for _ in 0..moves {
        let seats = link.seats().await;
        let (pod, event, user, member) = {
            let shared = world.shared();
            let user = *shared.people.choose(&mut rng).expect("people");
            match seats.choose(&mut rng) {
                Some((pod, event, member)) if rng.random_bool(0.9) => (*pod, *event, user, *member),
                _ => {
                    let (pod, event) = *shared.pods.choose(&mut rng).expect("pods");
                    (pod, event, user, user)
                }
            }
        };
        // What only an owner may do is mostly tried by one.
        let find_owner = "SELECT user_id FROM pod_members WHERE pod_id = $1 AND role = 'owner'";
        let owner = match link.client().await.query_opt(find_owner, &[&pod]).await {
            Ok(Some(row)) if rng.random_bool(0.9) => row.get(0),
            _ => user,
        };
        let fresh = Uuid::from_u128(rng.random());
        let (name, sql, arguments): (&str, &str, Vec<Uuid>) = match rng.random_range(0..100) {
            0..40 => ("pod_join", "SELECT * FROM podium.pod_join($1, $2)", vec![pod, user]),
            40..56 => ("pod_leave", "SELECT * FROM podium.pod_leave($1, $2)", vec![pod, member]),
            56..66 => ("pod_remove", "SELECT * FROM podium.pod_remove($1, $2, $3)", vec![pod, owner, member]),
            66..76 => ("pod_admit", "SELECT * FROM podium.pod_admit($1, $2, $3)", vec![pod, owner, user]),
            76..80 => {
                ("pod_change", "SELECT * FROM podium.pod_change($1, $2, $3::uuid::text, NULL)", vec![pod, owner, fresh])
            }
            80..82 => ("pod_close", "SELECT * FROM podium.pod_close($1, $2)", vec![pod, owner]),
            82..86 => {
                ("pod_open", "SELECT * FROM podium.pod_open($1, $2, $3, 'Crew', 'open')", vec![fresh, event, user])
            }
            86..91 => ("leave_event", "SELECT * FROM podium.leave_event($1, $2)", vec![event, user]),
            _ => ("event_join", "SELECT * FROM public.join_event($1, $2)", vec![event, user]),
        };
        let rows = loop {
            let parameters: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> =
                arguments.iter().map(|a| a as _).collect();
            match link.client().await.query(sql, &parameters).await {
                Ok(rows) => break rows,
                Err(error) if lost(&error) => world.count(format!("{name}: sent again")),
                Err(error) if error.code().is_some_and(|code| code.code() == "40001") => {
                    world.count(format!("{name}: 40001"))
                }
                Err(error) => panic!("{name}: {error:?}"),
            }
        };
        let code: String = rows.first().expect("at least one row").get("code");
        world.count(format!("{name}: {code}"));
        if name == "pod_open" && code == "ok" {
            world.shared().pods.push((fresh, event));
        }
    }
}

/// Kills backends for as long as there are any.
async fn kill(world: World, seed: u64, admin: Client) {
    let mut rng = StdRng::seed_from_u64(seed);
    loop {
        tokio::time::sleep(Duration::from_millis(25)).await;
        let victim = {
            let mut shared = world.shared();
            let all: Vec<i32> = shared.backends.iter().copied().collect();
            let victim = all.choose(&mut rng).copied();
            victim.inspect(|pid| {
                shared.backends.remove(pid);
            })
        };
        if let Some(pid) = victim {
            admin.query("SELECT pg_terminate_backend($1)", &[&pid]).await.expect("kill a backend");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_log_tells_one_story_whatever_races() {
    let factor: usize =
        std::env::var("PODIUM_TEST_STRESS").map_or(1, |value| value.parse().expect("PODIUM_TEST_STRESS is a number"));
    let seed: u64 = std::env::var("PODIUM_TEST_STRESS_SEED")
        .map_or_else(|_| rand::random(), |value| value.parse().expect("PODIUM_TEST_STRESS_SEED is a number"));
    println!("PODIUM_TEST_STRESS_SEED={seed}");
    let mut rng = StdRng::seed_from_u64(seed);

    let database = Database::create().await;
    let admin = database.connect().await;
    let world = World { url: database.url().to_owned(), shared: Arc::default() };
    set_up(&admin, &world, &mut rng).await;

    let mut tasks = Vec::new();
    for n in 0..WRITERS {
        tasks.push(tokio::spawn(write(world.clone(), seed.wrapping_add(n), GROUPS * factor)));
    }
    for n in 0..MOVERS {
        tasks.push(tokio::spawn(come_and_go(world.clone(), seed.wrapping_add(100 + n), MOVES * factor)));
    }
    let killer = tokio::spawn(kill(world.clone(), seed, database.connect().await));
    for task in tasks {
        task.await.expect("no error but a lost connection or 40001");
    }
    killer.abort();

    println!("{:#?}", world.shared().codes);
    let wrong = judge(&admin, &world).await;
    assert!(wrong.is_empty(), "seed {seed}: {} violations:\n{}", wrong.len(), wrong.join("\n"));

    // A run in which nothing happened proves nothing.
    let shared = world.shared();
    for needed in [
        "append: ok",
        "append: conflict",
        "append: not_found",
        "append: not_member",
        "append: sent again",
        "pod_join: ok",
        "pod_join: pod_full",
        "pod_join: forbidden",
        "pod_join: not_member",
        "pod_leave: ok",
        "pod_remove: ok",
        "pod_admit: ok",
        "pod_close: ok",
        "pod_open: ok",
        "pod_change: ok",
        "leave_event: ok",
        "event_join: ok",
    ] {
        assert!(shared.codes.contains_key(needed), "seed {seed}: it never came to «{needed}»");
    }
}

/// Two events with everybody in them, and twelve pods with four members each.
async fn set_up(admin: &Client, world: &World, rng: &mut StdRng) {
    let mut uuids = |n: usize| (0..n).map(|_| Uuid::from_u128(rng.random())).collect::<Vec<_>>();
    let (people, events, pods) = (uuids(PEOPLE), uuids(2), uuids(12));
    admin
        .execute("INSERT INTO profiles (id, display_name) SELECT p, 'Person' FROM unnest($1::uuid[]) p", &[&people])
        .await
        .expect("people");
    admin
        .execute(
            "INSERT INTO events (id, slug, artist, city, venue, date_utc, created_by)
             SELECT e, 'event-' || n, 'Artist', 'City', 'Venue ' || n, now(), $2 FROM unnest($1::uuid[]) WITH ORDINALITY u (e, n)",
            &[&events, &people[0]],
        )
        .await
        .expect("events");
    admin
        .execute(
            "INSERT INTO event_members (event_id, user_id) SELECT e, p FROM unnest($1::uuid[]) e, unnest($2::uuid[]) p",
            &[&events, &people],
        )
        .await
        .expect("members");
    // The service may not write this table; people do, under row level security.
    admin
        .batch_execute(
            "CREATE FUNCTION public.join_event(_event uuid, _user uuid) RETURNS TABLE (code text)
             LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC
               INSERT INTO event_members (event_id, user_id) VALUES (_event, _user) ON CONFLICT DO NOTHING;
               SELECT 'ok';
             END",
        )
        .await
        .expect("a way into the event");
    for (n, pod) in pods.iter().enumerate() {
        let event = events[n % events.len()];
        let crew: Vec<&Uuid> = people.choose_multiple(rng, 4).collect();
        admin.query("SELECT podium.pod_open($1, $2, $3, 'Crew', 'open')", &[pod, &event, crew[0]]).await.expect("open");
        for member in &crew[1..] {
            admin.query("SELECT podium.pod_join($1, $2)", &[pod, member]).await.expect("join");
        }
        world.shared().pods.push((*pod, event));
    }
    let mut shared = world.shared();
    (shared.people, shared.events) = (people, events);
}

/// Reads everything back, and says what does not fit.
async fn judge(admin: &Client, world: &World) -> Vec<String> {
    let mut wrong = std::mem::take(&mut world.shared().wrong);
    let mut stored: HashMap<(Uuid, Uuid), (Uuid, Answer)> = HashMap::new();
    let pods = admin.query("SELECT id, last_seq, closed_at IS NOT NULL FROM pods", &[]).await.expect("pods");
    for pod in &pods {
        let id: Uuid = pod.get(0);
        let log = admin
            .query(
                "SELECT seq, changed_seq, kind, user_id, (data ->> 'by')::uuid, created_at, id FROM messages WHERE pod_id = $1 ORDER BY seq",
                &[&id],
            )
            .await
            .expect("a log");
        let members = admin
            .query("SELECT user_id, since_seq, role FROM pod_members WHERE pod_id = $1", &[&id])
            .await
            .expect("the members");
        stored.extend(log.iter().map(|row| ((id, row.get(6)), (row.get(3), (row.get(0), row.get(5))))));
        let faults = judge_log(&log, pod.get(1), pod.get(2), &members);
        wrong.extend(faults.into_iter().map(|what| format!("pod {id}: {what}")));
    }
    {
        let shared = world.shared();
        for ((pod, id, user), answers) in &shared.answers {
            let found = stored.get(&(*pod, *id));
            if !found.is_some_and(|(author, answer)| author == user && answers.iter().all(|given| given == answer)) {
                wrong.push(format!("{user} was answered {answers:?} for {id} in {pod}, but {found:?} is stored"));
            }
        }
        wrong.extend(shared.fresh.iter().filter(|(_, n)| **n > 1).map(|(key, n)| format!("{key:?} was new {n} times")));
    }
    for (what, sql) in [
        ("barred and yet a member", "SELECT count(*) FROM pod_members NATURAL JOIN pod_admissions WHERE NOT admitted"),
        (
            "pods without members that are open",
            "SELECT count(*) FROM pods p WHERE closed_at IS NULL AND NOT EXISTS (SELECT 1 FROM pod_members m WHERE m.pod_id = p.id)",
        ),
        (
            "members outside the pod's event",
            "SELECT count(*) FROM pod_members m JOIN pods p ON p.id = m.pod_id WHERE p.event_id <> m.event_id",
        ),
    ] {
        let n: i64 = admin.query_one(sql, &[]).await.expect("count").get(0);
        if n > 0 {
            wrong.push(format!("{what}: {n}"));
        }
    }
    wrong
}

/// Replays one log, line by line, against what may happen; then holds its end against the tables.
fn judge_log(log: &[Row], last_seq: i64, is_closed: bool, table: &[Row]) -> Vec<String> {
    let mut wrong = Vec::new();
    // Each member and the seq of toldest coming.
    let mut members: BTreeMap<Uuid, i64> = BTreeMap::new();
    let mut owner: Option<Uuid> = None;
    let mut closed = false;
    let mut before = DateTime::<Utc>::MIN_UTC;
    if last_seq != log.len() as i64 {
        wrong.push(format!("the head is {last_seq}, but there are {} entries", log.len()));
    }
    for (n, row) in log.iter().enumerate() {
        let (seq, changed_seq, kind): (i64, i64, &str) = (row.get(0), row.get(1), row.get(2));
        let (user, by, at): (Uuid, Option<Uuid>, DateTime<Utc>) = (row.get(3), row.get(4), row.get(5));
        let mut must = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("seq {seq}, {kind}: {what}"));
            }
        };
        must(seq == n as i64 + 1 && changed_seq == seq, "a gap or a double");
        must(at >= before, "earlier than the entry before it");
        before = at;
        must(!closed, "after the pod was closed");
        let orphaned = owner.is_none_or(|owner| !members.contains_key(&owner));
        must(seq == 1 || !orphaned || matches!(kind, "owner_changed" | "closed"), "while the pod has no owner");
        match kind {
            "joined" => {
                must(members.insert(user, seq).is_none(), "by one who was a member");
                must(members.len() <= 5, "a sixth member");
                owner = owner.or(Some(user));
            }
            "left" => must(members.remove(&user).is_some(), "by one who was no member"),
            "removed" => {
                must(members.remove(&user).is_some(), "of one who was no member");
                must(by == owner && by != Some(user), "not by the owner");
            }
            "owner_changed" => {
                let oldest = members.iter().min_by_key(|(_, since)| **since).map(|(user, _)| *user);
                must(orphaned && oldest == Some(user), "to one who is not the longest-standing member");
                owner = Some(user);
            }
            "renamed" => must(owner == Some(user), "not by the owner"),
            "closed" => {
                must(members.is_empty() || owner == Some(user), "not by the owner");
                members.clear();
                closed = true;
            }
            "text" => must(members.contains_key(&user), "by one who was no member"),
            _ => must(false, "an unknown kind"),
        }
    }
    if closed != is_closed {
        wrong.push(format!("the log says closed = {closed}, the table {is_closed}"));
    }
    let found: BTreeMap<Uuid, i64> = table.iter().map(|row| (row.get(0), row.get(1))).collect();
    if found != members {
        wrong.push(format!("the log leads to the members {members:?}, the table has {found:?}"));
    }
    let owners: Vec<Uuid> = table.iter().filter(|row| row.get::<_, &str>(2) == "owner").map(|row| row.get(0)).collect();
    if owners != owner.filter(|_| !members.is_empty()).into_iter().collect::<Vec<_>>() {
        wrong.push(format!("the log leads to the owner {owner:?}, the table has {owners:?}"));
    }
    wrong
}
