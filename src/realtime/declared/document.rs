//! The AsyncAPI document, made from the declarations.
//!
//! A channel is a kind of topic. The name of a message is the `event` of its frame, and its payload is that of the frame.
//! An operation with the action `receive` is a push, with its reply; one with `send` is an event.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::phoenix::names::{ERROR, JOIN, REPLY};
use super::phoenix::{self, CLOSE, CODES, SOCKET};
use super::{Declaration, Extra, Shape, What, example};
use crate::realtime::outbox::Ending;

/// The path where sockets are opened.
pub const SOCKET_PATH: &str = "/socket/websocket";

pub(super) const ABOUT: &str = "What goes over the sockets of Podium, at `/socket/websocket`: [Phoenix Channels](https://hexdocs.pm/phoenix/channels.html) \
in the V2 form (`vsn=2.0.0`), and in the V1 form for older clients. docs/PROTOCOL.md says how to resume, to send safely, and to renew tokens.\n\n\
A frame is a JSON array, `[join_ref, ref, topic, event, payload]`. `join_ref` and `ref` are the client's own, strings or numbers, and a reply \
echoes both. Events have neither, except `phx_close` and `phx_error`, which carry those of the join that they end. In this document a channel is \
a kind of topic, the name of a message is the `event` of its frame, and the payload of a message is that of its frame. An operation with the action `receive` is a push of the client, answered by a `phx_reply`; \
one with the action `send` is an event that the server sends by itself.\n\nJoin a topic by `phx_join`, and wait for its reply; what is pushed before \
waits for it, too. Ignore fields, events and kinds that you do not know: later releases add to them.";

pub(super) const CLOSES: [(Ending, &str); 10] = [
    (Ending::Idle, "No frame from the client for too long."),
    (Ending::Protocol, "Not a websocket frame."),
    (Ending::Unsupported, "A binary frame."),
    (Ending::NotText, "A text that is not UTF-8."),
    (Ending::TooLarge, "A frame or message above the limit."),
    (Ending::Failed, "A fault of the server."),
    (Ending::Draining, "The node is about to stop: connect again."),
    (Ending::Expired, "The token has expired, or its sign-in has ended: connect again with a new token."),
    (Ending::TooSlow, "The client has not read what was sent to it."),
    (Ending::TooMany, "Too many frames."),
];

/// The AsyncAPI document of a list of declarations.
#[derive(Clone)]
pub struct Document {
    /// The declarations, in order.
    pub(super) declared: Vec<Declaration>,
    value: Value,
}

impl Document {
    /// Makes the document.
    pub fn of(declared: impl IntoIterator<Item = Declaration>) -> Self {
        let declared: Vec<Declaration> = declared.into_iter().chain(phoenix::DECLARED.iter().copied()).collect();
        let mut builder = Builder { schemas: schemas(&declared), ..Builder::default() };
        for kind in kinds(&declared) {
            builder.channel(kind, &declared);
        }
        let value = builder.document();
        Document { declared, value }
    }

    /// Returns the document as JSON.
    pub fn json(&self) -> &Value {
        &self.value
    }
}

/// Returns the kinds of topics, in the order of their declarations. The socket's own topic is the last.
pub(super) fn kinds(declared: &[Declaration]) -> Vec<&'static str> {
    let topics = declared.iter().filter(|each| matches!(each.what, What::Topic { .. })).map(|each| each.topic);
    topics.chain([SOCKET]).collect()
}

/// Returns a name with the characters that a key of the document may have.
pub(super) fn key(name: &str) -> String {
    name.replace(':', "_")
}

/// Returns the address of a kind of topic.
pub(super) fn address(kind: &str) -> String {
    if kind == SOCKET { kind.to_owned() } else { format!("{kind}:{{id}}") }
}

/// Returns an example of a frame: of the push `asked`, of its reply, or of an event.
pub(super) fn frame(kind: &str, event: &str, asked: Option<&str>, payload: &Value) -> Value {
    let topic = address(kind).replace("{id}", "0190d5a0-0000-7000-8000-000000000002");
    let (join_ref, reference) = match asked {
        // They belong to a join, and carry its refs.
        None if [CLOSE.name, ERROR].contains(&event) => (json!("3"), json!("3")),
        None => (Value::Null, Value::Null),
        Some(_) if kind == SOCKET => (Value::Null, json!("9")),
        Some(JOIN) => (json!("3"), json!("3")),
        Some(_) => (json!("3"), json!("9")),
    };
    json!([join_ref, reference, topic, event, payload])
}

#[derive(Default)]
struct Builder {
    channels: Map<String, Value>,
    operations: Map<String, Value>,
    messages: Map<String, Value>,
    schemas: Map<String, Value>,
}

