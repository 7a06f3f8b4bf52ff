//! Checks what goes over sockets against the declarations of the server: `podium document asyncapi`.
//!
//! Each frame that a test's client receives must be of an event that is declared on its topic, and its payload must fit the
//! declaration, with no field that is not there. A push that was answered `ok` must be declared, and fit, too; one that was refused
//! may be whatever a test likes. What was seen is noted in the folder that `PODIUM_TEST_DECLARED` names, so that after a whole run
//! `scripts/test.sh` can tell which declaration no test saw.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// The folder where runs note what was seen.
const FOLDER: &str = "PODIUM_TEST_DECLARED";

/// What the server declares.
pub struct Declared {
    /// Pushes and events, by the kind of topic and the event's name.
    pushes: HashMap<(String, String), Operation>,
    events: HashMap<(String, String), Operation>,
    refusal: Validator,
}

/// A push or an event.
struct Operation {
    /// Its key in the document.
    key: String,
    payload: Validator,
    /// The payload of the reply to a push.
    reply: Option<Validator>,
}

impl Declared {
    /// What this server declares, read once a process.
    pub fn read() -> &'static Declared {
        static DECLARED: OnceLock<Declared> = OnceLock::new();
        DECLARED.get_or_init(|| Declared::of(&document()))
    }

    /// What a document declares.
    pub fn of(document: &Value) -> Self {
        let forms = Forms::of(document);
        let mut declared = Declared {
            pushes: HashMap::new(),
            events: HashMap::new(),
            refusal: forms.validator(&document["components"]["messages"]["refused"]["payload"], false),
        };
        for (key, operation) in document["operations"].as_object().expect("operations") {
            let kind = operation["channel"]["$ref"].as_str().expect("a channel").trim_start_matches("#/channels/");
            let message = resolve(document, &operation["messages"][0]);
            let name = message["name"].as_str().expect("a name");
            let is_push = operation["action"] == "receive";
            let reply = operation["reply"]["messages"].get(0);
            let operation = Operation {
                key: key.clone(),
                payload: forms.validator(&message["payload"], !is_push),
                reply: reply.map(|reply| forms.validator(&resolve(document, reply)["payload"], true)),
            };
            let all = if is_push { &mut declared.pushes } else { &mut declared.events };
            all.insert((kind.to_owned(), name.to_owned()), operation);
        }
        declared
    }

    /// Holds an event against its declaration.
    ///
    /// # Errors
    /// What is wrong, in a line or two.
    pub fn event(&self, topic: &str, event: &str, payload: &Value) -> Result<(), String> {
        let kind = kind(topic);
        let Some(operation) = self.events.get(&(kind.to_owned(), event.to_owned())) else {
            return Err(format!("the event {event} is not declared on {kind}: it came on {topic} with {payload}"));
        };
        fits(&operation.payload, payload).map_err(|why| format!("{event} on {topic}: {why}\nin {payload}"))?;
        seen(&operation.key);
        Ok(())
    }

    /// Holds a push, if it is known, and the answer to it against their declarations.
    ///
    /// # Errors
    /// As [`Declared::event`].
    pub fn reply(&self, push: Option<&(String, String, Value)>, topic: &str, answer: &Value) -> Result<(), String> {
        if answer["status"] != "ok" {
            let wrong = |why| format!("a refusal on {topic}: {why}\nin {answer}");
            return fits(&self.refusal, answer).map_err(wrong);
        }
        let Some((on, event, payload)) = push else { return Ok(()) };
        let kind = kind(on);
        let Some(operation) = self.pushes.get(&(kind.to_owned(), event.to_owned())) else {
            // As in Phoenix, leaving what is not joined is no fault, whatever it is.
            let left = event == "phx_leave";
            let why = || format!("the push {event} is not declared on {kind}, and was answered ok: {payload}");
            return if left { Ok(()) } else { Err(why()) };
        };
        // Clients of other languages send null where JavaScript's sends {}.
        let payload = if payload.is_null() { &json!({}) } else { payload };
        fits(&operation.payload, payload)
            .map_err(|why| format!("the push {event} on {on} was answered ok, but {why}\nin {payload}"))?;
        let reply = operation.reply.as_ref().expect("a push has a reply");
        fits(reply, answer).map_err(|why| format!("the answer to {event} on {on}: {why}\nin {answer}"))?;
        seen(&operation.key);
        Ok(())
    }
}

