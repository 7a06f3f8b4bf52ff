//! Previews of invitations' links. They show no more than `GET /v1/invites/{code}`.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::service::Invites;
use super::{InviteState, InvitingPod};
use crate::crew::catalogue::{self, InviteNote};
use crate::foundation::errors::{Code, Result};
use crate::foundation::http::{Preview, Previews};
use crate::foundation::language::Language;

/// The pages of invitations: `/i/<code>`.
pub struct InvitePreviews(pub Invites);

impl Previews for InvitePreviews {
    fn page(&self) -> &'static str {
        "invite"
    }

    fn find<'a>(&'a self, name: &'a str, language: Language) -> LocalBoxFuture<'a, Result<Option<Preview>>> {
        async move {
            match self.0.preview(name).await {
                Ok(invite) => Ok(Some(preview(&invite, name, language))),
                Err(error) if error.code == Code::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        }
        .boxed_local()
    }
}

fn preview(invite: &super::Preview, code: &str, language: Language) -> Preview {
    let super::Preview { state, pod, event, invited_by, .. } = invite;
    let texts = catalogue::of(language);
    let mut what = texts.event_title(&event.artist, &event.venue, &event.city);
    if event.cancelled_at.is_some() {
        what = texts.cancelled(&what);
    }
    let (when, note) = (event.time().in_words(language), texts.invite_note(note(*state, pod)));
    Preview {
        title: texts.invite_title(&invited_by.display_name, &pod.name),
        description: format!("{what}. {when}. {note}"),
        path: format!("/i/{code}"),
        // Anyone who finds the link can use it.
        listed: false,
    }
}

fn note(state: InviteState, pod: &InvitingPod) -> InviteNote {
    match state {
        InviteState::Open => InviteNote::Free(pod.free_seats, pod.seats),
        InviteState::Full => InviteNote::Full,
        InviteState::UsedUp => InviteNote::UsedUp,
        InviteState::Expired => InviteNote::Expired,
        InviteState::Revoked => InviteNote::Revoked,
        InviteState::Closed => InviteNote::Closed,
    }
}
