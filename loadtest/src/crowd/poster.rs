//! Posts on the wall are made over HTTP, one after the other, by a thread that waits for each answer. Everybody posts in
//! turn, since a person's posts are limited.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use super::{Crowd, What};
use crate::check::Outcome;
use crate::http::{Http, Url};
use crate::people::Population;
use crate::timeline;

/// A post to be made.
struct Post {
    number: u64,
    body: Value,
}

/// The outcome of a post.
struct Posted {
    number: u64,
    /// The post's number in the event's feed, if the server counts; or the server's error.
    outcome: Result<Option<u64>, String>,
    at: Instant,
}

/// The sessions that have a post.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reach {
    sessions: usize,
    last: u64,
    answered: Option<u64>,
}

/// Makes posts.
pub struct Poster {
    posts: Sender<Post>,
    posted: Receiver<Posted>,
    /// The sessions that have each post, by the number of its send.
    reach: Vec<Reach>,
}

impl Poster {
    /// Starts the thread, which ends with this value.
    pub fn start(urls: &[Url], population: &Population) -> Self {
        let (posts, jobs) = channel::<Post>();
        let (done, posted) = channel();
        let path = format!("/v1/events/{}/posts", population.event);
        let people = population.people.clone();
        let mut servers: Vec<Http> = urls.iter().map(|url| Http::new(url.clone())).collect();
        let count = servers.len();
        thread::spawn(move || {
            for Post { number, body } in jobs {
                let author = number as usize % people.len();
                let http = &mut servers[author % count];
                let outcome = match http.request("POST", &path, &people[author].token, Some(&body)) {
                    Ok(answer) if (200..300).contains(&answer.status) => Ok(answer.body["seq"].as_u64()),
                    // Its members may post there, so it is not the event that is missing.
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
        Poster { posts, posted, reach: Vec::new() }
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
                Ok(seq) => {
                    self.checks.answered(number, Outcome::Stored(seq));
                    let (Some(due), Some(start)) = (self.checks.due(number), self.started) else { continue };
                    let at = at.duration_since(start).as_nanos() as u64;
                    self.measured.answers += u64::from(self.in_window(at));
                    if self.in_window(due) {
                        self.measured.answer.record(at, at.saturating_sub(due));
                    }
                    if let Some(reach) = self.reach(number) {
                        reach.answered = Some(at);
                    }
                }
                Err(why) => self.failed = Some(why),
            }
        }
    }

    fn reach(&mut self, number: u64) -> Option<&mut Reach> {
        let (poster, number) = (self.poster.as_mut()?, number as usize);
        if number >= poster.reach.len() {
            poster.reach.resize(number + 1, Reach::default());
        }
        poster.reach.get_mut(number)
    }

    /// Records that one more session has a post.
    pub(super) fn reached(&mut self, number: u64, now: u64) {
        if let Some(reach) = self.reach(number) {
            reach.sessions += 1;
            reach.last = reach.last.max(now);
        }
    }

    /// Measures when the last session had each post.
    pub(super) fn measure_reach(&mut self) {
        let Some(poster) = self.poster.take().filter(|_| self.plan.what == What::Posts) else { return };
        for (number, reach) in poster.reach.iter().enumerate() {
            let due = self.checks.due(number as u64).filter(|due| self.in_window(*due));
            let (Some(due), Some(answered)) = (due, reach.answered) else { continue };
            if reach.sessions == self.seats.len() {
                timeline::record(&mut self.measured.to_all, reach.last.saturating_sub(due));
                timeline::record(&mut self.measured.after_answer, reach.last.saturating_sub(answered));
            }
        }
    }

    /// Handles the newest posts in the reply to a join, which is the whole state.
    pub(super) fn take_posts_of_reply(&mut self, id: usize, response: &Value, now: u64) {
        let (pod, member) = (self.seats[id].pod, self.seats[id].member);
        for post in response["posts"].as_array().into_iter().flatten().rev() {
            let Some(text) = post["id"].as_str() else { continue };
            let delivery = self.delivery(text.as_bytes(), post["seq"].as_u64(), None);
            let due = self.checks.read(pod, member, delivery);
            if let Some(number) = delivery.number.filter(|_| due.is_some()) {
                self.reached(number, now);
            }
        }
    }
}
