//! The functions behind invitations and hand-overs, and tnew_owner races, straight in SQL.

use tokio_postgres::Client;

use crate::pods::membership::{call, enter, pod_of_two, race, try_call};
use crate::support::people::id;

/// How often each race is run, each time in a pod of its own.
const ROUNDS: u32 = 8;

/// A code of one letter.
fn code(letter: char) -> String {
    letter.to_string().repeat(22)
}

/// Opens pod `pod` of owner `a` alone, for the invited, with a link of so many uses whose code and id are the pod's
/// letter.
async fn invite(owner: &Client, pod: char, uses: &str) {
    call(owner, &format!("pod_open('{{{pod}}}', '{{e}}', '{{a}}', 'Crew', 'invite')")).await;
    make(owner, pod, pod, 'a', uses).await;
}

async fn make(owner: &Client, invite: char, pod: char, by: char, uses: &str) {
    let sql = "SELECT podium.invite_make($1, $2, $3, $4, NULL, $5::text::int)";
    let uses = Some(uses).filter(|uses| !uses.is_empty());
    let verdict = owner.query_one(sql, &[&id(invite), &id(pod), &id(by), &code(invite), &uses]).await.expect("a link");
    assert_eq!(verdict.get::<_, &str>(0), "made");
}

async fn accept(client: &Client, invite: char, person: char) -> String {
    call(client, &format!("invite_accept('{}', '{{{person}}}')", code(invite))).await
}

async fn strangers(owner: &Client, people: &str) {
    let profile = "INSERT INTO profiles (id, display_name) VALUES ($1, 'Person')";
    for person in people.chars() {
        owner.execute(profile, &[&id(person)]).await.expect("a stranger");
    }
}

async fn number(owner: &Client, sql: &str, letter: char) -> i64 {
    owner.query_one(sql, &[&id(letter)]).await.expect("a number").get(0)
}

const USED: &str = "SELECT used::bigint FROM invites WHERE id = $1";
const MEMBERS: &str = "SELECT count(*) FROM pod_members WHERE pod_id = $1";
const OWNERS: &str = "SELECT count(*) FROM pod_members WHERE pod_id = $1 AND role = 'owner'";

