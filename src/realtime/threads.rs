//! The worker threads, and the work that lives on them beside their sessions.
//!
//! A topic's actor and the writer of its log share a thread with a part of the topic's sessions, rather than having one of
//! their own: on a quiet system each hop between threads costs as much as a delivery.
//!
//! The HTTP server makes its workers when it starts to serve. Work that was given before waits for them.

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
    /// For what must be somewhere before there are workers.
    spare: ArbiterHandle,
}

#[derive(Default)]
struct Workers {
    entered: HashSet<ThreadId>,
    handles: Vec<ArbiterHandle>,
    waiting: Vec<(usize, Work)>,
}

impl Threads {
    /// So many workers will enter. Runs on an actix runtime, whose thread is the spare one.
    pub fn new(workers: usize) -> Self {
        Threads { state: Arc::default(), workers: workers.max(1), spare: Arbiter::current() }
    }

    /// Enters the calling worker, once, and gives it the work that waits for it.
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

    /// Gives work to the thread of this number, which takes it up when it enters.
    pub fn spawn(&self, number: usize, work: impl Future<Output = ()> + Send + 'static) {
        let mut state = self.state.lock();
        match state.handles.get(number % self.workers) {
            Some(handle) => {
                handle.spawn(work);
            }
            None => state.waiting.push((number, Box::pin(work))),
        }
    }

    /// The thread of this number: the spare one as long as that worker has not entered.
    pub fn handle(&self, number: usize) -> ArbiterHandle {
        self.state.lock().handles.get(number % self.workers).unwrap_or(&self.spare).clone()
    }

    /// How many workers there are.
    pub fn count(&self) -> usize {
        self.workers
    }

    /// The thread that is no worker.
    pub fn spare(&self) -> &ArbiterHandle {
        &self.spare
    }

    /// No worker will come: what waits is done on the spare thread.
    pub fn settle(&self) {
        let waiting = std::mem::take(&mut self.state.lock().waiting);
        for (_, work) in waiting {
            self.spare.spawn(work);
        }
    }
}
