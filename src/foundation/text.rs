//! Texts as people see them: what of a text is visible, and what a name may hold.
//!
//! A character is visible if it leaves a mark on the screen by itself. White space, the many characters without any ink
//! (U+200B, U+3164, U+2800, …), and marks that need a letter to stand on are not. A character that Unicode does not know yet
//! is visible: new emoji come every year.
//!
//! A *name* is one line: of a person, a pod, an artist, a city, a venue. It stands in the middle of other people's lines, so it
//! must not turn them round or break them. Joiners inside words stay, since Persian words and families of emoji are made of them;
//! so do the marks of direction (U+200E, U+200F, U+061C), which reach no further than the name. [`line()`] holds a name against
//! these rules, [`mended`] makes the best of one that nobody can be asked about.
//!
//! A *message* may have lines, and characters that turn its direction: it stands alone. It need only be visible.

use std::fmt;

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::UnicodeNormalization;

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Nothing of it can be seen.
    Blank,
    /// It has a line break, or another character that steers devices.
    Control,
    /// It has characters that turn the direction of what follows.
    Bidi,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Wrong::Blank => "must not be blank",
            Wrong::Control => "must be one line without control characters",
            Wrong::Bidi => "must not have characters that change the direction of text",
        })
    }
}

/// Whether something of a text can be seen.
pub fn is_visible(text: &str) -> bool {
    text.chars().any(is_inked)
}

/// Returns a name as it is stored: in NFC, without blanks at its ends, and with one space where there are several.
///
/// # Errors
/// What it must not be or have.
pub fn line(text: &str) -> Result<String, Wrong> {
    let name = spaced(text);
    if name.chars().any(is_bidi) {
        Err(Wrong::Bidi)
    } else if name.chars().any(breaks) {
        Err(Wrong::Control)
    } else if !is_visible(&name) {
        Err(Wrong::Blank)
    } else {
        Ok(name)
    }
}

/// Returns the best name of at most `max` characters that can be made of a text; `None` if nothing of it can be seen.
pub fn mended(text: &str, max: usize) -> Option<String> {
    let spaces = |c| if is_line_end(c) { ' ' } else { c };
    let kept: String = text.chars().map(spaces).filter(|c| !is_bidi(*c) && !breaks(*c)).collect();
    let name = spaced(&kept);
    let cut: String = name.chars().take(max).collect();
    Some(spaced(&cut)).filter(|name| is_visible(name))
}

