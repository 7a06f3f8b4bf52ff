//! The settings of posts.

use crate::foundation::settings::{ALLOWANCE, Allowance, Fallback, OwnSettings, Setting, allowance, put};

/// The settings of posts.
#[derive(Debug, Clone)]
pub struct PostSettings {
    /// The number of posts that a person may write in a period.
    pub limit: Option<Allowance>,
}

impl OwnSettings for PostSettings {
    const ROWS: &'static [Setting] = &[Setting {
        name: "PODIUM_LIMIT_POSTS",
        default: Fallback::Text("50/24h"),
        expected: ALLOWANCE,
        secret: false,
        help: "Posts that a person may write in a period, over all nodes",
        apply: |s, text| put(&mut s.own_mut::<PostSettings>().limit, allowance(text)),
    }];

    fn blank() -> Self {
        PostSettings { limit: None }
    }
}
