//! Logs and the traces of requests.
//!
//! Every request has a span with an id, which is returned in `X-Request-Id`, so that a user's report can be traced. The
//! span has the method, the route, the person once known, and the status at its end; never the query string or a
//! header, since both may contain tokens. A socket has no span: each of its log lines has an id of the socket.

use std::io::{self, IsTerminal};
use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue, UPGRADE};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use tracing::{Span, field};
use tracing_actix_web::{RequestId, RootSpanBuilder, TracingLogger};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use super::metrics;
use super::settings::{LogFormat, Settings};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Sends logs to stdout as the settings say, and panics to the log. Called once a process, by `main`: tests that start
/// a server in their own process have a log of their own.
pub fn init(settings: &Settings) {
    let filter = EnvFilter::builder().parse_lossy(&settings.log);
    let json = match settings.log_format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !io::stdout().is_terminal(),
    };
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stdout);
    // Fails only if there is a log already, which is then used.
    let _ = if json {
        log.json().flatten_event(true).with_span_list(false).finish().try_init()
    } else {
        log.with_ansi(io::stdout().is_terminal()).finish().try_init()
    };
    log_panics();
}

/// Writes a panic to the log as one line with its location, instead of text on stderr that log collectors cannot parse.
fn log_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or("unnamed");
        let payload = info.payload();
        let text =
            payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let cause = text.unwrap_or("no text");
        let trace = std::backtrace::Backtrace::capture();
        tracing::error!(place, thread, cause, %trace, "panicked");
    }));
}

/// Returns the middleware that gives every request its span. It must be the outermost one.
pub fn spans() -> TracingLogger<Root> {
    TracingLogger::new()
}

/// Makes the span of a request.
pub struct Root;

impl RootSpanBuilder for Root {
    fn on_request_start(request: &ServiceRequest) -> Span {
        // A socket is a response that lasts for hours, and its span would be entered for every frame. It has an id of
        // its own in the log.
        if request.headers().contains_key(UPGRADE) {
            return Span::none();
        }
        let id = request.extensions().get::<RequestId>().map(field::display).map(|id| id.to_string());
        // At the highest level, so that every line logged inside it has the span.
        tracing::error_span!(
            "request",
            id,
            method = method(request.method()),
            route = request.match_pattern().as_deref().unwrap_or(UNMATCHED),
            user_id = field::Empty,
        )
    }

    fn on_request_end<B: MessageBody>(_: Span, _: &Result<ServiceResponse<B>, Error>) {}
}

const UNMATCHED: &str = "unmatched";

/// Returns the name of a known method, else `OTHER`: clients can send any word, and must not fill labels and logs.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// Middleware, inside [`spans`]: counts and times each request, logs its outcome, and returns its id in a header.
///
/// # Errors
/// Those of the inner service.
pub async fn observe<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let began = Instant::now();
    let id = request.extensions().get::<RequestId>().copied();
    let method = method(request.method());
    let route = request.match_pattern().unwrap_or_else(|| UNMATCHED.to_owned());
    let _serving = Serving::begin();

    let mut outcome = next.call(request).await;

    let status = match &outcome {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    let took = began.elapsed();
    metrics::HTTP_REQUESTS
        .counter(&[("method", method.to_owned()), ("route", route.clone()), ("status", status.as_str().to_owned())])
        .increment(1);
    metrics::HTTP_SECONDS.histogram(&[("method", method.to_owned()), ("route", route)]).record(took);
    let (status, latency_ms) = (status.as_u16(), took.as_micros() as f64 / 1_000.0);
    if status >= 500 {
        tracing::warn!(status, latency_ms, "answered");
    } else {
        tracing::info!(status, latency_ms, "answered");
    }
    if let (Ok(response), Some(id)) = (&mut outcome, id) {
        let id = HeaderValue::try_from(id.to_string()).expect("a UUID is plain ASCII");
        response.headers_mut().insert(REQUEST_ID.clone(), id);
    }
    outcome
}

static IN_FLIGHT: AtomicUsize = AtomicUsize::new(0);

/// Returns how many requests this process is serving. Open sockets do not count.
pub fn in_flight() -> usize {
    IN_FLIGHT.load(Ordering::Relaxed)
}

/// A request that is being served; it also ends with its connection.
struct Serving;

impl Serving {
    fn begin() -> Self {
        metrics::HTTP_IN_FLIGHT.gauge(metrics::NONE).increment(1.0);
        IN_FLIGHT.fetch_add(1, Ordering::Relaxed);
        Serving
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        metrics::HTTP_IN_FLIGHT.gauge(metrics::NONE).decrement(1.0);
        IN_FLIGHT.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpResponse, middleware, web};
    use tracing_subscriber::fmt::MakeWriter;

    use super::*;
    use crate::foundation::auth::{Claims, Tokens, Visitor};
    use crate::foundation::settings::Secret;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Lines {
        type Writer = Lines;

        fn make_writer(&'a self) -> Lines {
            self.clone()
        }
    }

    #[actix_web::test]
    async fn a_request_is_logged_with_its_id_and_never_with_its_token() {
        let lines = Lines::default();
        let log = tracing_subscriber::fmt().json().flatten_event(true).with_span_list(false).with_writer(lines.clone());
        let _log = tracing::subscriber::set_default(log.with_max_level(tracing::Level::TRACE).finish());

        let tokens = Tokens::new(&Secret::new("0123456789abcdef0123456789abcdef")).unwrap();
        let user_id = uuid::Uuid::now_v7();
        let lifetime = std::time::Duration::from_secs(60);
        let token = tokens
            .mint(&Claims {
                user_id,
                name: None,
                email: None,
                role: None,
                sign_in: None,
                generation: None,
                confirmed: true,
                lifetime,
            })
            .unwrap();
        let answer = async |_: Visitor| HttpResponse::Ok().finish();
        let app = App::new()
            .app_data(web::Data::new(tokens))
            .route("/v1/things/{id}", web::get().to(answer))
            .wrap(middleware::from_fn(observe))
            .wrap(spans());
        let app = init_service(app).await;
        let request = TestRequest::get()
            .uri(&format!("/v1/things/7?token={token}"))
            .insert_header(("Authorization", format!("Bearer {token}")))
            .insert_header(("Sec-WebSocket-Protocol", format!("phoenix, base64url.bearer.phx.{token}")));
        let response = call_service(&app, request.to_request()).await;
        let id = response.headers().get("x-request-id").unwrap().to_str().unwrap().to_owned();

        let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let line: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
        assert_eq!((&line["message"], &line["status"]), (&"answered".into(), &200.into()), "{log}");
        let span = &line["span"];
        assert_eq!((&span["id"], &span["route"]), (&id.into(), &"/v1/things/{id}".into()), "{log}");
        assert_eq!(span["user_id"], user_id.to_string(), "{log}");
        assert!(!log.contains(&token) && !log.contains("Bearer"), "{log}");
    }
}
