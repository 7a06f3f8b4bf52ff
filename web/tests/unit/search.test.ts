import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placeIn } from "../../src/features/pods/arrival.svelte";
import { alike, excerpt, marks, type Piece } from "../../src/features/search/marks";
import { graphemes } from "../../src/lib/visible";

/** The text of pieces, with brackets around what is marked. */
function shown(pieces: readonly Piece[]): string {
  return pieces.map(({ text, marked }) => (marked ? `[${text}]` : text)).join("");
}

function marked(text: string, query: string): string {
  return shown(marks(text, query));
}

describe("the words of a search", () => {
  it.each([
    ["Meet me at the Bar", "bar", "Meet me at the [Bar]"],
    // Each word, wherever it stands, in whatever order.
    ["the bar behind the bars", "behind bar", "the [bar] [behind] the [bar]s"],
    // Within a word.
    ["sidebars", "bar", "side[bar]s"],
    // A word of a letter or two begins a word.
    ["u2 and YouTube, then up", "u", "[u]2 and YouTube, then [u]p"],
    ["no u2u", "u2", "no [u2]u"],
    // Accents and case, composed or not.
    ["Motörhead in the CAFÉ", "motorhead café", "[Motörhead] in the [CAFÉ]"],
    ["Moto\u0308rhead", "MOTÖR", "[Moto\u0308r]head"],
    ["Straße, Łódź, Smørrebrød", "strasse lodz smorre", "[Straße], [Łódź], [Smørre]brød"],
    // A letter that stands for two is marked as a whole.
    ["große Œuvres", "gros oeu", "[groß]e [Œu]vres"],
    // Written in another way.
    ["don’t – “so”", "don't", "[don’t] – “so”"],
    ["a\u00ADbe\u200Bnd", "abend", "[a\u00ADbe\u200Bnd]"],
    ["ＦＵＬＬ width", "full", "[ＦＵＬＬ] width"],
    ["ΟΔΥΣΣΕΥΣ, Οδυσσεύς", "οδυσσευς", "[ΟΔΥΣΣΕΥΣ], [Οδυσσεύς]"],
    // An emoji is one, however many it is made of.
    ["see 👨‍👩‍👧 there", "👩", "see [👨‍👩‍👧] there"],
    ["👍🏽 yes", "👍", "[👍🏽] yes"],
    ["🇩🇪🇫🇷", "🇩🇪", "[🇩🇪]🇫🇷"],
    ["i ❤ it", "❤️", "i [❤] it"],
    // Without spaces.
    ["東京タワーで会おう", "タワー", "東京[タワー]で会おう"],
    // Signs alone are found anywhere.
    ["so!!!", "!!!", "so[!!!]"],
    ["100%", "%", "100[%]"],
    // Nothing is looked for.
    ["nothing", "  ", "nothing"],
    ["", "x", ""],
  ])("are marked in %j for %j", (text, query, wanted) => {
    expect(marked(text, query)).toBe(wanted);
  });

  it("are eight at most, as the server has it", () => {
    expect(marked("a b c d e f g h i", "a b c d e f g h i")).toBe("[a] [b] [c] [d] [e] [f] [g] [h] i");
    expect(marked("b", "a a a a a a a a b")).toBe("[b]");
  });

  it("leave the text as it is, and cut no character", () => {
    const alphabet = fc.constantFrom(
      "a",
      "B",
      "é",
      "e\u0301",
      "ß",
      " ",
      "\n",
      "👨‍👩‍👧",
      "🇩🇪",
      "👍🏽",
      "\u200D",
      "한",
      "İ",
      "ﬁ",
    );
    const text = fc.array(alphabet, { maxLength: 40 }).map((all) => all.join(""));
    fc.assert(
      fc.property(
        text,
        fc.array(alphabet, { maxLength: 6 }).map((all) => all.join("")),
        (text, query) => {
          const pieces = marks(text, query);
          expect(pieces.map((piece) => piece.text).join("")).toBe(text);
          expect(pieces.flatMap((piece) => graphemes(piece.text))).toEqual(graphemes(text));
          pieces.forEach((piece, place) => expect(piece.marked).not.toBe(pieces[place + 1]?.marked));
          // A text has all of itself.
          if (alike(query).trim().length >= 3 && !/\s/.test(query)) {
            expect(marks(`${text} ${query}`, query).some((piece) => piece.marked)).toBe(true);
          }
        },
      ),
    );
  });
});

describe("an excerpt", () => {
  it("is all of a short text", () => {
    expect(shown(excerpt("see you at the bar", "bar", 40))).toBe("see you at the [bar]");
  });

  it("begins at the beginning where the words are near", () => {
    expect(shown(excerpt(`see you at the bar ${"and on ".repeat(20)}`, "bar", 24))).toBe("see you at the [bar] and o…");
  });

  it("begins at a word before the first find, and says what is left out", () => {
    const text = `${"word ".repeat(60)}needle ${"more ".repeat(60)}`;
    const found = shown(excerpt(text, "needle", 80));
    expect(found).toMatch(/^…(word )+\[needle\] (more )+\S*…$/);
    expect(graphemes(found).length).toBeLessThanOrEqual(80 + 4);
  });

  it("cuts no emoji", () => {
    const family = "👨‍👩‍👧";
    const found = excerpt(`${family.repeat(100)}x1x${family.repeat(100)}`, "x1x", 60);
    expect(found.map(({ text }) => text).join("")).toBe(`…${family.repeat(40)}x1x${family.repeat(17)}…`);
  });
});

describe("the place that an address asks for", () => {
  it.each([
    ["?at=12", 12],
    ["?q=a&at=1", 1],
    ["", null],
    ["?at=", null],
    ["?at=0", null],
    ["?at=-1", null],
    ["?at=1.5", null],
    ["?at=1e9", null],
    ["?at=9999999999999999999", null],
  ])("%s", (query, place) => {
    expect(placeIn(query)).toBe(place);
  });
});
