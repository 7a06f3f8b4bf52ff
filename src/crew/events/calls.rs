//! The calls of the [`journal`] about events, which end places in pods, or pods.

use uuid::Uuid;

use crate::crew::journal::call::Call;
use crate::crew::journal::{self, Subject};
use crate::foundation::errors::{Code, Error};

/// Takes a person out of an event and all its pods.
pub fn leave(event_id: Uuid, user_id: Uuid) -> Call {
    let function = "podium.leave_event($1, $2)";
    let call = Call::new(Subject::Event(event_id), function, journal::refusal).about_event(event_id);
    let call = call.with(event_id).with(user_id);
    call.may_change_a_card().may_change_members().done_if(&["not_member", "not_found"])
}

/// Bars a person from an event, and takes them out of it and all its pods, on behalf of its maker or a host.
pub fn remove(event_id: Uuid, by: Uuid, user_id: Uuid) -> Call {
    let function = "podium.event_remove($1, $2, $3)";
    let call = Call::new(Subject::Event(event_id), function, journal::refusal).about_event(event_id);
    call.with(event_id).with(by).with(user_id).may_change_a_card().may_change_members()
}

/// Deletes an event that nobody but its maker has joined, and all its pods.
pub fn delete(event_id: Uuid, by: Uuid) -> Call {
    let function = "podium.event_delete($1, $2)";
    let call = Call::new(Subject::Event(event_id), function, refusal_to_delete).about_event(event_id);
    call.with(event_id).with(by).may_change_a_card().ends_pods().done_if(&["not_found"])
}

fn refusal_to_delete(code: &str) -> Error {
    match code {
        "conflict" => Error::because(Code::Conflict, "other people have joined the event; cancel it instead"),
        other => journal::refusal(other),
    }
}