/// The document, as the program prints it.
pub fn document() -> Value {
    let printed = Command::new(env!("CARGO_BIN_EXE_podium")).args(["document", "asyncapi"]).output();
    let printed = printed.expect("running podium");
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    serde_json::from_slice(&printed.stdout).expect("a document")
}

fn kind(topic: &str) -> &str {
    topic.split(':').next().unwrap_or_default()
}

fn fits(validator: &Validator, value: &Value) -> Result<(), String> {
    let faults: Vec<String> = validator
        .iter_errors(value)
        .take(3)
        .map(|fault| format!("at {:?}: {fault}", fault.instance_path().to_string()))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

/// Follows references to what they lead to.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(path) => resolve(document, document.pointer(&path[1..]).unwrap_or_else(|| panic!("{path} leads nowhere"))),
        None => value,
    }
}

/// The schemas of a document, each as it is, as a whole that has no further fields, and as a part of one.
struct Forms(Map<String, Value>);

impl Forms {
    fn of(document: &Value) -> Self {
        let mut all = Map::new();
        for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
            all.insert(name.clone(), at_definitions(schema, ""));
            // A refusal may say more.
            let whole = if name == "Refusal" { at_definitions(schema, "") } else { closed(schema, true) };
            all.insert(format!("{name}.whole"), whole);
            all.insert(format!("{name}.part"), closed(schema, false));
        }
        Forms(all)
    }

    /// A validator of a schema; if `whole`, a value has no field that is not declared.
    fn validator(&self, schema: &Value, whole: bool) -> Validator {
        let schema = if whole { closed(schema, true) } else { at_definitions(schema, "") };
        let schema = json!({"$defs": self.0, "allOf": [schema]});
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        options.build(&schema).unwrap_or_else(|error| panic!("no schema ({error}): {schema}"))
    }
}

/// The same schema with its references led to the definitions of this name.
fn at_definitions(schema: &Value, form: &str) -> Value {
    match schema {
        Value::Object(members) => {
            let member = |(key, member): (&String, &Value)| match member.as_str() {
                Some(path) if key == "$ref" => {
                    let name = path.trim_start_matches("#/components/schemas/");
                    (key.clone(), json!(format!("#/$defs/{name}{form}")))
                }
                _ => (key.clone(), at_definitions(member, form)),
            };
            Value::Object(members.iter().map(member).collect())
        }
        Value::Array(items) => items.iter().map(|item| at_definitions(item, form)).collect(),
        _ => schema.clone(),
    }
}

/// The same schema, whose objects have no further fields. One that is a part of another says nothing of the whole's.
fn closed(schema: &Value, whole: bool) -> Value {
    let Some(members) = schema.as_object() else { return schema.clone() };
    let mut out = Map::new();
    for (key, member) in members {
        let member = match (key.as_str(), member) {
            ("$ref", _) => {
                let form = if whole { ".whole" } else { ".part" };
                at_definitions(&json!({"$ref": member}), form)["$ref"].clone()
            }
            ("properties", Value::Object(fields)) => {
                Value::Object(fields.iter().map(|(name, field)| (name.clone(), closed(field, true))).collect())
            }
            ("items" | "additionalProperties", _) => closed(member, true),
            ("oneOf" | "anyOf", Value::Array(ways)) => ways.iter().map(|way| closed(way, whole)).collect(),
            ("allOf", Value::Array(parts)) => parts.iter().map(|part| closed(part, false)).collect(),
            _ => member.clone(),
        };
        out.insert(key.clone(), member);
    }
    let is_object = members.contains_key("properties")
        || members.contains_key("allOf")
        || members.get("type") == Some(&json!("object"));
    if whole && is_object {
        out.insert("unevaluatedProperties".to_owned(), json!(false));
    }
    Value::Object(out)
}

