//! Sends a person's flags of a pod to their devices.

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
    /// Sends flags that were read from Postgres, unless they are known here.
    pub(super) fn found_marked(&mut self, user_id: Uuid, pod_id: Uuid, flags: Flags) {
        if self.known(user_id, pod_id).is_some_and(|known| known.flags != flags) {
            self.send_marked(user_id, pod_id, flags);
        }
    }

    /// Sends a person's flags to their devices, even if they are known here: a device that joined a moment ago may have
    /// read something newer.
    fn send_marked(&mut self, user_id: Uuid, pod_id: Uuid, flags: Flags) {
        let Some(known) = self.known(user_id, pod_id) else { return };
        known.flags = flags;
        self.send(user_id, POD_MARKED, &OwnPodMarked { pod_id, flags });
    }
}

impl Handler<Marked> for Inbox {
    type Result = ();

    fn handle(&mut self, Marked { pod_id, user_id, flags }: Marked, _: &mut Context<Self>) {
        self.send_marked(user_id, pod_id, flags);
    }
}
