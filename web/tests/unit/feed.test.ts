import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PodView } from "../../src/lib/types";
import { answered, podClosed, older, podChanged, type Feed } from "../../src/features/events/feed";

function pod(number: number, free_seats = 5): PodView {
  const created_at = new Date(Date.UTC(2026, 10, 20, 20, number)).toISOString();
  return {
    id: `pod-${String(number).padStart(3, "0")}`,
    event_id: "event",
    name: `Pod ${number}`,
    seats: 5,
    join_policy: "open",
    created_by: "ana",
    created_at,
    closed_at: null,
    free_seats,
  };
}

const start = (pods: PodView[], next: string | null = null): Feed => answered({ pods, next, members: 2, present: 1 });
const seats = (feed: Feed): [string, number][] => feed.pods.map(({ id, free_seats }) => [id, free_seats]);

describe("an event's feed", () => {
  it("puts the newest first, whatever came when", () => {
    const feed = podChanged(podChanged(start([pod(2), pod(1)]), pod(4)), pod(3));
    expect(feed.pods.map(({ name }) => name)).toEqual(["Pod 4", "Pod 3", "Pod 2", "Pod 1"]);
  });

  it("takes a card that it has not held before", () => {
    expect(seats(podChanged(start([]), pod(1, 3)))).toEqual([["pod-001", 3]]);
  });

  it("keeps what was told when a page that was read before comes late", () => {
    let feed = start([pod(9)], "cursor");
    feed = podClosed(podChanged(feed, pod(2, 0)), "pod-003");
    feed = older(feed, { items: [pod(3), pod(2, 4), pod(1)], next: null });
    expect(seats(feed)).toEqual([
      ["pod-009", 5],
      ["pod-002", 0],
      ["pod-001", 5],
    ]);
    expect(feed.next).toBeNull();
  });

  it("forgets all that was before a new join", () => {
    const feed = answered({ pods: [pod(1)], next: null, members: 7, present: 3 });
    expect([feed.members, feed.present, feed.closed.size]).toEqual([7, 3, 0]);
  });

  it("ends as the server's list, in whatever order a page comes among what is told", () => {
    const change = fc.record({ number: fc.integer({ min: 0, max: 9 }), free: fc.integer({ min: -1, max: 5 }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), fc.nat(30), fc.nat(30), (changes, read, came) => {
        // A seat count below zero closes; a closed pod stays so.
        const server = new Map(Array.from({ length: 10 }, (_, number) => [number, pod(number)]));
        const list = (): PodView[] => [...server.values()].sort((a, b) => b.id.localeCompare(a.id));
        let feed = answered({ pods: list().slice(0, 5), next: "cursor", members: 0, present: 0 });
        let page: PodView[] | null = null;
        const turn = (at: number): void => {
          if (at === Math.min(read, came)) page = list().filter(({ id }) => id < "pod-005");
          if (at === came && page) feed = older(feed, { items: page, next: null });
        };
        changes.forEach(({ number, free }, at) => {
          turn(at);
          if (!server.has(number)) return;
          if (free < 0) {
            server.delete(number);
            feed = podClosed(feed, pod(number).id);
          } else {
            server.set(number, pod(number, free));
            feed = podChanged(feed, pod(number, free));
          }
        });
        for (let at = changes.length; at <= 30; at++) turn(at);
        expect(seats(feed)).toEqual(list().map(({ id, free_seats }) => [id, free_seats]));
      }),
    );
  });
});
