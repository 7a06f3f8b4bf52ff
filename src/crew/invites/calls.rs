//! What invitations ask of the [journal](crate::crew::journal).

use uuid::Uuid;

use crate::crew::journal::Subject;
use crate::crew::journal::call::Call;
use crate::crew::pods;
use crate::foundation::errors::{Code, Error};

/// Whoever knows an invitation's code takes a seat in the pod that it leads into, and joins the event if need be.
pub(super) fn accept(pod_id: Uuid, user_id: Uuid, code: String) -> Call {
    let call = Call::new(Subject::Pod(pod_id), "podium.invite_accept($1, $2)", refusal);
    call.with(code).with(user_id).may_change_members()
}

/// Returns the refusal that a function about invitations answers with this code.
pub(super) fn refusal(code: &str) -> Error {
    match code {
        "invite_closed" => spent("closed", "the pod is closed"),
        "invite_revoked" => spent("revoked", "the invitation was taken back"),
        "invite_expired" => spent("expired", "the invitation has expired"),
        "invite_used_up" => spent("used_up", "the invitation is used up"),
        code => pods::calls::refusal(code),
    }
}

/// An invitation that lets nobody in any more.
fn spent(state: &str, reason: &'static str) -> Error {
    Error::because(Code::Conflict, reason).with("state", state)
}
