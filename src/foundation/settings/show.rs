//! The table as flags, as a listing and as documentation.

use std::collections::HashMap;
use std::fmt::Write;

use clap::{Arg, ArgMatches};

use super::load::{InForce, masked};
use super::table::{Fallback, Rows};

/// The longest line of docs/SETTINGS.md, as of every document, in characters.
const COLUMNS: usize = 120;

impl Rows {
    /// Returns one flag for every setting, for a command that reads them.
    pub fn args(&self) -> Vec<Arg> {
        self.iter()
            .map(|setting| {
                let default = match setting.default {
                    Fallback::Text(text) => text.to_owned(),
                    Fallback::Unset(text) | Fallback::Made(text, _) => format!("({text})"),
                };
                Arg::new(setting.name)
                    .long(setting.flag())
                    .value_name("VALUE")
                    .help(format!("{} [env: {}] [default: {default}]", setting.help, setting.name))
                    .hide_short_help(setting.name.starts_with("PODIUM_LIMIT_"))
                    .help_heading("Settings")
            })
            .collect()
    }

    /// Returns the values given to [`Rows::args`].
    pub fn flags(&self, matches: &ArgMatches) -> HashMap<&'static str, String> {
        let value = |name: &'static str| matches.get_one::<String>(name).map(|text| (name, text.clone()));
        self.iter().filter_map(|setting| value(setting.name)).collect()
    }

    /// Returns docs/SETTINGS.md.
    pub fn markdown(&self) -> String {
        let mut text = String::from(
            "# Settings\n\n\
             Made by `podium config --markdown`; a test holds it against the program.\n\n\
             Each setting is an environment variable, a flag (`PODIUM_LIMIT_TOPICS` is `--limit-topics`) and a key of the TOML\n\
             file that `PODIUM_CONFIG` names (`limit_topics`). A flag wins over the environment, that over the file, and that\n\
             over the default. An empty value counts as none. `podium config` prints what is in force and where it came from,\n\
             secrets hidden. A wrong value stops the start with one line.\n",
        );
        for setting in self.iter() {
            let default = match setting.default {
                Fallback::Text(text) => format!("`{text}`"),
                Fallback::Unset(text) | Fallback::Made(text, _) => text.to_owned(),
            };
            let lines = [
                wrapped("", &format!("{}.", setting.help)),
                String::new(),
                wrapped("- Default: ", &default),
                wrapped("- Form: ", setting.expected),
            ];
            let _ = writeln!(text, "\n## `{}`\n\n{}", setting.name, lines.join("\n"));
        }
        text
    }
}

/// Wraps words in lines of at most 120 columns, the first behind `lead`, the others indented as in a list.
fn wrapped(lead: &str, words: &str) -> String {
    let indent = if lead.is_empty() { "" } else { "  " };
    let (mut lines, mut line) = (Vec::new(), lead.to_owned());
    for word in words.split_whitespace() {
        let is_first = line == lead || line == indent;
        if !is_first && line.chars().count() + 1 + word.chars().count() > COLUMNS {
            lines.push(std::mem::replace(&mut line, indent.to_owned()));
        } else if !is_first {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.join("\n")
}

/// Returns the settings with their values and sources, one line each. Secrets are hidden.
pub fn listing(in_force: &[InForce]) -> String {
    let mut text = String::new();
    for row in in_force {
        let value = masked(row).unwrap_or_else(|| format!("(unset: {})", row.setting.default.described()));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:<30} {value:<40} # {}", row.setting.name, row.origin);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::Sources;
    use super::*;

    #[test]
    fn a_long_text_is_wrapped_behind_its_lead() {
        let text = wrapped("- Form: ", &"word ".repeat(50));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("- Form: word word") && lines[1].starts_with("  word word"), "{text}");
        assert!(lines.iter().all(|line| line.len() <= COLUMNS) && lines[0].len() > COLUMNS - 5, "{text}");
        assert_eq!(wrapped("", "One sentence."), "One sentence.");
    }

    #[test]
    fn flags_are_unique() {
        let command = clap::Command::new("podium").args(Rows::with([]).args());
        command.clone().debug_assert();
        let matches =
            command.try_get_matches_from(["podium", "--limit-messages", "off", "--listen=127.0.0.1:0"]).unwrap();
        let flags = Rows::with([]).flags(&matches);
        assert_eq!(flags["PODIUM_LIMIT_MESSAGES"], "off");
        assert_eq!(flags.len(), 2);
    }

    #[test]
    fn secrets_are_hidden_in_the_listing() {
        let mut sources = Sources::default();
        sources.flags.insert("DATABASE_URL", "postgres://ann:hunter2@db.example:5433/podium?password=hunter2".into());
        sources.flags.insert("PODIUM_JWT_SECRET", "hunter2".repeat(6));
        sources.flags.insert("REDIS_URL", "redis://:hunter2@cache".into());
        let loaded = Rows::with([]).load(&sources).unwrap();
        let text = listing(&loaded.in_force);
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("postgres://********@db.example:5433/podium"), "{text}");
        assert!(!format!("{:?}", loaded.settings).contains("hunter2"));
        assert!(text.contains("PODIUM_LIMIT_FRAME_BYTES       64KiB"), "{text}");
    }
}
