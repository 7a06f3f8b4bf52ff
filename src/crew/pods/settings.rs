//! The settings of pods.

use std::num::NonZeroU32;

use crate::foundation::settings::{ALLOWANCE, Allowance, Fallback, OwnSettings, Setting, allowance, number, put};

/// The limits of the joins of one person.
#[derive(Debug, Clone, Copy)]
pub struct JoinLimits {
    /// The times that a person may join the same pod in a period.
    pub joins: Option<Allowance>,
    /// The pods of one event of which a person may be a member.
    pub pods: Option<NonZeroU32>,
}

impl JoinLimits {
    /// Returns the joins, their period in seconds, and the pods, as Postgres takes them. `None` is no limit.
    pub fn as_sql(self) -> [Option<i32>; 3] {
        let [joins, seconds] = match self.joins.map(Allowance::as_sql) {
            Some([joins, seconds]) => [Some(joins), Some(seconds)],
            None => [None, None],
        };
        [joins, seconds, self.pods.map(|pods| i32::try_from(pods.get()).unwrap_or(i32::MAX))]
    }
}

impl OwnSettings for JoinLimits {
    const ROWS: &'static [Setting] = &[
        Setting {
            name: "PODIUM_LIMIT_JOINS",
            default: Fallback::Text("3/10m"),
            expected: ALLOWANCE,
            secret: false,
            help: "Times that a person may join the same pod in a period, over all nodes",
            apply: |s, text| put(&mut s.own_mut::<JoinLimits>().joins, allowance(text)),
        },
        Setting {
            name: "PODIUM_LIMIT_PODS_OF_EVENT",
            default: Fallback::Text("3"),
            expected: "a whole number from 1 to 1000000, or `off`",
            secret: false,
            help: "Pods of one event of which a person may be a member at once, over all nodes",
            apply: |s, text| put(&mut s.own_mut::<JoinLimits>().pods, pods(text)),
        },
    ];

    fn blank() -> Self {
        JoinLimits { joins: None, pods: None }
    }
}

fn pods(text: &str) -> Option<Option<NonZeroU32>> {
    match text {
        "off" => Some(None),
        text => number(text, 1..=1_000_000).map(NonZeroU32::new),
    }
}
