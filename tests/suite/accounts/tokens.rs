//! The life of an account's tokens: rotation, reuse, grace, expiry, forgery.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::account::{Account, claims, refresh};
use crate::support::client::{Client, End, Way};
use crate::support::server::{SECRET, Server, sign, text};
use crate::support::wait::until;

const OTHER_SECRET: &str = "another secret that is long enough too";

/// Runs SQL as the tables' owner, such as to let time pass.
async fn owner(server: &Server, sql: &str) -> u64 {
    server.database.connect().await.execute(sql, &[]).await.expect(sql)
}

/// How many families have ended, and how many refresh tokens are unused.
async fn counts(server: &Server) -> (i64, i64) {
    let sql = "SELECT (SELECT count(*) FROM sign_ins WHERE ended_at IS NOT NULL),
                      (SELECT count(*) FROM refresh_tokens WHERE used_at IS NULL)";
    let row = server.database.connect().await.query_one(sql, &[]).await.unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test]
async fn a_token_whose_successor_was_used_ends_its_family_at_once() {
    let server = Server::start().await;
    let stolen = Account::register(&server, "ana@example.org").await;
    let beside = Account::login(&server, "ana@example.org").await;
    let mut ana = stolen.clone();
    ana.refresh(&server).await;
    assert_ne!(ana.refresh_token, stolen.refresh_token);
    ana.refresh(&server).await;
    let socket = Client::open(&server, &ana.person()).await;

    // However soon it comes: the successor was used.
    let refused = refresh(&server, &stolen.refresh_token).await.refused(401, "unauthorized");
    assert_eq!(refused, refresh(&server, "nonsense").await.refused(401, "unauthorized"), "the reason is not revealed");
    refresh(&server, &ana.refresh_token).await.refused(401, "unauthorized");
    assert_eq!(socket.ended().await, End::Closed(4401));
    for token in [&stolen.access_token, &ana.access_token] {
        server.http("GET", "/v1/me", Some(token), None).await.refused(401, "unauthorized");
    }
    assert_eq!(counts(&server).await.0, 1);
    assert_eq!(server.metric("podium_refreshes_total{outcome=\"reused\"}").await, 1.0);
    // The other device is another family.
    refresh(&server, &beside.refresh_token).await.ok(200);
}

#[tokio::test]
async fn a_lost_answer_and_two_tabs_get_the_same_successor() {
    let server = Server::start().await;
    let ana = Account::register(&server, "ana@example.org").await;
    let answers = futures_util::future::join_all((0..10).map(|_| refresh(&server, &ana.refresh_token))).await;
    let pairs: Vec<_> = answers.into_iter().map(|answer| Account::of("ana@example.org", &answer.ok(200))).collect();
    assert!(pairs.iter().all(|pair| pair.refresh_token == pairs[0].refresh_token && pair.sid() == ana.sid()));
    assert_eq!(counts(&server).await, (0, 1));
    for pair in &pairs {
        server.get("/v1/me", &pair.person()).await.ok(200);
    }
    refresh(&server, &pairs[0].refresh_token).await.ok(200);
    refresh(&server, &ana.refresh_token).await.refused(401, "unauthorized");
    assert_eq!(counts(&server).await.0, 1);
}

/// Lets so much time pass since tokens were used.
async fn pass(server: &Server, time: &str) {
    let sql = format!("UPDATE refresh_tokens SET used_at = used_at - interval '{time}' WHERE used_at IS NOT NULL");
    assert!(owner(server, &sql).await > 0);
}

#[tokio::test]
async fn after_the_grace_a_used_token_ends_its_family() {
    let server = Server::start().await;
    let ana = Account::register(&server, "ana@example.org").await;
    let next = Account::of("ana@example.org", &refresh(&server, &ana.refresh_token).await.ok(200));
    // The answer arrived, and is used.
    server.get("/v1/me", &next.person()).await.ok(200);
    pass(&server, "31 seconds").await;
    refresh(&server, &ana.refresh_token).await.refused(401, "unauthorized");
    refresh(&server, &next.refresh_token).await.refused(401, "unauthorized");
    server.get("/v1/me", &next.person()).await.refused(401, "unauthorized");
    assert_eq!(counts(&server).await.0, 1);
}

