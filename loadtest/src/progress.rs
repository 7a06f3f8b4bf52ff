//! Live progress on a terminal; elsewhere nothing is printed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::crowd::Gauges;
use crate::report::thousands;

/// The phase of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// People and pods are created, in this many steps.
    Making(usize),
    /// This many sessions connect.
    Connecting(usize),
    /// The sessions send, for this time.
    Talking(Duration),
    /// People and pods are removed, in this many steps.
    Removing(usize),
}

/// Shows the progress.
pub struct Progress {
    phase: Arc<Mutex<Option<(Phase, Instant)>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts to show the gauges on standard error, if that is a terminal.
    pub fn start(gauges: Arc<Gauges>, quiet: bool) -> Self {
        let (phase, over) = (Arc::new(Mutex::new(None)), Arc::new(AtomicBool::new(false)));
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(1) };
        let style = ProgressStyle::with_template("{prefix:>10} {bar:32.cyan/black.dim} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━━╌"));
        let thread = (!bar.is_hidden()).then(|| {
            let (phase, over) = (Arc::clone(&phase), Arc::clone(&over));
            thread::spawn(move || show(&bar, &gauges, &phase, &over))
        });
        Progress { phase, over, thread }
    }

    /// Enters the next phase.
    pub fn enter(&self, phase: Phase) {
        if let Ok(mut now) = self.phase.lock() {
            *now = Some((phase, Instant::now()));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // At worst, a line stays on the terminal.
            let _ = thread.join();
        }
    }
}

fn show(bar: &ProgressBar, gauges: &Gauges, phase: &Mutex<Option<(Phase, Instant)>>, over: &AtomicBool) {
    let (mut last, mut before) = (Instant::now(), 0);
    let mut rate = 0.0;
    while !over.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(100));
        let Some((phase, since)) = phase.lock().ok().and_then(|phase| *phase) else { continue };
        let deliveries = gauges.deliveries.load(Ordering::Relaxed);
        let seconds = last.elapsed().as_secs_f64();
        if seconds >= 0.5 {
            rate = deliveries.saturating_sub(before) as f64 / seconds;
            (last, before) = (Instant::now(), deliveries);
        }
        let (prefix, at, of, message) = match phase {
            Phase::Making(of) => ("people", gauges.done.load(Ordering::Relaxed), of, String::new()),
            Phase::Removing(of) => ("tidying", gauges.done.load(Ordering::Relaxed), of, String::new()),
            Phase::Connecting(of) => {
                let joined = gauges.joined.load(Ordering::Relaxed);
                ("joining", joined, of, format!("{} sessions", thousands(joined as f64)))
            }
            Phase::Talking(length) => {
                let (at, of) = (since.elapsed().as_millis() as usize, length.as_millis() as usize);
                let (sends, rate) = (thousands(gauges.sends.load(Ordering::Relaxed) as f64), thousands(rate));
                ("talking", at.min(of), of, format!("{sends} sends, {rate} deliveries/s"))
            }
        };
        bar.set_prefix(prefix);
        bar.set_length(of as u64);
        bar.set_position(at as u64);
        bar.set_message(message);
    }
    bar.finish_and_clear();
}
