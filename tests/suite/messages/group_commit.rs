//! The kit for group commit, used by a small domain of its own: lines of rooms, which are all kept, and votes, of which the
//! last one of a person counts. With a real Postgres, and connections that break.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::vec::Drain;

use futures_util::future::join_all;
use podium::foundation::errors::{Code, Error, Result};
use podium::foundation::group_commit::{
    Connection, Entry, Failure, Group, GroupCommit, Metrics, Options, Target, Waiting, Writer,
};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::database::Database;
use crate::support::gate::{Gate, Passing};
use crate::support::wait;

const TABLES: &str = "CREATE TABLE public.lines (id uuid PRIMARY KEY, room uuid NOT NULL, text text NOT NULL CHECK (text <> 'bad'), \
     seq bigint GENERATED ALWAYS AS IDENTITY); \
   CREATE TABLE public.votes (contest uuid, person uuid, op uuid NOT NULL, changes int NOT NULL DEFAULT 0, \
     PRIMARY KEY (contest, person)); \
   GRANT SELECT, INSERT, UPDATE ON public.lines, public.votes TO podium_service";

/// Keeps each; a repeated id is answered with its first place.
const LINES: &str = "WITH put AS (INSERT INTO lines (id, room, text) \
     SELECT id, room, text FROM unnest($1::uuid[], $2::uuid[], $3::text[]) WITH ORDINALITY AS e (id, room, text, ord) ORDER BY ord \
     ON CONFLICT (id) DO NOTHING RETURNING id, seq) \
   SELECT coalesce(put.seq, lines.seq), put.seq IS NOT NULL FROM unnest($1::uuid[]) WITH ORDINALITY AS e (id, ord) \
     LEFT JOIN put USING (id) LEFT JOIN lines USING (id) ORDER BY ord";

/// Postgres refuses to meet a row twice in one of these.
const VOTES: &str = "INSERT INTO votes (contest, person, op) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) \
   ON CONFLICT (contest, person) DO UPDATE SET op = excluded.op, changes = votes.changes + 1 WHERE votes.op <> excluded.op";

/// What the board received, in order.
#[derive(Debug, PartialEq)]
enum Notice {
    Epoch(String),
    Lines(Vec<Uuid>),
    Recheck(Vec<Uuid>),
}

#[derive(Clone, Default)]
struct Board(Arc<Mutex<Vec<Notice>>>);

enum Queued {
    Line(Waiting<Line>),
    Vote(Waiting<Vote>),
}

impl From<Waiting<Line>> for Queued {
    fn from(line: Waiting<Line>) -> Self {
        Queued::Line(line)
    }
}

impl From<Waiting<Vote>> for Queued {
    fn from(vote: Waiting<Vote>) -> Self {
        Queued::Vote(vote)
    }
}

impl Target for Board {
    type Subject = Uuid;
    type Queued = Queued;

    async fn prepare(&self, connection: &mut Connection) -> Result<(), Failure> {
        connection.prepare(LINES).await
    }

    async fn write(&self, writer: &mut Writer<Self>, taken: Drain<'_, Queued>) {
        let (mut lines, mut votes) = (Group::default(), Group::default());
        for queued in taken {
            match queued {
                Queued::Line(line) => lines.push(line),
                Queued::Vote(vote) => votes.push(vote),
            }
        }
        writer.commit(lines).await;
        writer.commit(votes.last_of_each(|vote: &Vote| (vote.contest, vote.person))).await;
    }

    fn connected(&self, epoch: &str) {
        self.0.lock().unwrap().push(Notice::Epoch(epoch.to_owned()));
    }

    fn recheck(&self, suspects: HashSet<Uuid>) {
        self.0.lock().unwrap().push(Notice::Recheck(suspects.into_iter().collect()));
    }
}

struct Line {
    id: Uuid,
    room: Uuid,
    text: String,
}

