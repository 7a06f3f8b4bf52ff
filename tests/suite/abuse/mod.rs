//! What people do who want to keep others out. Beside each attack others are served as before.

mod connections;
mod sign_ins;
mod coming_and_going;
mod membership;
mod presence;
mod search;
mod stalled;
