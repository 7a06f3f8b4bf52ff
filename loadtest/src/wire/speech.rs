//! The protocols of servers behind one interface: Phoenix Channels, and Socket.IO for the peers of `compare`.

use std::fmt::Arguments;
use std::io::Write;

use super::phoenix;

/// The protocol of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Speech {
    /// Podium: Phoenix Channels, with people, events and pods created over HTTP
    #[default]
    Podium,
    /// Any server of Phoenix Channels that broadcasts and answers pushes; nothing is created before
    Phoenix,
    /// Socket.IO as `loadtest/peers/socketio` serves it; nothing is created before
    Socketio,
}

/// The kind of a push, by its ref.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Push {
    /// A message, by the number of its send.
    Message(u64),
    /// An edit of that message.
    Edit(u64),
    /// A deletion of that message.
    Delete(u64),
    /// A reaction to that message.
    Reaction(u64),
    /// A typing notice, by its number.
    Typing(u64),
    /// A read mark.
    Read,
    /// A page of the log.
    History,
    /// The join of the person's own topic.
    Inbox,
    /// Leaving.
    Leave,
}

impl Push {
    /// Returns the event.
    pub fn event(self) -> &'static str {
        match self {
            Push::Message(_) => "message:new",
            Push::Edit(_) => "message:edit",
            Push::Delete(_) => "message:delete",
            Push::Reaction(_) => "reaction:set",
            Push::Typing(_) => "typing",
            Push::Read => "read",
            Push::History => "history",
            Push::Inbox => "phx_join",
            Push::Leave => "phx_leave",
        }
    }

    fn letter(self) -> (&'static str, u64) {
        match self {
            Push::Message(number) => ("", number),
            Push::Edit(number) => ("e", number),
            Push::Delete(number) => ("d", number),
            Push::Reaction(number) => ("x", number),
            Push::Typing(number) => ("t", number),
            Push::Read => ("r", 0),
            Push::History => ("p", 0),
            Push::Inbox => ("u", 0),
            Push::Leave => ("l", 0),
        }
    }

    fn read(reference: &[u8]) -> Option<Push> {
        let number = |from: usize| phoenix::number(&reference[from..]);
        Some(match reference.first()? {
            b'0'..=b'9' => Push::Message(number(0)),
            b'e' => Push::Edit(number(1)),
            b'd' => Push::Delete(number(1)),
            b'x' => Push::Reaction(number(1)),
            b't' => Push::Typing(number(1)),
            b'r' => Push::Read,
            b'p' => Push::History,
            b'u' => Push::Inbox,
            b'l' => Push::Leave,
            _ => return None,
        })
    }
}