/// Notes that a declaration was seen.
fn seen(key: &str) {
    static SEEN: Mutex<Option<HashSet<String>>> = Mutex::new(None);
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let mut all = SEEN.lock().expect("what was seen");
    if all.get_or_insert_default().insert(key.to_owned()) {
        let file = PathBuf::from(folder).join(std::process::id().to_string());
        let mut file = OpenOptions::new().create(true).append(true).open(file).expect("a file for what was seen");
        writeln!(file, "{key}").expect("a line");
    }
}

/// Run by `scripts/test.sh` after the whole suite: each push and each event of the document was seen by a test.
#[test]
#[ignore = "only after a whole run, by scripts/test.sh"]
fn every_declaration_was_seen() {
    let folder = std::env::var_os(FOLDER).expect("the folder of what was seen");
    let mut seen = BTreeSet::new();
    for file in std::fs::read_dir(folder).expect("the folder") {
        let text = std::fs::read_to_string(file.expect("an entry").path()).expect("what was seen");
        seen.extend(text.lines().map(str::to_owned));
    }
    let document = document();
    let unseen: Vec<&String> =
        document["operations"].as_object().expect("operations").keys().filter(|key| !seen.contains(*key)).collect();
    assert!(unseen.is_empty(), "declared, and seen by no test: {unseen:#?}");
}

#[test]
fn what_is_not_declared_or_does_not_fit_is_found() {
    let declared = Declared::read();
    let (pod, me) = ("pod:0190d5a0-0000-7000-8000-000000000001", "0190d5a0-0000-7000-8000-000000000002");
    let typing = json!({"user_id": me, "on": true});
    assert_eq!(declared.event(pod, "typing", &typing), Ok(()));
    for (topic, event, payload, what) in [
        (pod, "typed", &typing, "typed is not declared on pod"),
        ("event:1", "typing", &typing, "typing is not declared on event"),
        (pod, "typing", &json!({"user_id": me}), "\"on\" is a required property"),
        (pod, "typing", &json!({"user_id": "me", "on": true}), "/user_id"),
        (pod, "typing", &json!({"user_id": me, "on": true, "since": 1}), "'since'"),
        (pod, "presence_diff", &json!({"joins": {me: {"metas": [{}]}}, "leaves": {}}), "phx_ref"),
    ] {
        let fault = declared.event(topic, event, payload).expect_err(event);
        assert!(fault.contains(what) && fault.contains(topic), "{fault}");
    }
    let push = |event: &str, payload: Value| Some((pod.to_owned(), event.to_owned(), payload));
    let ok = |response: Value| json!({"status": "ok", "response": response});
    let sent = json!({"id": me, "seq": 1, "at": "2027-05-08T19:30:00Z"});
    let message = json!({"id": me, "text": "a"});
    let reply = |push: Option<(String, String, Value)>, answer: Value| declared.reply(push.as_ref(), pod, &answer);
    assert_eq!(reply(push("message:new", message.clone()), ok(sent.clone())), Ok(()));
    let refusal = json!({"status": "error", "response": {"code": "invalid", "reason": "must not be blank"}});
    assert_eq!(reply(push("anything", json!([])), refusal), Ok(()), "what is refused may be anything");
    for (push, answer, what) in [
        (push("message:new", message.clone()), ok(json!({"id": me, "seq": "1", "at": "now"})), "/response/seq"),
        (push("message:new", json!({"id": me})), ok(sent.clone()), "\"text\" is a required property"),
        (push("message:new", json!({"id": me, "text": "a", "more": 1})), ok(sent.clone()), "'more'"),
        (push("message:sing", message.clone()), ok(sent.clone()), "message:sing is not declared on pod"),
        (push("read", json!({"seq": 1})), ok(json!({"more": 1})), "'more'"),
        (None, json!({"status": "error", "response": {"code": "odd", "reason": "?"}}), "/response/code"),
    ] {
        let fault = reply(push, answer).expect_err(what);
        assert!(fault.contains(what), "{fault}");
    }
}
