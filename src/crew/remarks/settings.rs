//! The settings of remarks.

use crate::foundation::settings::{ALLOWANCE, Allowance, Fallback, OwnSettings, Setting, allowance, put};

/// The settings of remarks.
#[derive(Debug, Clone)]
pub struct RemarkSettings {
    /// New comments per person.
    pub comments: Option<Allowance>,
    /// Reactions per person.
    pub reactions: Option<Allowance>,
}

impl OwnSettings for RemarkSettings {
    const ROWS: &'static [Setting] = &[
        Setting {
            name: "PODIUM_LIMIT_COMMENTS",
            default: Fallback::Text("500/24h"),
            expected: ALLOWANCE,
            secret: false,
            help: "Comments that a person may write in a period, over all nodes",
            apply: |s, text| put(&mut s.own_mut::<RemarkSettings>().comments, allowance(text)),
        },
        Setting {
            name: "PODIUM_LIMIT_REACTIONS",
            default: Fallback::Text("1000/24h"),
            expected: ALLOWANCE,
            secret: false,
            help: "Reactions that a person may set in a period, over all nodes",
            apply: |s, text| put(&mut s.own_mut::<RemarkSettings>().reactions, allowance(text)),
        },
    ];

    fn blank() -> Self {
        RemarkSettings { comments: None, reactions: None }
    }
}
