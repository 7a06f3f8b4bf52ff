//! Finds what the bus has lost: compares what is known of the people's pods with Postgres.

use std::collections::HashSet;
use std::time::Instant;

use actix::fut::wrap_future;
use actix::{ActorFutureExt, AsyncContext, Context, Handler};
use uuid::Uuid;

use super::{Inbox, KnownPod};
use crate::crew::inbox::declared::RemovalReason;
use crate::crew::inbox::messages::Compare;
use crate::crew::inbox::store::{self, Membership};
use crate::foundation::errors::Result;
use crate::foundation::metrics;

impl Membership {
    pub(super) fn known(&self, entered: Instant) -> KnownPod {
        let (since, read, head) = (self.since_seq, self.read_seq, self.head);
        KnownPod { since, read, head, flags: self.flags(), entered }
    }
}

impl Inbox {
    /// Reads all memberships of the people who watch here, in one statement, and sends what differs. `epoch_changed`
    /// also sends what has gone back.
    pub(super) fn compare(&mut self, epoch_changed: bool, ctx: &mut Context<Self>) {
        if self.people.is_empty() || self.comparing {
            return;
        }
        self.comparing = true;
        let (database, people) = (self.database.clone(), self.people.keys().copied().collect::<Vec<_>>());
        let began = Instant::now();
        let asked: HashSet<Uuid> = people.iter().copied().collect();
        let reading = async move { database.service(async |conn| store::memberships(conn, people).await).await };
        ctx.spawn(wrap_future::<_, Self>(reading).map(move |outcome: Result<Vec<Membership>>, inbox, ctx| {
            inbox.comparing = false;
            metrics::SWEEP_SECONDS.histogram(&[("of", "inboxes")]).record(began.elapsed());
            match outcome {
                Ok(rows) => inbox.compared(&rows, &asked, began, epoch_changed, ctx),
                // The next comparison repairs it.
                Err(cause) => tracing::debug!(%cause, "cannot compare inboxes"),
            }
        }));
    }

    fn compared(
        &mut self,
        rows: &[Membership],
        asked: &HashSet<Uuid>,
        began: Instant,
        epoch_changed: bool,
        ctx: &mut Context<Self>,
    ) {
        let found = metrics::SWEEP_FOUND.counter(&[("of", "inboxes")]);
        for row in rows {
            let Some(known) = self.known(row.user_id, row.pod_id) else {
                self.came(row.user_id, row.pod_id, row.since_seq, ctx);
                found.increment(1);
                continue;
            };
            if known.since < row.since_seq {
                self.came(row.user_id, row.pod_id, row.since_seq, ctx);
                found.increment(1);
            } else if known.head < row.head || known.read < row.read_seq || (epoch_changed && known.head != row.head) {
                known.head = row.head;
                self.due.insert(row.pod_id);
                found.increment(1);
            }
            self.found_marked(row.user_id, row.pod_id, row.flags());
        }
        let held: HashSet<(Uuid, Uuid)> = rows.iter().map(|row| (row.user_id, row.pod_id)).collect();
        // People who joined after the reading began may be missing in it.
        let gone = self.people.iter().filter(|(user_id, _)| asked.contains(*user_id)).flat_map(|(user_id, person)| {
            let before = person.pods.iter().filter(|(_, known)| known.entered < began);
            before.map(|(pod_id, _)| (*user_id, *pod_id))
        });
        let gone: Vec<(Uuid, Uuid)> = gone.filter(|each| !held.contains(each)).collect();
        for (user_id, pod_id) in gone {
            found.increment(1);
            self.send_departure(user_id, pod_id, ctx);
        }
        self.gather(ctx);
    }

    /// Sends that a person is no member any more. The pod's log says why.
    fn send_departure(&self, user_id: Uuid, pod_id: Uuid, ctx: &mut Context<Self>) {
        let database = self.database.clone();
        let reading = async move { database.service(async |conn| store::end_of(conn, pod_id, user_id).await).await };
        ctx.spawn(wrap_future::<_, Self>(reading).map(move |outcome, inbox, _| match outcome {
            Ok(Some((kind, position))) => inbox.removed(user_id, pod_id, RemovalReason::read(&kind), position),
            // The pod is gone with its event.
            Ok(None) => inbox.removed(user_id, pod_id, RemovalReason::Closed, i64::MAX),
            // The next comparison finds it again.
            Err(cause) => tracing::debug!(%cause, "cannot read how a membership ended"),
        }));
    }
}

impl Handler<Compare> for Inbox {
    type Result = ();

    fn handle(&mut self, Compare { epoch_changed }: Compare, ctx: &mut Self::Context) {
        if epoch_changed {
            // These positions belong to another history.
            self.gone.clear();
        }
        self.compare(epoch_changed, ctx);
    }
}
