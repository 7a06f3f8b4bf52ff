import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PodView } from "../../src/generated/openapi";
import { listed, older, openPods, podChanged, podClosed, type OpenPods } from "../../src/features/events/store/pods";

function pod(number: number, free_seats = 5): PodView {
  const created_at = new Date(Date.UTC(2026, 10, 20, 20, number)).toISOString();
  return {
    id: `pod-${String(number).padStart(3, "0")}`,
    event_id: "event",
    kind: "crew",
    name: `Pod ${number}`,
    seats: 5,
    join_policy: "open",
    created_by: "ana",
    created_at,
    closed_at: null,
    free_seats,
  };
}

const answered = (reply: object): OpenPods =>
  openPods.joined?.(reply as never, openPods.empty) ?? expect.fail("it is joined");
const start = (pods: PodView[], next: string | null = null): OpenPods => answered({ pods, next });
const seats = (kept: OpenPods): [string, number][] => kept.pods.map(({ id, free_seats }) => [id, free_seats]);

describe("an event's open pods", () => {
  it("puts the newest first, whatever came when", () => {
    const kept = podChanged(podChanged(start([pod(2), pod(1)]), pod(4)), pod(3));
    expect(kept.pods.map(({ name }) => name)).toEqual(["Pod 4", "Pod 3", "Pod 2", "Pod 1"]);
  });

  it("takes a card that it has not held before", () => {
    expect(seats(podChanged(start([]), pod(1, 3)))).toEqual([["pod-001", 3]]);
  });

  it("keeps what was told when a page that was read before comes late", () => {
    let kept = start([pod(9)], "cursor");
    kept = podClosed(podChanged(kept, pod(2, 0)), "pod-003");
    kept = older(kept, "cursor", { items: [pod(3), pod(2, 4), pod(1)], next: null });
    expect(seats(kept)).toEqual([
      ["pod-009", 5],
      ["pod-002", 0],
      ["pod-001", 5],
    ]);
    expect(kept.next).toBeNull();
  });

  it("forgets all that was before a new join", () => {
    const kept = answered({ pods: [pod(1)], next: null });
    expect([kept.pods.length, kept.closed.size, kept.live]).toEqual([1, 0, true]);
  });

  it("are those that HTTP tells until the topic has answered", () => {
    const before = listed(openPods.empty, { items: [pod(2)], next: "cursor" });
    expect(seats(older(before, "cursor", { items: [pod(1)], next: null })).length).toBe(2);
    expect(older(before, "another", { items: [pod(1)], next: null })).toBe(before);
    expect(seats(listed(start([pod(3)]), { items: [pod(2)], next: null }))).toEqual([["pod-003", 5]]);
  });

  it("ends as the server's list, in whatever order a page comes among what is told", () => {
    const change = fc.record({ number: fc.integer({ min: 0, max: 9 }), free: fc.integer({ min: -1, max: 5 }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), fc.nat(30), fc.nat(30), (changes, read, came) => {
        // A seat count below zero closes; a closed pod stays so.
        const server = new Map(Array.from({ length: 10 }, (_, number) => [number, pod(number)]));
        const list = (): PodView[] => [...server.values()].sort((a, b) => b.id.localeCompare(a.id));
        let kept = answered({ pods: list().slice(0, 5), next: "cursor" });
        let page: PodView[] | null = null;
        const turn = (at: number): void => {
          if (at === Math.min(read, came)) page = list().filter(({ id }) => id < "pod-005");
          if (at === came && page) kept = older(kept, "cursor", { items: page, next: null });
        };
        changes.forEach(({ number, free }, at) => {
          turn(at);
          if (!server.has(number)) return;
          if (free < 0) {
            server.delete(number);
            kept = podClosed(kept, pod(number).id);
          } else {
            server.set(number, pod(number, free));
            kept = podChanged(kept, pod(number, free));
          }
        });
        for (let at = changes.length; at <= 30; at++) turn(at);
        expect(seats(kept)).toEqual(list().map(({ id, free_seats }) => [id, free_seats]));
      }),
    );
  });
});
