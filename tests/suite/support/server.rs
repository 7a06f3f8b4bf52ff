//! The real binary, on ports of the system's choice, against a database of its own.
//!
//! ```ignore
//! let server = Server::start().await;
//! let ana = server.person("Ana");
//! let answer = server.get("/v1/me", &ana).await;
//! assert_eq!(answer.status, 200);
//! ```
//!
//! A server that is dropped is killed, and a panic in its log fails the test that started it.

use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use uuid::Uuid;

use super::database::Database;

/// The secret of every test's tokens.
pub const SECRET: &str = "a secret that is for tests alone, and long enough";

/// The limits that are lifted for tests: their people make more, and ask faster, than anybody should. Tests about the
/// limits set them.
const LIFTED: [(&str, &str); 12] = [
    ("PODIUM_LIMIT_EVENTS", "off"),
    ("PODIUM_LIMIT_PODS", "off"),
    ("PODIUM_LIMIT_TOPIC_JOINS", "off"),
    ("PODIUM_LIMIT_CHANGES", "off"),
    ("PODIUM_LIMIT_CHANGES_AT_ONCE", "1000"),
    ("PODIUM_LIMIT_JOINS", "off"),
    ("PODIUM_LIMIT_PODS_OF_EVENT", "off"),
    ("PODIUM_LIMIT_POSTS", "off"),
    ("PODIUM_LIMIT_COMMENTS", "off"),
    ("PODIUM_LIMIT_REACTIONS", "off"),
    ("PODIUM_LIMIT_REQUESTS", "off"),
    ("PODIUM_LIMIT_STRANGERS", "off"),
];

/// The settings of a server whose limits are those that it is delivered with: an empty value is none.
pub fn as_delivered() -> Vec<(&'static str, &'static str)> {
    LIFTED.map(|(name, _)| (name, "")).to_vec()
}

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_secs(60);

/// One running `podium serve`.
pub struct Server {
    /// `http://127.0.0.1:…`, where the API and the sockets are.
    pub url: String,
    /// `http://127.0.0.1:…`, where `/metrics`, `/healthz` and `/readyz` are.
    pub admin_url: String,
    /// Its database; dropped after the server.
    pub database: Arc<Database>,
    settings: Vec<(String, String)>,
    child: Child,
    log: Log,
    client: reqwest::Client,
}

/// A person with a token.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: Uuid,
    pub name: String,
    pub token: String,
}

/// What the server said to a request.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    /// The JSON of the body, or its text, or null when there is none.
    pub body: Value,
}

impl Answer {
    /// Asserts on the status, and gives the body.
    #[track_caller]
    pub fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "answered {}", self.body);
        self.body
    }

    /// Asserts that this is a problem document with the status and the code, and gives it.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, &self.body["code"]), (status, &json!(code)), "answered {}", self.body);
        let content_type = self.headers.get("content-type").map(|value| value.as_bytes());
        assert_eq!(content_type, Some(&b"application/problem+json"[..]));
        assert_eq!(self.body["status"], json!(status));
        self.body
    }
}

impl Server {
    /// Starts with the default settings on a new database.
    pub async fn start() -> Server {
        Server::start_with(&[]).await
    }

    /// The same with further settings, by the names of their environment variables.
    pub async fn start_with(settings: &[(&str, &str)]) -> Server {
        Server::start_on(Arc::new(Database::create().await), settings).await
    }

    /// The same on a database that other servers of the test may share.
    pub async fn start_on(database: Arc<Database>, settings: &[(&str, &str)]) -> Server {
        let settings = settings.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect::<Vec<_>>();
        let started = launch(&database, &settings, "127.0.0.1:0", "127.0.0.1:0").await;
        Server {
            url: format!("http://{}", started.address),
            admin_url: format!("http://{}", started.admin_address),
            database,
            settings,
            child: started.child,
            log: started.log,
            client: reqwest::Client::new(),
        }
    }

    /// The address for websockets, without the query.
    pub fn socket_url(&self) -> String {
        format!("{}/socket/websocket", self.url.replacen("http", "ws", 1))
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("the server has ended")
    }

