//! The public HTTP server: routes, sockets, and the middleware of every request.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{self, MessageBody};
use actix_web::dev::{Server, ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::{Compress, Next, from_fn};
use actix_web::{Error, HttpServer, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::engine::Engine;
use super::entry::{self, Requests};
use super::listen::Room;
use super::site::{self, Site};
use super::unread;
use crate::foundation::auth::Tokens;
use crate::foundation::db::Database;
use crate::foundation::health::Health;
use crate::foundation::http::{self, ApiPage, Document, PublicUrl};
use crate::foundation::limits::{self, Connections};
use crate::foundation::settings::Settings;
use crate::foundation::telemetry;
use crate::realtime::declared;
use crate::realtime::domain::{Routes, Share};

/// How long a connection may idle between two requests: longer than load balancers keep theirs, so that they close it
/// first.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// How long the head of a request may take.
const HEAD: Duration = Duration::from_secs(10);

/// How long a connection that is being closed may take to shut down.
const CLOSE: Duration = Duration::from_secs(5);

/// The data that handlers take from the app, the same on every worker thread.
#[derive(Clone)]
pub(super) struct App {
    pub settings: web::Data<Settings>,
    /// The rate of requests.
    pub requests: web::Data<Requests>,
    pub document: web::Data<Document>,
    pub api_page: web::Data<ApiPage>,
    /// The declarations for sockets, and the page of them.
    pub sockets_page: web::Data<declared::page::Page>,
    pub health: web::Data<Health>,
    pub database: web::Data<Database>,
    pub tokens: web::Data<Tokens>,
    pub public_url: web::Data<PublicUrl>,
    pub site: web::Data<Site>,
    /// The domains' routes, and the data that their handlers take.
    pub routes: Arc<[Routes]>,
    pub shared: Arc<[Share]>,
    pub engine: Engine,
}

impl App {
    /// Serves on this listener.
    pub fn serve(self, listener: TcpListener, room: Room, connections: Connections) -> io::Result<Server> {
        let (workers, extractors) = (self.settings.workers, http::extractors(&self.settings.limits));
        let server = HttpServer::new(move || {
            let settings = self.settings.clone();
            actix_web::App::new()
                .configure(&extractors)
                .configure(|config| self.configure(config))
                .default_service(web::to(site::serve))
                .wrap(from_fn(http::held_to_document))
                .wrap(Compress::default())
                .wrap(from_fn(http::without_identity))
                .wrap(from_fn(http::head_as_get))
                .wrap(from_fn(entry::admit))
                .wrap(http::cors(&settings))
                .wrap(from_fn(http::as_problems))
                .wrap(http::security_headers())
                .wrap(from_fn(limits::announce))
                .wrap(from_fn(end_after_refused_upgrade))
                .wrap(from_fn(close_while_draining))
                .wrap(from_fn(telemetry::observe))
                .wrap(telemetry::spans())
                .wrap(from_fn(unread::end_after_unread_body))
        });
        let server = server
            .workers(workers)
            .max_connections(room.connections.div_ceil(workers))
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(HEAD)
            .client_disconnect_timeout(CLOSE)
            .shutdown_timeout(1)
            .on_connect(entry::accepted(connections))
            .disable_signals()
            .listen(listener)?;
        Ok(server.run())
    }

    fn configure(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(self.settings.clone())
            .app_data(self.requests.clone())
            .app_data(self.document.clone())
            .app_data(self.health.clone())
            .app_data(self.database.clone())
            .app_data(self.tokens.clone())
            .app_data(self.public_url.clone())
            .app_data(self.site.clone())
            .configure(|config| self.shared.iter().for_each(|share| share(config)))
            .configure(|config| register(&self.routes, &mut ServiceConfig::new(config)))
            // Before the page of HTTP, which has all other addresses below its own.
            .configure(|config| declared::page::serve(config, &self.sockets_page))
            .configure(|config| http::serve_api_page(config, &self.api_page))
            .configure(|config| self.engine.serve(config));
    }
}

/// Registers routes with an app.
fn register(routes: &[Routes], config: &mut ServiceConfig<'_>) {
    routes.iter().for_each(|routes| routes(config));
}

/// Middleware: an answer other than to switch protocols, to a request that asks for that, is whole and ends its
/// connection. Such a request has no end, so none can follow it; and a body of unknown length, such as a compressed one,
/// would be sent with neither length nor chunks.
async fn end_after_refused_upgrade(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let asks = request.head().upgrade();
    let response = next.call(request).await?.map_into_boxed_body();
    if !asks || response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    let (mut response, body) = response.into_parts();
    let body = body::to_bytes(body).await?;
    response.head_mut().set_connection_type(ConnectionType::Close);
    Ok(ServiceResponse::new(request, response.set_body(body).map_into_boxed_body()))
}

/// Middleware: a draining node closes each connection after its answer, so that clients connect to another node.
async fn close_while_draining<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let health = request.app_data::<web::Data<Health>>().cloned();
    let mut response = next.call(request).await?;
    let upgrade = response.status() == StatusCode::SWITCHING_PROTOCOLS;
    if !upgrade && health.is_some_and(|health| health.is_draining()) {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}
