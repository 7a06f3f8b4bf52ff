//! What a link that invites says of itself: what `GET /v1/invites/{code}` tells whoever has it, and no more.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::service::Invites;
use super::{InviteState, InvitingPod};
use crate::foundation::errors::{Code, Result};
use crate::foundation::http::{Preview, Previews};

/// The pages of invitations: `/i/<code>`.
pub struct InvitePreviews(pub Invites);

impl Previews for InvitePreviews {
    fn page(&self) -> &'static str {
        "invite"
    }

    fn find<'a>(&'a self, name: &'a str) -> LocalBoxFuture<'a, Result<Option<Preview>>> {
        async move {
            match self.0.preview(name).await {
                Ok(invite) => Ok(Some(preview(&invite, name))),
                Err(error) if error.code == Code::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        }
        .boxed_local()
    }
}

fn preview(invite: &super::Preview, code: &str) -> Preview {
    let super::Preview { state, pod, event, invited_by, .. } = invite;
    let off = if event.cancelled_at.is_some() { "Called off: " } else { "" };
    let what = format!("{off}{} at {}, {}. {}.", event.artist, event.venue, event.city, event.time().describe());
    Preview {
        title: format!("{} invites you to {}", invited_by.display_name, pod.name),
        description: format!("{what} {}", describe_state(*state, pod)),
        path: format!("/i/{code}"),
        // Whoever finds the link may come in.
        listed: false,
    }
}

fn describe_state(state: InviteState, pod: &InvitingPod) -> String {
    match state {
        InviteState::Open if pod.free_seats == 1 => format!("1 of {} seats is free.", pod.seats),
        InviteState::Open => format!("{} of {} seats are free.", pod.free_seats, pod.seats),
        InviteState::Full => "All seats are taken at the moment.".to_owned(),
        InviteState::UsedUp => "This invitation has been used up.".to_owned(),
        InviteState::Expired => "This invitation has expired.".to_owned(),
        InviteState::Revoked => "This invitation was taken back.".to_owned(),
        InviteState::Closed => "The pod was closed.".to_owned(),
    }
}
