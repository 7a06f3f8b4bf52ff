//! Attacks on sign-in and registration. The tests play a proxy that is believed, and so clients at any address.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::account::{Account, PASSWORD, register};
use crate::support::database::Database;
use crate::support::server::{Answer, Server, text};
use crate::support::smtp::MailServer;

const PROXY: (&str, &str) = ("PODIUM_TRUSTED_PROXIES", "127.0.0.0/8");
const CHEAP: [(&str, &str); 2] = [("PODIUM_HASH_MEMORY", "1MiB"), ("PODIUM_HASH_PASSES", "1")];
const OWNER: &str = "ana@example.org";

/// The attacker's address, or that of a venue with an attacker in its crowd.
const VENUE: &str = "203.0.113.66";

async fn post(server: &Server, path: &str, from: &str, body: Value) -> Answer {
    server.http_with("POST", &format!("/v1/auth/{path}"), &[("x-forwarded-for", from)], body).await
}

async fn login(server: &Server, email: &str, password: &str, from: &str) -> Answer {
    post(server, "login", from, json!({"email": email, "password": password})).await
}

async fn sign_up(server: &Server, email: &str, from: &str) -> Answer {
    post(server, "register", from, json!({"email": email, "password": PASSWORD, "display_name": "A person"})).await
}

fn seconds(answer: &Answer) -> u64 {
    answer.headers["retry-after"].to_str().expect("text").parse().expect("seconds")
}

/// One address fills the room for password hashes, with right passwords, registrations and invented reset tokens.
#[tokio::test]
async fn the_room_for_passwords_has_a_place_for_others() {
    // A hash of a good while, of which one is computed and eight wait; no rate, so that the room alone holds.
    let server = Server::start_with(&[
        PROXY,
        ("PODIUM_HASH_PASSES", "4"),
        ("PODIUM_HASHES", "1"),
        ("PODIUM_LIMIT_HASHES_WAITING", "8"),
        ("PODIUM_LIMIT_SIGN_INS", "off"),
        ("PODIUM_LIMIT_REGISTRATIONS", "off"),
    ])
    .await;
    Account::register(&server, OWNER).await;
    Account::register(&server, "eve@example.org").await;
    let attack = join_all((0..60).map(|number| {
        let server = &server;
        async move {
            match number % 3 {
                0 => login(server, "eve@example.org", PASSWORD, VENUE).await,
                1 => sign_up(server, &format!("eve{number}@example.org"), VENUE).await,
                _ => {
                    let token = "A".repeat(43);
                    post(server, "reset/confirm", VENUE, json!({"token": token, "password": PASSWORD})).await
                }
            }
        }
    }));
    let victims = async {
        for number in 0..6 {
            login(&server, OWNER, PASSWORD, &format!("198.51.100.{number}")).await.ok(200);
        }
    };
    let (attacks, ()) = futures_util::future::join(attack, victims).await;
    let refused: Vec<_> = attacks.iter().filter(|answer| answer.status == 503).collect();
    assert!(refused.len() > 10, "the room was never full: {}", refused.len());
    assert!(refused.iter().all(|answer| answer.body["code"] == "overloaded" && seconds(answer) >= 1));
}

