use actix_web::http::{Method, StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, HttpResponse, delete, get, middleware, post, web};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::*;
use crate::foundation::settings::Settings;

#[derive(Deserialize, ToSchema)]
#[allow(dead_code, reason = "only its reading is looked at")]
struct Thing {
    name: String,
    badges: Vec<Badge>,
}

#[derive(Deserialize, ToSchema)]
#[allow(dead_code, reason = "only its reading is looked at")]
struct Badge {
    count: u8,
}

#[utoipa::path(responses((status = 200, description = "ok"), (status = 409, description = "`conflict`", body = Problem)))]
#[post("/v1/things")]
async fn make(_thing: Json<Thing>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(params(PageQuery), responses((status = 200, description = "ok", body = Page<String>)))]
#[get("/v1/things")]
async fn list(page: Query<PageQuery>) -> crate::foundation::errors::Result<Json<Page<String>>> {
    let limit = page.limit()?;
    page.position::<u8>()?;
    Ok(Json(Page::of(vec!["a".to_owned(), "b".to_owned()], limit, |_| 1)))
}

#[utoipa::path(params(("id" = Uuid, Path)), responses((status = 200, description = "ok")))]
#[get("/v1/things/{id}")]
async fn find(_id: Path<Uuid>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(params(("id" = Uuid, Path)), responses((status = 204, description = "gone")))]
#[delete("/v1/things/{id}")]
async fn remove(_id: Path<Uuid>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[utoipa::path(responses((status = 200, description = "ok")))]
#[post("/v1/plain")]
async fn plain(_thing: web::Json<Thing>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

fn routes(config: &mut ServiceConfig<'_>) {
    config.service(make).service(list).service(find).service(remove).service(plain);
}

struct Answer {
    status: u16,
    headers: header::HeaderMap,
    body: Value,
}

async fn ask(request: TestRequest) -> Answer {
    let mut settings = Settings { origins: vec!["https://app.example".into()], ..Settings::default() };
    settings.limits.body_bytes = 1_000;
    let document = Document::of(routes);
    let page = web::Data::new(ApiPage::of(&document));
    let app = App::new()
        .app_data(web::Data::new(document.clone()))
        .configure(extractors(&settings.limits))
        .configure(|config| routes(&mut ServiceConfig::new(config)))
        .configure(|config| serve_api_page(config, &page))
        .default_service(web::to(fallback))
        .wrap(middleware::from_fn(held_to_document))
        .wrap(middleware::from_fn(head_as_get))
        .wrap(cors(&settings))
        .wrap(middleware::from_fn(as_problems))
        .wrap(security_headers());
    let app = init_service(app).await;
    let response = call_service(&app, request.to_request()).await;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = read_body(response).await;
    Answer { status, headers, body: serde_json::from_slice(&body).unwrap_or(Value::Null) }
}

async fn post_json(body: &str) -> Answer {
    let request =
        TestRequest::post().uri("/v1/things").insert_header(("content-type", "application/json; charset=utf-8"));
    ask(request.set_payload(body.to_owned())).await
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, &answer.body["code"]), (status, &json!(code)), "{}", answer.body);
    assert_eq!(answer.headers.get("content-type").unwrap(), "application/problem+json");
    assert_eq!(answer.body["status"], json!(status));
}