impl Entry for Line {
    type Target = Board;
    /// Its place, and whether this attempt has stored it.
    type Answer = (i64, bool);
    type Verdict = (i64, bool);
    type News = Vec<Uuid>;

    fn subject(&self) -> Uuid {
        self.room
    }

    fn label(&self) -> String {
        self.id.to_string()
    }

    async fn commit(connection: &mut Connection, group: &Group<Self>) -> Result<Vec<(i64, bool)>, Failure> {
        let ids: Vec<_> = group.entries().map(|line| line.id).collect();
        let rooms: Vec<_> = group.entries().map(|line| line.room).collect();
        let texts: Vec<_> = group.entries().map(|line| line.text.as_str()).collect();
        let rows = connection.query(LINES, &[&ids, &rooms, &texts]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    fn judge(self, verdict: (i64, bool), _repeated: bool, news: &mut Vec<Uuid>) -> Result<(i64, bool)> {
        news.push(self.id);
        Ok(verdict)
    }

    fn announce(board: &Board, news: Vec<Uuid>) {
        board.0.lock().unwrap().push(Notice::Lines(news));
    }

    fn refused(&self, _cause: &str) -> Error {
        Error::invalid("/text", "must be good")
    }
}

struct Vote {
    contest: Uuid,
    person: Uuid,
    op: Uuid,
}

impl Entry for Vote {
    type Target = Board;
    /// What counts.
    type Answer = Uuid;
    type Verdict = ();
    type News = ();

    fn subject(&self) -> Uuid {
        self.contest
    }

    fn label(&self) -> String {
        self.op.to_string()
    }

    async fn commit(connection: &mut Connection, group: &Group<Self>) -> Result<Vec<()>, Failure> {
        let contests: Vec<_> = group.entries().map(|vote| vote.contest).collect();
        let people: Vec<_> = group.entries().map(|vote| vote.person).collect();
        let ops: Vec<_> = group.entries().map(|vote| vote.op).collect();
        connection.query(VOTES, &[&contests, &people, &ops]).await?;
        Ok(vec![(); group.len()])
    }

    fn judge(self, (): (), _repeated: bool, (): &mut ()) -> Result<Uuid> {
        Ok(self.op)
    }

    fn announce(_board: &Board, (): ()) {}

    fn refused(&self, cause: &str) -> Error {
        Error::internal(cause)
    }
}

/// Writers before a database with the tables.
struct House {
    board: Board,
    commits: GroupCommit<Board>,
    postgres: Client,
    gate: Gate,
    _database: Database,
}

impl House {
    async fn new(writers: usize, entries: usize, wait: Duration) -> Self {
        let database = Database::create().await;
        let postgres = database.connect().await;
        postgres.batch_execute(TABLES).await.expect("the tables");
        let gate = Gate::before(database.url()).await;
        let metrics = Metrics {
            group: podium::crew::journal::metrics::JOURNAL_GROUP,
            seconds: podium::crew::journal::metrics::JOURNAL_SECONDS,
            retries: podium::crew::journal::metrics::JOURNAL_RETRIES,
        };
        let options = Options { name: "board", url: gate.url.clone(), writers, entries, wait, metrics };
        let board = Board::default();
        let commits = GroupCommit::start(&options, board.clone(), |_, work| drop(tokio::spawn(work)));
        let house = House { board, commits, postgres, gate, _database: database };
        wait::until("the writers are connected", async || house.connections() == writers).await;
        house
    }

    /// How often a writer has connected.
    fn connections(&self) -> usize {
        self.count(|notice| matches!(notice, Notice::Epoch(_)))
    }

    /// Returns how many calls are so.
    fn count(&self, is_it: impl Fn(&Notice) -> bool) -> usize {
        self.board.0.lock().unwrap().iter().filter(|notice| is_it(notice)).count()
    }

    /// Nothing is committed until [`House::let_go`].
    async fn hold(&self) {
        self.postgres
            .batch_execute("BEGIN; LOCK TABLE public.lines, public.votes IN SHARE MODE")
            .await
            .expect("a lock");
        // A writer waits with this one, so that what comes now gathers.
        drop(self.say(Uuid::nil(), "held"));
        let waits =
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'board' AND wait_event_type = 'Lock'";
        wait::until("the writer waits", async || {
            self.postgres.query_one(waits, &[]).await.expect("ask").get::<_, i64>(0) == 1
        })
        .await;
    }

    async fn let_go(&self) {
        self.postgres.batch_execute("COMMIT").await.expect("let go");
    }

    fn say(&self, room: Uuid, text: &str) -> impl Future<Output = Result<(i64, bool)>> + use<> {
        self.commits.submit(Line { id: Uuid::now_v7(), room, text: text.to_owned() })
    }

    /// The room's texts, in order.
    async fn texts(&self, room: Uuid) -> Vec<String> {
        let rows = self.postgres.query("SELECT text FROM public.lines WHERE room = $1 ORDER BY seq", &[&room]).await;
        rows.expect("the lines").iter().map(|row| row.get(0)).collect()
    }
}

const PATIENT: Duration = Duration::from_secs(20);

fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}

fn code<T: std::fmt::Debug>(outcome: &Result<T>) -> Code {
    outcome.as_ref().expect_err("a refusal").code
}

#[tokio::test]
async fn entries_of_a_subject_keep_their_order_and_are_written_though_nobody_waits() {
    let house = House::new(3, 10_000, PATIENT).await;
    assert!(
        house.board.0.lock().unwrap().iter().all(|notice| matches!(notice, Notice::Epoch(epoch) if !epoch.is_empty()))
    );
    let rooms: Vec<Uuid> = (0..5).map(|_| Uuid::now_v7()).collect();
    for number in 0..400 {
        for room in &rooms {
            drop(house.say(*room, &number.to_string()));
        }
        if number % 50 == 0 {
            tokio::task::yield_now().await;
        }
    }
    assert!(house.commits.drain(PATIENT).await);
    for room in rooms {
        assert_eq!(house.texts(room).await, numbers(400));
    }
    let groups = house.count(|notice| matches!(notice, Notice::Lines(_)));
    assert!((3..200).contains(&groups), "2000 lines in {groups} groups");
}

#[tokio::test]
async fn a_bad_entry_fails_alone() {
    let house = House::new(1, 1_000, PATIENT).await;
    let room = Uuid::now_v7();
    house.hold().await;
    let text = |number: usize| match number {
        7 => "bad".to_owned(),
        21 => "\0".to_owned(),
        _ => number.to_string(),
    };
    let said: Vec<_> = (0..40).map(|number| house.say(room, &text(number))).collect();
    house.let_go().await;
    let answers = join_all(said).await;
    for (number, answer) in answers.iter().enumerate() {
        match number {
            7 | 21 => assert_eq!(code(answer), Code::Invalid),
            _ => assert!(answer.is_ok(), "{number}: {answer:?}"),
        }
    }
    let wanted: Vec<String> = numbers(40).into_iter().filter(|text| text != "7" && text != "21").collect();
    assert_eq!(house.texts(room).await, wanted);
    assert_eq!(house.connections(), 1, "the connection is not at fault");
}

#[tokio::test]
async fn lost_connections_lose_and_double_nothing() {
    let house = House::new(2, 10_000, PATIENT).await;
    let rooms: Vec<Uuid> = (0..4).map(|_| Uuid::now_v7()).collect();
    let mut said = Vec::new();
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'board' \
         AND datname = current_database()";
    for number in 0..300 {
        said.extend(rooms.iter().map(|room| house.say(*room, &number.to_string())));
        match number % 30 {
            29 => drop(house.postgres.execute(kill, &[]).await.expect("end them")),
            _ => tokio::time::sleep(Duration::from_millis(3)).await,
        }
    }
    let answers = join_all(said).await;
    let places: HashSet<i64> = answers.iter().map(|answer| answer.as_ref().expect("stored").0).collect();
    assert_eq!(places.len(), answers.len());
    for room in rooms {
        assert_eq!(house.texts(room).await, numbers(300));
    }
    assert!(house.connections() > 4, "some were lost");
}

#[tokio::test]
async fn what_was_committed_unseen_is_answered_with_its_first_outcome() {
    let house = House::new(1, 1_000, PATIENT).await;
    let room = Uuid::now_v7();
    house.gate.lets_pass(Passing::Questions);
    let said = tokio::spawn(house.say(room, "once"));
    wait::until("it is stored", async || house.texts(room).await.len() == 1).await;
    assert!(!said.is_finished());
    house.gate.lets_pass(Passing::Refused);
    house.gate.lets_pass(Passing::Everything);
    let (_, fresh) = said.await.expect("no panic").expect("stored");
    assert!(!fresh);
    assert_eq!(house.texts(room).await, ["once"]);
    assert_eq!(house.count(|notice| matches!(notice, Notice::Recheck(_))), 0, "nothing was given up");
}

#[tokio::test]
async fn what_was_given_up_is_looked_for_though_nobody_writes() {
    let house = House::new(1, 1_000, Duration::from_millis(300)).await;
    let room = Uuid::now_v7();
    house.gate.lets_pass(Passing::Questions);
    let answer = house.say(room, "unseen").await;
    assert_eq!(code(&answer), Code::Unavailable);
    assert_eq!(house.texts(room).await, ["unseen"]);
    house.gate.lets_pass(Passing::Refused);
    house.gate.lets_pass(Passing::Everything);
    wait::until("the room is suspect", async || house.count(|notice| *notice == Notice::Recheck(vec![room])) == 1)
        .await;
}

#[tokio::test]
async fn what_does_not_fit_is_overloaded_at_once() {
    let house = House::new(1, 10, PATIENT).await;
    let room = Uuid::now_v7();
    house.hold().await;
    let mut said: Vec<_> = (0..15).map(|number| house.say(room, &number.to_string())).collect();
    let beyond = join_all(said.split_off(10)).await;
    assert!(beyond.iter().all(|answer| code(answer) == Code::Overloaded), "{beyond:?}");
    assert!(!house.commits.drain(Duration::from_millis(20)).await);
    house.let_go().await;
    assert!(join_all(said).await.iter().all(Result::is_ok));
    assert_eq!(house.texts(room).await, numbers(10));
    assert!(house.commits.drain(Duration::ZERO).await);
}

#[tokio::test]
async fn repeats_are_kept_or_the_last_one_counts_and_all_are_answered() {
    let house = House::new(1, 1_000, PATIENT).await;
    let [contest, ana, ben] = [(); 3].map(|()| Uuid::now_v7());
    house.hold().await;
    let id = Uuid::now_v7();
    let twice = [(); 2].map(|()| house.commits.submit(Line { id, room: contest, text: "once".to_owned() }));
    let ops: Vec<Uuid> = (0..5).map(|_| Uuid::now_v7()).collect();
    let votes = [ana, ana, ben, ana, ben].into_iter().zip(&ops);
    let votes: Vec<_> = votes.map(|(person, op)| house.commits.submit(Vote { contest, person, op: *op })).collect();
    house.let_go().await;
    let lines: Vec<_> = join_all(twice).await.into_iter().map(|answer| answer.expect("stored").0).collect();
    assert_eq!(lines[0], lines[1]);
    let answers: Vec<Uuid> = join_all(votes).await.into_iter().map(|answer| answer.expect("counted")).collect();
    assert_eq!(answers, [ops[3], ops[3], ops[4], ops[3], ops[4]]);
    let rows = house.postgres.query("SELECT op, changes FROM public.votes ORDER BY op", &[]).await.expect("the votes");
    let stored: Vec<(Uuid, i32)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(stored, [(ops[3], 0), (ops[4], 0)], "each was written once");
    assert_eq!(house.connections(), 1);
}
