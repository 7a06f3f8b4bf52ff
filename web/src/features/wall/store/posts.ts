// An event's wall as it is known, as a value: what a join, pushes, pages and the answers to one's own wishes have said of
// its posts, in whatever order that came. Pure; tests/unit/wall-posts.test.ts holds it against a model of the server with
// random orders.
//
// - A post is taken if its `seq` is higher, a tally if its `rev` is, a total of taps if it is. Counts of comments and
//   reactions, and what one has done oneself, have no number: they are taken in the order of hearing, and an answer that
//   was asked for before something newer was heard does not speak over it (`turn`).
// - After the connection was gone a join tells of the newest posts. What is held of older ones stays on the screen, is
//   marked as `stale`, and is read again page by page from `gap` on.
// - What is said of a post that is not held (an older one) is only noted: if a page brings it that was asked for before,
//   the post is to be read again (`recheck`).

import type { Part } from "../../events/store/part";
import type { Id } from "../../../lib/id";
import type { Page } from "../../../lib/pages";
import type { EventPosts } from "../../../generated/asyncapi";
import type { PostView } from "../../../generated/openapi";
import type { Mine, Post, PostCounts, Reacted, Tally, Voted } from "../types";

export interface Held {
  post: Post;
  mine: Mine;
  /** The `rev` that the tally's counts are of; -1 where there are none. */
  counted: number;
  /** When its counts of comments and reactions were last heard. */
  countsAt: number;
  /** When what one has done with it was last heard. */
  mineAt: number;
  /** Known from before the last join, and not read since. */
  stale: boolean;
  /** It was removed, and its place is still there. */
  gone: boolean;
}

export interface Wall {
  /** Nothing is known yet; read over HTTP; or the topic has answered. */
  phase: "unknown" | "listed" | "live";
  /** The newest first. */
  posts: readonly Held[];
  /** Where older ones go on; null when there are none. */
  next: string | null;
  /** Where those are read again that are stale; null when none is. */
  gap: string | null;
  /** Grows with whatever is heard. */
  turn: number;
  removed: ReadonlySet<Id>;
  /** When something was heard of posts that are not held. */
  missed: ReadonlyMap<Id, number>;
  /** What is to be read again, since a page that brought it may be older than what was heard. */
  recheck: ReadonlySet<Id>;
}

export const EMPTY: Wall = {
  phase: "unknown",
  posts: [],
  next: null,
  gap: null,
  turn: 0,
  removed: new Set(),
  missed: new Map(),
  recheck: new Set(),
};

/** How many posts the device keeps. */
const REMEMBERED = 50;

const NOTHING: Mine = { vote: null, hype: null, reactions: [] };

/** Where a post stands among others: ascending with time, and never the same for two. */
export function placeOf({ created_at, id }: Pick<Post, "created_at" | "id">): string {
  // A fraction of a second is written with as many digits as it needs.
  return `${created_at.replace(/(?:\.(\d+))?Z$/, (_, digits: string | undefined) => `.${(digits ?? "").padEnd(9, "0")}`)} ${id}`;
}

function newest(a: Held, b: Held): number {
  const [one, other] = [placeOf(a.post), placeOf(b.post)];
  return one < other ? 1 : one > other ? -1 : 0;
}

export function find(wall: Wall, id: Id): Held | undefined {
  return wall.posts.find(({ post }) => post.id === id);
}

/** What is held after a join, or the newest page over HTTP. */
function begun(wall: Wall, { posts: all, posts_next }: EventPosts, phase: Wall["phase"]): Wall {
  const turn = wall.turn + 1;
  const posts = all as Post[];
  const taken = posts.map((post) => merged(find(wall, post.id), post, Infinity, turn));
  const ids = new Set(posts.map(({ id }) => id));
  const last = posts.at(-1);
  // What is older was not sent; what is not older, and was not sent either, is gone.
  const older =
    posts_next === null || !last
      ? []
      : wall.posts.filter(({ post, gone }) => !gone && !ids.has(post.id) && placeOf(post) < placeOf(last));
  return {
    ...wall,
    phase,
    posts: [...taken, ...older.map((held) => ({ ...held, stale: true }))].sort(newest),
    next: older.length > 0 ? wall.next : posts_next,
    gap: older.length > 0 ? posts_next : null,
    turn,
    missed: new Map(),
    recheck: new Set(),
  };
}

/** The newest posts, as the device shows them where there is no network: each is to be read again. */
function remembered({ phase, posts, turn }: Wall): Wall {
  if (phase === "unknown") return EMPTY;
  const newest = posts.filter(({ gone }) => !gone).slice(0, REMEMBERED);
  return { ...EMPTY, phase: "listed", turn, posts: newest.map((held) => ({ ...held, stale: true })) };
}

