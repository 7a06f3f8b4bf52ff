//! The frame codec: no text makes it panic, and the reply to whatever it reads is a frame with the same refs.

#![no_main]

use libfuzzer_sys::fuzz_target;
use podium::wire::frame::{Status, decode, reply};

fuzz_target!(|text: &str| {
    let Ok(frame) = decode(text) else { return };
    for status in [Status::Ok, Status::Error] {
        let answer =
            reply(frame.join_ref.as_ref(), frame.reference.as_ref(), &frame.topic, status, &serde_json::json!({}));
        let read = decode(&answer).expect("a reply is a frame");
        assert_eq!(read.join_ref, frame.join_ref);
        assert_eq!(read.reference, frame.reference);
        assert_eq!(read.topic, frame.topic);
        assert_eq!(read.event, "phx_reply");
    }
});
