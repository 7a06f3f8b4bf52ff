import data from "emojibase-data/en/compact.json";
import { describe, expect, it } from "vitest";
import { canonical, isEmoji, isListed, isOneEmoji, merged, toned, TONES } from "../../src/lib/emoji";
import { load, matching, type Choice } from "../../src/features/emoji/list";
import de from "../../src/features/emoji/texts/de";
import en from "../../src/features/emoji/texts/en";

/** The emoji of a kind or component that stands by itself. */
const all = data.filter(({ group }) => group !== undefined && group !== 2);

describe("an emoji", () => {
  it.each(["🔥", "❤️", "👩‍🎤🎸", "🤘🏽 🤘🏽", "🇩🇪", "🇧🇷🇵🇹", "1️⃣2️⃣3️⃣", "#️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨‍👩‍👧‍👦", "🏳️‍🌈", "👁‍🗨", "☝🏿", "©️"])(
    "%s is shown large",
    (text) => {
      expect(isEmoji(text)).toBe(true);
    },
  );

  it.each(["", "7", "©", "❤", "ok 🔥", "🔥🔥🔥🔥", "12", "#", "🇩", "é", "(", "\u200D", "\uFE0F", "❤\uFE0E"])(
    "is not all that %s is",
    (text) => {
      expect(isEmoji(text)).toBe(false);
    },
  );

  it("is each of Unicode's, in the spelling that everybody uses", () => {
    let known = 0;
    for (const { unicode, skins } of all) {
      for (const one of [unicode, ...(skins ?? []).map((skin) => skin.unicode)]) {
        const spelled = canonical(one);
        expect(isOneEmoji(spelled), one).toBe(true);
        expect(canonical(spelled), one).toBe(spelled);
        expect(canonical(one.replaceAll("\uFE0F", "")), one).toBe(spelled);
        if (isListed(spelled)) known++;
      }
    }
    // All but those that are newer than this Node.
    expect(known).toBeGreaterThan(3_500);
  });

  it("has one spelling", () => {
    expect(canonical("👍\uFE0F")).toBe("👍");
    expect(canonical("❤")).toBe("❤️");
    expect(canonical("❤\uFE0E")).toBe("❤️");
    expect(canonical("👁\u200D🗨")).toBe("👁️\u200D🗨️");
    expect(canonical("1\u20E3")).toBe("1️⃣");
    expect(canonical("☝\uFE0F🏽")).toBe("☝🏽");
    expect(merged({ "👍": ["a"], "👍\uFE0F": ["b", "a"] })).toEqual({ "👍": ["a", "b"] });
    const clean = { "👍": ["a"], "❤️": ["b"] };
    expect(merged(clean)).toBe(clean);
  });
});

describe("the list of emoji", () => {
  it("has all of them, each once, with words", async () => {
    const { kinds, all: listed } = await load("en");
    expect([en.kinds.length, de.kinds.length]).toEqual([kinds.length, kinds.length]);
    expect(listed.length).toBeGreaterThan(1_500);
    expect(new Set(listed.map(({ emoji }) => emoji)).size).toBe(listed.length);
    expect(listed.every(({ label }) => label.length > 1)).toBe(true);
  });

  it("has German words, too", async () => {
    const [german, english] = [await load("de"), await load("en")];
    expect(german.all.map(({ emoji }) => emoji)).toEqual(english.all.map(({ emoji }) => emoji));
    const first = (query: string): string | undefined => matching(german.all, query)[0]?.emoji;
    expect(["Gitarre", "rotes Herz", "Feuer", "Österreich"].map(first)).toEqual(["🎸", "❤️", "🔥", "🇦🇹"]);
  });

  it("is in tones that Unicode has", async () => {
    const { all: listed } = await load("en");
    const skins = new Map(
      all.map(({ unicode, skins }) => [canonical(unicode), new Set((skins ?? []).map((skin) => skin.unicode))]),
    );
    let count = 0;
    for (const { emoji, hasTones } of listed) {
      if (!hasTones) continue;
      count++;
      for (const tone of TONES.slice(1)) expect(skins.get(emoji)?.has(toned(emoji, tone)), emoji + tone).toBe(true);
      expect(toned(emoji, "")).toBe(emoji);
    }
    expect(count).toBeGreaterThan(250);
  });

  it("is searched by words, in any order, by how they begin", async () => {
    const { all: listed } = await load("en");
    const first = (query: string): string | undefined => matching(listed, query)[0]?.emoji;
    expect(first("guitar")).toBe("🎸");
    expect(first("germany")).toBe("🇩🇪");
    expect(first("heart red")).toBe("❤️");
    expect(first("Fire")).toBe("🔥");
    expect(first("pinata")).toBe("🪅");
    expect(first("👍\uFE0F")).toBe("👍");
    expect(matching(listed, "zzzz")).toEqual([]);
    expect(matching(listed, "  ")).toEqual([]);
    const many: Choice[] = matching(listed, "face");
    expect(many.length).toBeGreaterThan(20);
  });
});
