//! The lines of a calendar (RFC 5545, 3.1), which end with CR LF and are folded at 75 bytes.

/// The longest line, in bytes, without CR LF.
const LONGEST: usize = 75;

/// The lines of a calendar.
#[derive(Debug, Default)]
pub struct Lines(String);

impl Lines {
    /// Makes an empty calendar.
    pub fn new() -> Self {
        Lines::default()
    }

    /// Adds a property with this value, unescaped. It must not contain line breaks.
    pub fn plain(&mut self, name: &str, value: &str) {
        let mut room = LONGEST;
        for part in [name, ":", value] {
            for c in part.chars() {
                if c.len_utf8() > room {
                    // The space that begins the next line counts.
                    self.0.push_str("\r\n ");
                    room = LONGEST - 1;
                }
                room -= c.len_utf8();
                self.0.push(c);
            }
        }
        self.0.push_str("\r\n");
    }

    /// Adds a property whose value is a text, escaped (3.3.11).
    pub fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        for c in value.chars() {
            match c {
                '\\' | ';' | ',' => escaped.extend(['\\', c]),
                '\n' => escaped.push_str("\\n"),
                // Control characters are not allowed. Names have none today.
                c if c.is_control() => {}
                c => escaped.push(c),
            }
        }
        self.plain(name, &escaped);
    }

    /// Returns the calendar.
    pub fn done(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(value: &str) -> String {
        let mut lines = Lines::new();
        lines.text("SUMMARY", value);
        lines.done()
    }

    #[test]
    fn a_line_is_folded_between_characters() {
        assert_eq!(written(&"a".repeat(67)), format!("SUMMARY:{}\r\n", "a".repeat(67)));
        assert_eq!(written(&"a".repeat(68)), format!("SUMMARY:{}\r\n a\r\n", "a".repeat(67)));
        // Four bytes do not fit where one is left.
        assert_eq!(written(&format!("{}🎸", "a".repeat(66))), format!("SUMMARY:{}\r\n 🎸\r\n", "a".repeat(66)));
        assert_eq!(written("a,b;c\\d\r\ne"), "SUMMARY:a\\,b\\;c\\\\d\\ne\r\n");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(value in "[\\PC\n ,;\\\\🎸é]{0,200}") {
            let text = written(&value);
            prop_assert!(text.ends_with("\r\n"));
            for line in text.trim_end_matches("\r\n").split("\r\n") {
                prop_assert!(line.len() <= LONGEST && !line.contains(['\r', '\n']));
            }
            let whole = text.replace("\r\n ", "");
            let mut read = String::new();
            let mut chars = whole.strip_prefix("SUMMARY:").unwrap().trim_end_matches("\r\n").chars();
            while let Some(c) = chars.next() {
                read.push(match c {
                    '\\' => match chars.next() { Some('n') => '\n', other => other.unwrap() },
                    c => c,
                });
            }
            prop_assert_eq!(read, value);
        }
    }
}
