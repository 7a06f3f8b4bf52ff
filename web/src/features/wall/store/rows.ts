// What stands on a wall, from the newest on: what is still to be sent, then the posts, but for new ones of others, which
// are announced and come when one asks for them. Pure.

import type { Id } from "../../../lib/id";
import type { Mine, NewBody, Person, Post } from "../types";
import { commentOf, postOf, type Entry } from "./outbox";
import { placeOf, type Held, type Wall } from "./posts";

/** A post as it is shown. */
export interface Row {
  key: Id;
  post: Post;
  mine: Mine;
  /** The `rev` that the counts of its tally are of. */
  counted: number;
  gone: boolean;
  /** The entry by which it is to be written, if it is not stored yet. */
  unsent: Entry | null;
}

/** Where the newest post stands; empty where there is none. */
export function headOf(wall: Wall): string {
  return wall.posts[0] ? placeOf(wall.posts[0].post) : "";
}

function isFresh({ post, gone }: Held, mark: string, me: Id): boolean {
  return !gone && post.author.id !== me && placeOf(post) > mark;
}

/** How many new posts of others wait to be shown. */
export function freshIn(wall: Wall, mark: string, me: Id): number {
  return wall.posts.filter((held) => isFresh(held, mark, me)).length;
}

export function rowsOf(wall: Wall, entries: readonly Entry[], mark: string, me: Person): Row[] {
  const stored = new Set(wall.posts.map(({ post }) => post.id));
  const unsent = entries.filter(({ op, wish }) => wish.kind === "post" && !stored.has(op) && !wall.removed.has(op));
  const shown = wall.posts.filter((held) => !isFresh(held, mark, me.id));
  return [
    ...unsent.reverse().map((entry): Row => ({ ...drawn(entry, me), unsent: entry })),
    ...shown.map(({ post, mine, counted, gone }): Row => ({ key: post.id, post, mine, counted, gone, unsent: null })),
  ];
}

/** A post before the server has it. */
function drawn(entry: Entry, me: Person): Omit<Row, "unsent"> {
  const { op, event, at, wish } = entry;
  const content: NewBody = wish.kind === "post" ? wish.body : { kind: "text", body: { text: "" } };
  const options = content.kind === "poll" ? content.body.options : null;
  const post = {
    id: op,
    event_id: event,
    author: me,
    ...content,
    created_at: at,
    edited_at: null,
    closed_at: null,
    tally: options && { rev: 0, voters: 0, counts: options.map(() => 0) },
    hype: content.kind === "hype" ? 0 : null,
    comments: 0,
    reactions: {},
    seq: 0,
  } as Post;
  return { key: op, post, mine: { vote: null, hype: null, reactions: [] }, counted: 0, gone: false };
}

/** What one wrote about a post that is not on the wall any more, and was refused: its words are not lost with it. */
export function orphansIn(wall: Wall, entries: readonly Entry[]): Entry[] {
  if (wall.phase !== "live") return [];
  const there = new Set(wall.posts.filter(({ gone }) => !gone).map(({ post }) => post.id));
  const lost = (entry: Entry): boolean => entry.wish.kind === "edit" || commentOf(entry) !== null;
  return entries.filter((entry) => entry.failed?.code === "not_found" && lost(entry) && !there.has(postOf(entry)));
}

/** Whether one may see how many have voted for what. */
export function seesCounts(post: Post, mine: Mine): boolean {
  if (post.kind !== "poll") return false;
  if (post.closed_at !== null || post.body.results === "always") return true;
  return post.body.results === "after_vote" && (mine.vote ?? []).length > 0;
}

/** The newest poll in which one can vote, and the newest post to hype: what matters at an event now. */
export function liveOf(rows: readonly Row[], at: number): { poll: Row | null; hype: Row | null } {
  const stored = rows.filter(({ unsent, gone }) => unsent === null && !gone);
  const isOpen = ({ post }: Row): boolean =>
    post.kind === "poll" &&
    post.closed_at === null &&
    (post.body.closes_at === null || Date.parse(post.body.closes_at) > at);
  return {
    poll: stored.find(isOpen) ?? null,
    hype: stored.find(({ post }) => post.kind === "hype") ?? null,
  };
}
