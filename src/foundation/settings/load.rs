//! Reads settings from flags, environment and file.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::table::{Rows, Setting, TABLE};
use super::{Settings, values};

/// The sources of values, besides the defaults.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The flags, by the name of their setting ([`Setting::name`]).
    pub flags: HashMap<&'static str, String>,
    /// The environment; variables that are not settings are ignored.
    pub environment: BTreeMap<OsString, OsString>,
}

impl Sources {
    /// Returns these flags and this process's environment.
    pub fn of_process(flags: HashMap<&'static str, String>) -> Self {
        Sources { flags, environment: std::env::vars_os().collect() }
    }
}

/// The source of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The default in the table.
    Default,
    /// Derived from another setting.
    Follows(&'static str),
    /// The TOML file.
    File(PathBuf),
    /// An environment variable.
    Environment,
    /// The command line.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::Follows(name) => write!(f, "follows {name}"),
            Origin::File(path) => write!(f, "{}", path.display()),
            Origin::Environment => f.write_str("environment"),
            Origin::Flag => f.write_str("flag"),
        }
    }
}

/// A setting with its value.
#[derive(Debug, Clone)]
pub struct InForce {
    /// The row in the table.
    pub setting: &'static Setting,
    /// The value as it was written; `None` if it is not set. May be secret.
    pub text: Option<Cow<'static, str>>,
    /// The source of the value.
    pub origin: Origin,
}

/// The result of [`Rows::load`].
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// Each setting with its value and source.
    pub in_force: Vec<InForce>,
    /// Variables that begin with `PODIUM_` but are not settings: most likely mistyped names.
    pub unknown_variables: Vec<String>,
}

/// The reasons why the settings could not be loaded. Each is one line.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// A value does not have the form of its setting.
    #[error("{name}: the value {value} ({origin}) is not valid; expected {expected}")]
    Wrong {
        /// The name of the setting.
        name: &'static str,
        /// The value in quotes, or asterisks.
        value: String,
        /// The expected form.
        expected: &'static str,
        /// The source of the value.
        origin: Origin,
    },
    /// The file has a key that is not a setting.
    #[error("{key} is not a setting (in {path}); `podium config` lists all settings{hint}")]
    UnknownKey {
        /// The key, in quotes.
        key: String,
        /// The file.
        path: String,
        /// A hint to the most similar key.
        hint: String,
    },
    /// The file could not be read, or is not TOML.
    #[error("PODIUM_CONFIG: cannot read {path}: {cause}")]
    File {
        /// The file.
        path: String,
        /// The error.
        cause: String,
    },
}

impl Rows {
    /// Reads the sources. A flag takes precedence over the environment, that over the file, and that over the default.
    /// An empty value counts as not set, since compose files cannot omit a variable.
    ///
    /// # Errors
    /// The first value that is not valid; partial settings are never used.
    pub fn load(&self, sources: &Sources) -> Result<Loaded, SettingsError> {
        let file = match pick(&TABLE[0], sources, &HashMap::new())? {
            Some((path, _)) => self.read_file(Path::new(&path))?,
            None => HashMap::new(),
        };

        let mut settings = Settings::blank();
        let mut in_force = Vec::new();
        for setting in self.iter() {
            let (text, origin) = match pick(setting, sources, &file)? {
                Some((text, origin)) => (Some(Cow::Owned(text)), origin),
                None => (setting.default.text(), Origin::Default),
            };
            if let Some(text) = &text {
                (setting.apply)(&mut settings, text).ok_or_else(|| wrong(setting, text, &origin))?;
            }
            in_force.push(InForce { setting, text, origin });
        }
        lift_frames(&mut settings, &mut in_force);
        Ok(Loaded { settings, in_force, unknown_variables: self.unknown_variables(sources) })
    }

    /// Returns the settings that a file may contain: all but the name of the file itself.
    fn of_file(&self) -> impl Iterator<Item = &'static Setting> {
        self.iter().skip(1)
    }

    fn read_file(&self, path: &Path) -> Result<File, SettingsError> {
        let failed = |cause: String| SettingsError::File { path: quoted(&path.to_string_lossy()), cause };
        let content = std::fs::read_to_string(path).map_err(|cause| failed(cause.to_string()))?;
        // The message alone: toml also prints lines of the file, which may contain a secret.
        let table: toml::Table = content.parse().map_err(|cause: toml::de::Error| {
            let line = cause.span().map_or(0, |span| content[..span.start.min(content.len())].lines().count().max(1));
            failed(format!("not TOML at line {line}: {}", cause.message().replace('\n', " ")))
        })?;
        let mut file = File::new();
        for (key, value) in table {
            let setting = self.of_file().find(|setting| setting.key() == key);
            let setting = setting.ok_or_else(|| SettingsError::UnknownKey {
                hint: self.nearest(&key).map_or_else(String::new, |near| format!("; did you mean `{near}`?")),
                key: quoted(&key),
                path: quoted(&path.to_string_lossy()),
            })?;
            let origin = Origin::File(path.to_owned());
            let text = as_text(&value).ok_or_else(|| wrong(setting, &value.to_string(), &origin))?;
            file.insert(setting.name, (text, path.to_owned()));
        }
        Ok(file)
    }

    /// Returns the key with the longest common beginning or end, if it is long enough to be meaningful.
    fn nearest(&self, key: &str) -> Option<String> {
        let alike = |other: &str| {
            let from_start = key.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
            let from_end = key.chars().rev().zip(other.chars().rev()).take_while(|(a, b)| a == b).count();
            from_start + from_end
        };
        let best = self.of_file().map(Setting::key).max_by_key(|other| alike(other))?;
        (alike(&best) * 2 > key.len()).then_some(best)
    }

    fn unknown_variables(&self, sources: &Sources) -> Vec<String> {
        let names = sources.environment.keys().filter_map(|name| name.to_str());
        let unknown = |name: &&str| name.starts_with("PODIUM_") && self.iter().all(|setting| setting.name != *name);
        names.filter(unknown).map(str::to_owned).collect()
    }
}

