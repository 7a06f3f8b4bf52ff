// A wall against a model of the server, in random orders of what pages, joins and answers say, late or never, and of what
// the topic says; connections that are lost leave out whatever was said meanwhile.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  EMPTY,
  find,
  paged,
  placeOf,
  reacted,
  stored,
  tidied,
  voted,
  wall,
  type Wall,
} from "../../src/features/wall/store/posts";
import { freshIn, headOf, rowsOf, seesCounts } from "../../src/features/wall/store/rows";
import type { Mine, PollBody, Post, Results, Tally } from "../../src/features/wall/types";

const ME = { id: "me", display_name: "Me", avatar_url: null };
const ANA = { id: "ana", display_name: "Ana", avatar_url: null };
const SIZE = 4;

interface Kept {
  post: Post;
  mine: Mine;
  ballots: number[][];
  changes: number;
}

type Push = [name: string, payload: object];

/** The server, as far as a wall goes. What it says is said at once and heard whenever the test delivers it. */
class Server {
  posts: Kept[] = [];
  seq = 0;
  #made = 0;
  pushes: Push[] = [];

  constructor(readonly results: Results) {}

  #at(number: number): string {
    // Digits as they are needed, as the server writes them.
    const fraction = ["", ".001", ".123456", ".5"][number % 4] as string;
    return `2031-06-01T20:${String(Math.floor(number / 4) % 60).padStart(2, "0")}:00${fraction}Z`;
  }

  write(author = ANA, kind: "text" | "poll" = "text"): Post {
    const number = this.#made++;
    const body: PollBody = {
      question: "?",
      options: ["a", "b"],
      mode: "single",
      closes_at: null,
      results: this.results,
    };
    const post = {
      id: `post-${String(number).padStart(4, "0")}`,
      event_id: "event",
      author,
      kind,
      body: kind === "poll" ? body : { text: "first" },
      created_at: this.#at(number),
      edited_at: null,
      closed_at: null,
      tally: null,
      hype: null,
      comments: 0,
      reactions: {},
      seq: ++this.seq,
    } as Post;
    this.posts.push({ post, mine: { vote: null, hype: null, reactions: [] }, ballots: [], changes: 0 });
    this.#tell("post:new", { post: this.view(post.id), seq: this.seq });
    return post;
  }

  edit(id: string): void {
    this.#change(id, (post) => (post.kind === "text" ? { ...post, body: { text: `edit ${this.seq}` } } : post));
    this.#tell("post:changed", { post: this.view(id), seq: this.seq });
  }

  remove(id: string): void {
    this.posts = this.posts.filter(({ post }) => post.id !== id);
    this.#tell("post:removed", { post_id: id, seq: ++this.seq });
  }

  comment(id: string): void {
    const kept = this.#kept(id);
    kept.post = { ...kept.post, comments: kept.post.comments + 1 };
    this.#counts(id);
  }

  vote(id: string, mine: boolean, option: number): object | null {
    const kept = this.#kept(id);
    if (kept.post.kind !== "poll" || kept.post.closed_at !== null) return null;
    kept.changes++;
    if (mine) kept.mine = { ...kept.mine, vote: [option] };
    else kept.ballots.push([option]);
    this.#tell("poll:tally", { post_id: id, ...this.tally(id, false) });
    return mine ? { options: [option], tally: this.tally(id, true) } : null;
  }

  react(id: string): object {
    const kept = this.#kept(id);
    const on = !kept.mine.reactions.includes("🔥");
    kept.mine = { ...kept.mine, reactions: on ? ["🔥"] : [] };
    kept.post = { ...kept.post, reactions: on ? { "🔥": 1 } : {} };
    this.#counts(id);
    return { comments: kept.post.comments, reactions: kept.post.reactions, mine: kept.mine.reactions };
  }

  close(id: string): void {
    const kept = this.#kept(id);
    if (kept.post.kind !== "poll" || kept.post.closed_at !== null) return;
    this.#change(id, (post) => ({ ...post, closed_at: "2031-06-01T23:00:00Z" }));
    const { rev, voters, counts } = this.tally(id, false);
    const closed_at = kept.post.closed_at;
    this.#tell("poll:closed", { post_id: id, rev, voters, counts, closed_at, post: this.view(id), seq: this.seq });
  }

  tally(id: string, forMe: boolean): Tally {
    const { post, mine, ballots, changes } = this.#kept(id);
    const all = mine.vote ? [...ballots, mine.vote] : ballots;
    const counts = [0, 1].map((option) => all.filter((ballot) => ballot.includes(option)).length);
    const sees =
      post.closed_at !== null ||
      this.results === "always" ||
      (forMe && this.results === "after_vote" && mine.vote !== null);
    return { rev: changes, voters: all.length, counts: sees ? counts : null };
  }

  /** The post as it is told to all, or to oneself. */
  view(id: string, forMe = false): Post {
    const { post, mine } = this.#kept(id);
    const tally = post.kind === "poll" ? this.tally(id, forMe) : null;
    return { ...post, tally, ...(forMe ? { mine } : {}) } as Post;
  }

  get sorted(): string[] {
    return [...this.posts].sort((a, b) => (placeOf(a.post) < placeOf(b.post) ? 1 : -1)).map(({ post }) => post.id);
  }

  page(cursor: string | null): { items: Post[]; next: string | null } {
    const all = this.sorted.filter((id) => cursor === null || placeOf(this.#kept(id).post) < cursor);
    const ids = all.slice(0, SIZE);
    const last = ids.at(-1);
    const next = last !== undefined && all.length > SIZE ? placeOf(this.#kept(last).post) : null;
    return { items: ids.map((id) => this.view(id, true)), next };
  }

  #kept(id: string): Kept {
    return this.posts.find(({ post }) => post.id === id) as Kept;
  }

  #change(id: string, how: (post: Post) => Post): void {
    const kept = this.#kept(id);
    kept.post = { ...how(kept.post), seq: ++this.seq } as Post;
  }

  #counts(id: string): void {
    const { comments, reactions } = this.#kept(id).post;
    this.#tell("post:counts", { post_id: id, comments, reactions });
  }

  #tell(name: string, payload: object): void {
    this.pushes.push([name, payload]);
  }
}

