//! The texts that people write in a run.
//!
//! Without a size the texts are like those of a real group chat: mostly a few words, sometimes a paragraph, in several
//! scripts, with emoji, quotes and line breaks, so that they cost as much JSON and UTF-8 as in practice. With a size
//! each has exactly that many bytes of ASCII, so that servers can be compared.

use crate::random::Random;

/// Short texts, which are most.
const LINES: &[&str] = &[
    "where are you?",
    "on my way 🚶",
    "😂😂😂",
    "ok",
    "yes!!",
    "left of the stage, by the big \"EXIT\" sign",
    "🔥🔥🔥",
    "wait for me, the queue at the bar is endless",
    "who has the tickets?",
    "brb",
    "that bass drop 🤯",
    "can't hear you, come to the front",
    "lost my jacket :(",
    "👍",
    "see you there",
    "encore!!!",
    "❤️",
    "どこにいるの？",
    "今着いた！入口で待ってるね",
    "最高だった😭",
    "등장했다!!! 미쳤다",
    "지금 어디야?",
    "我在左边第二排",
    "太好听了！！",
    "wo seid ihr? ich steh am Merch",
    "gleich geht's los",
    "Bin in 5 Min da, Straßenbahn fällt aus 🙄",
    "c'était incroyable",
    "j'arrive, gardez-moi une place à côté de vous",
    "¿dónde están?",
    "vamos al escenario pequeño a las 22:30",
    "estou perto do palco 💃",
    "ну где вы все?",
    "стою у входа, связь плохая",
    "يلا وين انتم؟",
    "أنا عند البوابة الثانية",
    "मैं आ गया, गेट नंबर 4 पर",
    "ฉันอยู่หน้าเวที",
    "πού είστε;",
    "אני ליד הבמה",
    "👨‍👩‍👧‍👦 all here",
    "🏳️‍🌈✨",
    "song of the night so far?",
    "meet at the tower after the show",
    "battery at 4 %, tell mum I'm fine",
    "haha no way",
    "https://example.org/setlist?day=2&stage=main",
    "plan:\n1. food\n2. second row\n3. never sleep",
    "5 €? for water??",
];

/// Longer texts.
const PARAGRAPHS: &[&str] = &[
    "ok so here is the plan: we meet at the north gate at six, whoever is late texts before half past, then we go in \
     together because the wristbands are all on my name, and after the support act we try to get to the left side where \
     the sound is best",
    "I just talked to somebody from the crew and they said the second stage is delayed by forty minutes because of the \
     storm, so we have time to eat; there is a good noodle place behind the container village, the one with the \"red \
     lanterns\", and it's half the price of everything else here",
    "Also ganz ehrlich: das war das beste Konzert, auf dem ich je war. Die Lichter bei \u{201e}Nachtzug\u{201c}, und wie dann plötzlich \
     alle gesungen haben … ich hatte Gänsehaut bis zum Schluss. Danke, dass ihr mich mitgenommen habt! 🥹",
    "今日は本当にありがとう！アンコールの二曲目で泣いちゃった。写真はあとで全部アルバムに入れておくから、みんなも持ってるやつを追加してね。\
     帰りの電車は23時48分が最後だから、気をつけて！",
];

/// The number of different texts in a run.
const COUNT: usize = 1024;

/// A collection of texts, each in JSON, with its quotes.
#[derive(Debug)]
pub struct Texts(Vec<String>);

impl Texts {
    /// Makes texts like those of people.
    pub fn human(random: &mut Random) -> Self {
        Texts((0..COUNT).map(|_| json(&human(random))).collect())
    }

    /// Makes texts of exactly `size` bytes.
    pub fn sized(random: &mut Random, size: usize) -> Self {
        Texts((0..COUNT).map(|_| json(&sized(random, size))).collect())
    }

    /// Returns the text of a send.
    pub fn of(&self, number: u64) -> &str {
        &self.0[number as usize % self.0.len()]
    }
}

fn json(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}

fn human(random: &mut Random) -> String {
    let pick = |random: &mut Random, from: &[&'static str]| from[random.below(from.len())];
    match random.below(100) {
        0..=79 => pick(random, LINES).to_owned(),
        80..=94 => format!("{} {}", pick(random, LINES), pick(random, LINES)),
        95..=98 => pick(random, PARAGRAPHS).to_owned(),
        _ => [pick(random, PARAGRAPHS), pick(random, LINES), pick(random, PARAGRAPHS)].join("\n\n"),
    }
}

fn sized(random: &mut Random, size: usize) -> String {
    const LETTERS: &[u8] = b"etaoinshrdlucmfwypvbgkqjxz";
    let mut text = String::with_capacity(size);
    while text.len() < size {
        let word = (2 + random.below(7)).min(size - text.len());
        (0..word).for_each(|_| text.push(LETTERS[random.below(26).min(random.below(26))] as char));
        if text.len() + 1 < size {
            text.push(' ');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_a_size_have_it() {
        for size in [1, 2, 10, 100, 3999] {
            let texts = Texts::sized(&mut Random::seeded(1), size);
            assert!(texts.0.iter().all(|text| text.len() == size + 2 && text.is_ascii()));
        }
    }

    #[test]
    fn people_write_in_many_scripts_and_never_too_much() {
        let texts = Texts::human(&mut Random::seeded(1));
        let read: Vec<String> = texts.0.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        assert!(read.iter().all(|text| !text.trim().is_empty() && text.chars().count() < 4000));
        assert!(read.iter().any(|text| text.len() > text.chars().count()));
        assert!(read.iter().any(|text| text.chars().count() > 400));
    }
}
