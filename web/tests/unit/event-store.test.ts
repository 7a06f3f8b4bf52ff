// An event's state against a model of the server, in random orders of what HTTP answers, late or never, and of what the
// topic says.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { change, type AnyPart, type Change, type Part } from "../../src/features/events/store/part";
import {
  CHANGED,
  keptBy,
  memoryOf,
  reduce,
  topicOf,
  unknown,
  type Action,
  type EventState,
  type Memory,
} from "../../src/features/events/store/state";
import type { CountedEvent } from "../../src/generated/openapi";

/** A feature's part as simple as one can be: a number that the server counts up. */
interface Tally {
  count: number;
  live: boolean;
}

const tally: Part<Tally> = {
  name: "tally",
  empty: { count: -1, live: false },
  joined: ({ members }) => ({ count: members, live: true }),
  on: { "members:count": (kept, { count }) => ({ ...kept, count }) },
  memory: ({ count }) => ({ count, live: false }),
};
/** One that the topic says nothing of. */
const quiet: Part<number> = { name: "quiet", empty: 0 };
const PARTS: AnyPart[] = [tally, quiet];

const view = (artist: string): CountedEvent => ({
  id: "event",
  slug: "event",
  artist,
  city: "Porto",
  venue: "Coliseu",
  date_utc: "2031-06-01T20:00:00Z",
  ends_at: null,
  time_zone: null,
  created_by: "ana",
  cancelled_at: null,
  meet_point_public: false,
  going: 0,
  open_pods: 0,
  free_seats: 0,
});

function does(state: EventState, ...actions: Action[]): EventState {
  return actions.reduce((state, action) => reduce(state, action, PARTS), state);
}

const read = (state: EventState, artist: string, changes: Change[] | null): EventState => {
  const { reading } = state;
  return does(state, { type: "event", reading, event: view(artist) }, { type: "inside", reading, changes });
};