/// The meaning of a text from the server.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard<'a> {
    /// The client must introduce itself.
    Greeting,
    /// The client may join.
    Ready,
    /// The client must answer with a sign of life.
    Ping,
    /// The answer to the join.
    Joined(bool, &'a [u8]),
    /// The answer to a push.
    Answer(Push, bool, &'a [u8]),
    /// A message, new or changed.
    Message(&'a [u8]),
    /// A typing notice.
    Typing(&'a [u8]),
    /// What the server counts of a post: a poll's tally, or all taps.
    Tally(&'a [u8]),
    /// The closing of a poll, with its final tally.
    Closing(&'a [u8]),
    /// The end of the topic.
    Over(&'a [u8]),
    /// A text that no check needs.
    Other,
}

impl Speech {
    /// Returns the path of the upgrade.
    pub fn request(self, prefix: &str, token: &str) -> String {
        match self {
            Speech::Podium | Speech::Phoenix => format!("{prefix}/socket/websocket?vsn=2.0.0&token={token}"),
            Speech::Socketio => format!("{prefix}/socket.io/?EIO=4&transport=websocket"),
        }
    }

    /// Returns `true` if a session may join as soon as its socket is open.
    pub fn joins_at_once(self) -> bool {
        self != Speech::Socketio
    }

    /// Writes the introduction, for [`Heard::Greeting`].
    pub fn introduce(self, out: &mut Vec<u8>, token: &str) {
        let _ = write!(out, r#"40{{"token":"{token}"}}"#);
    }

    /// Writes the join of a topic.
    pub fn join(self, out: &mut Vec<u8>, topic: &str, payload: Arguments<'_>) {
        let _ = match self {
            Speech::Podium | Speech::Phoenix => phoenix::join(out, topic, payload),
            Speech::Socketio => write!(out, r#"420["join","{topic}"]"#),
        };
    }

    /// Writes a sign of life, requested or not.
    pub fn heartbeat(self, out: &mut Vec<u8>) {
        match self {
            Speech::Podium | Speech::Phoenix => phoenix::heartbeat(out),
            Speech::Socketio => out.push(b'3'),
        }
    }

    /// Returns `true` if the client must send signs of life unasked.
    pub fn beats(self) -> bool {
        self != Speech::Socketio
    }

    /// Writes a push.
    pub fn push(self, out: &mut Vec<u8>, push: Push, topic: &str, payload: Arguments<'_>) {
        let (letter, number) = push.letter();
        let event = push.event();
        match self {
            Speech::Podium | Speech::Phoenix => {
                let reference = (letter, number);
                phoenix::push(out, reference, topic, event, payload);
            }
            // The join's answer has number 0. Only messages request an answer.
            Speech::Socketio if letter.is_empty() => {
                let _ = write!(out, r#"42{}["{event}",{payload}]"#, number + 1);
            }
            Speech::Socketio => {
                let _ = write!(out, r#"42["{event}",{payload}]"#);
            }
        }
    }

    /// Parses a text.
    pub fn read(self, text: &[u8]) -> Heard<'_> {
        match self {
            Speech::Podium | Speech::Phoenix => read_phoenix(text),
            Speech::Socketio => read_socketio(text),
        }
        .unwrap_or(Heard::Other)
    }
}

fn read_phoenix(text: &[u8]) -> Option<Heard<'_>> {
    let incoming = phoenix::read(text)?;
    Some(match incoming.event {
        b"message:new" | b"message:changed" | b"post:new" => Heard::Message(incoming.payload),
        b"phx_reply" => {
            let (ok, response) = phoenix::reply(incoming.payload)?;
            if incoming.reference == phoenix::JOIN.as_bytes() {
                Heard::Joined(ok, response)
            } else {
                Heard::Answer(Push::read(incoming.reference)?, ok, response)
            }
        }
        b"typing" => Heard::Typing(incoming.payload),
        b"poll:tally" | b"hype" => Heard::Tally(incoming.payload),
        b"poll:closed" => Heard::Closing(incoming.payload),
        b"phx_close" | b"phx_error" => Heard::Over(incoming.event),
        _ => Heard::Other,
    })
}

fn read_socketio(text: &[u8]) -> Option<Heard<'_>> {
    Some(match text {
        [b'0', ..] => Heard::Greeting,
        [b'2'] => Heard::Ping,
        [b'4', b'0', ..] => Heard::Ready,
        [b'4', b'1' | b'4', why @ ..] => Heard::Over(why),
        [b'4', b'2', event @ ..] => {
            let event = event.strip_prefix(b"[\"")?;
            let end = memchr::memchr(b'"', event)?;
            let payload = event.get(end + 2..)?.strip_suffix(b"]")?;
            match &event[..end] {
                b"message:new" => Heard::Message(payload),
                b"typing" => Heard::Typing(payload),
                _ => Heard::Other,
            }
        }
        [b'4', b'3', answer @ ..] => {
            let open = memchr::memchr(b'[', answer)?;
            let (number, response) = (phoenix::number(&answer[..open]), answer[open + 1..].strip_suffix(b"]")?);
            let ok = memchr::memmem::find(response, br#""error":"#).is_none();
            match number {
                0 => Heard::Joined(ok, response),
                number => Heard::Answer(Push::Message(number - 1), ok, response),
            }
        }
        _ => Heard::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(speech: Speech, push: Push) -> String {
        let mut out = Vec::new();
        speech.push(&mut out, push, "pod:7", format_args!("{{}}"));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn pushes_are_known_again_by_their_refs() {
        let all = [Push::Message(7), Push::Edit(7), Push::Delete(7), Push::Reaction(7), Push::Typing(7), Push::Read];
        for push in all.into_iter().chain([Push::History, Push::Inbox, Push::Leave]) {
            let text = pushed(Speech::Podium, push);
            let reference = phoenix::read(text.as_bytes()).unwrap().reference;
            assert_eq!(Push::read(reference), Some(push), "{text}");
        }
        assert_eq!(pushed(Speech::Podium, Push::Message(7)), r#"["j","7","pod:7","message:new",{}]"#);
    }

    #[test]
    fn phoenix_is_understood() {
        let read = |text: &'static str| Speech::Phoenix.read(text.as_bytes());
        assert_eq!(read(r#"[null,null,"t","message:new",{"id":1}]"#), Heard::Message(br#"{"id":1}"#));
        let reply = r#"["j","j","t","phx_reply",{"status":"ok","response":{"head":1}}]"#;
        assert_eq!(read(reply), Heard::Joined(true, br#"{"head":1}"#));
        let reply = r#"["j","e4","t","phx_reply",{"status":"error","response":{"code":"x"}}]"#;
        assert!(matches!(read(reply), Heard::Answer(Push::Edit(4), false, _)));
        assert_eq!(read(r#"["j","j","t","phx_close",{}]"#), Heard::Over(b"phx_close"));
        assert_eq!(read("nonsense"), Heard::Other);
    }

    #[test]
    fn socket_io_is_understood() {
        let read = |text: &'static str| Speech::Socketio.read(text.as_bytes());
        assert_eq!(read(r#"0{"sid":"x","pingInterval":25000}"#), Heard::Greeting);
        assert_eq!(read(r#"40{"sid":"x"}"#), Heard::Ready);
        assert_eq!(read("2"), Heard::Ping);
        assert_eq!(read(r#"430[{"head":3}]"#), Heard::Joined(true, br#"{"head":3}"#));
        assert_eq!(read(r#"435[{"seq":9}]"#), Heard::Answer(Push::Message(4), true, br#"{"seq":9}"#));
        assert_eq!(read(r#"42["message:new",{"id":1}]"#), Heard::Message(br#"{"id":1}"#));
        assert_eq!(pushed(Speech::Socketio, Push::Message(4)), r#"425["message:new",{}]"#);
    }
}