    /// SIGKILL: no good-bye.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("killing the server");
    }

    /// SIGTERM, and waits for the end.
    pub async fn terminate(&mut self) -> ExitStatus {
        self.ask_to_stop();
        self.ended().await
    }

    /// SIGTERM alone. A second one would end it at once.
    pub fn ask_to_stop(&self) {
        let pid = rustix::process::Pid::from_raw(self.pid() as i32).expect("a process id");
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("terminating the server");
    }

    /// Waits for the end.
    pub async fn ended(&mut self) -> ExitStatus {
        tokio::time::timeout(START, self.child.wait()).await.expect("the server did not end").expect("its status")
    }

    /// Starts again, after [`Server::kill`] or [`Server::terminate`], on the same addresses and the same database.
    pub async fn restart(&mut self) {
        let (address, admin) = (self.url.replacen("http://", "", 1), self.admin_url.replacen("http://", "", 1));
        self.assert_no_panic();
        let started = launch(&self.database, &self.settings, &address, &admin).await;
        (self.child, self.log) = (started.child, started.log);
    }

    /// The lines of the log so far, of stdout and stderr, since the last start.
    pub fn log(&self) -> Vec<String> {
        self.log.lines()
    }

    /// Fails if a thread of the server has panicked.
    pub fn assert_no_panic(&self) {
        if let Some(line) = self.log().iter().find(|line| line.contains("panicked")) {
            panic!("the server panicked: {line}");
        }
    }

    /// A new person, with a token for an hour.
    pub fn person(&self, name: &str) -> Person {
        let id = Uuid::now_v7();
        Person { id, name: name.to_owned(), token: token(id, name, Duration::from_secs(3600)) }
    }

    /// A new person whose token has the role of a moderator, for an hour.
    pub fn moderator(&self, name: &str) -> Person {
        let (id, exp) = (Uuid::now_v7(), chrono::Utc::now().timestamp() + 3600);
        let claims = json!({"sub": id, "name": name, "role": "moderator", "exp": exp});
        Person { id, name: name.to_owned(), token: sign(&claims, SECRET) }
    }

    /// `count` new people.
    pub fn people<const COUNT: usize>(&self) -> [Person; COUNT] {
        std::array::from_fn(|number| self.person(&format!("Person {}", number + 1)))
    }

    /// One request. `token` and `body` may be left out with `None`.
    pub async fn http(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Answer {
        let mut request = self.request(method, path, token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(request).await
    }

    /// One request without a token, with further headers.
    pub async fn http_with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let request = headers
            .iter()
            .fold(self.request(method, path, None), |request, (name, value)| request.header(*name, *value));
        answer(request.json(&body)).await
    }

    /// One request with a body of any bytes.
    pub async fn raw(&self, method: &str, path: &str, token: &str, content_type: &str, body: Vec<u8>) -> Answer {
        answer(self.request(method, path, Some(token)).header("content-type", content_type).body(body)).await
    }

    pub async fn get(&self, path: &str, person: &Person) -> Answer {
        self.http("GET", path, Some(&person.token), None).await
    }

    pub async fn post(&self, path: &str, person: &Person, body: Value) -> Answer {
        self.http("POST", path, Some(&person.token), Some(body)).await
    }

    pub async fn put(&self, path: &str, person: &Person, body: Value) -> Answer {
        self.http("PUT", path, Some(&person.token), Some(body)).await
    }

    pub async fn patch(&self, path: &str, person: &Person, body: Value) -> Answer {
        self.http("PATCH", path, Some(&person.token), Some(body)).await
    }

    pub async fn delete(&self, path: &str, person: &Person) -> Answer {
        self.http("DELETE", path, Some(&person.token), None).await
    }

    /// What `/metrics` says of one counter or gauge, over all its labels.
    pub async fn metric(&self, name: &str) -> f64 {
        let text = self.client.get(format!("{}/metrics", self.admin_url)).send().await.expect("metrics").text().await;
        let text = text.expect("metrics");
        let samples =
            text.lines().filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '{'])));
        samples.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
    }

    /// The same of several, read at once; what it does not name yet is left out.
    pub async fn metrics<'a>(&self, names: &[&'a str]) -> Vec<(&'a str, f64)> {
        let text = self.client.get(format!("{}/metrics", self.admin_url)).send().await.expect("metrics").text().await;
        let text = text.expect("metrics");
        let samples = text.lines().filter_map(|line| {
            let (sample, value) = line.rsplit_once(' ')?;
            let name = sample.split('{').next()?;
            Some((*names.iter().find(|wanted| **wanted == name)?, value.parse().ok()?))
        });
        samples.collect()
    }

    /// How many statements `work` costs Postgres: the least of some tries, since the server has work of its own beside
    /// it.
    pub async fn statements<T>(&self, work: impl AsyncFn() -> T) -> f64 {
        let mut least = f64::INFINITY;
        for _ in 0..5 {
            let before = self.metric("podium_db_statements_total").await;
            work().await;
            least = least.min(self.metric("podium_db_statements_total").await - before);
        }
        least
    }

    /// A new event three weeks ahead, in a house of its own; gives its id.
    pub async fn event(&self, maker: &Person) -> Uuid {
        let date = chrono::Utc::now() + chrono::Duration::weeks(3);
        let venue = format!("Gewandhaus {}", Uuid::now_v7());
        let body = json!({"artist": "Ólafur Arnalds", "city": "Leipzig", "venue": venue, "date_utc": date});
        id_of(&self.post("/v1/events", maker, body).await.ok(201))
    }

    /// Makes `person` a member of the event.
    pub async fn join_event(&self, event: Uuid, person: &Person) {
        self.put(&format!("/v1/events/{event}/members/me"), person, json!({})).await.ok(200);
    }

    /// A new open pod with `people` in it, the first of whom owns it, in a new event whose members they are; gives the
    /// event's id and the pod's.
    pub async fn pod(&self, people: &[Person]) -> (Uuid, Uuid) {
        let event = self.event(&people[0]).await;
        for person in people {
            self.join_event(event, person).await;
        }
        let pod = self.post(&format!("/v1/events/{event}/pods"), &people[0], json!({"name": "The front row"})).await;
        let pod = id_of(&pod.ok(201));
        for person in &people[1..] {
            self.put(&format!("/v1/pods/{pod}/members/me"), person, json!({})).await.ok(200);
        }
        (event, pod)
    }

    fn request(&self, method: &str, path: &str, token: Option<&str>) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self.client.request(method, format!("{}{path}", self.url));
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Before the database goes, which counts on nobody using it.
        let _ = self.child.start_kill();
        if !std::thread::panicking() {
            self.assert_no_panic();
        } else {
            let lines = self.log();
            let tail = &lines[lines.len().saturating_sub(40)..];
            eprintln!("the end of the server's log:\n{}", tail.join("\n"));
        }
    }
}

