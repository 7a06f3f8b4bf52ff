//! Votes and taps: hands make them, and every session listens to what the server counts.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::hands::{Done, Hands, Task};
use super::measured::Counted;
use super::plan::What;
use super::schedule::Heart;
use super::{Crowd, GLANCE};
use crate::check::{Fault, Figures, Tallies, Way};
use crate::http::{Answer, Http, Url};
use crate::people::{Person, Population};
use crate::sockets::Sockets;
use crate::timeline;

/// The posts of a run, with what was shown of them.
pub struct Count {
    event: String,
    people: Arc<[Person]>,
    posts: Vec<String>,
    books: Tallies,
    hands: Option<Hands>,
    /// The answers that hands got which have ended.
    answers: u64,
    /// The requests that were acknowledged, and the figures of each post that follow from them.
    acknowledged: u64,
    expected: Vec<Vec<u64>>,
    /// The server's figures in the end.
    counted: Vec<Option<Figures>>,
}

/// The fields of a push, and of a tally.
#[derive(Deserialize)]
struct Pushed<'a> {
    #[serde(borrow)]
    post_id: Option<&'a str>,
    rev: Option<u64>,
    voters: Option<u64>,
    counts: Option<Vec<u64>>,
    total: Option<u64>,
}

/// The fields of a post that a run needs.
#[derive(Deserialize)]
struct Post<'a> {
    id: &'a str,
    #[serde(borrow)]
    tally: Option<Pushed<'a>>,
    hype: Option<u64>,
}

/// The posts in the reply to a join.
#[derive(Deserialize)]
struct Joined<'a> {
    #[serde(borrow)]
    posts: Vec<Post<'a>>,
}

impl Pushed<'_> {
    fn figures(self) -> Option<Figures> {
        match (self.total, self.rev, self.voters, self.counts) {
            (Some(total), ..) => Some(Figures { rev: total, counts: vec![total] }),
            (None, Some(rev), Some(voters), Some(counts)) => {
                Some(Figures { rev, counts: [voters].into_iter().chain(counts).collect() })
            }
            _ => None,
        }
    }
}

impl Post<'_> {
    fn figures(self) -> Option<Figures> {
        match (self.tally, self.hype) {
            (Some(tally), _) => tally.figures(),
            (None, total) => total.map(|total| Figures { rev: total, counts: vec![total] }),
        }
    }
}

impl Count {
    /// Makes the books of a run that has not begun.
    pub fn new(population: &Population) -> Self {
        Count {
            event: population.event.clone(),
            people: population.people.clone().into(),
            posts: Vec::new(),
            books: Tallies::default(),
            hands: None,
            answers: 0,
            acknowledged: 0,
            expected: Vec::new(),
            counted: Vec::new(),
        }
    }

    /// Returns the answers so far, and the pushes about the posts.
    pub fn counts(&self) -> (u64, u64) {
        (self.hands.as_ref().map_or(self.answers, Hands::answers), self.books.pushes())
    }

    /// Makes a request in the name of the event's maker, on the first server that answers.
    fn ask(&self, urls: &[Url], method: &str, path: &str, body: Option<&Value>) -> Result<Answer, String> {
        let mut why = String::new();
        for url in urls {
            match Http::new(url.clone()).request(method, path, &self.people[0].token, body) {
                Ok(answer) if (200..300).contains(&answer.status) => return Ok(answer),
                Ok(answer) if answer.status == 404 => {
                    why = format!("{method} {path}: answered 404: this server does not serve posts");
                }
                Ok(answer) => why = format!("{method} {path}: answered {} {}", answer.status, answer.body),
                Err(error) => why = format!("{method} {path}: {error}"),
            }
        }
        Err(why)
    }

    fn post(&self, id: &str) -> Option<usize> {
        self.posts.iter().position(|post| post == id)
    }

    /// Asks a server for a post's figures, or closes a poll for its final ones.
    fn figures(&self, urls: &[Url], post: usize, closing: bool) -> Result<Option<Figures>, String> {
        let path = format!("/v1/posts/{}", self.posts[post]);
        let answer = match closing {
            false => self.ask(urls, "GET", &path, None)?,
            true => self.ask(urls, "POST", &format!("{path}/close"), Some(&json!({})))?,
        };
        let text = answer.body.to_string();
        let post: Post<'_> = serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
        Ok(post.figures())
    }
}

