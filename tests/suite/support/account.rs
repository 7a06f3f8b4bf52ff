//! People with accounts of their own, as their devices see them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::server::{Answer, Person, Server, text};

/// The password of every test's accounts.
pub const PASSWORD: &str = "correct horse battery";

/// A device that is signed in.
#[derive(Debug, Clone)]
pub struct Account {
    pub id: Uuid,
    pub email: String,
    pub access_token: String,
    pub refresh_token: String,
}

impl Account {
    /// Registers an account.
    pub async fn register(server: &Server, email: &str) -> Account {
        Account::of(email, &register(server, email, PASSWORD).await.ok(201))
    }

    /// Signs in on another device.
    pub async fn login(server: &Server, email: &str) -> Account {
        Account::of(email, &login(server, email, PASSWORD).await.ok(200))
    }

    /// From an answer with tokens.
    pub fn of(email: &str, answer: &Value) -> Account {
        Account {
            id: super::server::id_of(&answer["profile"]),
            email: email.to_owned(),
            access_token: text(answer, "access_token").to_owned(),
            refresh_token: text(answer, "refresh_token").to_owned(),
        }
    }

    /// Renews the tokens, and keeps the new ones.
    pub async fn refresh(&mut self, server: &Server) {
        *self = Account::of(&self.email, &refresh(server, &self.refresh_token).await.ok(200));
    }

    /// The person, as tests know people with a token.
    pub fn person(&self) -> Person {
        Person { id: self.id, name: self.email.clone(), token: self.access_token.clone() }
    }

    /// The devices that are signed in.
    pub async fn sessions(&self, server: &Server) -> Vec<Value> {
        let page = server.get("/v1/me/sessions", &self.person()).await.ok(200);
        assert_eq!(page["next"], Value::Null);
        page["items"].as_array().expect("items").clone()
    }

    /// The `sid` of the access token.
    pub fn sid(&self) -> String {
        text(&claims(&self.access_token), "sid").to_owned()
    }
}

/// What a token says, unchecked.
pub fn claims(token: &str) -> Value {
    use base64::Engine;
    let body = token.split('.').nth(1).expect("three parts");
    let body = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(body).expect("base64url");
    serde_json::from_slice(&body).expect("JSON")
}

pub async fn register(server: &Server, email: &str, password: &str) -> Answer {
    let name = email.split('@').next().filter(|name| !name.is_empty()).unwrap_or("Ana");
    let body = json!({"email": email, "password": password, "display_name": name});
    server.http("POST", "/v1/auth/register", None, Some(body)).await
}

/// Signs up with these headers, and with a language if one is given.
pub async fn register_in(server: &Server, email: &str, language: Option<&str>, headers: &[(&str, &str)]) -> Answer {
    let mut body = json!({"email": email, "password": PASSWORD, "display_name": "Ana"});
    if let Some(language) = language {
        body["language"] = json!(language);
    }
    server.http_with("POST", "/v1/auth/register", headers, body).await
}

pub async fn login(server: &Server, email: &str, password: &str) -> Answer {
    login_from(server, email, password, None).await
}

/// The same behind a proxy that says for whom it asks.
pub async fn login_from(server: &Server, email: &str, password: &str, forwarded: Option<&str>) -> Answer {
    let headers: Vec<_> = forwarded.map(|address| ("x-forwarded-for", address)).into_iter().collect();
    server.http_with("POST", "/v1/auth/login", &headers, json!({"email": email, "password": password})).await
}

pub async fn refresh(server: &Server, token: &str) -> Answer {
    server.http("POST", "/v1/auth/refresh", None, Some(json!({"refresh_token": token}))).await
}

pub async fn logout(server: &Server, token: &str) -> Answer {
    server.http("POST", "/v1/auth/logout", None, Some(json!({"refresh_token": token}))).await
}