/// The `id` of a resource.
pub fn id_of(resource: &Value) -> Uuid {
    resource["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("no id in {resource}"))
}

/// An event of `GET /v1/events/{id}` as others answer it: without its numbers.
pub fn without_counts(mut event: Value) -> Value {
    for name in ["going", "open_pods", "free_seats"] {
        let number = event.as_object_mut().and_then(|event| event.remove(name));
        assert!(number.is_some_and(|number| number.is_i64()), "no {name} in {event}");
    }
    event
}

/// The list inside an answer, such as the `items` of a page.
pub fn list<'a>(answer: &'a Value, name: &str) -> &'a [Value] {
    answer[name].as_array().unwrap_or_else(|| panic!("no {name} in {answer}"))
}

/// The text of a field.
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// A token for `sub` that is good for `lifetime`.
pub fn token(sub: Uuid, name: &str, lifetime: Duration) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    sign(&json!({"sub": sub, "name": name, "exp": (now + lifetime).as_secs()}), SECRET)
}

/// Any claims, signed with any secret.
pub fn sign(claims: &Value, secret: &str) -> String {
    jsonwebtoken::encode(&Header::default(), claims, &EncodingKey::from_secret(secret.as_bytes())).expect("a token")
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.expect("the body");
    let body = match text.is_empty() {
        true => Value::Null,
        false => serde_json::from_str(&text).unwrap_or(Value::String(text)),
    };
    Answer { status, headers, body }
}

struct Started {
    child: Child,
    log: Log,
    address: String,
    admin_address: String,
}

async fn launch(database: &Database, settings: &[(String, String)], listen: &str, admin: &str) -> Started {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podium"));
    command.arg("serve").env_clear();
    for name in ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "RUST_BACKTRACE"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
        .env("DATABASE_URL", database.url())
        .env("PODIUM_JWT_SECRET", SECRET)
        .env("PODIUM_LISTEN", listen)
        .env("PODIUM_ADMIN_LISTEN", admin)
        // More than one of each, however small the machine, so that what crosses threads is tested.
        .env("PODIUM_WORKERS", "2")
        .env("PODIUM_JOURNAL_WRITERS", "2")
        .env("PODIUM_DB_POOL", "6")
        .envs(LIFTED)
        .envs(settings.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().expect("starting the server");
    let log = Log::default();
    log.keep(child.stdout.take().expect("its stdout"));
    log.keep(child.stderr.take().expect("its stderr"));
    let deadline = Instant::now() + START;
    loop {
        if let Some((address, admin_address)) = log.lines().iter().find_map(|line| listening(line)) {
            return Started { child, log, address, admin_address };
        }
        if let Some(status) = child.try_wait().expect("its status") {
            tokio::time::sleep(Duration::from_millis(50)).await;
            panic!("the server ended with {status}:\n{}", log.lines().join("\n"));
        }
        assert!(Instant::now() < deadline, "the server did not start:\n{}", log.lines().join("\n"));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The two addresses of the log line `listening`.
fn listening(line: &str) -> Option<(String, String)> {
    let line: Value = serde_json::from_str(line).ok()?;
    let fields = line.get("fields").unwrap_or(&line);
    if fields["message"] != "listening" {
        return None;
    }
    Some((fields["address"].as_str()?.to_owned(), fields["admin_address"].as_str()?.to_owned()))
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn lines(&self) -> Vec<String> {
        self.0.lock().expect("the log").clone()
    }

    /// Collects the lines from now until the pipe ends.
    fn keep(&self, pipe: impl AsyncRead + Unpin + Send + 'static) {
        let log = self.clone();
        tokio::spawn(async move {
            let mut lines = BufReader::new(pipe).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                log.0.lock().expect("the log").push(line);
            }
        });
    }
}
