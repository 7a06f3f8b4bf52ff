//! The load tester of Podium: it measures how fast messages fan out, and proves that none was lost, doubled or out of
//! order.
//!
//! It shares no code with the server, so that neither hides the other's mistakes. Its modules:
//!
//! | module | what it is |
//! | --- | --- |
//! | [`cli`] | the command line |
//! | [`run`] | a run: people, threads, watched processes, the report |
//! | [`compare`] | several servers in turn |
//! | [`search`] | the highest rate that a server can sustain |
//! | [`people`], [`http`], [`tokens`], [`texts`] | the people, and what they write |
//! | [`crowd`] | the sessions of one thread: their sends and deliveries |
//! | [`sockets`], [`wire`] | many websockets on one thread; frames as bytes |
//! | [`check`], [`message_id`] | the proof |
//! | [`bare`] | a server that only delivers: the limit of the machine |
//! | [`timeline`], [`processes`], [`report`], [`progress`] | the measurements, and how they are shown |
//! | [`random`], [`interrupt`] | random numbers, and Ctrl-C |

pub mod bare;
pub mod check;
pub mod cli;
pub mod compare;
pub mod crowd;
pub mod http;
pub mod interrupt;
pub mod message_id;
pub mod people;
pub mod processes;
pub mod progress;
pub mod random;
pub mod report;
pub mod run;
pub mod search;
pub mod sockets;
pub mod texts;
pub mod timeline;
pub mod tokens;
pub mod wire;
