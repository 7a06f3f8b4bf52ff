//! What is counted here.

use crate::foundation::metrics::Metric;

/// Sign-ins by password, by `outcome`.
pub const SIGN_INS: Metric = Metric::new_counter(
    "podium_sign_ins_total",
    "Sign-ins with a password: right, registered, or the code of their refusal.",
);
/// Refresh tokens that came, by `outcome`.
pub const REFRESHES: Metric = Metric::new_counter(
    "podium_refreshes_total",
    "Refresh tokens that came: ok, unknown, ended, reused (its family was ended), too_often.",
);
/// Password hashes.
pub const PASSWORD_HASHES: Metric =
    Metric::new_counter("podium_password_hashes_total", "Password hashes that were computed.");

/// All of them.
pub const ALL: &[Metric] = &[SIGN_INS, REFRESHES, PASSWORD_HASHES];
