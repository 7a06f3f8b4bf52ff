//! A Redis for one test alone, which may kill it, halt it, or stand between it and a node.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

use super::{needs, port, resp};

/// How long it may take to start on a busy machine.
const START: Duration = Duration::from_secs(30);

/// A running `redis-server`. It ends with this value.
pub struct Redis {
    pub address: SocketAddr,
    arguments: Vec<String>,
    child: Option<Child>,
}

impl Redis {
    /// Starts one on a free port, which keeps nothing.
    pub async fn start() -> Redis {
        Redis::start_with(|port| vec!["--port".to_owned(), port.to_string()]).await
    }

    /// The same with arguments of its own, for this port.
    pub async fn start_with(arguments: impl FnOnce(u16) -> Vec<String>) -> Redis {
        needs::uses("redis");
        let address = port::free();
        let mut redis = Redis { address, arguments: arguments(address.port()), child: None };
        redis.start_again().await;
        redis
    }

    /// Starts it again after [`Redis::kill`], empty, in the same place.
    pub async fn start_again(&mut self) {
        let child = Command::new("redis-server")
            .args(&self.arguments)
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("redis-server, which `make test` installs");
        let child = self.child.insert(child);
        let deadline = Instant::now() + START;
        while TcpStream::connect(self.address).await.is_err() {
            assert!(child.try_wait().expect("its state").is_none(), "Redis has ended");
            assert!(Instant::now() < deadline, "Redis does not start");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// SIGKILL.
    pub async fn kill(&mut self) {
        self.child.take().expect("a running Redis").kill().await.expect("a kill");
    }

    /// Halts it as it stands: the kernel still takes connections for it, and nothing answers.
    pub fn freeze(&self) {
        kill(self.pid(), Signal::SIGSTOP).expect("a signal");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        kill(self.pid(), Signal::SIGCONT).expect("a signal");
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.as_ref().and_then(Child::id).expect("a running Redis") as i32)
    }
}

/// What happens to what Redis publishes on its way to a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Faults {
    /// The part of messages that is lost.
    pub lost: f64,
    /// The part that comes twice.
    pub doubled: f64,
    /// The part that comes late, overtaken by others.
    pub late: f64,
}

impl Faults {
    /// All comes once, in order.
    pub const NONE: Faults = Faults { lost: 0.0, doubled: 0.0, late: 0.0 };
}

/// How late, at most.
const LATE: Duration = Duration::from_millis(700);

/// What gets through.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rule {
    Open(Faults),
    /// Connections are cut, and none is made.
    Cut,
}

/// A proxy between a node and Redis, which knows the messages of pub/sub. It ends with this value.
pub struct BusProxy {
    pub address: SocketAddr,
    rule: watch::Sender<Rule>,
    tasks: Arc<Mutex<Vec<AbortHandle>>>,
}

impl BusProxy {
    /// A proxy of the Redis at this address; what it loses is chosen by the seed.
    pub async fn start(redis: SocketAddr, seed: u64) -> BusProxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let (rule, rules) = watch::channel(Rule::Open(Faults::NONE));
        let tasks: Arc<Mutex<Vec<AbortHandle>>> = Arc::default();
        let kept = Arc::clone(&tasks);
        let accepting = tokio::spawn(async move {
            let mut seeds = StdRng::seed_from_u64(seed);
            while let Ok((node, _)) = listener.accept().await {
                let (rules, rng) = (rules.clone(), StdRng::from_rng(&mut seeds));
                if *rules.borrow() == Rule::Cut {
                    continue;
                }
                let through = tokio::spawn(async move {
                    if let Ok(redis) = TcpStream::connect(redis).await {
                        pass(node, redis, rules, rng).await;
                    }
                });
                kept.lock().expect("the tasks").push(through.abort_handle());
            }
        });
        tasks.lock().expect("the tasks").push(accepting.abort_handle());
        BusProxy { address, rule, tasks }
    }

    /// From now on this happens to what is published.
    pub fn fault(&self, faults: Faults) {
        self.rule.send_replace(Rule::Open(faults));
    }

    /// Cuts the node off, until [`BusProxy::fault`].
    pub fn cut(&self) {
        self.rule.send_replace(Rule::Cut);
    }
}

impl Drop for BusProxy {
    fn drop(&mut self) {
        self.tasks.lock().expect("the tasks").drain(..).for_each(|task| task.abort());
    }
}

async fn pass(node: TcpStream, redis: TcpStream, mut rules: watch::Receiver<Rule>, rng: StdRng) {
    let _ = (node.set_nodelay(true), redis.set_nodelay(true));
    let (mut from_node, mut to_node) = node.into_split();
    let (from_redis, mut to_redis) = redis.into_split();
    let (out, mut waiting) = mpsc::unbounded_channel::<Vec<u8>>();
    let writing = async move {
        while let Some(bytes) = waiting.recv().await {
            if to_node.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    let asking = async move {
        let _ = tokio::io::copy(&mut from_node, &mut to_redis).await;
    };
    let current = rules.clone();
    tokio::select! {
        () = writing => {}
        () = asking => {}
        () = answers(from_redis, out, current, rng) => {}
        _ = rules.wait_for(|rule| *rule == Rule::Cut) => {}
    }
}

async fn answers(
    redis: OwnedReadHalf,
    out: mpsc::UnboundedSender<Vec<u8>>,
    rules: watch::Receiver<Rule>,
    mut rng: StdRng,
) {
    let mut redis = BufReader::new(redis);
    loop {
        let Ok(value) = resp::read(&mut redis).await else { return };
        let faults = match *rules.borrow() {
            Rule::Open(faults) if value.starts_with(b">3\r\n$7\r\nmessage\r\n") => faults,
            _ => Faults::NONE,
        };
        if rng.random_bool(faults.lost) {
            continue;
        }
        let times = 1 + usize::from(rng.random_bool(faults.doubled));
        for _ in 0..times {
            if rng.random_bool(faults.late) {
                let (out, value, late) = (out.clone(), value.clone(), LATE.mul_f64(rng.random_range(0.0..1.0)));
                tokio::spawn(async move {
                    tokio::time::sleep(late).await;
                    let _ = out.send(value);
                });
            } else if out.send(value.clone()).is_err() {
                return;
            }
        }
    }
}
