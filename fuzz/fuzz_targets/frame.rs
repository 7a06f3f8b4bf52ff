//! The frame codec, in both versions: no text makes it panic, and the reply to whatever it reads is a frame with the same refs.

#![no_main]

use libfuzzer_sys::fuzz_target;
use podium::wire::frame::{Encoded, Status, Version};

fuzz_target!(|text: &str| {
    // What comes from another node is put into version 1 as it is.
    let _ = Encoded::from(bytestring::ByteString::from(text)).in_version(Version::V1);
    for version in [Version::V1, Version::V2] {
        let Ok(frame) = version.decode(text) else { continue };
        for status in [Status::Ok, Status::Error] {
            let (join_ref, reference) = (frame.join_ref.as_ref(), frame.reference.as_ref());
            let answer = version.reply(join_ref, reference, &frame.topic, status, &serde_json::json!({}));
            let read = version.decode(&answer).expect("a reply is a frame");
            assert_eq!(read.join_ref, frame.join_ref.clone().filter(|_| version == Version::V2));
            assert_eq!(read.reference, frame.reference);
            assert_eq!(read.topic, frame.topic);
            assert_eq!(read.event, "phx_reply");
        }
        let payload = frame.payload;
        let encoded = podium::wire::frame::push(&frame.topic, "e", &payload);
        for other in [Version::V1, Version::V2] {
            let text = encoded.in_version(other);
            let read = other.decode(&text).expect("a push is a frame");
            assert_eq!((&read.topic, &*read.event, read.payload.get()), (&frame.topic, "e", payload.get()));
        }
    }
});