/// The same text in NFC, without blanks at its ends, and with one space where there are several.
fn spaced(text: &str) -> String {
    let text: String = text.nfc().collect();
    let mut out = String::with_capacity(text.len());
    let mut rest = text.trim_matches(is_blank);
    while let Some(start) = rest.find(is_blank) {
        let (word, from) = rest.split_at(start);
        let end = from.find(|c| !is_blank(c)).unwrap_or(from.len());
        let (blanks, after) = from.split_at(end);
        out.push_str(word);
        match blanks {
            // A name of two lines is refused, and not made one.
            _ if blanks.chars().any(breaks) => out.push_str(blanks),
            _ if blanks.chars().any(is_space) => out.push(' '),
            // Within a word these say where a line may end, or where letters do not join.
            _ => out.push_str(blanks),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Whether a character leaves ink by itself.
fn is_inked(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let inkless = GeneralCategoryGroup::Separator
        .union(GeneralCategoryGroup::Mark)
        .union(GeneralCategoryGroup::Control)
        .union(GeneralCategoryGroup::Format);
    !inkless.contains(category)
        && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        // A braille cell without dots, a note without a head, the place of an object that is not there, and what is no character.
        && !matches!(c, '\u{2800}' | '\u{1d159}' | '\u{fffc}' | '\u{fdd0}'..='\u{fdef}')
        && u32::from(c) & 0xfffe != 0xfffe
}

/// Whether a character turns the direction of what follows, beyond itself.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character ends a line.
fn is_line_end(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character has no place in one line. A tab is white space like any other.
fn breaks(c: char) -> bool {
    is_line_end(c) || (c.is_control() && c != '\t')
}

/// Whether a character has the width of a space, and no ink.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{2800}' | '\u{3164}' | '\u{ffa0}')
}

/// Whether a character is a space, or nothing at all at the end of a name.
fn is_blank(c: char) -> bool {
    is_space(c) || matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What has no ink, each alone.
    const INKLESS: [&str; 24] = [
        "",
        " ",
        "\t",
        "\n",
        "\u{a0}",
        "\u{ad}",
        "\u{301}",
        "\u{34f}",
        "\u{115f}",
        "\u{180e}",
        "\u{200b}",
        "\u{200d}",
        "\u{200f}",
        "\u{2028}",
        "\u{202e}",
        "\u{2060}",
        "\u{2800}",
        "\u{3000}",
        "\u{3164}",
        "\u{fe0f}",
        "\u{feff}",
        "\u{ffa0}",
        "\u{e0041}",
        "\u{20e3}",
    ];

    #[test]
    fn what_has_no_ink_is_no_name_and_no_message() {
        for text in INKLESS {
            assert!(!is_visible(text), "{text:?}");
            assert!(line(text).is_err(), "{text:?}");
            assert_eq!(mended(text, 80), None, "{text:?}");
        }
        assert!(!is_visible(&INKLESS.concat()));
    }

    #[test]
    fn what_people_write_is_visible_and_stays() {
        // U+1FAFF has no meaning yet. The Persian word has a ZWNJ, the family ZWJs, England's flag tags.
        for text in [
            "a",
            "!!!",
            "7",
            "é",
            "漢",
            "한글",
            "می‌خواهم",
            "👨‍👩‍👧",
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
            "1️⃣",
            "❤️",
            "\u{1faff}",
            "नमस्ते",
            "שלום\u{200f}!",
            "–",
            "Ana Lux",
        ] {
            assert!(is_visible(text), "{text}");
            assert_eq!(line(text).as_deref(), Ok(text));
            assert_eq!(mended(text, 80).as_deref(), Some(text));
        }
    }

    #[test]
    fn spaces_are_one() {
        for (text, name) in [
            ("Two  Words", "Two Words"),
            ("Two\tWords", "Two Words"),
            ("Two\u{a0}\u{3000}Words", "Two Words"),
            ("Two \u{200b} Words", "Two Words"),
            ("Two\u{3164}Words", "Two Words"),
            ("\u{feff} Ana\u{200b}\n", "Ana"),
            ("ส\u{200b}ก", "ส\u{200b}ก"),
            ("e\u{301}", "é"),
        ] {
            assert_eq!(line(text).as_deref(), Ok(name), "{text:?}");
        }
    }

    #[test]
    fn a_name_turns_and_breaks_no_line() {
        for c in ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}') {
            assert_eq!(line(&format!("neB{c}")), Err(Wrong::Bidi));
        }
        for c in ['\n', '\r', '\u{b}', '\u{85}', '\u{2028}', '\u{2029}', '\0', '\u{1b}', '\u{7f}'] {
            assert_eq!(line(&format!("a{c}b")), Err(Wrong::Control), "{c:?}");
        }
    }

    #[test]
    fn a_bad_name_is_mended() {
        assert_eq!(mended("neB\u{202e}", 80).as_deref(), Some("neB"));
        assert_eq!(mended(" Ana\u{2028}\u{2029}Lux\0 ", 80).as_deref(), Some("Ana Lux"));
        assert_eq!(mended("\u{202e}\u{200b}", 80), None);
        assert_eq!(mended(&"ü".repeat(200), 80), Some("ü".repeat(80)));
        assert_eq!(mended("abc def", 4).as_deref(), Some("abc"));
    }

    /// Texts in which what is to be looked at is frequent.
    fn texts() -> impl Strategy<Value = String> {
        let odd = prop::sample::select(INKLESS.to_vec()).prop_map(str::to_owned);
        prop::collection::vec(prop_oneof![odd, "[a-z ]{1,3}", any::<char>().prop_map(String::from)], 0..12)
            .prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn a_name_that_is_taken_is_taken_again_as_it_is(text in texts()) {
            if let Ok(name) = line(&text) {
                prop_assert_eq!(line(&name), Ok(name.clone()));
                prop_assert!(!name.contains("  ") && name.trim() == name && is_visible(&name));
                prop_assert_eq!(mended(&name, usize::MAX), Some(name));
            }
        }

        #[test]
        fn what_is_mended_is_a_name(text in texts(), max in 1usize..10) {
            if let Some(name) = mended(&text, max) {
                prop_assert!(name.chars().count() <= max);
                prop_assert_eq!(line(&name), Ok(name));
            }
        }

        #[test]
        fn what_can_be_seen_is_named(text in texts()) {
            prop_assert_eq!(mended(&text, usize::MAX).is_some(), is_visible(&text.nfc().collect::<String>()));
        }
    }
}
