//! The language in which a person reads Podium: chosen at registration or later, else preferred by the request.

use serde_json::{Value, json};

use crate::support::account::{Account, register_in};
use crate::support::server::{Answer, Server};
use crate::support::smtp::{Mail, MailServer};

const GERMAN: [(&str, &str); 1] = [("accept-language", "fr, de-AT;q=0.8, en;q=0.5")];

#[track_caller]
fn is_german(mail: &Mail) {
    let text = &mail.text;
    assert!(text.contains("Hallo,") && (text.contains("bestätige") || text.contains("wähle")), "{text}");
    assert!(!text.contains("Hello,"), "{text}");
}

#[track_caller]
fn is_english(mail: &Mail) {
    assert!(mail.text.contains("Hello,") && !mail.text.contains("Hallo,"), "{}", mail.text);
}

#[track_caller]
fn is_no_language(answer: Answer) {
    let problem = answer.refused(422, "invalid");
    assert_eq!(problem["errors"], json!([{"pointer": "/language", "detail": "must be one of `en`, `de`"}]));
}

async fn resend(server: &Server, ana: &Account, headers: &[(&str, &str)]) {
    let token = format!("Bearer {}", ana.access_token);
    let headers = [&[("authorization", token.as_str())], headers].concat();
    server.http_with("POST", "/v1/auth/verify/resend", &headers, json!({})).await.ok(202);
}

async fn forgot(server: &Server, email: &str, headers: &[(&str, &str)]) -> Answer {
    server.http_with("POST", "/v1/auth/reset", headers, json!({"email": email})).await
}

#[tokio::test]
async fn a_chosen_language_decides_whatever_the_request_prefers() {
    let mails = MailServer::start().await;
    let server = Server::start_with(&mails.settings()).await;
    let answer = register_in(&server, "ana@example.org", Some("de"), &[("accept-language", "en")]).await.ok(201);
    assert_eq!(answer["profile"]["language"], "de");
    let ana = Account::of("ana@example.org", &answer);
    is_german(&mails.mails(1).await[0]);

    let me = server.patch("/v1/me", &ana.person(), json!({"language": "en"})).await.ok(200);
    assert_eq!(me["language"], "en");
    assert_eq!(server.get("/v1/me", &ana.person()).await.ok(200), me);
    forgot(&server, "ana@example.org", &GERMAN).await.ok(202);
    is_english(&mails.mails(2).await[1]);
}

#[tokio::test]
async fn without_a_choice_the_request_decides_and_nothing_is_stored() {
    let mails = MailServer::start().await;
    let server = Server::start_with(&mails.settings()).await;
    let answer = register_in(&server, "ana@example.org", None, &GERMAN).await.ok(201);
    assert_eq!(answer["profile"]["language"], Value::Null);
    let ana = Account::of("ana@example.org", &answer);
    is_german(&mails.mails(1).await[0]);
    resend(&server, &ana, &[]).await;
    is_english(&mails.mails(2).await[1]);
    resend(&server, &ana, &[("accept-language", "fr")]).await;
    is_english(&mails.mails(3).await[2]);
    forgot(&server, "ana@example.org", &GERMAN).await.ok(202);
    is_german(&mails.mails(4).await[3]);

    // Null takes a choice back.
    server.patch("/v1/me", &ana.person(), json!({"language": "de"})).await.ok(200);
    let me = server.patch("/v1/me", &ana.person(), json!({"language": null})).await.ok(200);
    assert_eq!(me["language"], Value::Null);
    forgot(&server, "ana@example.org", &[]).await.ok(202);
    is_english(&mails.mails(5).await[4]);
}

#[tokio::test]
async fn what_is_no_language_is_refused() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    for wrong in ["fr", "DE", "de-DE", "", "english"] {
        is_no_language(server.patch("/v1/me", &ana, json!({"language": wrong})).await);
        is_no_language(register_in(&server, "ana@example.org", Some(wrong), &[]).await);
    }
    assert_eq!(server.get("/v1/me", &ana).await.ok(200)["language"], Value::Null);
}

/// The database asks for the form of a language's tag alone, so that a third language needs no migration.
#[tokio::test]
async fn a_language_of_a_newer_version_reads_as_none() {
    let mails = MailServer::start().await;
    let server = Server::start_with(&mails.settings()).await;
    let ana = Account::register(&server, "ana@example.org").await;
    mails.mails(1).await;
    let database = server.database.connect().await;
    for wrong in ["", "EN", "english", "de_DE", "de-"] {
        let stored = database.execute("UPDATE profiles SET language = $1", &[&wrong]).await;
        assert!(stored.is_err(), "{wrong}");
    }
    database.execute("UPDATE profiles SET language = 'pt-BR'", &[]).await.expect("the form of a tag");
    assert_eq!(server.get("/v1/me", &ana.person()).await.ok(200)["language"], Value::Null);
    resend(&server, &ana, &GERMAN).await;
    is_english(&mails.mails(2).await[1]);
}

/// A language is looked up with the mail, after the answer: neither the answer nor its work tells of an account.
#[tokio::test]
async fn a_language_does_not_tell_who_has_an_account() {
    let mails = MailServer::start().await;
    let server = Server::start_with(&mails.settings()).await;
    register_in(&server, "ana@example.org", Some("de"), &[]).await.ok(201);
    mails.mails(1).await;
    let known = forgot(&server, "ana@example.org", &GERMAN).await;
    let unknown = forgot(&server, "nobody@example.org", &GERMAN).await;
    let about = |answer: &Answer| {
        let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        names.sort();
        (answer.status, answer.body.clone(), names)
    };
    assert_eq!(about(&known), about(&unknown));
    assert!(!known.headers.contains_key("content-language"));
    assert_eq!(mails.mails(2).await.len(), 2);
}
