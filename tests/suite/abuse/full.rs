//! Every attack beside a victim, and what the victim felt of it.
//!
//! The suite runs each small and for a moment, and asks only that the victim was served. `make abuse` runs them at full
//! size (`PODIUM_TEST_ABUSE=full`) for `PODIUM_TEST_ABUSE_SECONDS` each (30), those of `PODIUM_TEST_ABUSE_ONLY` alone if it names
//! some, and prints a table.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use super::attacks::{ATTACKS, Attack, Cost, Stop, Target};
use super::victim::{Report, Victim};
use crate::support::crowd::setting;
use crate::support::server::{Server, as_delivered};

/// The most that the 99th percentile of an action may grow under attack.
const GROWTH: u32 = 3;

/// Below this a longer time is not felt; it is the noise of a machine.
const NOISE: Duration = Duration::from_millis(10);

fn is_full() -> bool {
    std::env::var("PODIUM_TEST_ABUSE").is_ok_and(|size| size == "full")
}

/// Runs the victim for a while, beside an attack if there is one.
async fn felt(target: &Target, victim: &Victim, time: Duration, attack: Option<(&Attack, &Cost)>) -> Report {
    let stop = Stop::default();
    let run = async {
        if let Some((attack, cost)) = attack {
            (attack.run)(target, &stop, cost).await;
        }
    };
    let end = async {
        tokio::time::sleep(time).await;
        stop.now();
    };
    tokio::join!(victim.live(target, &stop), run, end).0
}

/// Prints one line for each action, and returns whether the victim was served as without the attack.
fn print(name: &str, (before, during): (&Report, &Report), (cost, time): (&Cost, Duration)) -> bool {
    let seconds = time.as_secs_f64();
    let per_second = |count: &std::sync::atomic::AtomicU64| count.load(Relaxed) as f64 / seconds;
    println!(
        "{name}: {} connections, {:.0} requests/s ({:.0} refused), {:.0} kB/s",
        cost.connections.load(Relaxed),
        per_second(&cost.requests),
        per_second(&cost.refused),
        per_second(&cost.bytes) / 1_000.0
    );
    let mut good = true;
    for (action, now) in during {
        let p99 = before.get(action).map_or(Duration::ZERO, |felt| felt.quantile(0.99));
        let served = now.unavailable + now.limited + now.failed == 0;
        let quick = now.quantile(0.99) <= (p99 * GROWTH).max(NOISE);
        // A socket that had to be opened again is one that was lost.
        let well = served && quick;
        good &= well;
        let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
        println!(
            "  {action:8} {:5} | before p50 {:7.1} p99 {:7.1} ms | during p50 {:7.1} p99 {:7.1} ms | {} 503, {} 429, {} failed | {}",
            now.count(),
            before.get(action).map_or(0.0, |felt| ms(felt.quantile(0.5))),
            ms(p99),
            ms(now.quantile(0.5)),
            ms(now.quantile(0.99)),
            now.unavailable,
            now.limited,
            now.failed,
            if well { "pass" } else { "FAIL" }
        );
    }
    good
}

async fn target(full: bool) -> Target {
    let cheap: &[(&str, &str)] =
        if full { &[] } else { &[("PODIUM_HASH_MEMORY", "1MiB"), ("PODIUM_HASH_PASSES", "1")] };
    let mut settings = as_delivered();
    settings.extend([("PODIUM_TRUSTED_PROXIES", "127.0.0.0/8"), ("PODIUM_LIMIT_MESSAGES", "off")]);
    settings.extend(cheap);
    Target { server: Server::start_with(&settings).await, full, email: "victim@example.org".to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_attack_beside_a_victim() {
    let full = is_full();
    let time = Duration::from_secs(if full { setting("PODIUM_TEST_ABUSE_SECONDS", 30) as u64 } else { 1 });
    let only = std::env::var("PODIUM_TEST_ABUSE_ONLY").unwrap_or_default();
    let chosen = ATTACKS.iter().filter(|attack| only.is_empty() || only.split(',').any(|name| name == attack.name));
    let mut bad = Vec::new();
    for attack in chosen {
        // Each on a server of its own, which no attack has left its mark on.
        let target = target(full).await;
        let victim = Victim::new(&target).await;
        let before = felt(&target, &victim, time / 2, None).await;
        let cost = Cost::default();
        let memory = target.server.metric("process_resident_memory_bytes").await;
        let during = felt(&target, &victim, time, Some((attack, &cost))).await;
        let grown = (target.server.metric("process_resident_memory_bytes").await - memory) / 1e6;
        let good = print(attack.name, (&before, &during), (&cost, time));
        // How long until the victim is served as before.
        let ended = Instant::now();
        while felt(&target, &victim, Duration::ZERO, None).await.values().any(|felt| felt.unavailable + felt.failed > 0)
        {
            assert!(ended.elapsed() < Duration::from_secs(60), "{}: nobody is served after it", attack.name);
        }
        println!("  served again after {:.1} s; memory grew by {grown:.0} MB", ended.elapsed().as_secs_f64());
        assert!(cost.requests.load(Relaxed) > 0, "{} did nothing", attack.name);
        assert!(before.values().all(|felt| felt.unavailable + felt.failed == 0), "the victim was not served before");
        assert!(during.values().all(|felt| felt.count() > 0), "the victim did nothing");
        if !good {
            bad.push(attack.name);
        }
    }
    println!("the victim felt: {}", if bad.is_empty() { "nothing".to_owned() } else { bad.join(", ") });
    assert!(!full || bad.is_empty(), "the victim felt {}", bad.join(", "));
}
