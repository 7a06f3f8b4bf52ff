//! Demo data: an event with its [wall], the [`PEOPLE`] who go there, and their pods with the messages that they have
//! sent.
//!
//! All ids are fixed, so that filling a database twice changes nothing. The last person joins the event at the very
//! end: if she is a member, the demo is complete.

pub mod wall;

use std::sync::Arc;

use chrono::{DateTime, Duration, DurationRound, Utc};
use futures_util::FutureExt;
use uuid::Uuid;

use self::wall::Wall;
use super::accounts::service::Accounts;
use super::events::badges::{self, BadgeName};
use super::events::{self, NewEvent};
use super::meet_points::service::MeetPoints;
use super::messages::NewMessage;
use super::pods::service::Pods;
use super::pods::{JoinPolicy, NewPod};
use super::posts::counting::Counting;
use super::posts::service::Posts;
use super::profiles;
use super::remarks::service::Remarks;
use crate::foundation::db::{Access, Caller, Database};
use crate::foundation::errors::{Code, Error, Result};
use crate::realtime::domain::{Demo, MountError, Mounted, Parts};

/// The demo event.
pub const EVENT: Uuid = id(0x100);

/// The event's slug.
pub const EVENT_SLUG: &str = "paper-lanterns-hamburg";

/// The addresses of the demo's two accounts, Mia's and Leo's. The other people have no account.
pub const ACCOUNTS: [&str; 2] = ["mia@example.org", "leo@example.org"];

/// The password of both accounts. It is public, so a demo must not be reachable from the internet.
pub const PASSWORD: &str = "paper lanterns";

/// A person of the demo.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    /// The profile's id, for which `podium token` can mint a token.
    pub id: Uuid,
    /// The name that others see.
    pub name: &'static str,
    badges: &'static [&'static str],
}

/// The demo's people. The last one is in no pod.
pub const PEOPLE: [Person; 10] = [
    person(1, "Ana", &["front-row", "sings-along", "day-one-fan"]),
    person(2, "Jonas", &["setlist-nerd", "vinyl-collector"]),
    person(3, "Mei", &["dancer", "first-timer"]),
    person(4, "Tariq", &["early-bird", "front-row", "ear-plugs"]),
    person(5, "Lucía", &["road-trip", "from-afar", "bringing-friends"]),
    person(6, "Sam", &["photographer", "by-the-bar"]),
    person(7, "Ines", &["quiet-company", "sober", "balcony"]),
    person(9, "Mia", &["first-timer", "front-row", "dancer"]),
    person(10, "Leo", &["vinyl-collector", "ear-plugs"]),
    person(8, "Noor", &["solo", "first-timer"]),
];

const ANA: usize = 0;
const JONAS: usize = 1;
const MEI: usize = 2;
const TARIQ: usize = 3;
const LUCIA: usize = 4;
const SAM: usize = 5;
const INES: usize = 6;
const MIA: usize = 7;
const LEO: usize = 8;

/// A pod. The first of its people makes it.
struct Crew {
    number: u128,
    name: &'static str,
    join_policy: JoinPolicy,
    people: &'static [usize],
    talk: &'static [(usize, &'static str)],
}

