//! HTTP routes of accounts: registering, signing in and out, and the tokens of mailed links.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::USER_AGENT;
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder, post, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::dto::{Credentials, Forgotten, MailedToken, NewPassword, Registration, Renewal, SignedInAnswer};
use super::service::Accounts;
use super::{Client, session_routes};
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::errors::{Error, Result};
use crate::foundation::http::{ClientAddress, Json, Problem, check_origin, refusals};
use crate::foundation::language::Language;
use crate::foundation::settings::Settings;
use crate::foundation::text;

/// The longest `User-Agent` that is stored, in characters.
const MAX_AGENT: usize = 300;

/// The most bytes of a body here: strangers send these, and the longest password takes a kilobyte.
const MAX_BODY: usize = 16 << 10;

type Body<T> = Json<T, MAX_BODY>;

/// Registers the routes of accounts.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(register).service(login).service(refresh).service(logout);
    config.service(verify).service(resend).service(forgot).service(reset);
    session_routes::routes(config);
}

/// An argument of a handler. A page whose origin is not allowed is refused here, before the request has any effect:
/// CORS alone would only withhold the answer.
impl FromRequest for Client {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(client(request))
    }
}

fn client(request: &HttpRequest) -> Result<Client> {
    let settings = request.app_data::<web::Data<Settings>>();
    let settings = settings.ok_or_else(|| Error::internal("no Settings in the app's data"))?;
    check_origin(request, settings)?;
    let agent = request.headers().get(USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    Ok(Client {
        address: ClientAddress::of(request, &settings.trusted_proxies),
        user_agent: agent.and_then(|agent| text::mended(&agent, MAX_AGENT)),
        language: Language::preferred(request).unwrap_or_default(),
    })
}

/// Sign up
///
/// Makes a profile and an account, signs the device in, and mails a link to confirm the address. The account works
/// before it is confirmed.
#[utoipa::path(
    tag = "accounts",
    security(()),
    request_body = Registration,
    responses(
        (status = 201, description = "Signed up and in", body = SignedInAnswer),
        (status = 403, description = "`forbidden`: a page of this origin may not use the server", body = Problem),
        (status = 409, description = "`conflict`: the address has an account already", body = Problem),
        (status = 429, description = "`rate_limited`: too many attempts with registered addresses, from this network address", body = Problem),
        refusals::Any,
        refusals::Body,
    )
)]
#[post("/v1/auth/register")]
async fn register(client: Client, accounts: web::Data<Accounts>, new: Body<Registration>) -> Result<impl Responder> {
    let answer = accounts.register(new.into_inner(), &client).await?;
    Ok(Json(answer).customize().with_status(StatusCode::CREATED))
}

/// Sign in
///
/// An unknown address and a wrong password have the same answer.
#[utoipa::path(
    tag = "accounts",
    security(()),
    request_body = Credentials,
    responses(
        (status = 200, description = "Signed in", body = SignedInAnswer),
        (status = 401, description = "`unauthorized`: the email or the password is wrong", body = Problem),
        (status = 403, description = "`forbidden`: a page of this origin may not use the server", body = Problem),
        (status = 429, description = "`rate_limited`: too many failed attempts from this network address, for this account or in all", body = Problem),
        refusals::Any,
        refusals::Body,
    )
)]
#[post("/v1/auth/login")]
async fn login(client: Client, accounts: web::Data<Accounts>, who: Body<Credentials>) -> Result<Json<SignedInAnswer>> {
    accounts.login(who.into_inner(), &client).await.map(Json)
}

/// Renew the tokens of a device
///
/// Each refresh token works once; its successor is in the answer. If the answer is lost, or two tabs refresh at the
/// same moment, the same token is answered again for 30 seconds (15 minutes if the new access token was never used),
/// with the same successor. Any other used token signs the device out, since it may have been stolen.
#[utoipa::path(
    tag = "accounts",
    security(()),
    request_body = Renewal,
    responses(
        (status = 200, description = "The next pair", body = SignedInAnswer),
        (status = 401, description = "`unauthorized`: the token is not valid any more; sign in", body = Problem),
        (status = 403, description = "`forbidden`: a page of this origin may not use the server", body = Problem),
        (status = 429, description = "`rate_limited`: a device may refresh 60 times at once, and then every 10 seconds", body = Problem),
        refusals::Any,
        refusals::Body,
    )
)]
#[post("/v1/auth/refresh")]
async fn refresh(
    client: Client,
    accounts: web::Data<Accounts>,
    renewal: Body<Renewal>,
) -> Result<Json<SignedInAnswer>> {
    accounts.refresh(&renewal, &client).await.map(Json)
}