function join(kept: Wall, server: Server): Wall {
  const { items, next } = server.page(null);
  server.pushes = [];
  return wall.joined?.({ posts: items, posts_next: next } as never, kept) ?? expect.fail("it is joined");
}

function hear(kept: Wall, [name, payload]: Push): Wall {
  const on = wall.on as Record<string, (kept: Wall, payload: object) => Wall>;
  return (on[name] as (kept: Wall, payload: object) => Wall)(kept, payload);
}

/** What the view does until there is nothing to do: closes gaps, and reads again what it is unsure of. */
function tend(kept: Wall, server: Server): Wall {
  for (let turns = 0; turns < 100 && (kept.gap !== null || kept.recheck.size > 0); turns++) {
    if (kept.gap !== null) kept = paged(kept, kept.gap, kept.turn, server.page(kept.gap));
    for (const id of kept.recheck)
      if (server.sorted.includes(id)) kept = stored(kept, server.view(id, true), kept.turn);
    if ([...kept.recheck].every((id) => !server.sorted.includes(id)) && kept.gap === null) break;
  }
  return kept;
}

describe("a wall", () => {
  it("agrees with the server, whatever came when", () => {
    const step = fc.record({
      what: fc.constantFrom(
        "write",
        "poll",
        "own",
        "edit",
        "remove",
        "comment",
        "vote",
        "mine",
        "react",
        "close",
        "hear",
        "hear",
        "hear",
        "ask",
        "answer",
        "older",
        "rejoin",
        "reopen",
      ),
      which: fc.nat(1_000),
      option: fc.nat(1),
    });
    fc.assert(
      fc.property(
        fc.constantFrom<Results>("always", "after_vote", "closed"),
        fc.array(step, { minLength: 10, maxLength: 120 }),
        (results, steps) => {
          const server = new Server(results);
          for (let number = 0; number < 6; number++) server.write(ANA, number % 2 ? "poll" : "text");
          let kept = join(EMPTY, server);
          /** Answers that are on their way. */
          const answers: ((kept: Wall) => Wall)[] = [];
          const revs = new Map<string, number>();
          for (const { what, which, option } of steps) {
            const id = server.sorted[which % Math.max(1, server.sorted.length)];
            const turn = kept.turn;
            if (what === "write") server.write();
            else if (what === "poll") server.write(ANA, "poll");
            else if (what === "own") server.write(ME);
            else if (what === "hear") {
              const push = server.pushes.shift();
              if (push) kept = hear(kept, push);
            } else if (what === "answer") {
              const [answer] = answers.splice(which % Math.max(1, answers.length), 1);
              if (answer) kept = answer(kept);
            } else if (what === "rejoin" || what === "reopen") {
              // The page is loaded again, and shows what the device has kept.
              if (what === "reopen") kept = wall.memory?.(kept) ?? expect.fail("nothing is kept");
              // What was on its way over the topic is lost with the connection.
              kept = join(kept, server);
              answers.length = 0;
            } else if (what === "older" && kept.next !== null) {
              const cursor = kept.next;
              const page = server.page(cursor);
              answers.push((kept) => paged(kept, cursor, turn, page));
            } else if (id === undefined) continue;
            else if (what === "edit") server.edit(id);
            else if (what === "remove") server.remove(id);
            else if (what === "comment") server.comment(id);
            else if (what === "vote") server.vote(id, false, option);
            else if (what === "close") server.close(id);
            else if (what === "ask") {
              const post = server.view(id, true);
              answers.push((kept) => (find(kept, id) ? stored(kept, post, turn) : kept));
            }
            // One does something with what is on the screen alone.
            else if (!find(kept, id) || find(kept, id)?.gone) continue;
            else if (what === "mine") {
              const answer = server.vote(id, true, option);
              // One's own wishes go one after the other: the answer is there before the next.
              if (answer) kept = voted(kept, id, answer as never);
            } else if (what === "react") kept = reacted(kept, id, server.react(id) as never, turn);
            for (const { post } of kept.posts) {
              expect(post.tally?.rev ?? 0).toBeGreaterThanOrEqual(revs.get(post.id) ?? 0);
              revs.set(post.id, post.tally?.rev ?? 0);
            }
            const places = kept.posts.map(({ post }) => placeOf(post));
            expect(places).toEqual([...places].sort().reverse());
          }
          for (const answer of answers) kept = answer(kept);
          for (const push of server.pushes.splice(0)) kept = hear(kept, push);
          kept = tend(kept, server);
          for (let turns = 0; kept.next !== null && turns < 100; turns++) {
            kept = tend(paged(kept, kept.next, kept.turn, server.page(kept.next)), server);
          }
          kept = tidied(kept);
          expect(kept.posts.map(({ post }) => post.id)).toEqual(server.sorted);
          for (const held of kept.posts) {
            const { mine, tally, ...post } = server.view(held.post.id, true);
            const { mine: _, tally: had, ...is } = held.post;
            expect(is).toEqual(post);
            expect(held.mine).toEqual(mine);
            expect(had?.rev ?? 0).toBe(tally?.rev ?? 0);
            // Counts of a poll that only voters see are read again; whatever there is belongs to its own `rev`.
            if (tally?.counts && held.counted === tally.rev) expect(had?.counts).toEqual(tally.counts);
            if (tally?.counts && (results === "always" || post.closed_at !== null)) {
              expect(had?.counts).toEqual(tally.counts);
            }
          }
        },
      ),
      { numRuns: 800 },
    );
  });

  it("reads on across a gap of any length, and drops what is gone", () => {
    const server = new Server("always");
    for (let number = 0; number < 10; number++) server.write();
    let kept = join(EMPTY, server);
    kept = paged(kept, kept.next as string, kept.turn, server.page(kept.next));
    expect(kept.posts).toHaveLength(8);
    const lost = server.sorted[5] as string;
    server.remove(lost);
    for (let number = 0; number < 9; number++) server.write();
    kept = join(kept, server);
    expect(kept.posts.filter(({ stale }) => stale)).toHaveLength(8);
    kept = tend(kept, server);
    expect(kept.posts.map(({ post }) => post.id)).toEqual(server.sorted.slice(0, kept.posts.length));
    expect(kept.posts.some(({ post }) => post.id === lost)).toBe(false);
    expect(kept.next).not.toBeNull();
  });
});