const CREWS: [Crew; 4] = [
    Crew {
        number: 1,
        name: "Front left, by the speakers",
        join_policy: JoinPolicy::Open,
        people: &[ANA, JONAS, MEI, TARIQ],
        talk: &[
            (ANA, "ok, doors are at seven. do we queue or do we act like adults"),
            (JONAS, "queue. obviously"),
            (MEI, "I'm coming straight from work, 18:40 at the earliest 😬 save me a spot?"),
            (TARIQ, "I'm there from five anyway, I'll hold four places with my charm"),
            (ANA, "with your folding chair you mean"),
            (TARIQ, "that was ONE time"),
            (MEI, "what do you think they open with? I've only got the new record so far"),
            (JONAS, "Harbour Lights. every night of the tour until now"),
            (JONAS, "and if they play Moth twice again I will cry twice again"),
            (ANA, "bringing tissues. and ear plugs, Mei, it gets LOUD on that side"),
            (MEI, "noted! where do we find each other if the phones die?"),
            (TARIQ, "left of the merch table, under the big clock, right after the support act"),
            (ANA, "🤝 clock it is"),
        ],
    },
    Crew {
        number: 2,
        name: "Night train back south",
        join_policy: JoinPolicy::Open,
        people: &[LUCIA, SAM, JONAS],
        talk: &[
            (LUCIA, "Last train leaves at 23:58 from platform 7. If they play an encore it's a run."),
            (SAM, "they always play an encore"),
            (LUCIA, "Then wear shoes you can run in 👟"),
            (JONAS, "it's 14 minutes on foot, I walked it in March. 9 if you're scared enough"),
            (SAM, "I have two camera bodies and no dignity, plan for 14"),
            (LUCIA, "There's still a seat in our compartment if somebody else needs to get home."),
        ],
    },
    Crew {
        number: 3,
        name: "Balcony, quiet company",
        join_policy: JoinPolicy::Invite,
        people: &[INES, MEI],
        talk: &[
            (INES, "Hey Mei, you said you might need a break from the crowd at some point?"),
            (MEI, "yes! first concert since the knee thing. is there somewhere to sit up there?"),
            (
                INES,
                "Second row of the balcony, benches, and you still see the whole stage. I'll keep one free for you.",
            ),
            (MEI, "you're the best. I'll come up when it gets too much 💛"),
        ],
    },
    Crew {
        number: 4,
        name: "Record fair first, then the show",
        join_policy: JoinPolicy::Open,
        people: &[MIA, LEO, SAM],
        talk: &[
            (MIA, "There's a record fair two streets from the venue until six. Anyone?"),
            (LEO, "you had me at record"),
            (SAM, "I'll bring the camera, the light in there is unreal"),
            (MIA, "Meet at the door at four? Then it's ten minutes on foot to Halle am Kai."),
            (LEO, "four it is. I'm the one with too many tote bags"),
        ],
    },
];

/// Provides the demo.
///
/// # Errors
/// [`MountError`] if pods, accounts, posts or meet points are not mounted before.
pub fn mount(parts: &mut Parts) -> std::result::Result<Mounted, MountError> {
    let (database, pods, accounts) = (parts.database.clone(), parts.service::<Pods>()?, parts.service::<Accounts>()?);
    let wall = Wall {
        posts: parts.service::<Posts>()?,
        counting: parts.service::<Counting>()?,
        remarks: parts.service::<Remarks>()?,
        meet_points: parts.service::<MeetPoints>()?,
    };
    let fill = Arc::new(move || {
        let (database, pods, accounts, wall) = (database.clone(), pods.clone(), accounts.clone(), wall.clone());
        async move { fill(&database, &pods, &accounts, &wall).await }.boxed_local()
    });
    let announce = || tracing::info!(accounts = ACCOUNTS.join(", "), password = PASSWORD, "demo data ready");
    Ok(Mounted { demo: Some(Demo { fill, announce }), ..Mounted::default() })
}

/// Stores what is missing of the demo. What people have changed since stays as it is.
///
/// # Errors
/// `unavailable`, `overloaded`, `internal`.
pub async fn fill(database: &Database, pods: &Pods, accounts: &Accounts, wall: &Wall) -> Result<()> {
    // First, since an account makes its profile.
    for (place, email) in [MIA, LEO].into_iter().zip(ACCOUNTS) {
        accounts.ensure(PEOPLE[place].id, email, PASSWORD, PEOPLE[place].name).await?;
    }
    for (person, number) in PEOPLE.iter().zip(1..) {
        introduce(database, person, number).await?;
    }
    let date_utc = date()?;
    if make_event(database, date_utc).await? {
        return Ok(());
    }
    let (last, others) = PEOPLE.split_last().ok_or_else(|| Error::internal("the demo has no people"))?;
    for person in others {
        join_event(database, person).await?;
    }
    for crew in &CREWS {
        gather(pods, crew).await?;
    }
    wall::fill(wall, date_utc).await?;
    join_event(database, last).await
}

