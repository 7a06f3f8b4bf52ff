//! The OpenAPI document: generated from the routes, so that both agree.

use std::collections::{BTreeSet, HashMap, HashSet};

use actix_web::App;
use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use super::problem::Problem;
use crate::foundation::errors::{Code, FieldError};

/// The problem document's content type.
const PROBLEM: &str = "application/problem+json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Podium",
        description = "The realtime backend for people who go to live events together.\n\n\
            Lists page by cursor: `next` of one page is the `cursor` of the following. A POST that creates takes the \
            client's own `id`, and may be sent again with it: 201 the first time, 200 with the same resource after. \
            Refusals are problem documents with a `code`; `unavailable` means that the outcome is unknown, so ask again \
            with the same `id`.\n\nThe sockets, at `/socket/websocket`, speak Phoenix Channels; docs/PROTOCOL.md \
            describes them."
    ),
    components(schemas(Problem, FieldError, Code))
)]
struct Base;

/// The document of a set of routes.
#[derive(Debug, Clone)]
pub struct Document {
    value: Value,
    routes: Vec<(ResourceDef, Vec<Method>)>,
    taken: HashMap<(Method, String), Taken>,
}

/// The inputs of an operation besides its path and headers.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    /// The names of its query parameters.
    pub query: HashSet<String>,
    /// Whether it takes a body.
    pub body: bool,
}

impl Document {
    /// Generates the document from the routes that `register` registers. Adds to every operation the problem document
    /// as its refusal, and a unique id.
    pub fn of(register: impl FnOnce(&mut ServiceConfig<'_>)) -> Self {
        let (_, mut api) = App::new().into_utoipa_app().openapi(Base::openapi()).configure(register).split_for_parts();
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("HS256, with `sub` (the profile's id) and `exp`; `podium token` mints one."))
            .build();
        api.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(token));
        let mut value = serde_json::to_value(&api).expect("the document has texts for keys");
        value["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
        value["info"]["license"] = json!({"name": env!("CARGO_PKG_LICENSE")});
        close_requests(&mut value);
        let mut routes = Vec::new();
        let mut taken = HashMap::new();
        for (path, item) in value["paths"].as_object_mut().into_iter().flatten() {
            let mut methods = Vec::new();
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                let Some(method) = known_method(method) else { continue };
                complete(operation, &method, path);
                taken.insert((method.clone(), path.clone()), taken_by(operation));
                methods.push(method);
            }
            routes.push((ResourceDef::new(path.as_str()), methods));
        }
        Document { value, routes, taken }
    }

    /// Returns the inputs of the operation with this method and path pattern.
    pub(super) fn taken(&self, method: &Method, pattern: &str) -> Option<&Taken> {
        self.taken.get(&(method.clone(), pattern.to_owned()))
    }

    /// Returns the document.
    pub fn json(&self) -> &Value {
        &self.value
    }

    /// Returns every documented pair of method and path, the path as a pattern such as `/v1/pods/{id}`.
    pub fn operations(&self) -> impl Iterator<Item = (&Method, &str)> {
        let pairs = self.routes.iter().map(|(route, methods)| (methods, route.pattern().unwrap_or_default()));
        pairs.flat_map(|(methods, pattern)| methods.iter().map(move |method| (method, pattern)))
    }

    /// Returns the methods of an address; none if it is unknown.
    pub(super) fn methods(&self, path: &str) -> Vec<Method> {
        // If several patterns match, such as `{id}` and `{id}.ics`, the one with more literal text is meant.
        let here: Vec<_> = self.routes.iter().filter(|(route, _)| route.is_match(path)).collect();
        let closest = here.iter().map(|(route, _)| literal(route)).max();
        let here = here.into_iter().filter(|(route, _)| Some(literal(route)) == closest);
        let mut methods: Vec<Method> = here.flat_map(|(_, methods)| methods.clone()).collect();
        if methods.contains(&Method::GET) {
            methods.push(Method::HEAD);
        }
        methods.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        methods.dedup();
        methods
    }
}

/// Returns how many bytes of a pattern are literal.
fn literal(route: &ResourceDef) -> usize {
    let parts = route.pattern().unwrap_or_default().split('{');
    parts.map(|part| part.split_once('}').map_or(part, |(_, literal)| literal).len()).sum()
}

fn known_method(name: &str) -> Option<Method> {
    ["get", "put", "post", "delete", "patch"].contains(&name).then(|| name.to_ascii_uppercase().parse().ok()).flatten()
}

fn taken_by(operation: &Value) -> Taken {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let in_query = parameters.filter(|parameter| parameter["in"] == "query");
    let query = in_query.filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)).collect();
    Taken { query, body: operation.get("requestBody").is_some() }
}

/// Marks every schema of a request's body as closed to other fields, since bodies are
/// [deserialized](crate::foundation::strict) that way.
fn close_requests(document: &mut Value) {
    let operations =
        document["paths"].as_object().into_iter().flatten().filter_map(|(_, item)| item.as_object()).flatten();
    let mut bodies = BTreeSet::new();
    operations.for_each(|(_, operation)| named_schemas(&operation["requestBody"], &mut bodies));
    let mut waiting: Vec<String> = bodies.iter().cloned().collect();
    while let Some(name) = waiting.pop() {
        let schema = &mut document["components"]["schemas"][&name];
        close(schema);
        let mut below = BTreeSet::new();
        named_schemas(schema, &mut below);
        waiting.extend(below.into_iter().filter(|name| bodies.insert(name.clone())));
    }
}

/// Collects the schemas that a part of the document refers to.
fn named_schemas(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| named_schemas(item, names)),
        Value::Object(members) => members.iter().for_each(|(key, member)| match member.as_str() {
            Some(name) if key == "$ref" => names.extend(name.rsplit('/').next().map(str::to_owned)),
            _ => named_schemas(member, names),
        }),
        _ => {}
    }
}

fn close(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Object(members) => {
            if members.contains_key("properties") {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
            members.values_mut().for_each(close);
        }
        _ => {}
    }
}

fn complete(operation: &mut Value, method: &Method, path: &str) {
    let words = path.split(['/', '{', '}', '_', '-', '.']).filter(|word| !word.is_empty() && *word != "v1");
    let words: Vec<&str> = words.collect();
    operation["operationId"] = json!(format!("{}_{}", method.as_str().to_ascii_lowercase(), words.join("_")));
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (status, response) in responses.iter_mut().filter(|(status, _)| status.starts_with(['4', '5'])) {
        describe_refusal(status, response);
    }
    responses.entry("default").or_insert_with(|| {
        let mut response = json!({"description": "Any other refusal; `code` says why"});
        describe_refusal("default", &mut response);
        response
    });
}

fn describe_refusal(status: &str, response: &mut Value) {
    let Some(response) = response.as_object_mut() else { return };
    let schema = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
    response.insert("content".to_owned(), json!({PROBLEM: schema}));
    if matches!(status, "429" | "503") {
        let header = json!({"description": "Seconds until the request may be repeated", "schema": {"type": "integer", "minimum": 1}});
        let headers = response.entry("headers").or_insert_with(|| Value::Object(Map::new()));
        headers["Retry-After"] = header;
    }
}