/// Lifts the limit on frames if the one on messages is lifted, as in load tests, which would otherwise reach it.
fn lift_frames(settings: &mut Settings, in_force: &mut [InForce]) {
    let frames = in_force.iter_mut().find(|row| row.setting.name == "PODIUM_LIMIT_FRAMES");
    if let Some(frames) = frames.filter(|row| row.origin == Origin::Default)
        && settings.limits.messages.is_none()
    {
        settings.limits.frames = None;
        frames.text = Some(Cow::Borrowed("off"));
        frames.origin = Origin::Follows("PODIUM_LIMIT_MESSAGES");
    }
}

type File = HashMap<&'static str, (String, PathBuf)>;

fn pick(setting: &'static Setting, sources: &Sources, file: &File) -> Result<Option<(String, Origin)>, SettingsError> {
    if let Some(text) = sources.flags.get(setting.name).filter(|text| !text.is_empty()) {
        return Ok(Some((text.clone(), Origin::Flag)));
    }
    if let Some(text) = sources.environment.get(std::ffi::OsStr::new(setting.name)).filter(|text| !text.is_empty()) {
        let text = text.to_str().ok_or_else(|| wrong(setting, &text.to_string_lossy(), &Origin::Environment))?;
        return Ok(Some((text.to_owned(), Origin::Environment)));
    }
    Ok(file
        .get(setting.name)
        .filter(|(text, _)| !text.is_empty())
        .map(|(text, path)| (text.clone(), Origin::File(path.clone()))))
}

fn wrong(setting: &'static Setting, text: &str, origin: &Origin) -> SettingsError {
    let value = if setting.secret { "********".to_owned() } else { quoted(text) };
    SettingsError::Wrong { name: setting.name, value, expected: setting.expected, origin: origin.clone() }
}

/// Quotes, escapes and shortens a value, so that it stays on its line.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// Returns the text of a value: numbers and lists may be written as such, everything else as a string.
fn as_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Array(items) => {
            items.iter().map(|item| item.as_str()).collect::<Option<Vec<_>>>().map(|items| items.join(","))
        }
        _ => None,
    }
}

