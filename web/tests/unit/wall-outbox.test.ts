// What is wanted on a wall and not done yet: the order in which it is sent, and what it makes of what is shown.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  commentOf,
  dropped,
  givenUp,
  keyOf,
  laneOf,
  marked,
  postOf,
  reactionsOf,
  ready,
  voteOf,
  wanted,
  wantedOf,
  type Entry,
  type Wish,
} from "../../src/features/wall/store/outbox";
import { bodyOf, closesAt, EMPTY, isComplete, optionsOf, twins } from "../../src/features/wall/store/form";

let made = 0;
const entry = (wish: Wish, op = `op-${made++}`): Entry => ({ op, event: "event", wish, at: "2031-06-01T20:00:00Z" });
const text = (words: string): Wish => ({ kind: "post", body: { kind: "text", body: { text: words } } });
const failed = { code: "forbidden", after: null };

const wishes: fc.Arbitrary<Wish> = fc.oneof(
  fc.constant(text("hi")),
  fc.record({ kind: fc.constant("vote"), post: fc.constantFrom("a", "b"), options: fc.constantFrom([0], [1], []) }),
  fc.record({
    kind: fc.constant("react"),
    post: fc.constantFrom("a", "b"),
    emoji: fc.constantFrom("🔥", "❤️"),
    on: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("comment"), post: fc.constantFrom("a", "b"), text: fc.constant("so") }),
  fc.record({ kind: fc.constant("close"), post: fc.constantFrom("a", "b") }),
  fc.record({ kind: fc.constant("remove"), post: fc.constantFrom("a", "b") }),
) as fc.Arbitrary<Wish>;

