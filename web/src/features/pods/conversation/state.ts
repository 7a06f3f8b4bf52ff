// A pod's conversation as this device knows it, as a value and functions of it: nothing here knows of sockets, clocks or
// pages. It keeps the rules of docs/PROTOCOL.md, "Positions", "Sending safely" and "Changing safely".
//
// - The log is what the server said, ascending by `seq`. A message is taken if its `changed_seq` is higher than what is
//   held of it.
// - `floor` is the lowest `seq` from which the log has no hole. What lies below was heard of by a change (an old message
//   was edited), and is shown only when the pages in between are there.
// - The outbox is what this device wants done: messages, edits, deletions, reactions, in the order of wanting. An entry
//   leaves it when the log shows its effect, so that nothing flickers and nothing is shown twice.

import { canonical, merged } from "../../../lib/emoji";
import type { Member, Message, MessagePage, Pod } from "../../../generated/openapi";
import type { PodJoined } from "../../../generated/asyncapi";
import type { Id } from "../../../lib/id";

/** Something that is to be done, under an id by which the server knows a repeat. */
export type Wish =
  | { kind: "new"; text: string; reply_to: Id | null; mentions: Id[] }
  /** Without `mentions` it leaves them as they are. */
  | { kind: "edit"; id: Id; text: string; mentions?: Id[] }
  | { kind: "delete"; id: Id }
  | { kind: "react"; id: Id; emoji: string; on: boolean };

export interface Entry {
  /** The message's own id for a new one, else the change's `op`. */
  op: Id;
  wish: Wish;
  /** When it was wanted, as ISO 8601. */
  at: string;
  /** The server refused it, and will again. */
  failed?: { code: string; reason: string };
  /** The server has done it; the place of the change in the log. */
  done?: number;
  /** This tab alone has it: the device could not keep it, and a reload would lose it. */
  alone?: true;
}

export interface Conversation {
  pod: Pod | null;
  members: Member[];
  /** Ascending by `seq`, each once. */
  log: readonly Message[];
  floor: number;
  /** Nothing lies before `floor`. */
  whole: boolean;
  epoch: string | null;
  /** Everything up to here is known; null before the first join. */
  position: number | null;
  /** After a join that had too much to tell at once: where the next page goes on. */
  catchUp: number | null;
  /** The log's head when it was joined, and the last live push since. */
  top: number;
  outbox: readonly Entry[];
}

export type Action =
  | { type: "joined"; reply: PodJoined; resumed: boolean }
  | { type: "live"; message: Message }
  | { type: "older"; before: number; epoch: string | null; page: MessagePage }
  | { type: "newer"; after: number; epoch: string | null; page: MessagePage }
  | { type: "pod"; pod: Pod; members: Member[] }
  | { type: "read"; user_id: Id; seq: number }
  | { type: "wanted"; entry: Entry }
  | { type: "done"; op: Id; seq: number }
  | { type: "failed"; op: Id; code: string; reason: string }
  | { type: "again"; op: Id }
  | { type: "kept"; op: Id; kept: boolean }
  | { type: "dropped"; op: Id };

/** Nothing is known yet. */
export function empty(): Conversation {
  return {
    pod: null,
    members: [],
    log: [],
    floor: Infinity,
    whole: false,
    epoch: null,
    position: null,
    catchUp: null,
    top: 0,
    outbox: [],
  };
}

/** The conversation after something happened. */
export function reduce(state: Conversation, action: Action): Conversation {
  return settle(step(state, action));
}

