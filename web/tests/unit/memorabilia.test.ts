import { describe, expect, it } from "vitest";
import { dateWords } from "../../src/features/events/time";
import { bodyOf, EMPTY, fits, isEmpty, isSame, memoryOf, read, write } from "../../src/features/memorabilia/memory";
import type { Memorabilia } from "../../src/generated/openapi";

const stored: Memorabilia = {
  id: "one",
  event_id: "event",
  opener_guess: "Paper",
  peak_moment: "When the lights\nwent out",
  song_of_night: "Lanterns",
  crowd_energy: "louder than the band",
  crowd_level: 0,
  notes: null,
  created_at: "2031-06-10T10:00:00Z",
  updated_at: "2031-06-10T10:00:00Z",
};

describe("what one keeps of a night", () => {
  it("is the same in the form and in what is stored", () => {
    const { opener_guess, peak_moment, song_of_night, crowd_energy, crowd_level, notes } = stored;
    expect(bodyOf(memoryOf(stored))).toEqual({
      opener_guess,
      peak_moment,
      song_of_night,
      crowd_energy,
      crowd_level,
      notes,
    });
    expect(memoryOf(null)).toEqual(EMPTY);
    expect(isSame(memoryOf(stored), { ...memoryOf(stored), song: " Lanterns " })).toBe(true);
  });

  it("is empty without anything to be seen; a level of 0 is something", () => {
    expect(isEmpty({ ...EMPTY, notes: " \n\u200b", song: "\u3164" })).toBe(true);
    expect(isEmpty({ ...EMPTY, level: 0 })).toBe(false);
  });

  it("fits as the server counts", () => {
    expect(fits({ ...EMPTY, song: "🔥".repeat(200), peak: "x".repeat(2_000), notes: "x".repeat(10_000) })).toBe(true);
    for (const much of [{ song: "x".repeat(201) }, { peak: "x".repeat(2_001) }, { notes: "x".repeat(10_001) }])
      expect(fits({ ...EMPTY, ...much })).toBe(false);
  });

  it("is taken back from the device, with what is to be stored", () => {
    const memory = { ...EMPTY, song: "Lan", level: 7 };
    for (const wanted of [null, { ...memory, song: "Lanterns" }])
      expect(read(write({ memory, wanted }))).toEqual({ memory, wanted });
    expect(read('{"memory":{"song":"x"}}')).toEqual({ memory: { ...EMPTY, song: "x" }, wanted: null });
    for (const wrong of [
      "",
      "{",
      "7",
      "{}",
      '{"memory":{"song":7}}',
      '{"memory":{"level":11}}',
      '{"memory":{"level":"7"}}',
    ])
      expect(read(wrong), wrong).toBeNull();
  });
});

describe("the date on a page to keep", () => {
  const plain = (text: string) => text.replace(/[\u2009\u202f\u00a0]/g, " ");

  it("is the day and time of the place, or the days", () => {
    const night = { date_utc: "2031-06-10T00:00:00Z", ends_at: null, time_zone: "America/New_York" };
    const { whole, year } = dateWords(night, "en-GB");
    expect([plain(whole), year]).toEqual(["Monday, 9 June 2031, 20:00", "2031"]);
    const festival = { date_utc: "2031-06-06T14:00:00Z", ends_at: "2031-06-08T20:00:00Z", time_zone: null };
    expect(plain(dateWords(festival, "en-GB").whole)).toMatch(/^Fri 6.* – Sun 8 June 2031$/);
  });
});
