//! `podium demo` fills a database once, and leaves alone what people have done with it since.

use std::process::Stdio;

use serde_json::{Value, json};
use tokio::process::Command;
use uuid::Uuid;

use crate::support::account::{Account, login};
use crate::support::server::{Person, SECRET, Server, token};

/// Ana, the first of the demo's people.
const ANA: Uuid = Uuid::from_u128(0x0de3_0000_0000_7000_8000_0000_0000_0001);

async fn fill(server: &Server) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podium"));
    command.arg("demo").env("DATABASE_URL", server.database.url()).env("PODIUM_JWT_SECRET", SECRET);
    let output = command.stdin(Stdio::null()).output().await.expect("podium demo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

async fn counts(server: &Server) -> Vec<i64> {
    let counts = "SELECT (SELECT count(*) FROM profiles), (SELECT count(*) FROM events),
                         (SELECT count(*) FROM event_members), (SELECT count(*) FROM pods),
                         (SELECT count(*) FROM pod_members), (SELECT count(*) FROM posts), (SELECT count(*) FROM meet_points),
                         (SELECT count(*) FROM ballots), (SELECT count(*) FROM hype_taps),
                         (SELECT count(*) FROM comments), (SELECT count(*) FROM reactions),
                         (SELECT count(*) FROM messages)";
    let row = server.database.connect().await.query_one(counts, &[]).await.expect("counts");
    (0..row.len()).map(|column| row.get(column)).collect()
}

#[tokio::test]
async fn the_demo_is_filled_in_once() {
    let server = Server::start().await;
    fill(&server).await;
    let first = counts(&server).await;
    assert_eq!(first[..11], [10, 1, 10, 4, 12, 5, 1, 10, 5, 5, 7]);
    fill(&server).await;
    assert_eq!(counts(&server).await, first);

    let token = token(ANA, "Someone", std::time::Duration::from_secs(60));
    let ana = Person { id: ANA, name: "Ana".to_owned(), token };
    assert_eq!(server.get("/v1/me", &ana).await.ok(200)["display_name"], "Ana");
    let event = server.get("/v1/events/paper-lanterns-hamburg", &ana).await.ok(200);
    let pods = server.get(&format!("/v1/events/{}/pods", event["id"].as_str().unwrap()), &ana).await.ok(200);
    let free: Vec<_> = pods["items"].as_array().unwrap().iter().map(|pod| &pod["free_seats"]).collect();
    assert_eq!(free, [&json!(1), &json!(2), &json!(3), &json!(2)]);
    let pod = server.get("/v1/me/pods", &ana).await.ok(200)["items"][0].clone();
    assert_eq!(pod["last_message"]["text"], "🤝 clock it is");

    // What she does with it is hers.
    server.delete(&format!("/v1/pods/{}/members/me", pod["id"].as_str().unwrap()), &ana).await.ok(204);
    fill(&server).await;
    assert_eq!(server.get("/v1/me/pods", &ana).await.ok(200)["items"], Value::Array(vec![]));
}

/// The two accounts of the demo sign in.
#[tokio::test]
async fn the_demo_has_two_accounts() {
    let server = Server::start().await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_podium"));
    command.arg("demo").env("DATABASE_URL", server.database.url()).env("PODIUM_JWT_SECRET", SECRET);
    let output = command.stdin(Stdio::null()).output().await.expect("podium demo");
    let printed = String::from_utf8(output.stdout).unwrap();
    let password = printed.split('"').find(|part| part.starts_with("paper")).unwrap_or_else(|| panic!("{printed}"));
    for (email, name, pods) in [("mia@example.org", "Mia", 1), ("leo@example.org", "Leo", 1)] {
        assert!(printed.contains(email), "{printed}");
        let account = Account::of(email, &login(&server, email, password).await.ok(200));
        let me = server.get("/v1/me", &account.person()).await.ok(200);
        assert_eq!((&me["display_name"], &me["email"]), (&json!(name), &json!(email)));
        let mine = server.get("/v1/me/pods", &account.person()).await.ok(200);
        assert_eq!(mine["items"].as_array().unwrap().len(), pods);
    }
    // A password that was changed since is not put back.
    Account::register(&server, "eve@example.org").await;
    let change =
        "UPDATE accounts SET password_hash = (SELECT password_hash FROM accounts WHERE email = 'eve@example.org')";
    server.database.connect().await.execute(change, &[]).await.unwrap();
    fill(&server).await;
    login(&server, "mia@example.org", password).await.refused(401, "unauthorized");
}
