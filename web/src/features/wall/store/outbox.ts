// What this device wants done on walls, as a value: what is written, changed and removed, votes and reactions, in the
// order of wanting. Pure.
//
// - A new post or comment has its id, a change its `op`: what is sent again does no harm.
// - Of votes on one post, and of one reaction to it, the last wish wins: it takes the place of the one before.
// - What belongs together goes one after the other (`laneOf`); the rest does not wait for it. Nothing is sent about a post
//   or a comment that is itself to be sent still.

import type { Id } from "../../../lib/id";
import type { Mine, NewBody, Reactions } from "../types";

export type Wish =
  | { kind: "post"; body: NewBody }
  | { kind: "edit"; post: Id; body: NewBody }
  | { kind: "remove"; post: Id }
  | { kind: "close"; post: Id }
  | { kind: "vote"; post: Id; options: number[] }
  | { kind: "react"; post: Id; emoji: string; on: boolean }
  | { kind: "comment"; post: Id; text: string }
  | { kind: "comment-edit"; post: Id; comment: Id; text: string }
  | { kind: "comment-remove"; post: Id; comment: Id };

export interface Failure {
  code: string;
  /** When trying again may help, in milliseconds since 1970; null where it is not known. */
  after: number | null;
}

export interface Entry {
  op: Id;
  event: Id;
  wish: Wish;
  /** When it was wanted, as ISO 8601. */
  at: string;
  /** The server refused it, and will again. */
  failed?: Failure;
  /** This tab alone has it: the device could not keep it. */
  alone?: true;
}

/** The post that it is about. */
export function postOf({ op, wish }: Pick<Entry, "op" | "wish">): Id {
  return wish.kind === "post" ? op : wish.post;
}

/** The comment that it is about, if it is about one. */
export function commentOf({ op, wish }: Pick<Entry, "op" | "wish">): Id | null {
  if (wish.kind === "comment") return op;
  return wish.kind === "comment-edit" || wish.kind === "comment-remove" ? wish.comment : null;
}

/** By what it is kept: two of one key are one wish, and the later counts. */
export function keyOf({ op, wish }: Pick<Entry, "op" | "wish">): string {
  if (wish.kind === "vote") return `vote ${wish.post}`;
  if (wish.kind === "react") return `react ${wish.post} ${wish.emoji}`;
  return op;
}

/** What goes one after the other. */
export function laneOf({ op, event, wish }: Pick<Entry, "op" | "event" | "wish">): string {
  switch (wish.kind) {
    case "post":
      return `new ${event}`;
    case "vote":
    case "react":
      return keyOf({ op, wish });
    case "comment":
    case "comment-edit":
    case "comment-remove":
      return `comments ${wish.post}`;
    case "edit":
    case "remove":
    case "close":
      return `post ${wish.post}`;
  }
}

export function wanted(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  return [...entries.filter((one) => keyOf(one) !== keyOf(entry)), entry];
}

/** What may be sent now, while something of these lanes is under way. */
export function ready(entries: readonly Entry[], busy: ReadonlySet<string>): Entry[] {
  const taken = new Set(busy);
  const unsent = new Set<Id>();
  const found: Entry[] = [];
  for (const entry of entries) {
    const lane = laneOf(entry);
    const { wish } = entry;
    const waits = unsent.has(postOf(entry)) || unsent.has(commentOf(entry) ?? "");
    if (wish.kind === "post" || wish.kind === "comment") unsent.add(entry.op);
    if (entry.failed || waits || taken.has(lane)) continue;
    taken.add(lane);
    found.push(entry);
  }
  return found;
}

/** One wish is done or given up, and with a post or comment that will never be there whatever was wanted of it. */
export function dropped(entries: readonly Entry[], op: Id): readonly Entry[] {
  return entries.filter((entry) => entry.op !== op);
}

/** The same, when it was given up. */
export function givenUp(entries: readonly Entry[], op: Id): readonly Entry[] {
  const kind = entries.find((entry) => entry.op === op)?.wish.kind;
  return entries.filter((entry) => {
    if (entry.op === op) return false;
    return !(kind === "post" && postOf(entry) === op) && !(kind === "comment" && commentOf(entry) === op);
  });
}

export function marked(entries: readonly Entry[], op: Id, how: (entry: Entry) => Entry): readonly Entry[] {
  return entries.map((entry) => (entry.op === op ? how(entry) : entry));
}

/** What is to be done to a post, by what one has wanted last. */
export interface Wanted {
  vote: Entry | null;
  edit: Entry | null;
  remove: Entry | null;
  close: Entry | null;
}

export function wantedOf(entries: readonly Entry[], post: Id): Wanted {
  const last = (kind: Wish["kind"]): Entry | null =>
    entries.findLast((entry) => entry.wish.kind === kind && postOf(entry) === post) ?? null;
  return { vote: last("vote"), edit: last("edit"), remove: last("remove"), close: last("close") };
}

/** What one has voted, with what is on its way; what was refused is not. */
export function voteOf(mine: Mine, vote: Entry | null): number[] {
  if (vote && !vote.failed && vote.wish.kind === "vote") return vote.wish.options;
  return mine.vote ?? [];
}

export interface Reacting {
  counts: Reactions;
  mine: ReadonlySet<string>;
  /** Refused, and neither tried again nor given up. */
  failed: Entry | null;
}

/** The reactions to a post, with those of one's own that are on their way. */
export function reactionsOf(entries: readonly Entry[], post: Id, counts: Reactions, own: readonly string[]): Reacting {
  const mine = new Set(own);
  const after = { ...counts };
  let failed: Entry | null = null;
  for (const entry of entries) {
    const { wish } = entry;
    if (wish.kind !== "react" || wish.post !== post) continue;
    if (entry.failed) {
      failed = entry;
      continue;
    }
    const { emoji, on } = wish;
    if (on === mine.has(emoji)) continue;
    if (on) mine.add(emoji);
    else mine.delete(emoji);
    after[emoji] = Math.max(0, (after[emoji] ?? 0) + (on ? 1 : -1));
    if (after[emoji] === 0) delete after[emoji];
  }
  return { counts: after, mine, failed };
}
