//! The calls of the [`journal`] about pods: seats taken and left, and what owners do.

use uuid::Uuid;

use super::settings::JoinLimits;
use super::{JoinPolicy, NewPod};
use crate::crew::journal::call::Call;
use crate::crew::journal::{self, Subject};
use crate::foundation::errors::{Code, Error};
use crate::foundation::settings::Allowance;

/// Opens a pod. The creator may open `limit` pods in a period.
pub(super) fn open(by: Uuid, new: NewPod, limit: Option<Allowance>, joins: JoinLimits) -> Call {
    let NewPod { id, event_id, name, join_policy } = new;
    let function = "podium.pod_open($1, $2, $3, $4, $5, $6, $7, $8)";
    let call = of(id, function).with(id).with(event_id).with(by).with(name).with(join_policy.as_str());
    let (limit, [_, _, pods]) = (limit.map(Allowance::as_sql), joins.as_sql());
    call.about_event(event_id).with(limit.map(|[count, _]| count)).with(limit.map(|[_, seconds]| seconds)).with(pods)
}

/// Takes a seat for a person.
pub(super) fn join(pod_id: Uuid, user_id: Uuid, limits: JoinLimits) -> Call {
    let [joins, seconds, pods] = limits.as_sql();
    let call = of(pod_id, "podium.pod_join($1, $2, $3, $4, $5)").with(pod_id).with(user_id);
    call.with(joins).with(seconds).with(pods)
}

/// Gives up a person's seat.
pub(super) fn leave(pod_id: Uuid, user_id: Uuid) -> Call {
    let call = of(pod_id, "podium.pod_leave($1, $2)").with(pod_id).with(user_id);
    call.done_if(&["not_member", "not_found"])
}

/// Bars a person, a member or not, until they are admitted, for the owner.
pub(super) fn remove(pod_id: Uuid, by: Uuid, user_id: Uuid) -> Call {
    of(pod_id, "podium.pod_remove($1, $2, $3)").with(pod_id).with(by).with(user_id)
}

/// Lets a person take a seat, for the owner.
pub(super) fn admit(pod_id: Uuid, by: Uuid, user_id: Uuid) -> Call {
    of(pod_id, "podium.pod_admit($1, $2, $3)").with(pod_id).with(by).with(user_id)
}

/// Changes the pod's name or join policy, for the owner.
pub(super) fn change(pod_id: Uuid, by: Uuid, name: Option<String>, join_policy: Option<JoinPolicy>) -> Call {
    let call = of(pod_id, "podium.pod_change($1, $2, $3, $4)").with(pod_id).with(by);
    call.with(name).with(join_policy.map(JoinPolicy::as_str)).may_change_a_card()
}

/// Makes another member the owner, for the owner.
pub(super) fn hand_over(pod_id: Uuid, by: Uuid, user_id: Uuid) -> Call {
    of(pod_id, "podium.pod_hand_over($1, $2, $3)").with(pod_id).with(by).with(user_id)
}

/// Closes the pod, for the owner.
pub(super) fn close(pod_id: Uuid, by: Uuid) -> Call {
    of(pod_id, "podium.pod_close($1, $2)").with(pod_id).with(by).done_if(&["not_found"])
}

fn of(pod_id: Uuid, function: &'static str) -> Call {
    Call::new(Subject::Pod(pod_id), function, refusal)
}

/// Returns the error for a code that a function about pods returns.
pub(in crate::crew) fn refusal(code: &str) -> Error {
    match code {
        "pod_full" => Code::PodFull.into(),
        "too_many_pods" => {
            Error::because(Code::Conflict, "leave another pod of this event first").with("state", "too_many_pods")
        }
        "invalid_heir" => Error::invalid("/user_id", "must be a member of this pod"),
        code => journal::refusal(code),
    }
}
