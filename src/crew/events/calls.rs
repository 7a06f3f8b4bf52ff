//! The calls of the [`journal`] about events, which end places in pods, or pods.

use uuid::Uuid;

use crate::crew::journal::call::Call;
use crate::crew::journal::{self, Subject};

/// Takes a person out of an event and all its pods.
pub fn leave(event_id: Uuid, user_id: Uuid) -> Call {
    let call = of(event_id, "podium.leave_event($1, $2)").with(event_id).with(user_id);
    call.may_change_a_card().may_change_members().done_if(&["not_member", "not_found"])
}

/// Deletes an event that nobody but its maker has joined, and all its pods.
pub fn delete(event_id: Uuid, by: Uuid) -> Call {
    let call = of(event_id, "podium.event_delete($1, $2)").with(event_id).with(by);
    call.may_change_a_card().ends_pods().done_if(&["not_found"])
}

fn of(event_id: Uuid, function: &'static str) -> Call {
    Call::new(Subject::Event(event_id), function, journal::refusal).about_event(event_id)
}