impl Builder {
    fn channel(&mut self, kind: &'static str, declared: &[Declaration]) {
        let mut about = "The socket itself. It is not joined.".to_owned();
        let mut messages = Map::new();
        if kind == SOCKET {
            messages.insert("refused".to_owned(), json!({"$ref": "#/components/messages/refused"}));
        }
        for each in declared.iter().filter(|each| phoenix::is_of(each, kind)) {
            match each.what {
                What::Topic { join, joined } => {
                    about = each.text();
                    let added =
                        declared.iter().filter(|other| other.topic == kind).filter_map(|other| match other.what {
                            What::Addition { fields } => Some(reference(&fields)),
                            _ => None,
                        });
                    let all: Vec<Value> = std::iter::once(reference(&joined)).chain(added).collect();
                    let response = if all.len() == 1 { all[0].clone() } else { json!({"allOf": all}) };
                    let text = "Joins the topic. A second join of it closes the first.";
                    self.push(&mut messages, kind, JOIN, text, &reference(&join), &response);
                }
                What::Push { name, payload, reply, .. } => {
                    self.push(&mut messages, kind, name, &each.text(), &reference(&payload), &reference(&reply));
                }
                What::Event { name, payload } => {
                    let text = each.text();
                    let message = self.message(&mut messages, kind, "event", name, &text, reference(&payload));
                    let operation = json!({
                        "action": "send",
                        "channel": {"$ref": format!("#/channels/{kind}")},
                        "title": name,
                        "summary": summary(&text),
                        "messages": [message],
                    });
                    self.operations.insert(format!("{kind}.send.{}", key(name)), operation);
                }
                What::Addition { .. } => {}
            }
        }
        let mut channel = json!({
            "address": address(kind),
            "title": address(kind),
            "description": about,
            "servers": [{"$ref": "#/servers/node"}],
            "messages": messages,
        });
        if kind != SOCKET {
            channel["parameters"] = json!({"id": {"description": "A UUID in lower case, with hyphens"}});
        }
        self.channels.insert(kind.to_owned(), channel);
    }

    /// Adds a push with its replies.
    fn push(
        &mut self,
        on: &mut Map<String, Value>,
        kind: &str,
        name: &str,
        about: &str,
        payload: &Value,
        reply: &Value,
    ) {
        let message = self.message(on, kind, "push", name, about, payload.clone());
        let answered = json!({
            "type": "object",
            "required": ["status", "response"],
            "properties": {"status": {"const": "ok"}, "response": reply},
        });
        let ok = self.message(on, kind, "reply", name, &format!("The reply to `{name}`."), answered);
        on.insert("refused".to_owned(), json!({"$ref": "#/components/messages/refused"}));
        let channel = json!({"$ref": format!("#/channels/{kind}")});
        let operation = json!({
            "action": "receive",
            "channel": channel,
            "title": name,
            "summary": summary(about),
            "messages": [message],
            "reply": {
                "channel": channel,
                "messages": [ok, {"$ref": format!("#/channels/{kind}/messages/refused")}],
            },
        });
        self.operations.insert(format!("{kind}.receive.{}", key(name)), operation);
    }

    /// Adds a message, and returns how an operation refers to it.
    fn message(
        &mut self,
        on: &mut Map<String, Value>,
        kind: &str,
        of: &str,
        name: &str,
        about: &str,
        payload: Value,
    ) -> Value {
        let (short, event) = (format!("{of}.{}", key(name)), if of == "reply" { REPLY } else { name });
        let long = format!("{kind}.{short}");
        let example = example::of(&payload, &self.schemas);
        let framed = frame(kind, event, Some(name).filter(|_| of != "event"), &example);
        let message = json!({
            "name": event,
            "title": if of == "reply" { format!("{name}, reply") } else { name.to_owned() },
            "summary": summary(about),
            "description": format!("{about}\n\nAs a frame:\n\n```json\n{framed}\n```"),
            "contentType": "application/json",
            "payload": payload,
            "examples": [{"name": key(name), "payload": example}],
        });
        self.messages.insert(long.clone(), message);
        on.insert(short.clone(), json!({"$ref": format!("#/components/messages/{long}")}));
        json!({"$ref": format!("#/channels/{kind}/messages/{short}")})
    }

