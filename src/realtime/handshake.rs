//! The websocket handshake: from an HTTP request to a session. It negotiates the protocol version, verifies the token,
//! and checks that the node has room.
//!
//! A token may come in three ways, as Phoenix's clients send it: in the query (`token`), as a subprotocol
//! (`base64url.bearer.phx.<token>` beside `phoenix`, which the response selects), or in an `Authorization: Bearer`
//! header. None of them is ever logged.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use actix_web_actors::ws;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::LocalBoxFuture;
use serde::Deserialize;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::channel::Channels;
use super::inbound::Inbound;
use super::session::{Session, SessionLimits};
use super::socket::SocketControl;
use crate::foundation::auth::Identity;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::limits::{AtOnce, Connection, Rates};
use crate::wire::frame::Version;

const BEARER_PROTOCOL: &str = "base64url.bearer.phx.";

/// Verifies a token and makes sure that its person has a profile.
pub type SignIn = Arc<dyn Fn(String) -> LocalBoxFuture<'static, Result<Identity>> + Send + Sync>;

/// Decides whether a page of the request's `Origin` may open a socket.
pub type AllowOrigin = Arc<dyn Fn(&HttpRequest) -> bool + Send + Sync>;

/// The endpoint that opens sockets. Cheap to clone.
#[derive(Clone)]
pub struct Endpoint {
    /// Turns a token into an identity.
    pub sign_in: SignIn,
    /// The check of the page's origin.
    pub allow_origin: AllowOrigin,
    /// The channels, by kind of topic.
    pub channels: Arc<Channels>,
    /// The limits of each session.
    pub limits: SessionLimits,
    /// Permits for the sockets that the node may hold.
    pub room: Arc<Semaphore>,
    /// The sockets that a person may have at once.
    pub of_person: AtOnce<Uuid>,
    /// The rate at which a person may open sockets.
    pub opening: Arc<Rates<Uuid>>,
}

#[derive(Deserialize)]
struct Query {
    vsn: Option<String>,
    token: Option<String>,
}

/// Handles `GET /socket/websocket`: upgrades the connection, or refuses it before the upgrade.
pub async fn open(request: HttpRequest, body: web::Payload, endpoint: web::Data<Endpoint>) -> HttpResponse {
    match upgrade(&request, body, &endpoint).await {
        Ok(response) => response,
        // As in Phoenix, every refused socket gets 403. Browsers show a client no more than that it failed.
        Err(error) if error.code == Code::Unauthorized => {
            let mut response = error.error_response();
            *response.status_mut() = StatusCode::FORBIDDEN;
            response
        }
        Err(error) => error.error_response(),
    }
}

async fn upgrade(request: &HttpRequest, body: web::Payload, endpoint: &Endpoint) -> Result<HttpResponse> {
    if !(endpoint.allow_origin)(request) {
        return Err(Error::because(Code::Forbidden, "this origin may not open sockets"));
    }
    let query = web::Query::<Query>::from_query(request.query_string())
        .map_err(|_| Error::because(Code::Malformed, "the query is malformed"))?
        .into_inner();
    let version = Version::negotiate(query.vsn.as_deref())
        .ok_or_else(|| Error::because(Code::Forbidden, "vsn must be 2.0.0 or 1.0.0; without it, it is 1.0.0"))?;
    let (token, by_protocol) = match (query.token, protocol_token(request)) {
        (Some(token), _) => (Some(token), false),
        (None, Some(token)) => (Some(token), true),
        (None, None) => (header_token(request), false),
    };
    let token = token.ok_or_else(|| Error::because(Code::Unauthorized, "a token is required"))?;
    let identity = (endpoint.sign_in)(token).await?;
    Connection::prove(request);
    endpoint.opening.take(&identity.user_id)?;
    let place = endpoint.of_person.enter(identity.user_id)?;
    let permit = Arc::clone(&endpoint.room)
        .try_acquire_owned()
        .map_err(|_| Error::because(Code::Overloaded, "the node has no room for another socket"))?;
    let socket = request.conn_data::<SocketControl>().cloned();
    let limits = endpoint.limits.clone();
    let frame_bytes = limits.frame_bytes;
    let session = Session::new(identity, Arc::clone(&endpoint.channels), limits, version, socket, (permit, place));
    let protocols: &[&str] = if by_protocol { &["phoenix"] } else { &[] };
    let body = Inbound::new(body, Rc::clone(session.outbox()), frame_bytes);
    ws::WsResponseBuilder::new(session, request, body)
        .protocols(protocols)
        .frame_size(frame_bytes)
        .start()
        .map_err(|cause| Error::because(Code::Malformed, format!("not a websocket handshake: {cause}")))
}

fn header_token(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(str::to_owned)
}

fn protocol_token(request: &HttpRequest) -> Option<String> {
    let offered = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL);
    offered
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|each| each.trim().strip_prefix(BEARER_PROTOCOL))
        .and_then(|encoded| URL_SAFE_NO_PAD.decode(encoded.trim_end_matches('=')).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_token_rides_as_a_subprotocol_as_the_javascript_client_sends_it() {
        let request = TestRequest::default()
            .insert_header((header::SEC_WEBSOCKET_PROTOCOL, "phoenix, base64url.bearer.phx.YS5iLmM"))
            .to_http_request();
        assert_eq!(protocol_token(&request).as_deref(), Some("a.b.c"));
        let odd = TestRequest::default()
            .insert_header((header::SEC_WEBSOCKET_PROTOCOL, "base64url.bearer.phx.%%%"))
            .to_http_request();
        assert_eq!(protocol_token(&odd), None);
    }
}
