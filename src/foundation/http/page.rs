//! Lists with pages.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::foundation::errors::{Error, Result};

/// The most items of a page.
pub const MAX_ITEMS: u32 = 200;

const DEFAULT_ITEMS: u32 = 50;

/// The longest cursor that is read, in bytes.
const MAX_CURSOR_BYTES: usize = 1_024;

/// The part of a list to return.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The most items to return; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// The `next` of the previous page; the first page if absent.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// Returns how many items are wanted.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::foundation::errors::Code::Invalid) unless it is 1 to [`MAX_ITEMS`].
    pub fn limit(&self) -> Result<Limit> {
        match self.limit {
            None => Ok(Limit(DEFAULT_ITEMS)),
            Some(limit) => u32::try_from(limit)
                .ok()
                .filter(|limit| (1..=MAX_ITEMS).contains(limit))
                .map(Limit)
                .ok_or_else(|| Error::invalid("?limit", format!("must be between 1 and {MAX_ITEMS}"))),
        }
    }

    /// Returns where the page begins: the key of the last item of the previous page.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::foundation::errors::Code::Invalid) if the cursor does not belong to this list.
    pub fn position<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        let Some(cursor) = self.cursor.as_deref() else { return Ok(None) };
        let wrong = || Error::invalid("?cursor", "must be a cursor of this list");
        if cursor.len() > MAX_CURSOR_BYTES {
            return Err(wrong());
        }
        let key = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?;
        // A cursor is not signed: a made-up one reveals nothing more, but must not carry a NUL to Postgres.
        if String::from_utf8_lossy(&key).contains(r"\u0000") {
            return Err(wrong());
        }
        serde_json::from_slice(&key).map(Some).map_err(|_| wrong())
    }
}

/// The most items of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u32);

impl Limit {
    /// Returns the number of items.
    pub fn items(self) -> usize {
        self.0 as usize
    }

    /// Returns how many rows to query: one more, which tells whether there is a next page.
    pub fn rows(self) -> i64 {
        i64::from(self.0) + 1
    }
}

/// A part of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// The `cursor` of the next page; `null` on the last one. Opaque: its form may change.
    #[schema(required)]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page from up to [`Limit::rows`] rows. `key` is what the list is ordered by; [`PageQuery::position`]
    /// returns it for the next page.
    pub fn of<K: Serialize>(mut items: Vec<T>, limit: Limit, key: impl Fn(&T) -> K) -> Self {
        let more = items.len() > limit.items();
        items.truncate(limit.items());
        let next = items.last().filter(|_| more).map(&key);
        Page::until(items, next)
    }

    /// Makes a page that ends where it says, however few items it has; `None` on the last one.
    pub fn until<K: Serialize>(items: Vec<T>, next: Option<K>) -> Self {
        let next = next.map(|key| {
            let key = serde_json::to_vec(&key).expect("keys are tuples of texts, numbers, times and ids");
            URL_SAFE_NO_PAD.encode(key)
        });
        Page { items, next }
    }

    /// Makes a page of a list that fits on one.
    pub fn whole(items: Vec<T>) -> Self {
        Page { items, next: None }
    }

    /// Returns the page with its items converted.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(limit: Option<i64>, cursor: Option<&str>) -> PageQuery {
        PageQuery { limit, cursor: cursor.map(str::to_owned) }
    }

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let all: Vec<u32> = (0..7).collect();
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let query = query(Some(3), cursor.as_deref());
            let (limit, after) = (query.limit().unwrap(), query.position::<(u32, String)>().unwrap());
            let from = after.map_or(0, |(last, _)| last + 1);
            let rows = all.iter().copied().filter(|n| *n >= from).take(limit.rows() as usize).collect();
            let page = Page::of(rows, limit, |n| (*n, "é/\"".to_owned()));
            seen.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn a_page_that_is_just_full_is_the_last() {
        let limit = query(Some(2), None).limit().unwrap();
        assert!(Page::of(vec![1, 2], limit, |n| *n).next.is_none());
        assert!(Page::of(vec![1, 2, 3], limit, |n| *n).next.is_some());
        assert!(Page::of(Vec::<u8>::new(), limit, |n| *n).next.is_none());
    }

    #[test]
    fn limits_have_bounds() {
        assert_eq!(query(None, None).limit().unwrap().items(), 50);
        for wrong in [0, -1, 201, i64::MAX] {
            assert_eq!(query(Some(wrong), None).limit().unwrap_err().errors[0].pointer, "?limit");
        }
    }

    #[test]
    fn cursors_that_are_not_ours_are_refused() {
        let nul = URL_SAFE_NO_PAD.encode(r#"[1,"a\u0000"]"#);
        let other = URL_SAFE_NO_PAD.encode("[1]");
        for wrong in ["", "%%%", "AAAA", &nul, &other, &"A".repeat(2_000)] {
            let error = query(None, Some(wrong)).position::<(u32, String)>().unwrap_err();
            assert_eq!(error.errors[0].pointer, "?cursor", "{wrong}");
        }
    }
}
