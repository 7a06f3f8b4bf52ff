//! The log of a pod as one member keeps it, by PROTOCOL alone.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use uuid::Uuid;

use super::wire::{self, Message};

/// A message in its newest form.
pub struct Held {
    pub id: Uuid,
    pub changed_seq: i64,
    pub user_id: Uuid,
    pub is_text: bool,
    pub is_deleted: bool,
    /// When and where its words were said.
    pub stamp: Option<Stamp>,
    /// All of it, as it came.
    pub raw: Box<str>,
}

/// When words were said, in microseconds since the crowd gathered, and at which node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub at: u64,
    pub node: usize,
}

impl Stamp {
    /// Words that carry it.
    pub fn words(self, rest: &str) -> String {
        format!("{} {} {rest}", self.at, self.node)
    }

    fn read(text: &str) -> Option<Stamp> {
        let mut words = text.splitn(3, ' ');
        Some(Stamp { at: words.next()?.parse().ok()?, node: words.next()?.parse().ok()? })
    }
}

/// The log, and from where on it is to be resumed.
#[derive(Default)]
pub struct Log {
    pub held: BTreeMap<i64, Held>,
    /// `None` before the first join.
    pub position: Option<i64>,
    /// The newest live change on the current socket, or the head of its join.
    live: i64,
    /// Whether pages are missing.
    is_paging: bool,
}

impl Log {
    /// A join was answered with this page.
    pub fn joined(&mut self, page: &wire::Page<'_>) {
        assert!(!page.reset, "what was shown is no more");
        let head = page.head.expect("a head");
        match self.position {
            Some(after) => self.take_page(&page.messages, after),
            None => page.messages.iter().for_each(|message| {
                self.apply(message);
            }),
        }
        let first = self.position.is_none();
        self.live = head;
        self.position = Some(head);
        self.is_paging = false;
        if !first {
            self.go_on(page);
        }
    }

    /// A page that was asked for has come.
    pub fn paged(&mut self, page: &wire::Page<'_>) {
        self.take_page(&page.messages, self.position.expect("a position"));
        self.go_on(page);
    }

    fn go_on(&mut self, page: &wire::Page<'_>) {
        self.is_paging = page.more;
        self.position = match page.more {
            true => Some(page.next.expect("where to go on")),
            // What came live meanwhile is above it.
            false => Some(self.live),
        };
    }

    /// After which position the next page is to be asked for.
    pub fn next_page(&self) -> Option<i64> {
        self.position.filter(|_| self.is_paging)
    }

    fn take_page(&mut self, messages: &[&RawValue], after: i64) {
        let mut before = after;
        for message in messages {
            let position = wire::read::<Message<'_>>(message.get()).changed_seq;
            assert!(position > before, "a page ascends, from after {after}: {position} after {before}");
            before = position;
            self.apply(message);
        }
    }

    /// Something was pushed. Answers the stamp of words that were not shown before.
    pub fn live(&mut self, event: &str, message: &RawValue) -> Option<Stamp> {
        let (position, seq, fresh) = self.apply(message);
        assert!(position > self.live, "live pushes ascend and come once: {position} after {}", self.live);
        assert!(seq != position || event == "message:new" || fresh.is_none(), "{event} {}", message.get());
        self.live = position;
        // While pages are missing, the position is theirs, whatever comes live meanwhile.
        if !self.is_paging {
            self.position = Some(position);
        }
        fresh
    }

    /// Answers the message's `changed_seq` and `seq`, and the stamp of its words if they were not shown before.
    fn apply(&mut self, raw: &RawValue) -> (i64, i64, Option<Stamp>) {
        let message: Message<'_> = wire::read(raw.get());
        let (position, seq) = (message.changed_seq, message.seq);
        let known = self.held.get(&seq);
        if let Some(held) = known {
            assert_eq!(held.id, message.id, "two messages of seq {seq}");
            if held.changed_seq >= position {
                assert!(held.changed_seq > position || *held.raw == *raw.get(), "two states of {position}");
                return (position, seq, None);
            }
        }
        let stamp = Stamp::read(&message.text);
        let fresh = stamp.filter(|_| known.and_then(|held| held.stamp) != stamp);
        let held = Held {
            id: message.id,
            changed_seq: position,
            user_id: message.user_id,
            is_text: message.kind == "text",
            is_deleted: message.deleted_at.is_some(),
            stamp,
            raw: raw.get().into(),
        };
        self.held.insert(seq, held);
        (position, seq, fresh)
    }
}
