import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inZone, withZone } from "../../src/features/events/time";
import {
  allZones,
  besideGap,
  DAY,
  dayAt,
  instantsOf,
  known,
  MINUTE,
  offsetAt,
  offsetName,
  parseWall,
  wallAt,
  writeWall,
  zoneName,
  zoneOfCity,
  zonesOfEvents,
} from "../../src/lib/zones";

const ZONES = [
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "America/Sao_Paulo",
  "Africa/Casablanca",
  "Pacific/Kiritimati",
  "Europe/Dublin",
  "UTC",
];

const zone = fc.constantFrom(...ZONES);
const moment = fc
  .integer({ min: Date.UTC(1990, 0) / MINUTE, max: Date.UTC(2040, 0) / MINUTE })
  .map((minutes) => minutes * MINUTE);
const at = (iso: string): number => Date.parse(iso);
const wall = (text: string) => parseWall(text) ?? expect.fail(text);

describe("a zone's wall", () => {
  it("shows each moment, and each moment is found by what it shows", () => {
    fc.assert(
      fc.property(zone, moment, (zone, moment) => {
        expect(instantsOf(wallAt(moment, zone), zone)).toContain(moment);
        expect(wall(writeWall(wallAt(moment, zone)))).toEqual(wallAt(moment, zone));
      }),
      { numRuns: 3_000 },
    );
  });

  it("shows a time once, twice or never; where never, there are real ones on both sides", () => {
    fc.assert(
      fc.property(zone, moment, (zone, shown) => {
        const time = wallAt(shown, "UTC");
        const found = instantsOf(time, zone);
        for (const at of found) expect(wallAt(at, zone)).toEqual(time);
        expect(found.length).toBeLessThanOrEqual(2);
        if (found.length > 0) return;
        const [earlier, later] = besideGap(time, zone);
        const size = offsetAt(later, zone) - offsetAt(earlier, zone);
        expect(size).toBeGreaterThan(0);
        expect(later - earlier).toBe(size);
        const ofWall = (at: number): number => at + offsetAt(at, zone);
        expect(ofWall(earlier)).toBe(shown - size);
        expect(ofWall(later)).toBe(shown + size);
      }),
      { numRuns: 3_000 },
    );
  });

  it("agrees with itself around each change of the clocks", () => {
    for (const zone of ZONES) {
      for (let hour = Date.UTC(2011, 0); hour < Date.UTC(2028, 0); hour += DAY) {
        if (offsetAt(hour, zone) === offsetAt(hour + DAY, zone)) continue;
        for (let at = hour - DAY; at < hour + 2 * DAY; at += 30 * MINUTE) {
          expect(instantsOf(wallAt(at, zone), zone)).toContain(at);
        }
      }
    }
  });

  it("skips and doubles what it skips and doubles", () => {
    const iso = (text: string, zone: string): string[] =>
      instantsOf(wall(text), zone).map((at) => new Date(at).toISOString().slice(0, 16));
    expect(iso("2027-06-09T20:00", "America/New_York")).toEqual(["2027-06-10T00:00"]);
    expect(iso("2027-03-28T02:30", "Europe/Berlin")).toEqual([]);
    expect(besideGap(wall("2027-03-28T02:30"), "Europe/Berlin")).toEqual([
      at("2027-03-28T00:30Z"),
      at("2027-03-28T01:30Z"),
    ]);
    expect(iso("2027-10-31T02:30", "Europe/Berlin")).toEqual(["2027-10-31T00:30", "2027-10-31T01:30"]);
    expect(iso("2027-04-04T01:45", "Australia/Lord_Howe")).toEqual(["2027-04-03T14:45", "2027-04-03T15:15"]);
    // A whole day that Samoa never had.
    expect(iso("2011-12-30T12:00", "Pacific/Apia")).toEqual([]);
    // Midnight itself, on a day that began at one.
    expect(iso("2017-10-15T00:00", "America/Sao_Paulo")).toEqual([]);
  });

  it("knows the day there", () => {
    expect(dayAt(at("2027-06-10T00:00Z"), "America/New_York")).toBe(at("2027-06-09T00:00Z") / DAY);
    expect(dayAt(at("2027-06-09T23:00Z"), "Asia/Kolkata")).toBe(at("2027-06-10T00:00Z") / DAY);
  });

  it("takes a year for what it is", () => {
    expect(instantsOf(wall("0027-06-09T20:00"), "UTC")).toEqual([at("0027-06-09T20:00Z")]);
  });

  it("takes what a field holds, and nothing less", () => {
    for (const text of ["", "2027-06-09", "20:00", "2027-06-09T2"]) expect(parseWall(text)).toBeNull();
  });
});

describe("a zone's name", () => {
  it("is UTC where this browser knows no such zone", () => {
    for (const odd of ["Mars/Olympus", "", null, undefined, "a b", "__proto__"]) {
      expect(known(odd)).toBe("UTC");
      expect(offsetAt(0, odd ?? "")).toBe(0);
    }
    expect(known("Europe/Berlin")).toBe("Europe/Berlin");
  });

  it("is what people call it", () => {
    expect(["America/New_York", "America/Argentina/Buenos_Aires", "Etc/UTC", "Etc/GMT+5", "EST"].map(zoneName)).toEqual(
      ["New York", "Buenos Aires", "UTC", "UTC−5", "EST"],
    );
    expect(withZone("20:00", "America/New_York")).toBe("20:00 New York time");
    expect(withZone("20:00", "UTC")).toBe("20:00 UTC");
    expect(inZone("20:00", "America/New_York")).toBe("20:00 in New York");
  });

  it("tells how far it is from UTC", () => {
    const winter = at("2027-01-09T12:00Z");
    expect(
      ["America/New_York", "Asia/Kolkata", "UTC", "Europe/Berlin"].map((zone) => offsetName(winter, zone)),
    ).toEqual(["UTC−5", "UTC+5:30", "UTC", "UTC+1"]);
  });

  it("is found by the city's", () => {
    const found = ["New York", "  new york, NY", "Berlin", "São Paulo", "Nowhere", "", "UTC", "Cuba"].map((city) =>
      zoneOfCity(city, allZones()),
    );
    expect(found).toEqual([
      "America/New_York",
      "America/New_York",
      "Europe/Berlin",
      "America/Sao_Paulo",
      null,
      null,
      null,
      null,
    ]);
  });

  it("is found by other events, the most frequent first", () => {
    const zones = ["Europe/Paris", null, "Europe/Berlin", "Europe/Berlin"].map((time_zone) => ({ time_zone }));
    expect(zonesOfEvents(zones)).toEqual(["Europe/Berlin", "Europe/Paris"]);
  });
});
