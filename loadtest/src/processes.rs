//! CPU time and memory of processes on this machine, from `/proc`.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::str::FromStr;

/// A process to watch: `name=pid`, or a pid alone, named after its program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The name in the report.
    pub name: Option<String>,
    /// The process; its descendants are included.
    pub pid: u32,
}

impl FromStr for Watched {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, pid) = match text.split_once('=') {
            Some((name, pid)) if !name.is_empty() => (Some(name.to_owned()), pid),
            Some(_) => return Err("must be name=pid or a pid".into()),
            None => (None, text),
        };
        let pid = pid.parse().map_err(|_| "must be name=pid or a pid")?;
        Ok(Watched { name, pid })
    }
}

/// The resources that a group of processes has used so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// CPU time in seconds, since each process's start.
    pub cpu: f64,
    /// Resident memory in bytes; memory shared between its processes counts once if the kernel can tell.
    pub memory: u64,
}

/// The content of `/proc/<pid>/stat` for one process.
#[derive(Debug, PartialEq)]
struct Stat {
    program: String,
    parent: u32,
    ticks: u64,
}

/// Watches processes.
#[derive(Debug)]
pub struct Processes {
    watched: Vec<Watched>,
    tick: f64,
}

impl Processes {
    /// Returns those of the command line, and the load tester itself under the name `load`.
    pub fn new(watched: &[Watched]) -> Self {
        let mut watched = watched.to_vec();
        watched.push(Watched { name: Some("load".into()), pid: std::process::id() });
        Processes { watched, tick: 1.0 / rustix::param::clock_ticks_per_second() as f64 }
    }

    /// Returns the pids that do not exist.
    pub fn missing(&self) -> Vec<u32> {
        self.watched.iter().filter(|watched| stat(watched.pid).is_none()).map(|watched| watched.pid).collect()
    }

    /// Returns what each group has used until now. A descendant that runs another program (a server's own Postgres)
    /// forms a group of its own.
    ///
    /// Memory is read on demand only: the kernel walks all pages of a process for it, which blocks the process.
    pub fn usage(&self, memory: bool) -> BTreeMap<String, Usage> {
        let all: HashMap<u32, Stat> = pids().filter_map(|pid| Some((pid, stat(pid)?))).collect();
        let mut groups: BTreeMap<String, Usage> = BTreeMap::new();
        for (&pid, process) in &all {
            let Some(name) = self.group(pid, process, &all) else { continue };
            let usage = groups.entry(name).or_default();
            // With the time of its dead and reaped children, so that nothing is lost when one ends.
            usage.cpu += process.ticks as f64 * self.tick;
            usage.memory += if memory { resident(pid) } else { 0 };
        }
        groups
    }

    /// Returns the group of a process: its own or its nearest watched ancestor's.
    fn group(&self, pid: u32, process: &Stat, all: &HashMap<u32, Stat>) -> Option<String> {
        let (mut at, mut root) = (pid, process);
        loop {
            if let Some(watched) = self.watched.iter().find(|watched| watched.pid == at) {
                let own = process.program == root.program || at == pid;
                let name = watched.name.clone().unwrap_or_else(|| root.program.clone());
                return Some(if own { name } else { process.program.clone() });
            }
            at = root.parent;
            root = all.get(&at)?;
        }
    }
}

/// Ends a process without warning.
pub fn kill(pid: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw)
        && let Err(error) = kill_process(pid, Signal::KILL)
    {
        eprintln!("process {} could not be ended: {error}", pid.as_raw_nonzero());
    }
}

fn pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn stat(pid: u32) -> Option<Stat> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse_stat(text: &str) -> Option<Stat> {
    // The program's name stands in brackets and may contain anything, brackets too.
    let (open, close) = (text.find('(')?, text.rfind(')')?);
    let fields: Vec<&str> = text.get(close + 2..)?.split(' ').collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    let ticks = number(11)? + number(12)? + number(13)? + number(14)?;
    Some(Stat { program: text[open + 1..close].to_owned(), parent: number(1)? as u32, ticks })
}

fn resident(pid: u32) -> u64 {
    let kilobytes = |file: &str, key: &str| {
        let text = fs::read_to_string(format!("/proc/{pid}/{file}")).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(key))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    kilobytes("smaps_rollup", "Pss:").or_else(|| kilobytes("status", "VmRSS:")).unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watched_process_is_a_pid_with_or_without_a_name() {
        assert_eq!("7".parse(), Ok(Watched { name: None, pid: 7 }));
        assert_eq!("server=7".parse(), Ok(Watched { name: Some("server".into()), pid: 7 }));
        assert!("=7".parse::<Watched>().is_err() && "x".parse::<Watched>().is_err());
    }

    #[test]
    fn a_program_may_have_brackets_in_its_name() {
        let stat = parse_stat("12 (a) (b)) S 7 1 1 0 -1 4 5 6 7 8 100 20 3 4 20 0").unwrap();
        assert_eq!(stat, Stat { program: "a) (b)".into(), parent: 7, ticks: 127 });
    }

    #[test]
    fn this_process_uses_memory() {
        let usage = Processes::new(&[]).usage(true);
        assert!(usage["load"].memory > 100_000);
    }
}
