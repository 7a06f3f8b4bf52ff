//! What is mailed, over a real SMTP connection: confirming an address, and a new password.

use serde_json::{Value, json};

use crate::support::account::{Account, PASSWORD, login, refresh};
use crate::support::client::{Client, End};
use crate::support::server::{Answer, Server};
use crate::support::smtp::MailServer;
use crate::support::wait::until;

const NEW: &str = "a better horse battery";

async fn post(server: &Server, path: &str, body: Value) -> Answer {
    server.http("POST", &format!("/v1/auth/{path}"), None, Some(body)).await
}

async fn forgot(server: &Server, email: &str) {
    let answer = post(server, "reset", json!({"email": email})).await;
    assert_eq!((answer.status, answer.body), (202, Value::Null));
}

async fn verify(server: &Server, token: &str) -> Answer {
    post(server, "verify", json!({"token": token})).await
}

async fn reset(server: &Server, token: &str, password: &str) -> Answer {
    post(server, "reset/confirm", json!({"token": token, "password": password})).await
}

#[track_caller]
fn spent(answer: Answer) {
    assert_eq!(answer.refused(422, "invalid")["errors"][0]["pointer"], "/token");
}

#[tokio::test]
async fn an_address_is_confirmed_by_the_link_that_is_mailed_there() {
    let mails = MailServer::start().await;
    let server = Server::start_with(&mails.settings()).await;
    let ana = Account::register(&server, "Ana@example.org").await;
    let mail = mails.mails(1).await.remove(0);
    assert_eq!(mail.to, ["Ana@example.org"]);
    for part in ["From: Podium <no-reply@podium.example>", "Subject: Confirm", "https://podium.example/verify#token="] {
        assert!(mail.text.contains(part), "{part} is not in {}", mail.text);
    }
    let token = mail.token("/verify");
    assert_eq!(token.len(), 43);
    let stored = "SELECT row_to_json(m)::text FROM mail_tokens m";
    let stored: String = server.database.connect().await.query_one(stored, &[]).await.unwrap().get(0);
    assert!(!stored.contains(&token) && !server.log().join("\n").contains(&token));

    assert_eq!(login(&server, "ana@example.org", PASSWORD).await.ok(200)["email_verified"], false);
    spent(reset(&server, &token, NEW).await);
    spent(verify(&server, "nonsense").await);
    spent(verify(&server, &"A".repeat(43)).await);
    verify(&server, &token).await.ok(204);
    spent(verify(&server, &token).await);
    assert_eq!(login(&server, "ana@example.org", PASSWORD).await.ok(200)["email_verified"], true);

    // There is nothing to confirm any more: the next mail is another's.
    server.post("/v1/auth/verify/resend", &ana.person(), json!({})).await.ok(202);
    Account::register(&server, "ben@example.org").await;
    assert_eq!(mails.mails(2).await[1].to, ["ben@example.org"]);
}

#[tokio::test]
async fn another_link_can_be_asked_for_and_the_newest_three_are_good() {
    let mails = MailServer::start().await;
    let server = Server::start_with(&mails.settings()).await;
    let ana = Account::register(&server, "ana@example.org").await;
    mails.mails(1).await;
    for count in 2..=4 {
        server.post("/v1/auth/verify/resend", &ana.person(), json!({})).await.ok(202);
        mails.mails(count).await;
    }
    let answer = server.post("/v1/auth/verify/resend", &ana.person(), json!({})).await;
    assert!(answer.headers.contains_key("retry-after"));
    answer.refused(429, "rate_limited");
    let tokens: Vec<_> = mails.now().iter().map(|mail| mail.token("/verify")).collect();
    spent(verify(&server, &tokens[0]).await);
    verify(&server, &tokens[1]).await.ok(204);
    verify(&server, &tokens[3]).await.ok(204);
    server.http("POST", "/v1/auth/verify/resend", None, None).await.refused(401, "unauthorized");
}

#[tokio::test]
async fn a_new_password_signs_every_device_out() {
    let mails = MailServer::start().await;
    let server = Server::start_with(&mails.settings()).await;
    let phone = Account::register(&server, "ana@example.org").await;
    let laptop = Account::login(&server, "ana@example.org").await;
    let other = Account::register(&server, "ben@example.org").await;
    let socket = Client::open(&server, &phone.person()).await;
    let bens = Client::open(&server, &other.person()).await;
    mails.mails(2).await;

    // To the address that was registered, however it is typed.
    forgot(&server, "ANA@EXAMPLE.ORG").await;
    let mail = mails.mails(3).await.remove(2);
    assert_eq!(mail.to, ["ana@example.org"]);
    let token = mail.token("/reset");
    spent(verify(&server, &token).await);
    let short = reset(&server, &token, "short").await.refused(422, "invalid");
    assert_eq!(short["errors"][0]["pointer"], "/password");
    refresh(&server, &laptop.refresh_token).await.ok(200);

    reset(&server, &token, NEW).await.ok(204);
    assert_eq!(socket.ended().await, End::Closed(4401));
    for device in [&phone, &laptop] {
        refresh(&server, &device.refresh_token).await.refused(401, "unauthorized");
        server.get("/v1/me", &device.person()).await.refused(401, "unauthorized");
    }
    login(&server, "ana@example.org", PASSWORD).await.refused(401, "unauthorized");
    // Who follows the link reads the address's mails.
    assert_eq!(login(&server, "ana@example.org", NEW).await.ok(200)["email_verified"], true);
    spent(reset(&server, &token, PASSWORD).await);
    bens.heartbeat().await;
    refresh(&server, &other.refresh_token).await.ok(200);
}

