//! The OpenAPI document and the page to read and try it, as files that are compressed once.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use parking_lot::Mutex;
use utoipa_swagger_ui::Config;

use super::{Asset, Document};
use crate::foundation::errors::{Code, Error};

/// The path of the document.
const PATH: &str = "/openapi.json";

/// The time for which browsers keep what only a release changes. After that they ask with the tag.
pub const FOR_A_RELEASE: &str = "public, max-age=300";

/// The files of the page, and the document.
pub struct ApiPage {
    document: Asset,
    config: Arc<Config<'static>>,
    /// Those that were asked for: no more than the page has.
    files: Mutex<HashMap<String, Arc<Asset>>>,
}

impl ApiPage {
    /// Makes the page of a document.
    pub fn of(document: &Document) -> Self {
        let document = Asset::new(HeaderValue::from_static("application/json"), document.json().to_string());
        ApiPage { document, config: Arc::new(Config::from(PATH)), files: Mutex::default() }
    }

    fn file(&self, path: &str) -> Option<Arc<Asset>> {
        let name = if path.is_empty() { "index.html" } else { path };
        let mut files = self.files.lock();
        if let Some(asset) = files.get(name) {
            return Some(asset.clone());
        }
        let file = utoipa_swagger_ui::serve(name, self.config.clone()).ok().flatten()?;
        let kind = HeaderValue::try_from(file.content_type).ok()?;
        let asset = Arc::new(Asset::new(kind, file.bytes.into_owned()));
        files.insert(name.to_owned(), asset.clone());
        Some(asset)
    }
}

/// Serves the document at `/openapi.json`, and at `/docs` a page to read and try it.
pub fn serve(config: &mut web::ServiceConfig, page: &web::Data<ApiPage>) {
    let to_page = || async { HttpResponse::PermanentRedirect().insert_header(("Location", "/docs/")).finish() };
    config
        .app_data(page.clone())
        .route(PATH, web::get().to(document))
        .route("/docs", web::get().to(to_page))
        .route("/docs/{path:.*}", web::get().to(file));
}

async fn document(request: HttpRequest, page: web::Data<ApiPage>) -> HttpResponse {
    page.document.answer(&request, FOR_A_RELEASE).await
}

async fn file(request: HttpRequest, path: web::Path<String>, page: web::Data<ApiPage>) -> HttpResponse {
    match page.file(&path) {
        Some(file) => file.answer(&request, FOR_A_RELEASE).await,
        None => Error::because(Code::NotFound, "there is nothing at this address").error_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_page_is_made_once_and_no_other_is_kept() {
        let page = ApiPage::of(&Document::of(|_| ()));
        let first = page.file("").expect("the page");
        assert!(Arc::ptr_eq(&first, &page.file("index.html").expect("the page")));
        assert!(page.file("nothing.js").is_none() && page.file("../Cargo.toml").is_none());
        assert_eq!(page.files.lock().len(), 1);
        let start = page.file("swagger-initializer.js").expect("its start");
        assert!(String::from_utf8_lossy(start.plain()).contains(PATH), "it reads the document");
    }
}
