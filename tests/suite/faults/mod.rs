//! What breaks, halts, restarts or is too much.

mod crash;
mod failover;
mod full;
mod halt;
mod odd_failures;
mod outage;
mod removal;
mod rolling;
mod split;
