//! The settings of the journal's calls.

use crate::foundation::settings::{COUNT, Fallback, OwnSettings, RATE, Rate, Setting, count, put, rate};

/// The limits of the changes of memberships, pods and events by one person.
#[derive(Debug, Clone)]
pub struct ChangeLimits {
    /// The changes of a person in a time.
    pub rate: Option<Rate>,
    /// The changes of a person that are under way at once.
    pub at_once: usize,
}

impl OwnSettings for ChangeLimits {
    const ROWS: &'static [Setting] = &[
        Setting {
            name: "PODIUM_LIMIT_CHANGES",
            default: Fallback::Text("1/20"),
            expected: RATE,
            secret: false,
            help: "Changes of memberships, pods and events per person: joining, leaving, removing, admitting, opening, closing",
            apply: |s, text| put(&mut s.own_mut::<ChangeLimits>().rate, rate(text)),
        },
        Setting {
            name: "PODIUM_LIMIT_CHANGES_AT_ONCE",
            default: Fallback::Text("4"),
            expected: COUNT,
            secret: false,
            help: "Changes of a person that are under way at once",
            apply: |s, text| put(&mut s.own_mut::<ChangeLimits>().at_once, count(text)),
        },
    ];

    fn blank() -> Self {
        ChangeLimits { rate: None, at_once: 0 }
    }
}
