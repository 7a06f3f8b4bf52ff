//! The people of a run, their event and their pods: created over HTTP, kept on request, and removed again.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::http::{Answer, Http, Url};
use crate::interrupt::interrupted;
use crate::random::Random;
use crate::tokens::Minter;

/// Parallel requests while people and pods are created.
const HANDS: usize = 8;

/// The source of people's tokens.
#[derive(Clone)]
pub enum Tokens {
    /// Signed here with the server's secret.
    Minted(Minter, Duration),
    /// Made by another program, one for each person.
    Given(Vec<String>),
}

/// A person.
#[derive(Debug, Clone)]
pub struct Person {
    /// The profile.
    pub id: String,
    /// The token.
    pub token: String,
}

/// The people of a run, with their event and pods.
#[derive(Debug, Clone)]
pub struct Population {
    /// All people.
    pub people: Vec<Person>,
    /// The event, created by the first person.
    pub event: String,
    /// The pods' ids. The people sit in them one pod after the other.
    pub pods: Vec<String>,
    /// Seats per pod; 0 if there are no pods.
    pub pod_size: usize,
}

/// The content of the file between runs.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    event: String,
    pod_size: usize,
    people: Vec<String>,
    pods: Vec<String>,
}

/// The reasons why people, event or pods are not available.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The server refused a request.
    #[error("{asked}: answered {status} {body}")]
    Refused {
        /// Method and path.
        asked: String,
        /// The HTTP status.
        status: u16,
        /// The body of its answer.
        body: Value,
    },
    /// The server did not answer.
    #[error("{0}: {1}")]
    Broken(String, std::io::Error),
    /// Ctrl-C was pressed.
    #[error("interrupted")]
    Interrupted,
    /// Another reason, as a text.
    #[error("{0}")]
    Other(String),
}

impl Population {
    /// Makes people, event and pods of `pod_size` that do not exist on the server yet. Without a size there are no pods.
    ///
    /// # Errors
    /// If there are fewer tokens than people.
    pub fn invent(random: &mut Random, tokens: &Tokens, count: usize, pod_size: usize) -> Result<Self, Trouble> {
        let ids = match tokens {
            Tokens::Minted(..) => (0..count).map(|_| random.uuid()).collect(),
            Tokens::Given(tokens) if tokens.len() < count => {
                return Err(Trouble::Other(format!(
                    "{count} sessions need as many tokens; there are {}",
                    tokens.len()
                )));
            }
            Tokens::Given(tokens) => tokens[..count].iter().map(|token| subject(token)).collect::<Result<_, _>>()?,
        };
        let pods = (0..pods(count, pod_size)).map(|_| random.uuid()).collect();
        Ok(Population { people: people(ids, tokens), event: random.uuid(), pods, pod_size })
    }

    /// Reads those of an earlier run, if that run had the same size.
    ///
    /// # Errors
    /// If the file cannot be read, or does not fit the options.
    pub fn kept(file: &Path, tokens: &Tokens, count: usize, pod_size: usize) -> Result<Option<Self>, Trouble> {
        let other = |why: String| Trouble::Other(format!("{}: {why}", file.display()));
        if !file.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(file).map_err(|error| other(error.to_string()))?;
        let kept: Kept = serde_json::from_str(&text).map_err(|error| other(error.to_string()))?;
        if kept.people.len() < count || kept.pod_size != pod_size {
            return Err(other(format!("holds {} people in pods of {}", kept.people.len(), kept.pod_size)));
        }
        let ids = kept.people.into_iter().take(count).collect();
        let pods = kept.pods.into_iter().take(pods(count, pod_size)).collect();
        Ok(Some(Population { people: people(ids, tokens), event: kept.event, pods, pod_size }))
    }

