import { describe, expect, it } from "vitest";
import { names } from "../../src/lib/people";
import { calling, isEmoji, length, parts } from "../../src/lib/text";

describe("a text", () => {
  it("has links that end where the sentence does", () => {
    expect(parts("see https://example.org/a_(b)?x=1, ok")).toEqual([
      { type: "text", text: "see " },
      { type: "link", text: "https://example.org/a_(b)?x=1", href: "https://example.org/a_(b)?x=1" },
      { type: "text", text: ", ok" },
    ]);
    expect(parts("javascript:alert(1)")).toEqual([{ type: "text", text: "javascript:alert(1)" }]);
  });

  it("names members, the longest name first", () => {
    expect(parts("hi @Ana Maria and @Ana", ["Ana", "Ana Maria"]).filter(({ type }) => type === "mention")).toEqual([
      { type: "mention", text: "@Ana Maria" },
      { type: "mention", text: "@Ana" },
    ]);
  });

  it("is nothing but emoji, or it is not", () => {
    for (const text of ["🔥", "❤️", "👩‍🎤🎸", "🤘🏽 🤘🏽"]) expect(isEmoji(text), text).toBe(true);
    for (const text of ["", "7", "ok 🔥", "🔥🔥🔥🔥"]) expect(isEmoji(text), text).toBe(false);
  });

  it("calls somebody where an @ begins a word", () => {
    expect(calling("hey @an", 7)).toEqual({ start: 4, query: "an" });
    expect(calling("mail@an", 7)).toBeNull();
    expect(calling("@ana ok", 7)).toBeNull();
  });

  it("is as long as the server counts it", () => {
    expect(length("a🔥é")).toBe(3);
  });
});

describe("names", () => {
  it("are told in one breath", () => {
    expect(names(["Ana"])).toBe("Ana");
    expect(names(["Ana", "Ben"])).toBe("Ana and Ben");
    expect(names(["Ana", "Ben", "Cem", "Dot"])).toBe("Ana, Ben and 2 more");
  });
});
