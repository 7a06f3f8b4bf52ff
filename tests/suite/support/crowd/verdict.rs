//! Checks that a pod's members have what Postgres has, and that Postgres has what they received.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use super::member::Member;
use super::thing::Thing;

/// A message as Postgres has it.
struct Stored {
    id: Uuid,
    /// As it must be shown; of times, only whether there is one.
    shown: Value,
    position: i64,
    is_text: bool,
}

/// Asserts, of all members of a pod: that each one's log is that of Postgres; that every position of the log was
/// acknowledged to the one who took it, or is a line, so that nothing was done twice; and that what was acknowledged is
/// there.
pub async fn assert_same_log(client: &Client, pod: Uuid, members: &[Member]) {
    let stored = stored(client, pod).await;
    let (lines, texts): (Vec<_>, Vec<_>) = stored.iter().partition(|(_, message)| !message.is_text);
    let said: HashMap<Uuid, i64> = members.iter().flat_map(|member| member.said.clone()).collect();
    let there: HashMap<Uuid, i64> = texts.iter().map(|(seq, message)| (message.id, **seq)).collect();
    assert_eq!(there, said, "what is stored is what was acknowledged, where its answer said");
    let head = stored.values().map(|message| message.position).max().unwrap_or(0);
    let changed = members.iter().flat_map(|member| member.changed.iter().map(|(_, position)| *position));
    let lines = lines.iter().map(|(seq, _)| **seq);
    let announced: BTreeSet<i64> = said.values().copied().chain(changed).chain(lines).collect();
    let missing: Vec<i64> = (1..=head).filter(|position| !announced.contains(position)).collect();
    assert!(
        missing.is_empty() && announced.len() as i64 == head,
        "done, and announced to nobody: {missing:?} of {head}"
    );
    assert_changes_hold(members, &stored, &there);
    for member in members {
        assert_shown(member, &stored);
    }
}

/// The last edit of each message is what it says, and the last word on each reaction is what it has.
fn assert_changes_hold(members: &[Member], stored: &HashMap<i64, Stored>, there: &HashMap<Uuid, i64>) {
    for member in members {
        let mut changes: Vec<&(Thing, i64)> = member.changed.iter().collect();
        // Changes that change nothing have the position of the one before them.
        changes.sort_by_key(|(_, position)| *position);
        let mut texts: HashMap<Uuid, &str> = HashMap::new();
        let mut reactions: HashMap<(Uuid, &str), bool> = HashMap::new();
        for (change, _) in changes {
            match change {
                Thing::Edit { id, text, .. } => drop(texts.insert(*id, text)),
                Thing::Delete { id, .. } => drop(texts.insert(*id, "")),
                Thing::React { id, emoji, on, .. } => drop(reactions.insert((*id, emoji), *on)),
                Thing::Say { .. } => {}
            }
        }
        for (id, text) in texts {
            assert_eq!(stored[&there[&id]].shown["text"], json!(text), "of {id}");
        }
        for ((id, emoji), on) in reactions {
            let shown = &stored[&there[&id]].shown;
            let people = shown["reactions"][emoji].as_array();
            let has = people.is_some_and(|people| people.contains(&json!(member.person.id)));
            // A deletion takes the reactions with it.
            assert!(has == on || shown["deleted_at"] == true, "{emoji} of {} on {id}", member.person.name);
        }
    }
}

fn assert_shown(member: &Member, stored: &HashMap<i64, Stored>) {
    // A newcomer's log starts with their coming.
    let first = member.log.held.first_key_value().map_or(1, |(seq, _)| *seq);
    let wanted: BTreeSet<i64> = stored.keys().copied().filter(|seq| *seq >= first).collect();
    let held: BTreeSet<i64> = member.log.held.keys().copied().collect();
    let (missing, odd) = (wanted.difference(&held), held.difference(&wanted));
    let name = &member.person.name;
    assert!(wanted == held, "{name}: missing {:?}, odd {:?}", Vec::from_iter(missing), Vec::from_iter(odd));
    for (seq, held) in &member.log.held {
        let mut shown: Value = serde_json::from_str(&held.raw).expect("a message");
        let fields = shown.as_object_mut().expect("a message");
        fields.remove("at");
        for time in ["edited_at", "deleted_at"] {
            let value = fields.get_mut(time).expect("a time or none");
            *value = json!(!value.is_null());
        }
        assert_eq!(shown, stored[seq].shown, "{name}, {seq}");
    }
}

async fn stored(client: &Client, pod: Uuid) -> HashMap<i64, Stored> {
    let query = "SELECT seq, id, changed_seq, kind, jsonb_build_object('id', id, 'seq', seq, 'changed_seq', changed_seq, \
                 'user_id', user_id, 'kind', kind, 'text', text, 'reply_to', reply_to, 'mentions', mentions, \
                 'attachments', '[]'::jsonb, 'reactions', coalesce(data -> 'reactions', '{}'), \
                 'edited_at', edited_at IS NOT NULL, 'deleted_at', deleted_at IS NOT NULL) \
                 FROM messages WHERE pod_id = $1";
    let rows = client.query(query, &[&pod]).await.expect("the log");
    let stored = rows.iter().map(|row| {
        let kind: &str = row.get(3);
        let message = Stored { id: row.get(1), position: row.get(2), is_text: kind == "text", shown: row.get(4) };
        (row.get(0), message)
    });
    stored.collect()
}