describe("an event's state", () => {
  const begun = does(unknown(PARTS), { type: "watched" }, { type: "reading" });
  const going = read(begun, "Low", []);

  it("is known once both answers are there", () => {
    const half = does(begun, { type: "event", reading: begun.reading, event: view("Low") });
    expect([half.phase, half.event?.artist, topicOf(half)]).toEqual(["busy", "Low", null]);
    expect([going.phase, topicOf(going)]).toEqual(["known", "event"]);
    expect(topicOf(read(begun, "Low", null))).toBeNull();
  });

  it("hears no answer that a newer question has overtaken", () => {
    const again = does(going, { type: "reading" });
    expect(does(again, { type: "event", reading: going.reading, event: view("Late") })).toBe(again);
    expect(does(again, { type: "failed", reading: going.reading, gone: true, error: null })).toBe(again);
  });

  it("keeps what is on the screen when the network fails, and says so where nothing is", () => {
    const error = new Error("network");
    const failed = does(begun, { type: "failed", reading: begun.reading, gone: false, error });
    expect([failed.phase, failed.failure]).toEqual(["failed", error]);
    expect(does(failed, { type: "reading" }).phase).toBe("busy");
    expect(does(going, { type: "failed", reading: going.reading, gone: false, error })).toBe(going);
    const half = does(begun, { type: "event", reading: begun.reading, event: view("Low") });
    const known = does(half, { type: "failed", reading: half.reading, gone: false, error });
    expect([known.phase, known.failure]).toEqual(["known", error]);
  });

  it("is not inside any more when the right to the topic is gone, whatever was asked before", () => {
    const live = does(going, { type: "joined", reply: { members: 3 } }, { type: "reading" });
    const lost = does(live, { type: "lost" });
    expect([lost.going, lost.live, keptBy(lost, tally).count]).toEqual([false, false, -1]);
    expect(read({ ...lost, reading: live.reading }, "Low", []).going).toBe(true);
    expect(does(lost, { type: "inside", reading: live.reading, changes: [] })).toBe(lost);
    expect(does(lost, { type: "joined", reply: { members: 9 } })).toBe(lost);
    expect(does(lost, { type: "pushed", event: "members:count", payload: { count: 9 } })).toBe(lost);
  });

  /** The topic's, without the counts. */
  const push = (artist: string, more: object = {}): Action => {
    const { going: _going, open_pods: _pods, free_seats: _seats, ...event } = { ...view(artist), ...more };
    return { type: "pushed", event: CHANGED, payload: { event, seq: 1 } };
  };

  it("is as the topic says, and no answer to an earlier question takes that back", () => {
    const live = does(going, { type: "joined", reply: { members: 3, event: view("Moth") } });
    expect([live.event?.artist, live.event?.going, live.news]).toEqual(["Moth", 0, "name"]);
    const asked = does(live, { type: "reading" }, push("Lark"));
    const late: Action = { type: "event", reading: asked.reading, event: { ...view("Moth"), going: 7 } };
    expect(does(asked, late).event).toMatchObject({ artist: "Lark", going: 7 });
    const again = does(asked, { type: "reading" });
    expect(read(again, "Wren", []).event?.artist).toBe("Wren");
    expect(does(begun, push("Lark"))).toBe(begun);
  });

  it("says what has changed under the reader's eyes, and nothing of what one has changed oneself", () => {
    const live = does(going, { type: "joined", reply: { members: 3, event: view("Low") } });
    const news = (...actions: Action[]): unknown => does(live, ...actions).news;
    expect(news()).toBeNull();
    expect(news(push("Low", { date_utc: "2031-06-01T20:00:00.000Z" }))).toBeNull();
    expect(news(push("Low", { date_utc: "2031-06-01T21:00:00Z" }))).toBe("time");
    expect(news(push("Low", { time_zone: "Europe/Lisbon" }))).toBe("time");
    expect(news(push("Low", { venue: "Casa da Música" }))).toBe("place");
    expect(news(push("Low", { cancelled_at: "2031-05-01T20:00:00Z" }))).toBe("off");
    expect(news(push("Low", { cancelled_at: "2031-05-01T20:00:00Z" }), push("Low"))).toBe("on");
    expect(news(push("Lark"), { type: "seen" })).toBeNull();
    expect(news({ type: "edited", event: view("Lark") }, push("Lark"))).toBeNull();
    expect(news(push("Lark"), { type: "edited", event: view("Lark") })).toBeNull();
  });

  it("begins anew when somebody else looks", () => {
    const other = does(going, { type: "joined", reply: { members: 3 } }, { type: "watched" });
    expect([other.going, other.live, other.phase, other.event?.artist]).toEqual([false, false, "busy", "Low"]);
  });

  describe("with a device that remembers", () => {
    const live = does(going, { type: "joined", reply: { members: 3 } });
    const memory = memoryOf(live, PARTS, "2031-06-01T20:00:00Z")!;
    const remembers = (state: EventState): Action => ({ type: "remembered", reading: state.reading, memory });
    const error = new Error("network");
    const fails = (state: EventState): Action => ({ type: "failed", reading: state.reading, gone: false, error });

    it("keeps what its parts wish to be kept, of one who goes there", () => {
      expect(memory).toMatchObject({ event: view("Low"), kept: { tally: { count: 3, live: false } } });
      expect(Object.keys(memory.kept)).toEqual(["tally"]);
      expect(memoryOf(begun, PARTS, "")).toBeNull();
      expect(memoryOf(read(begun, "Low", null), PARTS, "")).toBeNull();
      // What is only remembered is not kept as if it were new.
      expect(memoryOf(does(begun, remembers(begun)), PARTS, "")).toBeNull();
    });

    it("shows it until something is heard, and says how old it is", () => {
      for (const state of [
        does(begun, remembers(begun), fails(begun)),
        does(begun, fails(begun), remembers(begun)),
        does(begun, { type: "event", reading: begun.reading, event: view("Low") }, fails(begun), remembers(begun)),
      ]) {
        expect([state.phase, state.event?.artist, topicOf(state)]).toEqual(["known", "Low", "event"]);
        expect([state.failure, state.asOf, keptBy(state, tally).count]).toEqual([error, memory.at, 3]);
        const joined = does(state, { type: "joined", reply: { members: 5 } }, { type: "reading" });
        expect(keptBy(joined, tally).count).toBe(5);
        const heard = read(joined, "Moth", []);
        expect([heard.event?.artist, heard.failure, heard.asOf]).toEqual(["Moth", null, null]);
      }
    });

    it("does not speak over what was heard", () => {
      expect(does(going, remembers(going))).toBe(going);
      const outside = read(begun, "Low", null);
      expect(does(outside, remembers(outside))).toBe(outside);
      const gone = does(begun, { type: "failed", reading: begun.reading, gone: true, error: null });
      expect(does(gone, remembers(gone))).toBe(gone);
      const again = does(begun, { type: "reading" });
      expect(does(again, remembers(begun))).toBe(again);
      const newer = does(begun, { type: "event", reading: begun.reading, event: view("Moth") }, remembers(begun));
      expect(newer.event?.artist).toBe("Moth");
    });

    it("gives it up when one does not go there any more", () => {
      const state = does(begun, remembers(begun));
      expect(read(state, "Low", null)).toMatchObject({ going: false, asOf: null, kept: { tally: { count: -1 } } });
      expect(does(state, { type: "lost" })).toMatchObject({ going: false, asOf: null, phase: "busy" });
      const gone = does(state, { type: "failed", reading: state.reading, gone: true, error: null });
      expect(gone).toMatchObject({ going: false, phase: "gone" });
      expect(does(state, { type: "watched" })).toMatchObject({ going: false, asOf: null });
    });
  });

  it("leaves to each part what is its own", () => {
    const live = does(going, { type: "joined", reply: { members: 3 } });
    const both = does(live, { type: "changed", change: change(quiet, (kept) => kept + 1) });
    expect([keptBy(both, tally).count, keptBy(both, quiet)]).toEqual([3, 1]);
    expect(does(both, { type: "pushed", event: "unheard of", payload: {} })).toBe(both);
    expect(does(begun, { type: "changed", change: change(quiet, (kept) => kept + 1) })).toBe(begun);
  });

  it("ends as the server has it, in whatever order answers, joins and pushes come", () => {
    const step = fc.record({
      what: fc.constantFrom(
        ...["rename", "rename", "count", "leave", "come", "come", "delete", "read", "fail", "cut"],
        ...["answer", "answer", "answer", "join", "join", "push", "push", "push", "remember"],
      ),
      which: fc.nat(5),
    });
    let heard = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const server = { artist: "Act 0", count: 0, going: true, gone: false };
        /** Answers over HTTP that are on their way, in any order. */
        let answers: Action[][] = [];
        /** What the topic says, in order; null when it is not joined. */
        let topic: Action[] | null = null;
        let state = does(unknown(PARTS), { type: "watched" });
        /** What the device kept the last time. */
        const memory: Memory = { event: view("Old"), at: "", kept: { tally: { count: -2, live: false } } };

        const act = (action: Action): void => {
          state = reduce(state, action, PARTS);
          if (state.live) expect(state.going).toBe(true);
          if (topicOf(state) === null) topic = null;
        };
        const ask = (): void => {
          act({ type: "reading" });
          const { reading } = state;
          if (server.gone) return void answers.push([{ type: "failed", reading, gone: true, error: null }]);
          const { count } = server;
          const listed = change(tally, (kept) => (kept.live ? kept : { ...kept, count }));
          answers.push([
            { type: "event", reading, event: view(server.artist) },
            { type: "inside", reading, changes: server.going ? [listed] : null },
          ]);
        };
        const join = (): void => {
          if (topicOf(state) === null || topic !== null) return;
          // One who does not go there is refused.
          topic = [
            server.going && !server.gone
              ? { type: "joined", reply: { members: server.count, event: view(server.artist) } }
              : { type: "lost" },
          ];
        };
        const say = (action: Action): void => void topic?.push(action);
        const hear = (): void => {
          const said = topic?.shift();
          if (!said) return;
          act(said);
          if (said.type !== "lost") return;
          topic = null;
          ask();
        };
        const answer = (which: number): void => {
          const [first, ...rest] = answers[which % answers.length] ?? [];
          answers = answers.filter((_, at) => at !== which % answers.length);
          if (rest.length > 0) answers.push(rest);
          if (first) act(first);
        };

        ask();
        steps.forEach(({ what, which }, at) => {
          if (what === "rename") {
            server.artist = `Act ${at}`;
            if (server.going && !server.gone) say(push(server.artist));
          } else if (what === "count") {
            server.count++;
            if (server.going && !server.gone)
              say({ type: "pushed", event: "members:count", payload: { count: server.count } });
          } else if (what === "leave" && server.going) {
            server.going = false;
            say({ type: "lost" });
          } else if (what === "come") server.going = true;
          else if (what === "delete" && which === 0) {
            server.gone = true;
            say({ type: "lost" });
          } else if (what === "read") ask();
          else if (what === "answer") answer(which);
          else if (what === "fail" && answers.length > 0) {
            const late = answers[which % answers.length]?.[0];
            answers = answers.filter((_, at) => at !== which % answers.length);
            if (late && "reading" in late)
              act({ type: "failed", reading: late.reading, gone: false, error: "network" });
          } else if (what === "remember") act({ type: "remembered", reading: state.reading, memory });
          else if (what === "join") join();
          else if (what === "push") hear();
          // The connection is gone and comes back: the topic is joined anew.
          else if (what === "cut" && topic !== null) {
            topic = null;
            join();
          }
        });
        // What the topic has said by itself is enough, where it was heard to the end.
        while ((topic as Action[] | null)?.length) hear();
        while (answers.length > 0) answer(0);
        if (topic !== null && state.live) heard++;
        if (topic !== null && state.live) expect(state.event?.artist).toBe(server.artist);
        // In the end all comes through: a last look, and what the topic has to say.
        ask();
        for (let turn = 0; turn < 200 && (answers.length > 0 || (topic as Action[] | null)?.length); turn++) {
          while (answers.length > 0) answer(0);
          join();
          hear();
        }
        join();
        while ((topic as Action[] | null)?.length) hear();
        while (answers.length > 0) answer(0);

        expect(state.phase).toBe(server.gone ? "gone" : "known");
        if (server.gone) return;
        expect([state.event?.artist, state.going, state.live]).toEqual([server.artist, server.going, server.going]);
        if (server.going) expect(keptBy(state, tally)).toEqual({ count: server.count, live: true });
      }),
      { numRuns: 2_000 },
    );
    expect(heard).toBeGreaterThan(100);
  });
});
