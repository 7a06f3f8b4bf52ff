// When a client tries again by itself: never sooner than it was asked to, never without an end, and never what would be
// done twice.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  askedToWait,
  beforeRejoin,
  isEntering,
  mayRepeat,
  retryAfter,
  usedUp,
  waitBefore,
  type Asked,
  type Refused,
} from "../../src/lib/patience";

const REGISTER: Asked = { method: "POST", path: "/v1/auth/register", body: { email: "ana@example.org" } };
const LOGIN: Asked = { method: "POST", path: "/v1/auth/login", body: { email: "ana@example.org" } };

const refused = (code: string, wait: number | null = 1_000, limits: string[] = []): Refused => ({ code, wait, limits });

/** A door that lets some in a second, as the server's limit of an address does. */
class Door {
  let_in = new Map<number, number>();
  #allowance: number;
  #at = 0;

  constructor(
    readonly rate: number,
    readonly burst: number,
  ) {
    this.#allowance = burst;
  }

  /** Null where it let in; else the milliseconds to wait, in whole seconds as `Retry-After` has them. */
  knock(who: number, now: number): number | null {
    this.#allowance = Math.min(this.burst, this.#allowance + ((now - this.#at) / 1_000) * this.rate);
    this.#at = now;
    if (this.#allowance < 1) return Math.max(1, Math.ceil((1 - this.#allowance) / this.rate)) * 1_000;
    this.#allowance -= 1;
    this.let_in.set(who, (this.let_in.get(who) ?? 0) + 1);
    return null;
  }
}

describe("a client that is refused for a moment", () => {
  it("waits as long as it was asked to, and ends", () => {
    const answers = fc.array(fc.record({ wait: fc.nat(30_000), took: fc.nat(20_000) }), { maxLength: 300 });
    const asked = fc.constantFrom<Asked>(
      REGISTER,
      { method: "GET", path: "/v1/me" },
      { method: "POST", path: "/v1/events/0190/posts", body: { id: "0190" } },
    );
    fc.assert(
      fc.property(
        asked,
        answers,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (one, all, chances) => {
          let time = 0;
          let repeats = 0;
          for (const { wait, took } of all) {
            time += took;
            const after = waitBefore(one, refused("rate_limited", wait), { repeats, time }, chances.next().value!);
            if (after === null) break;
            expect(after).toBeGreaterThanOrEqual(wait);
            expect(after).toBeLessThanOrEqual(wait + 8_000);
            time += after;
            repeats++;
            expect(time).toBeLessThanOrEqual(isEntering(one) ? 600_000 : 60_000);
          }
          expect(repeats).toBeLessThanOrEqual(isEntering(one) ? 120 : 5);
        },
      ),
    );
  });

  it("gets in with a whole crowd of one address, each once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.integer(), (people, seed) => {
        const door = new Door(5, 50);
        const chance = random(seed);
        // All knock within the first ten seconds; then each when it may.
        const due = Array.from({ length: people }, (_, who) => ({ who, at: chance() * 10_000, repeats: 0, start: 0 }));
        due.forEach((one) => (one.start = one.at));
        due.sort((a, b) => b.at - a.at);
        let left = 0;
        while (due.length > 0) {
          const one = due.pop()!;
          const wait = door.knock(one.who, one.at);
          if (wait === null) continue;
          const spent = { repeats: one.repeats, time: one.at - one.start };
          const after = waitBefore(REGISTER, refused("rate_limited", wait), spent, chance());
          if (after === null) {
            left++;
            continue;
          }
          const at = one.at + after;
          // The last is the first that is due.
          let place = due.length;
          while (place > 0 && due[place - 1]!.at < at) place--;
          due.splice(place, 0, { ...one, at, repeats: one.repeats + 1 });
        }
        expect(left).toBe(0);
        expect(door.let_in.size).toBe(people);
        expect([...door.let_in.values()].every((times) => times === 1)).toBe(true);
      }),
      { numRuns: 5 },
    );
  });

  it("repeats after an unknown outcome only what is done once", () => {
    for (const [asked, yes] of [
      [{ method: "GET", path: "/v1/me" }, true],
      [{ method: "PUT", path: "/v1/posts/1/reactions/a" }, true],
      [{ method: "PUT", path: "/v1/events/1/meet-point", ifMatch: '"2"' }, false],
      [{ method: "POST", path: "/v1/events", body: { id: "0190", artist: "a" } }, true],
      [{ method: "POST", path: "/v1/events", body: { artist: "a" } }, false],
      [{ method: "POST", path: "/v1/posts/1/close" }, false],
      [{ method: "DELETE", path: "/v1/posts/1" }, false],
      [REGISTER, false],
      [LOGIN, false],
    ] as [Asked, boolean][]) {
      expect(mayRepeat(asked, refused("unavailable")), JSON.stringify(asked)).toBe(yes);
      // Nothing was done.
      expect(mayRepeat(asked, refused("overloaded")), JSON.stringify(asked)).toBe(true);
      for (const code of ["internal", "network", "invalid", "unauthorized", "conflict"]) {
        expect(mayRepeat(asked, refused(code)), code).toBe(false);
      }
    }
  });

  it("does not try a password again that was wrong", () => {
    expect(mayRepeat(LOGIN, refused("rate_limited"))).toBe(false);
    expect(mayRepeat(LOGIN, refused("rate_limited", 1_000, ["account-failures"]))).toBe(false);
    expect(mayRepeat(LOGIN, refused("rate_limited", 1_000, ["sign-ins", "address-failures"]))).toBe(false);
    expect(mayRepeat(LOGIN, refused("rate_limited", 1_000, ["sign-ins"]))).toBe(true);
    expect(mayRepeat(REGISTER, refused("rate_limited"))).toBe(true);
  });

  it("does not guess a wait that the server does not give", () => {
    expect(waitBefore(REGISTER, refused("rate_limited", null), { repeats: 0, time: 0 }, 0)).toBeNull();
    expect(waitBefore({ method: "GET", path: "/" }, refused("rate_limited", 61_000), { repeats: 0, time: 0 }, 0)).toBe(
      null,
    );
  });

  it("reads the headers", () => {
    const now = Date.UTC(2030, 0, 1);
    expect(retryAfter("3", now)).toBe(3_000);
    expect(retryAfter("Tue, 01 Jan 2030 00:00:05 GMT", now)).toBe(5_000);
    expect(retryAfter("Mon, 31 Dec 2029 00:00:00 GMT", now)).toBe(0);
    for (const nothing of [null, "", "soon", "-"]) expect(retryAfter(nothing, now)).toBeNull();
    expect(usedUp('"searches";r=0;t=3')).toEqual(["searches"]);
    expect(usedUp('"reads";r=20;t=9, "account-failures"; r=0 ; t=3, "writes";t=1;r=0')).toEqual([
      "account-failures",
      "writes",
    ]);
    expect(usedUp('"reads";r=05')).toEqual([]);
    for (const nothing of [null, "", "limit=10", '"a"']) expect(usedUp(nothing)).toEqual([]);
  });
});

describe("a topic whose join is refused for a moment", () => {
  it("is not joined before the server wants it", () => {
    const reply = { status: "error", response: { code: "rate_limited", retry_after_ms: 12_000 } };
    expect(askedToWait("phx_reply", reply)).toBe(12_000);
    expect(askedToWait("phx_reply", { status: "ok", response: {} })).toBe(0);
    expect(askedToWait("phx_reply", { status: "error", response: { code: "forbidden" } })).toBe(0);
    for (const odd of [null, undefined, {}, { status: "error" }, { status: "error", response: null }]) {
      expect(askedToWait("phx_reply", odd)).toBe(0);
    }
    expect(askedToWait("message:new", reply)).toBe(0);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(60_000), fc.nat(60_000), (tries, notBefore, now) => {
        const wait = beforeRejoin(tries, notBefore, now);
        expect(now + wait).toBeGreaterThan(notBefore);
        expect(wait).toBeLessThanOrEqual(Math.max(0, notBefore - now) + 15_000);
      }),
    );
  });
});

/** Numbers from 0 to 1 that a seed decides. */
function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