/// The answer was lost, and the phone was out of reach for minutes: nobody has ever come with what was in it.
#[tokio::test]
async fn a_phone_whose_answer_was_lost_may_take_its_time() {
    let server = Server::start().await;
    let ana = Account::register(&server, "ana@example.org").await;
    server.get("/v1/me", &ana.person()).await.ok(200);
    let lost = refresh(&server, &ana.refresh_token).await.ok(200);
    pass(&server, "10 minutes").await;
    // The old access token is not what was lost.
    server.get("/v1/me", &ana.person()).await.ok(200);
    let mut found = Account::of("ana@example.org", &refresh(&server, &ana.refresh_token).await.ok(200));
    assert_eq!(found.refresh_token, text(&lost, "refresh_token"));
    // A socket is a sign of life, too.
    Client::open(&server, &found.person()).await.heartbeat().await;
    refresh(&server, &ana.refresh_token).await.refused(401, "unauthorized");
    refresh(&server, &found.refresh_token).await.refused(401, "unauthorized");

    found = Account::login(&server, "ana@example.org").await;
    refresh(&server, &found.refresh_token).await.ok(200);
    pass(&server, "16 minutes").await;
    refresh(&server, &found.refresh_token).await.refused(401, "unauthorized");
    assert_eq!(counts(&server).await.0, 2);
}

/// A thief who holds the owner's token refreshes in the grace, and gets no token of their own: as soon as the two are
/// apart, the second to refresh ends the family.
#[tokio::test]
async fn the_grace_gives_a_thief_no_branch_of_their_own() {
    let server = Server::start().await;
    let ana = Account::register(&server, "ana@example.org").await;
    let (mut owners, mut thiefs) = (ana.clone(), ana.clone());
    owners.refresh(&server).await;
    thiefs.refresh(&server).await;
    assert_eq!(owners.refresh_token, thiefs.refresh_token);
    thiefs.refresh(&server).await;
    thiefs.refresh(&server).await;
    refresh(&server, &owners.refresh_token).await.refused(401, "unauthorized");
    refresh(&server, &thiefs.refresh_token).await.refused(401, "unauthorized");
    server.get("/v1/me", &thiefs.person()).await.refused(401, "unauthorized");
}

/// Several tabs that refresh whatever token they hold, at once and over and over: the chain has one end, whatever
/// races, and as long as none of them falls behind nobody is signed out.
#[tokio::test]
async fn a_family_is_a_chain_whatever_races() {
    let server = Server::start().await;
    let mut token = Account::register(&server, "ana@example.org").await.refresh_token;
    for round in 0..10 {
        let answers = futures_util::future::join_all((0..6).map(|_| refresh(&server, &token))).await;
        let next: Vec<_> =
            answers.into_iter().map(|answer| text(&answer.ok(200), "refresh_token").to_owned()).collect();
        assert!(next.iter().all(|each| *each == next[0]), "round {round}");
        assert_eq!(counts(&server).await, (0, 1), "round {round}");
        token.clone_from(&next[0]);
    }
    // Strangers' tokens change nothing.
    refresh(&server, &"A".repeat(43)).await.refused(401, "unauthorized");
    assert_eq!(counts(&server).await, (0, 1));
}

/// The successor is made with the secret, so another secret makes another: the grace holds over such a change, too.
#[tokio::test]
async fn a_changed_secret_signs_nobody_out() {
    let old = Server::start().await;
    let new = Server::start_on(old.database.clone(), &[("PODIUM_JWT_SECRET", OTHER_SECRET)]).await;
    let ana = Account::register(&old, "ana@example.org").await;
    let lost = refresh(&old, &ana.refresh_token).await.ok(200);
    let mut again = Account::of("ana@example.org", &refresh(&new, &ana.refresh_token).await.ok(200));
    assert_ne!(again.refresh_token, text(&lost, "refresh_token"));
    assert_eq!(counts(&old).await, (0, 1));
    refresh(&new, text(&lost, "refresh_token")).await.refused(401, "unauthorized");
    again.refresh(&new).await;
    assert_eq!(counts(&old).await, (0, 1));
}

