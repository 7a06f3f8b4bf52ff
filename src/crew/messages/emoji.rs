//! What may stand as a reaction: one emoji, and no words.
//!
//! The form of an emoji is that of Unicode's technical standard 51 (`emoji_sequence` and `emoji_zwj_sequence`). Which
//! characters may begin one is told by block, a little wider than the standard's list: new emoji come every year, and
//! nobody is harmed by a reaction that shows as an arrow.

use crate::foundation::errors::{Error, Result};

/// The most bytes of a reaction. The longest emoji of Unicode 16 has 35, family and skin tones included.
const BYTES: usize = 64;

const JOINER: char = '\u{200d}';
const AS_EMOJI: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';

/// Holds a reaction against the rules.
///
/// # Errors
/// `invalid` at `/emoji`.
pub fn validate_emoji(emoji: &str) -> Result<()> {
    if emoji.len() <= BYTES && is_emoji(emoji) {
        return Ok(());
    }
    Err(Error::invalid("/emoji", "a reaction is one emoji"))
}

fn is_emoji(text: &str) -> bool {
    let mut rest = text.chars().peekable();
    loop {
        let Some(first) = rest.next() else { return false };
        match first {
            '0'..='9' | '#' | '*' => {
                rest.next_if_eq(&AS_EMOJI);
                return rest.next() == Some(KEYCAP) && rest.next().is_none();
            }
            '\u{1f1e6}'..='\u{1f1ff}' => {
                return rest.next().is_some_and(|second| matches!(second, '\u{1f1e6}'..='\u{1f1ff}'))
                    && rest.next().is_none();
            }
            first if !begins(first) => return false,
            _ => {}
        }
        if rest.next_if(|next| matches!(next, '\u{1f3fb}'..='\u{1f3ff}')).is_none() {
            rest.next_if_eq(&AS_EMOJI);
        }
        // Flags of regions are spelled in tags.
        let mut is_tagged = false;
        while rest.next_if(|next| matches!(next, '\u{e0020}'..='\u{e007e}')).is_some() {
            is_tagged = true;
        }
        if is_tagged && rest.next() != Some('\u{e007f}') {
            return false;
        }
        match rest.next() {
            None => return true,
            Some(JOINER) => {}
            Some(_) => return false,
        }
    }
}

fn begins(first: char) -> bool {
    !matches!(first, '\u{1f3fb}'..='\u{1f3ff}')
        && matches!(first,
        '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}'
        | '\u{2194}'..='\u{21aa}' | '\u{231a}'..='\u{23ff}' | '\u{24c2}' | '\u{25aa}'..='\u{25fe}'
        | '\u{2600}'..='\u{27bf}' | '\u{2934}'..='\u{2935}' | '\u{2b05}'..='\u{2b55}'
        | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}'
        | '\u{1f000}'..='\u{1f0ff}' | '\u{1f170}'..='\u{1f171}' | '\u{1f17e}'..='\u{1f17f}' | '\u{1f18e}'
        | '\u{1f191}'..='\u{1f19a}' | '\u{1f201}'..='\u{1f251}' | '\u{1f300}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_of_every_form_are_reactions() {
        for emoji in [
            "🔥",
            "❤️",
            "❤",
            "👍🏽",
            "👩🏽‍❤️‍💋‍👨🏾",
            "👨‍👩‍👧‍👦",
            "🏳️‍🌈",
            "🇩🇪",
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
            "1️⃣",
            "#️⃣",
            "©️",
            "☝🏿",
            "🫶",
            "🫩",
            "⁉️",
            "▶️",
            "🅰️",
            "🈶",
        ] {
            assert!(validate_emoji(emoji).is_ok(), "{emoji}");
        }
    }

    #[test]
    fn words_and_more_than_one_are_not() {
        for text in [
            "",
            " ",
            "a",
            "ok",
            "1",
            "👍👍",
            "👍 ",
            "🔥a",
            "‍",
            "🔥‍",
            "‍🔥",
            "️",
            "🇩",
            "🇩🇪🇫🇷",
            "🏽🏽",
            "🔥\u{301}",
            "é",
            "漢",
            "\0",
            "🏴󠁧󠁢",
            "1️",
            "<b>",
            "\u{202e}",
        ] {
            assert!(validate_emoji(text).is_err(), "{text:?}");
        }
        assert!(validate_emoji(&["🔥"; 12].join("\u{200d}")).is_err(), "too long");
    }
}
