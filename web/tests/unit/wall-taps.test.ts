// The taps of a device against a model of the server, with fast thumbs, answers that are lost, reloads, and other tabs and
// devices: every tap is accepted once, and nothing is said to be that is not.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  alone,
  answered,
  dueAt,
  failed,
  NONE,
  PACE,
  refused,
  sent,
  tapped,
  waiting,
  written,
  type Taps,
} from "../../src/features/wall/store/taps";

/** As the server counts: twenty a second, and forty at once. */
class Server {
  accepted = new Map<string, number>();
  #allowance = 40;
  #at = 0;

  put(
    source: string,
    total: number,
    now: number,
  ): { source: string; accepted: number; mine: number; retry_after_ms: number } {
    this.#allowance = Math.min(40, this.#allowance + ((now - this.#at) * 20) / 1_000);
    this.#at = now;
    const had = this.accepted.get(source) ?? 0;
    const take = Math.max(0, Math.min(total - had, Math.floor(this.#allowance)));
    this.#allowance -= take;
    this.accepted.set(source, had + take);
    return { source, accepted: had + take, mine: this.mine, retry_after_ms: had + take < total ? 50 : 0 };
  }

  get mine(): number {
    return [...this.accepted.values()].reduce((sum, one) => sum + one, 0);
  }
}

describe("the taps of a device", () => {
  it("are all accepted in the end, each once, and never sent faster than the pace", () => {
    const step = fc.record({
      what: fc.constantFrom("tap", "tap", "tap", "tap", "write", "send", "lose", "vanish", "reload", "other"),
      wait: fc.nat(400),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 300 }), (steps) => {
        const server = new Server();
        let now = 1_000;
        let taps: Taps = NONE;
        let kept = { total: 0, accepted: 0 };
        let lost = 0;
        let wanted = 0;
        let last = -Infinity;
        const write = (): void => {
          const count = taps.unwritten;
          kept = { ...kept, total: kept.total + count };
          taps = written(taps, count, kept);
        };
        const send = (fate: string): void => {
          const due = dueAt(taps);
          if (due === null || due > now) return;
          expect(now - last).toBeGreaterThanOrEqual(PACE);
          last = now;
          taps = sent(taps, now);
          if (fate === "lose") {
            taps = failed(taps, now, null);
            return;
          }
          const answer = server.put("here", taps.sending as number, now);
          // The answer does not come, though the server has counted them.
          if (fate === "vanish") taps = failed(taps, now, null);
          else taps = answered(taps, answer, now);
          kept = { ...kept, accepted: taps.accepted };
        };
        for (const { what, wait } of steps) {
          now += wait;
          if (what === "tap") {
            taps = tapped(taps);
            wanted++;
          } else if (what === "write") write();
          else if (what === "other") server.put("there", (server.accepted.get("there") ?? 0) + 3, now);
          else if (what === "reload") {
            // What was not written down goes with the tab.
            lost += taps.unwritten;
            last = -Infinity;
            taps = { ...NONE, total: kept.total, accepted: kept.accepted };
          } else send(what);
          expect(taps.accepted).toBeLessThanOrEqual(server.accepted.get("here") ?? 0);
          expect(taps.mine ?? 0).toBeLessThanOrEqual(server.mine);
          expect(waiting(taps) + taps.accepted).toBe(taps.total);
        }
        write();
        for (let turns = 0; waiting(taps) > 0 && turns < 1_000; turns++) {
          now = Math.max(now, dueAt(taps) ?? now);
          send("send");
        }
        expect(server.accepted.get("here") ?? 0).toBe(wanted - lost);
        expect(waiting(taps)).toBe(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it("say so when more come than are counted", () => {
    const many = Array.from({ length: 60 }).reduce<Taps>((taps) => tapped(taps), NONE);
    const under = sent(written(many, 60, { total: 60, accepted: 0 }), 0);
    const after = answered(under, { source: "here", accepted: 40, mine: 40, retry_after_ms: 50 }, 10);
    expect([after.slow, waiting(after), after.mine, dueAt(after)]).toEqual([true, 20, 40, PACE]);
  });

  it("are given up honestly where the server takes none", () => {
    const under = sent(written(tapped(tapped(NONE)), 2, { total: 2, accepted: 0 }), 0);
    const after = refused(under, "not_found");
    expect([waiting(after), dueAt(after), after.refused]).toEqual([0, null, { code: "not_found", taps: 2 }]);
    expect(tapped(after).refused).toBeNull();
  });

  it("count by themselves where the device keeps nothing", () => {
    const after = alone(tapped(tapped(NONE)));
    expect([after.total, after.unwritten, dueAt(after)]).toEqual([2, 0, 0]);
  });
});
