//! The first conversation in the README, word for word.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::Command;

use crate::support::database::Database;
use crate::support::needs;
use crate::support::server::{SECRET, Server};

/// The shell blocks between the two comments that frame the conversation.
fn blocks() -> Vec<String> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("the README");
    let (_, rest) = readme.split_once("<!-- conversation:").expect("where the conversation starts");
    let (conversation, _) = rest.split_once("<!-- end of the conversation -->").expect("where it ends");
    let blocks = conversation.split("```sh\n").skip(1);
    blocks.map(|block| block.split_once("```").expect("the end of a block").0.to_owned()).collect()
}

/// The JSON values in the output, each of which `wscat` may have led in with a mark. Two programs write to it at once,
/// so a line may hold what both have said.
fn values(output: &str) -> Vec<Value> {
    let lines = output.lines().map(|line| line.trim_start_matches("< "));
    lines.flat_map(|line| serde_json::Deserializer::from_str(line).into_iter().map_while(Result::ok)).collect()
}

#[tokio::test]
async fn the_first_conversation_goes_word_for_word() {
    let database = Arc::new(Database::create().await);
    let server = Server::start_on(Arc::clone(&database), &[]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let link = |from: &Path, to: &str| {
        let to = folder.path().join(to);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        std::os::unix::fs::symlink(from, to).expect("a link");
    };
    link(Path::new(env!("CARGO_BIN_EXE_podium")), "target/release/podium");
    needs::uses("node");
    // So that `npx` finds wscat without asking anyone.
    link(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/node_modules"), "node_modules");
    assert!(folder.path().join("node_modules/wscat").exists(), "not installed: run the tests with `make test`");

    let blocks = blocks();
    assert!(blocks.len() >= 5, "the conversation has {} blocks", blocks.len());
    // What is not word for word: others may be at home on that port, and what a reader's machine does in a moment may take
    // this one long. So Bo is waited for until he is there, and both devices listen for longer.
    let mut script = blocks.join("\n").replace("127.0.0.1:4000", server.url.trim_start_matches("http://"));
    let there =
        format!("curl -s {}/metrics | grep -q '^podium_presence_entries{{sessions=\"here\"}} 1'", server.admin_url);
    for (moment, longer) in [
        ("\nsleep 3\n", &*format!("\nuntil {there}; do sleep 0.1; done\n")),
        ("sleep 15 |", "sleep 40 |"),
        ("-w 15 &", "-w 40 &"),
        ("sleep 5 |", "sleep 20 |"),
    ] {
        assert!(script.contains(moment), "{moment}");
        script = script.replace(moment, longer);
    }
    let bash = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(folder.path())
        .env("DATABASE_URL", database.url())
        .env("PODIUM_JWT_SECRET", SECRET)
        .env("npm_config_offline", "true")
        .env("npm_config_update_notifier", "false")
        .env("npm_config_loglevel", "error")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(Duration::from_secs(110), bash).await.expect("its end").expect("bash");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{said}\n{complained}", output.status);
    assert_eq!(complained, "", "after\n{said}");

    let all = values(&said);
    let question = "0190d5a0-0000-7000-8000-00000000a001";
    let reply = "0190d5a0-0000-7000-8000-00000000a002";
    // HTTP: five steps on the way, two answers alike, and the log.
    let http: Vec<&Value> = all.iter().filter(|value| value.is_object()).collect();
    assert_eq!(http.len(), 8, "{said}");
    assert_eq!(http[0]["artist"], "Paper Lanterns");
    assert_eq!(http[3]["name"], "Front row");
    assert_eq!(http[4]["seat"], 2);
    assert_eq!(http[5]["id"], question);
    assert_eq!(http[5], http[6], "the second answer is that of the first time");
    let log = http[7]["messages"].as_array().expect("the log");
    let texts: Vec<&Value> = log.iter().filter(|line| line["kind"] == "text").map(|line| &line["text"]).collect();
    assert_eq!(texts, ["Doors open at seven. Who brings the ear plugs?", "Me. Save me a spot!"]);

    // Bo's first device hears each once, the second one is answered.
    let frames = |event: &str, id: &str| {
        let frames = all.iter().filter(|frame| frame[3] == event);
        frames.filter(|frame| frame[4]["id"] == id || frame[4]["response"]["id"] == id).count()
    };
    assert_eq!(frames("message:new", question), 1, "{said}");
    assert!((1..=2).contains(&frames("message:new", reply)), "{said}");
    assert_eq!(frames("phx_reply", reply), 1, "{said}");
    let joins = all.iter().filter(|frame| frame[1] == "1" && frame[3] == "phx_reply");
    assert_eq!(joins.filter(|frame| frame[4]["status"] == json!("ok")).count(), 2, "{said}");
}
