//! What a person hears of all their pods: their topic, flags and read marks.

mod flags;
mod read_marks;
mod topic;