#[tokio::test]
async fn links_end_with_time_with_use_and_with_each_other() {
    let mails = MailServer::start().await;
    let server = Server::start_with(&mails.settings()).await;
    Account::register(&server, "ana@example.org").await;
    forgot(&server, "ana@example.org").await;
    mails.mails(2).await;
    forgot(&server, "ana@example.org").await;
    let all = mails.mails(3).await;
    let links: Vec<_> =
        all.iter().filter(|mail| mail.text.contains("/reset#")).map(|mail| mail.token("/reset")).collect();
    assert_eq!(links.len(), 2);
    // Ten at once: one of them is the first.
    let races = futures_util::future::join_all((0..10).map(|_| reset(&server, &links[0], NEW))).await;
    assert_eq!(races.iter().filter(|answer| answer.status == 204).count(), 1);
    races.into_iter().filter(|answer| answer.status != 204).for_each(spent);
    // The other link would undo what was chosen.
    spent(reset(&server, &links[1], PASSWORD).await);
    forgot(&server, "ana@example.org").await;
    let late = mails.mails(4).await[3].token("/reset");
    let client = server.database.connect().await;
    client.execute("UPDATE mail_tokens SET expires_at = now() WHERE purpose = 'reset'", &[]).await.unwrap();
    spent(reset(&server, &late, PASSWORD).await);
    login(&server, "ana@example.org", NEW).await.ok(200);
}

#[tokio::test]
async fn nobody_is_mailed_who_has_no_account_and_nobody_too_often() {
    let mails = MailServer::start().await;
    let server = Server::start_with(&mails.settings()).await;
    Account::register(&server, "ana@example.org").await;
    Account::register(&server, "ben@example.org").await;
    mails.mails(2).await;
    for _ in 0..6 {
        forgot(&server, "nobody@example.org").await;
        forgot(&server, "ana@example.org").await;
    }
    forgot(&server, "ben@example.org").await;
    let to_ben =
        |all: &[_]| all.iter().filter(|mail: &&crate::support::smtp::Mail| mail.to == ["ben@example.org"]).count();
    until("the mail", async || to_ben(&mails.now()) == 2 && mails.now().len() >= 6).await;
    server.http("POST", "/v1/auth/reset", None, Some(json!({"email": "ana"}))).await.refused(422, "invalid");
    let all = mails.now();
    assert_eq!((all.len(), to_ben(&all)), (6, 2), "one to register and three resets for Ana, one of each for Ben");
}

/// The old password was checked, and then the password was reset: the old one no longer signs in.
#[tokio::test]
async fn a_reset_beats_a_sign_in_that_is_under_way() {
    let mails = MailServer::start().await;
    let server = Server::start_with(&mails.settings()).await;
    let ana = Account::register(&server, "ana@example.org").await;
    forgot(&server, "ana@example.org").await;
    let token = mails.mails(2).await.iter().find(|mail| mail.text.contains("/reset#")).unwrap().token("/reset");
    let logins = async {
        let mut signed_in = Vec::new();
        loop {
            let answer = login(&server, "ana@example.org", PASSWORD).await;
            match answer.status {
                200 => signed_in.push(Account::of("ana@example.org", &answer.body)),
                _ => break signed_in,
            }
        }
    };
    let (signed_in, answer) = tokio::join!(logins, reset(&server, &token, NEW));
    answer.ok(204);
    for device in signed_in.iter().chain([&ana]) {
        refresh(&server, &device.refresh_token).await.refused(401, "unauthorized");
    }
}

#[tokio::test]
async fn a_mail_server_that_cannot_now_is_asked_again() {
    let mails = MailServer::start().await;
    let server = Server::start_with(&mails.settings()).await;
    mails.refuse(1);
    Account::register(&server, "ana@example.org").await;
    let token = mails.mails(1).await[0].token("/verify");
    verify(&server, &token).await.ok(204);
    // The mail is there before its sender has heard that it was taken.
    until("the mail to count", async || server.metric("podium_mails_total{outcome=\"sent\"}").await == 1.0).await;
}

#[tokio::test]
async fn mails_that_were_asked_for_are_sent_before_the_node_ends() {
    let mails = MailServer::start().await;
    let mut server = Server::start_with(&mails.settings()).await;
    mails.refuse(1);
    Account::register(&server, "ana@example.org").await;
    assert!(server.terminate().await.success());
    assert_eq!(mails.now().len(), 1);
}

#[tokio::test]
async fn without_a_mail_server_the_links_are_in_the_log() {
    let server = Server::start_with(&[("PODIUM_PUBLIC_URL", "https://podium.example")]).await;
    Account::register(&server, "ana@example.org").await;
    let found = || {
        let log = server.log();
        let line = log.iter().find(|line| line.contains("https://podium.example/verify#token="))?;
        let rest = line.split("#token=").nth(1)?;
        Some(rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect::<String>())
    };
    until("the mail", async || found().is_some()).await;
    verify(&server, &found().unwrap()).await.ok(204);
}
