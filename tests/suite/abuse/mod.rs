//! What people do who want to keep others out. Beside each attack others are served as before.

mod attacks;
mod coming_and_going;
mod connections;
mod door;
mod full;
mod membership;
mod outer_wall;
mod presence;
mod pushes;
mod search;
mod sign_ins;
mod stalled;
mod victim;
