//! Votes in one hot poll a second: in groups, as the server takes them, beside single statements that keep a tally in a row,
//! as one would do it at first. Both on the same Postgres, which writes to the disk, one after the other.
//!
//! `make votes` runs it at full length, and holds it to ten times.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use std::vec::Drain;

use futures_util::future::join_all;
use podium::foundation::errors::{Code, Error, Result};
use podium::foundation::group_commit::{
    Connection, Entry, Failure, Group, GroupCommit, Metrics, Options, Target, Waiting, Writer,
};
use podium::foundation::metrics::{ENTRIES, Metric, SECONDS};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::database::{Database, connect};
use crate::support::postgres::Postgres;

/// The statement of the server's writers.
const CAST: &str = "SELECT code FROM podium.ballots_cast($1, $2, $3, $4) ORDER BY ord";

/// A vote of its own, with the tally in the poll's row.
const STORED: &str = "
    CREATE TABLE stored_tallies (post_id uuid PRIMARY KEY, rev bigint NOT NULL, voters bigint NOT NULL, counts bigint[] NOT NULL);
    CREATE FUNCTION vote_stored(_post uuid, _user uuid, _option int) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE old int;
    BEGIN
      PERFORM 1 FROM posts p JOIN event_members m ON m.event_id = p.event_id AND m.user_id = _user
        WHERE p.id = _post AND p.closed_at IS NULL;
      IF NOT FOUND THEN RETURN; END IF;
      PERFORM 1 FROM stored_tallies WHERE post_id = _post FOR UPDATE;
      SELECT mask INTO old FROM ballots WHERE post_id = _post AND user_id = _user;
      INSERT INTO ballots AS b (post_id, user_id, mask) VALUES (_post, _user, 1 << _option)
        ON CONFLICT (post_id, user_id) DO UPDATE SET mask = excluded.mask, changes = b.changes + 1;
      UPDATE stored_tallies SET rev = rev + 1, voters = voters + (old IS NULL)::int,
        counts = (SELECT array_agg(c + (1 << (o - 1)::int = 1 << _option)::int - coalesce((old = 1 << (o - 1)::int)::int, 0) ORDER BY o)
                  FROM unnest(counts) WITH ORDINALITY n (c, o)) WHERE post_id = _post;
    END $$;";

struct Poll;

struct Vote {
    post: Uuid,
    user: Uuid,
    mask: i32,
    /// Set by the first vote of each group of which a tally is due.
    counted: Arc<Counted>,
}

/// When the poll may be counted again, as the server does it: for at most a fiftieth of the time.
struct Counted {
    began: Instant,
    again_after: AtomicI64,
}

impl Target for Poll {
    type Subject = Uuid;
    type Queued = Waiting<Vote>;

    async fn prepare(&self, connection: &mut Connection) -> Result<(), Failure> {
        connection.prepare(CAST).await
    }

    async fn write(&self, writer: &mut Writer<Self>, taken: Drain<'_, Waiting<Vote>>) {
        writer.commit(taken.collect()).await;
    }

    fn connected(&self, _epoch: &str) {}

    fn recheck(&self, _suspects: HashSet<Uuid>) {}
}

impl Entry for Vote {
    type Target = Poll;
    type Answer = ();
    type Verdict = String;
    type News = ();

    fn subject(&self) -> Uuid {
        self.post
    }

    fn label(&self) -> String {
        self.post.to_string()
    }

