//! The calls of the [journal](crate::crew::journal) about invitations.

use uuid::Uuid;

use crate::crew::journal::Subject;
use crate::crew::journal::call::Call;
use crate::crew::pods;
use crate::crew::pods::settings::JoinLimits;
use crate::foundation::errors::{Code, Error};

/// Gives the person a seat in the invitation's pod, and joins them to the event if need be.
pub(super) fn accept(pod_id: Uuid, user_id: Uuid, code: String, limits: JoinLimits) -> Call {
    let [joins, seconds, pods] = limits.as_sql();
    let call = Call::new(Subject::Pod(pod_id), "podium.invite_accept($1, $2, $3, $4, $5)", refusal);
    call.with(code).with(user_id).with(joins).with(seconds).with(pods).may_change_members()
}

/// Returns the error for a code of the SQL functions about invitations.
pub(super) fn refusal(code: &str) -> Error {
    match code {
        "invite_closed" => spent("closed", "the pod is closed"),
        "invite_revoked" => spent("revoked", "the invitation was revoked"),
        "invite_expired" => spent("expired", "the invitation has expired"),
        "invite_used_up" => spent("used_up", "the invitation is used up"),
        code => pods::calls::refusal(code),
    }
}

/// An invitation that cannot be accepted any more.
fn spent(state: &str, reason: &'static str) -> Error {
    Error::because(Code::Conflict, reason).with("state", state)
}
