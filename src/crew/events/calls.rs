//! What events ask of the [`journal`]: what ends places in pods, or the pods themselves.

use uuid::Uuid;

use crate::crew::journal::call::Call;
use crate::crew::journal::{self, Subject};

/// A person leaves an event, and with it all its pods.
pub fn leave(event_id: Uuid, user_id: Uuid) -> Call {
    let call = of(event_id, "podium.leave_event($1, $2)").with(event_id).with(user_id);
    call.may_change_a_card().may_change_members().done_if(&["not_member", "not_found"])
}

/// The maker deletes an event that nobody else has joined, and with it all its pods.
pub fn delete(event_id: Uuid, by: Uuid) -> Call {
    let call = of(event_id, "podium.event_delete($1, $2)").with(event_id).with(by);
    call.may_change_a_card().ends_pods().done_if(&["not_found"])
}

fn of(event_id: Uuid, function: &'static str) -> Call {
    Call::new(Subject::Event(event_id), function, journal::refusal).about_event(event_id)
}
