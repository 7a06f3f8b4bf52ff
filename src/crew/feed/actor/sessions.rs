//! The event's sessions on this node.

use actix::Handler;

use super::messages::{Counts, Numbers};
use super::{EventActor, SentTally};
use crate::foundation::errors::{Code, Result};
use crate::realtime::attendance::{Attach, Detach, Joined};
use crate::realtime::topic_actor::TopicActor;

impl Handler<Attach> for EventActor {
    type Result = Result<()>;

    fn handle(&mut self, attach: Attach, ctx: &mut Self::Context) -> Self::Result {
        if self.state.is_none() {
            return Err(Code::NotFound.into());
        }
        self.audience.attach(attach);
        self.schedule(ctx);
        Ok(())
    }
}

impl Handler<Counts> for EventActor {
    type Result = Result<Numbers>;

    fn handle(&mut self, Counts { user_id, known }: Counts, ctx: &mut Self::Context) -> Self::Result {
        let state = self.state.as_ref().ok_or(Code::NotFound)?;
        let present = self.headcount.total() + u64::from(!self.headcount.has(user_id));
        let tallies = state.tallies.iter().filter_map(SentTally::added).cloned().collect();
        // What a newcomer knows, the others are sent now, not at the next sweep.
        let behind = known.iter().filter_map(|known| Some((state.place_behind(known)?, known.key.id)));
        for (place, id) in behind {
            self.marks.note_subjects(place, [id]);
        }
        self.schedule(ctx);
        Ok(Numbers { tallies, present })
    }
}

impl Handler<Joined> for EventActor {
    type Result = ();

    fn handle(&mut self, joined: Joined, ctx: &mut Self::Context) {
        if let Some(user_id) = self.audience.mark_present(joined) {
            self.headcount.track(user_id);
            self.schedule(ctx);
        }
    }
}

impl Handler<Detach> for EventActor {
    type Result = ();

    fn handle(&mut self, Detach(subscription): Detach, ctx: &mut Self::Context) {
        let Some(attached) = self.audience.detach(subscription) else { return };
        if attached.is_present {
            self.headcount.untrack(attached.user_id);
        }
        self.schedule(ctx);
        if self.audience.is_empty() {
            self.stop_when_idle(ctx);
        }
    }
}
