//! The HTTP route of the search for messages.

use actix_web::{get, web};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::service::MessageSearch;
use super::{FoundMessage, MAX_QUERY};
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::errors::{Error, Result};
use crate::foundation::http::{Json, Page, PageQuery, Query, refusals};
use crate::foundation::text;

/// Registers the route.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(find);
}

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
struct WordsQuery {
    /// Up to eight words, each of which must occur; further ones are ignored. Case and accents do not matter. A word of
    /// a letter or two is the beginning of a word; a longer one may be anywhere in one.
    #[param(min_length = 1, max_length = 200)]
    q: String,
}

/// Find messages
///
/// In the caller's pods, since they came there; the newest first. Deleted messages are not found. A page ends after
/// some 20,000 messages, however few of them match: go on with `next` as long as there is one, also after a page
/// without items.
#[utoipa::path(
    tag = "messages",
    security(("token" = [])),
    params(WordsQuery, PageQuery),
    responses(
        (status = 200, description = "A page of messages with their pods", body = Page<FoundMessage>),
        refusals::TokenSearch,
        refusals::Query,
    )
)]
#[get("/v1/me/search")]
async fn find(
    who: SignedIn,
    search: web::Data<MessageSearch>,
    query: Query<WordsQuery>,
    page: Query<PageQuery>,
) -> Result<Json<Page<FoundMessage>>> {
    let (limit, before) = (page.limit()?, page.position()?);
    let words = text::mended(&query.q, usize::MAX).unwrap_or_default();
    if words.trim().is_empty() {
        return Err(Error::invalid("?q", "must not be blank"));
    }
    if words.chars().count() > MAX_QUERY {
        return Err(Error::invalid("?q", format!("must be at most {MAX_QUERY} characters")));
    }
    let found = search.find(who.user_id, &words, before, limit).await?;
    Ok(Json(Page::until(found.messages, found.until)))
}