/** A page of older posts that was asked for at `cursor`, when `since` was the newest turn. */
export function paged(wall: Wall, cursor: string, since: number, { items, next }: Page<Post>): Wall {
  const again = cursor === wall.gap;
  if (!again && cursor !== wall.next) return wall;
  const turn = wall.turn + 1;
  const taken = items
    .filter(({ id }) => !wall.removed.has(id))
    .map((post) => merged(find(wall, post.id), post, since, turn));
  const ids = new Set(items.map(({ id }) => id));
  const last = items.at(-1);
  const end = next === null || !last ? "" : placeOf(last);
  const others = wall.posts.filter(
    ({ post, stale }) => !ids.has(post.id) && !(again && stale && (end === "" || placeOf(post) > end)),
  );
  const posts = [...others, ...taken].sort(newest);
  const recheck = new Set(wall.recheck);
  for (const id of ids) if ((wall.missed.get(id) ?? -1) > since) recheck.add(id);
  const after = { ...wall, posts, turn, recheck };
  if (!again) return { ...after, next };
  const rest = next !== null && others.some(({ stale }) => stale);
  return { ...after, next: rest ? wall.next : next, gap: rest ? next : null };
}

/** A post as an answer has it that was asked for when `since` was the newest turn. */
export function stored(wall: Wall, post: Post, since: number): Wall {
  if (wall.removed.has(post.id)) return wall;
  const recheck = new Set(wall.recheck);
  if ((wall.missed.get(post.id) ?? -1) <= since) recheck.delete(post.id);
  return put({ ...wall, turn: wall.turn + 1, recheck }, post, since);
}

/** A post is not there any more, and its place is given up. */
export function dropped(wall: Wall, id: Id): Wall {
  const posts = wall.posts.filter(({ post }) => post.id !== id);
  return { ...wall, turn: wall.turn + 1, posts, removed: new Set([...wall.removed, id]) };
}

/** The places of posts that were removed are given up. */
export function tidied(wall: Wall): Wall {
  return wall.posts.some(({ gone }) => gone) ? { ...wall, posts: wall.posts.filter(({ gone }) => !gone) } : wall;
}

/** The answer to a vote. */
export function voted(wall: Wall, id: Id, { options, tally }: Voted): Wall {
  return change(wall, id, (held, turn) => ({
    ...counted(held, tally),
    mine: { ...held.mine, vote: options.length > 0 ? options : null },
    mineAt: turn,
  }));
}

/** The answer to a reaction that was sent when `since` was the newest turn. */
export function reacted(wall: Wall, id: Id, answer: Reacted, since: number): Wall {
  return change(wall, id, (held, turn) => {
    const { comments, reactions } = held.countsAt > since ? held.post : answer;
    return {
      ...held,
      post: { ...held.post, comments, reactions },
      mine: { ...held.mine, reactions: answer.mine },
      mineAt: turn,
    };
  });
}

/** How many taps of one's own have been accepted. */
export function hyped(wall: Wall, id: Id, taps: number): Wall {
  return change(wall, id, (held, turn) => ({
    ...held,
    mine: { ...held.mine, hype: Math.max(held.mine.hype ?? 0, taps) },
    mineAt: turn,
  }));
}

export function tallied(wall: Wall, id: Id, tally: Tally): Wall {
  return change(wall, id, (held) => counted(held, tally));
}

function counts(wall: Wall, id: Id, { comments, reactions }: PostCounts): Wall {
  return change(wall, id, (held, turn) => ({ ...held, post: { ...held.post, comments, reactions }, countsAt: turn }));
}

function gone(wall: Wall, id: Id): Wall {
  const posts = wall.posts.map((held) => (held.post.id === id ? { ...held, gone: true } : held));
  return { ...wall, posts, turn: wall.turn + 1, removed: new Set([...wall.removed, id]) };
}

/** The topic tells of a post that is new or has changed. */
function heard(wall: Wall, post: Post): Wall {
  if (wall.removed.has(post.id)) return wall;
  const after = { ...wall, turn: wall.turn + 1 };
  if (find(wall, post.id)) return put(after, post, -1);
  const oldest = wall.posts.at(-1);
  // Older than what is held: a page will bring it.
  if (wall.next !== null && oldest && placeOf(post) < placeOf(oldest.post)) return missing(after, post.id);
  return put(after, post, -1);
}

function put(wall: Wall, post: Post, since: number): Wall {
  const posts = wall.posts.filter((held) => held.post.id !== post.id);
  return { ...wall, posts: [...posts, merged(find(wall, post.id), post, since, wall.turn)].sort(newest) };
}