impl Crowd<'_> {
    /// Writes the posts, before anybody joins.
    pub(super) fn open_posts(&mut self) -> Result<(), String> {
        let Some(count) = &mut self.count else { return Ok(()) };
        let counting = self.plan.counting;
        for number in 0..counting.posts {
            let id = self.random.uuid();
            let post = match self.plan.what {
                What::Votes => {
                    let options: Vec<_> = (1..=counting.options).map(|option| format!("Song {option}")).collect();
                    let body = json!({"question": format!("Encore {}?", number + 1), "options": options});
                    json!({"id": id, "kind": "poll", "body": body})
                }
                _ => json!({"id": id, "kind": "hype", "body": {"text": format!("Doors open {}", number + 1)}}),
            };
            count.ask(self.urls, "POST", &format!("/v1/events/{}/posts", count.event), Some(&post))?;
            count.books.post(&format!("post:{id}"), self.seats.len());
            count.posts.push(id);
        }
        Ok(())
    }

    /// Lets the hands begin at `start`.
    pub(super) fn start_hands(&mut self, start: u64) {
        let (Some(count), Some(epoch)) = (&mut self.count, self.started) else { return };
        let task = Task {
            urls: self.urls.to_vec(),
            people: count.people.to_vec(),
            posts: count.posts.clone(),
            what: self.plan.what,
            counting: self.plan.counting,
            pace: self.plan.pace,
            epoch,
            start,
            window: self.window,
            patience: self.plan.patience,
            slice: self.plan.slice,
        };
        count.hands = Some(Hands::start(task, &mut self.random));
    }

    /// Handles a push about a post.
    pub(super) fn counted(&mut self, id: usize, way: Way, payload: &[u8], now: u64) {
        let Some(count) = &mut self.count else { return };
        let Ok(pushed) = serde_json::from_slice::<Pushed<'_>>(payload) else { return };
        let Some(post) = pushed.post_id.and_then(|post| count.post(post)) else { return };
        if let Some(figures) = pushed.figures() {
            self.measured.deliveries += u64::from((self.window.0..self.window.1).contains(&now));
            count.books.shown(post, id, way, figures, now);
        }
    }

    /// Handles the posts in the reply to a join.
    pub(super) fn shown_at_join(&mut self, id: usize, response: &[u8], now: u64) {
        let Some(count) = &mut self.count else { return };
        self.seats[id].since = now;
        let Ok(joined) = serde_json::from_slice::<Joined<'_>>(response) else { return };
        for post in joined.posts {
            if let (Some(number), Some(figures)) = (count.post(post.id), post.figures()) {
                count.books.shown(number, id, Way::Join, figures, now);
            }
        }
    }

    /// Waits until the hands have ended and everybody was shown the final figures, asks the server for them, and closes
    /// the polls.
    pub(super) fn settle_count(&mut self, sockets: &mut Sockets, heart: &mut Heart) -> Result<(), String> {
        // Hands end by themselves: they, too, wait no longer for what is not answered.
        let until = sockets.now() + 3 * self.plan.patience;
        self.wait_for(sockets, heart, until, |count| count.hands.as_ref().is_none_or(Hands::are_done))?;
        let Some(count) = &mut self.count else { return Ok(()) };
        let Some(hands) = count.hands.take() else { return Ok(()) };
        count.answers = hands.answers();
        let done = hands.finish()?;
        let last = done.last;
        self.take_done(done);
        let until = sockets.now() + self.plan.patience;
        self.wait_for(sockets, heart, until, |count| count.books.all_show(&count.expected))?;
        let Some(count) = &mut self.count else { return Ok(()) };
        for (session, at) in count.books.times() {
            // Who came back after the last one counts from there.
            let from = last.max(self.seats[session % self.seats.len()].since);
            timeline::record(&mut self.measured.to_all, at.saturating_sub(from));
        }
        for post in 0..count.posts.len() {
            let figures = count.figures(self.urls, post, false)?;
            count.counted.push(figures);
        }
        if self.plan.what == What::Votes && !self.gauges.halted() {
            self.close_polls(sockets, heart)?;
        }
        Ok(())
    }

    /// Closes the polls, whose final tallies must be what was counted last.
    fn close_polls(&mut self, sockets: &mut Sockets, heart: &mut Heart) -> Result<(), String> {
        let Some(count) = &mut self.count else { return Ok(()) };
        for post in 0..count.posts.len() {
            let figures = count.figures(self.urls, post, true)?;
            if figures != count.counted[post] {
                count.books.note(Fault::Divergent, post, figures.map(|figures| figures.rev), None);
            }
        }
        let until = sockets.now() + self.plan.patience;
        self.wait_for(sockets, heart, until, |count| count.books.all_closed())?;
        if let Some(count) = &mut self.count {
            count.books.find_unclosed();
        }
        Ok(())
    }

    /// Goes on until all sessions are here and something holds.
    fn wait_for(
        &mut self,
        sockets: &mut Sockets,
        heart: &mut Heart,
        until: u64,
        holds: impl Fn(&Count) -> bool,
    ) -> Result<(), String> {
        while sockets.now() < until && !self.gauges.halted() {
            if self.count.as_ref().is_none_or(&holds) && self.everybody_is_in() {
                return Ok(());
            }
            let now = sockets.now();
            heart.beat(now, sockets);
            self.bring_back(sockets, now)?;
            self.turn(sockets, now + GLANCE / 5)?;
        }
        Ok(())
    }

    fn take_done(&mut self, done: Done) {
        let Some(count) = &mut self.count else { return };
        for (fault, post) in done.faults {
            count.books.note(fault, post, None, None);
        }
        count.expected = done.counts;
        self.measured.sends += done.sends;
        self.measured.answers += done.answers;
        self.measured.answer.merge(&done.answer);
        timeline::add(&mut self.measured.lateness, &done.lateness);
        self.measured.refused.extend(done.refused);
        self.measured.repeated.extend(done.repeated);
        count.acknowledged = done.acknowledged;
    }

    /// Ends the checks of what is counted.
    pub(super) fn finish_count(&mut self) {
        let Some(count) = self.count.take() else { return };
        let (least, most) = count.books.spread().unwrap_or_default();
        self.measured.counted = Some(Counted {
            acknowledged: count.acknowledged,
            expected: count.expected.iter().map(|counts| counts[0]).sum(),
            counted: count.counted.iter().flatten().map(|figures| figures.counts[0]).sum(),
            least,
            most,
        });
        self.measured.findings.merge(count.books.finish(&count.expected, &count.counted));
    }
}
