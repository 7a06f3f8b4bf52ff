//! All queries of messages. Row level security shows members the messages since they joined, and other callers none.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{Kind, Message, MessagePage, PAGE_BYTES, Span, one_emoji};
use crate::foundation::errors::{Error, Result};
use crate::foundation::prepared::{Statement, prepared};
use crate::foundation::schema::messages;

#[derive(Queryable, QueryableByName, Selectable, Deserialize)]
#[diesel(table_name = messages)]
struct Row {
    id: Uuid,
    seq: i64,
    changed_seq: i64,
    user_id: Uuid,
    kind: String,
    text: String,
    reply_to: Option<Uuid>,
    mentions: Vec<Uuid>,
    data: Option<Value>,
    edited_at: Option<DateTime<Utc>>,
    deleted_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

/// The part of `data` that is sent to clients.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Data {
    attachments: Vec<Uuid>,
    reactions: BTreeMap<String, Vec<Uuid>>,
}

impl Row {
    fn message(self) -> Result<Message> {
        let kind = Kind::read(&self.kind).ok_or_else(|| Error::internal(format!("a message of kind {}", self.kind)))?;
        let data: Data = match self.data {
            Some(data) => serde_json::from_value(data).map_err(Error::internal)?,
            None => Data::default(),
        };
        Ok(Message {
            id: self.id,
            seq: self.seq,
            changed_seq: self.changed_seq,
            user_id: self.user_id,
            kind,
            text: self.text,
            reply_to: self.reply_to,
            mentions: self.mentions,
            attachments: data.attachments,
            reactions: each_as_one(data.reactions),
            edited_at: self.edited_at,
            deleted_at: self.deleted_at,
            at: self.created_at,
        })
    }
}

/// Merges reactions that were stored before spellings were normalized: ❤ and ❤️ are one.
fn each_as_one(stored: BTreeMap<String, Vec<Uuid>>) -> BTreeMap<String, Vec<Uuid>> {
    let mut reactions: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    for (emoji, people) in stored {
        let known = reactions.entry(one_emoji(&emoji).unwrap_or(emoji)).or_default();
        for user_id in people {
            if !known.contains(&user_id) {
                known.push(user_id);
            }
        }
    }
    reactions
}

/// Reads a message from its row as a JSON object, as the database's functions return it.
///
/// # Errors
/// `internal` if the value is not such a row.
pub fn of_json(row: Value) -> Result<Message> {
    serde_json::from_value::<Row>(row).map_err(Error::internal)?.message()
}

/// Reads a page of a pod's log. `limit` is at most [`super::PAGE_MAX`].
///
/// # Errors
/// Those of the database.
pub async fn page(conn: &mut AsyncPgConnection, pod_id: Uuid, span: Span, limit: usize) -> Result<MessagePage> {
    // One row more than requested shows whether there are further ones.
    let wanted = limit as i64 + 1;
    let query = messages::table.filter(messages::pod_id.eq(pod_id)).select(Row::as_select()).limit(wanted);
    let rows = match span {
        Span::Newest => query.order(messages::seq.desc()).load(conn).await?,
        Span::Before(before) => query.filter(messages::seq.lt(before)).order(messages::seq.desc()).load(conn).await?,
        Span::After(after) => {
            query.filter(messages::changed_seq.gt(after)).order(messages::changed_seq.asc()).load(conn).await?
        }
    };
    let found = rows.into_iter().map(Row::message).collect::<Result<Vec<_>>>()?;
    Ok(cut(found, span, limit))
}

#[derive(QueryableByName)]
struct ChangedRow {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pod_id: Uuid,
    #[diesel(embed)]
    row: Row,
}

struct ChangedOf;

// The lateral join forces one index lookup per pod: the cost must not grow with the table.
impl Statement for ChangedOf {
    const SQL: &'static str = "SELECT m.pod_id, m.id, m.seq, m.changed_seq, m.user_id, m.kind, m.text, m.reply_to, \
         m.mentions, m.data, m.edited_at, m.deleted_at, m.created_at \
         FROM unnest($1, $2, $3) k (pod_id, after, head) \
         CROSS JOIN LATERAL (SELECT * FROM messages WHERE pod_id = k.pod_id AND changed_seq > k.after \
           AND changed_seq <= k.head ORDER BY changed_seq LIMIT $4) m \
         ORDER BY m.pod_id, m.changed_seq";
}

