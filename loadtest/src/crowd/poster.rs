//! Posts on the wall are made over HTTP, with a thread of their own that waits for the answers.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use super::Crowd;
use crate::check::Outcome;
use crate::http::{Http, Url};
use crate::people::Population;

/// A post to be made.
struct Post {
    number: u64,
    body: Value,
}

/// The outcome of a post.
struct Posted {
    number: u64,
    /// `Ok`, or the server's error.
    outcome: Result<(), String>,
    at: Instant,
}

/// Makes posts in the name of the event's creator.
pub struct Poster {
    posts: Sender<Post>,
    posted: Receiver<Posted>,
}

impl Poster {
    /// Starts the thread, which ends with this value.
    pub fn start(url: Url, population: &Population) -> Self {
        let (posts, jobs) = channel::<Post>();
        let (done, posted) = channel();
        let path = format!("/v1/events/{}/posts", population.event);
        let token = population.people[0].token.clone();
        thread::spawn(move || {
            let mut http = Http::new(url);
            for Post { number, body } in jobs {
                let outcome = match http.request("POST", &path, &token, Some(&body)) {
                    Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
                    // Its creator may post there, so it is not the event that is missing.
                    Ok(answer) if answer.status == 404 => {
                        Err(format!("POST {path}: answered 404: this server does not serve posts"))
                    }
                    Ok(answer) => Err(format!("POST {path}: answered {} {}", answer.status, answer.body)),
                    Err(error) => Err(format!("POST {path}: {error}")),
                };
                if done.send(Posted { number, outcome, at: Instant::now() }).is_err() {
                    return;
                }
            }
        });
        Poster { posts, posted }
    }

    /// Queues a post. The text is JSON.
    pub fn post(&self, number: u64, id: &str, text: &str) {
        let text: Value = serde_json::from_str(text).unwrap_or_default();
        let body = json!({"id": id, "kind": "text", "body": {"text": text}});
        // The thread ends with this value, and not before.
        let _ = self.posts.send(Post { number, body });
    }
}

impl Crowd<'_> {
    /// Handles the answers to posts.
    pub(super) fn take_posts(&mut self) {
        let Some(poster) = &self.poster else { return };
        for Posted { number, outcome, at } in poster.posted.try_iter().collect::<Vec<_>>() {
            match outcome {
                Ok(()) => {
                    self.checks.answered(number, Outcome::Stored(None));
                    self.measured.answers += 1;
                    if let (Some(due), Some(start)) = (self.checks.due(number), self.started) {
                        let took = at.duration_since(start).as_nanos() as u64;
                        if self.in_window(due) {
                            self.measured.answer.record(took, took.saturating_sub(due));
                        }
                    }
                }
                Err(why) => self.failed = Some(why),
            }
        }
    }
}
