//! Accounts: signing up, in and out, on one device and several.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::account::{Account, PASSWORD, claims, login, logout, refresh, register};
use crate::support::client::{Client, End, Way};
use crate::support::server::{Person, Server, list, text};
use crate::support::wait::until;

#[tokio::test]
async fn a_registration_makes_an_account() {
    let server = Server::start().await;
    let body = json!({"email": " Ana@Example.org ", "password": PASSWORD, "display_name": " Ana "});
    let answer = server.http("POST", "/v1/auth/register", None, Some(body)).await.ok(201);
    assert_eq!((&answer["expires_in"], &answer["email_verified"]), (&json!(900), &json!(false)));
    let profile = &answer["profile"];
    assert_eq!((&profile["display_name"], &profile["email"]), (&json!("Ana"), &json!("Ana@example.org")));

    let account = Account::of("ana@example.org", &answer);
    let claims = claims(&account.access_token);
    let expires = claims["exp"].as_i64().unwrap() - chrono::Utc::now().timestamp();
    assert!((1..=901).contains(&expires), "{claims}");
    // A token rides in addresses of sockets: it says no more of the person than it must.
    assert_eq!(claims.as_object().unwrap().keys().collect::<Vec<_>>(), ["exp", "gen", "iat", "sid", "sub"]);
    let me = server.get("/v1/me", &account.person()).await.ok(200);
    assert_eq!(&me, profile);

    // The token is the same as everybody's: events, pods and sockets know no difference.
    let ana = account.person();
    let ben = server.person("Ben");
    let (_, pod) = server.pod(&[ana.clone(), ben]).await;
    let socket = Client::open(&server, &ana).await;
    socket.join(&format!("pod:{pod}"), json!({})).await.ok();
}

#[tokio::test]
async fn an_address_has_one_account_however_it_is_spelled() {
    let server = Server::start().await;
    let ana = Account::register(&server, "zo\u{e9}@b\u{fc}cher.example").await;
    for same in
        ["ZO\u{c9}@B\u{dc}CHER.EXAMPLE", "zoe\u{301}@xn--bcher-kva.example", " zo\u{e9}@bu\u{308}cher.example\n"]
    {
        register(&server, same, PASSWORD).await.refused(409, "conflict");
        assert_eq!(Account::login(&server, same).await.id, ana.id, "{same}");
    }
    let races = (0..6).map(|n| {
        let email = if n % 2 == 0 { "ben@example.org" } else { "BEN@example.org" };
        register(&server, email, PASSWORD)
    });
    let statuses: Vec<_> = futures_util::future::join_all(races).await.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 5, "{statuses:?}");
    let count = "SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM profiles)";
    let row = server.database.connect().await.query_one(count, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (2, 2), "no profile is left of those that lost");
}

