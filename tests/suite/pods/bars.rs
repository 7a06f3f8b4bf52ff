//! How often people join, in how many pods they are, and whom owners and hosts keep out, straight in SQL.

use tokio_postgres::Client;

use super::membership::{call, enter, overtake, pod_of_two, race};
use crate::support::people::id;

async fn lines(owner: &Client) -> i64 {
    owner.query_one("SELECT count(*) FROM messages", &[]).await.expect("the lines").get(0)
}

async fn stranger(owner: &Client, person: char) {
    let profile = "INSERT INTO profiles (id, display_name) VALUES ($1, 'Stranger')";
    owner.execute(profile, &[&id(person)]).await.expect("a stranger");
}

/// Makes a link to pod `p` whose code is 22 times this letter.
async fn link(owner: &Client, letter: char) -> String {
    let code = letter.to_string().repeat(22);
    let sql = "SELECT podium.invite_make($1, $2, $3, $4, NULL, NULL)";
    owner.query_one(sql, &[&id(letter), &id('p'), &id('a'), &code]).await.expect("a link");
    code
}

#[tokio::test]
async fn a_person_joins_a_pod_three_times_in_ten_minutes() {
    let (_database, owner, service) = pod_of_two("c").await;
    let code = link(&owner, 'L').await;
    let join = "pod_join('{p}', '{c}', 3, 600, NULL)";
    let accept = format!("invite_accept('{code}', '{{c}}', 3, 600, NULL)");
    for (way, seq) in [(join, 3), (&accept, 5), (join, 7)] {
        assert_eq!(call(&service, way).await, format!("ok, seat 3, {seq} joined c"));
        assert_eq!(call(&service, way).await, "ok, seat 3", "a repeat is no further one");
        call(&service, "pod_leave('{p}', '{c}')").await;
    }
    let before = lines(&owner).await;
    for way in [join, &accept] {
        assert_eq!(call(&service, way).await, "rate_limited");
    }
    assert_eq!(lines(&owner).await, before, "a refusal writes nothing");
    let again = "SELECT at > now() + interval '9 minutes' AND at <= now() + interval '10 minutes' AND pod_id = $1
                 FROM podium.pod_join($1, $2, 3, 600, NULL)";
    assert!(service.query_one(again, &[&id('p'), &id('c')]).await.expect("when").get::<_, bool>(0));
    // What others see first, stays: who is barred or comes too late is not asked to wait.
    assert_eq!(call(&service, "pod_join('{p}', '{b}', 1, 600, NULL)").await, "ok, seat 2", "a member");
    call(&service, "pod_remove('{p}', '{a}', '{c}')").await;
    assert_eq!(call(&service, join).await, "forbidden");
    call(&service, "pod_admit('{p}', '{a}', '{c}')").await;
    let later = "UPDATE messages SET created_at = created_at - interval '10 minutes' WHERE seq = 3";
    owner.execute(later, &[]).await.expect("let ten minutes pass");
    assert_eq!(call(&service, join).await, "ok, seat 3, 9 joined c");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_person_is_in_three_pods_of_an_event() {
    let (database, owner, service) = pod_of_two("c").await;
    for pod in "qrstuvw".chars() {
        assert_eq!(
            call(&service, &format!("pod_open('{{{pod}}}', '{{e}}', '{{a}}', 'Crew', 'open', NULL, NULL, 8)")).await,
            "ok, seat 1, 1 joined a"
        );
    }
    let ninth = "pod_open('{x}', '{e}', '{a}', 'Crew', 'open', NULL, NULL, 8)";
    assert_eq!(call(&service, ninth).await, "too_many_pods");
    assert_eq!(call(&service, &ninth.replace("{x}", "{q}")).await, "ok, seat 1", "a repeat is no further one");
    let outcomes = race(&database, "qrstuvw", |client, pod| async move {
        call(&client, &format!("pod_join('{{{pod}}}', '{{c}}', NULL, NULL, 3)")).await
    })
    .await;
    let joined = outcomes.iter().filter(|outcome| *outcome == "ok, seat 2, 2 joined c").count();
    let refused = outcomes.iter().filter(|outcome| *outcome == "too_many_pods").count();
    assert_eq!((joined, refused), (3, 4), "{outcomes:?}");
    let code = link(&owner, 'L').await;
    let accept = format!("invite_accept('{code}', '{{c}}', NULL, NULL, 3)");
    assert_eq!(call(&service, &accept).await, "too_many_pods");
    assert_eq!(call(&service, "pod_open('{x}', '{e}', '{c}', 'Crew', 'open', NULL, NULL, 3)").await, "too_many_pods");
    let one = outcomes.iter().position(|outcome| outcome.starts_with("ok")).expect("one");
    let pod = "qrstuvw".chars().nth(one).expect("its letter");
    call(&service, &format!("pod_leave('{{{pod}}}', '{{c}}')")).await;
    assert_eq!(call(&service, &accept).await, "ok, seat 3, 3 joined c");
}

#[tokio::test]
async fn who_bars_whom_from_an_event() {
    let (_database, owner, service) = pod_of_two("ch").await;
    stranger(&owner, 's').await;
    owner.execute("UPDATE event_members SET role = 'host' WHERE user_id = $1", &[&id('h')]).await.expect("a host");
    for (by, person, expected) in [
        ('c', 'b', "forbidden"),
        ('s', 'b', "not_member"),
        ('h', 'a', "forbidden"),
        ('h', 'h', "invalid"),
        ('a', 'z', "not_found"),
        ('h', 's', "ok"),
        ('h', 's', "ok"),
        ('a', 'h', "ok"),
        ('h', 'b', "not_member"),
        ('a', 'b', "ok, 3 removed b by a"),
        ('a', 'b', "ok"),
    ] {
        assert_eq!(call(&service, &format!("event_remove('{{e}}', '{{{by}}}', '{{{person}}}')")).await, expected);
    }
    assert_eq!(call(&service, "event_remove('{f}', '{a}', '{b}')").await, "not_found");
    let code = link(&owner, 'L').await;
    assert_eq!(call(&service, &format!("invite_accept('{code}', '{{b}}')")).await, "forbidden");
    let join = "INSERT INTO event_members (event_id, user_id) VALUES ($1, $2)";
    for person in ['b', 's', 'h'] {
        let refused = owner.execute(join, &[&id('e'), &id(person)]).await.expect_err("barred");
        let refused = refused.as_db_error().expect("by the database");
        assert!(refused.message().starts_with("new row violates row-level security policy"), "{refused}");
    }
    let admit = async |by: char| -> String {
        let sql = "SELECT podium.event_admit($1, $2, $3)";
        service.query_one(sql, &[&id('e'), &id(by), &id('b')]).await.expect("admit").get(0)
    };
    assert_eq!((admit('c').await, admit('s').await), ("forbidden".into(), "not_member".into()));
    assert_eq!((admit('a').await, admit('a').await), ("ok".into(), "ok".into()));
    enter(&owner, 'b').await;
    assert_eq!(call(&service, "pod_join('{p}', '{b}')").await, "ok, seat 2, 4 joined b");
}

/// Each order of a bar and a join ends with the person outside.
#[tokio::test]
async fn no_join_slips_past_a_bar() {
    let (database, owner, service) = pod_of_two("c").await;
    stranger(&owner, 's').await;
    stranger(&owner, 't').await;
    let code = link(&owner, 'L').await;
    let accept = |person: char| format!("invite_accept('{code}', '{{{person}}}')");
    let bar = |person: char| format!("event_remove('{{e}}', '{{a}}', '{{{person}}}')");
    for (first, second, said_first, said_second) in [
        (bar('s'), accept('s'), "ok", "forbidden"),
        (accept('t'), bar('t'), "ok, seat 3, 3 joined t", "ok, 4 removed t by a"),
        (bar('b'), "pod_join('{p}', '{b}')".into(), "ok, 5 removed b by a", "not_member"),
        ("pod_remove('{p}', '{a}', '{c}')".into(), "pod_join('{p}', '{c}')".into(), "ok", "forbidden"),
    ] {
        let (one, two) = overtake(&database, &first, &second).await;
        assert_eq!((one.as_str(), two), (said_first, Ok(said_second.to_owned())), "{first}, {second}");
    }
    let inside: i64 = owner
        .query_one("SELECT count(*) FROM event_members WHERE user_id = ANY ($1)", &[&vec![id('s'), id('t'), id('b')]])
        .await
        .expect("count")
        .get(0);
    assert_eq!(inside, 0);
    assert_eq!(call(&service, &accept('t')).await, "forbidden");
}