#[tokio::test]
async fn what_a_link_answers() {
    let (_database, owner, service) = pod_of_two("c").await;
    strangers(&owner, "sty").await;
    invite(&owner, 'q', "2").await;
    assert_eq!(accept(&service, 'q', 's').await, "ok, seat 2, 2 joined s");
    assert_eq!(accept(&service, 'q', 's').await, "ok, seat 2", "again: no line");
    assert_eq!(accept(&service, 'q', 'a').await, "ok, seat 1", "nor for one who came otherwise");
    assert_eq!(number(&owner, USED, 'q').await, 1);
    assert_eq!(accept(&service, 'q', 'c').await, "ok, seat 3, 3 joined c", "of the event already");
    assert_eq!(accept(&service, 'q', 't').await, "invite_used_up");
    assert_eq!(accept(&service, 'q', 's').await, "ok, seat 2", "also when it is used up");
    assert_eq!(accept(&service, 'z', 't').await, "not_found");
    make(&owner, 'r', 'q', 's', "").await;
    assert_eq!(accept(&service, 'r', 't').await, "ok, seat 4, 4 joined t");
    assert_eq!(call(&service, "pod_remove('{q}', '{a}', '{t}')").await, "ok, 5 removed t by a");
    assert_eq!(accept(&service, 'r', 't').await, "forbidden");
    call(&service, "pod_remove('{q}', '{a}', '{s}')").await;
    assert_eq!(accept(&service, 'r', 'y').await, "invite_revoked", "its maker was removed");
    assert_eq!(number(&owner, USED, 'r').await, 1);
    call(&service, "pod_close('{q}', '{a}')").await;
    assert_eq!(accept(&service, 'r', 'y').await, "invite_closed");
    let in_event = "SELECT count(*) FROM event_members WHERE user_id = $1";
    assert_eq!(number(&owner, in_event, 'y').await, 0, "who was refused is no member of the event");
    // Links go with an event that holds nothing of others, and are no reason to keep it.
    owner
        .batch_execute(&format!(
            "INSERT INTO events (id, slug, artist, city, venue, date_utc, created_by)
               VALUES ('{}', 'empty', 'Artist', 'City', 'Elsewhere', now(), '{}')",
            id('f'),
            id('a')
        ))
        .await
        .expect("an event");
    let join = "INSERT INTO event_members (event_id, user_id) VALUES ($1, $2)";
    owner.execute(join, &[&id('f'), &id('a')]).await.expect("its maker joins");
    call(&service, "pod_open('{u}', '{f}', '{a}', 'Crew', 'open')").await;
    make(&owner, 'u', 'u', 'a', "").await;
    assert_eq!(call(&service, "event_delete('{f}', '{a}')").await, "ok");
    assert_eq!(accept(&service, 'u', 'y').await, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_race_for_a_link_for_one() {
    let (database, owner, _service) = pod_of_two("ghijk").await;
    strangers(&owner, "lmnos").await;
    for (round, pod) in ('A'..).take(ROUNDS as usize).enumerate() {
        invite(&owner, pod, "1").await;
        let outcomes =
            race(&database, "ghijklmnos", move |client, person| async move { accept(&client, pod, person).await })
                .await;
        let won = outcomes.iter().filter(|outcome| outcome.starts_with("ok, seat 2, 2 joined")).count();
        let refused = outcomes.iter().filter(|outcome| *outcome == "invite_used_up").count();
        assert_eq!((won, refused), (1, 9), "round {round}: {outcomes:?}");
        assert_eq!((number(&owner, USED, pod).await, number(&owner, MEMBERS, pod).await), (1, 2));
    }
}

/// Only successful uses are counted, and no more than there are seats.
#[tokio::test(flavor = "multi_thread")]
async fn ten_race_for_four_seats_by_one_link() {
    let (database, owner, _service) = pod_of_two("ghijk").await;
    strangers(&owner, "lmnos").await;
    for pod in ('A'..).take(ROUNDS as usize) {
        invite(&owner, pod, "9").await;
        let outcomes =
            race(&database, "ghijklmnos", move |client, person| async move { accept(&client, pod, person).await })
                .await;
        let won = outcomes.iter().filter(|outcome| outcome.starts_with("ok, seat")).count();
        let full = outcomes.iter().filter(|outcome| *outcome == "pod_full").count();
        assert_eq!((won, full), (4, 6), "{outcomes:?}");
        assert_eq!((number(&owner, USED, pod).await, number(&owner, MEMBERS, pod).await), (4, 5));
    }
}

/// One and the same person opens two links, and leaves the event, all at once: nothing deadlocks, nobody sits in a pod
/// without being a member of the event, and what was counted has let in.
#[tokio::test(flavor = "multi_thread")]
async fn coming_in_races_leaving_the_event() {
    let (database, owner, _service) = pod_of_two("").await;
    strangers(&owner, "s").await;
    invite(&owner, 'q', "").await;
    invite(&owner, 'r', "").await;
    for round in 0..ROUNDS * 4 {
        if round % 2 == 0 {
            let join = "INSERT INTO event_members (event_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            owner.execute(join, &[&id('e'), &id('s')]).await.expect("joining first");
        }
        // Here the letters are what each does.
        let outcomes = race(&database, "qrl", move |client, deed| async move {
            match deed {
                'l' => match try_call(&client, "leave_event('{e}', '{s}')").await {
                    Err(error) if error.code().is_some_and(|code| code.code() == "40001") => "40001".to_owned(),
                    outcome => outcome.expect("no other error"),
                },
                link => accept(&client, link, 's').await,
            }
        })
        .await;
        assert!(outcomes[..2].iter().all(|outcome| outcome.starts_with("ok, seat 2")), "{outcomes:?}");
        let astray = "SELECT count(*) FROM pod_members m WHERE user_id = $1 AND NOT EXISTS (
                        SELECT 1 FROM event_members e WHERE e.event_id = m.event_id AND e.user_id = m.user_id)";
        assert_eq!(number(&owner, astray, 's').await, 0, "{outcomes:?}");
        let lines = "SELECT (SELECT count(*) FROM messages WHERE kind = 'joined' AND user_id = $1)
                          - (SELECT sum(used) FROM invites)";
        assert_eq!(number(&owner, lines, 's').await, 0, "a use for each coming");
        let _ = try_call(&owner, "leave_event('{e}', '{s}')").await.expect("leaving");
    }
}

/// After the answer that a link was taken back, nobody comes in by it.
#[tokio::test(flavor = "multi_thread")]
async fn coming_in_races_taking_back() {
    let (database, owner, _service) = pod_of_two("").await;
    strangers(&owner, "s").await;
    for link in ('A'..).take(ROUNDS as usize) {
        invite(&owner, link, "").await;
        let outcomes = race(&database, "sa", move |client, person| async move {
            if person == 's' {
                return accept(&client, link, 's').await;
            }
            let sql = "SELECT podium.invite_revoke($1, $1, $2)";
            client.query_one(sql, &[&id(link), &id('a')]).await.expect("taking back").get(0)
        })
        .await;
        assert_eq!(outcomes[1], "ok");
        let let_in = outcomes[0].starts_with("ok, seat 2");
        assert!(let_in || outcomes[0] == "invite_revoked", "{outcomes:?}");
        let counted = (number(&owner, USED, link).await, number(&owner, MEMBERS, link).await);
        assert_eq!(counted, if let_in { (1, 2) } else { (0, 1) });
        assert!(accept(&owner, link, 's').await.starts_with(if let_in { "ok, seat 2" } else { "invite_revoked" }));
    }
}

#[tokio::test]
async fn handing_over() {
    let (_database, owner, service) = pod_of_two("c").await;
    strangers(&owner, "s").await;
    assert_eq!(call(&service, "pod_hand_over('{p}', '{a}', '{c}')").await, "invalid_heir");
    assert_eq!(call(&service, "pod_hand_over('{p}', '{b}', '{b}')").await, "forbidden");
    assert_eq!(call(&service, "pod_hand_over('{p}', '{c}', '{a}')").await, "not_member");
    assert_eq!(call(&service, "pod_hand_over('{p}', '{s}', '{a}')").await, "not_found");
    assert_eq!(call(&service, "pod_hand_over('{q}', '{a}', '{b}')").await, "not_found");
    assert_eq!(call(&service, "pod_hand_over('{p}', '{a}', '{b}')").await, "ok, 3 owner_changed b by a");
    assert_eq!(call(&service, "pod_hand_over('{p}', '{a}', '{b}')").await, "ok", "again: no line");
    assert_eq!(call(&service, "pod_hand_over('{p}', '{a}', '{a}')").await, "forbidden");
    assert_eq!(number(&owner, OWNERS, 'p').await, 1);
    call(&service, "pod_close('{p}', '{b}')").await;
    assert_eq!(call(&service, "pod_hand_over('{p}', '{b}', '{a}')").await, "not_found");
}

/// The owner hands over to two members at once while both of them, or the owner, leave: there is one owner, always.
#[tokio::test(flavor = "multi_thread")]
async fn handing_over_races_leaving() {
    let (database, owner, _service) = pod_of_two("").await;
    for person in "cd".chars() {
        enter(&owner, person).await;
    }
    for pod in ('A'..).take(ROUNDS as usize) {
        call(&owner, &format!("pod_open('{{{pod}}}', '{{e}}', '{{a}}', 'Crew', 'open')")).await;
        for person in "bcd".chars() {
            call(&owner, &format!("pod_join('{{{pod}}}', '{{{person}}}')")).await;
        }
        // To b, to c; b leaves, a leaves.
        let outcomes = race(&database, "bcxy", move |client, deed| async move {
            let deed = match deed {
                'x' => format!("pod_leave('{{{pod}}}', '{{b}}')"),
                'y' => format!("pod_leave('{{{pod}}}', '{{a}}')"),
                new_owner => format!("pod_hand_over('{{{pod}}}', '{{a}}', '{{{new_owner}}}')"),
            };
            call(&client, &deed).await
        })
        .await;
        assert!(outcomes[2..].iter().all(|outcome| outcome.starts_with("ok, ")), "{outcomes:?}");
        for outcome in &outcomes[..2] {
            let known = ["ok", "invalid_heir", "forbidden", "not_member"].iter().any(|code| outcome.starts_with(code));
            assert!(known, "{outcomes:?}");
        }
        assert_eq!((number(&owner, OWNERS, pod).await, number(&owner, MEMBERS, pod).await), (1, 2), "{outcomes:?}");
        let last =
            "SELECT (user_id = (SELECT user_id FROM pod_members WHERE pod_id = $1 AND role = 'owner'))::int::bigint
                    FROM messages WHERE pod_id = $1 AND kind = 'owner_changed' ORDER BY seq DESC LIMIT 1";
        assert_eq!(number(&owner, last, pod).await, 1, "the log's last word is who owns it: {outcomes:?}");
    }
}
