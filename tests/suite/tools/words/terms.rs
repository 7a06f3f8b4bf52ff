//! Finds terms that the project has given up, in names and in prose.

/// A term that is no longer used.
pub struct Term {
    /// Its words, in small letters, with spaces between them: `from afar` stands for "from afar", `from_afar` and
    /// `FromAfar`. Of a name where it is declared, the name itself.
    pub words: &'static str,
    /// Where it counts.
    pub scope: Scope,
    /// The beginning of the paths where it counts; empty for all.
    pub below: &'static str,
    /// What stands in its place.
    pub instead: &'static str,
}

/// Where a term counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Names, comments, strings and documents.
    Everywhere,
    /// Names in code alone: in prose the words have their ordinary meaning.
    Names,
    /// The whole name of a type or function where it is declared.
    Declared,
}

/// A place where a term stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub path: String,
    pub line: usize,
    pub term: &'static str,
    pub text: String,
}

impl std::fmt::Display for Hit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.term, self.text)
    }
}

/// Returns where the terms stand in a file.
pub fn find(path: &str, text: &str, terms: &'static [Term]) -> Vec<Hit> {
    let lines: Vec<&str> = text.lines().collect();
    let document = path.ends_with(".md");
    let code: Vec<String> = lines.iter().map(|line| if document { quoted(line) } else { code(line) }).collect();
    let prose = words(lines.iter().copied());
    let mut found = Vec::new();
    for term in terms.iter().filter(|term| path.starts_with(term.below)) {
        let wanted: Vec<&str> = term.words.split(' ').collect();
        let mut lines_found: Vec<usize> = match term.scope {
            Scope::Everywhere => {
                let runs = prose.windows(wanted.len());
                runs.filter(|run| run.iter().map(|(word, _)| word).eq(&wanted)).map(|run| run[0].1).collect()
            }
            Scope::Names => matching(&code, |line| names(line).any(|name| holds(name, &wanted))),
            Scope::Declared => matching(&code, |line| declares(line, term.words)),
        };
        lines_found.dedup();
        found.extend(lines_found.into_iter().map(|line| Hit {
            path: path.to_owned(),
            line: line + 1,
            term: term.words,
            text: lines[line].trim().to_owned(),
        }));
    }
    found
}

/// The numbers of the lines that are as wanted.
fn matching(lines: &[String], wanted: impl Fn(&str) -> bool) -> Vec<usize> {
    lines.iter().enumerate().filter(|(_, line)| wanted(line)).map(|(number, _)| number).collect()
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// All names of a line.
fn names(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c| !is_name(c)).filter(|name| !name.is_empty())
}

/// The words of a name: `pod_hub`, `podHub` and `PodHub` have two.
fn parts(name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut before = '_';
    for c in name.chars() {
        if c == '_' {
            before = c;
            continue;
        }
        let begins = before == '_' || (c.is_uppercase() && !before.is_uppercase());
        match found.last_mut() {
            Some(last) if !begins => last.extend(c.to_lowercase()),
            _ => found.push(c.to_lowercase().collect()),
        }
        before = c;
    }
    found
}

fn holds(name: &str, wanted: &[&str]) -> bool {
    parts(name).windows(wanted.len()).any(|run| run.iter().eq(wanted))
}

/// All words with their lines. A phrase may run on in the next line, also of a comment, since marks are no words.
fn words<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<(String, usize)> {
    let numbered = lines.enumerate();
    numbered
        .flat_map(|(number, line)| names(line).flat_map(parts).map(move |word| (word, number)).collect::<Vec<_>>())
        .collect()
}

/// Whether a line declares a type or function of just this name.
fn declares(line: &str, name: &str) -> bool {
    let found: Vec<&str> = names(line).collect();
    found.windows(2).any(|pair| ["struct", "enum", "type", "trait", "fn"].contains(&pair[0]) && pair[1] == name)
}

/// A line of code without its strings and its comment, as far as the line itself says.
fn code(line: &str) -> String {
    let (mut found, mut quote, mut before) = (String::new(), None, ' ');
    // A character that is a quotation mark opens no string.
    let line = line.replace("'\"'", " ").replace("b'\"'", " ");
    if ["//", "--", "*", "<!--"].iter().any(|mark| line.trim_start().starts_with(mark)) {
        return found;
    }
    for c in line.chars() {
        match quote {
            Some(mark) if c == mark && before != '\\' => quote = None,
            Some(_) => {}
            None if c == '"' || c == '`' => {
                quote = Some(c);
                found.push(' ');
            }
            None if c == '/' && before == '/' => break,
            None => found.push(c),
        }
        before = if before == '\\' { ' ' } else { c };
    }
    found
}

/// What stands between backticks in a line of a document.
fn quoted(line: &str) -> String {
    line.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: &[Term] = &[
        Term { words: "told", scope: Scope::Everywhere, below: "", instead: "sent" },
        Term { words: "from afar", scope: Scope::Everywhere, below: "", instead: "bus_receiver" },
        Term { words: "wall", scope: Scope::Names, below: "", instead: "feed" },
        Term { words: "live pods", scope: Scope::Names, below: "src/", instead: "PodHub" },
        Term { words: "State", scope: Scope::Declared, below: "", instead: "a longer name" },
    ];

    /// The lines of each term.
    fn lines(path: &str, text: &str) -> Vec<(&'static str, usize)> {
        find(path, text, TERMS).into_iter().map(|hit| (hit.term, hit.line)).collect()
    }

    #[test]
    fn terms_are_found_in_prose_and_in_all_kinds_of_names() {
        for text in ["// It is told.", "let x = \"Told:\";", "fn is_told()", "struct ToldOnce;", "const TOLD: u8 = 1;"]
        {
            assert_eq!(lines("src/a.rs", text), [("told", 1)], "{text}");
        }
        assert_eq!(lines("src/a.rs", "// untold, toldya, from far"), []);
    }

    #[test]
    fn a_phrase_may_run_on_in_the_next_line() {
        assert_eq!(
            lines("src/a.rs", "/// It comes from\n/// afar.\nfn from_afar() {}"),
            [("from afar", 1), ("from afar", 3)]
        );
    }

    #[test]
    fn some_terms_count_in_names_alone() {
        assert_eq!(
            lines("src/a.rs", "// a wall\nlet wall_clock = 1; // wall\nf(\"the wall\", wallFrom)"),
            [("wall", 2), ("wall", 3)]
        );
        assert_eq!(lines("src/a.rs", "// live pods\nLivePods::new()"), [("live pods", 2)]);
        assert_eq!(lines("web/src/a.ts", "LivePods.new()"), []);
        assert_eq!(lines("docs/A.md", "The wall, in `wall.ts`.\nA `door` in the wall."), [("wall", 1)]);
    }

    #[test]
    fn some_terms_count_as_whole_names_where_they_are_declared() {
        assert_eq!(
            lines("src/a.rs", "pub struct State {\nstruct PodState;\nlet state: State = f();\nfn state() {"),
            [("State", 1)]
        );
    }
}