describe("what stands on a wall", () => {
  it("is what was there and one's own; new posts of others are counted and come when one asks", () => {
    const server = new Server("always");
    server.write();
    let kept = join(EMPTY, server);
    const mark = headOf(kept);
    const other = server.write();
    const own = server.write(ME);
    for (const push of server.pushes) kept = hear(kept, push);
    expect(freshIn(kept, mark, ME.id)).toBe(1);
    expect(rowsOf(kept, [], mark, ME).map(({ key }) => key)).toEqual([own.id, "post-0000"]);
    expect(rowsOf(kept, [], headOf(kept), ME).map(({ key }) => key)).toEqual([own.id, other.id, "post-0000"]);
  });

  it("has what is still to be sent before it, once", () => {
    const server = new Server("always");
    server.write();
    let kept = join(EMPTY, server);
    const wish = { kind: "post", body: { kind: "text", body: { text: "hi" } } } as const;
    const entry = { op: "post-0001", event: "event", at: "2031-06-01T21:00:00Z", wish };
    const keys = (): string[] => rowsOf(kept, [entry], headOf(kept), ME).map(({ key }) => key);
    expect(keys()).toEqual(["post-0001", "post-0000"]);
    server.write(ME);
    kept = hear(kept, server.pushes[0] as Push);
    expect(keys()).toEqual(["post-0001", "post-0000"]);
  });

  it("shows the counts of a poll to whom they are for", () => {
    for (const results of ["always", "after_vote", "closed"] as const) {
      const server = new Server(results);
      const { id } = server.write(ANA, "poll");
      const sees = (): boolean => {
        const { mine, ...post } = server.view(id, true);
        return seesCounts(post as Post, mine as Mine);
      };
      expect(sees()).toBe(results === "always");
      server.vote(id, true, 0);
      expect(sees()).toBe(results !== "closed");
      server.close(id);
      expect(sees()).toBe(true);
    }
  });
});