#[tokio::test]
async fn all_errors_of_a_registration_are_reported_at_once() {
    let server = Server::start().await;
    let body = json!({"email": "ana", "password": "1234567", "display_name": " "});
    let problem = server.http("POST", "/v1/auth/register", None, Some(body)).await.refused(422, "invalid");
    let pointers: Vec<_> = list(&problem, "errors").iter().map(|error| text(error, "pointer")).collect();
    assert_eq!(pointers, ["/email", "/password", "/display_name"]);
    for password in ["1234567", &"a".repeat(257), &"🎸".repeat(257)] {
        register(&server, "ana@example.org", password).await.refused(422, "invalid");
    }
    // Made at the start for sign-ins without an account: a hash, and a check of it.
    until("the hashes at the start", async || server.metric("podium_password_hashes_total").await >= 2.0).await;
    let before = server.metric("podium_password_hashes_total").await;
    let long = "a".repeat(10_000);
    login(&server, "ana@example.org", &long).await.refused(422, "invalid");
    register(&server, "ana@example.org", &long).await.refused(422, "invalid");
    let longer = "a".repeat(16 << 10);
    login(&server, "ana@example.org", &longer).await.refused(413, "too_large");
    register(&server, "ana@example.org", &longer).await.refused(413, "too_large");
    assert_eq!(server.metric("podium_password_hashes_total").await, before, "nobody's megabyte is hashed");
    // The longest that may be, of four bytes a character.
    let longest = "🎸".repeat(256);
    register(&server, "ana@example.org", &longest).await.ok(201);
    login(&server, "ana@example.org", &longest).await.ok(200);
    login(&server, "ana@example.org", &"🎸".repeat(255)).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn passwords_and_tokens_are_stored_as_hashes_and_reach_no_log() {
    let server = Server::start_with(&[("PODIUM_LOG", "debug")]).await;
    let mut ana = Account::register(&server, "ana@example.org").await;
    let first = ana.refresh_token.clone();
    ana.refresh(&server).await;
    let rows = "SELECT row_to_json(a)::text FROM accounts a UNION ALL SELECT row_to_json(s)::text FROM sign_ins s
                UNION ALL SELECT row_to_json(t)::text FROM refresh_tokens t";
    let client = server.database.connect().await;
    let stored: Vec<String> = client.query(rows, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(stored.len(), 4);
    assert!(stored[0].contains("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", stored[0]);
    use base64::Engine;
    let bytes = |token: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token).unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (all, log) = (stored.join("\n"), server.log().join("\n"));
    for secret in [PASSWORD, &first, &ana.refresh_token, &ana.access_token] {
        assert!(!all.contains(secret) && !log.contains(secret), "{secret}");
    }
    for token in [&first, &ana.refresh_token] {
        assert_eq!(bytes(token).len(), 32, "256 bits");
        assert!(!all.contains(&hex(&bytes(token))));
    }
}

/// Ana's devices by their ids, and which is the one that asks.
async fn devices(server: &Server, account: &Account) -> Vec<(String, bool)> {
    let sessions = account.sessions(server).await;
    sessions.iter().map(|session| (text(session, "id").to_owned(), session["current"] == json!(true))).collect()
}

#[tokio::test]
async fn one_sees_ones_devices_and_signs_them_out() {
    let server = Server::start().await;
    let phone = Account::register(&server, "ana@example.org").await;
    let mut laptop = Account::login(&server, "ana@example.org").await;
    let other = Account::register(&server, "ben@example.org").await;
    assert_eq!(devices(&server, &phone).await, [(laptop.sid(), false), (phone.sid(), true)], "the newest first");
    assert_eq!(devices(&server, &laptop).await, [(laptop.sid(), true), (phone.sid(), false)]);
    let session = phone.sessions(&server).await[1].clone();
    assert_eq!(session["address"], "127.0.0.1");
    assert!(session["created_at"].is_string() && session["last_used_at"].is_string());

    // A device that renews is the last one used; what it says it is may change.
    let agent = format!("Podium for phones {}", "x".repeat(400));
    let body = json!({"refresh_token": phone.refresh_token});
    let renewed = server.http_with("POST", "/v1/auth/refresh", &[("user-agent", &agent)], body).await.ok(200);
    let phone = Account::of(&phone.email, &renewed);
    assert_eq!(phone.sessions(&server).await[0]["user_agent"], agent[..300]);
    assert_eq!(devices(&server, &laptop).await, [(phone.sid(), false), (laptop.sid(), true)]);

    // Nobody's but one's own.
    let path = |id: &str| format!("/v1/me/sessions/{id}");
    server.delete(&path(&phone.sid()), &other.person()).await.refused(404, "not_found");
    server.delete(&path(&Uuid::now_v7().to_string()), &phone.person()).await.refused(404, "not_found");
    server.http("DELETE", &path(&phone.sid()), None, None).await.refused(401, "unauthorized");

    let socket = Client::open(&server, &phone.person()).await;
    let beside = Client::open(&server, &laptop.person()).await;
    server.delete(&path(&phone.sid()), &laptop.person()).await.ok(204);
    // Its socket ends, its access token is refused for HTTP and for sockets, and it cannot renew.
    assert_eq!(socket.ended().await, End::Closed(4401));
    server.get("/v1/me", &phone.person()).await.refused(401, "unauthorized");
    assert_eq!(Client::try_open(&server, &phone.access_token, Way::Query).await.err().unwrap().status, 403);
    refresh(&server, &phone.refresh_token).await.refused(401, "unauthorized");
    server.delete(&path(&phone.sid()), &laptop.person()).await.refused(404, "not_found");
    // The other one goes on.
    beside.heartbeat().await;
    laptop.refresh(&server).await;
    assert_eq!(devices(&server, &laptop).await, [(laptop.sid(), true)]);
}

#[tokio::test]
async fn signing_out_ends_a_device_whatever_token_of_it_is_at_hand() {
    let server = Server::start().await;
    let first = Account::register(&server, "ana@example.org").await;
    let mut second = first.clone();
    second.refresh(&server).await;
    let socket = Client::open(&server, &second.person()).await;
    logout(&server, &first.refresh_token).await.ok(204);
    assert_eq!(socket.ended().await, End::Closed(4401));
    refresh(&server, &second.refresh_token).await.refused(401, "unauthorized");
    for token in [&first.access_token, &second.access_token] {
        server.http("GET", "/v1/me", Some(token), None).await.refused(401, "unauthorized");
    }
    // Again, and with what is no token at all: there is nobody to sign out.
    for token in [first.refresh_token.as_str(), "nonsense", &"A".repeat(43)] {
        logout(&server, token).await.ok(204);
    }
    Account::login(&server, "ana@example.org").await;
}

#[tokio::test]
async fn a_socket_goes_on_with_a_renewed_token_and_ends_with_its_sign_in() {
    let server = Server::start().await;
    let mut ana = Account::register(&server, "ana@example.org").await;
    let socket = Client::open(&server, &ana.person()).await;
    let topic = format!("user:{}", ana.id);
    socket.join(&topic, json!({})).await.ok();
    let old = ana.clone();
    ana.refresh(&server).await;
    socket.ask(&topic, "access_token", json!({"token": ana.access_token})).await.ok();
    // A token of another device moves the socket to that device.
    let laptop = Account::login(&server, "ana@example.org").await;
    socket.ask(&topic, "access_token", json!({"token": laptop.access_token})).await.ok();
    logout(&server, &ana.refresh_token).await.ok(204);
    socket.heartbeat().await;
    socket.ask(&topic, "access_token", json!({"token": old.access_token})).await.refused("unauthorized");
    logout(&server, &laptop.refresh_token).await.ok(204);
    assert_eq!(socket.ended().await, End::Closed(4401));
}

#[tokio::test]
async fn what_ends_on_one_node_ends_on_the_others() {
    let one = Server::start().await;
    let other = Server::start_on(one.database.clone(), &[]).await;
    let ana = Account::register(&one, "ana@example.org").await;
    let (here, there) = (Client::open(&one, &ana.person()).await, Client::open(&other, &ana.person()).await);
    logout(&one, &ana.refresh_token).await.ok(204);
    assert_eq!((here.ended().await, there.ended().await), (End::Closed(4401), End::Closed(4401)));
    other.get("/v1/me", &ana.person()).await.refused(401, "unauthorized");
    // Also on one that starts later, while the token would still be good.
    let later = Server::start_on(one.database.clone(), &[]).await;
    until("the node to have heard", async || later.get("/v1/me", &ana.person()).await.status == 401).await;
}

#[tokio::test]
async fn tokens_of_an_outside_issuer_go_on_as_they_are() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    server.get("/v1/me", &ana).await.ok(200);
    assert_eq!(server.get("/v1/me/sessions", &ana).await.ok(200), json!({"items": [], "next": null}));
    server.post("/v1/auth/verify/resend", &ana, json!({})).await.ok(202);
    // Nobody takes over a profile by registering its address: the two are two people.
    let claims = json!({"sub": Uuid::now_v7(), "exp": 4_000_000_000u64, "email": "jo@example.org"});
    let outside = crate::support::server::sign(&claims, crate::support::server::SECRET);
    let outside = server.http("GET", "/v1/me", Some(&outside), None).await.ok(200);
    let account = Account::register(&server, "jo@example.org").await;
    assert_ne!(outside["id"], json!(account.id));
}

#[tokio::test]
async fn a_hundred_devices_are_enough() {
    let server = Server::start_with(&[("PODIUM_HASH_MEMORY", "1MiB"), ("PODIUM_HASH_PASSES", "1")]).await;
    let first = Account::register(&server, "ana@example.org").await;
    let second = Account::login(&server, "ana@example.org").await;
    for _ in 0..98 {
        Account::login(&server, "ana@example.org").await;
    }
    assert_eq!(second.sessions(&server).await.len(), 100);
    let newest = Account::login(&server, "ana@example.org").await;
    let devices = devices(&server, &newest).await;
    assert_eq!(devices.len(), 100);
    assert!(devices.iter().all(|(id, _)| *id != first.sid()), "the one least recently used is out");
    assert!(devices.iter().any(|(id, _)| *id == second.sid()));
    refresh(&server, &first.refresh_token).await.refused(401, "unauthorized");
}

/// A profile that becomes a tombstone takes its account along, and its devices.
#[tokio::test]
async fn who_is_gone_is_signed_out_and_their_address_is_free() {
    let server = Server::start().await;
    let ana = Account::register(&server, "ana@example.org").await;
    let socket = Client::open(&server, &ana.person()).await;
    let client = server.database.connect().await;
    client
        .execute(
            "UPDATE profiles SET deleted_at = now(), display_name = 'Gone', email = NULL WHERE id = $1",
            &[&ana.id],
        )
        .await
        .unwrap();
    login(&server, "ana@example.org", PASSWORD).await.refused(401, "unauthorized");
    refresh(&server, &ana.refresh_token).await.refused(401, "unauthorized");
    assert_eq!(socket.ended().await, End::Closed(4401));
    let again = Account::register(&server, "ana@example.org").await;
    assert_ne!(again.id, ana.id);
}

fn role(server: &Server, deed: &str, email: &str) -> std::process::Output {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_podium"));
    command.args(["role", deed, email, "moderator"]).env("DATABASE_URL", server.database.url());
    command.output().expect("podium role")
}

#[tokio::test]
async fn a_role_is_granted_by_the_operator_and_taken_away_at_once() {
    let server = Server::start().await;
    let mut ana = Account::register(&server, "ana@example.org").await;
    assert_eq!(claims(&ana.access_token)["role"], Value::Null);
    let granted = role(&server, "grant", "ANA@example.org");
    assert!(granted.status.success(), "{}", String::from_utf8_lossy(&granted.stderr));
    assert!(String::from_utf8_lossy(&granted.stdout).contains(&ana.id.to_string()));
    ana.refresh(&server).await;
    assert_eq!(claims(&ana.access_token)["role"], "moderator");
    assert_eq!(claims(&Account::login(&server, "ana@example.org").await.access_token)["role"], "moderator");
    // What a moderator may: close a pod of an event that they have never joined.
    let people: [Person; 2] = server.people();
    let (event, _) = server.pod(&people).await;
    server.patch(&format!("/v1/events/{event}"), &ana.person(), json!({"venue": "Elsewhere"})).await.ok(200);

    let socket = Client::open(&server, &ana.person()).await;
    assert!(role(&server, "revoke", "ana@example.org").status.success());
    assert_eq!(socket.ended().await, End::Closed(4401));
    server.get("/v1/me", &ana.person()).await.refused(401, "unauthorized");
    assert_eq!(claims(&Account::login(&server, "ana@example.org").await.access_token)["role"], Value::Null);

    for (deed, email, expected) in
        [("grant", "nobody@example.org", "has no account"), ("revoke", "nobody", "must be an e-mail address")]
    {
        let output = role(&server, deed, email);
        let line = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), line.trim_end().lines().count()), (Some(1), 1), "{line}");
        assert!(line.contains(expected), "{line}");
    }
}
