//! The actions of people in a group chat, in proportion: most frames are typing notices and read marks.

use crate::random::Random;

/// An action of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Sends a message.
    Message,
    /// Begins or stops typing.
    Typing,
    /// Marks everything as read.
    Read,
    /// Reacts to the newest message.
    Reaction,
    /// Edits the own newest message.
    Edit,
    /// Deletes it.
    Delete,
}

/// The shares of a thousand actions.
const SHARES: [(Deed, usize); 6] = [
    (Deed::Typing, 420),
    (Deed::Read, 260),
    (Deed::Message, 240),
    (Deed::Reaction, 60),
    (Deed::Edit, 15),
    (Deed::Delete, 5),
];

impl Deed {
    /// Returns a random action.
    pub fn choose(random: &mut Random) -> Deed {
        let mut at = random.below(1000);
        for (deed, share) in SHARES {
            if at < share {
                return deed;
            }
            at -= share;
        }
        Deed::Message
    }

    /// Returns the name in reports: its event.
    pub fn name(self) -> &'static str {
        match self {
            Deed::Message => "message:new",
            Deed::Typing => "typing",
            Deed::Read => "read",
            Deed::Reaction => "reaction:set",
            Deed::Edit => "message:edit",
            Deed::Delete => "message:delete",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_make_a_whole() {
        assert_eq!(SHARES.iter().map(|(_, share)| share).sum::<usize>(), 1000);
    }
}
