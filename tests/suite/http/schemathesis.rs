//! The OpenAPI document against its own rules, and the running server against the document: schemathesis asks what the
//! document allows and what it forbids, and holds each answer against it.
//!
//! The runs in the suite are short, and ask the same each time. `make openapi ARGS="--max-examples 500"` asks at random, with the
//! arguments given; it prints its seed.

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;
use uuid::Uuid;

use crate::support::python::program;
use crate::support::server::{Server, id_of};

/// What the suite asks: the same each time.
const REPEATABLE: &str = "--seed 1 --max-examples 3";

/// All that is known, but that what the document allows is taken: the document does not tell what makes a badge, an emoji, a
/// cursor or the name of a time zone, and the server refuses others with 422.
const CHECKS: [&str; 4] = ["--checks", "all", "--exclude-checks", "positive_data_acceptance"];

struct Scene {
    server: Server,
    token: String,
    /// What is there to ask for.
    event: Uuid,
    pod: Uuid,
    message: Uuid,
    folder: TempDir,
}

impl Scene {
    async fn set() -> Scene {
        let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
        let [ana, ben] = server.people();
        let (event, pod) = server.pod(&[ana.clone(), ben]).await;
        let text = json!({"text": "to be asked for"});
        let message = id_of(&server.post(&format!("/v1/pods/{pod}/messages"), &ana, text).await.ok(201));
        let folder = tempfile::tempdir().expect("a folder");
        let mut document = server.http("GET", "/openapi.json", None, None).await.ok(200);
        std::fs::write(folder.path().join("document.json"), document.to_string()).expect("the document");
        // What stands for any other refusal would let every status pass.
        for operation in document["paths"].as_object_mut().expect("paths").values_mut() {
            for operation in operation.as_object_mut().expect("operations").values_mut() {
                operation["responses"].as_object_mut().expect("responses").remove("default");
            }
        }
        std::fs::write(folder.path().join("strict.json"), document.to_string()).expect("the document");
        Scene { server, token: ana.token, event, pod, message, folder }
    }

    /// Asks; `known` for what is there, beside what is made up.
    async fn ask(&self, phases: &str, known: bool) {
        let settings = if known { self.known() } else { String::new() };
        std::fs::write(self.folder.path().join("settings.toml"), settings).expect("the settings");
        let arguments = std::env::var("PODIUM_TEST_OPENAPI").unwrap_or_else(|_| REPEATABLE.to_owned());
        let mut command = Command::new(program("schemathesis"));
        command
            .current_dir(self.folder.path())
            .args(["--config-file", "settings.toml", "run", "strict.json", "--url", &self.server.url])
            .args(["--header", &format!("Authorization: Bearer {}", self.token)])
            .args(["--phases", phases, "--generation-database", "none", "--no-color", "--warnings", "off"])
            .args(CHECKS)
            .args(arguments.split_whitespace());
        let output = command.kill_on_drop(true).output().await.expect("schemathesis");
        let said = String::from_utf8_lossy(&output.stdout);
        println!("{said}");
        assert!(
            output.status.success(),
            "schemathesis found something (its output is above): {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(said.contains("Test cases:"), "it asked nothing");
        self.server.assert_no_panic();
        let log = self.server.log();
        let faults: Vec<_> = log.iter().filter(|line| line.contains("internal error")).collect();
        assert!(faults.is_empty(), "{faults:?}");
    }

    /// Most is asked of an event and a pod that are there; what would end them, of others.
    fn known(&self) -> String {
        let nobody = Uuid::from_u128(0x0190_d5a0_0000_7000_8000_0000_0000_0009);
        let operations: [(&str, Option<&str>, Value); 6] = [
            ("^/v1/events/.id", None, json!({"path.id": self.event})),
            ("^/v1/pods/.id", None, json!({"path.id": self.pod})),
            ("/messages/.message_id", None, json!({"path.message_id": self.message})),
            ("/messages/.message_id.$", Some("DELETE"), json!({"path.message_id": nobody})),
            ("^/v1/(events|pods)/.id.(/members/me)?$", Some("DELETE"), json!({"path.id": nobody})),
            ("/members/.user_id", None, json!({"path.user_id": nobody})),
        ];
        let tables = operations.iter().map(|(path, method, parameters)| {
            let parameters = parameters.as_object().expect("parameters").iter();
            let parameters: Vec<_> = parameters.map(|(name, value)| format!("{} = {value}", json!(name))).collect();
            let method = method.map(|method| format!("include-method = \"{method}\"\n")).unwrap_or_default();
            let parameters = parameters.join(", ");
            format!("[[operations]]\ninclude-path-regex = '{path}'\n{method}parameters = {{ {parameters} }}\n")
        });
        tables.collect()
    }
}

#[tokio::test]
async fn the_document_is_a_valid_one() {
    let scene = Scene::set().await;
    for name in ["document.json", "strict.json"] {
        let mut command = Command::new(program("openapi-spec-validator"));
        let output =
            command.arg(scene.folder.path().join(name)).kill_on_drop(true).output().await.expect("the validator");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[tokio::test]
async fn schemathesis_finds_nothing_wrong_in_single_answers() {
    Scene::set().await.ask("examples,coverage,fuzzing", true).await;
}

/// What one request makes, others ask for, change and delete.
#[tokio::test]
async fn schemathesis_finds_nothing_wrong_in_what_follows_from_each_other() {
    Scene::set().await.ask("stateful", false).await;
}
