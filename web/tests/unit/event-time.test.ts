import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countdown,
  endOf,
  farOff,
  phaseOf,
  storedWords,
  ticketOf,
  yoursOf,
  type Reader,
  type Timed,
} from "../../src/features/events/time";
import { HOUR } from "../../src/lib/zones";

const BERLIN: Reader = { zone: "Europe/Berlin", locale: "en-GB" };
const NEW_YORK: Reader = { zone: "America/New_York", locale: "en-US" };
const at = (iso: string): number => Date.parse(iso);
const event = (date_utc: string, time_zone: string | null = null, ends_at: string | null = null): Timed => ({
  date_utc,
  ends_at,
  time_zone,
});
/** Without the odd spaces that formats have. */
const plain = (text: string | null): string | null =>
  text?.replace(/[\u2009\u202f\u00a0]/g, " ").replaceAll("\u2060", "") ?? null;

describe("an event", () => {
  it("is upcoming, on, then over: at its end, or 12 hours after it started", () => {
    const night = event("2027-06-09T18:00:00Z");
    expect(
      ["2027-06-09T17:59:59Z", "2027-06-09T18:00:00Z", "2027-06-10T05:59:59Z", "2027-06-10T06:00:00Z"].map((now) =>
        phaseOf(night, at(now)),
      ),
    ).toEqual(["upcoming", "on", "on", "over"]);
    const festival = event("2027-06-05T14:00:00Z", null, "2027-06-07T22:00:00Z");
    expect(phaseOf(festival, at("2027-06-07T21:59:00Z"))).toBe("on");
    expect(phaseOf(festival, at("2027-06-07T22:00:00Z"))).toBe("over");
  });

  it("goes through its phases in order, whatever the moment", () => {
    const order = { upcoming: 0, on: 1, over: 2 };
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.option(fc.nat(31 * 24)), (one, two, hours) => {
        const start = at("2027-06-09T18:00:00Z");
        const some = event(
          new Date(start).toISOString(),
          null,
          hours === null ? null : new Date(start + hours * HOUR).toISOString(),
        );
        const [first, second] = [Math.min(one, two), Math.max(one, two)];
        expect(order[phaseOf(some, start + first)]).toBeLessThanOrEqual(order[phaseOf(some, start + second)]);
        expect(phaseOf(some, endOf(some))).toBe("over");
      }),
    );
  });
});

describe("a ticket", () => {
  const now = at("2027-06-02T10:00:00Z");

  it("tells the day, the weekday and the clock of the place", () => {
    const words = ticketOf(event("2027-06-10T00:00:00Z", "America/New_York"), now, BERLIN);
    expect(words).toMatchObject({ month: "Jun", day: "9", year: null, when: "Wednesday, 20:00 New York time" });
    expect(words).toMatchObject({ yours: "02:00 on Thursday for you", state: "in 7 days", phase: "upcoming" });
  });

  it("names the zone only to those whose clock shows another time then", () => {
    const there = event("2027-06-10T00:00:00Z", "America/New_York");
    expect(plain(ticketOf(there, now, NEW_YORK).when)).toBe("Wednesday, 8:00 PM");
    expect(ticketOf(there, now, NEW_YORK).yours).toBeNull();
    expect(ticketOf(there, now, { ...NEW_YORK, zone: "America/Toronto" }).when).not.toContain("time");
    // London and Reykjavik agree in winter alone.
    const iceland: Reader = { zone: "Atlantic/Reykjavik", locale: "en-GB" };
    expect(ticketOf(event("2027-01-09T20:00:00Z", "Europe/London"), now, iceland).when).toBe("Saturday, 20:00");
    expect(ticketOf(event("2027-06-09T19:00:00Z", "Europe/London"), now, iceland).when).toContain("20:00 London time");
  });

  it("tells what has no zone in UTC, to everybody alike", () => {
    const nowhere = event("2027-06-09T23:30:00Z");
    expect(ticketOf(nowhere, now, BERLIN)).toMatchObject({ day: "9", when: "Wednesday, 23:30 UTC" });
    expect(ticketOf(nowhere, now, NEW_YORK).when).toMatch(/^Wednesday, 11:30.PM UTC$/);
    expect(ticketOf(event("2027-06-09T23:30:00Z", "Mars/Olympus"), now, BERLIN).when).toBe("Wednesday, 23:30 UTC");
  });

  it("tells the year when it is not this year's", () => {
    expect(ticketOf(event("2028-04-01T18:00:00Z", "Europe/Berlin"), now, BERLIN)).toMatchObject({ year: "2028" });
    expect(countdown(at("2028-06-01T18:00:00Z"), now, "UTC")).toBe("in 2028");
    expect(ticketOf(event("2026-06-01T18:00:00Z"), now, BERLIN)).toMatchObject({ year: "2026", state: "over" });
    // Its new year comes before the reader's.
    const sydney = event("2027-12-31T14:00:00Z", "Australia/Sydney");
    expect(ticketOf(sydney, at("2027-12-31T12:00:00Z"), NEW_YORK)).toMatchObject({ day: "1", year: "2028" });
  });

  it("tells the days of a festival, and the end of a night", () => {
    const festival = event("2027-06-04T14:00:00Z", "Europe/Berlin", "2027-06-06T21:00:00Z");
    const words = ticketOf(festival, now, { ...BERLIN, locale: "en-AU" });
    expect(plain(words.when)).toMatch(/^Fri 4 – Sun 6 June, 4:00 pm$/);
    expect(plain(ticketOf(festival, now, BERLIN).whole)).toMatch(/^Fri 4( June)? – Sun 6 June, from 16:00$/);
    // Until the small hours of Monday: still Friday to Sunday.
    const late = event("2027-06-04T14:00:00Z", "Europe/Berlin", "2027-06-07T00:00:00Z");
    expect(plain(ticketOf(late, now, BERLIN).when)).toContain("Sun 6 June");
    const night = event("2027-06-04T21:00:00Z", "Europe/Berlin", "2027-06-05T03:00:00Z");
    expect(ticketOf(night, now, BERLIN).when).toBe("Friday, 23:00");
    expect(plain(ticketOf(night, now, BERLIN).whole)).toBe("Friday, 23:00 – 05:00");
  });

  it("lets no line end within a range of times, and behind the dash alone in one of days", () => {
    const night = event("2027-06-04T21:00:00Z", "Europe/Berlin", "2027-06-05T03:00:00Z");
    expect(ticketOf(night, now, BERLIN).whole.split(" ")).toEqual(["Friday,", "23:00\u00A0–\u2060\u00A005:00"]);
    const festival = event("2027-06-04T14:00:00Z", "Europe/Berlin", "2027-06-06T21:00:00Z");
    for (const locale of ["en-GB", "de-DE"]) {
      const [first, second] = ticketOf(festival, now, { ...BERLIN, locale }).whole.split(" ");
      expect(first).toMatch(/–$/);
      expect(second).toMatch(/Jun[ei],$/);
    }
  });

  it("says that it is on, and until when", () => {
    const night = event("2027-06-02T09:00:00Z", "Europe/Berlin");
    expect(ticketOf(night, now, BERLIN)).toMatchObject({ phase: "on", state: "on now" });
    const matinee = event("2027-06-02T09:00:00Z", "Europe/Berlin", "2027-06-02T12:00:00Z");
    expect(ticketOf(matinee, now, BERLIN).state).toBe("on now until 14:00");
    expect(ticketOf(matinee, now, NEW_YORK).state).toMatch(/^on now until 2:00.PM Berlin time$/);
    const festival = event("2027-06-01T09:00:00Z", "Europe/Berlin", "2027-06-06T00:30:00Z");
    expect(ticketOf(festival, now, BERLIN).state).toBe("on now until Saturday");
    const month = event("2027-06-01T09:00:00Z", "Europe/Berlin", "2027-06-28T20:00:00Z");
    expect(ticketOf(month, now, BERLIN).state).toBe("on now until 28 June");
  });
});

