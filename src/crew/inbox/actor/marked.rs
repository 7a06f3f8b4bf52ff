//! What a person marks a pod with, told to their devices.

use actix::{Context, Handler};
use uuid::Uuid;

use super::Inbox;
use crate::crew::inbox::Flags;
use crate::crew::inbox::declared::{OwnPodMarked, POD_MARKED};
use crate::crew::inbox::messages::Marked;
use crate::crew::inbox::store::Membership;

impl Membership {
    pub(super) fn flags(&self) -> Flags {
        Flags { pinned_at: self.pinned_at, marked_unread: self.marked_unread }
    }
}

impl Inbox {
    /// A reading has found these marks: tells the person's devices of them, unless they were told.
    pub(super) fn found_marked(&mut self, user_id: Uuid, pod_id: Uuid, flags: Flags) {
        if self.known(user_id, pod_id).is_some_and(|known| known.flags != flags) {
            self.tell_marked(user_id, pod_id, flags);
        }
    }

    /// Tells a person's devices of their marks. Not only of what differs from what is known here: a device that joined a moment
    /// ago may have read something newer.
    fn tell_marked(&mut self, user_id: Uuid, pod_id: Uuid, flags: Flags) {
        let Some(known) = self.known(user_id, pod_id) else { return };
        known.flags = flags;
        self.tell(user_id, POD_MARKED, &OwnPodMarked { pod_id, flags });
    }
}

impl Handler<Marked> for Inbox {
    type Result = ();

    fn handle(&mut self, Marked { pod_id, user_id, flags }: Marked, _: &mut Context<Self>) {
        self.tell_marked(user_id, pod_id, flags);
    }
}
