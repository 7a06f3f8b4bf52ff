//! What members do in their pods: say something, and change what was said.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};
use uuid::Uuid;

use super::log::{Log, Stamp};

const EMOJI: [&str; 3] = ["🔥", "❤️", "🎸"];

/// Of the newest messages, so many are changed.
const RECENT: usize = 20;

/// One thing that is done, with the id by which it may be sent again.
#[derive(Debug, Clone)]
pub enum Thing {
    Say { id: Uuid, text: String },
    Edit { id: Uuid, text: String, op: Uuid },
    Delete { id: Uuid, op: Uuid },
    React { id: Uuid, emoji: &'static str, on: bool, op: Uuid },
}

impl Thing {
    /// A change to something in the log: an edit or a deletion of one's own, or a reaction to anybody's.
    pub fn change(log: &Log, by: Uuid, words: &str, stamp: Stamp, rng: &mut StdRng) -> Option<Thing> {
        let recent = log.held.values().rev().take(RECENT).filter(|held| held.is_text && !held.is_deleted);
        let recent: Vec<(Uuid, bool)> = recent.map(|held| (held.id, held.user_id == by)).collect();
        let own: Vec<Uuid> = recent.iter().filter(|(_, mine)| *mine).map(|(id, _)| *id).collect();
        let op = Uuid::now_v7();
        match rng.random_range(0..10) {
            0..4 => {
                let (id, emoji) = (recent.choose(rng)?.0, *EMOJI.choose(rng)?);
                Some(Thing::React { id, emoji, on: rng.random_bool(0.7), op })
            }
            4..8 => Some(Thing::Edit { id: *own.choose(rng)?, text: stamp.words(words), op }),
            _ => Some(Thing::Delete { id: *own.choose(rng)?, op }),
        }
    }

    /// The message that it is about.
    pub fn id(&self) -> Uuid {
        match self {
            Thing::Say { id, .. } | Thing::Edit { id, .. } | Thing::Delete { id, .. } | Thing::React { id, .. } => *id,
        }
    }

    /// Whether it is a new message.
    pub fn is_new(&self) -> bool {
        matches!(self, Thing::Say { .. })
    }

    /// The event and the payload that push it.
    pub fn push(&self) -> (&'static str, Value) {
        match self {
            Thing::Say { id, text } => ("message:new", json!({"id": id, "text": text})),
            Thing::Edit { id, text, op } => ("message:edit", json!({"id": id, "text": text, "op": op})),
            Thing::Delete { id, op } => ("message:delete", json!({"id": id, "op": op})),
            Thing::React { id, emoji, on, op } => {
                ("reaction:set", json!({"id": id, "emoji": emoji, "on": on, "op": op}))
            }
        }
    }
}