#[tokio::test]
async fn every_attempt_counts_also_a_right_one() {
    let server = Server::start_with(&[PROXY, CHEAP[0], CHEAP[1], ("PODIUM_LIMIT_SIGN_INS", "1/10")]).await;
    Account::register(&server, OWNER).await;
    let answers = join_all((0..30).map(|_| login(&server, OWNER, PASSWORD, VENUE))).await;
    let right = answers.iter().filter(|answer| answer.status == 200).count();
    assert!((10..20).contains(&right), "{right}");
    let refused = answers.into_iter().find(|answer| answer.status == 429).expect("a refusal");
    let policy = refused.headers["ratelimit-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains(r#""sign-ins";q=10;w=10"#), "{policy}");
    assert!(refused.headers["ratelimit"].to_str().unwrap().contains(r#""sign-ins";r=0;t="#));
    assert!(seconds(&refused) >= 1);
    refused.refused(429, "rate_limited");
    login(&server, OWNER, PASSWORD, "198.51.100.1").await.ok(200);
}

/// An address registers at a rate, over all nodes; others register meanwhile.
#[tokio::test]
async fn an_address_registers_at_a_rate_over_all_nodes() {
    let database = std::sync::Arc::new(Database::create().await);
    // Twenty in a hundred seconds, which this test does not take.
    let settings =
        [PROXY, CHEAP[0], CHEAP[1], ("PODIUM_LIMIT_REGISTRATIONS", "1/100"), ("PODIUM_LIMIT_SIGN_INS", "off")];
    let one = Server::start_on(std::sync::Arc::clone(&database), &settings).await;
    let two = Server::start_on(database, &settings).await;
    let attack = join_all((0..150).map(|number| {
        let server = if number % 2 == 0 { &one } else { &two };
        async move { sign_up(server, &format!("eve{number}@example.org"), VENUE).await }
    }));
    let victims = async {
        for number in 0..5 {
            sign_up(&one, &format!("person{number}@example.org"), &format!("198.51.100.{number}")).await.ok(201);
        }
    };
    let (answers, ()) = futures_util::future::join(attack, victims).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    // What the address may have twice on two nodes is counted once in the rows. 503: the room for hashes was full.
    assert!(count(201) <= 100 && count(201) + count(429) + count(503) == 150, "{} {}", count(201), count(429));
    assert!(count(429) >= 30, "{}", count(429));
    let rows = one.database.connect().await;
    let count: i64 = rows
        .query_one("SELECT count(*) FROM accounts WHERE registered_from = '203.0.113.66/32'", &[])
        .await
        .expect("accounts")
        .get(0);
    assert!(count <= 100, "{count}");
}

#[tokio::test]
async fn one_mailbox_has_few_accounts_and_few_mails() {
    let mails = MailServer::start().await;
    let mut settings = vec![PROXY, CHEAP[0], CHEAP[1]];
    let of_mails = mails.settings();
    settings.extend(of_mails.iter().copied());
    let server = Server::start_with(&settings).await;
    for number in 0..5 {
        sign_up(&server, &format!("ana+{number}@example.org"), &format!("203.0.113.{number}")).await.ok(201);
    }
    let refused = sign_up(&server, "ana+5@example.org", "203.0.113.99").await;
    assert!(seconds(&refused) > 3_600, "tomorrow");
    refused.refused(429, "rate_limited");
    sign_up(&server, "ben+5@example.org", "203.0.113.99").await.ok(201);
    // Five and one: to one mailbox no more than five in a quarter of an hour, however many of its accounts ask.
    mails.mails(6).await;
    let again = login(&server, "ana+1@example.org", PASSWORD, VENUE).await.ok(200);
    let token = text(&again, "access_token");
    server.http("POST", "/v1/auth/verify/resend", Some(token), None).await.ok(202);
    post(&server, "reset", VENUE, json!({"email": "ana+1@example.org"})).await.ok(202);
    // They are sent one after the other: the reset is the seventh, and no confirmation came before it.
    let mut all = mails.mails(7).await;
    all.remove(6).token("/reset");
    all.iter().for_each(|mail| drop(mail.token("/verify")));
}

/// Wrong passwords from a venue's network keep out no one whose device was signed in before.
#[tokio::test]
async fn a_device_that_was_there_before_gets_in_beside_guesses() {
    let server = Server::start_with(&[PROXY, CHEAP[0], CHEAP[1]]).await;
    let ana = register(&server, OWNER, PASSWORD).await.ok(201);
    let ben = register(&server, "ben@example.org", PASSWORD).await.ok(201);
    for number in 0..30 {
        let email = format!("person{number}@example.org");
        register(&server, &email, PASSWORD).await.ok(201);
        login(&server, &email, "a wrong password", VENUE).await.refused(401, "unauthorized");
    }
    let sign_in = async |device: Option<&str>, password: &str| {
        post(
            &server,
            "login",
            VENUE,
            json!({"email": OWNER, "password": password, "devices": device.into_iter().collect::<Vec<_>>()}),
        )
        .await
    };
    sign_in(None, PASSWORD).await.refused(429, "rate_limited");
    sign_in(Some(text(&ben, "device")), PASSWORD).await.refused(429, "rate_limited");
    sign_in(Some("nonsense"), PASSWORD).await.refused(429, "rate_limited");
    let device = text(&ana, "device").to_owned();
    let again = sign_in(Some(&device), PASSWORD).await.ok(200);
    // The proof outlives the sign-in, and the next one works as well.
    server.http("POST", "/v1/auth/logout", None, Some(json!({"refresh_token": ana["refresh_token"]}))).await.ok(204);
    sign_in(Some(&device), PASSWORD).await.ok(200);
    sign_in(Some(text(&again, "device")), PASSWORD).await.ok(200);
    // A stolen one has five guesses, and the others none less for it.
    for _ in 0..5 {
        sign_in(Some(&device), "a wrong password").await.refused(401, "unauthorized");
    }
    sign_in(Some(&device), PASSWORD).await.refused(429, "rate_limited");
    sign_in(Some(text(&again, "device")), PASSWORD).await.ok(200);
    // Registration goes on beside it.
    sign_up(&server, "new@example.org", VENUE).await.ok(201);
}

/// The counts cannot be emptied by many addresses. `make abuse` invents as many of 100,000 as a minute has time for; a
/// unit test of the counts has all of them, and more.
#[tokio::test]
async fn invented_addresses_empty_no_count() {
    let full = std::env::var("PODIUM_TEST_ABUSE").is_ok_and(|size| size == "full");
    let server = Server::start_with(&[PROXY, CHEAP[0], CHEAP[1]]).await;
    register(&server, OWNER, PASSWORD).await.ok(201);
    for _ in 0..5 {
        login(&server, OWNER, "a wrong password", VENUE).await.refused(401, "unauthorized");
    }
    let (began, mut guesses) = (Instant::now(), 0);
    for round in 0..if full { 2_500 } else { 20_u32 } {
        // The first guesses are forgotten after a minute, by right.
        if began.elapsed() > Duration::from_secs(50) {
            break;
        }
        let answers = join_all((0..if full { 40 } else { 20_u32 }).map(|number| {
            let from = format!("2001:db8:{round:x}:{number:x}::1");
            let server = &server;
            async move { login(server, &format!("{number}@example.org"), "a wrong password", &from).await }
        }))
        .await;
        guesses += answers.iter().filter(|answer| answer.status == 401).count();
    }
    println!("{guesses} guesses from as many addresses in {:.0} s", began.elapsed().as_secs_f64());
    assert!(guesses > 300, "{guesses}");
    login(&server, OWNER, PASSWORD, VENUE).await.refused(429, "rate_limited");
}

/// An account whose address is not confirmed joins events, and talks where it was invited.
#[tokio::test]
async fn an_unconfirmed_account_does_what_others_have_asked_it_for() {
    let mails = MailServer::start().await;
    let server = Server::start_with(&mails.settings()).await;
    let mut eve = Account::register(&server, "eve@example.org").await;
    let ana = server.person("Ana");
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let new = |name: &str| json!({"artist": name, "city": "Oslo", "venue": "Hall", "date_utc": "2027-05-01T20:00:00Z"});
    server.post("/v1/events", &eve.person(), new("The Lanterns")).await.refused(403, "unconfirmed");
    let eve_now = eve.person();
    server.put(&format!("/v1/events/{event}/members/me"), &eve_now, json!({})).await.ok(200);
    let member = format!("/v1/pods/{pod}/members/me");
    server.put(&member, &eve_now, json!({})).await.refused(403, "unconfirmed");
    for (method, path, body) in [
        ("POST", format!("/v1/events/{event}/pods"), json!({"name": "Eve's"})),
        ("POST", format!("/v1/events/{event}/posts"), json!({"kind": "text", "body": {"text": "Buy my things"}})),
        ("POST", format!("/v1/pods/{pod}/invites"), json!({})),
    ] {
        server.http(method, &path, Some(&eve_now.token), Some(body)).await.refused(403, "unconfirmed");
    }
    server.put(&format!("/v1/pods/{pod}/members/{}", eve.id), &ana, json!({})).await.ok(204);
    server.put(&member, &eve_now, json!({})).await.ok(200);
    let said = json!({"id": uuid::Uuid::now_v7(), "text": "hello"});
    server.post(&format!("/v1/pods/{pod}/messages"), &eve_now, said).await.ok(201);
    // Confirmed: the next token says so.
    let token = mails.mails(1).await.remove(0).token("/verify");
    server.http("POST", "/v1/auth/verify", None, Some(json!({"token": token}))).await.ok(204);
    eve.refresh(&server).await;
    server.post("/v1/events", &eve.person(), new("The Lanterns")).await.ok(201);
    // Of an outside issuer, whatever its token says.
    server.post("/v1/events", &ana, new("The Others")).await.ok(201);
}