function step(state: Conversation, action: Action): Conversation {
  switch (action.type) {
    case "joined":
      return joined(state, action.reply, action.resumed);
    case "live": {
      const log = take(state.log, [action.message]);
      const top = Math.max(state.top, action.message.changed_seq);
      // While pages are missing, only they move the position.
      const position = state.catchUp === null ? top : state.position;
      return { ...state, log, top, position };
    }
    case "older": {
      // Asked before a reset: about a log that is no more.
      if (action.before !== state.floor || action.epoch !== state.epoch) return state;
      const first = action.page.messages[0];
      const floor = first ? Math.min(state.floor, first.seq) : state.floor;
      return { ...state, log: take(state.log, action.page.messages), floor, whole: !action.page.more };
    }
    case "newer": {
      if (action.after !== state.catchUp || action.epoch !== state.epoch) return state;
      const log = take(state.log, action.page.messages);
      if (action.page.more && action.page.next !== null) {
        return { ...state, log, catchUp: action.page.next, position: action.page.next };
      }
      return { ...state, log, catchUp: null, position: state.top };
    }
    case "pod":
      return { ...state, pod: action.pod, members: farthest(state.members, action.members) };
    case "read": {
      const members = state.members.map((member) =>
        member.user_id === action.user_id && action.seq > member.read_seq
          ? { ...member, read_seq: action.seq }
          : member,
      );
      return { ...state, members };
    }
    case "wanted":
      if (state.outbox.some((entry) => entry.op === action.entry.op)) return state;
      return { ...state, outbox: [...state.outbox, action.entry] };
    case "done":
      return { ...state, outbox: change(state.outbox, action.op, (entry) => ({ ...entry, done: action.seq })) };
    case "failed": {
      const failed = { code: action.code, reason: action.reason };
      return { ...state, outbox: change(state.outbox, action.op, (entry) => ({ ...entry, failed })) };
    }
    case "again":
      return { ...state, outbox: change(state.outbox, action.op, ({ failed: _, ...entry }) => entry) };
    case "kept": {
      const entry = state.outbox.find(({ op }) => op === action.op);
      if (!entry || action.kept === (entry.alone === undefined)) return state;
      const mark = ({ alone: _, ...rest }: Entry): Entry => (action.kept ? rest : { ...rest, alone: true });
      return { ...state, outbox: change(state.outbox, action.op, mark) };
    }
    case "dropped":
      return { ...state, outbox: state.outbox.filter((entry) => entry.op !== action.op) };
  }
}

function joined(state: Conversation, reply: PodJoined, resumed: boolean): Conversation {
  const { pod, epoch, head, more, next } = reply;
  // Marks are read anew with each join, and never move back.
  const members = farthest(state.members, reply.members);
  if (!resumed || reply.reset === true || state.position === null) {
    const log = take([], reply.messages);
    const floor = log[0]?.seq ?? head + 1;
    // What was done in a log that is no more is to be done again, unless this one has it; the ids keep that safe.
    const outbox = state.outbox.map(({ done: _, ...entry }) => entry);
    return {
      ...state,
      pod,
      members,
      epoch,
      log,
      floor,
      whole: !more,
      position: head,
      catchUp: null,
      top: head,
      outbox,
    };
  }
  const log = take(state.log, reply.messages);
  const goesOn = more && next !== null;
  return {
    ...state,
    pod,
    members,
    epoch,
    log,
    top: head,
    catchUp: goesOn ? next : null,
    position: goesOn ? next : Math.max(state.position, head),
  };
}

/** What to join with: nothing the first time, else the position. */
export function joinParams(state: Conversation): { after?: number; epoch?: string } {
  if (state.position === null) return {};
  return state.epoch === null ? { after: state.position } : { after: state.position, epoch: state.epoch };
}

/** What is to be sent next. One at a time, so that a refusal of one cannot let the next overtake it. */
export function nextWish(state: Conversation): Entry | undefined {
  return state.outbox.find((entry) => entry.done === undefined && entry.failed === undefined);
}

/** The message with this id, whether it is shown or not. */
export function find(state: Conversation, id: Id): Message | undefined {
  // The newest are asked for most.
  for (let place = state.log.length - 1; place >= 0; place--) {
    if (state.log[place]?.id === id) return state.log[place];
  }
  return undefined;
}

