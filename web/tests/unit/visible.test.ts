import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initials, names } from "../../src/lib/people";
import { isComposing } from "../../src/lib/keys";
import { cut, graphemes, isolate, isVisible, length, oneLine, tooMany } from "../../src/lib/visible";

describe("a text", () => {
  it.each([
    ["U+200B", "\u200B"],
    ["U+3164", "\u3164"],
    ["other fillers of Hangul", "\u115F\u1160\uFFA0"],
    ["U+2060", "\u2060"],
    ["U+2800", "\u2800"],
    ["U+FEFF", "\uFEFF"],
    ["U+00AD", "\u00AD"],
    ["U+034F", "\u034F"],
    ["U+180E", "\u180E"],
    ["selectors", "\uFE0F\uFE00\u{E0100}"],
    ["tags", "\u{E0041}"],
    ["directions", "\u202E\u2066\u061C\u200E"],
    ["lines", "\n\u2028\u2029\u0085"],
    ["spaces", " \u00A0\u3000\u2003"],
    ["annotations", "\uFFF9\uFFFB"],
    ["joiners", "\u200C\u200D"],
    ["accents", "\u0301\u20E3"],
    ["no characters", "\uFFFC\uFFFE\uFDD0"],
    ["nothing", ""],
  ])("of %s alone is not to be seen", (_, text) => {
    expect(isVisible(text)).toBe(false);
    expect(isVisible(`a${text}`)).toBe(true);
  });

  it.each(["a", ".", "🔥", "漢", "ᄀ", "ا", "\u2801", "0", "©"])("of %s is to be seen", (text) => {
    expect(isVisible(text)).toBe(true);
  });

  it("is as long as the server counts it", () => {
    expect(length("a🔥é")).toBe(3);
    expect(tooMany("🔥🔥", 2)).toBeNull();
    expect(tooMany("🔥🔥🔥", 2)).toBe("1 character too many");
    expect(tooMany("a".repeat(4_012), 4_000)).toBe("12 characters too many");
  });

  it("is cut between characters as people see them", () => {
    expect(cut("👨‍👩‍👧👨‍👩‍👧", 1)).toBe("👨‍👩‍👧…");
    expect(cut("e\u0301e\u0301", 1)).toBe("e\u0301…");
    expect(cut("🇩🇪🇫🇷", 2)).toBe("🇩🇪🇫🇷");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(20), (text, most) => {
        const short = cut(text, most);
        expect(graphemes(short).length).toBeLessThanOrEqual(most + 1);
        expect(short === text || text.startsWith(short.slice(0, -1))).toBe(true);
      }),
    );
  });
});

describe("a name", () => {
  it("is one line that turns nothing, and keeps what joins its letters", () => {
    expect(oneLine("  The \n front\u2028row\u2029 ")).toBe("The front row");
    expect(oneLine("neB\u202E")).toBe("neB");
    expect(oneLine("Two \u200B Words")).toBe("Two Words");
    expect(oneLine("Two\u3164Words")).toBe("Two Words");
    expect(oneLine("\uFEFF Ana\u200B\n")).toBe("Ana");
    expect(oneLine("ส\u200Bก")).toBe("ส\u200Bก");
    expect(oneLine("e\u0301\0")).toBe("é");
    expect(oneLine("שלום\u200F!")).toBe("שלום\u200F!");
    expect(oneLine("می\u200Cخواهم 👩‍🎤")).toBe("می\u200Cخواهم 👩‍🎤");
  });

  it.each([
    ["Ana", "A"],
    ["ana maria de souza", "AS"],
    ["🇩🇪 Fan", "🇩🇪"],
    ["👨‍👩‍👧", "👨‍👩‍👧"],
    ["Ana 🦄", "A🦄"],
    ["(Ana) “Ben”", "AB"],
    ["e\u0301ric", "E\u0301"],
    ["ßen", "ß"],
    ["مريم علي", "م\u200Cع"],
    ["מרים לוי", "מל"],
    ["田中 太郎", "田太"],
    ["क्षमा", "क्ष"],
    ["\u200B Ana", "A"],
    ["...", "."],
    ["\u3164", "?"],
    ["", "?"],
  ])("%s has initials", (name, letters) => {
    expect(initials(name).normalize("NFC")).toBe(letters.normalize("NFC"));
  });

  it("turns nothing round in the middle of a sentence", () => {
    expect(isolate("Ana")).toBe("Ana");
    expect(isolate("דנה")).toBe("\u2068דנה\u2069");
    expect(isolate("neB\u202E")).toBe("\u2068neB\u2069");
    expect(isolate("a\u2069b")).toBe("\u2068ab\u2069");
    expect(names(["דנה", "Ben"])).toBe("\u2068דנה\u2069 and Ben");
  });

  it("is told in one breath with others", () => {
    expect(names(["Ana"])).toBe("Ana");
    expect(names(["Ana", "Ben"])).toBe("Ana and Ben");
    expect(names(["Ana", "Ben", "Cem", "Dot"])).toBe("Ana, Ben and 2 more");
  });
});

describe("a key", () => {
  it("belongs to the composition that it ends", () => {
    const key = (isComposing: boolean, keyCode: number): KeyboardEvent =>
      ({ isComposing, keyCode }) as unknown as KeyboardEvent;
    expect(isComposing(key(true, 13))).toBe(true);
    expect(isComposing(key(false, 229))).toBe(true);
    expect(isComposing(key(false, 13))).toBe(false);
  });
});