/// Sign out
///
/// Ends the device's refresh and access tokens, and its sockets.
#[utoipa::path(
    tag = "accounts",
    security(()),
    request_body = Renewal,
    responses(
        (status = 204, description = "Signed out, or not signed in"),
        (status = 403, description = "`forbidden`: a page of this origin may not use the server", body = Problem),
        refusals::Any,
        refusals::Body,
    )
)]
#[post("/v1/auth/logout")]
async fn logout(_client: Client, accounts: web::Data<Accounts>, renewal: Body<Renewal>) -> Result<HttpResponse> {
    accounts.logout(&renewal).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Confirm an e-mail address
#[utoipa::path(
    tag = "accounts",
    security(()),
    request_body = MailedToken,
    responses(
        (status = 204, description = "Confirmed"),
        (status = 403, description = "`forbidden`: a page of this origin may not use the server", body = Problem),
        refusals::Any,
        refusals::Body,
    )
)]
#[post("/v1/auth/verify")]
async fn verify(_client: Client, accounts: web::Data<Accounts>, mailed: Body<MailedToken>) -> Result<HttpResponse> {
    accounts.verify(&mailed).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Mail another link to confirm the caller's address
///
/// Nothing is mailed if the address is confirmed, or the caller has no account here. The mail is in the profile's
/// `language`, else in the one that `Accept-Language` prefers, else in English.
#[utoipa::path(
    tag = "accounts",
    security(("token" = [])),
    responses(
        (status = 202, description = "It will be mailed"),
        (status = 403, description = "`forbidden`: a page of this origin may not use the server", body = Problem),
        (status = 429, description = "`rate_limited`: at most three in 15 minutes", body = Problem),
        refusals::Token,
    )
)]
#[post("/v1/auth/verify/resend")]
async fn resend(who: SignedIn, client: Client, accounts: web::Data<Accounts>) -> Result<HttpResponse> {
    accounts.resend(who.user_id, &client)?;
    Ok(HttpResponse::Accepted().finish())
}

/// Mail a link to choose a new password
///
/// The answer is the same whether the address has an account or not. At most three are mailed to an address in 15
/// minutes; the answer does not show it. The mail's language is that of `POST /v1/auth/verify/resend`.
#[utoipa::path(
    tag = "accounts",
    security(()),
    request_body = Forgotten,
    responses(
        (status = 202, description = "It will be mailed, if there is such an account"),
        (status = 403, description = "`forbidden`: a page of this origin may not use the server", body = Problem),
        (status = 429, description = "`rate_limited`: too many from this network address", body = Problem),
        refusals::Any,
        refusals::Body,
    )
)]
#[post("/v1/auth/reset")]
async fn forgot(client: Client, accounts: web::Data<Accounts>, who: Body<Forgotten>) -> Result<HttpResponse> {
    accounts.forgot(&who, &client)?;
    Ok(HttpResponse::Accepted().finish())
}

/// Choose a new password
///
/// Takes the token of a mailed link, which works once. Signs out every device.
#[utoipa::path(
    tag = "accounts",
    security(()),
    request_body = NewPassword,
    responses(
        (status = 204, description = "The password is changed"),
        (status = 403, description = "`forbidden`: a page of this origin may not use the server", body = Problem),
        refusals::Any,
        refusals::Body,
    )
)]
#[post("/v1/auth/reset/confirm")]
async fn reset(client: Client, accounts: web::Data<Accounts>, new: Body<NewPassword>) -> Result<HttpResponse> {
    accounts.reset(&new, &client).await?;
    Ok(HttpResponse::NoContent().finish())
}
