//! The operations on comments and reactions.

use std::sync::Arc;

use uuid::Uuid;

use super::settings::RemarkSettings;
use super::store::reacting::{self, ReactionPosition, Set};
use super::store::{self, commenting, counting};
use super::{Comment, CommentChange, NewComment, Reacted, Reaction, Subject};
use crate::crew::feed::hub::EventHub;
use crate::crew::feed::kinds::KeyedTallyId;
use crate::crew::messages::one_emoji;
use crate::crew::profiles::sign_in::SignedIn;
use crate::foundation::db::{Access, Database};
use crate::foundation::errors::{Code, Result};
use crate::foundation::http::{Limit, PagePosition};

/// How often a reaction is tried whose kind goes at that moment.
const TRIES: usize = 5;

/// The service of comments and reactions. Cheap to clone.
#[derive(Clone)]
pub struct Remarks(Arc<Inner>);

struct Inner {
    database: Database,
    hub: Arc<EventHub>,
    tally: KeyedTallyId,
    settings: RemarkSettings,
}

impl Remarks {
    /// Makes the service, whose counts are this tally.
    pub fn new(database: Database, hub: Arc<EventHub>, tally: KeyedTallyId, settings: RemarkSettings) -> Self {
        Remarks(Arc::new(Inner { database, hub, tally, settings }))
    }

    /// Announces that this node has committed a remark.
    fn counted(&self, event_id: Uuid, subject: Subject) {
        self.0.hub.counted_of(event_id, self.0.tally, &[subject.id()]);
    }

    /// Writes a comment. Also returns whether this call did, and not an earlier one with the same id.
    ///
    /// # Errors
    /// `invalid`, `not_member`, `not_found`; `conflict` when the id is taken, or the comment deleted; `rate_limited`,
    /// `unavailable`.
    pub async fn comment(&self, who: &SignedIn, subject: Subject, new: NewComment) -> Result<(Comment, bool)> {
        let new = new.checked()?;
        let id = new.id.unwrap_or_else(Uuid::now_v7);
        let work = async |conn: &mut _| {
            // An author who has left the event gets the first outcome, too.
            if new.id.is_some()
                && let Some(comment) = commenting::written_by(conn, id, subject, who.user_id).await?
            {
                return Ok((comment, None));
            }
            let event_id = store::place(conn, subject).await?.writable()?;
            let place = (subject, event_id, who.user_id);
            let (comment, fresh) = commenting::create(conn, place, id, &new.text, self.0.settings.comments).await?;
            Ok((comment, fresh.then_some(event_id)))
        };
        let (comment, written) = self.0.database.scope(&who.caller, Access::Write, work).await?;
        if let Some(event_id) = written {
            self.counted(event_id, subject);
        }
        Ok((comment, written.is_some()))
    }

    /// Returns a subject's comments after a position, the oldest first.
    ///
    /// # Errors
    /// `not_member`, `not_found`, `unavailable`.
    pub async fn comments(
        &self,
        who: &SignedIn,
        subject: Subject,
        after: Option<PagePosition>,
        limit: Limit,
    ) -> Result<Vec<Comment>> {
        let work = async |conn: &mut _| {
            store::place(conn, subject).await?.readable()?;
            commenting::list(conn, subject, after, limit.rows()).await
        };
        self.0.database.scope(&who.caller, Access::Snapshot, work).await
    }

    /// Changes a comment.
    ///
    /// # Errors
    /// `invalid`, `forbidden`, `not_member`, `not_found`, `unavailable`.
    pub async fn change(&self, who: &SignedIn, id: Uuid, change: CommentChange) -> Result<Comment> {
        let CommentChange { text, op } = change.checked()?;
        let work = async |conn: &mut _| commenting::change(conn, id, who.user_id, &text, op).await;
        self.0.database.scope(&who.caller, Access::Write, work).await
    }

    /// Deletes a comment. A repeat changes nothing.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `unavailable`.
    pub async fn delete(&self, who: &SignedIn, id: Uuid) -> Result<()> {
        let work = async |conn: &mut _| commenting::delete(conn, id, who.user_id).await;
        let (event_id, subject) = self.0.database.scope(&who.caller, Access::Write, work).await?;
        self.counted(event_id, subject);
        Ok(())
    }

    /// Sets a reaction, or takes it back, and returns the subject's counts. A repeat changes nothing.
    ///
    /// # Errors
    /// `invalid`, `not_member`, `not_found`, `rate_limited`, `unavailable`.
    pub async fn react(&self, who: &SignedIn, subject: Subject, emoji: &str, on: bool) -> Result<Reacted> {
        let emoji = one_emoji(emoji)?;
        for _ in 0..TRIES {
            let work = async |conn: &mut _| {
                reacting::react(conn, subject, who.user_id, &emoji, on, self.0.settings.reactions).await
            };
            match self.0.database.service(work).await {
                Ok(Set::Retry) => {}
                Ok(Set::Same) => return self.reacted(who, subject).await,
                Ok(Set::Changed(event_id)) => {
                    self.counted(event_id, subject);
                    return self.reacted(who, subject).await;
                }
                // It does not know what the caller may see, and says the least.
                Err(error) if error.code == Code::NotFound => {
                    let work = async |conn: &mut _| store::place(conn, subject).await?.writable();
                    self.0.database.scope(&who.caller, Access::Snapshot, work).await?;
                    return Err(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(Code::Unavailable.into())
    }

    async fn reacted(&self, who: &SignedIn, subject: Subject) -> Result<Reacted> {
        let work = async |conn: &mut _| {
            let counts = counting::counts_of(conn, &[subject]).await?.remove(&subject).unwrap_or_default();
            let mine = reacting::mine_of(conn, who.user_id, &[subject]).await?.remove(&subject).unwrap_or_default();
            Ok(Reacted { comments: counts.comments, reactions: counts.reactions, mine })
        };
        self.0.database.scope(&who.caller, Access::Snapshot, work).await
    }

    /// Returns a subject's reactions after a position, by emoji; with `emoji` those of one alone.
    ///
    /// # Errors
    /// `not_member`, `not_found`, `unavailable`.
    pub async fn reactions(
        &self,
        who: &SignedIn,
        subject: Subject,
        emoji: Option<&str>,
        after: Option<ReactionPosition>,
        limit: Limit,
    ) -> Result<Vec<Reaction>> {
        let work = async |conn: &mut _| {
            store::place(conn, subject).await?.readable()?;
            reacting::list(conn, subject, emoji, after, limit.rows()).await
        };
        self.0.database.scope(&who.caller, Access::Snapshot, work).await
    }
}
