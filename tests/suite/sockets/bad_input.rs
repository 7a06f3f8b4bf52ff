//! What a client may get wrong on a socket: a coded error or a coded close each time, the next frame or the next
//! connection works, nobody else notices, and no thread panics (which every test's server is asked for at its end).

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::support::client::{Client, End, PATIENCE, Pushed, Way};
use crate::support::pod_client::{number, stored};
use crate::support::server::{Person, SECRET, Server, sign, token};

/// Bytes of the largest message.
const FRAME: usize = 64 * 1024;

/// One in a pod of their own, on a socket.
async fn alone() -> (Server, Person, Uuid, Client) {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let ana = server.person("Ana");
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let client = Client::open(&server, &ana).await;
    client.join(&format!("pod:{pod}"), json!({})).await.ok();
    (server, ana, pod, client)
}

#[tokio::test]
async fn an_invalid_frame_is_answered_and_the_socket_lives() {
    let (_server, _, pod, client) = alone().await;
    let deep = "[".repeat(30_000);
    let closed = "[".repeat(15_000) + &"]".repeat(15_000);
    let long_ref = format!(r#"["1","{}","phoenix","heartbeat",{{}}]"#, "x".repeat(1000));
    let truncated = format!(r#"["j","1","pod:{pod}","message:new",{{"id":"#);
    let texts = [
        "",
        " ",
        "\0",
        "null",
        "7",
        "\"text\"",
        "{}",
        r#"{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"}"#,
        "[]",
        "[1,2,3]",
        r#"["1","2","phoenix","heartbeat"]"#,
        r#"["1","2","phoenix","heartbeat",{},{}]"#,
        r#"["1","2",null,"heartbeat",{}]"#,
        r#"["1","2","phoenix",7,{}]"#,
        r#"["1",{},"phoenix","heartbeat",{}]"#,
        r#"[["1"],"2","phoenix","heartbeat",{}]"#,
        r#"["1","2","phoenix","\ud800",{}]"#,
        r#"["1","2","\udfff","heartbeat",{}]"#,
        r#"["1","2","phoenix","heartbeat",{}"#,
        r#"["1","2","phoenix","heartbeat",{}] trailing"#,
        r#"["1","2","phoenix","heartbeat",NaN]"#,
        "\u{feff}[]",
        &truncated,
        &long_ref,
        &deep,
        &closed,
    ];
    for text in texts {
        client.send_text(text);
        let error = client.event("phoenix", "error").await;
        assert_eq!(error["code"], "malformed", "{text:.80}");
        client.heartbeat().await;
    }
    client.say(pod, Uuid::now_v7(), "still here").await.ok();
}

#[tokio::test]
async fn a_payload_that_does_not_fit_is_refused_with_a_code() {
    let (server, _, pod, client) = alone().await;
    let topic = format!("pod:{pod}");
    let id = Uuid::now_v7().to_string();
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let say = |payload: String| {
        format!(r#"["{}","{{ref}}","{topic}","message:new",{payload}]"#, client.join_ref(&topic).unwrap())
    };
    // (payload of message:new as it goes over the wire, the code that it is refused with)
    let cases = [
        ("null".to_owned(), "invalid"),
        ("7".to_owned(), "invalid"),
        ("\"text\"".to_owned(), "invalid"),
        ("true".to_owned(), "invalid"),
        ("[]".to_owned(), "invalid"),
        (format!(r#"["{id}","by position"]"#), "invalid"),
        ("{}".to_owned(), "invalid"),
        (format!(r#"{{"id":"{id}"}}"#), "invalid"),
        (r#"{"text":"no id"}"#.to_owned(), "invalid"),
        (format!(r#"{{"id":"{id}","text":7}}"#), "invalid"),
        (format!(r#"{{"id":"{id}","text":null}}"#), "invalid"),
        (format!(r#"{{"id":"{id}","text":["a"]}}"#), "invalid"),
        (r#"{"id":7,"text":"a"}"#.to_owned(), "invalid"),
        (r#"{"id":"not a uuid","text":"a"}"#.to_owned(), "invalid"),
        (r#"{"id":"","text":"a"}"#.to_owned(), "invalid"),
        (format!(r#"{{"id":"{id}0","text":"a"}}"#), "invalid"),
        (format!(r#"{{"id":"{id}","text":""}}"#), "invalid"),
        (format!(r#"{{"id":"{id}","text":" \n\t\u00a0"}}"#), "invalid"),
        (format!(r#"{{"id":"{id}","text":"a\u0000b"}}"#), "invalid"),
        (format!(r#"{{"id":"{id}","text":"\ud800"}}"#), "malformed"),
        (format!(r#"{{"id":"{id}","text":"a \udc00 b"}}"#), "malformed"),
        (format!(r#"{{"id":"{id}","text":"\ud83d\u0041"}}"#), "malformed"),
        (format!(r#"{{"id":"{id}","text":"{}"}}"#, "x".repeat(4001)), "invalid"),
        (format!(r#"{{"id":"{id}","text":"{}"}}"#, "🔥".repeat(4001)), "invalid"),
        (format!(r#"{{"id":"{id}","text":"a","text":"b"}}"#), "invalid"),
        (format!(r#"{{"id":"{id}","text":{}}}"#, nested(30_000)), "invalid"),
        (format!(r#"{{"id":"{id}","text":"a","attachments":[{}]}}"#, nested(30_000)), "malformed"),
        (nested(30_000), "invalid"),
        (format!(r#"{{"id":"{id}","text":"a","reply_to":"{id}"}}"#), "invalid"),
        (format!(r#"{{"id":"{id}","text":"a","mentions":["{id}"]}}"#), "invalid"),
    ];
    for (number, (payload, code)) in cases.into_iter().enumerate() {
        let reference = format!("bad{number}");
        client.send_text(&say(payload.clone()).replace("{ref}", &reference));
        let reply = client.reply(&Pushed(reference)).await;
        assert_eq!(reply.response["code"], code, "{payload:.120}: {}", reply.response);
        reply.refused(code);
        client.heartbeat().await;
    }
    // What came near the edge is fine on this side of it.
    for text in
        ["x".repeat(4000), "🔥".repeat(4000), "\u{1}\u{7f}\u{2028}\u{feff}\u{10ffff}\"\\/".to_owned(), " a ".to_owned()]
    {
        let id = Uuid::now_v7();
        client.say(pod, id, &text).await.ok();
        assert_eq!(client.message(pod, id).await["text"], json!(text));
    }
    let log = stored(&server, pod).await;
    assert_eq!(log.len(), 1 + 4, "nothing of the rest is stored");
}

#[tokio::test]
async fn unknown_topics_and_events_are_refused() {
    let (server, ana, pod, client) = alone().await;
    let topic = format!("pod:{pod}");
    let some = Uuid::now_v7();
    let topics = [
        String::new(),
        ":".into(),
        "pod".into(),
        "pod:".into(),
        "pod:7".into(),
        format!("pod:{pod}:more"),
        format!(" pod:{pod}"),
        format!("pod:{}", pod.to_string().to_uppercase()),
        format!("pod:{}", pod.simple()),
        format!("pod:{{{pod}}}"),
        format!("room:{some}"),
        format!("event-node:{some}"),
        format!("event:{}", pod.simple()),
        "event:7".into(),
        "phoenix".into(),
        "\0".into(),
        "\u{202e}\u{10ffff}".into(),
        "x".repeat(60_000),
    ];
    for unknown in &topics {
        let answer = client.join(unknown, json!({})).await.refused("unmatched_topic");
        assert_eq!(answer["reason"], "unmatched topic");
        client.ask(unknown, "message:new", json!({"id": some, "text": "anyone?"})).await.refused("unmatched_topic");
        client.heartbeat().await;
    }
    // The refusal is the same for a pod that exists for others and for one that does not exist.
    client.join(&format!("pod:{some}"), json!({})).await.refused("not_found");
    client.join(&format!("event:{some}"), json!({})).await.refused("not_found");
    let events = [
        "",
        "new",
        "message",
        "message:NEW",
        "presence_state",
        "phx_reply",
        "phx_close",
        "phx_error",
        "\0",
        "message:edited",
        "access_token",
    ];
    for event in events {
        client.ask(&topic, event, json!({"id": some, "text": "a", "token": ana.token})).await.refused("unknown_event");
    }
    let mine = format!("user:{}", ana.id);
    client.join(&mine, json!({})).await.ok();
    client.ask(&mine, "message:new", json!({"id": some, "text": "a"})).await.refused("unknown_event");
    client.ask("phoenix", "message:new", json!({})).await.refused("unmatched_topic");
    for (event, payload) in
        [("typing", json!({})), ("typing", json!({"on": 1})), ("typing", json!([true])), ("typing", json!(null))]
    {
        client.ask(&topic, event, payload).await.refused("invalid");
    }
    client.ask(&mine, "access_token", json!({})).await.refused("invalid");
    client.ask(&mine, "access_token", json!({"token": "x"})).await.refused("unauthorized");
    assert_eq!(stored(&server, pod).await.len(), 1);
}

#[tokio::test]
async fn what_a_websocket_must_not_send_ends_that_socket_alone() {
    let (server, ana, pod, witness) = alone().await;
    let too_large = format!(r#"[null,"1","phoenix","heartbeat","{}"]"#, "x".repeat(FRAME));
    let half = vec![b' '; FRAME / 2 + 1];
    type Deed<'a> = Box<dyn Fn(&Client) + 'a>;
    // (what is done, the close code that it earns)
    let deeds: Vec<(&str, Deed<'_>, u16)> = vec![
        ("a frame that is too large", Box::new(|client| client.send_text(&too_large)), 1009),
        ("a frame one byte too large", Box::new(|client| client.send_text(&" ".repeat(FRAME + 1))), 1009),
        (
            "a header that promises a terabyte",
            Box::new(|client| client.send_bytes(&[0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4])),
            1009,
        ),
        ("fragments whose sum is too large", Box::new(|client| client.send_fragments(&[&half, &half], true)), 1009),
        (
            "fragments without an end",
            Box::new(|client| client.send_fragments(&[&half, &[], &[b' '; 1000], &half], false)),
            1009,
        ),
        ("a text that is not UTF-8", Box::new(|client| client.send_fragments(&[b"[\"\xc3\x28\"]"], true)), 1007),
        (
            "a text that ends within a character",
            Box::new(|client| client.send_fragments(&[b"[\"\xf0\x9f"], true)),
            1007,
        ),
        (
            "fragments that are not UTF-8",
            Box::new(|client| client.send_fragments(&[b"[\"\xc3", b"\x28\"]"], true)),
            1007,
        ),
        ("a surrogate in UTF-8", Box::new(|client| client.send_fragments(&[b"[\"\xed\xa0\x80\"]"], true)), 1007),
        ("a binary frame", Box::new(|client| client.send_binary(b"[null,\"1\",\"phoenix\",\"heartbeat\",{}]")), 1003),
        ("a fragmented binary frame", Box::new(|client| client.send_bytes(&[0x02, 0x80, 1, 2, 3, 4])), 1003),
        ("a fragment of nothing", Box::new(|client| client.send_bytes(&[0x80, 0x80, 1, 2, 3, 4])), 1002),
        (
            "a second text amid a fragmented one",
            Box::new(|client| client.send_bytes(&[0x01, 0x80, 1, 2, 3, 4, 0x01, 0x80, 1, 2, 3, 4])),
            1002,
        ),
        ("a frame without a mask", Box::new(|client| client.send_bytes(&[0x81, 0x02, b'[', b']'])), 1002),
        ("an opcode that is reserved", Box::new(|client| client.send_bytes(&[0x83, 0x80, 1, 2, 3, 4])), 1002),
        (
            "a ping that is too long",
            Box::new(|client| client.send_bytes(&[&[0x89, 0xfe, 0, 126, 0, 0, 0, 0][..], &[0; 126]].concat())),
            1002,
        ),
    ];
    let outcomes = join_all(deeds.iter().map(async |(name, deed, code)| {
        let client = Client::open(&server, &ana).await;
        client.join(&format!("pod:{pod}"), json!({})).await.ok();
        deed(&client);
        (name, client.ended_within(PATIENCE).await, *code)
    }));
    for (name, end, code) in outcomes.await {
        assert_eq!(end, Some(End::Closed(code)), "{name}");
    }
    // A frame whose rest never comes, and one amid which the connection breaks.
    for reset in [false, true] {
        let client = Client::open(&server, &ana).await;
        client.send_bytes(&[0x81, 0x80 | 100, 1, 2, 3, 4, b'[']);
        client.cut(reset);
    }
    witness.heartbeat().await;
    assert!(witness.wait_until("no end", |seen| Some(seen.end())).await.is_none(), "trouble of another socket");
    let client = Client::open(&server, &ana).await;
    client.join(&format!("pod:{pod}"), json!({})).await.ok();
    let id = Uuid::now_v7();
    client.say(pod, id, "the next connection works").await.ok();
    witness.message(pod, id).await;
}

/// A frame is refused when its length is known, not when all of it has come: nobody gets memory for a promise.
#[tokio::test]
async fn a_frame_that_promises_too_much_is_not_collected() {
    let (server, ana, _, witness) = alone().await;
    for announced in [FRAME as u64 + 1, 1 << 30, 1 << 40, i64::MAX as u64] {
        let client = Client::open(&server, &ana).await;
        client.heartbeat().await;
        let header = [&[0x81, 0xff][..], &announced.to_be_bytes(), &[0; 4]].concat();
        // In two pieces, so that the length is known late.
        client.send_bytes(&header[..5]);
        tokio::time::sleep(Duration::from_millis(20)).await;
        client.send_bytes(&header[5..]);
        let taken = client.flood(256 << 20).await;
        assert_eq!(client.ended().await, End::Closed(1009), "{announced} announced, {taken} taken");
        assert!(taken < 64 << 20, "{taken} bytes were taken");
    }
    witness.heartbeat().await;
}

#[tokio::test]
async fn what_a_websocket_may_send_is_served() {
    let (_server, _, pod, client) = alone().await;
    let topic = format!("pod:{pod}");
    // As large as a message may be.
    let id = Uuid::now_v7();
    let text = json!([client.join_ref(&topic), "77", topic, "message:new", {"id": id, "text": "just"}]).to_string();
    client.send_text(&format!("{text}{}", " ".repeat(FRAME - text.len())));
    client.message(pod, id).await;
    // In fragments, cut amid a character, with a ping and an empty fragment in between.
    let id = Uuid::now_v7();
    let text = json!([client.join_ref(&topic), "78", topic, "message:new", {"id": id, "text": "né 🔥"}]).to_string();
    let cut = text.find('🔥').unwrap() + 2;
    client.send_fragments(&[&text.as_bytes()[..cut]], false);
    client.ping(b"are you there?");
    client.send_continuation(&[], false);
    client.send_continuation(&text.as_bytes()[cut..], true);
    assert_eq!(client.message(pod, id).await["text"], "né 🔥");
    // Refs of any kind come back to the letter.
    for reference in ["1", "\"\"", "\"a \\u00e9\"", "-0.50e1", "18446744073709551616"] {
        client.send_text(&format!(r#"[ null , {reference} , "phoenix" , "heartbeat" , {{}} ]"#));
    }
    client.heartbeat().await;
    let frames = client.frames();
    for reference in [json!(1), json!(""), json!("a é"), json!(-5.0)] {
        assert!(frames.iter().any(|frame| frame.reference == reference), "{reference}");
    }
    // Without a ref there is nothing to answer to, but the answer comes.
    client.send_text(r#"[null,null,"phoenix","heartbeat",{}]"#);
    client
        .wait_until("the answer", |seen| {
            seen.any(|frame| frame.topic == "phoenix" && frame.reference.is_null()).then_some(())
        })
        .await;
}

#[tokio::test]
async fn who_may_not_come_in_is_refused_before_the_upgrade() {
    let server = Server::start_with(&[("PODIUM_ORIGINS", "https://app.example.org")]).await;
    let ana = server.person("Ana");
    let good = &ana.token;
    let url = server.socket_url();
    let hour = 3600;
    let now = chrono::Utc::now().timestamp();
    let bad_tokens = [
        "".to_owned(),
        "x".to_owned(),
        "a.b.c".to_owned(),
        good[..good.len() - 2].to_owned(),
        sign(&json!({"sub": ana.id, "exp": now - 1}), SECRET),
        sign(&json!({"sub": ana.id}), SECRET),
        sign(&json!({"sub": ana.id, "exp": now + hour}), "another secret that is long enough, and wrong"),
        sign(&json!({"sub": "ana", "exp": now + hour}), SECRET),
        sign(&json!({"exp": now + hour}), SECRET),
        // {"alg":"none"}, {"sub":…,"exp":…}
        format!("eyJhbGciOiJub25lIn0.{}.", good.split('.').nth(1).unwrap()),
    ];
    for bad in &bad_tokens {
        for way in [Way::Query, Way::Subprotocol, Way::Header] {
            let refused = Client::try_open(&server, bad, way).await.err().unwrap_or_else(|| panic!("{bad} got in"));
            assert_eq!((refused.status, &refused.body["code"]), (403, &json!("unauthorized")), "{way:?} {bad}");
        }
    }
    let refused = Client::handshake(&format!("{url}?vsn=2.0.0"), &[]).await.err().expect("no token");
    assert_eq!((refused.status, &refused.body["code"]), (403, &json!("unauthorized")));

    for version in ["vsn=", "vsn=1.1.0", "vsn=1", "vsn=3.0.0", "vsn=2", "vsn=2.1.0", "vsn=2.0", "vsn=two", "vsn=20.0.0"]
    {
        let refused = Client::handshake(&format!("{url}?{version}&token={good}"), &[]).await.err();
        let refused = refused.unwrap_or_else(|| panic!("{version} got in"));
        assert_eq!((refused.status, &refused.body["code"]), (403, &json!("forbidden")), "{version}");
    }
    let v2 = format!("{url}?vsn=2.0.0&token={good}");
    for origin in
        ["https://evil.example.org", "http://app.example.org", "https://app.example.org.evil.org", "null", "nonsense"]
    {
        let refused =
            Client::handshake(&v2, &[("origin", origin)]).await.err().unwrap_or_else(|| panic!("{origin} got in"));
        assert_eq!((refused.status, &refused.body["code"]), (403, &json!("forbidden")), "{origin}");
    }
    for origin in ["https://app.example.org", &server.url] {
        Client::handshake(&v2, &[("origin", origin)]).await.unwrap_or_else(|_| panic!("{origin}")).heartbeat().await;
    }
    // A request that asks for no upgrade.
    let plain = server.http("GET", &format!("/socket/websocket?vsn=2.0.0&token={good}"), None, None).await;
    assert_eq!(plain.status, 400, "{}", plain.body);
    // Tokens never reach a log, good or bad, nor do their signatures.
    let log = server.log().join("\n");
    for token in bad_tokens.iter().chain([good]).filter(|token| token.len() > 20) {
        assert!(!log.contains(token.as_str()));
        assert!(!log.contains(token.rsplit('.').next().filter(|last| !last.is_empty()).unwrap_or(token)));
    }
}

#[tokio::test]
async fn the_hundred_and_first_topic_is_refused() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let (event, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let database = server.database.connect().await;
    let open = "SELECT (podium.pod_open(podium.uuid_v7(), $1, $2, 'One of many', 'open')).pod_id AS id FROM generate_series(1, 100)";
    let rows = database.query(open, &[&event, &ana.id]).await.unwrap();
    let mut pods: Vec<Uuid> = rows.iter().map(|row| row.get("id")).chain([pod]).collect();
    let client = Client::open(&server, &ana).await;
    let last = pods.pop().unwrap();
    let joins: Vec<_> = pods.iter().map(|pod| client.start_join(&format!("pod:{pod}"), json!({}))).collect();
    for join in &joins {
        client.reply(join).await.ok();
    }
    let over = client.join(&format!("pod:{last}"), json!({})).await.refused("overloaded");
    assert!(over["reason"].as_str().unwrap().contains("too many"), "{over}");
    // A topic that was joined before is not one more; one that was left makes room.
    client.join(&format!("pod:{}", pods[0]), json!({})).await.ok();
    client.leave(&format!("pod:{}", pods[0])).await.ok();
    client.join(&format!("pod:{last}"), json!({})).await.ok();
    let id = Uuid::now_v7();
    client.say(last, id, "at last").await.ok();
    client.message(last, id).await;
    Client::open(&server, &ana).await.join(&format!("pod:{}", pods[0]), json!({})).await.ok();
}

#[tokio::test]
async fn a_client_that_sends_too_much_is_refused_or_cut() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "1/3"), ("PODIUM_LIMIT_FRAMES", "1/50")]).await;
    let ana = server.person("Ana");
    let (_, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let client = Client::open(&server, &ana).await;
    let topic = format!("pod:{pod}");
    client.join(&topic, json!({})).await.ok();
    let pushed: Vec<_> =
        (0..20).map(|_| client.push(&topic, "message:new", json!({"id": Uuid::now_v7(), "text": "!"}))).collect();
    let mut stored_now = 0;
    for pushed in &pushed {
        let reply = client.reply(pushed).await;
        if reply.status == "ok" {
            stored_now += 1;
        } else {
            assert!(number(&reply.refused("rate_limited")["retry_after_ms"]) > 0);
        }
    }
    assert!((3..20).contains(&stored_now), "{stored_now} stored");
    (0..200).for_each(|_| drop(client.send(None, "phoenix", "heartbeat", json!({}))));
    assert_eq!(client.ended().await, End::Closed(4429));
    // The person comes back, the socket's limit is a new one.
    Client::open(&server, &ana).await.join(&topic, json!({})).await.ok();
}

#[tokio::test]
async fn a_silent_socket_is_closed_and_one_that_beats_is_not() {
    let server = Server::start_with(&[("PODIUM_LIMIT_IDLE", "6s")]).await;
    let ana = server.person("Ana");
    let (silent, beating) = tokio::join!(Client::open(&server, &ana), Client::open(&server, &ana));
    let beats = async {
        loop {
            beating.heartbeat().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        end = silent.ended() => assert_eq!(end, End::Closed(1001)),
        () = beats => {}
    }
    beating.heartbeat().await;
}

/// A text that Postgres refuses is refused alone, though it is committed in a group with others, of its own pod and of
/// another one.
#[tokio::test]
async fn one_bad_entry_in_a_group_does_not_fail_its_neighbours() {
    const POISON: &str = "poison";
    // Each venom makes the writer connect anew, several times, while the others wait.
    let settings =
        [("PODIUM_LIMIT_MESSAGES", "off"), ("PODIUM_JOURNAL_WRITERS", "1"), ("PODIUM_LIMIT_SEND_WAIT", "20s")];
    let server = Server::start_with(&settings).await;
    let [ana, ben] = server.people();
    let ((_, one), (_, two)) =
        tokio::join!(server.pod(std::slice::from_ref(&ana)), server.pod(std::slice::from_ref(&ben)));
    let database = server.database.connect().await;
    // Class 23 by a constraint, another class by a trigger.
    database
        .batch_execute(
            "ALTER TABLE messages ADD CONSTRAINT no_poison CHECK (text <> 'poison');
             CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
             CREATE TRIGGER refuse BEFORE INSERT ON messages FOR EACH ROW WHEN (NEW.text = 'venom') EXECUTE FUNCTION refuse();",
        )
        .await
        .unwrap();
    let sockets = [(Client::open(&server, &ana).await, one), (Client::open(&server, &ben).await, two)];
    for (socket, pod) in &sockets {
        socket.join(&format!("pod:{pod}"), json!({})).await.ok();
    }
    for round in 0..3 {
        // While a lock holds the writer, the rest gathers to a group.
        database.batch_execute("BEGIN; SELECT FROM pods FOR UPDATE").await.unwrap();
        let mut pushed = Vec::new();
        for number in 0..40 {
            for (socket, pod) in &sockets {
                let text = match number {
                    7 | 8 | 30 => POISON.to_owned(),
                    20 => "venom".to_owned(),
                    _ => format!("{round}: {number}"),
                };
                let id = Uuid::now_v7();
                let payload = json!({"id": id, "text": text});
                pushed.push((socket, *pod, id, text, socket.push(&format!("pod:{pod}"), "message:new", payload)));
            }
        }
        // Once this is answered, what was pushed before it waits for the writer.
        for (socket, _) in &sockets {
            socket.heartbeat().await;
        }
        assert!(
            pushed.iter().all(|(socket, .., pushed)| socket.reply_now(pushed).is_none()),
            "nothing is answered before it is stored"
        );
        database.batch_execute("COMMIT").await.unwrap();
        for (socket, pod, id, text, pushed) in &pushed {
            let reply = socket.reply(pushed).await;
            if text == POISON || text == "venom" {
                // Only what is known to be the entry's own fault is called that.
                let error = reply.refused(if text == POISON { "invalid" } else { "unavailable" });
                assert!(!error.to_string().contains("no_poison"), "the database's words are not for clients: {error}");
            } else {
                let answer = reply.ok();
                assert_eq!(socket.message(*pod, *id).await["seq"], answer["seq"]);
            }
        }
    }
    for (socket, pod) in &sockets {
        let log = stored(&server, *pod).await;
        assert_eq!(log.iter().map(|(seq, ..)| *seq).collect::<Vec<_>>(), (1..=1 + 3 * 36).collect::<Vec<_>>());
        let texts: Vec<Value> = log.iter().skip(1).map(|(_, _, _, text)| json!(text)).collect();
        let wanted: Vec<Value> = (0..3)
            .flat_map(|round| {
                (0..40).filter(|n| ![7, 8, 20, 30].contains(n)).map(move |n| json!(format!("{round}: {n}")))
            })
            .collect();
        assert_eq!(texts, wanted, "the neighbours keep their order");
        let heard: Vec<Value> =
            socket.heard(&format!("pod:{pod}"), "message:new").iter().map(|message| message["text"].clone()).collect();
        assert_eq!(heard, wanted);
    }
}

/// A refused token makes no profile; a person's first accepted socket does.
#[tokio::test]
async fn a_first_socket_makes_the_profile() {
    let server = Server::start().await;
    let id = Uuid::now_v7();
    let client = Client::try_open(&server, &token(id, "Newcomer", Duration::from_secs(60)), Way::Header).await.unwrap();
    client.join(&format!("user:{id}"), json!({})).await.ok();
    let database = server.database.connect().await;
    let row = database.query_one("SELECT display_name FROM profiles WHERE id = $1", &[&id]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), "Newcomer");
}

/// An answer as it came, until the connection ended: its head in small letters, and its body.
async fn raw(server: &Server, path: &str, headers: &str) -> (String, Vec<u8>) {
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).await.expect("a connection");
    let head = format!("GET {path} HTTP/1.1\r\nHost: podium\r\n{headers}\r\n");
    socket.write_all(head.as_bytes()).await.expect("a request");
    let mut answer = Vec::new();
    let read = socket.read_to_end(&mut answer);
    tokio::time::timeout(PATIENCE, read).await.expect("the connection must end").expect("an answer");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let body = answer.split_off(end + 4);
    (String::from_utf8(answer).expect("text").to_lowercase(), body)
}

#[tokio::test]
async fn a_refused_upgrade_is_valid_http_and_the_end_of_its_connection() {
    let server = Server::start().await;
    let websocket = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    // As a client sends it that would rather speak HTTP/2.
    let h2 = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n";
    let cases = [
        ("/socket/websocket?vsn=2.0.0&token=odd", websocket, 403),
        ("/socket/websocket?vsn=7&token=odd", websocket, 403),
        ("/v1/badges", h2, 200),
        ("/v1/nothing", h2, 404),
        ("/docs/", h2, 200),
        ("/", websocket, 200),
    ];
    // All at once: the server waits a little for a client to close first.
    let accepted = ["", "Accept-Encoding: gzip, br, zstd\r\n"];
    join_all(cases.iter().flat_map(|case| accepted.map(|accepted| (case, accepted))).map(
        async |((path, upgrade, status), accepted)| {
            let (head, body) = raw(&server, path, &format!("{upgrade}{accepted}")).await;
            let case = format!("{path} {accepted:?}: {head}");
            assert!(head.starts_with(&format!("http/1.1 {status} ")), "{case}");
            assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())), "{case}{} bytes", body.len());
            assert!(head.contains("\r\nconnection: close\r\n"), "{case}");
        },
    ))
    .await;
}