    /// Writes them to a file for the next run.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn keep(&self, file: &Path) -> Result<(), Trouble> {
        let kept = Kept {
            event: self.event.clone(),
            pod_size: self.pod_size,
            people: self.people.iter().map(|person| person.id.clone()).collect(),
            pods: self.pods.clone(),
        };
        let text = serde_json::to_string(&kept).unwrap_or_default();
        fs::write(file, text).map_err(|error| Trouble::Other(format!("{}: {error}", file.display())))
    }

    /// Returns the people of a pod, by number.
    pub fn members(&self, pod: usize) -> std::ops::Range<usize> {
        let from = pod * self.pod_size;
        from..(from + self.pod_size).min(self.people.len())
    }

    /// Creates all of them on the server: the event, its members, the pods, their members.
    ///
    /// # Errors
    /// At the first request that is refused.
    pub fn settle(&self, urls: &[Url], done: &AtomicUsize) -> Result<(), Trouble> {
        let maker = &self.people[0];
        let soon = rfc3339(SystemTime::now() + Duration::from_secs(7 * 24 * 3600));
        // A venue of its own, since the same artist in the same venue on the same day is the same event.
        let (name, venue) = (format!("load-{}", &self.event[..13]), format!("Hall {}", &self.event[..13]));
        let event = json!({"id": self.event, "artist": "The Load Testers", "city": "Loopback", "venue": venue,
            "date_utc": soon, "slug": name});
        ask(&mut Http::new(urls[0].clone()), "POST", "/v1/events", maker, Some(&event))?;
        let joined = format!("/v1/events/{}/members/me", self.event);
        in_parallel(urls, &interrupted, done, self.people.len(), |http, person| {
            ask(http, "PUT", &joined, &self.people[person], Some(&json!({"hidden": true})))
        })?;
        let open = format!("/v1/events/{}/pods", self.event);
        in_parallel(urls, &interrupted, done, self.pods.len(), |http, pod| {
            let mut members = self.members(pod);
            let body = json!({"id": self.pods[pod], "name": format!("Load {}", pod + 1)});
            if let Some(owner) = members.next() {
                ask(http, "POST", &open, &self.people[owner], Some(&body))?;
            }
            let seat = format!("/v1/pods/{}/members/me", self.pods[pod]);
            members.try_for_each(|person| ask(http, "PUT", &seat, &self.people[person], Some(&json!({}))))
        })
    }

    /// Removes them: closes the pods, leaves with all people, deletes the event. What is missing already is skipped.
    ///
    /// An event in which other people have written cannot be deleted, since their messages' ids must still answer
    /// retries; it is cancelled.
    ///
    /// # Errors
    /// If the server does not answer, or refuses.
    pub fn remove(&self, urls: &[Url], done: &AtomicUsize) -> Result<(), Trouble> {
        // An interrupt is a reason to do this, and does not end it.
        let never = || false;
        in_parallel(urls, &never, done, self.pods.len(), |http, pod| {
            let owner = &self.people[self.members(pod).start];
            gone(http, &format!("/v1/pods/{}", self.pods[pod]), owner)
        })?;
        let left = format!("/v1/events/{}/members/me", self.event);
        in_parallel(urls, &never, done, self.people.len() - 1, |http, person| {
            gone(http, &left, &self.people[person + 1])
        })?;
        let (mut http, maker) = (Http::new(urls[0].clone()), &self.people[0]);
        let path = format!("/v1/events/{}", self.event);
        if request(&mut http, "DELETE", &path, maker, None)?.status == 409 {
            ask(&mut http, "PATCH", &path, maker, Some(&json!({"cancelled": true})))?;
            return gone(&mut http, &left, maker);
        }
        Ok(())
    }

    /// Returns the number of people and pods, each of which is one step of creating or removing.
    pub fn steps(&self) -> usize {
        self.people.len() + self.pods.len()
    }
}

/// Returns the number of pods of a size that seat so many people.
fn pods(people: usize, size: usize) -> usize {
    if size == 0 { 0 } else { people.div_ceil(size) }
}