/** The place of the first message of this `seq` or a higher one. */
export function placeOf(log: readonly Message[], seq: number): number {
  let [low, high] = [0, log.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((log[middle] as Message).seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

function take(log: readonly Message[], messages: readonly Message[]): readonly Message[] {
  let result: Message[] | undefined;
  for (const received of messages) {
    const message = spelled(received);
    const now: readonly Message[] = result ?? log;
    const place = placeOf(now, message.seq);
    const held = now[place];
    if (held?.seq !== message.seq) {
      (result ??= log.slice()).splice(place, 0, message);
    } else if (message.changed_seq > held.changed_seq) {
      (result ??= log.slice())[place] = message;
    }
  }
  return result ?? log;
}

/** A message whose reactions are spelled in one way: rows from before that was so have two for one. */
function spelled(message: Message): Message {
  const reactions = merged(message.reactions);
  return reactions === message.reactions ? message : { ...message, reactions };
}

/** The members as received last, with the farther of both read marks. */
function farthest(old: Member[], received: Member[]): Member[] {
  const marks = new Map(old.map((member) => [member.user_id, member.read_seq]));
  return received.map((member) => ({ ...member, read_seq: Math.max(member.read_seq, marks.get(member.user_id) ?? 0) }));
}

function change(outbox: readonly Entry[], op: Id, how: (entry: Entry) => Entry): readonly Entry[] {
  return outbox.map((entry) => (entry.op === op ? how(entry) : entry));
}

/** Takes out of the outbox what the log shows. */
function settle(state: Conversation): Conversation {
  if (state.outbox.length === 0) return state;
  const outbox = state.outbox.filter((entry) => !isShown(state, entry));
  return outbox.length === state.outbox.length ? state : { ...state, outbox };
}

function isShown(state: Conversation, { op, wish, done }: Entry): boolean {
  const message = find(state, wish.kind === "new" ? op : wish.id);
  // A new message that is in the log was stored, whether or not the answer came through.
  if (wish.kind === "new" && message) return true;
  if (done === undefined) return false;
  if (message && message.changed_seq >= done) return true;
  // Everything up to there is known, and it is not among it: it lies before what is held.
  return state.catchUp === null && state.position !== null && state.position >= done;
}

/** A message as it is shown: with what this device wants of it done already. */
export interface Shown {
  message: Message;
  /** `stored` by the server; on its way; or refused. */
  state: "stored" | "waiting" | "failed";
  /** The entry of a new message that is not in the log yet, or of a change that was refused or that this tab alone has. */
  entry?: Entry;
}

/** What is to be shown, in order: the log without holes, then what is still to be sent. */
export function shown(state: Conversation, me: Id): Shown[] {
  const changes = new Map<Id, Entry[]>();
  for (const entry of state.outbox) {
    if (entry.wish.kind === "new") continue;
    const list = changes.get(entry.wish.id) ?? [];
    list.push(entry);
    changes.set(entry.wish.id, list);
  }
  const stored: Shown[] = [];
  for (let place = placeOf(state.log, state.floor); place < state.log.length; place++) {
    const message = state.log[place] as Message;
    const wanted = changes.get(message.id);
    stored.push(wanted ? changed({ message, state: "stored" }, wanted, me) : { message, state: "stored" });
  }
  for (const entry of state.outbox) {
    const { wish } = entry;
    if (wish.kind !== "new") continue;
    const message: Message = {
      id: entry.op,
      seq: Infinity,
      changed_seq: 0,
      user_id: me,
      kind: "text",
      text: wish.text,
      reply_to: wish.reply_to,
      mentions: wish.mentions,
      attachments: [],
      reactions: {},
      edited_at: null,
      deleted_at: null,
      at: entry.at,
    };
    const fate = entry.failed ? "failed" : entry.done === undefined ? "waiting" : "stored";
    stored.push(changed({ message, state: fate, entry }, changes.get(entry.op) ?? [], me));
  }
  return stored;
}

function changed(base: Shown, wanted: Entry[], me: Id): Shown {
  let { message, state, entry } = base;
  for (const change of wanted) {
    if (change.failed) {
      // The message stays as it is, and says that the change did not happen.
      [state, entry] = ["failed", change];
      continue;
    }
    message = applied(message, change, me);
    if (change.alone && change.done === undefined) entry ??= change;
    if (change.done === undefined && state === "stored") state = "waiting";
  }
  return entry ? { message, state, entry } : { message, state };
}

function applied(message: Message, { wish, at }: Entry, me: Id): Message {
  switch (wish.kind) {
    case "edit":
      return { ...message, text: wish.text, mentions: wish.mentions ?? message.mentions, edited_at: at };
    case "delete":
      return { ...message, text: "", mentions: [], reactions: {}, deleted_at: at };
    case "react": {
      const emoji = canonical(wish.emoji);
      const others = (message.reactions[emoji] ?? []).filter((user_id) => user_id !== me);
      const reactions = { ...message.reactions, [emoji]: wish.on ? [...others, me] : others };
      if (reactions[emoji]?.length === 0) delete reactions[emoji];
      return { ...message, reactions };
    }
    case "new":
      return message;
  }
}

/** What is kept of a conversation on this device: its newest part, and the position that belongs to it. */
export type Kept = Pick<Conversation, "pod" | "members" | "log" | "floor" | "whole" | "epoch" | "position">;

/** The newest `count` messages to keep; undefined before the first join. */
export function keep(state: Conversation, count: number): Kept | undefined {
  const { pod, members, epoch, position } = state;
  if (position === null) return undefined;
  const from = Math.max(placeOf(state.log, state.floor), state.log.length - count);
  const log = state.log.slice(from);
  const floor = log[0]?.seq ?? state.floor;
  return { pod, members, log, floor, whole: state.whole && floor === state.floor, epoch, position };
}

/** A conversation from what was kept. */
export function restore(kept: Kept | undefined, outbox: readonly Entry[]): Conversation {
  if (!kept) return { ...empty(), outbox };
  const log = kept.log.map(spelled);
  return settle({ ...empty(), ...kept, log, top: kept.position ?? 0, outbox });
}
