import { describe, expect, it } from "vitest";
import { wallWords, type Timed } from "../../src/features/events/time";
import { bodyOf, draftOf, EMPTY, isSame, readDraft } from "../../src/features/meet-point/form";
import { meetPoint, stored } from "../../src/features/meet-point/part";
import type { MeetPoint } from "../../src/generated/openapi";

const point: MeetPoint = {
  event_id: "event",
  title: "The left gate",
  description: "By the lamp post.\nBring a scarf.",
  when_local: "2031-06-09T19:30:20",
  when_note: "after the support act",
  created_by: "ana",
  updated_at: "2031-06-01T10:00:00Z",
  revision: "one",
};

describe("a meet point's form", () => {
  it("holds what is stored, to the minute, and changes nothing that nobody has touched", () => {
    const draft = draftOf(point);
    expect(draft.when).toBe("2031-06-09T19:30");
    const { title, description, when_local, when_note } = point;
    expect(bodyOf(draft, point)).toEqual({ title, description, when_local, when_note });
    expect(isSame(draft, point)).toBe(true);
    expect(isSame({ ...draft, when: "2031-06-09T19:31" }, point)).toBe(false);
    expect(draftOf(null)).toEqual(EMPTY);
  });

  it("sends nothing for what is blank, and a name on one line", () => {
    const draft = { title: "  The   left gate ", description: " \n", when: "", note: " " };
    expect(bodyOf(draft, null)).toEqual({
      title: "The left gate",
      description: null,
      when_local: null,
      when_note: null,
    });
    expect(bodyOf({ ...EMPTY, title: "x", when: "2031-06-09T19:30" }, null).when_local).toBe("2031-06-09T19:30:00");
    expect(isSame({ ...EMPTY, description: " " }, null)).toBe(true);
  });

  it("takes back what this client has kept, and nothing else", () => {
    const draft = { ...EMPTY, title: "Half a na" };
    expect(readDraft(JSON.stringify(draft))).toEqual(draft);
    expect(readDraft('{"title":"x"}')).toEqual({ ...EMPTY, title: "x" });
    for (const wrong of ["", "{", "null x", '{"title":7}']) expect(readDraft(wrong), wrong).toBeNull();
  });
});

describe("a meet point, live", () => {
  const changed = meetPoint.on as unknown as Record<string, (kept: object, payload: object) => typeof meetPoint.empty>;
  const joined = meetPoint.joined?.({ meet_point: point } as never, meetPoint.empty) ?? meetPoint.empty;
  const push = (kept: object, to: MeetPoint | null) =>
    changed["meet_point:changed"]?.(kept, { meet_point: to, seq: 1 });

  it("is what the topic says, and what one has stored until the topic says more", () => {
    expect(joined.point).toBe(point);
    const mine = { ...point, revision: "mine" };
    expect(stored(joined, mine, joined.heard).point).toBe(mine);
    const gone = push(joined, null);
    expect(gone?.point).toBeNull();
    // It was deleted after one had stored it, and the answer to that came late.
    expect(stored(gone ?? joined, mine, joined.heard).point).toBeNull();
    expect(stored(meetPoint.empty, mine, 0).point).toBe(mine);
  });

  it("is read over HTTP until the topic has answered", async () => {
    const late = await meetPoint.read?.("event", () => Promise.resolve({ ...point, title: "Late" } as never));
    expect(late?.(meetPoint.empty).point?.title).toBe("Late");
    expect(late?.(joined).point).toBe(point);
  });
});

describe("the time at which people meet", () => {
  const event: Timed = { date_utc: "2031-06-10T00:00:00Z", ends_at: null, time_zone: "America/New_York" };
  const plain = (text: string | null | undefined) => text?.replace(/[\u2009\u202f\u00a0]/g, " ") ?? null;
  const words = (text: string, zone: string) => {
    const found = wallWords(text, event, { zone, locale: "en-GB" });
    return [plain(found?.when), plain(found?.yours)];
  };

  it("is that of the place, which is named where the reader's is another", () => {
    expect(words("2031-06-09T19:30:00", "America/Toronto")).toEqual(["Monday, 19:30", null]);
    expect(words("2031-06-09T19:30:00", "Europe/Berlin")).toEqual([
      "Monday, 19:30 New York time",
      "That is 01:30 on Tuesday for you.",
    ]);
  });

  it("has its date where a weekday would not be enough", () => {
    expect(words("2031-06-12T10:00:00", "America/New_York")[0]).toBe("Thursday, 10:00");
    expect(words("2031-06-14T10:00:00", "America/New_York")[0]).toBe("Saturday, 14 June 2031, 10:00");
  });

  it("is shown as it was written, also where the clocks skip it", () => {
    const spring: Timed = { date_utc: "2031-03-09T05:00:00Z", ends_at: null, time_zone: "America/New_York" };
    expect(plain(wallWords("2031-03-09T02:30:00", spring, { zone: "America/New_York", locale: "en-GB" })?.when)).toBe(
      "Sunday, 02:30",
    );
    expect(wallWords("soon", spring, { zone: "UTC", locale: "en-GB" })).toBeNull();
  });
});