/// Reads what has changed in each of these pods after a position and up to a head, in one statement, for repairs. The
/// pages are like those of [`Span::After`], without changes above the head, so they are what the head promised. Pods
/// without changes are left out. As the service.
///
/// # Errors
/// Those of the database.
pub async fn changed(
    conn: &mut AsyncPgConnection,
    stretches: Vec<(Uuid, i64, i64)>,
    limit: usize,
) -> Result<HashMap<Uuid, MessagePage>> {
    let pods: Vec<Uuid> = stretches.iter().map(|(pod_id, ..)| *pod_id).collect();
    let after: Vec<i64> = stretches.iter().map(|(_, after, _)| *after).collect();
    let heads: Vec<i64> = stretches.iter().map(|(.., head)| *head).collect();
    let rows: Vec<ChangedRow> = prepared::<ChangedOf>()
        .bind::<Array<diesel::sql_types::Uuid>, _>(pods)
        .bind::<Array<BigInt>, _>(after)
        .bind::<Array<BigInt>, _>(heads)
        // One row more than requested shows whether there are further ones.
        .bind::<BigInt, _>(limit as i64 + 1)
        .load(conn)
        .await?;
    let mut found: HashMap<Uuid, Vec<Message>> = HashMap::new();
    for ChangedRow { pod_id, row } in rows {
        found.entry(pod_id).or_default().push(row.message()?);
    }
    // `cut` depends on the rows alone, not on the position.
    Ok(found.into_iter().map(|(pod_id, found)| (pod_id, cut(found, Span::After(0), limit))).collect())
}

/// Makes a page of rows, which are in the order of the query.
fn cut(found: Vec<Message>, span: Span, limit: usize) -> MessagePage {
    let mut bytes = 0;
    let fitting = found
        .iter()
        .take(limit)
        .take_while(|message| {
            let first = bytes == 0;
            bytes += weight(message);
            first || bytes <= PAGE_BYTES
        })
        .count();
    let more = found.len() > fitting;
    let mut messages = found;
    messages.truncate(fitting);
    let next = match span {
        Span::After(_) => messages.as_slice().last().map(|last| last.changed_seq),
        Span::Newest | Span::Before(_) => {
            messages.reverse();
            messages.as_slice().first().map(|first| first.seq)
        }
    };
    MessagePage { messages, more, next }
}

/// Estimates the bytes of a message's JSON, never too low. Escapes can make a text up to six times longer, so they are
/// counted.
fn weight(message: &Message) -> usize {
    let escapes: usize = message.text.bytes().filter(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')).count();
    let lists =
        message.mentions.len() + message.attachments.len() + message.reactions.values().map(Vec::len).sum::<usize>();
    360 + message.text.len() + escapes * 5 + lists * 40 + message.reactions.len() * 72
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(seq: i64, text: &str) -> Message {
        Message::fresh(Uuid::from_u128(seq as u128), seq, Uuid::nil(), Kind::Text, text.into(), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_page_ends_at_its_limit_or_its_bytes() {
        let found: Vec<_> = (1..=4).map(|n| message(n, "hi")).collect();
        let page = cut(found, Span::After(0), 3);
        assert_eq!((page.messages.len(), page.more, page.next), (3, true, Some(3)));
        let heavy: Vec<_> = (1..=10).map(|n| message(n, &"x".repeat(100_000))).collect();
        let page = cut(heavy, Span::After(0), 10);
        assert_eq!((page.messages.len(), page.more, page.next), (2, true, Some(2)));
        let huge = cut(vec![message(1, &"x".repeat(PAGE_BYTES * 2))], Span::After(0), 10);
        assert_eq!((huge.messages.len(), huge.more), (1, false), "a page is never empty while there is something");
    }

    #[test]
    fn older_pages_read_downward_and_show_upward() {
        let page = cut(vec![message(9, "c"), message(8, "b"), message(7, "a")], Span::Before(10), 2);
        let seqs: Vec<_> = page.messages.iter().map(|message| message.seq).collect();
        assert_eq!((seqs, page.more, page.next), (vec![8, 9], true, Some(8)));
        assert_eq!(cut(Vec::new(), Span::Newest, 50), MessagePage { messages: vec![], more: false, next: None });
    }

    #[test]
    fn spellings_of_a_reaction_are_merged() {
        let [a, b, c] = [1, 2, 3].map(Uuid::from_u128);
        let stored = [("\u{2764}", vec![b, a]), ("\u{2764}\u{fe0f}", vec![a, c]), ("ok", vec![a])];
        let merged = each_as_one(stored.map(|(emoji, people)| (emoji.to_owned(), people)).into());
        assert_eq!(merged, BTreeMap::from([("ok".into(), vec![a]), ("\u{2764}\u{fe0f}".into(), vec![b, a, c])]));
    }

    #[test]
    fn the_weight_is_never_less_than_the_json() {
        for text in ["plain", "\u{1}\u{2}\"\\", "emoji 🔥 and mixed скрипты", &"\u{7}".repeat(4000)] {
            let mut message = message(i64::MAX, text);
            message.reactions.extend(["🔥".repeat(16), "👍".into()].map(|emoji| (emoji, vec![Uuid::max(); 5])));
            message.mentions = vec![Uuid::max(); 5];
            assert!(weight(&message) >= serde_json::to_string(&message).unwrap().len(), "{text}");
        }
    }
}
