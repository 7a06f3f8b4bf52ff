//! The wall of an event: posts, votes and taps, kept in memory and pushed like Podium's.

use std::collections::HashMap;
use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{AT, Bare, Fault};
use crate::wire::websocket::TEXT;

/// The shortest time between two pushes of a post's figures.
const PACE: Duration = Duration::from_millis(250);

/// A poll, or a post that people tap on.
#[derive(Debug)]
pub(super) struct Counted {
    id: String,
    /// The number of the event's topic.
    topic: usize,
    /// The votes for each option; none of hype.
    options: Vec<u64>,
    votes: HashMap<String, usize>,
    taps: HashMap<(String, String), u64>,
    rev: u64,
    is_closed: bool,
    /// The revision that was pushed, and when.
    pushed: u64,
    spoke: Option<Instant>,
    /// The person whose votes or taps are answered and not counted, by [`Fault::Drop`].
    left_out: Option<String>,
}

impl Counted {
    fn total(&self) -> u64 {
        let counted = self.taps.iter().filter(|((by, _), _)| self.left_out.as_ref() != Some(by));
        counted.map(|(_, taps)| taps).sum()
    }

    fn tally(&self) -> Value {
        json!({"rev": self.rev, "voters": self.votes.len(), "counts": self.options})
    }

    /// Returns the post as far as a load test reads it.
    fn view(&self) -> Value {
        match self.options.is_empty() {
            true => json!({"id": self.id, "tally": null, "hype": self.total()}),
            false => json!({"id": self.id, "tally": self.tally(), "hype": null}),
        }
    }

    fn push(&self, topic: &str) -> String {
        let Counted { id, rev, options, votes, .. } = self;
        match options.is_empty() {
            true => format!(r#"[null,null,"{topic}","hype",{{"post_id":"{id}","total":{}}}]"#, self.total()),
            false => {
                let event = if self.is_closed { "poll:closed" } else { "poll:tally" };
                let voters = votes.len();
                format!(
                    r#"[null,null,"{topic}","{event}",{{"post_id":"{id}","rev":{rev},"voters":{voters},"counts":{}}}]"#,
                    json!(options)
                )
            }
        }
    }

    /// Counts a vote, and answers it.
    fn vote(&mut self, person: &str, body: &Value) -> Value {
        let option = body["options"][0].as_u64().unwrap_or(0) as usize;
        if self.left_out.as_deref() != Some(person)
            && option < self.options.len()
            && self.votes.get(person) != Some(&option)
        {
            if let Some(before) = self.votes.insert(person.to_owned(), option) {
                self.options[before] -= 1;
            }
            self.options[option] += 1;
            self.rev += 1;
        }
        json!({"options": body["options"], "tally": self.tally()})
    }

    /// Counts taps, and answers them.
    fn tap(&mut self, person: &str, body: &Value) -> Value {
        let source = body["source"].as_str().unwrap_or_default();
        let total = body["total"].as_u64().unwrap_or(0);
        let others = self.taps.iter().filter(|((by, from), _)| by == person && from != source);
        let mine = total + others.map(|(_, taps)| taps).sum::<u64>();
        self.taps.insert((person.to_owned(), source.to_owned()), total);
        self.rev = self.total();
        json!({"source": source, "accepted": total, "mine": mine, "retry_after_ms": 0})
    }
}

impl Bare {
    /// Handles a request about the wall. Returns the answer, or `None` if it is about something else.
    pub(super) fn wall(&mut self, method: &str, path: &str, person: &str, body: &[u8]) -> Option<Value> {
        let parts: Vec<&str> = path.split('/').skip(2).collect();
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        match (method, &parts[..]) {
            ("POST", ["events", event, "posts"]) => Some(self.post(event, person, body)),
            ("GET", ["posts", id]) => Some(self.post_mut(id)?.view()),
            ("POST", ["posts", id, "close"]) => {
                let at = self.posts.iter().position(|post| post.id == *id)?;
                self.posts[at].is_closed = true;
                self.push_figures(at);
                Some(self.posts[at].view())
            }
            ("PUT", ["posts", id, verb @ ("votes" | "hype"), "me"]) => {
                let drops = self.fault == Some(Fault::Drop);
                let post = self.post_mut(id)?;
                if drops {
                    post.left_out.get_or_insert_with(|| person.to_owned());
                }
                Some(if *verb == "votes" { post.vote(person, &body) } else { post.tap(person, &body) })
            }
            _ => None,
        }
    }

    fn post_mut(&mut self, id: &str) -> Option<&mut Counted> {
        self.posts.iter_mut().find(|post| post.id == id)
    }

    /// Shows a post to everybody, in a frame with the same fields as Podium's, so that it has the same size.
    fn post(&mut self, event: &str, person: &str, new: Value) -> Value {
        let name = format!("event:{event}");
        let topic = self.topic(&name);
        self.topics[topic].seq += 1;
        let seq = self.topics[topic].seq;
        let (id, kind, body) = (new["id"].as_str().unwrap_or_default(), &new["kind"], &new["body"]);
        let author = json!({"id": person, "display_name": "Load 1", "avatar_url": null});
        let mut frame = std::mem::take(&mut self.frame);
        frame.clear();
        let _ = write!(
            frame,
            r#"[null,null,"{name}","post:new",{{"post":{{"id":"{id}","event_id":"{event}","author":{author},"kind":{kind},"body":{body},"created_at":"{AT}","edited_at":null,"closed_at":null,"tally":null,"hype":null,"comments":0,"reactions":{{}},"seq":{seq}}},"seq":{seq}}}]"#
        );
        self.send_all(topic, &frame);
        self.frame = frame;
        if new["kind"] != "text" {
            self.posts.push(Counted {
                id: id.to_owned(),
                topic,
                options: vec![0; body["options"].as_array().map_or(0, Vec::len)],
                votes: HashMap::new(),
                taps: HashMap::new(),
                rev: 0,
                is_closed: false,
                pushed: 0,
                spoke: None,
                left_out: None,
            });
        }
        json!({"id": id, "kind": kind, "body": body, "seq": seq})
    }

    /// Pushes what has changed, each post at most four times a second.
    pub(super) fn push_all_figures(&mut self) {
        for at in 0..self.posts.len() {
            let post = &self.posts[at];
            if post.rev > post.pushed && post.spoke.is_none_or(|spoke| spoke.elapsed() >= PACE) {
                self.push_figures(at);
            }
        }
    }

    fn push_figures(&mut self, at: usize) {
        let post = &mut self.posts[at];
        (post.pushed, post.spoke) = (post.rev, Some(Instant::now()));
        let topic = post.topic;
        let frame = self.posts[at].push(&self.topics[topic].name);
        self.send_all(topic, frame.as_bytes());
    }

    fn send_all(&mut self, topic: usize, frame: &[u8]) {
        let members = std::mem::take(&mut self.topics[topic].members);
        for member in &members {
            self.send(*member, TEXT, frame);
        }
        self.topics[topic].members = members;
    }
}