describe("what is wanted on a wall", () => {
  it("is sent in order within what belongs together, and in the end all of it, the last wish of its kind", () => {
    const step = fc.oneof(
      wishes.map((wish) => ({ wish })),
      fc.record({ end: fc.nat(3), fails: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let entries: readonly Entry[] = [];
        const under: Entry[] = [];
        const sent: Entry[] = [];
        const all: Entry[] = [];
        const begin = (): void => {
          for (const one of ready(entries, new Set(under.map(laneOf)))) under.push(one);
        };
        const end = (place: number, fails: boolean): void => {
          const [one] = under.splice(place % Math.max(1, under.length), 1);
          if (!one) return;
          // What was lost on the way is sent again.
          if (fails) return;
          sent.push(one);
          entries = dropped(entries, one.op);
        };
        for (const one of steps) {
          if ("wish" in one) {
            const added = entry(one.wish);
            all.push(added);
            entries = wanted(entries, added);
          } else end(one.end, one.fails);
          begin();
          expect(new Set(under.map(laneOf)).size).toBe(under.length);
        }
        for (let turns = 0; (entries.length > 0 || under.length > 0) && turns < 1_000; turns++) {
          begin();
          end(turns, false);
        }
        expect(entries).toEqual([]);
        for (const lane of new Set(all.map(laneOf))) {
          const [was, is] = [all, sent].map((list) => list.filter((one) => laneOf(one) === lane).map(({ op }) => op));
          // Each once and in order; the last one of a lane always.
          expect(is).toEqual((was as string[]).filter((op) => (is as string[]).includes(op)));
          expect(is?.at(-1)).toBe(was?.at(-1));
          if (!/^(vote|react) /.test(lane)) expect(is).toEqual(was);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("waits for the post that it is about, and goes with it", () => {
    const post = entry(text("hi"), "post");
    const comment = entry({ kind: "comment", post: "post", text: "first" }, "comment");
    const edit = entry({ kind: "comment-edit", post: "post", comment: "comment", text: "second" });
    const other = entry({ kind: "vote", post: "other", options: [0] });
    const entries = [post, comment, edit, other];
    expect(ready(entries, new Set())).toEqual([post, other]);
    const refused = marked(entries, "post", (one) => ({ ...one, failed }));
    expect(ready(refused, new Set())).toEqual([other]);
    expect(ready(dropped(entries, "post"), new Set())).toEqual([comment, other]);
    expect(givenUp(entries, "post")).toEqual([other]);
    expect(givenUp(entries, "comment")).toEqual([post, other]);
    expect([postOf(edit), commentOf(edit), postOf(post), commentOf(post)]).toEqual(["post", "comment", "post", null]);
  });

  it("has one vote on a post, and one wish for each reaction", () => {
    const first = entry({ kind: "vote", post: "a", options: [0] });
    const last = entry({ kind: "vote", post: "a", options: [1] });
    const fire = entry({ kind: "react", post: "a", emoji: "🔥", on: true });
    const heart = entry({ kind: "react", post: "a", emoji: "❤️", on: true });
    expect([first, fire, heart, last].reduce(wanted, [])).toEqual([fire, heart, last]);
    expect(keyOf(first)).toBe(keyOf(last));
    expect(wantedOf([fire, last], "a").vote).toBe(last);
  });

  it("shows what one has voted, but not what was refused", () => {
    const mine = { vote: [0], hype: null, reactions: [] };
    const vote = entry({ kind: "vote", post: "a", options: [1] });
    expect(voteOf(mine, null)).toEqual([0]);
    expect(voteOf(mine, vote)).toEqual([1]);
    expect(voteOf(mine, { ...vote, failed })).toEqual([0]);
  });

  it("shows reactions with one's own, once", () => {
    const on = entry({ kind: "react", post: "a", emoji: "🔥", on: true });
    const off = entry({ kind: "react", post: "a", emoji: "❤️", on: false });
    const { counts, mine } = reactionsOf([on, off], "a", { "🔥": 2, "❤️": 1 }, ["❤️"]);
    expect(counts).toEqual({ "🔥": 3 });
    expect([...mine]).toEqual(["🔥"]);
    // The server has it already.
    expect(reactionsOf([on], "a", { "🔥": 3 }, ["🔥"]).counts).toEqual({ "🔥": 3 });
    const refused = { ...on, failed };
    expect(reactionsOf([refused], "a", { "🔥": 2 }, [])).toEqual({
      counts: { "🔥": 2 },
      mine: new Set(),
      failed: refused,
    });
  });
});

describe("the form of a poll", () => {
  const draft = { ...EMPTY, question: " Who  opens? ", options: ["Moth", " ", "Low "] };

  it("leaves out what says nothing, and takes no answer twice", () => {
    expect(optionsOf(draft)).toEqual(["Moth", "Low"]);
    expect(isComplete(draft)).toBe(true);
    expect(isComplete({ ...draft, options: ["Moth", ""] })).toBe(false);
    expect([...twins(["Moth", "Low", "  moth"])]).toEqual([2]);
    expect(isComplete({ ...draft, options: ["Moth", "MOTH"] })).toBe(false);
    expect(bodyOf(draft, null)).toEqual({
      question: "Who opens?",
      options: ["Moth", "Low"],
      mode: "single",
      closes_at: null,
      results: "always",
    });
  });

  it("closes by the clocks of the place", () => {
    const now = Date.parse("2031-06-01T20:00:00Z");
    const closing = (change: object): number | null | undefined =>
      closesAt({ ...draft, ...change }, now, "America/New_York", now + 9_000);
    expect(closing({ closing: "never" })).toBeNull();
    expect(closing({ closing: "15" })).toBe(now + 15 * 60_000);
    expect(closing({ closing: "end" })).toBe(now + 9_000);
    expect(closing({ closing: "at", at: "" })).toBeUndefined();
    expect(closing({ closing: "at", at: "2031-06-01T20:30" })).toBe(Date.parse("2031-06-02T00:30:00Z"));
    // The clocks go back: which of two is meant is chosen first.
    expect(closing({ closing: "at", at: "2031-11-02T01:30" })).toBeUndefined();
    const picked = Date.parse("2031-11-02T06:30:00Z");
    expect(closing({ closing: "at", at: "2031-11-02T01:30", picked })).toBe(picked);
  });
});
