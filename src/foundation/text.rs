//! Texts as people see them: which characters are visible, and which a name may contain.
//!
//! A character is visible if it leaves a mark on the screen by itself. White space, the many characters without ink
//! (U+200B, U+3164, U+2800, …), and combining marks are not visible. A character that this version of Unicode does not
//! define counts as visible: new emoji are added every year.
//!
//! A *name* is one line: of a person, a pod, an artist, a city, a venue. It is shown inside lines of other text, so it
//! must not reverse or break them. Joiners inside words stay, since Persian words and family emoji need them; so do the
//! marks of direction (U+200E, U+200F, U+061C), which affect nothing outside the name. [`line()`] checks a name by
//! these rules, and [`mended`] repairs one whose author cannot be asked.
//!
//! A *message* may have several lines, and characters that change its direction: it is shown alone. It must only be
//! visible.

use std::fmt;

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::UnicodeNormalization;

/// The reasons why a name is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The name has no visible character.
    Blank,
    /// The name has a line break or another control character.
    Control,
    /// The name has a character that changes the direction of the text after it.
    Bidi,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Wrong::Blank => "must not be blank",
            Wrong::Control => "must be one line without control characters",
            Wrong::Bidi => "must not contain characters that change the direction of text",
        })
    }
}

/// Returns `true` if a text has a visible character.
pub fn is_visible(text: &str) -> bool {
    text.chars().any(is_inked)
}

/// Returns a name in the form that is stored: in NFC, trimmed, and with single spaces.
///
/// # Errors
/// Says what the name must be.
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

/// Returns a text in a form that is the same for texts that people read alike: without case, compatible forms such as
/// full width, and characters without ink. The tags that make the flags of England, Scotland and Wales differ stay.
pub fn read_alike(text: &str) -> String {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let is_tag = |c| matches!(c, '\u{e0020}'..='\u{e007f}');
    text.nfkc().filter(|c| is_tag(*c) || !ignorable.contains(*c)).flat_map(char::to_lowercase).nfkc().collect()
}

/// Returns the best valid name of at most `max` characters for a text, or `None` if it has no visible character.
pub fn mended(text: &str, max: usize) -> Option<String> {
    let spaces = |c| if is_line_end(c) { ' ' } else { c };
    let kept: String = text.chars().map(spaces).filter(|c| !is_bidi(*c) && !breaks(*c)).collect();
    let name = spaced(&kept);
    let cut: String = name.chars().take(max).collect();
    Some(spaced(&cut)).filter(|name| is_visible(name))
}

/// Returns the text in NFC, trimmed, and with single spaces.
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
            // A name of two lines is refused, not joined.
            _ if blanks.chars().any(breaks) => out.push_str(blanks),
            _ if blanks.chars().any(is_space) => out.push(' '),
            // Within a word these mark where a line may break, or where letters do not join.
            _ => out.push_str(blanks),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Returns `true` if a character leaves ink by itself.
fn is_inked(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let inkless = GeneralCategoryGroup::Separator
        .union(GeneralCategoryGroup::Mark)
        .union(GeneralCategoryGroup::Control)
        .union(GeneralCategoryGroup::Format);
    !inkless.contains(category)
        && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        // The empty braille cell, the null notehead, the object replacement character, and noncharacters.
        && !matches!(c, '\u{2800}' | '\u{1d159}' | '\u{fffc}' | '\u{fdd0}'..='\u{fdef}')
        && u32::from(c) & 0xfffe != 0xfffe
}

/// Returns `true` if a character changes the direction of text beyond itself.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns `true` if a character ends a line.
fn is_line_end(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Returns `true` if a character may not be part of one line. A tab counts as white space.
fn breaks(c: char) -> bool {
    is_line_end(c) || (c.is_control() && c != '\t')
}

/// Returns `true` if a character has the width of a space, and no ink.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{2800}' | '\u{3164}' | '\u{ffa0}')
}

/// Returns `true` if a character is a space, or invisible at the end of a name.
fn is_blank(c: char) -> bool {
    is_space(c) || matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Texts without ink, each by itself.
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
    fn what_reads_alike_is_alike() {
        for (one, other) in [
            ("Yes", "yes"),
            ("É", "e\u{301}"),
            ("Ｙｅｓ", "yes"),
            ("a\u{200b}b", "ab"),
            ("❤\u{fe0f}", "❤"),
            ("ﬁn", "fin"),
        ] {
            assert_eq!(read_alike(one), read_alike(other), "{one} {other}");
        }
        for (one, other) in [("Yes", "No"), ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"), ("e", "é")]
        {
            assert_ne!(read_alike(one), read_alike(other), "{one} {other}");
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

    /// Generates texts with many special characters.
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
