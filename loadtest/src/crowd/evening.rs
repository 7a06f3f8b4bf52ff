//! What people do of an evening, in the proportions of a group chat: most of what goes over the wire is that somebody
//! types or has read.

use crate::random::Random;

/// One thing that a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Says something.
    Message,
    /// Begins or stops typing.
    Typing,
    /// Has read everything.
    Read,
    /// Reacts to the newest message.
    Reaction,
    /// Mends the own newest message.
    Edit,
    /// Takes it back.
    Delete,
}

/// Of a thousand.
const SHARES: [(Deed, usize); 6] = [
    (Deed::Typing, 420),
    (Deed::Read, 260),
    (Deed::Message, 240),
    (Deed::Reaction, 60),
    (Deed::Edit, 15),
    (Deed::Delete, 5),
];

impl Deed {
    /// One of them, by chance.
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

    /// What it is called in reports: its event.
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