#[tokio::test]
async fn a_device_that_does_not_come_back_is_signed_out() {
    let server = Server::start().await;
    let ana = Account::register(&server, "ana@example.org").await;
    owner(&server, "UPDATE sign_ins SET expires_at = now() - interval '1 second'").await;
    refresh(&server, &ana.refresh_token).await.refused(401, "unauthorized");
    let other = Account::login(&server, "ana@example.org").await;
    let ids: Vec<_> = other.sessions(&server).await.iter().map(|session| text(session, "id").to_owned()).collect();
    assert_eq!(ids, [other.sid()]);
}

#[tokio::test]
async fn a_device_that_renews_without_end_is_slowed_down() {
    let server = Server::start().await;
    let mut token = Account::register(&server, "ana@example.org").await.refresh_token;
    let mut renewals = 0;
    let refused = loop {
        let answer = refresh(&server, &token).await;
        if answer.status != 200 {
            break answer;
        }
        text(&answer.body, "refresh_token").clone_into(&mut token);
        renewals += 1;
        assert!(renewals < 1_000, "nothing slows it down");
    };
    assert!(renewals >= 60, "{renewals}");
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    refused.refused(429, "rate_limited");
    // It costs nothing but time.
    owner(&server, "UPDATE sign_ins SET paid_until = now()").await;
    refresh(&server, &token).await.ok(200);
}

#[tokio::test]
async fn access_tokens_end_by_themselves_and_are_renewed() {
    let server = Server::start_with(&[("PODIUM_ACCESS_LIFETIME", "6s")]).await;
    let mut ana = Account::register(&server, "ana@example.org").await;
    let socket = Client::open(&server, &ana.person()).await;
    until("the token to be refused", async || server.get("/v1/me", &ana.person()).await.status == 401).await;
    assert_eq!(socket.ended().await, End::Closed(4401));
    assert_eq!(Client::try_open(&server, &ana.access_token, Way::Query).await.err().unwrap().status, 403);
    ana.refresh(&server).await;
    server.get("/v1/me", &ana.person()).await.ok(200);
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let server = Server::start().await;
    let ana = Account::register(&server, "ana@example.org").await;
    let real = claims(&ana.access_token);
    let with = |name: &str, value: Value| {
        let mut claims = real.clone();
        claims[name] = value;
        claims
    };
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signature = ana.access_token.rsplit('.').next().unwrap();
    let [header, body, _] = ana.access_token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let moderator = part(&with("role", json!("moderator")));
    let forged = [
        // Not signed, in the ways that libraries have fallen for.
        format!("{}.{body}.", part(&json!({"alg": "none", "typ": "JWT"}))),
        format!("{}.{body}.{signature}", part(&json!({"alg": "None"}))),
        format!("{header}.{body}."),
        // Another algorithm, with our secret as its key, and another secret.
        jsonwebtoken::encode(
            &jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS512),
            &real,
            &jsonwebtoken::EncodingKey::from_secret(SECRET.as_bytes()),
        )
        .unwrap(),
        sign(&real, OTHER_SECRET),
        sign(&real, ""),
        // Ours, with other claims, or with another's.
        format!("{header}.{moderator}.{signature}"),
        format!("{header}.{}.{signature}", part(&with("exp", json!(4_000_000_000u64)))),
        // Well signed, but over, without an end, or of no kind.
        sign(&with("exp", json!(1_000_000_000)), SECRET),
        sign(&with("exp", json!(chrono::Utc::now().timestamp())), SECRET),
        sign(&with("exp", Value::Null), SECRET),
        sign(&with("exp", json!("4000000000")), SECRET),
        sign(&with("exp", json!(-1)), SECRET),
        sign(&with("exp", json!(1e300)), SECRET),
        sign(&with("nbf", json!(4_000_000_000u64)), SECRET),
        sign(&with("sid", json!("one")), SECRET),
        // A refresh token is no access token, nor the other way round.
        ana.refresh_token.clone(),
    ];
    for token in &forged {
        server.http("GET", "/v1/me", Some(token), None).await.refused(401, "unauthorized");
        let socket = Client::try_open(&server, token, Way::Query).await.err().unwrap_or_else(|| panic!("{token}"));
        assert_eq!(socket.status, 403, "{token}");
    }
    for token in forged.iter().chain([&ana.access_token]).filter(|token| **token != ana.refresh_token) {
        refresh(&server, token).await.refused(401, "unauthorized");
    }
    server.get("/v1/me", &ana.person()).await.ok(200);
}
