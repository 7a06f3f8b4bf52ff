//! The worker threads, and the tasks that run on them beside their sessions.
//!
//! A topic's actor and the writer of its log share a thread with some of the topic's sessions instead of having one of
//! their own: on an idle system, each hop between threads costs as much as a delivery.
//!
//! The HTTP server creates its workers when it starts to serve. Tasks spawned before wait for them.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::thread::{self, ThreadId};

use actix::{Arbiter, ArbiterHandle};
use parking_lot::Mutex;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The threads of this node. Cheap to clone.
#[derive(Clone)]
pub struct Threads {
    state: Arc<Mutex<Workers>>,
    workers: usize,
    /// The thread for actors that must start before there are workers.
    spare: ArbiterHandle,
}

#[derive(Default)]
struct Workers {
    entered: HashSet<ThreadId>,
    handles: Vec<ArbiterHandle>,
    waiting: Vec<(usize, Work)>,
}

impl Threads {
    /// Creates the threads for a number of workers, which enter later. Runs on an actix runtime, whose thread becomes
    /// the spare one.
    pub fn new(workers: usize) -> Self {
        Threads { state: Arc::default(), workers: workers.max(1), spare: Arbiter::current() }
    }

    /// Enters the calling worker, once, and starts the tasks that wait for it.
    pub fn enter(&self) {
        let mut state = self.state.lock();
        if !state.entered.insert(thread::current().id()) {
            return;
        }
        let (handle, index) = (Arbiter::current(), state.handles.len());
        let waiting = std::mem::take(&mut state.waiting);
        for (number, work) in waiting {
            if number % self.workers == index {
                handle.spawn(work);
            } else {
                state.waiting.push((number, work));
            }
        }
        state.handles.push(handle);
    }

    /// Spawns a task on the thread with this number, or queues it until that worker enters.
    pub fn spawn(&self, number: usize, work: impl Future<Output = ()> + Send + 'static) {
        let mut state = self.state.lock();
        match state.handles.get(number % self.workers) {
            Some(handle) => {
                handle.spawn(work);
            }
            None => state.waiting.push((number, Box::pin(work))),
        }
    }

    /// Returns the thread with this number, or the spare one until that worker has entered.
    pub fn handle(&self, number: usize) -> ArbiterHandle {
        self.state.lock().handles.get(number % self.workers).unwrap_or(&self.spare).clone()
    }

    /// Returns the number of workers.
    pub fn count(&self) -> usize {
        self.workers
    }

    /// Returns the thread that is not a worker.
    pub fn spare(&self) -> &ArbiterHandle {
        &self.spare
    }

    /// Runs the queued tasks on the spare thread, since no more workers will enter.
    pub fn settle(&self) {
        let waiting = std::mem::take(&mut self.state.lock().waiting);
        for (_, work) in waiting {
            self.spare.spawn(work);
        }
    }
}