    async fn commit(connection: &mut Connection, group: &Group<Self>) -> Result<Vec<String>, Failure> {
        let posts: Vec<Uuid> = group.entries().map(|vote| vote.post).collect();
        let users: Vec<Uuid> = group.entries().map(|vote| vote.user).collect();
        let masks: Vec<i32> = group.entries().map(|vote| vote.mask).collect();
        let first = group.entries().next().expect("a vote");
        let (now, due) = (Instant::now(), first.counted.again_after.load(Relaxed));
        let is_due = (now - first.counted.began).as_micros() as i64 >= due;
        let count = if is_due { vec![first.post] } else { Vec::new() };
        let rows = connection.query(CAST, &[&posts, &users, &masks, &count]).await?;
        if is_due {
            let pause = now.elapsed() * 50;
            first.counted.again_after.store((first.counted.began.elapsed() + pause).as_micros() as i64, Relaxed);
        }
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn judge(self, code: String, _repeated: bool, _news: &mut ()) -> Result<()> {
        if code == "ok" { Ok(()) } else { Err(Error::because(Code::Invalid, code)) }
    }

    fn announce(_poll: &Poll, (): ()) {}

    fn refused(&self, cause: &str) -> Error {
        Error::because(Code::Invalid, cause.to_owned())
    }
}

async fn poll(client: &Client, voters: i64) -> (Uuid, Vec<Uuid>) {
    let sql = format!(
        "WITH people AS (INSERT INTO profiles (id, display_name) SELECT podium.uuid_v7(), 'Person' FROM generate_series(1, {voters}) RETURNING id),
         event AS (INSERT INTO events (slug, artist, city, venue, date_utc, created_by)
           SELECT 'e' || id, 'A', 'C', id::text, now(), id FROM people LIMIT 1 RETURNING id, created_by),
         members AS (INSERT INTO event_members (event_id, user_id) SELECT event.id, people.id FROM event, people RETURNING user_id)
         INSERT INTO posts (event_id, user_id, kind, body)
           SELECT id, created_by, 'poll', '{{\"question\": \"Which?\", \"options\": [\"A\", \"B\", \"C\"], \"mode\": \"single\", \"results\": \"always\"}}'
           FROM event RETURNING id, event_id"
    );
    let row = client.query_one(&sql, &[]).await.expect("a poll");
    let people = "SELECT user_id FROM event_members WHERE event_id = $1";
    let people = client.query(people, &[&row.get::<_, Uuid>(1)]).await.expect("people");
    (row.get(0), people.iter().map(|row| row.get(0)).collect())
}

/// Votes a second, by this many voters at a time, each with a new voter until all have voted.
async fn rate(lasts: Duration, voters: usize, at_once: usize, vote: impl AsyncFn(usize, usize)) -> f64 {
    let next = AtomicI64::new(0);
    let began = Instant::now();
    join_all((0..at_once).map(async |lane| {
        while began.elapsed() < lasts {
            let number = next.fetch_add(1, Relaxed) as usize;
            // Who has voted changes the vote in the next round.
            vote(lane, number).await;
        }
    }))
    .await;
    let votes = next.load(Relaxed);
    assert!(votes > 0 && voters > 0);
    votes as f64 / began.elapsed().as_secs_f64()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn votes_in_groups_are_many_times_those_of_a_stored_tally() {
    let full = std::env::var("PODIUM_TEST_WALL").is_ok_and(|how| how == "full");
    let (lasts, voters) = if full { (Duration::from_secs(10), 20_000) } else { (Duration::from_secs(1), 1_000) };
    let postgres = if full { Postgres::start_durable().await } else { Postgres::start().await };
    let database = Database::create_ready_in(&postgres.url()).await;
    let client = connect(database.url()).await;
    client.batch_execute(STORED).await.expect("the other way");

    let (single, people) = poll(&client, voters).await;
    client
        .execute("INSERT INTO stored_tallies VALUES ($1, 0, 0, '{0,0,0}')", &[&single])
        .await
        .expect("a stored tally");
    let mut lanes = Vec::new();
    for _ in 0..8 {
        let client = connect(database.url()).await;
        let statement = client.prepare("SELECT vote_stored($1, $2, $3)").await.expect("a statement");
        lanes.push((client, statement));
    }
    let stored = rate(lasts, people.len(), lanes.len(), async |lane, number| {
        let (client, statement) = &lanes[lane];
        let option = ((number + number / people.len()) % 3) as i32;
        client.execute(statement, &[&single, &people[number % people.len()], &option]).await.expect("a vote");
    })
    .await;

    let (hot, people) = poll(&client, voters).await;
    let options = Options {
        name: "podium votes",
        url: database.url().to_owned(),
        writers: 1,
        entries: 10_000,
        wait: Duration::from_secs(20),
        metrics: Metrics {
            group: Metric::new_histogram("votes_group", ENTRIES, "Votes of a group."),
            seconds: Metric::new_histogram("votes_seconds", SECONDS, "Time of a group."),
            retries: Metric::new_counter("votes_retries", "Groups sent again."),
        },
    };
    let commits = GroupCommit::start(&options, Poll, |_, work| drop(tokio::spawn(work)));
    let counted = Arc::new(Counted { began: Instant::now(), again_after: AtomicI64::new(0) });
    let grouped = rate(lasts, people.len(), 512, async |_, number| {
        let mask = 1 << ((number + number / people.len()) % 3);
        let vote = Vote { post: hot, user: people[number % people.len()], mask, counted: Arc::clone(&counted) };
        commits.submit(vote).await.expect("a vote");
    })
    .await;
    let count =
        "SELECT (podium.poll_tally($1) ->> 'voters')::bigint, (SELECT count(*) FROM ballots WHERE post_id = $1)";
    let row = client.query_one(count, &[&hot]).await.expect("the ballots");
    assert_eq!(row.get::<_, i64>(0), row.get::<_, i64>(1));
    println!("votes a second in one poll, {voters} voters:");
    println!("  single statements with a stored tally, 8 connections: {stored:>8.0}");
    println!("  group commit, counted when read, 1 connection:        {grouped:>8.0}   {:.1} times", grouped / stored);
    assert!(!full || grouped >= 10.0 * stored, "{grouped:.0} is not ten times {stored:.0}");
}
