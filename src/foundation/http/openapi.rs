//! The OpenAPI document: made from the routes themselves, so the two cannot disagree.

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use actix_web::{App, HttpResponse, web};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::SwaggerUi;

use super::problem::Problem;
use crate::foundation::errors::{Code, FieldError};

/// Where the document is.
const PATH: &str = "/openapi.json";

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
}

impl Document {
    /// Reads it from the routes that `register` registers. Every operation is given what all have in common: the
    /// problem document as the form of its refusals, and an id that no other operation has.
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
        let mut routes = Vec::new();
        for (path, item) in value["paths"].as_object_mut().into_iter().flatten() {
            let mut methods = Vec::new();
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                let Some(method) = known_method(method) else { continue };
                complete(operation, &method, path);
                methods.push(method);
            }
            routes.push((ResourceDef::new(path.as_str()), methods));
        }
        Document { value, routes }
    }

    /// The document.
    pub fn json(&self) -> &Value {
        &self.value
    }

    /// Every documented pair of method and path, the path as a pattern such as `/v1/pods/{id}`.
    pub fn operations(&self) -> impl Iterator<Item = (&Method, &str)> {
        let pairs = self.routes.iter().map(|(route, methods)| (methods, route.pattern().unwrap_or_default()));
        pairs.flat_map(|(methods, pattern)| methods.iter().map(move |method| (method, pattern)))
    }

    /// The methods that are served at an address; none if nothing is there.
    pub(super) fn methods(&self, path: &str) -> Vec<Method> {
        // Of patterns that match alike, such as `{id}` and `{id}.ics`, the one that says more of the address names it.
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

/// How many bytes of a pattern stand for themselves.
fn literal(route: &ResourceDef) -> usize {
    let parts = route.pattern().unwrap_or_default().split('{');
    parts.map(|part| part.split_once('}').map_or(part, |(_, literal)| literal).len()).sum()
}

fn known_method(name: &str) -> Option<Method> {
    ["get", "put", "post", "delete", "patch"].contains(&name).then(|| name.to_ascii_uppercase().parse().ok()).flatten()
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
        let header = json!({"description": "Seconds until it is worth asking again", "schema": {"type": "integer", "minimum": 1}});
        let headers = response.entry("headers").or_insert_with(|| Value::Object(Map::new()));
        headers["Retry-After"] = header;
    }
}

/// Registers the document at `/openapi.json`, and at `/docs` the page to read it and try it.
pub fn serve(config: &mut web::ServiceConfig, document: &Document) {
    let page = SwaggerUi::new("/docs/{_:.*}").external_url_unchecked(PATH, document.json().clone());
    let to_page = || async { HttpResponse::PermanentRedirect().insert_header(("Location", "/docs/")).finish() };
    config.service(page).route("/docs", web::get().to(to_page));
}