fn people(ids: Vec<String>, tokens: &Tokens) -> Vec<Person> {
    let token = |number: usize, id: &str| match tokens {
        Tokens::Minted(minter, lifetime) => minter.token(id, &format!("Load {}", number + 1), *lifetime),
        Tokens::Given(tokens) => tokens[number].clone(),
    };
    ids.into_iter().enumerate().map(|(number, id)| Person { token: token(number, &id), id }).collect()
}

/// Returns the person that a token names.
fn subject(token: &str) -> Result<String, Trouble> {
    let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims: Option<Value> = claims.and_then(|claims| serde_json::from_slice(&claims).ok());
    let subject = claims.as_ref().and_then(|claims| claims["sub"].as_str()).map(str::to_owned);
    subject.ok_or_else(|| Trouble::Other("each line of the file of tokens must be a token with a `sub`".into()))
}

fn request(http: &mut Http, method: &str, path: &str, who: &Person, body: Option<&Value>) -> Result<Answer, Trouble> {
    http.request(method, path, &who.token, body).map_err(|error| Trouble::Broken(format!("{method} {path}"), error))
}

fn ask(http: &mut Http, method: &str, path: &str, who: &Person, body: Option<&Value>) -> Result<(), Trouble> {
    let answer = request(http, method, path, who, body)?;
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    Err(Trouble::Refused { asked: format!("{method} {path}"), status: answer.status, body: answer.body })
}

fn gone(http: &mut Http, path: &str, who: &Person) -> Result<(), Trouble> {
    let answer = request(http, "DELETE", path, who, None)?;
    if matches!(answer.status, 200..300 | 403 | 404) {
        return Ok(());
    }
    Err(Trouble::Refused { asked: format!("DELETE {path}"), status: answer.status, body: answer.body })
}

/// Calls a function for each number below `count`, a few at a time, each with a connection of its own.
fn in_parallel(
    urls: &[Url],
    stop: &(impl Fn() -> bool + Sync),
    done: &AtomicUsize,
    count: usize,
    work: impl Fn(&mut Http, usize) -> Result<(), Trouble> + Sync,
) -> Result<(), Trouble> {
    let next = AtomicUsize::new(0);
    let trouble = Mutex::new(None);
    let hand = |number: usize| {
        let mut http = Http::new(urls[number % urls.len()].clone());
        loop {
            let item = next.fetch_add(1, Ordering::Relaxed);
            if item >= count {
                return;
            }
            let outcome = if stop() { Err(Trouble::Interrupted) } else { work(&mut http, item) };
            done.fetch_add(1, Ordering::Relaxed);
            if let Err(error) = outcome {
                next.store(count, Ordering::Relaxed);
                if let Ok(mut trouble) = trouble.lock() {
                    trouble.get_or_insert(error);
                }
                return;
            }
        }
    };
    thread::scope(|scope| {
        for number in 0..HANDS.min(count) {
            scope.spawn(move || hand(number));
        }
    });
    trouble.into_inner().ok().flatten().map_or(Ok(()), Err)
}

/// Formats a time as RFC 3339 in UTC, to the second.
pub fn rfc3339(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, clock) = (seconds / 86_400, seconds % 86_400);
    // Howard Hinnant's algorithm from days to a date, with years that begin in March.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", clock / 3600, clock / 60 % 60, clock % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_server_reads_them() {
        let at = |seconds| rfc3339(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00:00:00Z");
        assert_eq!(at(1_709_210_096), "2024-02-29T12:34:56Z");
        assert_eq!(at(1_798_761_599), "2026-12-31T23:59:59Z");
    }

    #[test]
    fn given_tokens_say_whose_they_are() {
        let minter = Minter::new("secret");
        let tokens = Tokens::Given(vec![minter.token("0198-a", "A", Duration::from_secs(9))]);
        let people = Population::invent(&mut Random::seeded(1), &tokens, 1, 5).unwrap();
        assert_eq!(people.people[0].id, "0198-a");
        assert!(Population::invent(&mut Random::seeded(1), &tokens, 2, 5).is_err());
        assert_eq!((people.members(0), people.pods.len()), (0..1, 1));
    }
}
