//! What tests use beside the server and its Postgres.
//!
//! `tests/suite/needs.txt` says it, so that `scripts/test.sh` installs for some tests what these need. Whatever starts such a
//! program calls [`uses`], and so what is not said fails where everything is installed, too.

const TABLE: &str = include_str!("../needs.txt");

/// Notes that the running test uses this.
///
/// # Panics
/// If `tests/suite/needs.txt` does not say that it does.
pub fn uses(what: &str) {
    let Some(test) = running() else { return };
    assert!(of(TABLE, &test).any(|need| need == what), "{test} uses {what}: say so in tests/suite/needs.txt");
}

/// The path of the running test: nextest gives each a process, cargo each a thread of that name. `None` on a thread that a test
/// of cargo's has started.
fn running() -> Option<String> {
    if std::env::var_os("NEXTEST").is_some() {
        return std::env::args().skip_while(|argument| argument != "--exact").nth(1);
    }
    std::thread::current().name().filter(|name| name.contains("::")).map(str::to_owned)
}

/// What a test needs.
fn of<'a>(table: &'a str, test: &'a str) -> impl Iterator<Item = &'a str> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.flat_map(move |row| {
        let mut words = row.split_whitespace();
        let rest = words.next().and_then(|path| test.strip_prefix(path));
        let own = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
        words.take_while(move |_| own)
    })
}

#[test]
fn needs_are_those_of_all_rows_whose_words_a_path_begins_with() {
    let table = "# pods  python\n\npods::talk  node\npods  redis web\npods::talk::one  chromium\n";
    let needs = |test| of(table, test).collect::<Vec<_>>();
    assert_eq!(needs("pods::talk::one"), ["node", "redis", "web", "chromium"]);
    assert_eq!(needs("pods::talk_older::one"), ["redis", "web"]);
    assert!(needs("talk::one").is_empty() && needs("podsmen::x").is_empty());
}

#[test]
#[should_panic(expected = "uses a submarine: say so in tests/suite/needs.txt")]
fn what_is_not_said_fails() {
    uses("a submarine");
}