/// Returns the value as it may be shown: secrets are hidden, except for the host of an address.
pub(super) fn masked(row: &InForce) -> Option<String> {
    let text = row.text.as_deref()?;
    if !row.setting.secret {
        return Some(text.to_owned());
    }
    let host = text.split_once("://").and_then(|(scheme, rest)| {
        let rest = rest.split(['?', '#']).next()?;
        let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        values::plain_host(rest).then(|| format!("{scheme}://********@{rest}"))
    });
    let addressed = matches!(row.setting.name, "DATABASE_URL" | "REDIS_URL" | "PODIUM_SMTP_URL");
    Some(host.filter(|_| addressed).unwrap_or_else(|| "********".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(sources: &Sources) -> Result<Loaded, SettingsError> {
        Rows::with([]).load(sources)
    }

    fn environment(pairs: &[(&str, &str)]) -> Sources {
        let environment = pairs.iter().map(|(name, text)| (OsString::from(name), OsString::from(text))).collect();
        Sources { environment, ..Sources::default() }
    }

    fn with_file(content: &str) -> (tempfile::TempDir, Sources) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("podium.toml");
        std::fs::write(&path, content).unwrap();
        let sources = environment(&[("PODIUM_CONFIG", path.to_str().unwrap())]);
        (folder, sources)
    }

    fn one_line(error: SettingsError) -> String {
        let text = error.to_string();
        assert!(!text.contains('\n'), "{text}");
        text
    }

    #[test]
    fn without_any_source_the_defaults_are_in_force() {
        let loaded = load(&Sources::default()).unwrap();
        assert_eq!(loaded.in_force.len(), TABLE.len());
        assert_eq!(loaded.settings.listen.to_string(), "127.0.0.1:4000");
        assert_eq!(loaded.settings.limits.frame_bytes, 64 * 1024);
        assert!(loaded.settings.database_url.is_none());
        assert!(loaded.settings.workers >= 1);
        let same = Settings::default();
        assert_eq!(same.limits.messages, loaded.settings.limits.messages);
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_file() {
        let (_folder, mut sources) = with_file(
            "drain = \"1s\"\nnode = \"file\"\nlisten = \"127.0.0.1:1\"\ndb_pool = 7\norigins = [\"http://a\", \"http://b\"]",
        );
        sources.environment.insert("PODIUM_NODE".into(), "environment".into());
        sources.environment.insert("PODIUM_LISTEN".into(), "127.0.0.1:2".into());
        sources.flags.insert("PODIUM_LISTEN", "127.0.0.1:3".into());
        sources.flags.insert("PODIUM_NODE", String::new());
        let loaded = load(&sources).unwrap();
        assert_eq!(loaded.settings.drain.as_secs(), 1);
        assert_eq!(loaded.settings.node, "environment");
        assert_eq!(loaded.settings.listen.port(), 3);
        assert_eq!(loaded.settings.db_pool, 7);
        assert_eq!(loaded.settings.origins, ["http://a", "http://b"]);
        let origin = |name| &loaded.in_force.iter().find(|row| row.setting.name == name).unwrap().origin;
        assert_eq!(*origin("PODIUM_LISTEN"), Origin::Flag);
        assert_eq!(*origin("PODIUM_NODE"), Origin::Environment);
        assert!(matches!(origin("PODIUM_DRAIN"), Origin::File(_)));
    }

    #[test]
    fn an_invalid_value_is_reported_in_one_line() {
        let text = one_line(load(&environment(&[("PODIUM_DRAIN", "soon\nor later")])).unwrap_err());
        assert_eq!(
            text,
            r#"PODIUM_DRAIN: the value "soon\nor later" (environment) is not valid; expected a duration, such as 500ms, 10s or 2m"#
        );
        let text = one_line(load(&environment(&[("PODIUM_JWT_SECRET", "hunter2")])).unwrap_err());
        assert!(text.starts_with(
            "PODIUM_JWT_SECRET: the value ******** (environment) is not valid; expected at least 32 bytes"
        ));
        let text = one_line(load(&environment(&[("DATABASE_URL", "mysql://root:hunter2@db/x")])).unwrap_err());
        assert!(!text.contains("hunter2"), "{text}");
    }

    #[test]
    fn the_file_is_checked_key_by_key() {
        let (_folder, sources) = with_file("limit_message = \"off\"");
        let text = one_line(load(&sources).unwrap_err());
        assert!(
            text.starts_with("\"limit_message\" is not a setting") && text.contains("did you mean `limit_messages`?"),
            "{text}"
        );
        let (_folder, sources) = with_file("jwt_secret = \"hunter2\" hunter2");
        let text = one_line(load(&sources).unwrap_err());
        assert!(text.contains("not TOML at line 1") && !text.contains("hunter2"), "{text}");
        let (_folder, sources) = with_file("[listen]\nport = 3");
        let text = one_line(load(&sources).unwrap_err());
        assert!(text.starts_with("PODIUM_LISTEN: ") && text.contains("podium.toml"), "{text}");
        let (_folder, sources) = with_file("config = \"other.toml\"");
        assert!(matches!(load(&sources), Err(SettingsError::UnknownKey { .. })));
        let text = one_line(load(&environment(&[("PODIUM_CONFIG", "/nowhere/podium.toml")])).unwrap_err());
        assert!(text.starts_with("PODIUM_CONFIG: cannot read \"/nowhere/podium.toml\""), "{text}");
    }

    #[test]
    fn a_value_that_is_not_unicode_is_wrong_and_no_panic() {
        use std::os::unix::ffi::OsStringExt;
        let mut sources = Sources::default();
        sources.environment.insert("PODIUM_NODE".into(), OsString::from_vec(vec![0xff]));
        sources.environment.insert(OsString::from_vec(vec![0xfe]), "x".into());
        assert!(matches!(load(&sources), Err(SettingsError::Wrong { name: "PODIUM_NODE", .. })));
    }

    #[test]
    fn lifting_messages_lifts_frames_unless_they_are_set() {
        let loaded = load(&environment(&[("PODIUM_LIMIT_MESSAGES", "off")])).unwrap();
        assert!(loaded.settings.limits.frames.is_none() && loaded.settings.limits.typing.is_some());
        let both = environment(&[("PODIUM_LIMIT_MESSAGES", "off"), ("PODIUM_LIMIT_FRAMES", "200/1000")]);
        assert!(load(&both).unwrap().settings.limits.frames.is_some());
    }

    #[test]
    fn mistyped_variables_are_noticed_and_empty_ones_are_none() {
        let loaded =
            load(&environment(&[("PODIUM_LIMIT_MESSAGE", "off"), ("DATABASE_URL", ""), ("HOME", "/")])).unwrap();
        assert_eq!(loaded.unknown_variables, ["PODIUM_LIMIT_MESSAGE"]);
        assert!(loaded.settings.database_url.is_none());
    }
}