function change(wall: Wall, id: Id, how: (held: Held, turn: number) => Held): Wall {
  const turn = wall.turn + 1;
  if (!find(wall, id)) return missing({ ...wall, turn }, id);
  return { ...wall, turn, posts: wall.posts.map((held) => (held.post.id === id ? how(held, turn) : held)) };
}

function missing(wall: Wall, id: Id): Wall {
  return { ...wall, missed: new Map([...wall.missed, [id, wall.turn]]) };
}

/**
 * What is held of a post after it was received once more. What was heard after `since` is newer than what is received;
 * a push (-1) says nothing of counts, which come by themselves.
 */
function merged(held: Held | undefined, post: Post, since: number, turn: number): Held {
  // What an answer says is as old as its question.
  const at = since === Infinity || since < 0 ? turn : since;
  if (!held) {
    const counted = post.tally?.counts ? post.tally.rev : -1;
    return { post, mine: post.mine ?? NOTHING, counted, countsAt: at, mineAt: at, stale: false, gone: false };
  }
  const base = post.seq >= held.post.seq ? post : held.post;
  const counts = since >= held.countsAt;
  const own = post.mine !== undefined && post.mine !== null && since >= held.mineAt;
  const { comments, reactions } = counts ? post : held.post;
  const hype = post.hype === null ? held.post.hype : Math.max(post.hype, held.post.hype ?? 0);
  const after = counted({ ...held, stale: false, post: { ...base, tally: held.post.tally } as Post }, post.tally);
  return {
    ...after,
    post: { ...after.post, comments, reactions, hype } as Post,
    mine: own && post.mine ? ownAfter(held, post, post.mine, since) : held.mine,
    countsAt: counts ? at : held.countsAt,
    mineAt: own ? at : held.mineAt,
  };
}

function ownAfter(held: Held, post: Post, mine: Mine, since: number): Mine {
  // The answer to a vote has come, and this is older.
  const late = (held.post.tally?.rev ?? 0) > (post.tally?.rev ?? 0) && since === Infinity;
  return {
    vote: late ? held.mine.vote : mine.vote,
    hype: mine.hype === null ? held.mine.hype : Math.max(mine.hype, held.mine.hype ?? 0),
    reactions: mine.reactions,
  };
}

/** The tally after another was heard: the higher `rev` counts, and counts that are not sent stay those of their own. */
function counted(held: Held, heard: Tally | null): Held {
  const had = held.post.tally;
  if (!heard) return held;
  const newer = !had || heard.rev >= had.rev;
  const fresh = heard.counts !== null && heard.rev >= held.counted;
  return {
    ...held,
    counted: fresh ? heard.rev : held.counted,
    post: {
      ...held.post,
      tally: {
        rev: newer ? heard.rev : had.rev,
        voters: newer ? heard.voters : had.voters,
        counts: fresh ? heard.counts : (had?.counts ?? null),
      },
    },
  };
}

const on: NonNullable<Part<Wall>["on"]> = {
  "post:new": (kept, { post }) => heard(kept, post as Post),
  "post:changed": (kept, { post }) => heard(kept, post as Post),
  "post:removed": (kept, { post_id }) => gone(kept, post_id),
  "poll:closed": (kept, { post_id, rev, voters, counts, post }) =>
    tallied(heard(kept, post as Post), post_id, { rev, voters, counts }),
  "poll:tally": (kept, { post_id, rev, voters, counts }) => tallied(kept, post_id, { rev, voters, counts }),
  hype: (kept, { post_id, total }) =>
    change(kept, post_id, (held) => ({
      ...held,
      post: { ...held.post, hype: Math.max(held.post.hype ?? 0, total) },
    })),
  "post:counts": (kept, { post_id, comments, reactions }) => counts(kept, post_id, { comments, reactions }),
};

/** How many posts are read at a time. */
export const PAGE = 20;

export function pageOf(event: Id, cursor: string | null): string {
  const query = new URLSearchParams({ limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
  return `/v1/events/${event}/posts?${query}`;
}

export const wall: Part<Wall> = {
  name: "wall",
  empty: EMPTY,
  // An older node says nothing of it.
  joined: (reply, kept) => ("posts" in reply ? begun(kept, reply, "live") : kept),
  on,
  read: async (event, get) => {
    const { items, next } = await get<Page<PostView>>(pageOf(event, null));
    // They stand in for the topic until it has answered.
    return (kept) => (kept.phase === "live" ? kept : begun(kept, { posts: items, posts_next: next }, "listed"));
  },
  memory: remembered,
};
