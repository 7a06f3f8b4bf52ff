//! What is said in a pod, and what becomes of it.

mod change_stress;
mod change_walk;
mod changes;
mod deleted;
mod edited_mentions;
mod group_commit;
mod log_stress;
mod one_emoji;
mod over_http;
mod retry;
mod search;
