//! The operators' HTTP server: liveness, readiness and metrics.

use std::io;
use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::http::header::ContentType;
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, HttpServer, get, web};
use serde_json::json;

use crate::foundation::health::Health;
use crate::foundation::http;
use crate::foundation::metrics;

/// Serves on this listener, on a thread of its own, so that it answers even when all workers are busy.
pub(super) fn serve(listener: TcpListener, health: &Health) -> io::Result<Server> {
    let health = web::Data::new(health.clone());
    let server = HttpServer::new(move || {
        actix_web::App::new()
            .app_data(health.clone())
            .service(alive)
            .service(ready)
            .service(counts)
            .default_service(web::to(http::fallback))
            .wrap(from_fn(http::head_as_get))
            .wrap(http::security_headers())
    });
    Ok(server.workers(1).disable_signals().shutdown_timeout(1).listen(listener)?.run())
}

/// Answers 200 as long as the process responds. A restart on failure affects only a process that hangs.
#[get("/healthz")]
async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// Answers whether the node should get traffic: 503 while it drains, or when Postgres has been unavailable for long.
#[get("/readyz")]
async fn ready(health: web::Data<Health>) -> HttpResponse {
    let report = health.summary();
    let mut response = if report.ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.json(report)
}

/// Answers with the metrics in Prometheus's text format.
#[get("/metrics")]
async fn counts() -> HttpResponse {
    let kind = ContentType("text/plain; version=0.0.4".parse().expect("a media type"));
    HttpResponse::Ok().content_type(kind).body(metrics::render())
}
