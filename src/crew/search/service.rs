//! The search for messages.

use uuid::Uuid;

use super::{Findings, LOOKED_AT, TURN, store};
use crate::foundation::db::{Caller, Database};
use crate::foundation::errors::Result;
use crate::foundation::http::{Limit, PagePosition};
use crate::foundation::words::words;

/// The service of the search. Cheap to clone.
#[derive(Clone)]
pub struct MessageSearch(Database);

impl MessageSearch {
    /// Makes the service.
    pub fn new(database: Database) -> Self {
        MessageSearch(database)
    }

    /// Returns the messages of the caller's pods in which every word of the query occurs, the newest first, from before
    /// a place. A moderator finds what anybody would in their place.
    ///
    /// # Errors
    /// `overloaded`, `unavailable`.
    pub async fn find(
        &self,
        user_id: Uuid,
        query: &str,
        before: Option<PagePosition>,
        limit: Limit,
    ) -> Result<Findings> {
        let work = async |conn: &mut _| {
            let patterns: Vec<String> = words(conn, query).await?.iter().map(|word| word.pattern()).collect();
            let mut findings = Findings { messages: Vec::new(), until: before };
            if patterns.is_empty() {
                return Ok(Findings::default());
            }
            for _ in 0..LOOKED_AT / TURN {
                let wanted = limit.items() - findings.messages.len();
                let turn = store::newest(conn, &patterns, findings.until, TURN, wanted).await?;
                findings.messages.extend(turn.messages);
                findings.until = turn.until;
                if findings.until.is_none() || findings.messages.len() >= limit.items() {
                    break;
                }
            }
            Ok(findings)
        };
        self.0.search(&Caller::user(user_id), work).await
    }
}
