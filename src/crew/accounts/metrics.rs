//! The metrics of accounts.

use crate::foundation::metrics::Metric;

/// Counts sign-ins with a password, by `outcome`.
pub const SIGN_INS: Metric = Metric::new_counter(
    "podium_sign_ins_total",
    "Sign-ins with a password, by outcome: right, registered, or the error's code.",
);
/// Counts refreshes, by `outcome`.
pub const REFRESHES: Metric = Metric::new_counter(
    "podium_refreshes_total",
    "Refreshes, by outcome: ok, unknown, ended, reused (the family was ended), too_often.",
);
/// Counts password hashes.
pub const PASSWORD_HASHES: Metric =
    Metric::new_counter("podium_password_hashes_total", "Password hashes that were computed.");

/// All metrics of accounts.
pub const ALL: &[Metric] = &[SIGN_INS, REFRESHES, PASSWORD_HASHES];