describe("a countdown", () => {
  it("goes by the days of the place", () => {
    const tell = (start: string, now: string, zone: string): string => countdown(at(start), at(now), zone);
    expect(tell("2027-06-09T18:00:00Z", "2027-06-09T05:00:00Z", "Europe/Berlin")).toBe("tonight");
    expect(tell("2027-06-09T09:00:00Z", "2027-06-09T05:00:00Z", "Europe/Berlin")).toBe("today");
    // It is the 10th in Berlin, but still the 9th where it is: evening there, whatever it is here.
    expect(tell("2027-06-10T00:00:00Z", "2027-06-09T22:30:00Z", "America/New_York")).toBe("tonight");
    expect(tell("2027-06-10T00:00:00Z", "2027-06-09T03:30:00Z", "America/New_York")).toBe("tomorrow");
    expect(tell("2027-06-12T18:00:00Z", "2027-06-09T18:00:00Z", "UTC")).toBe("in 3 days");
    expect(tell("2027-06-30T18:00:00Z", "2027-06-09T18:00:00Z", "UTC")).toBe("in 3 weeks");
    expect(tell("2027-12-09T18:00:00Z", "2027-06-09T18:00:00Z", "UTC")).toBe("in 6 months");
    expect(tell("2027-12-31T18:00:00Z", "2027-01-01T18:00:00Z", "UTC")).toBe("in 12 months");
  });
});

describe("what will be stored", () => {
  it("is told with the year, the place, and the reader's own time", () => {
    const start = at("2027-06-10T00:00:00Z");
    expect(storedWords(start, null, "America/New_York", BERLIN)).toMatch(
      /^Wednesday,? 9 June 2027, 20:00 in New York; that is 02:00 on Thursday for you$/,
    );
    expect(storedWords(start, start + 3 * HOUR, "America/New_York", NEW_YORK)).toMatch(
      /^Wednesday, June 9, 2027, 8:00.PM in New York, until 11:00.PM$/,
    );
    expect(storedWords(start, start + 50 * HOUR, "UTC", BERLIN)).toMatch(
      /until Saturday,? 12 June 2027, 02:00; that is/,
    );
    expect(yoursOf(start, "UTC", BERLIN)).toBe("02:00 for you");
  });

  it("says so when it is more than two years ahead", () => {
    const now = at("2027-06-02T10:00:00Z");
    expect(farOff(at("2029-06-01T18:00:00Z"), now, "UTC")).toBeNull();
    expect(farOff(at("2029-06-05T18:00:00Z"), now, "UTC")).toBe("That is in 2029, more than two years from now.");
  });
});