#[actix_web::test]
async fn a_right_body_is_taken() {
    let answer = post_json(r#"{"name": "a \\u0000 b", "badges": []}"#).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.headers.get("x-content-type-options").unwrap(), "nosniff");
}

#[actix_web::test]
async fn what_is_not_json_is_malformed() {
    let deep = "[".repeat(500);
    for body in ["", "{", "{\"name\": \"\\ud800\", \"badges\": []}", "{} {}", deep.as_str(), "nonsense"] {
        refused(&post_json(body).await, 400, "malformed");
    }
    let request = TestRequest::post().uri("/v1/things").insert_header(("content-type", "application/json"));
    refused(&ask(request.set_payload(&b"{\"name\": \"\xff\"}"[..])).await, 400, "malformed");
}

#[actix_web::test]
async fn a_wrong_value_is_named() {
    for (body, pointer) in [
        (r#"{"name": 7, "badges": []}"#, "/name"),
        (r#"{"name": "a", "badges": [{"count": 1}, {"count": 999}]}"#, "/badges/1/count"),
        (r#"{"name": "a"}"#, ""),
        (r#"[]"#, ""),
        (r#"{"name": "a\u0000b", "badges": []}"#, "/name"),
        (r#"{"name": "a", "badges": [], "x/~": ["\u0000"]}"#, "/x~1~0/0"),
        (r#"{"name": "a", "badges": [{"count": 1, "x/~": 1}]}"#, "/badges/0/x~1~0"),
        (r#"{"nmae": "a", "badges": []}"#, "/nmae"),
    ] {
        let answer = post_json(body).await;
        refused(&answer, 422, "invalid");
        assert_eq!(answer.body["errors"][0]["pointer"], json!(pointer), "{body}: {}", answer.body);
    }
}

#[actix_web::test]
async fn size_and_type_have_limits() {
    let answer = post_json(&format!("\"{}\"", "x".repeat(1_000))).await;
    refused(&answer, 413, "too_large");
    for kind in [None, Some("text/plain"), Some("application/jsonx")] {
        let mut request = TestRequest::post().uri("/v1/things").set_payload("{}");
        if let Some(kind) = kind {
            request = request.insert_header(("content-type", kind));
        }
        refused(&ask(request).await, 415, "unsupported_type");
    }
    for kind in
        ["Application/JSON", "application/json ; charset=utf-8", "application/json;", "application/merge-patch+json"]
    {
        let request = TestRequest::post().uri("/v1/things").insert_header(("content-type", kind)).set_payload("{}");
        refused(&ask(request).await, 422, "invalid");
    }
}

#[actix_web::test]
async fn actix_own_extractors_refuse_alike() {
    let request = || TestRequest::post().uri("/v1/plain").insert_header(("content-type", "application/json"));
    refused(&ask(request().set_payload("{")).await, 400, "malformed");
    refused(&ask(request().set_payload("{}")).await, 422, "invalid");
    refused(&ask(request().set_payload("x".repeat(2_000))).await, 413, "too_large");
    refused(&ask(TestRequest::post().uri("/v1/plain").set_payload("{}")).await, 415, "unsupported_type");
}

#[actix_web::test]
async fn queries_are_named_and_ids_that_are_none_are_not_found() {
    for (query, pointer) in [
        ("limit=x", "?limit"),
        ("limit=0", "?limit"),
        ("limit=1&limit=2", "?"),
        ("cursor=%00", "?cursor"),
        ("cursor=x", "?cursor"),
        ("limit=1&cursor=%ff", "?cursor"),
        ("limit=1&unknown=1", "?unknown"),
        ("limit=1&Limit=1", "?Limit"),
    ] {
        let answer = ask(TestRequest::get().uri(&format!("/v1/things?{query}"))).await;
        refused(&answer, 422, "invalid");
        assert_eq!(answer.body["errors"][0]["pointer"], json!(pointer), "{query}: {}", answer.body);
    }
    let page = ask(TestRequest::get().uri("/v1/things?limit=1")).await;
    assert_eq!(page.body["items"], json!(["a"]));
    assert!(page.body["next"].is_string());
    for id in ["xyz", "0190d5a0", "%00", "%ff"] {
        refused(&ask(TestRequest::get().uri(&format!("/v1/things/{id}"))).await, 404, "not_found");
    }
}

#[actix_web::test]
async fn a_body_where_none_is_taken_is_refused() {
    let gone = |body: &'static str| {
        TestRequest::delete().uri("/v1/things/0190d5a0-0000-7000-8000-000000000001").set_payload(body)
    };
    for empty in ["", "{}", "null"] {
        assert_eq!(ask(gone(empty).insert_header(("content-length", empty.len()))).await.status, 200, "{empty}");
    }
    let full = r#"{"a": 1}"#;
    refused(&ask(gone(full).insert_header(("content-length", full.len()))).await, 422, "invalid");
    refused(&ask(gone(full).insert_header(("transfer-encoding", "chunked"))).await, 422, "invalid");
}

#[actix_web::test]
async fn unknown_addresses_differ_from_unknown_methods() {
    refused(&ask(TestRequest::get().uri("/v1/nothing")).await, 404, "not_found");
    let answer = ask(TestRequest::delete().uri("/v1/things")).await;
    refused(&answer, 405, "method_not_allowed");
    assert_eq!(answer.headers.get("allow").unwrap(), "GET, HEAD, POST");
    assert_eq!(ask(TestRequest::default().method(Method::OPTIONS).uri("/v1/things")).await.status, 204);
    assert_eq!(ask(TestRequest::default().method(Method::HEAD).uri("/v1/things")).await.status, 200);
}

#[actix_web::test]
async fn named_origins_get_the_headers_of_cors() {
    let preflight = |origin: &'static str| {
        TestRequest::default()
            .method(Method::OPTIONS)
            .uri("/v1/things")
            .insert_header(("origin", origin))
            .insert_header(("access-control-request-method", "POST"))
            .insert_header(("access-control-request-headers", "authorization,content-type"))
    };
    let answer = ask(preflight("https://app.example")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers.get("access-control-allow-origin").unwrap(), "https://app.example");
    refused(&ask(preflight("https://evil.example")).await, 400, "malformed");
    let answer = ask(TestRequest::get().uri("/v1/nothing").insert_header(("origin", "https://app.example"))).await;
    refused(&answer, 404, "not_found");
    assert_eq!(answer.headers.get("access-control-allow-origin").unwrap(), "https://app.example");
    let exposed = answer.headers.get("access-control-expose-headers").unwrap().to_str().unwrap().to_lowercase();
    assert!(exposed.contains("x-request-id") && exposed.contains("retry-after"), "{exposed}");
}

#[actix_web::test]
async fn the_document_describes_every_route_and_refusal() {
    let answer = ask(TestRequest::get().uri("/openapi.json")).await;
    let document = answer.body;
    assert_eq!(document["openapi"], json!("3.1.0"));
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], json!("bearer"));
    let post = &document["paths"]["/v1/things"]["post"];
    assert_eq!(post["operationId"], json!("post_things"));
    assert_eq!(document["paths"]["/v1/things/{id}"]["get"]["operationId"], json!("get_things_id"));
    let problem = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    assert_eq!(post["responses"]["409"]["content"], problem);
    assert_eq!(post["responses"]["default"]["content"], problem);
    assert_eq!(
        post["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        json!("#/components/schemas/Thing")
    );
    let code = &document["components"]["schemas"]["Code"];
    assert!(code.to_string().contains("pod_full"), "{code}");
    let operations = Document::of(routes).operations().count();
    assert_eq!(operations, 5);
    for name in ["Thing", "Badge"] {
        assert_eq!(document["components"]["schemas"][name]["additionalProperties"], json!(false));
    }
}

#[actix_web::test]
async fn the_page_to_try_it_is_served() {
    let answer = ask(TestRequest::get().uri("/docs")).await;
    assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT);
    let page = ask(TestRequest::get().uri("/docs/")).await;
    assert_eq!(page.status, 200);
}
