import { describe, expect, it } from "vitest";
import { number } from "../../src/lib/formats";
import { languageAmong, localeOf, speaker } from "../../src/lib/language.svelte";
import { dayName } from "../../src/lib/time";
import { common } from "../../src/texts";

describe("the language", () => {
  it("is the first of the person's that the client speaks, or English", () => {
    expect(["de-AT", "DE", "en-US", "fr-FR"].map((one) => languageAmong([one]))).toEqual(["de", "de", "en", "en"]);
    expect(languageAmong(["fr-FR", "de-CH", "en-GB"])).toBe("de");
    expect(languageAmong(["zh-Hans", "not a language", "en"])).toBe("en");
    expect(languageAmong([])).toBe("en");
  });

  it("is written as the person writes it, without another calendar or other digits", () => {
    const of = (language: "en" | "de", ...wanted: string[]): string => localeOf(language, wanted);
    expect(of("en", "en-US")).toBe("en-US");
    expect(of("en", "de-DE", "en-AU-u-ca-buddhist")).toBe("en-AU");
    expect(of("en", "de-DE")).toBe("en-GB");
    expect(of("de", "en-US", "de-CH")).toBe("de-CH");
    expect(of("de", "not a language")).toBe("de-DE");
  });

  it("changes texts, dates, numbers and plurals at once, and back", async () => {
    const today = new Date(2027, 2, 3, 12).getTime();
    const at = new Date(2026, 2, 3, 12).toISOString();
    const read = (): string[] => [
      common.save,
      dayName(at, today),
      number(1234.5),
      common.freeSeats(1),
      common.freeSeats(3),
      common.names(["Ana", "Ben", "Cleo"]),
    ];
    const english = ["Save", "3 March 2026", "1,234.5", "1 free seat", "3 free seats", "Ana, Ben and Cleo"];
    expect(read()).toEqual(english);
    await speaker.speak("de");
    expect(read()).toEqual([
      "Speichern",
      "3. März 2026",
      "1.234,5",
      "1 freier Platz",
      "3 freie Plätze",
      "Ana, Ben und Cleo",
    ]);
    await speaker.speak("en");
    expect(read()).toEqual(english);
  });
});
