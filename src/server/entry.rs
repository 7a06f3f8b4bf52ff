//! The way in: connections are counted by address, and requests to the API by person or by address.

use std::any::Any;

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::rt::net::TcpStream;
use actix_web::{Error, ResponseError, web};
use std::net::Shutdown;

use socket2::SockRef;

use crate::foundation::auth;
use crate::foundation::http::ClientAddress;
use crate::foundation::limits::{Callers, Connection, Connections};
use crate::foundation::settings::Settings;
use crate::realtime::socket;

/// The rate of all requests to the API.
pub(super) struct Requests(Callers);

impl Requests {
    /// Makes the rate of these settings.
    pub fn new(settings: &Settings) -> Self {
        Requests(Callers::new("requests", settings.limits.requests, settings.limits.strangers))
    }
}

/// Returns what happens to each accepted connection. One whose address has no place left is closed without an answer,
/// since an answer would cost what the limit saves.
pub(super) fn accepted(connections: Connections) -> impl Fn(&dyn Any, &mut Extensions) + Send + Clone {
    move |stream, extensions| {
        let Some(tcp) = stream.downcast_ref::<TcpStream>() else { return };
        socket::accepted(stream, extensions);
        // Without an address the peer is gone already.
        let Ok(peer) = tcp.peer_addr() else { return };
        match connections.enter(peer.ip()) {
            Ok(connection) => drop(extensions.insert(connection)),
            Err(_) => drop(SockRef::from(tcp).shutdown(Shutdown::Both)),
        }
    }
}

/// Middleware: counts each request to the API, and refuses those above the limit with 429. A request with a valid token
/// counts for its person alone. Pages and other files are not counted: a page that lacks a part is of no use, and they
/// cost little.
pub(super) async fn admit<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    if request.path().starts_with("/v1/")
        && let Some(refusal) = refused(&request)
    {
        return Ok(request.into_response(refusal).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

fn refused(request: &ServiceRequest) -> Option<HttpResponse> {
    let requests = request.app_data::<web::Data<Requests>>()?;
    let settings = request.app_data::<web::Data<Settings>>()?;
    let request = request.request();
    let person = auth::person(request);
    if person.is_some() {
        Connection::prove(request);
    }
    let refusal = requests.0.take(person, ClientAddress::of(request, &settings.trusted_proxies)).err()?;
    Some(refusal.error_response())
}
