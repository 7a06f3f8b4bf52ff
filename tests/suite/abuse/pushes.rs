//! Pushes that are sent faster than they are answered.

use serde_json::json;
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::server::{Person, Server};

/// What a session's pushes may take together until they are answered.
const MOST: usize = 1 << 20;

#[tokio::test]
async fn a_socket_holds_few_bytes_of_pushes_while_postgres_is_slow() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off"), ("PODIUM_LIMIT_SEND_WAIT", "30s")]).await;
    let [eve, ana]: [Person; 2] = server.people();
    let (_, held_up) = server.pod(std::slice::from_ref(&eve)).await;
    let (attacker, victim) = (Client::open(&server, &eve).await, Client::open(&server, &ana).await);
    attacker.join(&format!("pod:{held_up}"), json!({})).await.ok();
    // A lock on the attacker's pod: nothing that is sent there is answered.
    let mut holder = server.database.connect().await;
    let held = holder.transaction().await.expect("a transaction");
    held.execute("SELECT FROM pods WHERE id = $1 FOR UPDATE", &[&held_up]).await.expect("the row");
    // Characters that JSON spells with six, behind one that can be seen.
    let text = format!("a{}", "\u{1}".repeat(3_999));
    let each = json!(text).to_string().len();
    let topic = format!("pod:{held_up}");
    let push = |_| attacker.push(&topic, "message:new", json!({"id": Uuid::now_v7(), "text": text}));
    let pushed: Vec<_> = (0..200).map(push).collect();
    // It has read all of them: what is not kept is refused by now.
    attacker.heartbeat().await;
    let refused = pushed.iter().filter_map(|push| attacker.reply_now(push)).map(|reply| reply.refused("overloaded"));
    let refused = refused.count();
    assert!((pushed.len() - refused) * each <= MOST, "{} of {each} bytes are kept", pushed.len() - refused);
    assert!(refused < pushed.len(), "some are kept");
    // The lock holds up the writer of its pod, and nothing else.
    for _ in 0..5 {
        victim.heartbeat().await;
        server.get("/v1/me", &ana).await.ok(200);
    }
    held.rollback().await.expect("let go");
    let mut stored = 0;
    for push in &pushed {
        stored += usize::from(attacker.reply(push).await.status == "ok");
    }
    assert_eq!(stored, pushed.len() - refused, "what was kept is answered");
    // There is room again.
    attacker.say(held_up, Uuid::now_v7(), "and now?").await.ok();
}
