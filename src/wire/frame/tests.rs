//! The codec against literal frames, as the field writes them: those of version 1 are from Phoenix's own tests
//! (`v1_json_serializer_test.exs`) and from what the npm package 1.2.1 sends.

use proptest::prelude::*;
use serde_json::json;

use super::Version::{V1, V2};
use super::*;

fn a_ref(json: &str) -> Option<Ref> {
    Some(Ref(json.into()))
}

#[test]
fn versions_are_negotiated_as_in_phoenix() {
    for v1 in [None, Some("1.0.0"), Some("1.0.7")] {
        assert_eq!(Version::negotiate(v1), Some(V1), "{v1:?}");
    }
    for v2 in ["2.0.0", "2.0.1", "2.0.12"] {
        assert_eq!(Version::negotiate(Some(v2)), Some(V2), "{v2}");
    }
    for odd in
        ["", "1", "2", "1.0", "2.0", "2.0.", "2.1.0", "1.1.0", "3.0.0", "2.0.0.0", "2.0.01", "2.0.x", "20.0.0", "two"]
    {
        assert_eq!(Version::negotiate(Some(odd)), None, "{odd}");
    }
}

mod version_2 {
    use super::*;

    #[test]
    fn a_push_of_the_javascript_client_is_read() {
        let text = r#"["1","4","pod:7","message:new",{"text":"hi"}]"#;
        let frame = V2.decode(text).unwrap();
        assert_eq!(frame.join_ref, a_ref(r#""1""#));
        assert_eq!(frame.reference, a_ref(r#""4""#));
        assert_eq!((&*frame.topic, &*frame.event), ("pod:7", "message:new"));
        assert_eq!(frame.payload.get(), r#"{"text":"hi"}"#);
    }

    #[test]
    fn refs_may_be_null_or_numbers() {
        let frame = V2.decode(r#"[null,12,"phoenix","heartbeat",{}]"#).unwrap();
        assert_eq!(frame.join_ref, None);
        assert_eq!(frame.reference, a_ref("12"));
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        let long = format!(r#"[null,"{}","t","e",{{}}]"#, "x".repeat(80));
        for text in [
            "",
            "[",
            "{}",
            "[]",
            "null",
            "[1,2,3,4]",
            r#"[null,null,"t","e"]"#,
            r#"[null,null,"t","e",{},1]"#,
            r#"[null,null,1,"e",{}]"#,
            r#"[null,null,"t",null,{}]"#,
            r#"[{},null,"t","e",{}]"#,
            r#"[null,[],"t","e",{}]"#,
            r#"[null,true,"t","e",{}]"#,
            r#"[null,null,"\ud800","e",{}]"#,
            r#"{"topic":"t","event":"e","payload":{},"ref":null}"#,
            &long,
        ] {
            assert!(V2.decode(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_deep_payload_is_read_without_recursion() {
        let deep = format!(r#"[null,"1","t","e",{}{}]"#, "[".repeat(30_000), "]".repeat(30_000));
        assert_eq!(V2.decode(&deep).unwrap().payload.get().len(), 60_000);
    }

    #[test]
    fn a_broadcast_has_no_refs() {
        let expected = r#"[null,null,"pod:7","typing",{"on":true}]"#;
        assert_eq!(push("pod:7", "typing", &json!({"on": true})).v2(), expected);
        assert_eq!(V2.push("pod:7", "typing", &json!({"on": true})), expected);
    }

    #[test]
    fn a_reply_echoes_both_refs() {
        let frame = V2.decode(r#"["1",4,"pod:7","message:new",{}]"#).unwrap();
        let (join_ref, reference) = (frame.join_ref.as_ref(), frame.reference.as_ref());
        assert_eq!(
            V2.reply(join_ref, reference, "pod:7", Status::Ok, &json!({})),
            r#"["1",4,"pod:7","phx_reply",{"status":"ok","response":{}}]"#
        );
        assert_eq!(
            V2.reply(None, reference, "x\"y", Status::Error, &json!({"code": "invalid"})),
            r#"[null,4,"x\"y","phx_reply",{"status":"error","response":{"code":"invalid"}}]"#
        );
    }

    #[test]
    fn a_close_carries_the_join_ref_twice() {
        let frame = V2.decode(r#"["1","4","pod:7","phx_leave",{}]"#).unwrap();
        assert_eq!(V2.close(frame.join_ref.as_ref(), "pod:7"), r#"["1","1","pod:7","phx_close",{}]"#);
        assert_eq!(V2.error(frame.join_ref.as_ref(), "pod:7"), r#"["1","1","pod:7","phx_error",{}]"#);
    }
}

mod version_1 {
    use super::*;

    #[test]
    fn a_push_of_the_javascript_client_is_read() {
        let text = r#"{"topic":"pod:7","event":"message:new","payload":{"text":"hi"},"ref":"4"}"#;
        let frame = V1.decode(text).unwrap();
        assert_eq!((frame.join_ref, frame.reference), (None, a_ref(r#""4""#)));
        assert_eq!((&*frame.topic, &*frame.event), ("pod:7", "message:new"));
        assert_eq!(frame.payload.get(), r#"{"text":"hi"}"#);
        let beat = V1.decode(r#"{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"2"}"#).unwrap();
        assert_eq!((&*beat.topic, &*beat.event, beat.reference), ("phoenix", "heartbeat", a_ref(r#""2""#)));
    }

    #[test]
    fn phoenix_s_own_fixture_is_read() {
        let frame = V1.decode(r#"{"event":"e","payload":"m","ref":null,"topic":"t"}"#).unwrap();
        assert_eq!((frame.join_ref, frame.reference), (None, None));
        assert_eq!((&*frame.topic, &*frame.event, frame.payload.get()), ("t", "e", r#""m""#));
    }

    #[test]
    fn other_clients_may_number_send_a_join_ref_and_more() {
        let text = r#" {"ref":12,"join_ref":3,"payload":null,"event":"e","topic":"\u0074","extra":[{"deep":1}]}"#;
        let frame = V1.decode(text).unwrap();
        assert_eq!((frame.join_ref, frame.reference), (a_ref("3"), a_ref("12")));
        assert_eq!((&*frame.topic, frame.payload.get()), ("t", "null"));
        let bare = V1.decode(r#"{"topic":"t","event":"e","payload":{}}"#).unwrap();
        assert_eq!((bare.join_ref, bare.reference), (None, None));
    }

    #[test]
    fn the_ref_of_a_join_is_what_its_close_will_carry() {
        let join = V1.decode(r#"{"topic":"pod:7","event":"phx_join","payload":{},"ref":"1"}"#).unwrap();
        assert_eq!((&join.join_ref, &join.reference), (&a_ref(r#""1""#), &a_ref(r#""1""#)));
        assert_eq!(
            V1.close(join.join_ref.as_ref(), "pod:7"),
            r#"{"event":"phx_close","payload":{},"ref":"1","topic":"pod:7"}"#
        );
        assert_eq!(
            V1.error(join.join_ref.as_ref(), "pod:7"),
            r#"{"event":"phx_error","payload":{},"ref":"1","topic":"pod:7"}"#
        );
        let given = V1.decode(r#"{"topic":"t","event":"phx_join","payload":{},"ref":"1","join_ref":"9"}"#).unwrap();
        assert_eq!(given.join_ref, a_ref(r#""9""#));
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        let long = format!(r#"{{"topic":"t","event":"e","payload":{{}},"ref":"{}"}}"#, "x".repeat(80));
        for text in [
            "",
            "{",
            "{}",
            "null",
            r#"[null,null,"t","e",{"m":1}]"#,
            // What serde would take for the fields in their order.
            r#"["t","e",{},"1",null]"#,
            r#"{"event":"e","payload":{},"ref":"1"}"#,
            r#"{"topic":"t","payload":{},"ref":"1"}"#,
            r#"{"topic":"t","event":"e","ref":"1"}"#,
            r#"{"topic":1,"event":"e","payload":{},"ref":"1"}"#,
            r#"{"topic":"t","event":null,"payload":{},"ref":"1"}"#,
            r#"{"topic":"t","event":"e","payload":{},"ref":{}}"#,
            r#"{"topic":"t","event":"e","payload":{},"ref":true}"#,
            r#"{"topic":"t","event":"e","payload":{},"ref":"1","join_ref":[]}"#,
            r#"{"topic":"t","topic":"u","event":"e","payload":{},"ref":"1"}"#,
            r#"{"topic":"\ud800","event":"e","payload":{},"ref":"1"}"#,
            r#"{"topic":"t","event":"e","payload":{},"ref":"1"} x"#,
            &long,
        ] {
            assert!(V1.decode(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_deep_payload_is_read_without_recursion() {
        let (open, shut) = ("[".repeat(30_000), "]".repeat(30_000));
        let deep = format!(r#"{{"topic":"t","event":"e","payload":{open}{shut},"ref":"1","x":{open}{shut}}}"#);
        assert_eq!(V1.decode(&deep).unwrap().payload.get().len(), 60_000);
    }

    #[test]
    fn a_broadcast_has_a_null_ref() {
        let expected = r#"{"event":"e","payload":"m","ref":null,"topic":"t"}"#;
        assert_eq!(V1.push("t", "e", &"m"), expected);
        assert_eq!(push("t", "e", &"m").in_version(V1), expected);
        assert_eq!(push("t", "e", &"m").in_version(V2), r#"[null,null,"t","e","m"]"#);
    }

    #[test]
    fn a_broadcast_is_encoded_once() {
        let encoded = push("t", "e", &json!({}));
        let (first, second) = (encoded.in_version(V1), encoded.in_version(V1));
        assert_eq!(first.as_ptr(), second.as_ptr());
    }

    #[test]
    fn a_reply_carries_no_join_ref() {
        let frame = V1.decode(r#"{"topic":"pod:7","event":"phx_join","payload":{},"ref":"1"}"#).unwrap();
        let (join_ref, reference) = (frame.join_ref.as_ref(), frame.reference.as_ref());
        assert_eq!(
            V1.reply(join_ref, reference, "pod:7", Status::Ok, &json!({"head": 3})),
            r#"{"event":"phx_reply","payload":{"status":"ok","response":{"head":3}},"ref":"1","topic":"pod:7"}"#
        );
        assert_eq!(
            V1.reply(None, None, "x\"y", Status::Error, &json!({"code": "invalid"})),
            r#"{"event":"phx_reply","payload":{"status":"error","response":{"code":"invalid"}},"ref":null,"topic":"x\"y"}"#
        );
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_codec_panic(text in "\\PC*") {
        let _ = V1.decode(&text);
        let _ = V2.decode(&text);
        let _ = Encoded::from(ByteString::from(text)).in_version(V1);
    }

    #[test]
    fn frames_that_were_bent_do_not_panic(cut in 0usize..90, insert in "\\PC{0,4}") {
        for (version, whole) in [
            (V2, r#"["1","4","pod:7","message:new",{"id":"x","text":"he\u00e9y"}]"#),
            (V1, r#"{"topic":"pod:7","event":"message:new","payload":{"id":"x","text":"he\u00e9y"},"ref":"4"}"#),
        ] {
            let at = (0..=cut.min(whole.len())).rev().find(|i| whole.is_char_boundary(*i)).unwrap_or(0);
            let _ = version.decode(&format!("{}{insert}{}", &whole[..at], &whole[at..]));
            let _ = version.decode(&whole[..at]);
        }
    }

    #[test]
    fn a_reply_is_a_frame_whatever_the_topic(topic in "\\PC*", reference in "\\PC{0,15}") {
        let reference = serde_json::to_string(&reference).unwrap();
        let in_v2 = format!(r#"[null,{reference},"t","e",{{}}]"#);
        let in_v1 = format!(r#"{{"topic":"t","event":"e","payload":{{}},"ref":{reference}}}"#);
        for (version, sent) in [(V2, in_v2), (V1, in_v1)] {
            if let Ok(frame) = version.decode(&sent) {
                let text = version.reply(None, frame.reference.as_ref(), &topic, Status::Ok, &json!({}));
                let back = version.decode(&text).unwrap();
                prop_assert_eq!(&*back.topic, topic.as_str());
                prop_assert_eq!(back.reference, frame.reference);
            }
        }
    }

    #[test]
    fn a_broadcast_says_the_same_in_both_versions(topic in "\\PC*", event in "\\PC*", word in "\\PC*", number: i64) {
        let payload = json!({"word": word, "number": number, "list": [null, true]});
        let encoded = push(&topic, &event, &payload);
        prop_assert_eq!(encoded.in_version(V1), V1.push(&topic, &event, &payload));
        for version in [V1, V2] {
            let text = encoded.in_version(version);
            let back = version.decode(&text).unwrap();
            prop_assert_eq!((&*back.topic, &*back.event), (topic.as_str(), event.as_str()));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(back.payload.get()).unwrap(), payload.clone());
            prop_assert_eq!((back.join_ref, back.reference), (None, None));
        }
    }
}
