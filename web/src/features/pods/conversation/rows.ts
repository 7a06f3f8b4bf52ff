// What stands in a conversation, row by row: days, where the unread begins, what people said, the log's own lines.

import type { Member, Message } from "../../../generated/openapi";
import type { Id } from "../../../lib/id";
import { folded } from "./folded";
import type { Shown } from "./state";

export type Row =
  | { type: "day"; key: string; at: string }
  | { type: "unread"; key: string }
  | {
      type: "line";
      key: string;
      message: Message;
      /** How many lines of the log it stands for. */
      lines: number;
    }
  | {
      type: "bubble";
      key: string;
      shown: Shown;
      mine: boolean;
      /** The first of several by the same person, and the last. */
      opens: boolean;
      closes: boolean;
      /** Who has read up to here and no further. */
      readers: Member[];
    };

/** Words of the same person within this time stand together. */
const TOGETHER = 5 * 60_000;

export interface View {
  me: Id;
  members: readonly Member[];
  /** The mark under which the unread began when the conversation was opened; null for no line. */
  unreadAfter: number | null;
  /** The log's head then: what was said later was not unread, but heard. */
  unreadUntil: number;
  /** The beginning of the day on which something happened, in the reader's zone. */
  day: (at: string) => string;
}

/** The rows, in order. */
export function rows(messages: readonly Shown[], view: View): Row[] {
  const readers = readersOf(messages, view);
  const result: Row[] = [];
  let day: string | undefined;
  let marked = view.unreadAfter === null;
  const list = folded(messages, view.day);
  list.forEach(({ shown, lines, key }, place) => {
    const { message } = shown;
    const today = view.day(message.at);
    let opens = false;
    if (today !== day) {
      day = today;
      result.push({ type: "day", key: `day-${today}`, at: message.at });
      opens = true;
    }
    if (!marked && isNews(message, view)) {
      marked = true;
      result.push({ type: "unread", key: "unread" });
      opens = true;
    }
    if (message.kind !== "text") {
      result.push({ type: "line", key, message, lines });
      return;
    }
    opens ||= !belong(list[place - 1]?.shown.message, message);
    const after = list[place + 1]?.shown.message;
    const closes = !after || !belong(message, after) || view.day(after.at) !== today;
    const mine = message.user_id === view.me;
    const read = readers.get(message.id) ?? [];
    result.push({ type: "bubble", key: message.id, shown, mine, opens, closes, readers: read });
  });
  return result;
}

function isNews({ seq, kind, user_id }: Message, { unreadAfter, unreadUntil, me }: View): boolean {
  return unreadAfter !== null && seq > unreadAfter && seq <= unreadUntil && kind === "text" && user_id !== me;
}

function belong(before: Message | undefined, message: Message): boolean {
  return (
    before?.kind === "text" &&
    before.user_id === message.user_id &&
    Date.parse(message.at) - Date.parse(before.at) < TOGETHER
  );
}

/** Each other member at the newest words that they have read. */
function readersOf(messages: readonly Shown[], { members, me }: View): Map<Id, Member[]> {
  const readers = new Map<Id, Member[]>();
  const waiting = members.filter((member) => member.user_id !== me);
  for (let place = messages.length - 1; place >= 0 && waiting.length > 0; place--) {
    const { message } = messages[place] as Shown;
    if (message.kind !== "text" || message.seq === Infinity) continue;
    for (let index = waiting.length - 1; index >= 0; index--) {
      const member = waiting[index] as Member;
      if (member.read_seq < message.seq) continue;
      waiting.splice(index, 1);
      // Who wrote it has read it; that goes without saying.
      if (member.user_id !== message.user_id) readers.set(message.id, [...(readers.get(message.id) ?? []), member]);
    }
  }
  return readers;
}