async fn introduce(database: &Database, person: &Person, number: u32) -> Result<()> {
    let email = format!("person{number}@demo.invalid");
    let work = async |conn: &mut _| profiles::store::ensure(conn, person.id, person.name, Some(&email)).await;
    database.scope(&Caller::user(person.id), Access::Write, work).await
}

/// Returns when the event begins.
fn date() -> Result<DateTime<Utc>> {
    let date = Utc::now() + Duration::days(24);
    Ok(date.duration_trunc(Duration::days(1)).map_err(Error::internal)? + Duration::hours(18))
}

/// Makes the event. Returns whether the demo is complete already.
async fn make_event(database: &Database, date_utc: DateTime<Utc>) -> Result<bool> {
    let new = NewEvent {
        id: Some(EVENT),
        artist: "The Paper Lanterns".to_owned(),
        city: "Hamburg".to_owned(),
        venue: "Halle am Kai".to_owned(),
        date_utc,
        slug: Some(EVENT_SLUG.to_owned()),
        time_zone: Some("Europe/Berlin".to_owned()),
        ends_at: Some(date_utc + Duration::hours(4)),
        meet_point_public: true,
    };
    let (maker, last) = (PEOPLE[LUCIA].id, PEOPLE[PEOPLE.len() - 1].id);
    let create = async |conn: &mut _| events::store::create(conn, maker, &new, None).await;
    database.scope(&Caller::user(maker), Access::Write, create).await?;
    let member = async |conn: &mut _| events::store::require_member(conn, EVENT, last).await;
    match database.scope(&Caller::user(last), Access::Snapshot, member).await {
        Ok(()) => Ok(true),
        Err(error) if error.code == Code::NotMember => Ok(false),
        Err(error) => Err(error),
    }
}

async fn join_event(database: &Database, person: &Person) -> Result<()> {
    let names: Vec<_> = person.badges.iter().map(|key| BadgeName::Key((*key).to_owned())).collect();
    let badges = badges::worn(&names)?;
    let work = async |conn: &mut _| events::store::join(conn, EVENT, person.id, &badges, false).await;
    database.scope(&Caller::user(person.id), Access::Write, work).await.map(drop)
}

async fn gather(pods: &Pods, crew: &Crew) -> Result<()> {
    let pod_id = id(0x200 + crew.number);
    let owner = PEOPLE[crew.people[0]].id;
    let new = NewPod { id: pod_id, event_id: EVENT, name: crew.name.to_owned(), join_policy: crew.join_policy };
    unless_changed(pods.open(owner, new).await)?;
    for person in crew.people.iter().skip(1).map(|place| &PEOPLE[*place]) {
        if crew.join_policy == JoinPolicy::Invite {
            unless_changed(pods.admit(pod_id, owner, person.id).await)?;
        }
        unless_changed(pods.join(pod_id, person.id).await)?;
    }
    for ((place, text), number) in crew.talk.iter().zip(1..) {
        let message = NewMessage {
            id: id(0x1000 * crew.number + number),
            text: (*text).to_owned(),
            reply_to: None,
            mentions: None,
            attachments: None,
        };
        unless_changed(pods.send(pod_id, PEOPLE[*place].id, message).await)?;
    }
    Ok(())
}

/// Ignores refusals: people may have left, removed or closed what is being made.
fn unless_changed<T>(result: Result<T>) -> Result<()> {
    match result {
        Err(error) if matches!(error.code, Code::Unavailable | Code::Overloaded | Code::Internal) => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Makes an id that is easy to recognize, and a valid UUID of version 7.
const fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0de3_0000_0000_7000_8000_0000_0000_0000 | number)
}

const fn person(number: u128, name: &'static str, badges: &'static [&'static str]) -> Person {
    Person { id: id(number), name, badges }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_keeps_its_own_rules() {
        for crew in &CREWS {
            assert!(crew.people.len() <= 5);
            assert!(crew.talk.iter().all(|(place, _)| crew.people.contains(place)), "{}", crew.name);
        }
        for person in &PEOPLE {
            assert!(person.badges.iter().all(|key| badges::find(key).is_some()), "{}", person.name);
        }
        assert!(events::slug::is_slug(EVENT_SLUG));
        assert_eq!(EVENT.get_version_num(), 7);
    }
}
