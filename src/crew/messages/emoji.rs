//! Reactions: a text that is exactly one emoji.
//!
//! The form of an emoji is that of Unicode Technical Standard 51 (`emoji_sequence` and `emoji_zwj_sequence`). The
//! characters that may begin one are listed by block, slightly wider than in the standard: new emoji come every year,
//! and a reaction that shows as an arrow does no harm.

use icu_properties::CodePointSetData;
use icu_properties::props::{Emoji, EmojiPresentation};

use crate::foundation::errors::{Error, Result};

/// Maximum bytes of a reaction. The longest emoji of Unicode 16 has 35, family and skin tones included.
const BYTES: usize = 64;

const JOINER: char = '\u{200d}';
const AS_EMOJI: char = '\u{fe0f}';
const AS_TEXT: char = '\u{fe0e}';
const KEYCAP: char = '\u{20e3}';
const END_OF_TAGS: char = '\u{e007f}';

/// Returns a reaction as it is stored: the spelling of the emoji that Unicode recommends. A character that is shown as
/// text by default gets the emoji selector (❤ becomes ❤️); one that is an emoji anyway, or has a skin tone, gets none.
///
/// # Errors
/// `invalid` at `/emoji`.
pub fn one_emoji(text: &str) -> Result<String> {
    spelled(text).filter(|emoji| emoji.len() <= BYTES).ok_or_else(|| Error::invalid("/emoji", "must be one emoji"))
}

/// Returns the recommended spelling of one emoji, or `None` for any other text.
fn spelled(text: &str) -> Option<String> {
    let mut emoji = String::with_capacity(text.len() + AS_EMOJI.len_utf8());
    let mut rest = text.chars().peekable();
    loop {
        let first = rest.next()?;
        emoji.push(first);
        let has_selector = rest.next_if(|next| matches!(*next, AS_EMOJI | AS_TEXT)).is_some();
        match first {
            '0'..='9' | '#' | '*' => {
                emoji.extend([AS_EMOJI, rest.next()?]);
                return (emoji.ends_with(KEYCAP) && rest.next().is_none()).then_some(emoji);
            }
            '\u{1f1e6}'..='\u{1f1ff}' => {
                let second =
                    rest.next().filter(|second| !has_selector && matches!(second, '\u{1f1e6}'..='\u{1f1ff}'))?;
                emoji.push(second);
                return rest.next().is_none().then_some(emoji);
            }
            first if !begins(first) => return None,
            _ => {}
        }
        match rest.next_if(|next| matches!(next, '\u{1f3fb}'..='\u{1f3ff}')) {
            Some(tone) => emoji.push(tone),
            None if is_text_by_default(first) => emoji.push(AS_EMOJI),
            None => {}
        }
        // Flags of regions are spelled in tags.
        let mut is_tagged = false;
        while let Some(tag) = rest.next_if(|next| matches!(next, '\u{e0020}'..='\u{e007e}')) {
            emoji.push(tag);
            is_tagged = true;
        }
        if is_tagged {
            emoji.push(rest.next().filter(|end| *end == END_OF_TAGS)?);
        }
        match rest.next() {
            None => return Some(emoji),
            Some(JOINER) => emoji.push(JOINER),
            Some(_) => return None,
        }
    }
}

/// Returns whether an emoji is shown as text without a selector. Emoji that Unicode adds later are not.
fn is_text_by_default(emoji: char) -> bool {
    CodePointSetData::new::<Emoji>().contains(emoji) && !CodePointSetData::new::<EmojiPresentation>().contains(emoji)
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
    use proptest::prelude::*;

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
            assert!(one_emoji(emoji).is_ok(), "{emoji}");
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
            assert!(one_emoji(text).is_err(), "{text:?}");
        }
        assert!(one_emoji(&["🔥"; 12].join("\u{200d}")).is_err(), "too long");
    }

    #[test]
    fn the_spellings_of_an_emoji_are_one() {
        for (spelling, one) in [
            ("\u{2764}", "\u{2764}\u{fe0f}"),
            ("\u{2764}\u{fe0e}", "\u{2764}\u{fe0f}"),
            ("\u{1f44d}\u{fe0f}", "\u{1f44d}"),
            ("\u{261d}\u{1f3ff}", "\u{261d}\u{1f3ff}"),
            ("\u{261d}\u{fe0f}\u{1f3ff}", "\u{261d}\u{1f3ff}"),
            ("\u{261d}", "\u{261d}\u{fe0f}"),
            ("1\u{20e3}", "1\u{fe0f}\u{20e3}"),
            ("#\u{fe0f}\u{20e3}", "#\u{fe0f}\u{20e3}"),
            ("\u{1f3f3}\u{200d}\u{1f308}", "\u{1f3f3}\u{fe0f}\u{200d}\u{1f308}"),
            ("\u{1f441}\u{200d}\u{1f5e8}", "\u{1f441}\u{fe0f}\u{200d}\u{1f5e8}\u{fe0f}"),
            (
                "\u{1f469}\u{fe0f}\u{200d}\u{2764}\u{200d}\u{1f468}",
                "\u{1f469}\u{200d}\u{2764}\u{fe0f}\u{200d}\u{1f468}",
            ),
            ("\u{1f1e9}\u{1f1ea}", "\u{1f1e9}\u{1f1ea}"),
            ("\u{1f3f4}\u{fe0f}\u{e0067}\u{e007f}", "\u{1f3f4}\u{e0067}\u{e007f}"),
            // Unicode gives these no meaning yet, or none as an emoji.
            ("\u{1faff}\u{fe0f}", "\u{1faff}"),
            ("\u{2619}\u{fe0f}", "\u{2619}"),
        ] {
            assert_eq!(one_emoji(spelling).as_deref().ok(), Some(one), "{spelling:?}");
        }
    }

    proptest! {
        #[test]
        fn spellings_differ_by_selectors_alone(text in "[\u{2764}\u{1f44d}\u{1f3f3}\u{1f3ff}\u{200d}\u{fe0f}1\u{20e3}\u{1f1e9}]{1,6}") {
            if let Ok(emoji) = one_emoji(&text) {
                prop_assert_eq!(one_emoji(&emoji).ok(), Some(emoji.clone()));
                // The database compares without selectors.
                prop_assert_eq!(emoji.replace(AS_EMOJI, ""), text.replace(AS_EMOJI, ""));
                prop_assert_eq!(one_emoji(&text.replace(AS_EMOJI, "")).ok(), Some(emoji));
            }
        }
    }
}
