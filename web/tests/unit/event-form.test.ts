import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crowdWords } from "../../src/features/events/crowd";
import { bodyOf, changesOf, draftOf, endTrouble, momentOf, textOf } from "../../src/features/events/form";
import { LONGEST } from "../../src/features/events/time";
import type { Counts, Event as LiveEvent } from "../../src/generated/openapi";

const at = (iso: string): number => Date.parse(iso);

const event: LiveEvent = {
  id: "event",
  slug: "moth",
  artist: "Moth",
  city: "Berlin",
  venue: "SO36",
  date_utc: "2031-06-01T19:00:30Z",
  ends_at: "2031-06-01T22:00:00Z",
  time_zone: "Europe/Berlin",
  created_by: "ana",
  cancelled_at: null,
  meet_point_public: false,
};

describe("a time that is typed", () => {
  it("is a moment, none, or two of which one is chosen", () => {
    expect(momentOf("2031-06-09T20:00", "America/New_York", null)).toEqual({
      kind: "at",
      at: at("2031-06-10T00:00:00Z"),
    });
    expect(momentOf("", "UTC", null)).toEqual({ kind: "empty" });
    expect(momentOf("2031-03-30T02:30", "Europe/Berlin", null).kind).toBe("never");
    const [first, second] = [at("2031-10-26T00:30:00Z"), at("2031-10-26T01:30:00Z")];
    expect(momentOf("2031-10-26T02:30", "Europe/Berlin", null)).toEqual({ kind: "twice", of: [first, second] });
    expect(momentOf("2031-10-26T02:30", "Europe/Berlin", second)).toMatchObject({ kind: "at", at: second });
    // What was chosen for another time says nothing about this one.
    expect(momentOf("2031-10-26T02:45", "Europe/Berlin", second).kind).toBe("twice");
  });

  it("comes back as it was told", () => {
    const zones = fc.constantFrom("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC");
    const moments = fc.integer({ min: at("2000-01-01") / 60_000, max: at("2040-01-01") / 60_000 });
    fc.assert(
      fc.property(zones, moments, (zone, minutes) => {
        const moment = minutes * 60_000;
        expect(momentOf(textOf(moment, zone), zone, moment)).toMatchObject({ kind: "at", at: moment });
      }),
    );
  });

  it("ends after it begins, and within 31 days", () => {
    expect([0, LONGEST].map((end) => endTrouble(0, end))).toEqual([null, null]);
    expect(endTrouble(0, -1)).toContain("before it starts");
    expect(endTrouble(0, LONGEST + 1)).toContain("31 days");
  });
});

describe("a changed event", () => {
  const before = draftOf(event, "Europe/Berlin");
  const changes = (typed: Partial<typeof before>): object => {
    const draft = { ...before, ...typed };
    const moment = (text: string): number | null => {
      const found = momentOf(text, draft.zone, null);
      return found.kind === "at" ? found.at : null;
    };
    return changesOf(event, before, draft, bodyOf(draft, moment(draft.starts) ?? 0, moment(draft.ends)));
  };

  it("tells what has changed, and nothing else", () => {
    expect(changes({})).toEqual({});
    expect(changes({ artist: " Moth " })).toEqual({});
    expect(changes({ venue: "Lido" })).toEqual({ venue: "Lido" });
    expect(changes({ starts: "2031-06-01T20:00" })).toEqual({ date_utc: "2031-06-01T18:00:00.000Z" });
    expect(changes({ ends: "" })).toEqual({ ends_at: null });
    expect(changes({ zone: "Europe/London" })).toEqual({
      time_zone: "Europe/London",
      date_utc: "2031-06-01T20:00:00.000Z",
      ends_at: "2031-06-01T23:00:00.000Z",
    });
  });

  it("keeps a zone that this browser does not know until another is chosen", () => {
    const odd = { ...event, time_zone: "Mars/Olympus" };
    const draft = draftOf(odd, "UTC");
    expect(draft).toMatchObject({ zone: "Mars/Olympus", starts: "2031-06-01T19:00" });
    expect(changesOf(odd, draft, draft, bodyOf(draft, at(event.date_utc), at(event.ends_at ?? "")))).toEqual({});
  });
});

describe("what goes on at an event", () => {
  const tell = (counts: Partial<Counts>, over = false, cancelled_at: string | null = null): string | null =>
    crowdWords({ going: 0, open_pods: 0, free_seats: 0, cancelled_at, ...counts }, over);

  it("is told in whole sentences", () => {
    expect(tell({ going: 0 })).toBe("Nobody is going yet.");
    expect(tell({ going: 1, open_pods: 0, free_seats: 0 })).toBe("1 person is going.");
    expect(tell({ going: 1200, open_pods: 3, free_seats: 1 })).toBe(
      "1,200 people are going. 3 open pods have 1 free seat.",
    );
    expect(tell({ going: 5, open_pods: 1, free_seats: 0 })).toBe("5 people are going. 1 open pod has no free seat.");
    expect(tell({ going: 5, open_pods: 1, free_seats: 2 }, true)).toBe("5 people were there.");
  });

  it("says of one that was called off who wanted to go, and never that somebody was there", () => {
    for (const over of [false, true]) {
      expect(tell({ going: 5, open_pods: 2, free_seats: 3 }, over, "2031-05-01T10:00:00Z")).toBe(
        "5 people wanted to go.",
      );
      expect(tell({ going: 0 }, over, "2031-05-01T10:00:00Z")).toBeNull();
    }
  });
});