    fn document(mut self) -> Value {
        let refused = json!({
            "type": "object",
            "required": ["status", "response"],
            "properties": {"status": {"const": "error"}, "response": {"$ref": "#/components/schemas/Refusal"}},
        });
        let codes: Vec<String> = CODES.iter().map(|(code, what)| format!("| `{code}` | {what} |")).collect();
        let message = json!({
            "name": REPLY,
            "title": "a push, refused",
            "summary": "A push was refused: act on the `code`",
            "description": format!("A push was refused. Act on the `code`:\n\n| code | what to do |\n| --- | --- |\n{}", codes.join("\n")),
            "contentType": "application/json",
            "examples": [{"name": "refused", "payload": example::of(&refused, &self.schemas)}],
            "payload": refused,
        });
        self.messages.insert("refused".to_owned(), message);
        let closes: Vec<Value> = CLOSES
            .iter()
            .map(|(ending, about)| json!({"code": ending.code(), "reason": ending.reason(), "description": about}))
            .collect();
        let query = json!({
            "type": "object",
            "properties": {
                "vsn": {"type": "string", "description": "The form of the frames, 1.0.x or 2.0.x", "default": "1.0.0"},
                "token": {"type": "string", "description": "The access token, unless it comes another way"},
            },
        });
        for channel in self.channels.values_mut() {
            channel["bindings"] = json!({"ws": {"method": "GET", "query": query, "bindingVersion": "0.1.0"}});
        }
        json!({
            "asyncapi": "3.0.0",
            "info": {
                "title": "Podium's sockets",
                "version": env!("CARGO_PKG_VERSION"),
                "description": ABOUT,
                "license": {"name": env!("CARGO_PKG_LICENSE")},
            },
            "defaultContentType": "application/json",
            "servers": {
                "node": {
                    "host": "{host}",
                    "pathname": SOCKET_PATH,
                    "protocol": "wss",
                    "description": "A node, or the balancer before several. `ws` where there is no TLS. A handshake is refused with 403 \
                        where the token, the `Origin` or `vsn` is not taken, and with 503 by a node that is full. It is closed with the \
                        codes in `x-close-codes`, and never with 1000: after each but 4401 connect again as usual.",
                    "variables": {"host": {"default": "127.0.0.1:4000", "description": "Where the node listens (PODIUM_LISTEN)"}},
                    "security": [
                        {"$ref": "#/components/securitySchemes/query"},
                        {"$ref": "#/components/securitySchemes/header"},
                        {"$ref": "#/components/securitySchemes/subprotocol"},
                    ],
                    "x-close-codes": closes,
                }
            },
            "channels": self.channels,
            "operations": self.operations,
            "components": {
                "messages": self.messages,
                "schemas": self.schemas,
                "securitySchemes": {
                    "query": {
                        "type": "httpApiKey",
                        "in": "query",
                        "name": "token",
                        "description": "The access token (a JWT: HS256, with `sub` and `exp`) as a query parameter",
                    },
                    "header": {
                        "type": "http",
                        "scheme": "bearer",
                        "bearerFormat": "JWT",
                        "description": "The same as `Authorization: Bearer`",
                    },
                    "subprotocol": {
                        "type": "httpApiKey",
                        "in": "header",
                        "name": "Sec-WebSocket-Protocol",
                        "description": "The same as the subprotocol `base64url.bearer.phx.<base64url of the token>` beside `phoenix`, as \
                            `new Socket(url, {authToken})` of the npm package sends it; the answer is `phoenix`",
                    },
                },
            },
        })
    }
}

fn reference(shape: &Shape) -> Value {
    json!({"$ref": format!("#/components/schemas/{}", (shape.name)())})
}

/// Returns the first sentence.
pub(super) fn summary(about: &str) -> String {
    let about = about.trim().replace('\n', " ");
    let end = about.find(". ").map_or(about.trim_end_matches('.').len(), |end| end);
    about[..end].replace("  ", " ")
}

/// Returns the schemas of all declared types, and of the types in them.
///
/// # Panics
/// If two different types have the same name. A unit test of the server's declarations finds that first.
fn schemas(declared: &[Declaration]) -> Map<String, Value> {
    let mut all = Map::new();
    let mut closed = BTreeSet::new();
    for each in declared {
        let shapes = match each.what {
            What::Topic { join, joined } => vec![join, joined],
            What::Push { payload, reply, extra, .. } => {
                if extra == Extra::Refused {
                    closed.insert((payload.name)().into_owned());
                }
                vec![payload, reply]
            }
            What::Event { payload, .. } => vec![payload],
            What::Addition { fields } => vec![fields],
        };
        for shape in shapes {
            let mut found = vec![((shape.name)().into_owned(), (shape.schema)())];
            (shape.below)(&mut found);
            for (name, schema) in found {
                let schema = serde_json::to_value(&schema).expect("a schema has texts for keys");
                let before = all.insert(name.clone(), schema.clone());
                assert!(before.is_none_or(|before| before == schema), "two types have the name {name}");
            }
        }
    }
    for name in closed {
        // Payloads of pushes consist of values and lists: they contain no further objects.
        if let Some(schema) = all.get_mut(&name).filter(|schema| schema.get("properties").is_some()) {
            schema["additionalProperties"] = json!(false);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_the_first_sentence() {
        assert_eq!(summary(" A message\n was stored. Never twice.\n"), "A message was stored");
        assert_eq!(summary("Leaves."), "Leaves");
    }

    #[test]
    fn a_document_has_the_socket_itself_also_without_a_domain() {
        let document = Document::of([]);
        let operations = document.json()["operations"].as_object().unwrap();
        assert_eq!(operations.keys().collect::<Vec<_>>(), ["phoenix.receive.heartbeat", "phoenix.send.error"]);
        let close = frame("pod", CLOSE.name, None, &json!({}));
        assert_eq!((&close[0], &close[1]), (&json!("3"), &json!("3")), "the refs of the join that it ends");
    }
}
